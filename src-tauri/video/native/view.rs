//! Drawing under the page. Everything here is on GTK's thread.
//!
//! The webview's own `draw` signal comes before WebKit's drawing: what is drawn there lies under the page. No widget of our
//! own is needed, and the webview stays where it is: moved into another container it loses its picture, and a page that
//! does not change by itself never gives another.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use gtk::cairo::{Context, Filter, Format, ImageSurface};
use gtk::gdk::{RGBA, WindowState};
use gtk::glib;
use gtk::prelude::*;
use webkit2gtk::{WebView, WebViewExt};

use crate::video::frames::Shared;
use crate::video::stage::{Output, Placed, Rendered, Stage};
use crate::video::{Rgb, TileId};

/// What is on the screen, or will be at the next turn of the frame clock.
#[derive(Default)]
struct View {
    version: Option<u64>,
    placed: Arc<Vec<Placed>>,
    backdrop: Rgb,
    bitmaps: HashMap<TileId, Bitmap>,
}

struct Bitmap {
    surface: ImageSurface,
    width: u32,
    height: u32,
    serial: u32,
    /// Not on the screen yet.
    new: bool,
}

/// Draws the layer from now on, before WebKit draws its page: both into the same picture of the window, in one go.
pub(super) fn put_under(web: &WebView, shared: Arc<Shared>) {
    web.set_background_color(&RGBA::new(0.0, 0.0, 0.0, 0.0));
    let view = Rc::new(RefCell::new(View::default()));
    draw_with(web, &view, &shared);
    follow(web, &shared);
    update_stage(web, &shared);
    let web = web.downgrade();
    glib::MainContext::default().spawn_local(async move {
        loop {
            shared.ready.notified().await;
            let Some(web) = web.upgrade().filter(|_| !shared.state.lock().closed) else { break };
            sync(&mut view.borrow_mut(), &shared, &web);
        }
    });
}

/// Keeps the stage true to the window: size, scale, whether it is seen.
fn follow(web: &WebView, shared: &Arc<Shared>) {
    let on_change = |shared: &Arc<Shared>| {
        let shared = shared.clone();
        move |web: &WebView| update_stage(web, &shared)
    };
    web.connect_scale_factor_notify(on_change(shared));
    web.connect_map(on_change(shared));
    web.connect_unmap(on_change(shared));
    let allocated = on_change(shared);
    web.connect_size_allocate(move |web, _| allocated(web));
    if let Some(toplevel) = web.toplevel() {
        let (web, shared) = (web.downgrade(), shared.clone());
        toplevel.connect_window_state_event(move |_, _| {
            if let Some(web) = web.upgrade() {
                update_stage(&web, &shared);
            }
            glib::Propagation::Proceed
        });
    }
}

fn update_stage(web: &WebView, shared: &Shared) {
    let hidden = WindowState::ICONIFIED | WindowState::WITHDRAWN;
    let state = web.toplevel().and_then(|top| top.window()).map(|window| window.state());
    let shown = web.is_mapped() && state.is_some_and(|state| !state.intersects(hidden));
    let size = web.allocation();
    shared.set_stage(|stage: &mut Stage| {
        stage.output = Some(Output::Bgra);
        stage.scale = web.scale_factor() as f32;
        stage.size = (size.width() as f32, size.height() as f32);
        stage.shown = shown;
    });
}

/// Takes over what is new, and asks for just that to be drawn.
fn sync(view: &mut View, shared: &Shared, web: &WebView) {
    let scale = web.scale_factor();
    let mut state = shared.state.lock();
    if view.version != Some(state.version) {
        view.version = Some(state.version);
        view.placed = state.placed();
        view.backdrop = state.stage.backdrop;
        // While nothing is seen the last pictures stay: they are there at once when the window comes back.
        let kept = |tile: &TileId| !state.stage.shown || view.placed.iter().any(|placed| placed.tile == *tile);
        view.bitmaps.retain(|tile, _| kept(tile) && state.has_picture(tile));
        web.queue_draw();
    }
    while let Some((tile, rendered)) = state.take_ready() {
        let Rendered { pixels, width, height, serial } = rendered;
        let surface =
            ImageSurface::create_for_data(pixels, Format::Rgb24, width as i32, height as i32, width as i32 * 4);
        match surface {
            Ok(surface) => {
                if let Some(placed) = view.placed.iter().find(|placed| placed.tile == tile) {
                    queue(web, placed, scale);
                }
                view.bitmaps.insert(tile, Bitmap { surface, width, height, serial, new: true });
            }
            Err(error) => tracing::warn!(%error, width, height, "a picture is not drawn"),
        }
    }
}

