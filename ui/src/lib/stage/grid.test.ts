import { describe, expect, it } from "vitest";
import { cameraAspect, contained, grid, type Rect } from "./grid";

const gap = 12;
const areas: Rect[] = [
  { x: 12, y: 60, width: 1056, height: 560 },
  { x: 0, y: 0, width: 456, height: 260 },
  { x: 8, y: 8, width: 400, height: 900 },
  { x: 0, y: 0, width: 3816, height: 1900 },
];

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function inside(inner: Rect, outer: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function expectSound(rects: Rect[], area: Rect) {
  for (const [i, rect] of rects.entries()) {
    expect(inside(rect, area)).toBe(true);
    for (const other of rects.slice(i + 1)) expect(overlap(rect, other)).toBe(false);
  }
}

describe("grid", () => {
  it.each(areas)("keeps every tile inside, apart, equal and on whole pixels in %o", (area) => {
    for (let count = 1; count <= 49; count++) {
      const rects = grid(count, area, gap, cameraAspect);
      expect(rects).toHaveLength(count);
      expectSound(rects, area);
      for (const { x, y, width, height } of rects) {
        expect([x, y, width, height].every(Number.isInteger)).toBe(true);
        expect([width, height]).toEqual([rects[0]?.width, rects[0]?.height]);
      }
    }
  });

  it("keeps tiles in the allowed shapes", () => {
    for (const area of areas) {
      for (let count = 1; count <= 16; count++) {
        const tile = grid(count, area, gap, cameraAspect)[0] as Rect;
        expect(tile.width / tile.height).toBeGreaterThan(cameraAspect.min - 0.05);
        expect(tile.width / tile.height).toBeLessThan(cameraAspect.max + 0.05);
      }
    }
  });

  it("gives one tile all that its shape can take", () => {
    const [only] = grid(1, { x: 0, y: 0, width: 1600, height: 900 }, gap, cameraAspect);
    expect(only).toEqual({ x: 0, y: 0, width: 1600, height: 900 });
  });

  it("puts two side by side on a wide stage and above each other on a tall one", () => {
    const wide = grid(2, { x: 0, y: 0, width: 1200, height: 500 }, gap, cameraAspect);
    expect(wide[0]?.y).toBe(wide[1]?.y);
    const tall = grid(2, { x: 0, y: 0, width: 500, height: 1000 }, gap, cameraAspect);
    expect(tall[0]?.x).toBe(tall[1]?.x);
  });

  it("centres a short last row", () => {
    const [first, , third] = grid(3, { x: 0, y: 0, width: 1000, height: 600 }, 10, cameraAspect) as [Rect, Rect, Rect];
    expect(third.y).toBeGreaterThan(first.y);
    expect(Math.abs(third.x + third.width / 2 - 500)).toBeLessThanOrEqual(1);
  });

  it("uses at least half of any stage for up to nine tiles", () => {
    for (const area of areas.slice(0, 2)) {
      for (const count of [1, 2, 4, 6, 9]) {
        const used = grid(count, area, gap, cameraAspect).reduce((sum, r) => sum + r.width * r.height, 0);
        expect(used / (area.width * area.height)).toBeGreaterThan(0.5);
      }
    }
  });

  it("gives nothing where there is no room", () => {
    expect(grid(3, { x: 0, y: 0, width: 0, height: 100 }, gap, cameraAspect)).toEqual([]);
    expect(grid(0, areas[0] as Rect, gap, cameraAspect)).toEqual([]);
  });
});

describe("contained", () => {
  it("touches the area on one side at least", () => {
    const area = { x: 10, y: 20, width: 300, height: 300 };
    expect(contained(area, 2)).toEqual({ x: 10, y: 95, width: 300, height: 150 });
  });
});
