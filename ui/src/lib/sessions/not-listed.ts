import type { LiveList, RecentSession } from "../bindings";

/** Those one was in that are not on the list of what is on: nobody looks for one session in two places. */
export function notListed(recent: RecentSession[], live: LiveList): RecentSession[] {
  if (live.kind !== "current") return recent;
  const on = new Set(live.sessions.map((session) => session.session_id));
  return recent.filter((session) => !on.has(session.session_id));
}
