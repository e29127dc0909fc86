// How one looks at the stage in this session: the page, what is pinned, who is looked at, the full screen.

import { getCurrentWindow } from "@tauri-apps/api/window";
import type { Backend } from "../backend";
import type { Participant, StageLayout } from "../bindings";
import type { Preferences } from "../preferences.svelte";
import { attend, nobody, type Attention } from "./speaker";

/** What one has who never chose. */
export const automatic: StageLayout = { choice: "auto", hide_self: false, hide_without_video: false };

export class StageView {
  page = $state(0);
  /** Key of the picture that is pinned. */
  pinned = $state<string | null>(null);
  /** Identity of who is looked at. */
  speaker = $state<string | null>(null);

  #backend: Backend;
  #preferences: Preferences;
  #attention: Attention = nobody;

  constructor(backend: Backend, preferences: Preferences) {
    this.#backend = backend;
    this.#preferences = preferences;
  }

  get layout(): StageLayout {
    return this.#preferences.view?.settings.layout ?? automatic;
  }

  /** Chooses, and remembers it. */
  async choose(change: Partial<StageLayout>): Promise<void> {
    this.page = 0;
    this.#preferences.show(await this.#backend.chooseLayout({ ...this.layout, ...change }));
  }

  /** Pins a picture, or lets it go. */
  pin(key: string): void {
    this.pinned = this.pinned === key ? null : key;
    this.page = 0;
  }

  /** Takes in who speaks now. To be called several times a second. */
  hear(participants: Participant[], loudness: (identity: string) => number, now: number): void {
    const others = participants.filter((p) => !p.is_local);
    const speaking = others.filter((p) => p.speaking).map((p) => p.identity);
    speaking.sort((a, b) => loudness(b) - loudness(a));
    const present = others.map((p) => p.identity);
    this.#attention = attend(this.#attention, speaking, present, now);
    this.speaker = this.#attention.current;
  }
}

/** The whole screen, or the window again. */
export async function toggleFullScreen(): Promise<void> {
  const window = getCurrentWindow();
  await window.setFullscreen(!(await window.isFullscreen()));
}
