// What draws the pictures: the app under the page, or a canvas of the page where the app cannot.

import type { Backend } from "../backend";
import type { TileLayout } from "../bindings";
import { PortableLayer } from "../portable-layer";

export class Layer {
  #backend: Backend;
  #canvas: HTMLCanvasElement | null = null;
  #portable: PortableLayer | null = null;
  #tiles: TileLayout[] = [];
  #closed = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Asks which kind it is, and makes the canvas if it is the portable one. Rejects where no pictures can be shown. */
  async open(): Promise<void> {
    const info = await this.#backend.videoLayer();
    if (info.kind !== "portable" || this.#closed) return;
    this.#canvas = document.createElement("canvas");
    this.#canvas.className = "portable-layer";
    document.body.prepend(this.#canvas);
    this.#portable = new PortableLayer(info.url, info.token, this.#canvas);
    this.#portable.setTiles(this.#tiles);
  }

  async setTiles(tiles: TileLayout[]): Promise<void> {
    this.#tiles = tiles;
    this.#portable?.setTiles(tiles);
    await this.#backend.setTiles(tiles);
  }

  /** The colour of `element`'s fill goes under the page too: what shows for a moment in a resize is no stranger. */
  async setBackdrop(element: Element): Promise<void> {
    const [r, g, b] = (getComputedStyle(element).fill.match(/[\d.]+/g) ?? []).map(Number);
    if (r === undefined || g === undefined || b === undefined) return;
    await this.#backend.setBackdrop({ r, g, b });
  }

  close(): void {
    this.#closed = true;
    this.#portable?.close();
    this.#canvas?.remove();
  }
}
