// What a host can do about somebody now. Pure.

import type { Moderation, Participant } from "../bindings";

export function possible(person: Participant): Moderation[] {
  const all: [Moderation, boolean][] = [
    ["mute", person.microphone === "on"],
    ["stop_camera", person.camera === "on"],
    ["stop_screen", person.screen === "on"],
    ["lower_hand", person.hand_raised_at !== null],
    ["remove", true],
  ];
  return all.filter(([, fits]) => fits).map(([what]) => what);
}
