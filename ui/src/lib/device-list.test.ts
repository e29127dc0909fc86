import { describe, expect, it, vi } from "vitest";
import type { Backend } from "./backend";
import type { ChosenDevices, DeviceList } from "./bindings";
import { Devices } from "./device-list.svelte";
import { choiceOf, options } from "./device-options";
import { texts } from "./texts";

const none: ChosenDevices = { camera: null, microphone: null, speaker: null };
const list: DeviceList = {
  cameras: [],
  microphones: [
    { id: "a", name: "USB Audio" },
    { id: "b", name: "USB Audio" },
  ],
  speakers: [{ id: "s", name: "Speakers" }],
};

describe("options", () => {
  it("begin with the system's default and tell equal names apart", () => {
    const names = options("microphone", list, none).map((option) => option.name);
    expect(names).toEqual([texts.devices.system, "USB Audio", "USB Audio (2)"]);
  });

  it("keep a choice that is not connected", () => {
    const chosen = { ...none, microphone: { id: "gone", name: "Headset" } };
    expect(options("microphone", list, chosen).at(-1)).toEqual({ id: "gone", name: texts.devices.gone("Headset") });
    expect(options("microphone", null, chosen).at(-1)).toEqual({ id: "gone", name: "Headset" });
    expect(options("speaker", list, { ...none, speaker: { id: "s", name: "Speakers" } })).toHaveLength(2);
  });

  it("give back the device they stand for", () => {
    expect(choiceOf("microphone", "b", list)).toEqual({ id: "b", name: "USB Audio" });
    expect(choiceOf("microphone", "", list)).toBeNull();
  });
});

describe("the list", () => {
  it("is read every second until nobody looks", async () => {
    vi.useFakeTimers();
    const devices = vi.fn(async () => list);
    const stop = new Devices({ devices } as unknown as Backend).watch(() => {});
    await vi.advanceTimersByTimeAsync(2500);
    expect(devices).toHaveBeenCalledTimes(3);
    stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(devices).toHaveBeenCalledTimes(3);
    vi.useRealTimers();
  });
});
