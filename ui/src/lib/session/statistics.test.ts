import { expect, it } from "vitest";
import type { ConnectionPoint, Statistics, StatisticsTick, TrackInfo, TrackPoint } from "../bindings";
import { append, ceiling, curve, current, kept, none } from "./statistics";

const point = (number: number, change: Partial<TrackPoint> = {}): TrackPoint => ({
  number,
  kbps: 100,
  loss: 0,
  jitter_ms: null,
  round_trip_ms: null,
  layer: "none",
  width: 0,
  height: 0,
  fps: 0,
  dropped: 0,
  freezes: 0,
  concealed: 0,
  limit: "none",
  paused: false,
  ...change,
});
const connection = (number: number): ConnectionPoint => ({
  number,
  round_trip_ms: 5,
  available_kbps: null,
  sent_kbps: 0,
  received_kbps: 0,
  loss_sent: null,
  loss_received: null,
  sending: null,
  receiving: null,
});
const track = (id: string, direction: "sent" | "received" = "received"): TrackInfo => ({
  id,
  identity: "ada",
  name: "Ada",
  source: "camera",
  direction,
  codec: "VP8",
});
const tick = (number: number, tracks: TrackInfo[]): StatisticsTick => ({
  connection: connection(number),
  tracks: tracks.map((track) => ({ track, point: point(number) })),
});

it("keeps ten minutes, and tracks that are gone for as long", () => {
  let statistics: Statistics = none;
  const gone = track("gone");
  const stays = track("stays", "sent");
  for (let number = 1; number <= kept; number++) {
    const next = append(statistics, tick(number, number === 1 ? [gone, stays] : [stays]));
    if (!next) throw new Error("a gap");
    statistics = next;
  }
  expect(statistics.tracks.map((series) => series.track.id)).toEqual(["stays", "gone"]);
  const next = append(statistics, tick(kept + 1, [stays]));
  expect(next?.tracks.map((series) => series.points.length)).toEqual([kept]);
  expect(next?.connection).toHaveLength(kept);
});

it("asks for all anew when samples are missing or a new session began", () => {
  const statistics = { ...none, newest: 7 };
  expect(append(statistics, tick(9, []))).toBeNull();
  expect(append(statistics, tick(1, []))).toBeNull();
  expect(append(statistics, tick(7, []))).toBe(statistics);
});

it("knows whether a track is there now", () => {
  expect(current([point(3), point(4)], 4)?.number).toBe(4);
  expect(current([point(3)], 4)).toBeNull();
});

it("draws a curve with its newest sample at the right and gaps where there are none", () => {
  const values = [
    { number: 8, value: 0 },
    { number: 9, value: 5 },
    { number: 10, value: null },
    { number: 11, value: 20 },
  ];
  expect(curve(values, 11, 10)).toBe("M296 1L297 0.5M299 0");
});

it("scales to a round number", () => {
  const of = (value: number) => ceiling([{ number: 1, value }], 10);
  expect([of(0), of(11), of(480), of(1500)]).toEqual([10, 20, 500, 2000]);
});
