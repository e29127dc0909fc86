import { describe, expect, it } from "vitest";
import type { Participant, SessionState, TileMeter } from "../bindings";
import { person } from "../testing/person";
import { candidate, pictures } from "./pictures";

function session(participants: Participant[], change: Partial<SessionState> = {}): SessionState {
  const off = { kind: "off" } as const;
  return {
    sequence: 1,
    phase: { kind: "connected" },
    session_id: null,
    title: null,
    role: "host",
    can_publish: true,
    participants,
    camera: { kind: "on", name: "Camera" },
    health: { own: "unknown", blame: { kind: "none" }, measure: "none" },
    silenced: null,
    asked: null,
    locked: null,
    encrypted: null,
    microphone: off,
    screen: off,
    speaker: off,
    ...change,
  };
}

const me = person("me", { is_local: true });
const drawn = (key: string, width = 640, height = 360): [string, TileMeter] => {
  const [source, identity] = key.split(":") as ["camera" | "screen", string];
  return [key, { tile: { identity, source }, frames: 3, width, height }];
};

describe("pictures", () => {
  const keys = (state: SessionState) => pictures(state, new Map()).map((p) => p.key);

  it("are the screens, the others, and oneself last", () => {
    expect(keys(session([me, person("bob"), person("eve", { screen: "on" })]))).toEqual([
      "screen:eve",
      "camera:bob",
      "camera:eve",
      "camera:me",
    ]);
    expect(keys(session([me, person("bob")], { screen: { kind: "on", name: "Screen" } }))).toContain("screen:me");
  });

  it("have the shape of what is received", () => {
    const [screen] = pictures(
      session([me, person("bob", { screen: "on" })]),
      new Map([drawn("screen:bob", 1920, 1200)]),
    );
    expect(screen).toMatchObject({ key: "screen:bob", aspect: 1.6, visible: true });
    expect(screen && candidate(screen)).toEqual({
      key: "screen:bob",
      screen: true,
      local: false,
      video: true,
      aspect: 1.6,
    });
  });

  it("are see-through only where something sends and a frame was drawn", () => {
    const meters = new Map([drawn("camera:bob"), drawn("camera:eve")]);
    const shown = pictures(session([me, person("bob"), person("eve", { camera: "muted" })]), meters);
    expect(shown.map((p) => [p.sending, p.visible])).toEqual([
      [true, true],
      [false, false],
      [true, false],
    ]);
  });

  it("keep a place for what is too large to be received, and do not have it drawn", () => {
    const large = person("eve", { camera: "too_large", screen: "too_large" });
    const eves = pictures(session([me, large]), new Map()).filter((p) => p.participant.identity === "eve");
    expect(eves.map((p) => [p.key, p.tooLarge, p.sending, p.visible])).toEqual([
      ["screen:eve", true, false, false],
      ["camera:eve", true, false, false],
    ]);
  });

  it("show the own preview before it is published, and not when the camera is gone", () => {
    const quiet = { ...me, camera: "off" } as const;
    const meters = new Map([drawn("camera:me")]);
    expect(pictures(session([quiet]), meters)[0]?.visible).toBe(true);
    const gone = session([me], { camera: { kind: "unplugged", name: "Camera" } });
    expect(pictures(gone, meters)[0]?.visible).toBe(false);
  });

  it("keep their shape within reason, whatever is received", () => {
    const shared = session([me, person("bob", { screen: "on" })]);
    expect(pictures(shared, new Map([drawn("screen:bob", 1, 4096)]))[0]?.aspect).toBe(0.25);
    expect(pictures(shared, new Map([drawn("screen:bob", 8192, 1)]))[0]?.aspect).toBe(4);
  });
});
