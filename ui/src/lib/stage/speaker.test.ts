import { describe, expect, it } from "vitest";
import { attend, nobody } from "./speaker";

const there = ["ada", "bob", "eve"];

/** Who is looked at after each moment: [ms, who speaks]. */
function watched(moments: [number, string[]][], present = there): (string | null)[] {
  let attention = nobody;
  return moments.map(([now, speaking]) => {
    attention = attend(attention, speaking, present, now);
    return attention.current;
  });
}

describe("attend", () => {
  it("looks at the first who speaks, at once", () => {
    expect(
      watched([
        [0, []],
        [100, ["bob"]],
      ]),
    ).toEqual([null, "bob"]);
  });

  it("stays through pauses and coughs", () => {
    const moments: [number, string[]][] = [
      [0, ["bob"]],
      [5000, []],
      [6000, ["eve"]],
      [6500, []],
      [7000, ["eve"]],
      [7900, ["eve"]],
    ];
    expect(watched(moments)).toEqual(Array(6).fill("bob"));
  });

  it("goes over to who has been speaking for a while, when the other is silent", () => {
    const moments: [number, string[]][] = [
      [0, ["bob"]],
      [4000, ["bob", "eve"]],
      [6000, ["bob", "eve"]],
      [6200, ["eve"]],
    ];
    expect(watched(moments)).toEqual(["bob", "bob", "bob", "eve"]);
  });

  it("does not jump within the first seconds", () => {
    const moments: [number, string[]][] = [
      [0, ["bob"]],
      [200, ["eve"]],
      [2000, ["eve"]],
      [3100, ["eve"]],
    ];
    expect(watched(moments)).toEqual(["bob", "bob", "bob", "eve"]);
  });

  it("forgets who is gone", () => {
    let attention = attend(nobody, ["bob"], there, 0);
    attention = attend(attention, [], ["ada"], 100);
    expect(attention.current).toBeNull();
  });
});
