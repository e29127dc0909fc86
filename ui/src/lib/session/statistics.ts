// Statistics in the UI: a copy of what Rust keeps, one sample further with each tick. Pure.

import type { Statistics, StatisticsTick, TrackInfo, TrackPoint } from "../bindings";

/** Samples that are kept: ten minutes. */
export const kept = 300;

export const none: Statistics = { interval_s: 2, newest: 0, connection: [], tracks: [] };

/** The statistics one sample further; nothing if samples are missing in between: then they are asked for anew. */
export function append(before: Statistics, tick: StatisticsTick): Statistics | null {
  const newest = tick.connection.number;
  if (newest <= before.newest) return newest === before.newest ? before : null;
  if (newest !== before.newest + 1) return null;
  const oldest = newest - kept + 1;
  const fresh = <T extends { number: number }>(points: T[]) => points.filter((point) => point.number >= oldest);
  const tracks = before.tracks
    .map((series) => {
      const sample = tick.tracks.find((sample) => same(sample.track, series.track));
      if (!sample) return { ...series, points: fresh(series.points) };
      return { track: sample.track, points: fresh([...series.points, sample.point]) };
    })
    .filter((series) => series.points.length > 0);
  for (const { track, point } of tick.tracks)
    if (!tracks.some((series) => same(series.track, track))) tracks.push({ track, points: [point] });
  tracks.sort((a, b) => Number(a.track.direction === "received") - Number(b.track.direction === "received"));
  return { ...before, newest, connection: fresh([...before.connection, tick.connection]), tracks };
}

function same(a: TrackInfo, b: TrackInfo): boolean {
  return a.id === b.id && a.direction === b.direction;
}

/** The newest sample of a track, if it is there still. */
export function current(points: TrackPoint[], newest: number): TrackPoint | null {
  const last = points.at(-1);
  return last && last.number === newest ? last : null;
}

/** One point of a curve: a sample's number and a value, if there was one. */
export type Value = { number: number; value: number | null };

/**
 * The curve as an SVG path in a box of `kept` by 1 (x: one sample each, the newest at the right; y: 0 below, `top` above).
 * Where samples are missing there is a gap.
 */
export function curve(values: Value[], newest: number, top: number): string {
  let path = "";
  let last = -2;
  for (const { number, value } of values) {
    if (value === null) continue;
    const x = kept - 1 - (newest - number);
    if (x < 0) continue;
    const y = 1 - Math.min(1, Math.max(0, value / top));
    path += `${number === last + 1 ? "L" : "M"}${x} ${Number(y.toFixed(3))}`;
    last = number;
  }
  return path;
}

/** The least round number that no value exceeds, and `least` at least. */
export function ceiling(values: Value[], least: number): number {
  const most = values.reduce((most, { value }) => Math.max(most, value ?? 0), least);
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most) ?? most;
}
