import { describe, expect, it } from "vitest";
import { person } from "../testing/person";
import { possible } from "./moderation";

const bob = person("bob", { microphone: "muted", camera: "off" });

describe("possible", () => {
  it("offers what would change something, and removing", () => {
    expect(possible(bob)).toEqual(["ask_to_unmute", "ask_for_camera", "remove"]);
    const busy = { ...bob, microphone: "on", camera: "on", screen: "on", hand_raised_at: 5 } as const;
    expect(possible(busy)).toEqual(["mute", "stop_camera", "stop_screen", "lower_hand", "remove"]);
  });
});
