// What a host can do about somebody now. Pure.

import type { Moderation, Participant } from "../bindings";

/** What is offered in the list; keeping out is a choice of removing. */
export type Offered = Exclude<Moderation, "keep_out">;

export function possible(person: Participant): Offered[] {
  const all: [Offered, boolean][] = [
    ["mute", person.microphone === "on"],
    ["stop_camera", person.camera === "on"],
    ["stop_screen", person.screen === "on"],
    ["ask_to_unmute", person.microphone !== "on"],
    ["ask_for_camera", person.camera === "off" || person.camera === "muted"],
    ["lower_hand", person.hand_raised_at !== null],
    ["remove", true],
  ];
  return all.filter(([, fits]) => fits).map(([what]) => what);
}
