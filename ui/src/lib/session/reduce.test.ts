import { describe, expect, it } from "vitest";
import type { Participant, SessionState } from "../bindings";
import { reduce } from "./reduce";

const ada: Participant = {
  identity: "ada-1",
  name: "Ada",
  role: "host",
  is_local: true,
  speaking: false,
  microphone: "on",
  camera: "off",
  screen: "off",
  quality: "good",
  hand_raised_at: null,
};

const state: SessionState = {
  sequence: 7,
  phase: { kind: "connected" },
  session_id: "b7a2",
  title: "Physics",
  role: "host",
  can_publish: true,
  participants: [ada],
  camera: { kind: "off" },
  microphone: { kind: "off" },
  screen: { kind: "off" },
  speaker: { kind: "off" },
  health: { own: "unknown", blame: { kind: "none" }, measure: "none" },
  silenced: null,
  asked: null,
  locked: null,
  encrypted: null,
};

function applied(from: SessionState, ...args: Parameters<typeof reduce> extends [unknown, infer P] ? P[] : never) {
  return args.reduce<SessionState>((current, patch) => {
    const result = reduce(current, patch);
    if (result.kind !== "applied") throw new Error(result.kind);
    return result.state;
  }, from);
}

describe("reduce", () => {
  it("applies the next patch and leaves the old state as it was", () => {
    const next = applied(state, {
      sequence: 8,
      change: { kind: "phase", phase: { kind: "reconnecting", stage: "noticed", attempt: 0, gives_up_in_s: 90 } },
    });
    expect(next.phase).toEqual({ kind: "reconnecting", stage: "noticed", attempt: 0, gives_up_in_s: 90 });
    expect(next.sequence).toBe(8);
    expect(state.phase).toEqual({ kind: "connected" });
  });

  it("asks for a snapshot when a patch is missing", () => {
    expect(reduce(state, { sequence: 9, change: { kind: "people", left: ["ada-1"], changed: [] } }).kind).toBe("gap");
  });

  it("ignores what the snapshot already contains", () => {
    expect(reduce(state, { sequence: 7, change: { kind: "phase", phase: { kind: "idle" } } }).kind).toBe("stale");
  });

  it("takes a reset across a gap", () => {
    const next = applied(state, {
      sequence: 20,
      change: { kind: "reset", state: { ...state, sequence: 20, title: "New" } },
    });
    expect(next).toMatchObject({ sequence: 20, title: "New" });
  });

  it("adds newcomers at the end, replaces who changed in place, and lets people go", () => {
    const bob = { ...ada, identity: "bob-2", name: "Bob", is_local: false };
    const two = applied(
      state,
      { sequence: 8, change: { kind: "people", left: [], changed: [bob] } },
      { sequence: 9, change: { kind: "people", left: ["nobody"], changed: [{ ...ada, speaking: true }] } },
    );
    expect(two.participants.map((p) => [p.identity, p.speaking])).toEqual([
      ["ada-1", true],
      ["bob-2", false],
    ]);
    const one = applied(two, { sequence: 10, change: { kind: "people", left: ["ada-1"], changed: [] } });
    expect(one.participants.map((p) => p.identity)).toEqual(["bob-2"]);
  });

  it("changes only the device that changed", () => {
    const next = applied(state, {
      sequence: 8,
      change: { kind: "device", device: "camera", state: { kind: "busy", name: "Webcam" } },
    });
    expect(next.camera).toEqual({ kind: "busy", name: "Webcam" });
    expect(next.microphone).toEqual({ kind: "off" });
  });
});
