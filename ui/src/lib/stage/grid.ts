// Where tiles go on the stage. Pure; lengths in CSS px.

/** A rectangle, from the stage's top left corner. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The shapes a tile may take, width by height. */
export interface Aspect {
  min: number;
  max: number;
}

/** Cameras: anything from nearly square to 16:9; the picture's edges are cut to fit. */
export const cameraAspect: Aspect = { min: 1.15, max: 16 / 9 };

/** The largest shape of an allowed aspect inside a cell. */
function fitted(width: number, height: number, aspect: Aspect): { width: number; height: number } {
  const shape = Math.min(Math.max(width / height, aspect.min), aspect.max);
  return width / height > shape ? { width: height * shape, height } : { width, height: width / shape };
}

/**
 * Rectangles for `count` equal tiles in `area`, in reading order, with `gap` between them, a short last row centred.
 * Of all numbers of columns the one with the largest tiles is taken. Edges are on whole pixels.
 */
export function grid(count: number, area: Rect, gap: number, aspect: Aspect): Rect[] {
  if (count <= 0 || area.width <= 0 || area.height <= 0) return [];
  let best = { columns: 1, rows: count, width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cellWidth = (area.width - gap * (columns - 1)) / columns;
    const cellHeight = (area.height - gap * (rows - 1)) / rows;
    if (cellWidth < 1 || cellHeight < 1) continue;
    const { width, height } = fitted(cellWidth, cellHeight, aspect);
    if (width * height > best.width * best.height) best = { columns, rows, width, height };
  }
  const width = Math.floor(best.width);
  const height = Math.floor(best.height);
  const top = area.y + (area.height - rowsLength(best.rows, height, gap)) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / best.columns);
    const column = index % best.columns;
    const inRow = Math.min(best.columns, count - row * best.columns);
    const left = area.x + (area.width - rowsLength(inRow, width, gap)) / 2;
    return { x: Math.floor(left) + column * (width + gap), y: Math.floor(top) + row * (height + gap), width, height };
  });
}

function rowsLength(count: number, length: number, gap: number): number {
  return count * length + (count - 1) * gap;
}

/** The largest rectangle of exactly this aspect, centred in `area`, on whole pixels. */
export function contained(area: Rect, aspect: number): Rect {
  const { width, height } = fitted(area.width, area.height, { min: aspect, max: aspect });
  const w = Math.floor(width);
  const h = Math.floor(height);
  return {
    x: Math.floor(area.x + (area.width - w) / 2),
    y: Math.floor(area.y + (area.height - h) / 2),
    width: w,
    height: h,
  };
}
