// Looking closer at a shared screen: how large it is drawn, and which part of it is in the tile. Pure; CSS px.

/** A look at a picture: `scale` times its size in the tile, moved by `x` and `y` px from the middle. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const whole: Zoom = { scale: 1, x: 0, y: 0 };

/** No picture is drawn larger than this on a side, px: beyond, nothing is seen better. */
const largest = 6000;

// Adding nothing makes a zero of -0.
const clamp = (value: number, most: number) => Math.min(Math.max(value, -most), most) + 0;

/** The same look, with no empty place beside the picture. */
function within({ scale, x, y }: Zoom, tile: Size): Zoom {
  const most = Math.max(1, Math.min(8, largest / Math.max(tile.width, tile.height, 1)));
  const kept = Math.min(Math.max(scale, 1), most);
  return {
    scale: kept,
    x: clamp(x, ((kept - 1) * tile.width) / 2),
    y: clamp(y, ((kept - 1) * tile.height) / 2),
  };
}

/** Closer or further by a factor; the point `at`, from the tile's middle, stays where it is. */
export function zoomed(zoom: Zoom, factor: number, at: { x: number; y: number }, tile: Size): Zoom {
  const { scale } = within({ ...zoom, scale: zoom.scale * factor }, tile);
  const by = scale / zoom.scale;
  return within({ scale, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by }, tile);
}

/** Another part of it. */
export const moved = (zoom: Zoom, x: number, y: number, tile: Size): Zoom =>
  within({ ...zoom, x: zoom.x + x, y: zoom.y + y }, tile);

/** Where the whole picture lies, from the tile's top left corner. */
export function drawn({ scale, x, y }: Zoom, tile: Size): { x: number; y: number } & Size {
  const [width, height] = [tile.width * scale, tile.height * scale];
  return { x: (tile.width - width) / 2 + x, y: (tile.height - height) / 2 + y, width, height };
}
