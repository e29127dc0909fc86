import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../backend";
import type { LiveSessions, RecentSession } from "../bindings";
import { notListed } from "./not-listed";
import { SessionsStore } from "./store.svelte";

const recent = (id: string): RecentSession => ({
  session_id: id,
  title: null,
  role: "viewer",
  joined_at: "2026-01-01T00:00:00Z",
  server: "h",
  link: `donfra://join/${id}`,
});

const on = (id: string) => ({ session_id: id, title: null, owner_name: null, created_at: null, participants: null });

function backend(sessions: RecentSession[]) {
  let listener: ((update: LiveSessions) => void) | null = null;
  const fake = {
    onLiveSessions: vi.fn(async (told: (update: LiveSessions) => void) => {
      listener = told;
      return () => (listener = null);
    }),
    watchLiveSessions: vi.fn(async () => {}),
    recentSessions: async () => sessions,
    forgetRecentSession: async (id: string | null) => {
      sessions = id === null ? [] : sessions.filter((session) => session.session_id !== id);
    },
  };
  return {
    fake,
    tell: (update: LiveSessions) => listener?.(update),
    store: new SessionsStore(fake as never as Backend),
  };
}

describe("SessionsStore", () => {
  it("listens once, however often it begins anew", async () => {
    const { fake, tell, store } = backend([recent("a")]);
    await store.start();
    await store.start();
    expect(fake.onLiveSessions).toHaveBeenCalledTimes(1);
    expect(fake.watchLiveSessions).toHaveBeenCalledTimes(2);
    tell({ list: { kind: "current", sessions: [on("b")], total: 1 } });
    expect(store.live.kind).toBe("current");
    store.stop();
    expect(fake.watchLiveSessions).toHaveBeenLastCalledWith(false);
    tell({ list: { kind: "loading" } });
    expect(store.live.kind).toBe("current");
  });

  it("forgets one, and all", async () => {
    const { store } = backend([recent("a"), recent("b"), recent("c")]);
    await store.start();
    await store.forget("b");
    expect(store.recent.map((session) => session.session_id)).toEqual(["a", "c"]);
    await store.forget(null);
    expect(store.recent).toEqual([]);
  });

  it("shows no session twice", () => {
    const sessions = [recent("a"), recent("b")];
    expect(notListed(sessions, { kind: "loading" })).toEqual(sessions);
    const live = { kind: "current" as const, sessions: [on("a")], total: 1 };
    expect(notListed(sessions, live).map((session) => session.session_id)).toEqual(["b"]);
  });
});
