// The connection doctor as Rust has it: a snapshot, then its updates.

import { uiError, type Backend } from "../backend";
import type { DoctorState, DoctorSubject, UiError } from "../bindings";
import { idle, reduce } from "./reduce";

export class DoctorStore {
  /** Replaced, never mutated. */
  state = $state.raw<DoctorState>(idle);
  /** Why the doctor could not be started or its report not be had. */
  error = $state.raw<UiError | null>(null);
  /** What was looked at last. */
  subject = $state<DoctorSubject>("settings");

  #backend: Backend;
  #stop: (() => void) | null = null;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Listens first and asks for the snapshot then. */
  async listen(): Promise<void> {
    this.#stop = await this.#backend.onDoctor((update) => (this.state = reduce(this.state, update)));
    const state = await this.#backend.doctor();
    if (state.run >= this.state.run) this.state = state;
  }

  deafen(): void {
    this.#stop?.();
  }

  /** Starts the checks; one run at a time. */
  async start(subject: DoctorSubject): Promise<void> {
    this.subject = subject;
    // What an earlier run found is not about this.
    if (!this.state.running) this.state = { ...idle, run: this.state.run };
    await this.attempt(() => this.#backend.startDoctor(subject));
  }

  async stop(): Promise<void> {
    await this.attempt(() => this.#backend.stopDoctor());
  }

  /** Runs a command; its failure is kept for the page. */
  async attempt<T>(command: () => Promise<T>): Promise<T | undefined> {
    this.error = null;
    try {
      return await command();
    } catch (thrown) {
      this.error = uiError(thrown);
      return undefined;
    }
  }
}
