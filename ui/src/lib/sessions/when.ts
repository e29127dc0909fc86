// Times of sessions, as short as they are still clear.

const day = 24 * 60 * 60 * 1000;

const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();

/** The time of day if it is of today, the weekday with it if of this week, else the date. Empty if it is no time. */
export function when(at: string, now: Date, locale?: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return "";
  const days = Math.round((midnight(now) - midnight(time)) / day);
  if (days <= 0) return time.toLocaleTimeString(locale, { timeStyle: "short" });
  const clock = { hour: "numeric", minute: "2-digit" } as const;
  if (days < 7) return time.toLocaleString(locale, { weekday: "short", ...clock });
  return time.toLocaleDateString(locale, { day: "numeric", month: "short" });
}
