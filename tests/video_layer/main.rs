//! The video layer on a real X screen: its pixels are read, not its word taken. Needs Xvfb, openbox and ImageMagick.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod app;
mod screen;

use serde_json::json;

use screen::{Window, eventually};

const BACKDROP: [u8; 3] = [30, 40, 50];
const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const WHITE: [u8; 3] = [255, 255, 255];
const BLACK: [u8; 3] = [0, 0, 0];
/// Of the page's own badge, at 60,60 to 120,80.
const YELLOW: [u8; 3] = [255, 255, 0];

/// Not a test: the window that the tests look at, in a process of its own.
#[test]
#[ignore = "run by the other tests"]
fn window() {
    app::run();
}

fn tile(identity: &str, (x, y, width, height): (u32, u32, u32, u32)) -> serde_json::Value {
    json!({
        "tile": { "identity": identity, "source": "camera" },
        "x": x, "y": y, "width": width, "height": height, "fit": "cover", "mirror": false, "radius": 0,
    })
}

fn with(mut tile: serde_json::Value, changes: serde_json::Value) -> serde_json::Value {
    tile.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    tile
}

/// Three pictures: one covering with round corners, one mirrored in a square, one whole between bars.
fn three_tiles(window: &mut Window) {
    for identity in ["a", "b", "c"] {
        window.feed(identity, 30.0);
    }
    window.order(json!({ "tiles": [
        with(tile("a", (40, 40, 320, 180)), json!({ "radius": 16 })),
        with(tile("b", (380, 40, 180, 180)), json!({ "mirror": true })),
        with(tile("c", (40, 240, 300, 220)), json!({ "fit": "contain" })),
    ]}));
}

fn assert_three_tiles(window: &Window) {
    window.shows(&[
        // Quadrants of the first, the badge of the page over it.
        ((50, 100), RED),
        ((340, 60), GREEN),
        ((60, 200), BLUE),
        ((340, 200), WHITE),
        ((90, 70), YELLOW),
        // Beside it, and its round corners.
        ((10, 10), BACKDROP),
        ((41, 41), BACKDROP),
        ((358, 218), BACKDROP),
        ((370, 100), BACKDROP),
        // Left is right, and what does not fit is cut on both sides alike.
        ((385, 50), GREEN),
        ((550, 50), RED),
        ((385, 210), WHITE),
        ((550, 210), BLUE),
        // 300×169 in 300×220.
        ((100, 250), BLACK),
        ((100, 275), RED),
        ((250, 275), GREEN),
        ((100, 425), BLUE),
        ((250, 425), WHITE),
        ((250, 450), BLACK),
    ]);
}

#[test]
fn pictures_are_drawn_under_the_page() {
    let mut window = Window::open(&[]);
    assert_eq!(window.order("info"), "native");
    window.order(json!({ "backdrop": { "r": BACKDROP[0], "g": BACKDROP[1], "b": BACKDROP[2] } }));
    window.shows(&[((90, 70), YELLOW), ((10, 10), BACKDROP), ((50, 100), BACKDROP)]);
    three_tiles(&mut window);
    assert_three_tiles(&window);

    // Every picture is drawn and counted.
    let before = window.frames("a");
    eventually("frames are counted", || window.frames("a") > before + 20);

    // Another size, another place; nothing is left at the old one.
    window.order(json!({ "resize": { "width": 800.0, "height": 600.0 } }));
    window.order(json!({ "tiles": [tile("a", (400, 300, 400, 300))] }));
    window.shows(&[
        ((50, 100), BACKDROP),
        ((90, 70), YELLOW),
        ((410, 310), RED),
        ((790, 310), GREEN),
        ((410, 590), BLUE),
        ((790, 590), WHITE),
    ]);
    // Partly outside.
    window.order(json!({ "tiles": [tile("a", (600, 400, 400, 400))] }));
    window.shows(&[((610, 410), RED), ((790, 590), RED), ((590, 500), BACKDROP)]);

    // A tile that is nowhere is not drawn.
    window.order(json!({ "tiles": [tile("b", (0, 100, 160, 90))] }));
    window.shows(&[((10, 110), RED), ((610, 410), BACKDROP)]);
    let unseen = window.frames("a");
    let seen = window.frames("b");
    eventually("the visible tile is drawn", || window.frames("b") > seen + 20);
    assert_eq!(window.frames("a"), unseen, "a tile that is not seen was drawn");
}

#[test]
fn a_minimised_window_draws_nothing() {
    let mut window = Window::open(&[]);
    three_tiles(&mut window);
    eventually("pictures are drawn", || window.frames("a") > 10);
    window.order(json!({ "minimise": true }));
    let mut last = 0;
    eventually("drawing stops", || {
        std::thread::sleep(std::time::Duration::from_millis(700));
        let (before, now) = (last, window.frames("a"));
        last = now;
        before == now
    });
    window.order(json!({ "minimise": false }));
    eventually("drawing goes on", || window.frames("a") > last + 10);
    window.shows(&[((50, 100), RED), ((340, 200), WHITE), ((90, 70), YELLOW)]);
}

#[test]
fn two_device_px_in_a_css_px() {
    let mut window = Window::open(&[("GDK_SCALE", "2")]);
    assert_eq!(window.order("info"), "native");
    window.feed("a", 30.0);
    window.order(json!({ "tiles": [tile("a", (41, 41, 321, 181))] }));
    window.shows(&[
        ((83, 100), RED),
        ((81, 100), BLACK),
        ((722, 84), GREEN),
        ((726, 84), BLACK),
        ((84, 441), BLUE),
        ((722, 441), WHITE),
        ((722, 446), BLACK),
        ((180, 140), YELLOW),
    ]);
}

#[test]
fn a_dead_page_comes_back_and_the_pictures_with_it() {
    let mut window = Window::open(&[]);
    window.order(json!({ "backdrop": { "r": BACKDROP[0], "g": BACKDROP[1], "b": BACKDROP[2] } }));
    three_tiles(&mut window);
    assert_three_tiles(&window);
    window.order(json!({ "eval": "document.getElementById('badge').style.background = '#ff00ff'" }));
    window.shows(&[((90, 70), [255, 0, 255])]);
    window.kill_web_process();
    // The page is new, and nothing is drawn until it has laid out its tiles.
    window.shows(&[((90, 70), YELLOW), ((50, 100), BACKDROP)]);
    three_tiles(&mut window);
    assert_three_tiles(&window);
}

#[test]
fn a_page_that_lets_nothing_through_draws_the_pictures_itself() {
    let mut window = Window::open(&[("WEBKIT_DISABLE_DMABUF_RENDERER", "1")]);
    let info = window.order("info");
    let (url, token) = info.split_once(' ').expect("the portable layer");
    assert!(url.starts_with("ws://127.0.0.1:"), "{url}");
    window.order(json!({ "eval": screen::portable_layer(url, token) }));
    three_tiles(&mut window);
    window.order(json!({ "eval": format!("layer.setTiles({})", window.tiles()) }));
    assert_three_tiles(&window);
    let before = window.frames("c");
    eventually("frames are counted", || window.frames("c") > before + 20);
    window.order(json!({ "tiles": [] }));
    window.order(json!({ "eval": "layer.setTiles([])" }));
    window.shows(&[((50, 100), BACKDROP), ((385, 50), BACKDROP), ((90, 70), YELLOW)]);
}
