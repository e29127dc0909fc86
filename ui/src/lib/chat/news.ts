// What was written, in words for a screen reader: not more of them than can be listened to.

import type { ChatMessage } from "../bindings";
import { texts } from "../texts";

/** At most one sentence in so long, in ms; what comes meanwhile is counted. */
const pause = 4000;

/** Longest text that is read out, in characters. */
const longest = 160;

export class News {
  #last = -Infinity;
  #newest: ChatMessage | null = null;
  #count = 0;

  /** Takes new messages; gives what is to be said now, or nothing. */
  take(messages: ChatMessage[], now: number): string {
    this.#newest = messages.at(-1) ?? this.#newest;
    this.#count += messages.length;
    return this.say(now);
  }

  /** What is to be said by now: of what waited, the newest or how many there are. */
  say(now: number): string {
    if (!this.waits || now - this.#last < pause) return "";
    const [count, newest] = [this.#count, this.#newest];
    this.#count = 0;
    this.#newest = null;
    this.#last = now;
    if (count > 1 || !newest) return texts.chat.newMessages(count);
    const text = newest.text.length > longest ? `${newest.text.slice(0, longest)} …` : newest.text;
    return texts.chat.says(newest.name, newest.file ? newest.file.name : text, newest.to.kind === "private");
  }

  /** Whether something waits to be said. */
  get waits(): boolean {
    return this.#count > 0;
  }
}
