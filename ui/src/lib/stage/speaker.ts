// Who is looked at: the active speaker, but calmly. A cough changes nothing, and nobody is cut off after a word. Pure.

/** How long somebody has to speak to be looked at, in ms. */
const enough = 1200;

/** How long somebody is looked at at least, in ms, unless gone. */
const dwell = 3000;

export interface Attention {
  /** Identity of who is looked at. */
  current: string | null;
  /** Since when, in ms. */
  since: number;
  /** Since when each of those who speak now has been speaking, in ms. */
  speaking: ReadonlyMap<string, number>;
}

export const nobody: Attention = { current: null, since: 0, speaking: new Map() };

/** The attention at `now`, with who speaks (the loudest first) and who is there. */
export function attend(before: Attention, speaking: string[], present: string[], now: number): Attention {
  const heard = new Map(speaking.map((identity) => [identity, before.speaking.get(identity) ?? now]));
  const current = before.current !== null && present.includes(before.current) ? before.current : null;
  const free = current === null || (now - before.since >= dwell && !heard.has(current));
  const next = free ? speaking.find((identity) => now - (heard.get(identity) ?? now) >= enough) : undefined;
  // Before anybody was looked at, the first word is enough.
  const first = before.current === null ? speaking[0] : undefined;
  const chosen = next ?? first;
  if (chosen !== undefined && chosen !== current) return { current: chosen, since: now, speaking: heard };
  return { current, since: current === before.current ? before.since : now, speaking: heard };
}
