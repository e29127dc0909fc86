// Which pictures a session has, and in which order they stand on the stage. Pure.

import type { Participant, SessionState, TileId, TileMeter } from "../bindings";
import { tileKey } from "../session/tile-key";
import type { Candidate } from "./layout";

/** One tile of the stage. */
export interface Picture {
  key: string;
  tile: TileId;
  participant: Participant;
  /** The track sends, so that the layer is to draw it. */
  sending: boolean;
  /** A frame has been drawn, so that the page can be transparent there. */
  visible: boolean;
  /** It is larger than what the app receives. */
  tooLarge: boolean;
  /** Frames drawn so far. */
  frames: number;
  /** Width by height of the received picture; 16:9 until known. */
  aspect: number;
}

/** A picture that is higher or wider than this is a stripe: its tile is not. */
const extreme = 4;

/**
 * The pictures of a session in a steady order: screens, then the others' cameras, then the own one, for it is the others
 * whom one looks at.
 */
export function pictures(state: SessionState, meters: ReadonlyMap<string, TileMeter>): Picture[] {
  const camera = (p: Participant) => picture({ identity: p.identity, source: "camera" }, p, state, meters);
  const screens = state.participants
    .filter((p) => p.screen === "on" || p.screen === "too_large" || (p.is_local && state.screen.kind === "on"))
    .map((p) => picture({ identity: p.identity, source: "screen" }, p, state, meters));
  const others = state.participants.filter((p) => !p.is_local);
  const own = state.participants.filter((p) => p.is_local);
  return [...screens, ...others.map(camera), ...own.map(camera)];
}

/** As the layout wants to know it. */
export const candidate = ({ key, tile, participant, sending, aspect }: Picture): Candidate => ({
  key,
  screen: tile.source === "screen",
  local: participant.is_local,
  video: sending,
  aspect,
});

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
  const tooLarge = track === "too_large";
  const frames = meter?.frames ?? 0;
  const shape = meter && meter.width > 0 && meter.height > 0 ? meter.width / meter.height : 16 / 9;
  const aspect = Math.min(Math.max(shape, 1 / extreme), extreme);
  return { key, tile, participant, sending, tooLarge, visible: sending && frames > 0, frames, aspect };
}
