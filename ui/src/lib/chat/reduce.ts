// The chat, one update further. Pure.

import type { ChatMessage, ChatState, ChatUpdate } from "../bindings";

/** The chat after an update; `stale`: already contained; `gap`: updates are missing, a new snapshot is needed. */
export type Reduced = { kind: "applied"; state: ChatState } | { kind: "stale" } | { kind: "gap" };

export const empty: ChatState = {
  sequence: 0,
  can_send: false,
  messages: [],
  history: { kind: "none" },
  transfers: [],
};

/** Applies the update, if it is the next one. A reset stands for itself and bridges any gap. */
export function reduce(state: ChatState, { sequence, change }: ChatUpdate): Reduced {
  if (sequence <= state.sequence) return { kind: "stale" };
  if (change.kind === "reset") return { kind: "applied", state: { ...change.state, sequence } };
  if (sequence !== state.sequence + 1) return { kind: "gap" };
  const next = { ...state, sequence };
  switch (change.kind) {
    case "messages":
      next.messages = withMessages(state.messages, change.changed, change.dropped);
      break;
    case "can_send":
      next.can_send = change.can_send;
      break;
    case "history":
      next.history = change.history;
      break;
    case "transfer": {
      const others = state.transfers.filter(({ key }) => key !== change.transfer.key);
      next.transfers = [...others, change.transfer];
      break;
    }
    case "flood":
    case "reaction":
      break;
  }
  return { kind: "applied", state: next };
}

function withMessages(messages: ChatMessage[], changed: ChatMessage[], dropped: string[]): ChatMessage[] {
  const all = new Map(messages.map((message) => [message.key, message]));
  for (const key of dropped) all.delete(key);
  for (const message of changed) all.set(message.key, message);
  return [...all.values()].sort((a, b) => a.sent_at - b.sent_at);
}
