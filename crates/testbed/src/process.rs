//! Processes that do not outlive the test.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill as signal};
use nix::unistd::Pid;

use crate::wait::within;

/// A process that ends with its guard, all that it started included, and with the thread that started it should that
/// die first (so start it from the test's own thread, not from a pool's).
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program, its output in `<folder>/<name>.log` (added to what is there). `setup` adds arguments and
    /// environment.
    pub fn start(program: &Path, folder: &Path, name: &str, setup: impl FnOnce(&mut Command)) -> Self {
        Self::start_command(tied(program), folder, name, setup)
    }

    /// Starts a command of [`tied`] or of [`Namespace::command`](crate::Namespace::command) so.
    pub fn start_command(mut command: Command, folder: &Path, name: &str, setup: impl FnOnce(&mut Command)) -> Self {
        let log = folder.join(format!("{name}.log"));
        let file = File::options().create(true).append(true).open(&log).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        setup(&mut command);
        let child = command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self { child, log }
    }

    /// The process's id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its output, if `setup` has piped it.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Ends it at once (SIGKILL), not what it started, and waits for its end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end (SIGTERM).
    pub fn terminate(&self) {
        let _ = signal(Pid::from_raw(self.pid() as i32), Signal::SIGTERM);
    }

    /// Holds it (SIGSTOP), as a computer that sleeps does.
    pub fn stop(&self) {
        signal(Pid::from_raw(self.pid() as i32), Signal::SIGSTOP).unwrap();
    }

    /// Lets it run on (SIGCONT).
    pub fn cont(&self) {
        signal(Pid::from_raw(self.pid() as i32), Signal::SIGCONT).unwrap();
    }

    /// Waits until it has ended of itself.
    pub async fn ended(&mut self, limit: Duration) -> ExitStatus {
        within(limit, "the process ends", async || self.child.try_wait().unwrap()).await
    }

    /// What it has written so far, stdout and stderr.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let below = descendants(self.pid());
        self.kill();
        below.into_iter().for_each(kill);
    }
}

/// A command whose process the kernel ends when this thread does.
pub fn tied(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(tied_arguments(program));
    command
}

/// The arguments of setpriv for that.
pub(crate) fn tied_arguments(program: &Path) -> [OsString; 4] {
    ["--pdeathsig".as_ref(), "KILL".as_ref(), "--".as_ref(), program.as_os_str()].map(OsStr::to_os_string)
}

/// Ends a process at once. Gone already is fine.
pub fn kill(pid: u32) {
    let _ = signal(Pid::from_raw(pid as i32), Signal::SIGKILL);
}

/// Whether a process runs (one that ended and was not waited for does not).
pub fn runs(pid: u32) -> bool {
    stat(pid).is_some_and(|(_, state, _)| state != "Z")
}

/// Ids of the processes that a process started, and those started, and so on.
pub fn descendants(pid: u32) -> Vec<u32> {
    let all: Vec<_> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter_map(|id| stat(id).map(|(_, _, parent)| (id, parent)))
        .collect();
    let mut found = vec![pid];
    let mut next = 0;
    while next < found.len() {
        let parent = found[next];
        found.extend(all.iter().filter(|(_, its)| *its == parent).map(|(id, _)| *id));
        next += 1;
    }
    found.split_off(1)
}

/// The descendant that runs a program, told by the name that the kernel keeps (cut at 15 bytes).
pub fn descendant(pid: u32, program: &Path) -> Option<u32> {
    let name = program.file_name()?.to_string_lossy();
    let name = &name[..name.len().min(15)];
    descendants(pid).into_iter().find(|id| stat(*id).is_some_and(|(its, state, _)| its == name && state != "Z"))
}

/// Waits until none of these processes runs.
pub async fn all_gone(what: &str, pids: &[u32]) {
    within(Duration::from_secs(15), what, async || pids.iter().all(|id| !runs(*id)).then_some(())).await;
}

/// Name, state and parent of a process.
fn stat(pid: u32) -> Option<(String, String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    Some((name.to_owned(), fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}
