import { describe, expect, it } from "vitest";
import type { Participant, SessionState, TileMeter } from "../bindings";
import { mostTiles, stage } from "./pictures";

function person(identity: string, change: Partial<Participant> = {}): Participant {
  return {
    identity,
    name: identity,
    role: "viewer",
    is_local: false,
    speaking: false,
    microphone: "on",
    camera: "on",
    screen: "off",
    quality: "good",
    ...change,
  };
}

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

describe("stage", () => {
  it("shows the others first and oneself last", () => {
    const keys = stage(session([me, person("bob"), person("eve")]), new Map()).pictures.map((p) => p.key);
    expect(keys).toEqual(["camera:bob", "camera:eve", "camera:me"]);
  });

  it("gives a shared screen the big place, in its own shape", () => {
    const shown = stage(session([me, person("bob", { screen: "on" })]), new Map([drawn("screen:bob", 1920, 1200)]));
    expect(shown.spotlight).toBe(true);
    expect(shown.pictures[0]).toMatchObject({ key: "screen:bob", aspect: 1.6, visible: true });
  });

  it("leaves the own screen a tile like others", () => {
    const shown = stage(session([me, person("bob")], { screen: { kind: "on", name: "Screen" } }), new Map());
    expect(shown.spotlight).toBe(false);
    expect(shown.pictures.map((p) => p.key)).toContain("screen:me");
  });

  it("is see-through only where something sends and a frame was drawn", () => {
    const meters = new Map([drawn("camera:bob"), drawn("camera:eve")]);
    const { pictures } = stage(session([me, person("bob"), person("eve", { camera: "muted" })]), meters);
    expect(pictures.map((p) => [p.sending, p.visible])).toEqual([
      [true, true],
      [false, false],
      [true, false],
    ]);
  });

  it("keeps a tile for what is too large to be received, and does not have it drawn", () => {
    const large = person("eve", { camera: "too_large", screen: "too_large" });
    const { pictures, spotlight } = stage(session([me, large]), new Map());
    const eves = pictures.filter((p) => p.participant.identity === "eve");
    expect(eves.map((p) => [p.key, p.tooLarge, p.sending, p.visible])).toEqual([
      ["screen:eve", true, false, false],
      ["camera:eve", true, false, false],
    ]);
    expect(spotlight).toBe(true);
  });

  it("shows the own preview before it is published, and not when the camera is gone", () => {
    const quiet = { ...me, camera: "off" } as const;
    const meters = new Map([drawn("camera:me")]);
    expect(stage(session([quiet]), meters).pictures[0]?.visible).toBe(true);
    const gone = session([me], { camera: { kind: "unplugged", name: "Camera" } });
    expect(stage(gone, meters).pictures[0]?.visible).toBe(false);
  });

  it("gives a crowd's tiles to those who are seen first, and counts the rest", () => {
    const crowd = Array.from({ length: 500 }, (_, n) => person(`p${n}`, { camera: n % 50 === 49 ? "on" : "off" }));
    const { pictures, hidden } = stage(session([me, ...crowd]), new Map());
    expect(pictures).toHaveLength(mostTiles + 1);
    expect(hidden).toBe(500 - mostTiles);
    expect(pictures.filter((p) => p.participant.camera === "on" && !p.participant.is_local)).toHaveLength(10);
    expect(pictures[0]?.key).toBe("camera:p0");
    expect(pictures.at(-1)?.key).toBe("camera:me");
  });

  it("keeps a tile's shape within reason, whatever a picture's is", () => {
    const shared = session([me, person("bob", { screen: "on" })]);
    expect(stage(shared, new Map([drawn("screen:bob", 1, 4096)])).pictures[0]?.aspect).toBe(0.25);
    expect(stage(shared, new Map([drawn("screen:bob", 8192, 1)])).pictures[0]?.aspect).toBe(4);
  });
});
