// The doctor's state and the changes that Rust tells of it.

import type { Answer, CheckId, CheckState, DoctorState, DoctorUpdate, EndReason, UiError } from "../bindings";

export const idle: DoctorState = { run: 0, running: false, checks: [], report: null };

/** The state after an update; an update of an earlier run changes nothing. */
export function reduce(state: DoctorState, { run, change }: DoctorUpdate): DoctorState {
  if (run < state.run) return state;
  switch (change.kind) {
    case "started":
      return { run, running: true, checks: change.checks, report: null };
    case "checking":
      return { ...state, checks: advance(state.checks, change.id, { kind: "checking" }) };
    case "checked":
      return {
        ...state,
        checks: advance(state.checks, change.result.id, { kind: "done", result: change.result }),
      };
    case "finished":
      return { ...state, running: false, report: change.report };
    case "stopped":
      return {
        ...state,
        running: false,
        checks: state.checks.map((check) =>
          check.progress.kind === "checking" ? { ...check, progress: { kind: "waiting" } } : check,
        ),
      };
  }
}

function advance(checks: CheckState[], id: CheckId, progress: CheckState["progress"]): CheckState[] {
  return checks.map((check) => (check.id === id ? { ...check, progress } : check));
}

/** The check that is being looked at. */
export function current(state: DoctorState): CheckState | null {
  return state.checks.find((check) => check.progress.kind === "checking") ?? null;
}

/** How many checks have a result. */
export function finished(state: DoctorState): number {
  return state.checks.filter((check) => check.progress.kind === "done").length;
}

/** What the run came to: the first broken link, that all is well, or nothing yet. */
export function outcome(state: DoctorState): { kind: "none" } | { kind: "well" } | { kind: "broken"; answer: Answer } {
  if (!state.report) return { kind: "none" };
  return state.report.answer ? { kind: "broken", answer: state.report.answer } : { kind: "well" };
}

/** Beginnings of the codes of failures on the way to a room. */
const ofConnection = /^(api_(?!address_invalid)|livekit_|server_url_|token_|ice_|media_|host_(?!proof))/u;
const alsoOfConnection = [
  "captive_portal",
  "clock_off",
  "not_a_session_api",
  "proxy_refuses",
  "turn_needed",
  "websocket_eaten",
];

/** Whether a failure is one that the doctor can explain further. */
export function explains(failure: UiError | null): boolean {
  if (!failure) return false;
  return failure.action === "run_doctor" || ofConnection.test(failure.code) || alsoOfConnection.includes(failure.code);
}

/** Ends after which the doctor is asked why. */
const unexplained: EndReason[] = ["connection_lost", "token_refused", "server_shutdown", "room_gone", "host_failed"];

/** Whether the way a session ended is to be looked into. */
export function explainsEnd(reason: EndReason): boolean {
  return unexplained.includes(reason);
}
