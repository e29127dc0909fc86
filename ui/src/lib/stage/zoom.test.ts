import { describe, expect, it } from "vitest";
import { drawn, moved, whole, zoomed } from "./zoom";

const tile = { width: 800, height: 500 };

describe("zoom", () => {
  it("begins with the whole picture in the tile", () => {
    expect(drawn(whole, tile)).toEqual({ x: 0, y: 0, ...tile });
  });

  it("keeps the point under the pointer where it is", () => {
    const at = { x: 100, y: -50 };
    const zoom = zoomed(whole, 2, at, tile);
    expect(zoom).toEqual({ scale: 2, x: -100, y: 50 });
    // What was 100 px right of the middle is 200 px right of the picture's middle now, which went 100 px left.
    expect(drawn(zoom, tile)).toEqual({ x: -500, y: -200, width: 1600, height: 1000 });
    expect(zoomed(zoom, 0.5, at, tile)).toEqual(whole);
  });

  it("never leaves an empty place, whatever one does", () => {
    let zoom = zoomed(whole, 3, { x: 400, y: 250 }, tile);
    zoom = moved(zoom, 10_000, -10_000, tile);
    const { x, y, width, height } = drawn(zoom, tile);
    expect(x).toBeLessThanOrEqual(0);
    expect(y + height).toBeGreaterThanOrEqual(tile.height);
    expect(x + width).toBeGreaterThanOrEqual(tile.width);
    expect(zoomed(zoom, 0.01, { x: 0, y: 0 }, tile)).toEqual(whole);
  });

  it("ends where nothing is seen better", () => {
    expect(zoomed(whole, 1000, { x: 0, y: 0 }, tile).scale).toBe(7.5);
    expect(zoomed(whole, 1000, { x: 0, y: 0 }, { width: 7000, height: 4000 }).scale).toBe(1);
  });
});
