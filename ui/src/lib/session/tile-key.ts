import type { TileId } from "../bindings";

/** A tile's key: unique, and never mistaken for another's. */
export function tileKey(tile: TileId): string {
  return `${tile.source}:${tile.identity}`;
}
