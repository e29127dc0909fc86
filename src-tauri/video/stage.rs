//! Which tiles there are, what is to be seen of them, and what is to be done next. Plain data behind one lock.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::task::AbortHandle;

use super::picture::{Picture, Planes};
use super::pool::Pixels;
use super::{Fit, Rgb, TileId, TileLayout};
use crate::session::state::TileMeter;

/// No tile is wider or higher than this, in device px: twice an 8K screen's height.
const MAX_SIDE: f32 = 8_640.0;

/// What the layer knows of its window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stage {
    /// What the layer wants of a picture; `None` while there is no layer.
    pub output: Option<Output>,
    /// Device px in a CSS px.
    pub scale: f32,
    /// Size of the webview in CSS px. Tiles outside are not seen.
    pub size: (f32, f32),
    /// Whether anything is seen at all: not minimised, not hidden.
    pub shown: bool,
    /// The colour under the page.
    pub backdrop: Rgb,
}

impl Default for Stage {
    fn default() -> Self {
        Self { output: None, scale: 1.0, size: (0.0, 0.0), shown: false, backdrop: Rgb::default() }
    }
}

/// What a layer wants of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// The tile's very pixels, BGRA, fitted, mirrored, its corners in the backdrop's colour.
    Bgra,
    /// The whole picture, I420, at most as large as the tile shows it, behind a header (`portable::wire`).
    Message,
}

/// A visible tile in device px.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    pub tile: TileId,
    pub x: i32,
    pub y: i32,
    pub width: u32,
    pub height: u32,
    pub look: Look,
}

/// How a picture is fitted into its tile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub fit: Fit,
    pub mirror: bool,
    /// Device px.
    pub radius: f32,
}

/// One picture to convert.
pub(super) struct Job {
    pub placed: Placed,
    pub picture: Arc<Picture>,
    pub output: Output,
    pub backdrop: Rgb,
    generation: u64,
    /// Number of the picture: `Rendered::serial`.
    pub serial: u32,
}

/// A converted picture.
pub(super) struct Rendered {
    pub pixels: Pixels,
    /// Of the bitmap (device px).
    pub width: u32,
    /// Of the bitmap (device px).
    pub height: u32,
    /// To be given back to [`State::presented`] once it is on the screen.
    pub serial: u32,
}

/// What happens to one tile's pictures.
#[derive(Default)]
struct Slot {
    /// The source is gone and may come back: its last picture stays.
    held: bool,
    /// Sets the source in effect apart from those it replaced.
    generation: u64,
    reader: Option<AbortHandle>,
    picture: Option<Arc<Picture>>,
    spare: Option<Planes>,
    /// `picture`, or how it is to look, has changed since it was last converted.
    stale: bool,
    /// `picture` was not on the screen yet.
    fresh: bool,
    /// Converted, not yet taken by the layer.
    ready: Option<Rendered>,
    /// Number of the last conversion.
    serial: u32,
    /// Whether that one still has to reach the screen; the next waits for it.
    in_flight: bool,
    /// Whether that one is of a new picture, not an old one in a new size.
    counts: bool,
    frames: u32,
    size: (u32, u32),
}

/// All of it.
#[derive(Default)]
pub(super) struct State {
    slots: HashMap<TileId, Slot>,
    tiles: Vec<TileLayout>,
    placed: Arc<Vec<Placed>>,
    /// Changes whenever something other than a tile's picture is to be drawn anew.
    pub version: u64,
    pub stage: Stage,
    /// The layer is gone: the worker ends.
    pub closed: bool,
    generations: u64,
    /// Where the search for the next job starts: no tile is starved by those before it.
    turn: usize,
}

impl State {
    /// A new source for `tile`; returns its generation. Where the last picture of an earlier one is held, it stays until
    /// the first of this one.
    pub fn open(&mut self, tile: &TileId, reader: Option<AbortHandle>) -> u64 {
        self.generations += 1;
        if let Some(slot) = self.slots.get_mut(tile).filter(|slot| slot.held) {
            slot.render_again();
            (slot.generation, slot.reader, slot.held) = (self.generations, reader, false);
            return self.generations;
        }
        self.close(tile);
        let slot = Slot { generation: self.generations, reader, ..Slot::default() };
        self.slots.insert(tile.clone(), slot);
        self.generations
    }

