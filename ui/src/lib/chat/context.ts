import { getContext, setContext } from "svelte";
import type { ChatStore } from "./store.svelte";

const key = Symbol("chat");

/** Gives the components below the session's chat. */
export function provideChat(chat: ChatStore): void {
  setContext(key, chat);
}

/** The session's chat. */
export function chatStore(): ChatStore {
  return getContext<ChatStore>(key);
}
