// Tells Rust where the tiles are: measured on the page, at most once a frame, sent only when something changed.

import type { Attachment } from "svelte/attachments";
import type { Fit, TileId, TileLayout } from "../bindings";
import { tileKey } from "../session/tile-key";

/** What a tile's element shows; its place is measured. */
export interface TileSpec {
  tile: TileId;
  fit: Fit;
  mirror: boolean;
}

type Send = (tiles: TileLayout[]) => Promise<void>;

export class LayoutReporter {
  #send: Send;
  #elements = new Map<Element, TileSpec>();
  #resizes = new ResizeObserver(() => this.measure());
  #frame = 0;
  #sent = "[]";
  #sending = false;
  #stopped = false;
  #measure = () => this.measure();

  constructor(send: Send) {
    this.#send = send;
    window.addEventListener("resize", this.#measure);
    window.addEventListener("scroll", this.#measure, { capture: true, passive: true });
  }

  /** Reports the element as this tile, as long as it is on the page. */
  report(spec: TileSpec): Attachment {
    return (element) => {
      this.#elements.set(element, spec);
      this.#resizes.observe(element);
      this.measure();
      return () => {
        this.#elements.delete(element);
        this.#resizes.unobserve(element);
        this.measure();
      };
    };
  }

  /** Measures before the next frame is painted. To be called when a tile moves without changing its size. */
  measure(): void {
    if (this.#stopped || this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      void this.#flush();
    });
  }

  /** Takes all tiles away. */
  stop(): void {
    this.#stopped = true;
    cancelAnimationFrame(this.#frame);
    this.#resizes.disconnect();
    window.removeEventListener("resize", this.#measure);
    window.removeEventListener("scroll", this.#measure, { capture: true });
    this.#elements.clear();
    void this.#flush();
  }

  /** One report is on its way at a time; what changes meanwhile goes with the next, so the last one always wins. */
  async #flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (;;) {
        const tiles = this.#layouts();
        const text = JSON.stringify(tiles);
        if (text === this.#sent) break;
        this.#sent = text;
        await this.#send(tiles);
      }
    } catch (error) {
      this.#sent = "";
      console.error("set_tiles", error);
    } finally {
      this.#sending = false;
    }
  }

  #layouts(): TileLayout[] {
    const layouts: TileLayout[] = [];
    for (const [element, { tile, fit, mirror }] of this.#elements) {
      const box = element.getBoundingClientRect();
      // Outwards to whole pixels: the hole's edge, wherever it falls, has picture under it.
      const x = Math.floor(box.left);
      const y = Math.floor(box.top);
      const width = Math.ceil(box.right) - x;
      const height = Math.ceil(box.bottom) - y;
      // The page's own background has the rounded holes, so pictures keep their corners.
      if (box.width > 0 && box.height > 0) layouts.push({ tile, x, y, width, height, fit, mirror, radius: 0 });
    }
    // Drawn in this order: what is looked at closely is larger than its tile, and lies under the tiles around.
    const area = ({ width, height }: TileLayout) => (width ?? 0) * (height ?? 0);
    return layouts.sort((a, b) => area(b) - area(a) || (tileKey(a.tile) < tileKey(b.tile) ? -1 : 1));
  }
}
