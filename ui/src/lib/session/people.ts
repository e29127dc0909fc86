// The list of people: in which order, and who of them. Pure.

import type { Participant } from "../bindings";
import { handsInOrder } from "./hands";

const byName = new Intl.Collator(undefined, { numeric: true });

/** A name as it is looked for: without case and accents. */
const plain = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Whose name has `query` in it: oneself, then raised hands in their order, then hosts, then the others by name. */
export function listed(participants: Participant[], query: string): Participant[] {
  const wanted = plain(query.trim());
  const found = participants.filter((person) => plain(person.name).includes(wanted));
  const others = found.filter((person) => !person.is_local);
  const isHost = (person: Participant) => Number(person.role === "host");
  const handsDown = others
    .filter((person) => person.hand_raised_at === null)
    .sort((a, b) => isHost(b) - isHost(a) || byName.compare(a.name, b.name) || (a.identity < b.identity ? -1 : 1));
  return [...found.filter((person) => person.is_local), ...handsInOrder(others), ...handsDown];
}