/// Asks for a tile to be drawn: whole logical px around its device px, and as far from the other edge, top or bottom.
///
/// WebKit (2.50, drawing by software) cuts its page to the damage turned upside down: it draws only what lies both in
/// the damage and in its reflection. So all damage is made symmetric; what comes otherwise, `draw_with` makes good.
fn queue(web: &WebView, placed: &Placed, scale: i32) {
    let height = web.allocated_height();
    let (left, top) = (placed.x.div_euclid(scale), placed.y.div_euclid(scale));
    let right = (placed.x + placed.width as i32 + scale - 1).div_euclid(scale);
    let bottom = (placed.y + placed.height as i32 + scale - 1).div_euclid(scale);
    let margin = top.min(height - bottom).max(0);
    web.queue_draw_area(left, margin, right - left, height - 2 * margin);
}

/// Whether WebKit draws all of this damage (see [`queue`]).
fn is_symmetric(web: &WebView, cr: &Context) -> bool {
    cr.clip_extents().is_ok_and(|(_, top, _, bottom)| top + bottom == f64::from(web.allocated_height()))
}

fn draw_with(web: &WebView, view: &Rc<RefCell<View>>, shared: &Arc<Shared>) {
    let (view, shared) = (view.clone(), shared.clone());
    web.connect_draw(move |web, cr| {
        if !is_symmetric(web, cr) {
            web.queue_draw();
        }
        let mut view = view.borrow_mut();
        // What WebKit draws next must find the context as it was.
        let drawn = cr.save().and_then(|()| draw(&view, cr, f64::from(web.scale_factor()))).and_then(|()| cr.restore());
        if let Err(error) = drawn {
            tracing::warn!(%error, "the video layer is not drawn");
            return glib::Propagation::Proceed;
        }
        let mut waiting = false;
        for (tile, bitmap) in view.bitmaps.iter_mut().filter(|(_, bitmap)| bitmap.new) {
            bitmap.new = false;
            waiting |= shared.state.lock().presented(tile, bitmap.serial);
        }
        if waiting {
            shared.work.notify_one();
        }
        glib::Propagation::Proceed
    });
}

fn draw(view: &View, cr: &Context, scale: f64) -> Result<(), gtk::cairo::Error> {
    let Rgb { r, g, b } = view.backdrop;
    cr.set_source_rgb(f64::from(r) / 255.0, f64::from(g) / 255.0, f64::from(b) / 255.0);
    cr.paint()?;
    // Device px from here on.
    cr.scale(1.0 / scale, 1.0 / scale);
    let (left, top, right, bottom) = cr.clip_extents()?;
    for placed in view.placed.iter() {
        let Some(bitmap) = view.bitmaps.get(&placed.tile) else { continue };
        let (x, y) = (f64::from(placed.x), f64::from(placed.y));
        let (width, height) = (f64::from(placed.width), f64::from(placed.height));
        if x >= right || y >= bottom || x + width <= left || y + height <= top {
            continue;
        }
        cr.save()?;
        cr.translate(x, y);
        cr.rectangle(0.0, 0.0, width, height);
        // Of another size only for the moment between a new layout and the worker's answer to it.
        let exact = (bitmap.width, bitmap.height) == (placed.width, placed.height);
        if !exact {
            cr.scale(width / f64::from(bitmap.width), height / f64::from(bitmap.height));
        }
        cr.set_source_surface(&bitmap.surface, 0.0, 0.0)?;
        cr.source().set_filter(if exact { Filter::Nearest } else { Filter::Bilinear });
        cr.fill()?;
        cr.restore()?;
    }
    Ok(())
}
