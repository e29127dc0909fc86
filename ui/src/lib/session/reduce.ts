// The session's state, one patch further. Pure.

import type { Change, Participant, SessionPatch, SessionState } from "../bindings";

/** The state after a patch; `stale`: already contained; `gap`: patches are missing, a new snapshot is needed. */
export type Reduced = { kind: "applied"; state: SessionState } | { kind: "stale" } | { kind: "gap" };

/** Applies the patch, if it is the next one. A reset stands for itself and bridges any gap. */
export function reduce(state: SessionState, patch: SessionPatch): Reduced {
  if (patch.sequence <= state.sequence) return { kind: "stale" };
  if (patch.change.kind === "reset")
    return { kind: "applied", state: { ...patch.change.state, sequence: patch.sequence } };
  if (patch.sequence !== state.sequence + 1) return { kind: "gap" };
  return { kind: "applied", state: { ...changed(state, patch.change), sequence: patch.sequence } };
}

function changed(state: SessionState, change: Exclude<Change, { kind: "reset" }>): SessionState {
  switch (change.kind) {
    case "phase":
      return { ...state, phase: change.phase };
    case "about": {
      const { session_id, title, role, can_publish } = change;
      return { ...state, session_id, title, role, can_publish };
    }
    case "people":
      return { ...state, participants: withPeople(state.participants, change.left, change.changed) };
    case "health":
      return { ...state, health: change.health };
    case "silenced":
      return { ...state, silenced: change.device };
    case "encrypted":
      return { ...state, encrypted: change.encrypted };
    case "asked":
      return { ...state, asked: change.asked };
    case "locked":
      return { ...state, locked: change.locked };
    case "device":
      return { ...state, [change.device]: change.state };
  }
}

function withPeople(participants: Participant[], left: string[], changed: Participant[]): Participant[] {
  const people = new Map(participants.map((p) => [p.identity, p]));
  for (const identity of left) people.delete(identity);
  for (const participant of changed) people.set(participant.identity, participant);
  return [...people.values()];
}
