// Raised hands, in the order in which they went up.

import type { Participant } from "../bindings";

/** Who has a hand up, the first one first. */
export function handsInOrder(participants: Participant[]): Participant[] {
  const up = participants.filter((person) => person.hand_raised_at !== null);
  return up.sort((a, b) => (a.hand_raised_at ?? 0) - (b.hand_raised_at ?? 0));
}

/** The place in that order, from 1; 0: the hand is down. */
export function handPlace(participants: Participant[], identity: string): number {
  return handsInOrder(participants).findIndex((person) => person.identity === identity) + 1;
}
