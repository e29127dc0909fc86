import type { Participant } from "../bindings";
import { texts } from "../texts";

/** What somebody is called who may have left meanwhile. */
export const nameOf = (participants: Participant[], identity: string): string =>
  participants.find((participant) => participant.identity === identity)?.name ?? texts.session.somebody;
