// The session as Rust has it: a snapshot and patches; beside it the fast-changing meters.

import { SvelteMap } from "svelte/reactivity";
import { uiError, type Backend } from "../backend";
import type { Meters, SessionPatch, SessionState, TileMeter, UiError } from "../bindings";
import { keepOnly } from "./keep-only";
import { reduce } from "./reduce";
import { tileKey } from "./tile-key";

/** A loudness in eighths, 1 at most: finer steps are hardly seen, and each step makes the webview draw the page anew. */
const inSteps = (level: number): number => Math.min(1, Math.round(level * 8) / 8);

const nothing: SessionState = {
  sequence: 0,
  phase: { kind: "idle" },
  session_id: null,
  title: null,
  role: "viewer",
  can_publish: true,
  participants: [],
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

export class SessionStore {
  /** The newest state. Replaced, never mutated. */
  state = $state.raw<SessionState>(nothing);
  /** Whether a first snapshot is there. */
  ready = $state(false);
  /** What each tile has drawn, by {@link tileKey}. */
  tiles = new SvelteMap<string, TileMeter>();
  /** How loud each person is, 0 to 1, by identity. */
  levels = new SvelteMap<string, number>();
  /** The newest failed command of a running session, until it is dismissed. */
  error = $state.raw<UiError | null>(null);
  /** Gives that command again, if it can be given again. */
  again = $state.raw<(() => void) | null>(null);

  #backend: Backend;
  #waiting: SessionPatch[] | null = [];
  #stop: (() => void)[] = [];

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Listens first and asks for the snapshot then, so that no patch falls between. */
  async start(): Promise<void> {
    this.#stop.push(await this.#backend.onPatch((patch) => this.#take(patch)));
    this.#stop.push(await this.#backend.onMeters((meters) => this.#measure(meters)));
    await this.#snapshot();
    this.ready = true;
  }

  stop(): void {
    for (const stop of this.#stop.splice(0)) stop();
  }

  /** Runs a command whose failure is told in the session, beside the controls; a function can be run again. */
  async run(command: Promise<void> | (() => Promise<void>)): Promise<void> {
    try {
      await (typeof command === "function" ? command() : command);
    } catch (thrown) {
      this.error = uiError(thrown);
      this.again = typeof command === "function" ? () => void this.run(command) : null;
    }
  }

  #take(patch: SessionPatch): void {
    if (this.#waiting) {
      this.#waiting.push(patch);
      return;
    }
    const result = reduce(this.state, patch);
    if (result.kind === "applied") this.#set(result.state);
    else if (result.kind === "gap") void this.#snapshot([patch]);
  }

  async #snapshot(waiting: SessionPatch[] = this.#waiting ?? []): Promise<void> {
    this.#waiting = waiting;
    try {
      this.#set(await this.#backend.sessionSnapshot());
    } finally {
      // What came meanwhile: older ones fall out as stale, newer ones apply.
      const missed = this.#waiting;
      this.#waiting = null;
      for (const patch of missed) this.#take(patch);
    }
  }

  #set(state: SessionState): void {
    const before = this.state;
    this.state = state;
    if (before.session_id !== state.session_id || state.phase.kind === "idle" || state.phase.kind === "ended") {
      this.tiles.clear();
      this.levels.clear();
    }
    if (state.phase.kind !== before.phase.kind && state.phase.kind === "connecting") this.error = null;
  }

  #measure(meters: Meters): void {
    keepOnly(
      this.tiles,
      meters.tiles.map((meter) => tileKey(meter.tile)),
    );
    keepOnly(
      this.levels,
      meters.levels.map(({ identity }) => identity),
    );
    for (const meter of meters.tiles) this.tiles.set(tileKey(meter.tile), meter);
    for (const { identity, level } of meters.levels) this.levels.set(identity, inSteps(level ?? 0));
  }
}
