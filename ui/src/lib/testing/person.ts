// Somebody for tests.

import type { Participant } from "../bindings";

export function person(identity: string, change: Partial<Participant> = {}): Participant {
  return {
    identity,
    name: identity,
    role: "viewer",
    is_local: false,
    speaking: false,
    microphone: "on",
    camera: "on",
    screen: "off",
    quality: "good",
    hand_raised_at: null,
    ...change,
  };
}
