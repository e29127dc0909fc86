import { describe, expect, it } from "vitest";
import { when } from "./when";

const now = new Date(2026, 5, 10, 15, 0);
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

describe("when", () => {
  it("is as short as it is clear", () => {
    expect(when(at(2026, 5, 10, 9, 5), now, "en-GB")).toBe("09:05");
    expect(when(at(2026, 5, 9, 23, 59), now, "en-GB")).toBe("Tue 23:59");
    expect(when(at(2026, 5, 4, 0, 1), now, "en-GB")).toBe("Thu 00:01");
    expect(when(at(2026, 5, 3, 10, 0), now, "en-GB")).toBe("3 Jun");
  });

  it("takes a clock that is ahead for today, and nonsense for nothing", () => {
    expect(when(at(2026, 5, 11, 8, 0), now, "en-GB")).toBe("08:00");
    expect(when("noon", now)).toBe("");
  });
});
