// The sessions to go into, as home shows them.

import { uiError, type Backend } from "../backend";
import type { LiveList, RecentSession, UiError } from "../bindings";

export class SessionsStore {
  /** Those that are on at the session server. */
  live = $state.raw<LiveList>({ kind: "none" });
  /** Those one was in, the last one first. */
  recent = $state.raw<RecentSession[]>([]);
  /** Why they could not be forgotten. */
  error = $state.raw<UiError | null>(null);

  #backend: Backend;
  #stop: (() => void) | null = null;
  #on = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Listens first and asks then. Asked again, it begins anew with the settings of now. */
  async start(): Promise<void> {
    this.#on = true;
    try {
      if (!this.#stop) {
        const stop = await this.#backend.onLiveSessions(({ list }) => (this.live = list));
        // Home may be gone meanwhile.
        if (!this.#on) return stop();
        this.#stop = stop;
      }
      await this.#backend.watchLiveSessions(true);
      this.recent = await this.#backend.recentSessions();
    } catch (thrown) {
      console.error("sessions", thrown);
    }
  }

  stop(): void {
    this.#on = false;
    this.#stop?.();
    this.#stop = null;
    this.#backend.watchLiveSessions(false).catch((thrown: unknown) => console.error("sessions", thrown));
  }

  /** Forgets one of the sessions one was in, or all. */
  async forget(sessionId: string | null): Promise<void> {
    this.error = null;
    try {
      await this.#backend.forgetRecentSession(sessionId);
      this.recent = await this.#backend.recentSessions();
    } catch (thrown) {
      this.error = uiError(thrown);
    }
  }
}
