// Which pictures a session has, and in which order they stand on the stage. Pure.

import type { Participant, SessionState, TileId, TileMeter } from "../bindings";
import { tileKey } from "../session/tile-key";

/** One tile of the stage. */
export interface Picture {
  key: string;
  tile: TileId;
  participant: Participant;
  /** The track sends, so that the layer is to draw it. */
  sending: boolean;
  /** A frame has been drawn, so that the page can be transparent there. */
  visible: boolean;
  /** Frames drawn so far. */
  frames: number;
  /** Width by height of the received picture; 16:9 until known. */
  aspect: number;
}

/** All tiles: everybody's camera, and each screen that is shared. The first is the big one, where `spotlight` says so. */
export interface Stage {
  pictures: Picture[];
  spotlight: boolean;
}

/** The stage of a session. A screen that somebody else shares gets the big place; one's own is a tile like others. */
export function stage(state: SessionState, meters: ReadonlyMap<string, TileMeter>): Stage {
  const cameras = state.participants.map((p) => picture({ identity: p.identity, source: "camera" }, p, state, meters));
  const screens = state.participants
    .filter((p) => p.screen === "on" || (p.is_local && state.screen.kind === "on"))
    .map((p) => picture({ identity: p.identity, source: "screen" }, p, state, meters));
  const big = screens.find((s) => !s.participant.is_local);
  const others = screens.filter((s) => s !== big);
  // The own picture comes last: the others are whom one looks at.
  const ordered = [
    ...cameras.filter((c) => !c.participant.is_local),
    ...others,
    ...cameras.filter((c) => c.participant.is_local),
  ];
  return big ? { pictures: [big, ...ordered], spotlight: true } : { pictures: ordered, spotlight: false };
}

function picture(
  tile: TileId,
  participant: Participant,
  state: SessionState,
  meters: ReadonlyMap<string, TileMeter>,
): Picture {
  const key = tileKey(tile);
  const meter = meters.get(key);
  const track = tile.source === "camera" ? participant.camera : participant.screen;
  const device = tile.source === "camera" ? state.camera : state.screen;
  // The own preview is there before it is published, and gone the moment the device is.
  const sending = participant.is_local ? device.kind === "on" : track === "on";
  const frames = meter?.frames ?? 0;
  const aspect = meter && meter.width > 0 && meter.height > 0 ? meter.width / meter.height : 16 / 9;
  return { key, tile, participant, sending, visible: sending && frames > 0, frames, aspect };
}
