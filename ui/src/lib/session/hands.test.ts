import { expect, test } from "vitest";
import type { Participant } from "../bindings";
import { handPlace, handsInOrder } from "./hands";

const person = (identity: string, hand_raised_at: number | null) => ({ identity, hand_raised_at }) as Participant;

test("hands are in the order in which they went up", () => {
  const people = [person("a", null), person("b", 30), person("c", 10)];
  expect(handsInOrder(people).map((p) => p.identity)).toEqual(["c", "b"]);
  expect(["a", "b", "c", "nobody"].map((identity) => handPlace(people, identity))).toEqual([0, 2, 1, 0]);
  expect(people.map((p) => p.identity)).toEqual(["a", "b", "c"]);
});