    pub fn close(&mut self, tile: &TileId) {
        if let Some(slot) = self.slots.remove(tile) {
            slot.stop();
            self.version += 1;
        }
    }

    /// Stops reading the source of `tile`, and keeps its last picture for one that may follow.
    pub fn hold(&mut self, tile: &TileId) {
        if let Some(slot) = self.slots.get_mut(tile) {
            slot.hold();
        }
    }

    /// The same for all tiles that a reader fills, which are those of the others.
    pub fn hold_all(&mut self) {
        self.slots.values_mut().filter(|slot| slot.reader.is_some()).for_each(Slot::hold);
    }

    /// Closes what is held still.
    pub fn close_held(&mut self) {
        let before = self.slots.len();
        self.slots.retain(|_, slot| !slot.held);
        self.version += u64::from(self.slots.len() != before);
    }

    pub fn close_generation(&mut self, tile: &TileId, generation: u64) {
        if self.slots.get(tile).is_some_and(|slot| slot.generation == generation) {
            self.close(tile);
        }
    }

    pub fn close_all(&mut self) {
        self.slots.drain().for_each(|(_, slot)| slot.stop());
        self.version += 1;
    }

    /// Takes the picture away, keeps the source.
    pub fn empty(&mut self, tile: &TileId, generation: u64) {
        if let Some(slot) = self.slots.get_mut(tile).filter(|slot| slot.generation == generation) {
            (slot.picture, slot.ready, slot.stale, slot.in_flight) = (None, None, false, false);
            self.version += 1;
        }
    }

    pub fn spare_planes(&mut self, tile: &TileId) -> Planes {
        self.slots.get_mut(tile).and_then(|slot| slot.spare.take()).unwrap_or_default()
    }

    /// The newest picture; says whether the worker has something to do with it.
    pub fn put(&mut self, tile: &TileId, generation: u64, picture: Picture) -> bool {
        let Some(slot) = self.slots.get_mut(tile).filter(|slot| slot.generation == generation) else { return false };
        slot.size = picture.upright_size();
        if let Some(old) = slot.picture.replace(Arc::new(picture)) {
            slot.spare = Arc::into_inner(old).and_then(Picture::into_planes).or(slot.spare.take());
        }
        (slot.stale, slot.fresh) = (true, true);
        !slot.in_flight && self.placed.iter().any(|placed| placed.tile == *tile)
    }

    pub fn meters(&self) -> Vec<TileMeter> {
        self.slots
            .iter()
            .map(|(tile, slot)| {
                let (width, height) = slot.size;
                TileMeter { tile: tile.clone(), frames: slot.frames, width, height }
            })
            .collect()
    }

    pub fn set_tiles(&mut self, tiles: Vec<TileLayout>) {
        self.tiles = tiles;
        self.place();
    }

    pub fn set_stage(&mut self, change: impl FnOnce(&mut Stage)) {
        let before = self.stage;
        change(&mut self.stage);
        if before == self.stage {
            return;
        }
        if (before.backdrop, before.output) != (self.stage.backdrop, self.stage.output) {
            // Corners carry the backdrop's colour, and a new kind of layer knows no picture yet.
            self.slots.values_mut().for_each(Slot::render_again);
            self.version += 1;
        }
        self.place();
    }

    /// The visible tiles, in the order of the UI.
    pub fn placed(&self) -> Arc<Vec<Placed>> {
        self.placed.clone()
    }

    /// All pictures again: who drew them has lost them.
    pub fn render_all_again(&mut self) {
        self.slots.values_mut().for_each(Slot::render_again);
    }

    /// The next picture to convert, if any. Its tile counts as busy until [`State::presented`].
    pub fn next_job(&mut self) -> Option<Job> {
        let output = self.stage.output?;
        let placed = self.placed.clone();
        for step in 0..placed.len() {
            let at = (self.turn + step) % placed.len();
            let Some(slot) = self.slots.get_mut(&placed[at].tile) else { continue };
            let Some(picture) = slot.picture.as_ref().filter(|_| slot.stale && !slot.in_flight) else { continue };
            let picture = picture.clone();
            self.turn = at + 1;
            slot.counts = std::mem::take(&mut slot.fresh);
            (slot.stale, slot.in_flight, slot.serial) = (false, true, slot.serial.wrapping_add(1));
            return Some(Job {
                placed: placed[at].clone(),
                picture,
                output,
                backdrop: self.stage.backdrop,
                generation: slot.generation,
                serial: slot.serial,
            });
        }
        None
    }

