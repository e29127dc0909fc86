//! A window with a video layer and nothing else, in a process of its own: takes orders as JSON lines on stdin, answers
//! each with one line on stdout.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use donfra_live::video::{self, Frames, Rgb, TileId, TileLayout, VideoLayer, VideoLayerInfo};
use livekit::webrtc::video_frame::{I420Buffer, VideoFrame, VideoRotation};
use serde::Deserialize;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// Lay out.
    Tiles(Vec<TileLayout>),
    /// Feed `tile` with pictures; rate 0 stops it.
    Feed {
        tile: TileId,
        width: u32,
        height: u32,
        rate: f64,
    },
    Backdrop(Rgb),
    Eval(String),
    Resize {
        width: f64,
        height: f64,
    },
    Minimise(bool),
    Meters,
    Info,
    Quit,
}

type Feeds = Mutex<HashMap<TileId, Arc<AtomicBool>>>;

/// Runs the window until it is told to quit.
pub fn run() {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter("info").init();
    tauri::Builder::default()
        // Tests run on threads of their own.
        .any_thread()
        .setup(|app| {
            let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
                .title("Video layer test")
                .transparent(true)
                .decorations(false)
                .inner_size(640.0, 480.0)
                .position(0.0, 0.0)
                .build()?;
            let frames = Frames::new();
            tauri::async_runtime::spawn(async move {
                let layer = video::attach(&window, frames.clone()).await.expect("a layer");
                std::thread::spawn(move || obey(&window, &frames, &*layer));
            });
            Ok(())
        })
        .run(tauri::generate_context!("tests/video_layer/tauri.conf.json"))
        .expect("the window opens");
}

fn obey(window: &WebviewWindow, frames: &Frames, layer: &dyn VideoLayer) {
    let feeds = Feeds::default();
    println!("the window takes orders");
    for line in std::io::stdin().lock().lines() {
        let order = serde_json::from_str(&line.expect("UTF-8")).expect("an order");
        println!("{}", answer(order, window, frames, layer, &feeds));
    }
    quit(window.app_handle());
}

fn answer(order: Order, window: &WebviewWindow, frames: &Frames, layer: &dyn VideoLayer, feeds: &Feeds) -> String {
    match order {
        Order::Tiles(tiles) => layer.set_tiles(tiles),
        Order::Feed { tile, width, height, rate } => feed(frames, feeds, tile, (width, height), rate),
        Order::Backdrop(colour) => layer.set_backdrop(colour),
        Order::Eval(script) => window.eval(script).expect("the page takes it"),
        Order::Resize { width, height } => {
            window.set_size(tauri::LogicalSize::new(width, height)).expect("the window takes it");
        }
        Order::Minimise(true) => window.minimize().expect("the window takes it"),
        Order::Minimise(false) => window.unminimize().expect("the window takes it"),
        Order::Meters => return serde_json::to_string(&frames.meters()).expect("plain data"),
        Order::Info => {
            return match layer.info() {
                VideoLayerInfo::Native => "native".into(),
                VideoLayerInfo::Portable { url, token } => format!("{url} {token}"),
            };
        }
        Order::Quit => quit(window.app_handle()),
    }
    "ok".into()
}

fn quit(app: &AppHandle) {
    app.exit(0);
}

/// Quadrants: red, green / blue, white; a grey square moves through the middle.
fn feed(frames: &Frames, feeds: &Feeds, tile: TileId, (width, height): (u32, u32), rate: f64) {
    let mut feeds = feeds.lock().expect("no feed panics");
    if let Some(before) = feeds.remove(&tile) {
        before.store(false, Ordering::Relaxed);
    }
    if rate == 0.0 {
        return;
    }
    let on = Arc::new(AtomicBool::new(true));
    feeds.insert(tile.clone(), on.clone());
    let sink = frames.sink(tile);
    std::thread::spawn(move || {
        let mut buffer = I420Buffer::new(width, height);
        paint(&mut buffer, width, height);
        let mut frame = VideoFrame::new(VideoRotation::VideoRotation0, buffer);
        let began = Instant::now();
        let mut count = 0_u32;
        while on.load(Ordering::Relaxed) {
            let (y, _, _) = frame.buffer.data_mut();
            let (middle, side) = ((height / 2 * width + width / 2) as usize, count % 16);
            y[middle..middle + 16].fill(60 + side as u8 * 8);
            sink.push(&frame);
            count += 1;
            let next = began + Duration::from_secs_f64(f64::from(count) / rate);
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
    });
}

fn paint(buffer: &mut I420Buffer, width: u32, height: u32) {
    const COLOURS: [(u8, u8, u8); 4] = [(81, 90, 240), (145, 54, 34), (41, 240, 110), (235, 128, 128)];
    let (y, u, v) = buffer.data_mut();
    let quadrant = |x, y, width, height| usize::from(x >= width / 2) + 2 * usize::from(y >= height / 2);
    for at in 0..width * height {
        y[at as usize] = COLOURS[quadrant(at % width, at / width, width, height)].0;
    }
    let (width, height) = (width.div_ceil(2), height.div_ceil(2));
    for at in 0..width * height {
        let (_, blue, red) = COLOURS[quadrant(at % width, at / width, width, height)];
        (u[at as usize], v[at as usize]) = (blue, red);
    }
}
