import { expect, it, vi } from "vitest";
import { BackendError, type Backend } from "../backend";
import type { Meters, SessionPatch, SessionState } from "../bindings";
import { SessionStore } from "./store.svelte";

const off = { kind: "off" } as const;
const at = (sequence: number, change: Partial<SessionState> = {}): SessionState => ({
  sequence,
  phase: { kind: "connected" },
  session_id: "b7a2",
  title: null,
  role: "viewer",
  can_publish: true,
  participants: [],
  camera: off,
  microphone: off,
  screen: off,
  speaker: off,
  health: { own: "unknown", blame: { kind: "none" }, measure: "none" },
  silenced: null,
  asked: null,
  locked: null,
  encrypted: null,
  ...change,
});
const phase = (sequence: number, kind: "connected" | "reconnecting"): SessionPatch => ({
  sequence,
  change: {
    kind: "phase",
    phase: kind === "connected" ? { kind } : { kind, stage: "resuming", attempt: 1, gives_up_in_s: 90 },
  },
});

function backend(snapshots: (() => Promise<SessionState>)[]) {
  let patch: (patch: SessionPatch) => void = () => undefined;
  let meters: (meters: Meters) => void = () => undefined;
  const sessionSnapshot = vi.fn(async () => {
    const next = snapshots.shift();
    if (!next) throw new Error("one snapshot too many");
    return next();
  });
  const fake: Partial<Backend> = {
    sessionSnapshot,
    onPatch: async (listener) => {
      patch = listener;
      return () => undefined;
    },
    onMeters: async (listener) => {
      meters = listener;
      return () => undefined;
    },
  };
  return {
    store: new SessionStore(fake as Backend),
    sessionSnapshot,
    send: (p: SessionPatch) => patch(p),
    measure: (m: Meters) => meters(m),
  };
}

it("keeps patches that come before the first snapshot, and drops those it contains", async () => {
  const { store, send } = backend([
    async () => {
      send(phase(4, "connected"));
      send(phase(5, "reconnecting"));
      return at(4);
    },
  ]);
  await store.start();
  expect(store.state).toMatchObject({ sequence: 5, phase: { kind: "reconnecting" } });
  expect(store.ready).toBe(true);
});

it("asks for a new snapshot after a gap, and goes on from there", async () => {
  const { store, send, sessionSnapshot } = backend([async () => at(1), async () => at(3, { title: "Physics" })]);
  await store.start();
  send(phase(3, "connected"));
  send(phase(4, "reconnecting"));
  await vi.waitFor(() => expect(store.state.sequence).toBe(4));
  expect(store.state).toMatchObject({ title: "Physics", phase: { kind: "reconnecting" } });
  expect(sessionSnapshot).toHaveBeenCalledTimes(2);
});

it("forgets the figures of tiles that are gone, and all at the end", async () => {
  const { store, send, measure } = backend([async () => at(1)]);
  await store.start();
  const tile = (identity: string) => ({
    tile: { identity, source: "camera" as const },
    frames: 9,
    width: 640,
    height: 360,
  });
  measure({ levels: [{ identity: "ada", level: 0.5 }], tiles: [tile("ada"), tile("bob")] });
  measure({ levels: [], tiles: [tile("bob")] });
  expect([...store.tiles.keys()]).toEqual(["camera:bob"]);
  expect(store.levels.get("ada")).toBeUndefined();
  send({ sequence: 2, change: { kind: "phase", phase: { kind: "ended", reason: "left" } } });
  expect(store.tiles.size).toBe(0);
});

it("tells a command's failure in the session", async () => {
  const { store } = backend([async () => at(1)]);
  await store.start();
  const refused = { code: "not_permitted", message: "No.", why: null, hint: "Ask.", action: null };
  await store.run(Promise.reject(new BackendError(refused)));
  expect(store.error?.code).toBe("not_permitted");
  expect(store.again).toBeNull();
});

it("gives a failed command again", async () => {
  const { store } = backend([async () => at(1)]);
  await store.start();
  const unreachable = {
    code: "api_unreachable",
    message: "No.",
    why: null,
    hint: "Wait.",
    action: "try_again" as const,
  };
  const command = vi.fn(async () => {
    if (command.mock.calls.length === 1) throw new BackendError(unreachable);
  });
  await store.run(command);
  expect(store.error?.code).toBe("api_unreachable");
  store.error = null;
  store.again?.();
  await vi.waitFor(() => expect(command).toHaveBeenCalledTimes(2));
  expect(store.error).toBeNull();
});
