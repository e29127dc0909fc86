// Where everything goes: which pictures are on the stage, in which order, where, and on which page. Pure; CSS px.

import type { StageLayout } from "../bindings";
import { cameraAspect, contained, grid, type Rect } from "./grid";

/** A picture to be placed. */
export interface Candidate {
  key: string;
  screen: boolean;
  /** Of the person at this computer. */
  local: boolean;
  /** Something is to be seen: a camera that is off is only a name. */
  video: boolean;
  /** Width by height. */
  aspect: number;
}

/** What decides beside the pictures themselves. */
export interface Wish {
  layout: StageLayout;
  /** Key of the picture that was pinned. */
  pinned: string | null;
  /** Key of the camera of whom one looks at: the active speaker, calmed. */
  speaker: string | null;
  /** The page asked for, from 0. */
  page: number;
}

/** A picture in its place. */
export interface Placed {
  key: string;
  rect: Rect;
  /** The big one. */
  big: boolean;
}

/** The stage. */
export interface Plan {
  placed: Placed[];
  /** The page shown, from 0, and how many there are. */
  page: number;
  pages: number;
}

/** No page holds more tiles than this: more are too small to know anybody, and too many to draw. */
export const mostTiles = 25;

/** Smallest useful tile in a grid and in a filmstrip, px wide. */
const smallest = { grid: 168, strip: 112 };

/** The plan for these pictures, which come in a steady order. */
export function plan(pictures: Candidate[], wish: Wish, area: Rect, gap: number): Plan {
  const shown = visible(pictures, wish);
  const big = bigOne(shown, wish);
  if (!big) {
    const { part, page, pages } = paged(shown, wish.page, capacity(shown.length, area, gap, smallest.grid));
    const rects = grid(part.length, area, gap, cameraAspect);
    return { placed: place(part, rects), page, pages };
  }
  const rest = shown.filter((one) => one !== big);
  const { main, side } =
    wish.layout.choice === "side_by_side" ? halves(area, gap) : withStrip(area, gap, rest.length > 0);
  const least = wish.layout.choice === "side_by_side" ? smallest.grid : smallest.strip;
  const { part, page, pages } = paged(rest, wish.page, capacity(rest.length, side, gap, least));
  // A camera may lose its edges where that fills the place; a screen may not.
  const place0 = rest.length > 0 ? main : area;
  const rect = big.screen ? contained(place0, big.aspect) : (grid(1, place0, gap, cameraAspect)[0] ?? place0);
  return {
    placed: [{ key: big.key, rect, big: true }, ...place(part, grid(part.length, side, gap, cameraAspect))],
    page,
    pages,
  };
}

/** Without those that one does not want to see; never nobody. */
function visible(pictures: Candidate[], { layout, pinned }: Wish): Candidate[] {
  const kept = pictures.filter((one) => {
    if (one.key === pinned || one.screen) return true;
    if (one.local) return !layout.hide_self;
    return one.video || !layout.hide_without_video;
  });
  return kept.length > 0 ? kept : pictures;
}

/** Which picture gets the big place, if any does. */
function bigOne(shown: Candidate[], { layout, pinned, speaker }: Wish): Candidate | undefined {
  const by = (key: string | null) => shown.find((one) => one.key === key);
  const screen = shown.find((one) => one.screen && !one.local);
  switch (layout.choice) {
    case "auto":
      return by(pinned) ?? screen;
    case "grid":
      return by(pinned);
    case "speaker":
    case "side_by_side":
      return by(pinned) ?? screen ?? by(speaker) ?? shown.find((one) => !one.local) ?? shown[0];
  }
}

const place = (pictures: Candidate[], rects: Rect[]): Placed[] =>
  pictures.flatMap(({ key }, index) => {
    const rect = rects[index];
    return rect ? [{ key, rect, big: false }] : [];
  });

/** How many of `count` tiles fit on a page of this area without becoming smaller than `least` px wide. At least one. */
function capacity(count: number, area: Rect, gap: number, least: number): number {
  let fits = Math.min(count, mostTiles);
  while (fits > 1 && (grid(fits, area, gap, cameraAspect)[0]?.width ?? 0) < least) fits--;
  return Math.max(fits, 1);
}

/** The page wanted of these, as far as there is one. The own picture is at the end of each. */
function paged(
  pictures: Candidate[],
  wanted: number,
  most: number,
): { part: Candidate[]; page: number; pages: number } {
  const own = pictures.length > most && most > 1 ? pictures.find((one) => one.local && !one.screen) : undefined;
  const others = pictures.filter((one) => one !== own);
  const each = own ? most - 1 : most;
  const pages = Math.max(1, Math.ceil(others.length / each));
  const page = Math.min(Math.max(wanted, 0), pages - 1);
  return { part: [...others.slice(page * each, (page + 1) * each), ...(own ? [own] : [])], page, pages };
}

/** The big place and a filmstrip: beside it on a wide stage, below it on a tall one. */
function withStrip(area: Rect, gap: number, strip: boolean): { main: Rect; side: Rect } {
  if (!strip) return { main: area, side: { ...area, width: 0 } };
  if (area.width / area.height > 1.2) {
    const width = Math.round(Math.min(Math.max(area.width * 0.2, 96), 420));
    const main = { ...area, width: area.width - width - gap };
    return { main, side: { ...area, x: area.x + main.width + gap, width } };
  }
  const height = Math.round(Math.min(Math.max(area.height * 0.22, 72), 280));
  const main = { ...area, height: area.height - height - gap };
  return { main, side: { ...area, y: area.y + main.height + gap, height } };
}

function halves(area: Rect, gap: number): { main: Rect; side: Rect } {
  if (area.width >= area.height) {
    const width = Math.floor((area.width - gap) / 2);
    return { main: { ...area, width }, side: { ...area, x: area.x + width + gap, width } };
  }
  const height = Math.floor((area.height - gap) / 2);
  return { main: { ...area, height }, side: { ...area, y: area.y + height + gap, height } };
}
