//! Does a transparent webview let what is below it show through? Not with every renderer of WebKit, so it is tried: a
//! small page over a known colour, in a window that is never on the screen, drawn by the very web process of the UI.

use std::time::{Duration, Instant};

use gtk::gdk::RGBA;
use gtk::gdk_pixbuf::Pixbuf;
use gtk::glib;
use gtk::prelude::*;
use webkit2gtk::{WebView, WebViewExt};

/// How long the page may take to appear.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);
const SIDE: i32 = 32;
/// Of the page's left half, over a transparent right half.
const PAGE: &str = "<!doctype html><body style='margin:0;background:transparent'>\
    <div style='position:fixed;left:0;top:0;width:50%;height:100%;background:#00ff00'></div>";
const GREEN: [u8; 3] = [0, 255, 0];
const MAGENTA: [u8; 3] = [255, 0, 255];

/// What was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// What is below is seen where the page is transparent.
    ShowsThrough,
    /// The page covers it.
    Opaque,
    /// The page never appeared.
    Unknown,
}

/// Tries it, within [`PATIENCE`].
pub(super) async fn probe(like: &WebView) -> Probe {
    let began = Instant::now();
    let window = gtk::OffscreenWindow::new();
    window.set_default_size(SIDE, SIDE);
    let web = WebView::builder().related_view(like).build();
    web.set_background_color(&RGBA::new(0.0, 0.0, 0.0, 0.0));
    web.connect_draw(|_, cr| {
        cr.set_source_rgb(1.0, 0.0, 1.0);
        // Nothing drawn is seen as nothing shown through.
        let _ = cr.paint();
        glib::Propagation::Proceed
    });
    window.add(&web);
    web.load_html(PAGE, None);
    window.show_all();
    let mut found = Probe::Unknown;
    while found == Probe::Unknown && began.elapsed() < PATIENCE {
        glib::timeout_future(Duration::from_millis(20)).await;
        found = window.pixbuf().map_or(Probe::Unknown, |pixels| judge(&pixels));
    }
    tracing::debug!(?found, took = ?began.elapsed(), "does the layer show through");
    web.try_close();
    window.close();
    found
}

fn judge(pixels: &Pixbuf) -> Probe {
    let (left, right) = (colour(pixels, SIDE / 4), colour(pixels, SIDE * 3 / 4));
    match (left, right) {
        (Some(GREEN), Some(MAGENTA)) => Probe::ShowsThrough,
        (Some(GREEN), _) => Probe::Opaque,
        _ => Probe::Unknown,
    }
}

fn colour(pixels: &Pixbuf, x: i32) -> Option<[u8; 3]> {
    let scale = pixels.width() / SIDE;
    let (x, y) = ((x * scale.max(1)) as usize, (pixels.height() / 2) as usize);
    let at = y * pixels.rowstride() as usize + x * pixels.n_channels() as usize;
    let bytes = pixels.read_pixel_bytes();
    bytes.get(at..at + 3)?.try_into().ok()
}
