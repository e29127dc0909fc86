// Files in words.

import type { FileTransfer, SharedFile } from "../bindings";
import { texts } from "../texts";

/** A size as people read it. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** How much of a file went over, in percent, rounded down: all of it is all of it. */
export function percent(transfer: FileTransfer, file: SharedFile): number {
  const whole = file.size ?? 0;
  return whole === 0 ? 100 : Math.min(100, Math.floor(((transfer.done ?? 0) / whole) * 100));
}

/** Where a file's way stands. */
export function way(transfer: FileTransfer, file: SharedFile): string {
  const words = texts.files;
  const { state, peer, sending } = transfer;
  switch (state.kind) {
    case "running":
      return sending ? words.sending(peer, percent(transfer, file)) : words.coming(percent(transfer, file));
    case "done":
      return state.path === null ? words.sent(peer) : words.saved(state.path);
    case "cancelled":
      if (state.here) return words.stopped;
      return words.stoppedBy(peer);
    case "failed":
      return `${sending ? `${peer}: ` : ""}${state.message} ${state.hint}`;
  }
}
