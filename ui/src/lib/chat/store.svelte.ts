// The chat as the window has it: what Rust tells, and what only this window knows (what was read, the draft, who is
// written to). No view: it is tested without one.

import { SvelteMap } from "svelte/reactivity";
import { BackendError, uiError, type Backend } from "../backend";
import type { ChatMessage, ChatUpdate, UiError } from "../bindings";
import { texts } from "../texts";
import { News } from "./news";
import { empty, reduce } from "./reduce";

/** How long a reaction stands, in ms. */
const reactionStands = 5000;

/** Most people whose reactions stand at a time; the oldest makes room. */
const mostReactions = 60;

/** How long it stands that somebody sends too much, in ms: longer than until Rust says it again. */
const floodStands = 15_000;

export class ChatStore {
  /** The newest chat. Replaced, never mutated. */
  state = $state.raw(empty);
  /** Whether the chat's panel is open. */
  open = $state(false);
  /** How many messages of others were not seen yet. */
  unread = $state(0);
  /** Key of the first of them, until all were seen and the panel closed. */
  firstUnread = $state<string | null>(null);
  /** What is being written. It stays when the panel closes. */
  draft = $state("");
  /** Identity of who is written to; none: everyone. */
  to = $state<string | null>(null);
  /** Key of the own message that the draft will replace. */
  editing = $state<string | null>(null);
  /** Whether something is being sent. */
  sending = $state(false);
  /** Why the last thing was not done, until it is dismissed. */
  error = $state.raw<UiError | null>(null);
  /** Who sends too much, in words. */
  flood = $state("");
  /** What a screen reader says. */
  announcement = $state("");
  /** Reactions that stand, by identity. */
  reactions = new SvelteMap<string, { emoji: string; number: number }>();

  #backend: Backend;
  #waiting: ChatUpdate[] | null = [];
  #stop: (() => void)[] = [];
  #timers: ReturnType<typeof setTimeout>[] = [];
  #news = new News();
  #atEnd = true;
  #inFront = true;
  #kept: { draft: string; to: string | null } | null = null;
  #reaction = 0;
  #floods = 0;
  #saying = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Listens first and asks for the snapshot then, so that no update falls between. */
  async start(): Promise<void> {
    this.#stop.push(await this.#backend.onChat((update) => this.#take(update)));
    await this.#snapshot();
  }

