// Who came and went, in words for a screen reader.

import type { Participant } from "../bindings";
import { texts } from "../texts";

/** More at once are counted, not named. */
const mostNamed = 3;

function words(names: string[], one: (name: string) => string, many: (count: number) => string): string[] {
  return names.length > mostNamed ? [many(names.length)] : names.map(one);
}

export class Announcer {
  #names: Map<string, string> | null = null;

  /** What changed since the call before; nothing at the first, which only says who is there. */
  news(participants: Participant[]): string {
    const names = new Map(participants.map((p) => [p.identity, p.name]));
    const before = this.#names;
    this.#names = names;
    if (!before) return "";
    const came = [...names].filter(([identity]) => !before.has(identity)).map(([, name]) => name);
    const went = [...before].filter(([identity]) => !names.has(identity)).map(([, name]) => name);
    const { joined, left, manyJoined, manyLeft } = texts.session;
    return [...words(came, joined, manyJoined), ...words(went, left, manyLeft)].join(". ");
  }
}
