//! Processes that do not outlive the test.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A process that ends with its guard, and with the test's thread should that die first.
pub struct Process(Child);

impl Process {
    /// Starts a program, its output in `<folder>/<name>.log`. `setup` adds arguments and environment.
    pub fn start(program: &Path, folder: &Path, name: &str, setup: impl FnOnce(&mut Command)) -> Self {
        let log = File::create(folder.join(format!("{name}.log"))).unwrap();
        let mut command = tied(program);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        setup(&mut command);
        Self(command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", program.display())))
    }

    /// Starts a command that [`tied`] made.
    pub fn spawn(mut command: Command) -> Self {
        let name = format!("{command:?}");
        Self(command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}")))
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The process itself.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let below = descendants(self.id());
        let _ = self.0.kill();
        let _ = self.0.wait();
        below.into_iter().for_each(kill);
    }
}

/// A command whose process the kernel ends when this thread does.
pub fn tied(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// Ends a process at once. Gone already is fine.
pub fn kill(id: u32) {
    let _ = Command::new("kill").args(["-KILL", &id.to_string()]).stderr(Stdio::null()).status();
}

/// Whether a process runs (one that ended and was not waited for does not).
pub fn runs(id: u32) -> bool {
    stat(id).is_some_and(|(_, state, _)| state != "Z")
}

/// Ids of the processes that a process started, and those started, and so on.
pub fn descendants(id: u32) -> Vec<u32> {
    let all: Vec<_> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter_map(|id| stat(id).map(|(_, _, parent)| (id, parent)))
        .collect();
    let mut found = vec![id];
    let mut next = 0;
    while next < found.len() {
        let parent = found[next];
        found.extend(all.iter().filter(|(_, its)| *its == parent).map(|(id, _)| *id));
        next += 1;
    }
    found.split_off(1)
}

/// The descendant that runs a program, told by the name that the kernel keeps (cut at 15 bytes).
pub fn descendant(id: u32, program: &Path) -> Option<u32> {
    let name = program.file_name().expect("a program").to_string_lossy();
    let name = &name[..name.len().min(15)];
    descendants(id).into_iter().find(|id| stat(*id).is_some_and(|(its, state, _)| its == name && state != "Z"))
}

/// Waits until none of these processes runs.
pub async fn all_gone(what: &str, ids: &[u32]) {
    super::within(Duration::from_secs(15), what, async || ids.iter().all(|id| !runs(*id)).then_some(())).await;
}

/// Name, state and parent of a process.
fn stat(id: u32) -> Option<(String, String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    Some((name.to_owned(), fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}
