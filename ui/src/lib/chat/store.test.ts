import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BackendError, type Backend } from "../backend";
import type { ChatChange, ChatMessage, ChatState, ChatUpdate } from "../bindings";
import { groups } from "./groups";
import { empty } from "./reduce";
import { ChatStore } from "./store.svelte";

const message = (key: string, text: string, more: Partial<ChatMessage> = {}): ChatMessage => ({
  key,
  from: "ada",
  name: "Ada",
  is_local: false,
  to: { kind: "everyone" },
  sent_at: Number(key.slice(1)),
  text,
  edited: false,
  deleted: false,
  told_by: null,
  file: null,
  ...more,
});

function chat(state: Partial<ChatState> = {}) {
  let listen: (update: ChatUpdate) => void = () => undefined;
  let sequence = 0;
  const fake = {
    chatSnapshot: vi.fn(async (): Promise<ChatState> => ({ ...empty, ...state, sequence })),
    sendMessage: vi.fn(async () => undefined),
    editMessage: vi.fn(async () => undefined),
    deleteMessage: vi.fn(async () => undefined),
    react: vi.fn(async () => undefined),
    onChat: async (listener: (update: ChatUpdate) => void) => {
      listen = listener;
      return () => undefined;
    },
  };
  const store = new ChatStore(fake as Partial<Backend> as Backend);
  const tell = (change: ChatChange) => listen({ sequence: (sequence += 1), change });
  const came = (...changed: ChatMessage[]) => tell({ kind: "messages", changed, dropped: [], news: true });
  return { store, fake, tell, came, skip: () => (sequence += 1) };
}

const refused = new BackendError({ code: "too_fast", message: "Too fast.", why: null, hint: "Wait.", action: null });

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

it("counts what was not seen, until it is", async () => {
  const { store, came, tell } = chat();
  await store.start();
  tell({ kind: "messages", changed: [message("m0", "before one came")], dropped: [], news: false });
  expect([store.unread, store.announcement]).toEqual([0, ""]);
  came(message("m1", "one"), message("m2", "two", { is_local: true }));
  // Missed while the connection was lost.
  came(message("m4", "told", { told_by: "Bob" }));
  expect([store.unread, store.firstUnread]).toEqual([2, "m1"]);
  store.show(true);
  expect([store.unread, store.firstUnread]).toEqual([0, "m1"]);
  came(message("m5", "five"));
  expect(store.unread).toBe(0);
  // Who reads further up, or looks elsewhere, has not seen it.
  store.scrolled(false);
  came(message("m6", "six"));
  expect([store.unread, store.firstUnread]).toEqual([1, "m6"]);
  store.scrolled(true);
  expect(store.unread).toBe(0);
  store.focused(false);
  came(message("m7", "seven"));
  expect(store.unread).toBe(1);
  store.focused(true);
  expect(store.unread).toBe(0);
  // A change of what was seen is no new message.
  store.show(false);
  came(message("m7", "seven!", { edited: true }));
  expect(store.unread).toBe(0);
});

it("keeps the draft while the panel is closed, and until it was sent", async () => {
  const { store, fake } = chat();
  await store.start();
  store.show(true);
  store.draft = "half a thou";
  store.show(false);
  store.show(true);
  expect(store.draft).toBe("half a thou");
  fake.sendMessage.mockRejectedValueOnce(refused);
  expect(await store.send()).toBe(false);
  expect([store.draft, store.error?.code, store.sending]).toEqual(["half a thou", "too_fast", false]);
  store.to = "bob";
  expect(await store.send()).toBe(true);
  expect(fake.sendMessage).toHaveBeenLastCalledWith("bob", "half a thou");
  expect([store.draft, store.error]).toEqual(["", null]);
  store.draft = "  \n";
  expect(await store.send()).toBe(false);
  expect(fake.sendMessage).toHaveBeenCalledTimes(2);
});

it("edits one's own messages and gives the draft back", async () => {
  const { store, fake, came } = chat();
  await store.start();
  came(message("m1", "mine", { is_local: true }), message("m2", "hers"));
  store.draft = "later";
  store.edit(message("m2", "hers"));
  expect(store.editing).toBe(null);
  store.editLast();
  expect([store.editing, store.draft]).toEqual(["m1", "mine"]);
  store.draft = "mine!";
  await store.send();
  expect(fake.editMessage).toHaveBeenCalledWith("m1", "mine!");
  expect([store.editing, store.draft]).toEqual([null, "later"]);
  // One that goes meanwhile is edited no more.
  store.editLast();
  came(message("m1", "", { is_local: true, deleted: true }));
  expect([store.editing, store.draft]).toEqual([null, "later"]);
});

it("lets reactions pass, and bounds them", async () => {
  const { store, tell } = chat();
  await store.start();
  tell({ kind: "reaction", identity: "ada", emoji: "👍" });
  vi.advanceTimersByTime(3000);
  tell({ kind: "reaction", identity: "ada", emoji: "🎉" });
  vi.advanceTimersByTime(3000);
  expect(store.reactions.get("ada")?.emoji).toBe("🎉");
  vi.advanceTimersByTime(3000);
  expect(store.reactions.size).toBe(0);
  for (let who = 0; who < 500; who += 1) tell({ kind: "reaction", identity: String(who), emoji: "👍" });
  expect(store.reactions.size).toBe(60);
  expect(store.reactions.has("499")).toBe(true);
});

it("says what came, but not more than can be listened to", async () => {
  const { store, came } = chat();
  await store.start();
  came(message("m1", "hello", { to: { kind: "private", identity: "me", name: "Me" } }));
  expect(store.announcement).toBe("Ada, to you only: hello");
  for (let number = 2; number < 300; number += 1) came(message(`m${number}`, "again"));
  expect(store.announcement).toBe("Ada, to you only: hello");
  vi.advanceTimersByTime(6000);
  expect(store.announcement).toBe("298 new messages");
});

it("asks for the whole after a gap, and begins anew with another session", async () => {
  const { store, fake, came, tell, skip } = chat({ messages: [message("m9", "from the snapshot")] });
  await store.start();
  skip();
  came(message("m10", "after the gap"));
  await vi.waitFor(() => expect(fake.chatSnapshot).toHaveBeenCalledTimes(2));
  await vi.waitFor(() => expect(store.state.messages.map((m) => m.text)).toEqual(["from the snapshot"]));
  store.show(true);
  store.draft = "old";
  tell({ kind: "reset", state: empty });
  expect([store.open, store.draft, store.unread, store.state.messages.length]).toEqual([false, "", 0, 0]);
});

it("keeps messages in order, and lets go of what made room", async () => {
  const { store, came, tell } = chat();
  await store.start();
  came(message("m5", "five"), message("m3", "three"));
  tell({ kind: "messages", changed: [message("m4", "four")], dropped: ["m3"], news: true });
  expect(store.state.messages.map((m) => m.text)).toEqual(["four", "five"]);
});

it("puts messages of one person together", () => {
  const all = [
    message("m1", "a"),
    message("m2", "b"),
    message("m3", "c", { to: { kind: "private", identity: "me", name: "Me" } }),
    message("m4", "d", { from: "bob" }),
    message("m5", "e", { from: "bob" }),
    message("m400000", "f", { from: "bob" }),
  ];
  const keys = (before: string | null) => groups(all, before).map((group) => group.messages.map(({ key }) => key));
  expect(keys(null)).toEqual([["m1", "m2"], ["m3"], ["m4", "m5"], ["m400000"]]);
  expect(keys("m5")).toEqual([["m1", "m2"], ["m3"], ["m4"], ["m5"], ["m400000"]]);
});
