import { describe, expect, it } from "vitest";
import type { Participant } from "../bindings";
import { possible } from "./moderation";

const person: Participant = {
  identity: "bob",
  name: "Bob",
  role: "viewer",
  is_local: false,
  speaking: false,
  microphone: "muted",
  camera: "off",
  screen: "off",
  quality: "good",
  hand_raised_at: null,
};

describe("possible", () => {
  it("offers what would change something, and removing", () => {
    expect(possible(person)).toEqual(["ask_to_unmute", "ask_for_camera", "remove"]);
    const busy = { ...person, microphone: "on", camera: "on", screen: "on", hand_raised_at: 5 } as const;
    expect(possible(busy)).toEqual(["mute", "stop_camera", "stop_screen", "lower_hand", "remove"]);
  });
});
