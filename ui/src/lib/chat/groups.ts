// Messages as they stand under each other: those of one author in a row share one heading.

import type { ChatMessage } from "../bindings";

/** A longer silence begins a new group, in ms. */
const silence = 3 * 60_000;

export type Group = {
  key: string;
  first: ChatMessage;
  messages: ChatMessage[];
};

const audience = ({ to }: ChatMessage) => (to.kind === "private" ? to.identity : "");

/** Groups of the same author, audience and teller; `breakBefore`: this message begins one. */
export function groups(messages: ChatMessage[], breakBefore: string | null): Group[] {
  const found: Group[] = [];
  for (const message of messages) {
    const group = found.at(-1);
    const last = group?.messages.at(-1);
    const together =
      last &&
      last.from === message.from &&
      audience(last) === audience(message) &&
      last.told_by === message.told_by &&
      message.key !== breakBefore &&
      message.sent_at - last.sent_at < silence;
    if (together) group?.messages.push(message);
    else found.push({ key: message.key, first: message, messages: [message] });
  }
  return found;
}
