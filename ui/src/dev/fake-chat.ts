// A chat without the app.

import type { ChatChange, ChatMessage, ChatState, ChatUpdate, Participant } from "../lib/bindings";

const code =
  'This is what I mean:\n```rust\nfn main() {\n    println!("Hello, {}!", std::env::args().nth(1).unwrap_or_default());\n}\n```\nSee https://doc.rust-lang.org/book/ch01-02-hello-world.html, and run `cargo run`.';

export class FakeChat {
  #listeners = new Set<(update: ChatUpdate) => void>();
  #state: ChatState = {
    sequence: 0,
    can_send: true,
    messages: [],
    history: { kind: "none" },
    transfers: [],
  };
  #count = 0;
  #people: () => Participant[];

  constructor(people: () => Participant[], query: URLSearchParams) {
    this.#people = people;
    if (query.get("state")?.startsWith("viewer")) this.#state.can_send = false;
    if (!query.has("chat")) return;
    const told = "Ada Lovelace";
    this.#state.messages = [
      this.#message(2, "Good evening! I am a little late.", { told_by: told }),
      this.#message(1, "We have just begun.", { told_by: told }),
      this.#message(3, code),
      this.#message(3, "Works on my machine.", { edited: true }),
      this.#message(1, "Could you mute yourself for a moment?", {
        to: { kind: "private", identity: "person-0", name: told },
      }),
      this.#message(0, "Sure.", { to: { kind: "private", identity: "person-1", name: "Grace Hopper" } }),
      this.#message(0, "Thank you all for coming. The slides are in the folder, and there is a break at eight."),
      this.#message(2, "", { deleted: true }),
      this.#message(1, "slides.pdf", { file: { name: "slides for tuesday.pdf", size: 2_345_678, program: false } }),
      this.#message(3, "setup.exe", { file: { name: "setup.exe", size: 73_000_000, program: true } }),
      this.#message(0, "notes.txt", { file: { name: "notes.txt", size: 4200, program: false } }),
    ];
    this.#state.transfers = [
      { key: "t1", message: "m9", peer: "Grace Hopper", sending: false, done: 1_200_000, state: { kind: "running" } },
      {
        key: "t2",
        message: "m11",
        peer: "Alan Turing",
        sending: true,
        done: 4200,
        state: { kind: "done", path: null, program: false },
      },
    ];
  }

  #message(who: number, text: string, more: Partial<ChatMessage> = {}): ChatMessage {
    const person = this.#people()[who];
    this.#count += 1;
    return {
      key: `m${this.#count}`,
      from: person?.identity ?? `person-${who}`,
      name: person?.name ?? "Somebody",
      is_local: who === 0,
      to: { kind: "everyone" },
      sent_at: Date.now() - 600_000 + this.#count * 40_000,
      text,
      edited: false,
      deleted: false,
      told_by: null,
      file: null,
      ...more,
    };
  }

  tell(change: ChatChange): void {
    const sequence = this.#state.sequence + 1;
    this.#state = { ...this.#state, sequence };
    if (change.kind === "messages") {
      const keys = new Set(change.changed.map(({ key }) => key));
      const others = this.#state.messages.filter(({ key }) => !keys.has(key));
      this.#state.messages = [...others, ...change.changed].sort((a, b) => a.sent_at - b.sent_at);
    }
    if (change.kind === "transfer") this.#state.transfers = [...this.#state.transfers, change.transfer];
    for (const listener of this.#listeners) listener({ sequence, change });
  }

  #change(key: string, change: Partial<ChatMessage>): void {
    const message = this.#state.messages.find((known) => known.key === key);
    if (message) this.tell({ kind: "messages", changed: [{ ...message, ...change }], dropped: [], news: true });
  }

  backend = {
    chatSnapshot: async () => this.#state,
    sendMessage: async (to: string | null, text: string) => {
      const name = this.#people().find((person) => person.identity === to)?.name ?? "";
      const audience =
        to === null ? ({ kind: "everyone" } as const) : ({ kind: "private", identity: to, name } as const);
      const message = this.#message(0, text, { to: audience, sent_at: Date.now() });
      this.tell({ kind: "messages", changed: [message], dropped: [], news: true });
    },
    editMessage: async (key: string, text: string) => this.#change(key, { text, edited: true }),
    deleteMessage: async (key: string) => this.#change(key, { text: "", deleted: true }),
    react: async (emoji: string) => this.tell({ kind: "reaction", identity: "person-0", emoji }),
    offerFile: async () => false,
    saveFile: async (message: string) =>
      this.tell({
        kind: "transfer",
        transfer: {
          key: `t-${message}`,
          message,
          peer: "Katherine Johnson",
          sending: false,
          done: 0,
          state: { kind: "failed", message: "The disk is full.", hint: "Make room, then save it again." },
        },
      }),
    cancelTransfer: async () => undefined,
    showFolder: async () => undefined,
    openLink: async (url: string) => console.info("open", url),
    onChat: async (listener: (update: ChatUpdate) => void) => {
      this.#listeners.add(listener);
      return () => void this.#listeners.delete(listener);
    },
  };
}