    /// A job is done; says whether the layer is to be woken (not if the tile has changed meanwhile).
    pub fn done(&mut self, job: Job, rendered: Rendered) -> bool {
        let Job { placed, picture, generation, serial, .. } = job;
        let Some(slot) = self.slots.get_mut(&placed.tile) else { return false };
        if (slot.generation, slot.serial) != (generation, serial) || !slot.in_flight {
            return false;
        }
        if slot.spare.is_none() {
            slot.spare = Arc::into_inner(picture).and_then(Picture::into_planes);
        }
        slot.ready = Some(rendered);
        true
    }

    /// A converted picture that the layer has not taken yet.
    pub fn take_ready(&mut self) -> Option<(TileId, Rendered)> {
        self.slots.iter_mut().find_map(|(tile, slot)| Some((tile.clone(), slot.ready.take()?)))
    }

    /// Whether `tile` has a picture to show.
    pub fn has_picture(&self, tile: &TileId) -> bool {
        self.slots.get(tile).is_some_and(|slot| slot.picture.is_some())
    }

    /// The conversion `serial` of `tile` is on the screen; says whether the next one waits.
    pub fn presented(&mut self, tile: &TileId, serial: u32) -> bool {
        let Some(slot) = self.slots.get_mut(tile).filter(|slot| slot.in_flight && slot.serial == serial) else {
            return false;
        };
        slot.in_flight = false;
        slot.frames += u32::from(std::mem::take(&mut slot.counts));
        slot.stale
    }

    fn place(&mut self) {
        let stage = self.stage;
        let mut placed: Vec<Placed> = Vec::with_capacity(self.tiles.len());
        for layout in self.tiles.iter().filter(|_| stage.shown) {
            if let Some(tile) = place(layout, &stage).filter(|new| placed.iter().all(|other| other.tile != new.tile)) {
                placed.push(tile);
            }
        }
        if *self.placed == placed {
            return;
        }
        for new in &placed {
            let shape = |placed: &Placed| (placed.width, placed.height, placed.look);
            let before = self.placed.iter().find(|old| old.tile == new.tile);
            if before.map(shape) != Some(shape(new))
                && let Some(slot) = self.slots.get_mut(&new.tile)
            {
                slot.render_again();
            }
        }
        self.placed = Arc::new(placed);
        self.version += 1;
    }
}

impl Slot {
    fn hold(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.abort();
        }
        self.held = true;
    }

    fn stop(self) {
        if let Some(reader) = self.reader {
            reader.abort();
        }
    }

    /// What is converted or on its way does not fit any more.
    fn render_again(&mut self) {
        // A picture that was on its way has not been counted.
        self.fresh |= self.in_flight && self.counts;
        (self.ready, self.in_flight, self.stale) = (None, false, self.picture.is_some());
        self.serial = self.serial.wrapping_add(1);
    }
}

/// Where a tile is in device px; `None` if nothing of it is seen, or it makes no sense.
fn place(layout: &TileLayout, stage: &Stage) -> Option<Placed> {
    let TileLayout { x, y, width, height, radius, .. } = *layout;
    if ![x, y, width, height, radius].iter().all(|number| number.is_finite()) {
        return None;
    }
    let seen = x < stage.size.0 && y < stage.size.1 && x + width > 0.0 && y + height > 0.0;
    // Edges are rounded, not sizes: neighbours neither overlap nor part.
    let edge = |css: f32| (css * stage.scale).round();
    let (left, top) = (edge(x), edge(y));
    let (width, height) = (edge(x + width) - left, edge(y + height) - top);
    let sane = (1.0..=MAX_SIDE).contains(&width) && (1.0..=MAX_SIDE).contains(&height);
    (seen && sane).then(|| Placed {
        tile: layout.tile.clone(),
        x: left as i32,
        y: top as i32,
        width: width as u32,
        height: height as u32,
        look: Look {
            fit: layout.fit,
            mirror: layout.mirror,
            radius: (radius * stage.scale).clamp(0.0, width.min(height) / 2.0),
        },
    })
}
