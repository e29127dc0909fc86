//! The newest picture of every tile, on its way to the layer that draws it.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt;
use livekit::prelude::RemoteVideoTrack;
use livekit::webrtc::video_frame::{I420Buffer, VideoFrame};
use livekit::webrtc::video_stream::native::NativeVideoStream;
use parking_lot::{Condvar, Mutex};
use tokio::sync::{Notify, watch};

use super::picture::{Picture, Planes};
use super::pool::Pool;
use super::stage::{Placed, Stage, State};
use super::{TileId, TileLayout};
use crate::media::picture::PictureOutput;
use crate::session::state::TileMeter;

/// Takes pictures in from tracks and devices; the layer takes them out. One picture waits for each tile: a newer one
/// replaces it. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct Frames(pub(super) Arc<Shared>);

/// What the sources, the worker and the layer share. Pictures are converted outside the lock.
#[derive(Default)]
pub(super) struct Shared {
    pub state: Mutex<State>,
    /// The worker waits here for something to convert.
    pub work: Condvar,
    /// The layer waits here for something to draw.
    pub ready: Notify,
    pub pool: Pool,
    /// The visible tiles; none while there is no layer.
    pub seen: watch::Sender<Option<Arc<Vec<Placed>>>>,
}

impl Frames {
    /// No pictures yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where a device of this computer puts its pictures for `tile` to show. It replaces what showed there before.
    pub fn sink(&self, tile: TileId) -> FrameSink {
        let generation = self.0.state.lock().open(&tile, None);
        self.0.changed();
        FrameSink { shared: self.0.clone(), tile, generation }
    }

    /// Shows `track` in `tile` from now on, in place of what showed there before. Ends by itself with the track, or when
    /// `wanted` says no to a picture's width and height.
    pub fn watch(
        &self,
        tile: TileId,
        track: RemoteVideoTrack,
        wanted: impl Fn(u32, u32) -> bool + Send + Sync + 'static,
    ) {
        // The stream is opened here, so that no picture is lost to the task's start.
        let mut stream = NativeVideoStream::new(track.rtc_track());
        let (start, started) = tokio::sync::oneshot::channel();
        let (shared, of) = (self.0.clone(), tile.clone());
        let reader = tauri::async_runtime::spawn(async move {
            let Ok(generation) = started.await else { return };
            while let Some(frame) = stream.next().await {
                if !wanted(frame.buffer.width(), frame.buffer.height()) {
                    break;
                }
                if let Some(picture) = Picture::received(frame) {
                    shared.put(&of, generation, picture);
                }
            }
        });
        let generation = self.0.state.lock().open(&tile, Some(reader.inner().abort_handle()));
        // The reader is there: it waits for just this.
        let _ = start.send(generation);
        self.0.changed();
    }

    /// Shows nothing in `tile` any more and stops reading its track.
    pub fn unwatch(&self, tile: &TileId) {
        self.0.state.lock().close(tile);
        self.0.changed();
    }

    /// Stops reading the track of `tile` and keeps its last picture: the track may come back.
    pub fn hold(&self, tile: &TileId) {
        self.0.state.lock().hold(tile);
    }

    /// The same for all tiles of tracks; those of this computer's devices go on.
    pub fn hold_all(&self) {
        self.0.state.lock().hold_all();
    }

    /// Empties the tiles that are held still: their tracks did not come back.
    pub fn drop_held(&self) {
        self.0.state.lock().close_held();
        self.0.changed();
    }

    /// Forgets all tiles and their tracks: the session is over.
    pub fn clear(&self) {
        self.0.state.lock().close_all();
        self.0.changed();
    }

    /// What is in sight, now and from now on.
    pub fn seen(&self) -> Seen {
        Seen(self.0.seen.subscribe())
    }

    /// What each tile has drawn so far.
    pub fn meters(&self) -> Vec<TileMeter> {
        self.0.state.lock().meters()
    }
}

impl std::fmt::Debug for Frames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Frames").field(&self.meters()).finish()
    }
}

impl Shared {
    /// Takes the UI's layout over.
    pub fn set_tiles(&self, tiles: Vec<TileLayout>) {
        self.update(|state| state.set_tiles(tiles));
    }

    /// Takes over what the layer knows of its window.
    pub fn set_stage(&self, change: impl FnOnce(&mut Stage)) {
        self.update(|state| state.set_stage(change));
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock();
        change(&mut state);
        let seen = state.stage.output.map(|_| state.placed());
        // Still locked: what is told last is what is.
        self.seen.send_if_modified(|told| {
            let same = match (&*told, &seen) {
                (Some(told), Some(seen)) => Arc::ptr_eq(told, seen),
                (told, seen) => told.is_none() && seen.is_none(),
            };
            *told = seen;
            !same
        });
        drop(state);
        self.changed();
    }

    /// Wakes the worker and the layer to look again.
    pub fn changed(&self) {
        self.work.notify_one();
        self.ready.notify_one();
    }

    fn put(&self, tile: &TileId, generation: u64, picture: Picture) {
        if self.state.lock().put(tile, generation, picture) {
            self.work.notify_one();
        }
    }
}

/// The tiles in sight.
#[derive(Clone, Debug)]
pub struct Seen(watch::Receiver<Option<Arc<Vec<Placed>>>>);

impl Seen {
    /// Their sizes in device px. None where no layer shows any.
    pub fn sizes(&mut self) -> Option<HashMap<TileId, (u32, u32)>> {
        let placed = self.0.borrow_and_update().clone()?;
        Some(placed.iter().map(|placed| (placed.tile.clone(), (placed.width, placed.height))).collect())
    }

    /// Waits until it is something else.
    pub async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            // The frames are gone, and with them whatever could be seen.
            std::future::pending::<()>().await;
        }
    }
}

/// Where a device of this computer puts its pictures (the own preview). Dropping it empties the tile.
pub struct FrameSink {
    shared: Arc<Shared>,
    tile: TileId,
    generation: u64,
}

impl FrameSink {
    /// Shows this picture next: the newest wins. The planes are copied (into memory used before), so that the caller
    /// keeps its buffer for the next frame. I420, BT.601, limited range, as everywhere in WebRTC.
    pub fn push(&self, frame: &VideoFrame<I420Buffer>) {
        let planes: Planes = self.shared.state.lock().spare_planes(&self.tile);
        if let Some(picture) = Picture::copied(frame, planes) {
            self.shared.put(&self.tile, self.generation, picture);
        }
    }

    /// Empties the tile until the next picture (the camera was unplugged).
    pub fn clear(&self) {
        self.shared.state.lock().empty(&self.tile, self.generation);
        self.shared.changed();
    }
}

impl Drop for FrameSink {
    fn drop(&mut self) {
        self.shared.state.lock().close_generation(&self.tile, self.generation);
        self.shared.changed();
    }
}

impl PictureOutput for FrameSink {
    fn picture(&mut self, frame: &VideoFrame<I420Buffer>) {
        self.push(frame);
    }

    fn no_picture(&mut self) {
        self.clear();
    }
}
