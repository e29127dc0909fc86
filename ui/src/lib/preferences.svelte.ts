// The settings as the UI shows them.

import type { Backend } from "./backend";
import type { SettingsView } from "./bindings";

export class Preferences {
  /** The newest view; nothing until it was read. */
  view = $state.raw<SettingsView | null>(null);
  /** What to send people on the own network, while this computer hosts and lets them in. */
  lanAddress = $state<string | null>(null);

  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async load(): Promise<void> {
    this.show(await this.#backend.settings());
    await this.loadLanAddress();
  }

  async loadLanAddress(): Promise<void> {
    this.lanAddress = await this.#backend.lanAddress();
  }

  /** Takes a view that a command answered, and gives the page its colours. */
  show(view: SettingsView): void {
    this.view = view;
    document.body.dataset.theme = view.settings.theme;
  }
}
