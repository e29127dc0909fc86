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
  /** It is larger than what the app receives. */
  tooLarge: boolean;
  /** Frames drawn so far. */
  frames: number;
  /** Width by height of the received picture; 16:9 until known. */
  aspect: number;
}

/** The tiles: cameras, and each screen that is shared. The first is the big one, where `spotlight` says so. */
export interface Stage {
  pictures: Picture[];
  spotlight: boolean;
  /** How many more there are that have no tile: a crowd's tiles would be too small to see and too many to draw. */
  hidden: number;
}

/** Most tiles of others. */
export const mostTiles = 24;

/** A picture that is higher or wider than this is a stripe: its tile is not. */
const extreme = 4;

/** The stage of a session. A screen that somebody else shares gets the big place; one's own is a tile like others. */
export function stage(state: SessionState, meters: ReadonlyMap<string, TileMeter>): Stage {
  const camera = (p: Participant) => picture({ identity: p.identity, source: "camera" }, p, state, meters);
  const screens = state.participants
    .filter((p) => p.screen === "on" || p.screen === "too_large" || (p.is_local && state.screen.kind === "on"))
    .map((p) => picture({ identity: p.identity, source: "screen" }, p, state, meters));
  const big = screens.find((s) => !s.participant.is_local);
  const others = state.participants.filter((p) => !p.is_local);
  const shown = foremost(others);
  const smallScreens = screens.filter((s) => s !== big).slice(0, mostTiles);
  // The own picture comes last: the others are whom one looks at.
  const ordered = [...shown.map(camera), ...smallScreens, ...state.participants.filter((p) => p.is_local).map(camera)];
  const hidden = others.length - shown.length;
  return big
    ? { pictures: [big, ...ordered], spotlight: true, hidden }
    : { pictures: ordered, spotlight: false, hidden };
}

/** Those who get a tile, in their order: all, or of a crowd first those who are seen. */
function foremost(others: Participant[]): Participant[] {
  if (others.length <= mostTiles) return others;
  const seen = others.filter((p) => p.camera === "on");
  const unseen = others.filter((p) => p.camera !== "on");
  const chosen = new Set([...seen, ...unseen].slice(0, mostTiles));
  return others.filter((p) => chosen.has(p));
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
  const tooLarge = track === "too_large";
  const frames = meter?.frames ?? 0;
  const shape = meter && meter.width > 0 && meter.height > 0 ? meter.width / meter.height : 16 / 9;
  const aspect = Math.min(Math.max(shape, 1 / extreme), extreme);
  return { key, tile, participant, sending, tooLarge, visible: sending && frames > 0, frames, aspect };
}
