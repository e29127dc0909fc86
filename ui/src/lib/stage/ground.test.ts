import { expect, it } from "vitest";
import { groundPath } from "./ground";

it("covers everything when there is no picture", () => {
  expect(groundPath(100, 50, [], 8)).toBe("M0 0h100v50h-100z");
});

it("cuts one closed hole a picture, its corners no larger than the picture", () => {
  const path = groundPath(100, 50, [{ x: 10, y: 10, width: 10, height: 6 }], 8);
  expect(path.match(/z/g)).toHaveLength(2);
  expect(path).toContain("a3 3");
});
