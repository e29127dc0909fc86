// The stage's background, with a hole for every picture: pictures are drawn by the system under the page.

import type { Rect } from "./grid";

/** An SVG path (to be filled by the even-odd rule) that covers the stage except for rounded holes. */
export function groundPath(width: number, height: number, holes: Rect[], radius: number): string {
  const hole = ({ x, y, width: w, height: h }: Rect) => {
    const r = Math.min(radius, w / 2, h / 2);
    const corner = (dx: number, dy: number) => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
    return `M${x + r} ${y}h${w - 2 * r}${corner(r, r)}v${h - 2 * r}${corner(-r, r)}h${2 * r - w}${corner(-r, -r)}v${2 * r - h}${corner(r, -r)}z`;
  };
  return `M0 0h${width}v${height}h${-width}z${holes.map(hole).join("")}`;
}
