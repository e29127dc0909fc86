import { describe, expect, it } from "vitest";
import type { LayoutChoice, StageLayout } from "../bindings";
import type { Rect } from "./grid";
import { mostTiles, plan, type Candidate, type Placed, type Wish } from "./layout";

const gap = 12;
const areas: Rect[] = [
  { x: 12, y: 12, width: 1056, height: 560 },
  { x: 8, y: 8, width: 440, height: 260 },
  { x: 8, y: 8, width: 400, height: 900 },
  { x: 0, y: 0, width: 3816, height: 1900 },
];
const choices: LayoutChoice[] = ["auto", "grid", "speaker", "side_by_side"];

const camera = (name: string, change: Partial<Candidate> = {}): Candidate => ({
  key: `camera:${name}`,
  screen: false,
  local: false,
  video: true,
  aspect: 16 / 9,
  ...change,
});
const people = (count: number) => Array.from({ length: count }, (_, index) => camera(`p${index}`));
const me = camera("me", { local: true });
const screen = (name: string): Candidate => ({ ...camera(name), key: `screen:${name}`, screen: true, aspect: 1.6 });

function wish(choice: LayoutChoice, change: Partial<Omit<Wish, "layout">> & Partial<StageLayout> = {}): Wish {
  const { pinned = null, speaker = null, page = 0, hide_self = false, hide_without_video = false } = change;
  return { layout: { choice, hide_self, hide_without_video }, pinned, speaker, page };
}

const keys = (placed: Placed[]) => placed.map((one) => one.key);
const big = (placed: Placed[]) => placed.find((one) => one.big)?.key;

const overlap = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const inside = (inner: Rect, outer: Rect) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

describe("plan", () => {
  it("keeps every tile inside and apart, each picture on one page and the own one on all", () => {
    for (const area of areas) {
      for (const choice of choices) {
        for (const count of [1, 2, 3, 4, 5, 7, 9, 16, 25, 49, 120]) {
          const pictures = [...(count % 3 === 0 ? [screen("s")] : []), ...people(count), me];
          const { pages } = plan(pictures, wish(choice), area, gap);
          const seen = new Map<string, number>();
          for (let page = 0; page < pages; page++) {
            const { placed, page: at } = plan(pictures, wish(choice, { page }), area, gap);
            expect(at).toBe(page);
            expect(placed.filter((one) => !one.big).length).toBeLessThanOrEqual(mostTiles);
            for (const [index, { key, rect, big }] of placed.entries()) {
              expect(inside(rect, area)).toBe(true);
              for (const other of placed.slice(index + 1)) expect(overlap(rect, other.rect)).toBe(false);
              if (!big) seen.set(key, (seen.get(key) ?? 0) + 1);
            }
            if (big(placed)) seen.set(big(placed) ?? "", 1);
          }
          const others = [...seen].filter(([key]) => key !== me.key);
          expect(others.every(([, times]) => times === 1)).toBe(true);
          expect([1, pages]).toContain(seen.get(me.key));
          expect(seen.size).toBe(pictures.length);
        }
      }
    }
  });

  it("gives a shared screen the big place, unless one wants a grid", () => {
    const [area] = areas as [Rect];
    const pictures = [screen("bob"), ...people(4), me];
    for (const choice of ["auto", "speaker", "side_by_side"] as const) {
      expect(big(plan(pictures, wish(choice), area, gap).placed)).toBe("screen:bob");
    }
    expect(big(plan(pictures, wish("grid"), area, gap).placed)).toBeUndefined();
    const { rect } = plan(pictures, wish("auto"), area, gap).placed[0] as Placed;
    expect(rect.width / rect.height).toBeCloseTo(1.6, 1);
    expect(rect.width * rect.height).toBeGreaterThan(0.5 * area.width * area.height);
  });

  it("follows the speaker where that is wanted, and a pin everywhere", () => {
    const [area] = areas as [Rect];
    const pictures = [...people(4), me];
    expect(big(plan(pictures, wish("speaker", { speaker: "camera:p2" }), area, gap).placed)).toBe("camera:p2");
    expect(big(plan(pictures, wish("speaker"), area, gap).placed)).toBe("camera:p0");
    expect(big(plan(pictures, wish("auto", { speaker: "camera:p2" }), area, gap).placed)).toBeUndefined();
    for (const choice of choices) {
      const pinned = { pinned: "camera:p3", speaker: "camera:p2" };
      expect(big(plan(pictures, wish(choice, pinned), area, gap).placed)).toBe("camera:p3");
      expect(big(plan(pictures, wish(choice, { pinned: "camera:gone" }), area, gap).placed)).not.toBe("camera:gone");
    }
  });

  it("hides whom one does not want to see, but never everybody", () => {
    const [area] = areas as [Rect];
    const off = camera("off", { video: false });
    const shown = (change: Partial<StageLayout>, pictures = [off, ...people(1), me]) =>
      keys(plan(pictures, wish("grid", change), area, gap).placed);
    expect(shown({})).toEqual(["camera:off", "camera:p0", "camera:me"]);
    expect(shown({ hide_self: true })).toEqual(["camera:off", "camera:p0"]);
    expect(shown({ hide_without_video: true })).toEqual(["camera:p0", "camera:me"]);
    expect(shown({ hide_self: true, hide_without_video: true }, [off, me])).toEqual(["camera:off", "camera:me"]);
    expect(shown({ hide_self: true }, [me])).toEqual(["camera:me"]);
  });

  it("keeps tiles large enough to know who it is", () => {
    const [area] = areas as [Rect];
    const { placed, pages } = plan([...people(49), me], wish("grid"), area, gap);
    expect(pages).toBeGreaterThan(1);
    for (const { rect } of placed) expect(rect.width).toBeGreaterThanOrEqual(168);
    const last = plan([...people(49), me], wish("grid", { page: 99 }), area, gap);
    expect(last.page).toBe(pages - 1);
    expect(keys(last.placed).at(-1)).toBe("camera:me");
  });

  it("splits the stage in two halves", () => {
    const area = { x: 0, y: 0, width: 1012, height: 500 };
    const { placed } = plan([screen("bob"), ...people(1)], wish("side_by_side"), area, gap);
    expect(placed.map(({ rect }) => rect.width)).toEqual([500, 500]);
  });
});