  stop(): void {
    for (const stop of this.#stop.splice(0)) stop();
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  /** The panel opens or closes. */
  show(open: boolean): void {
    if (!open && this.unread === 0) this.firstUnread = null;
    this.open = open;
    this.#atEnd = true;
    this.#see();
  }

  /** Whether the end of the list is in sight. */
  scrolled(atEnd: boolean): void {
    this.#atEnd = atEnd;
    this.#see();
  }

  /** Whether the window is the one that is used. */
  focused(inFront: boolean): void {
    this.#inFront = inFront;
    this.#see();
  }

  /** Sends the draft, or puts it in the place of the message being edited. Says whether that was done. */
  async send(): Promise<boolean> {
    const [text, to, editing] = [this.draft, this.to, this.editing];
    if (this.sending || !text.trim()) return false;
    this.sending = true;
    const sent = await this.run(
      editing === null ? this.#backend.sendMessage(to, text) : this.#backend.editMessage(editing, text),
    );
    this.sending = false;
    // What was typed meanwhile stays.
    if (sent && this.draft === text) {
      if (editing === null) this.draft = "";
      else this.stopEditing();
    }
    return sent;
  }

  /** An own message goes into the draft; what was there comes back afterwards. */
  edit(message: ChatMessage): void {
    if (!message.is_local || message.deleted) return;
    this.#kept ??= { draft: this.draft, to: this.to };
    this.editing = message.key;
    this.draft = message.text;
  }

  /** The newest own message goes into the draft. */
  editLast(): void {
    const own = this.state.messages.findLast((message) => message.is_local && !message.deleted && !message.file);
    if (own) this.edit(own);
  }

  stopEditing(): void {
    this.editing = null;
    this.draft = this.#kept?.draft ?? "";
    this.to = this.#kept?.to ?? null;
    this.#kept = null;
  }

  async delete(message: ChatMessage): Promise<void> {
    if (this.editing === message.key) this.stopEditing();
    await this.run(this.#backend.deleteMessage(message.key));
  }

  async react(emoji: string): Promise<void> {
    await this.run(this.#backend.react(emoji));
  }

  async openLink(url: string): Promise<void> {
    await this.run(this.#backend.openLink(url));
  }

  /** Runs a command whose failure is told in the chat. Says whether it was done. */
  async run(command: Promise<unknown>): Promise<boolean> {
    try {
      await command;
      this.error = null;
      return true;
    } catch (thrown) {
      this.error = thrown instanceof BackendError ? thrown.ui : uiError(thrown);
      return false;
    }
  }

  #take(update: ChatUpdate): void {
    if (this.#waiting) {
      this.#waiting.push(update);
      return;
    }
    const before = this.state;
    const result = reduce(before, update);
    if (result.kind === "gap") return void this.#snapshot([update]);
    if (result.kind === "stale") return;
    this.state = result.state;
    const { change } = update;
    if (change.kind === "reset") this.#begin();
    else if (change.kind === "messages") this.#came(change.changed, before.messages, change.news);
    else if (change.kind === "reaction") this.#reacted(change.identity, change.emoji);
    else if (change.kind === "flood") {
      const words = (this.flood = texts.chat.flood(change.name));
      const number = (this.#floods += 1);
      this.#later(floodStands, () => {
        if (this.flood === words && this.#floods === number) this.flood = "";
      });
    }
  }

  async #snapshot(waiting: ChatUpdate[] = this.#waiting ?? []): Promise<void> {
    this.#waiting = waiting;
    try {
      this.state = await this.#backend.chatSnapshot();
    } finally {
      // What came meanwhile: older ones fall out as stale, newer ones apply.
      const missed = this.#waiting;
      this.#waiting = null;
      for (const update of missed) this.#take(update);
    }
  }

  /** Another session: nothing of the last one stays. */
  #begin(): void {
    this.unread = 0;
    this.firstUnread = null;
    this.open = false;
    this.draft = "";
    this.to = null;
    this.editing = null;
    this.#kept = null;
    this.error = null;
    this.flood = "";
    this.announcement = "";
    this.#news = new News();
    this.reactions.clear();
  }

  #came(changed: ChatMessage[], before: ChatMessage[], news: boolean): void {
    const known = (key: string) => before.some((message) => message.key === key);
    const fresh = news ? changed.filter((m) => !known(m.key) && !m.is_local && !m.deleted) : [];
    const gone = changed.find((message) => message.key === this.editing && message.deleted);
    if (gone) this.stopEditing();
    if (fresh.length === 0) return;
    if (!this.#reads) {
      if (this.unread === 0) this.firstUnread = fresh[0]?.key ?? null;
      this.unread += fresh.length;
    }
    this.#say(this.#news.take(fresh, Date.now()));
  }

  #say(words: string): void {
    if (words) this.announcement = words;
    if (!this.#news.waits || this.#saying) return;
    this.#saying = true;
    this.#later(1000, () => {
      this.#saying = false;
      this.#say(this.#news.say(Date.now()));
    });
  }

  #reacted(identity: string, emoji: string): void {
    const number = (this.#reaction += 1);
    this.reactions.delete(identity);
    this.reactions.set(identity, { emoji, number });
    for (const oldest of this.reactions.keys()) {
      if (this.reactions.size <= mostReactions) break;
      this.reactions.delete(oldest);
    }
    this.#later(reactionStands, () => {
      if (this.reactions.get(identity)?.number === number) this.reactions.delete(identity);
    });
  }

  get #reads(): boolean {
    return this.open && this.#atEnd && this.#inFront;
  }

  #see(): void {
    if (this.#reads) this.unread = 0;
  }

  #later(ms: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      what();
    }, ms);
    this.#timers.push(timer);
  }
}
