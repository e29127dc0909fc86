// The devices there are, kept current while somebody looks at them.

import type { Backend } from "./backend";
import type { DeviceList } from "./bindings";

const REFRESH_MS = 1000;

export class Devices {
  list = $state.raw<DeviceList | null>(null);

  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Reads the list now and every second, until the function that comes back is called. */
  watch(failed: (thrown: unknown) => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const read = async () => {
      try {
        const list = await this.#backend.devices();
        if (over) return;
        // The same list is not drawn again.
        if (JSON.stringify(list) !== JSON.stringify(this.list)) this.list = list;
        timer = setTimeout(read, REFRESH_MS);
      } catch (thrown) {
        if (!over) failed(thrown);
      }
    };
    void read();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }
}
