// The list of people: in which order, and who of them. Pure.

import type { Participant } from "../bindings";

/** A name as it is looked for: without case and accents. */
const plain = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Whose name has `query` in it: oneself, then raised hands in their order, then hosts, then the others by name. */
export function listed(participants: Participant[], query: string): Participant[] {
  const wanted = plain(query.trim());
  const rank = (person: Participant) => {
    if (person.is_local) return 0;
    if (person.hand_raised_at !== null) return 1;
    return person.role === "host" ? 2 : 3;
  };
  return participants
    .filter((person) => plain(person.name).includes(wanted))
    .toSorted(
      (a, b) =>
        rank(a) - rank(b) ||
        (a.hand_raised_at ?? 0) - (b.hand_raised_at ?? 0) ||
        order.compare(a.name, b.name) ||
        (a.identity < b.identity ? -1 : 1),
    );
}

const order = new Intl.Collator(undefined, { numeric: true });
