//! An X screen of the test's own with a window on it, and its pixels.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Generous: other tests and builds share the machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// Waits until it is true.
#[track_caller]
pub fn eventually(what: &str, mut is_true: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_true() {
        assert!(began.elapsed() < PATIENCE, "within {PATIENCE:?} it did not become true that {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Ends the process with the test, also a failed one.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `app::run` on a screen of 1280×960.
pub struct Window {
    app: Process,
    orders: ChildStdin,
    answers: std::cell::RefCell<BufReader<ChildStdout>>,
    display: String,
    tiles: String,
    _manager: Process,
    _screen: Process,
}

impl Window {
    pub fn open(environment: &[(&str, &str)]) -> Self {
        let mut screen = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x960x24", "-noreset", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb");
        let mut number = String::new();
        BufReader::new(screen.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        let screen = Process(screen);
        let manager = Command::new("openbox")
            .env("DISPLAY", &display)
            .stderr(Stdio::null())
            .spawn()
            .map(Process)
            .expect("openbox");
        let mut app = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "window", "--ignored", "--nocapture"])
            .env("DISPLAY", &display)
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DONFRA_LIVE_VIDEO_LAYER")
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (orders, answers) = (app.stdin.take().unwrap(), app.stdout.take().unwrap());
        let mut answers = BufReader::new(answers);
        let mut line = String::new();
        // The test runner, in whose clothes the window comes, has its own lines before.
        while line.trim() != "the window takes orders" {
            line.clear();
            assert_ne!(answers.read_line(&mut line).unwrap(), 0, "the window did not open");
        }
        Self {
            app: Process(app),
            orders,
            answers: answers.into(),
            display,
            tiles: String::new(),
            _manager: manager,
            _screen: screen,
        }
    }

    /// What the window answers.
    pub fn order(&mut self, order: impl Into<serde_json::Value>) -> String {
        let order = order.into();
        if let Some(tiles) = order.get("tiles") {
            self.tiles = tiles.to_string();
        }
        writeln!(self.orders, "{order}").unwrap();
        self.answer()
    }

    fn answer(&self) -> String {
        let mut answer = String::new();
        assert_ne!(self.answers.borrow_mut().read_line(&mut answer).unwrap(), 0, "the window is gone");
        answer.trim().to_owned()
    }

    /// Pictures of 640×360 for a tile.
    pub fn feed(&mut self, identity: &str, rate: f64) {
        let tile = serde_json::json!({ "identity": identity, "source": "camera" });
        self.order(serde_json::json!({ "feed": { "tile": tile, "width": 640, "height": 360, "rate": rate } }));
    }

    /// The last layout, JSON.
    pub fn tiles(&self) -> &str {
        &self.tiles
    }

    /// How many pictures of a tile were drawn.
    pub fn frames(&self, identity: &str) -> u64 {
        writeln!(&self.orders, "\"meters\"").unwrap();
        let meters: serde_json::Value = serde_json::from_str(&self.answer()).unwrap();
        let of = |meter: &&serde_json::Value| meter["tile"]["identity"] == identity;
        meters.as_array().unwrap().iter().find(of).map_or(0, |meter| meter["frames"].as_u64().unwrap())
    }

    /// Waits until the screen has these colours at these places.
    #[track_caller]
    pub fn shows(&self, expected: &[((u32, u32), [u8; 3])]) {
        let began = Instant::now();
        loop {
            let pixels = self.pixels();
            let wrong = expected.iter().find_map(|(at, colour)| {
                let found = pixels.get_pixel(at.0, at.1).0;
                let near = found.iter().zip(colour).all(|(a, b)| a.abs_diff(*b) <= 8);
                (!near).then(|| format!("at {at:?} the screen is {found:?}, not {colour:?}"))
            });
            let Some(wrong) = wrong else { return };
            if began.elapsed() > PATIENCE {
                let picture = std::env::temp_dir().join(format!("video-layer-{}.png", std::process::id()));
                pixels.save(&picture).unwrap();
                panic!("{wrong} (see {})", picture.display());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn pixels(&self) -> image::RgbImage {
        let shot = Command::new("import")
            .args(["-window", "root", "png:-"])
            .env("DISPLAY", &self.display)
            .output()
            .expect("ImageMagick's import");
        assert!(shot.status.success(), "{}", String::from_utf8_lossy(&shot.stderr));
        image::load_from_memory(&shot.stdout).unwrap().to_rgb8()
    }

    /// Kills the process that draws the page.
    pub fn kill_web_process(&self) {
        let own = self.app.0.id().to_string();
        let mut killed = 0;
        for process in std::fs::read_dir("/proc").unwrap().flatten() {
            let mut status = String::new();
            let name = process.file_name();
            let path = process.path().join("stat");
            if std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut status)).is_err() {
                continue;
            }
            // "pid (name) state parent …"
            let Some((before, after)) = status.rsplit_once(')') else { continue };
            if before.contains("(WebKitWebProces") && after.split_whitespace().nth(1) == Some(&own) {
                let done = Command::new("kill").arg("-KILL").arg(name).status().unwrap();
                killed += u32::from(done.success());
            }
        }
        assert!(killed > 0, "no web process found");
    }
}

/// JavaScript that draws with the UI's own half of the portable layer, over a backdrop, as `layer`.
pub fn portable_layer(url: &str, token: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let transpile = "const ts = require('./ui/node_modules/typescript'); \
        const source = require('fs').readFileSync('ui/src/lib/portable-layer.ts', 'utf8'); \
        const compilerOptions = { target: 'ES2022', module: 'ES2022' }; \
        process.stdout.write(ts.transpileModule(source, { compilerOptions }).outputText)";
    let output = Command::new("node").current_dir(root).args(["-e", transpile]).output().expect("Node.js");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let class = String::from_utf8(output.stdout).unwrap().replace("export class", "class");
    format!(
        "(() => {{ {class}
        document.documentElement.style.background = 'rgb(30, 40, 50)';
        const canvas = document.createElement('canvas');
        for (const [key, value] of Object.entries({{
            position: 'fixed', left: 0, top: 0, width: '100%', height: '100%', zIndex: -1
        }})) canvas.style[key] = value;
        document.body.append(canvas);
        window.layer = new PortableLayer({url:?}, {token:?}, canvas); }})()"
    )
}
