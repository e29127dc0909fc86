//! Network namespaces: machines of their own, as far as the network goes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sched::{CloneFlags, setns};

use crate::process::tied_arguments;

/// How namespaces of the tests are named: this, the process's id, a number.
const PREFIX: &str = "donfra-";
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A network namespace with its loopback up and nothing else in it. Clones are the same one; it is removed with the
/// last of them.
#[derive(Clone, Debug)]
pub struct Namespace(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
}

impl Namespace {
    /// Makes one. Needs root.
    #[expect(clippy::new_without_default, reason = "it changes the system")]
    pub fn new() -> Self {
        if NEXT.load(Ordering::Relaxed) == 0 {
            remove_left_behind();
        }
        let name = format!("{PREFIX}{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        ip(&["netns", "add", &name]);
        let namespace = Self(Arc::new(Inner { name }));
        namespace.ip(&["link", "set", "lo", "up"]);
        namespace
    }

    /// Its name, as `ip netns` knows it.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// A command that runs a program inside; the kernel ends it when this thread does.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", self.name(), "setpriv"]).args(tied_arguments(program));
        command
    }

    /// Runs `ip` with these arguments inside.
    pub fn ip(&self, arguments: &[&str]) {
        ip(&[&["-netns", self.name()], arguments].concat());
    }

    /// Runs a closure on a thread inside and waits for it. Sockets that it makes stay inside, wherever they go.
    pub fn run<T: Send>(&self, closure: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let inside = scope.spawn(|| {
                self.enter();
                closure()
            });
            inside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Moves this thread into it, for good.
    pub fn enter(&self) {
        let namespace = File::open(Path::new("/run/netns").join(self.name())).unwrap();
        setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
    }

    /// Puts a file in the place of one of `/etc` for commands inside, e.g. `hosts` or `resolv.conf`.
    pub fn set_etc(&self, name: &str, text: &str) {
        fs::create_dir_all(self.etc()).unwrap();
        fs::write(self.etc().join(name), text).unwrap();
    }

    fn etc(&self) -> PathBuf {
        Path::new("/etc/netns").join(self.name())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

fn remove(name: &str) {
    let _ = Command::new("ip").args(["netns", "del", name]).stderr(Stdio::null()).status();
    let _ = fs::remove_dir_all(Path::new("/etc/netns").join(name));
}

/// Removes what tests left behind that were killed.
fn remove_left_behind() {
    for entry in fs::read_dir("/run/netns").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|owner| !Path::new(&format!("/proc/{owner}")).exists()) {
            remove(&name);
        }
    }
}

/// Runs `ip`.
pub(crate) fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output().expect("ip of the package iproute2");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ip {}: {errors} (it needs root)", arguments.join(" "));
}
