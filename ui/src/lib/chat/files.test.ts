import { expect, test } from "vitest";
import type { FileTransfer, SharedFile, TransferState } from "../bindings";
import { percent, size, way } from "./files";

const file: SharedFile = { name: "notes.txt", size: 3_000_000, program: false };
const transfer = (state: TransferState, sending = false, done = 1_499_999): FileTransfer => ({
  key: "t1",
  message: "m1",
  peer: "Bob",
  sending,
  done,
  state,
});

test("sizes are words", () => {
  expect([0, 999, 1000, 999_499, 1_000_000, 104_857_600].map(size)).toEqual([
    "0 B",
    "999 B",
    "1 kB",
    "999 kB",
    "1.0 MB",
    "104.9 MB",
  ]);
});

test("progress is rounded down and stays within its bounds", () => {
  const running = { kind: "running" } as const;
  expect(percent(transfer(running), file)).toBe(49);
  expect(percent(transfer(running, false, 9_000_000), file)).toBe(100);
  expect(percent(transfer(running, false, 0), { ...file, size: 0 })).toBe(100);
});

test("every end is said", () => {
  expect(way(transfer({ kind: "running" }, true), file)).toBe("Sending to Bob, 49 %");
  expect(way(transfer({ kind: "done", path: "/home/ada/Downloads/notes.txt", program: false }), file)).toBe(
    "Saved as /home/ada/Downloads/notes.txt",
  );
  expect(way(transfer({ kind: "done", path: null, program: false }, true), file)).toBe("Bob has it.");
  expect(way(transfer({ kind: "cancelled", here: true }), file)).toBe("You stopped it.");
  expect(way(transfer({ kind: "cancelled", here: false }), file)).toBe("Bob stopped it.");
  expect(way(transfer({ kind: "failed", message: "The disk is full.", hint: "Make room." }), file)).toBe(
    "The disk is full. Make room.",
  );
});
