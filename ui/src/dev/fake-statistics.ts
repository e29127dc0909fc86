// Ten minutes of figures that look like a session's.

import type { Origin, Participant, Statistics, TrackPoint, TrackSeries } from "../lib/bindings";

const samples = 280;

/** A value that wanders calmly about `middle`. */
const wander = (at: number, middle: number, seed: number) =>
  Math.round(middle * (1 + 0.2 * Math.sin(at / 9 + seed) + 0.1 * Math.sin(at / 3 + 2 * seed)) * 10) / 10;

function point(number: number, source: Origin, seed: number): TrackPoint {
  const sound = source === "microphone";
  const bad = number > 180 && number < 200;
  return {
    number,
    kbps: Math.round(wander(number, sound ? 34 : bad ? 160 : 900, seed)),
    loss: bad ? wander(number, 9, seed) : 0,
    jitter_ms: wander(number, 8, seed),
    round_trip_ms: wander(number, 24, seed),
    layer: sound ? "none" : bad ? "low" : "high",
    width: sound ? 0 : bad ? 320 : 1280,
    height: sound ? 0 : bad ? 180 : 720,
    fps: sound ? 0 : bad ? 15 : 30,
    dropped: bad && !sound ? 2 : 0,
    freezes: number === 190 && !sound ? 1 : 0,
    concealed: 0,
    limit: bad && !sound ? "bandwidth" : "none",
    paused: false,
  };
}

export function fakeStatistics(people: Participant[]): Statistics {
  const numbers = Array.from({ length: samples }, (_, index) => index + 1);
  const series = (person: Participant, source: Origin, seed: number): TrackSeries => ({
    track: {
      id: `TR_${person.identity}_${source}`,
      identity: person.identity,
      name: person.name,
      source,
      direction: person.is_local ? "sent" : "received",
      codec: source === "microphone" ? "opus" : "VP8",
    },
    points: numbers.map((number) => point(number, source, seed)),
  });
  return {
    interval_s: 2,
    newest: samples,
    connection: numbers.map((number) => ({
      number,
      round_trip_ms: wander(number, 24, 1),
      available_kbps: Math.round(wander(number, 2400, 2)),
      sent_kbps: Math.round(wander(number, 960, 3)),
      received_kbps: Math.round(wander(number, 1900, 4)),
      loss_sent: 0,
      loss_received: number > 180 && number < 200 ? 6 : 0,
      sending: { local: "host", remote: "host", protocol: "udp" },
      receiving: { local: "host", remote: "host", protocol: "udp" },
    })),
    tracks: people.flatMap((person, index) => [
      series(person, "microphone", index),
      ...(person.camera === "on" ? [series(person, "camera", index)] : []),
    ]),
  };
}
