//! The X screen: what a person would see, pixel by pixel.

use donfra_testbed::Process;
use image::{Rgb, RgbImage};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt, EventMask, ImageFormat, MapState, Window,
};
use x11rb::rust_connection::RustConnection;

/// Size of the screen in px: two windows side by side.
const SIZE: (u16, u16) = (2200, 800);

/// A rectangle of the screen, px.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub x: i16,
    pub y: i16,
    pub width: u16,
    pub height: u16,
}

/// A screen of its own with a window manager on it.
pub struct Screen {
    /// What `DISPLAY` is for it.
    pub name: String,
    connection: RustConnection,
    root: Window,
    _window_manager: Process,
    _server: Process,
}

impl Screen {
    /// Starts Xvfb on a free display, and openbox.
    pub fn start(logs: &Path) -> Self {
        let mut server = Process::start(Path::new("Xvfb"), logs, "xvfb", |command| {
            command.args(["-displayfd", "1", "-screen", "0", &format!("{}x{}x24", SIZE.0, SIZE.1)]);
            command.args(["-nolisten", "tcp", "-noreset"]).stdout(Stdio::piped());
        });
        let mut number = String::new();
        BufReader::new(server.stdout().unwrap()).read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        let window_manager = Process::start(Path::new("openbox"), logs, "openbox", |command| {
            command.env("DISPLAY", &name);
        });
        let (connection, screen) = x11rb::connect(Some(&name)).expect("the screen just started");
        let root = connection.setup().roots[screen].root;
        Self { name, connection, root, _window_manager: window_manager, _server: server }
    }

    /// The window that a process shows, once it does.
    pub fn window_of(&self, process: u32) -> Option<Window> {
        let windows = self.property(self.root, "_NET_CLIENT_LIST", AtomEnum::WINDOW)?;
        windows.into_iter().find(|window| {
            self.property(*window, "_NET_WM_PID", AtomEnum::CARDINAL).is_some_and(|ids| ids.contains(&process))
        })
    }

    /// Asks the window manager to put a window there.
    pub fn place(&self, window: Window, x: i32, y: i32) {
        self.connection.configure_window(window, &ConfigureWindowAux::new().x(x).y(y)).unwrap();
        self.connection.flush().unwrap();
    }

    /// Whether a window is on the screen, not only managed.
    pub fn is_viewable(&self, window: Window) -> bool {
        let attributes = self.connection.get_window_attributes(window).unwrap().reply();
        attributes.is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE)
    }

    /// Asks the window manager to show a window and put it on top.
    pub fn activate(&self, window: Window) {
        let atom = self.connection.intern_atom(false, b"_NET_ACTIVE_WINDOW").unwrap().reply().unwrap().atom;
        let event = ClientMessageEvent::new(32, window, atom, [2, x11rb::CURRENT_TIME, 0, 0, 0]);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        self.connection.send_event(false, self.root, mask, event).unwrap();
        self.connection.flush().unwrap();
    }

    /// Asks a window to close, as its title bar's button does.
    pub fn close(&self, window: Window) {
        let atom = |name: &str| self.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
        let data = [atom("WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0];
        let event = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), data);
        self.connection.send_event(false, window, EventMask::NO_EVENT, event).unwrap();
        self.connection.flush().unwrap();
    }

    /// Where a window's content begins on the screen.
    pub fn origin(&self, window: Window) -> (i16, i16) {
        let at = self.connection.translate_coordinates(window, self.root, 0, 0).unwrap().reply().unwrap();
        (at.dst_x, at.dst_y)
    }

    /// The pixels of a part of the screen.
    pub fn pixels(&self, area: Area) -> RgbImage {
        let (right, bottom) = (SIZE.0 as i16, SIZE.1 as i16);
        let (x, y) = (area.x.clamp(0, right - 1), area.y.clamp(0, bottom - 1));
        let width = (area.width as i16).min(right - x).max(1) as u16;
        let height = (area.height as i16).min(bottom - y).max(1) as u16;
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, !0)
            .unwrap()
            .reply()
            .expect("the area lies on the screen");
        let mut bgrx = image.data.chunks_exact(4);
        RgbImage::from_fn(width.into(), height.into(), |_, _| {
            let pixel = bgrx.next().expect("four bytes a pixel");
            Rgb([pixel[2], pixel[1], pixel[0]])
        })
    }

    /// The whole screen as a PNG file.
    pub fn save(&self, path: &Path) {
        let all = Area { x: 0, y: 0, width: SIZE.0, height: SIZE.1 };
        self.pixels(all).save(path).unwrap();
    }

    fn property(&self, window: Window, name: &str, kind: AtomEnum) -> Option<Vec<u32>> {
        let atom = self.connection.intern_atom(false, name.as_bytes()).ok()?.reply().ok()?.atom;
        let reply = self.connection.get_property(false, window, atom, kind, 0, 1024).ok()?.reply().ok()?;
        Some(reply.value32()?.collect())
    }
}

/// Share of a picture's pixels, 0 to 1, that have about this hue (degrees) and are coloured at all.
pub fn share_of_hue(picture: &RgbImage, hue: f32) -> f32 {
    let alike = picture.pixels().filter(|pixel| {
        let [r, g, b] = pixel.0.map(f32::from);
        let (high, low) = (r.max(g).max(b), r.min(g).min(b));
        if high < 60. || (high - low) / high < 0.35 {
            return false;
        }
        let sextant = if high == r {
            ((g - b) / (high - low)).rem_euclid(6.)
        } else if high == g {
            (b - r) / (high - low) + 2.
        } else {
            (r - g) / (high - low) + 4.
        };
        let apart = (sextant * 60. - hue).rem_euclid(360.);
        apart.min(360. - apart) < 25.
    });
    alike.count() as f32 / picture.pixels().len() as f32
}

/// Share of the pixels, 0 to 1, that clearly differ between two pictures of one size.
pub fn share_changed(before: &RgbImage, after: &RgbImage) -> f32 {
    assert_eq!(before.dimensions(), after.dimensions());
    let changed = before.pixels().zip(after.pixels()).filter(|(a, b)| (0..3).any(|i| a[i].abs_diff(b[i]) > 24));
    changed.count() as f32 / before.pixels().len() as f32
}
