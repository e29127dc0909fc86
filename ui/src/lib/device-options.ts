// The devices that can be chosen, as a person reads them.

import type { ChosenDevices, Device, DeviceChoice, DeviceList } from "./bindings";
import { texts } from "./texts";

/** The devices of this computer that can be chosen. */
export type Choosable = Exclude<Device, "screen">;

/** What can be selected; the empty id is the system's default. */
export type Option = { id: string; name: string };

/** What a person can select for a device: the system's default, what there is, and a choice that is not there now. */
export function options(device: Choosable, list: DeviceList | null, chosen: ChosenDevices): Option[] {
  const there = list?.[`${device}s` as const] ?? [];
  const choice = chosen[device];
  const gone = choice && list && !there.some((one) => one.id === choice.id);
  return [
    { id: "", name: texts.devices.system },
    ...numbered(there),
    ...(choice && (gone || !list)
      ? [{ id: choice.id, name: gone ? texts.devices.gone(choice.name) : choice.name }]
      : []),
  ];
}

/** The device that an option stands for. */
export function choiceOf(device: Choosable, id: string, list: DeviceList | null): DeviceChoice | null {
  return list?.[`${device}s` as const].find((one) => one.id === id) ?? null;
}

/** Devices of one name are told apart by a number. */
function numbered(devices: DeviceChoice[]): Option[] {
  const seen = new Map<string, number>();
  return devices.map(({ id, name }) => {
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return { id, name: number > 1 ? `${name} (${number})` : name };
  });
}
