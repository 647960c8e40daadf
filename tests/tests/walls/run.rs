//! Runs of the command line under a watchdog.

use super::place::{OUTSIDE, Place, Snapshot, VARIABLE, shown};
use crate::PROGRAM;
use parking_lot::Mutex;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What runs longer has hung. It is far more than anything takes.
pub const WATCHDOG: Duration = Duration::from_secs(60);

/// What a run gave.
#[derive(Debug)]
pub struct Ran {
    /// Exit status; `None` if the watchdog ended it.
    pub status: Option<i32>,
    /// stdout.
    pub out: Vec<u8>,
    /// stderr.
    pub err: Vec<u8>,
}

impl Ran {
    /// stdout and stderr.
    pub fn said(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.out), String::from_utf8_lossy(&self.err))
    }

    /// The faults that any run could have: it did not end, was killed, or showed a secret.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        match self.status {
            None => faults.push(format!("it did not end in {} seconds", WATCHDOG.as_secs())),
            Some(0..=2) => {}
            Some(status) => faults.push(format!("it ended with status {status}: {}", self.said())),
        }
        let shown = [("stdout", shown(&self.out)), ("stderr", shown(&self.err))];
        faults.extend(shown.into_iter().filter_map(|(name, line)| Some(format!("{name} shows a secret: {}", line?))));
        if self.said().contains("viz-lsp made a mistake") {
            faults.push(format!("it panicked: {}", self.said()));
        }
        faults
    }
}

/// Who runs the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// The one who runs the tests.
    Own,
    /// Somebody with no rights, if there is a way.
    Nobody,
}

/// The number of the user that may do nothing.
pub const NOBODY: u32 = 65534;

/// Whether [`User::Nobody`] is somebody else.
pub fn can_be_nobody() -> bool {
    rustix::process::geteuid().is_root() && Command::new("setpriv").arg("--version").output().is_ok()
}

/// The program, with the place's folders and secrets in its environment.
pub fn command(place: &Place, user: User) -> Command {
    let mut command = if user == User::Nobody && can_be_nobody() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--", PROGRAM]);
        command
    } else {
        viz_tests::cli::program(PROGRAM)
    };
    command
        .current_dir(&place.project)
        .env_remove("VIZ_LSP_LOG")
        .env_remove("CI")
        .env_remove("GITHUB_ACTIONS")
        .env("HOME", &place.home)
        .env("XDG_CACHE_HOME", &place.cache)
        .env("VARIABLE", VARIABLE)
        .env("PATH_OF_SECRET", format!("../outside/{OUTSIDE}"));
    command
}

/// Runs a command to its end, or to the watchdog's.
pub fn watch(command: &mut Command) -> Ran {
    let said = tempfile::tempdir().expect("a temporary folder");
    let stream = |name: &str| File::create(said.path().join(name)).expect("can be made");
    // In a group of its own, so that the watchdog gets the workers, too.
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stream("out"))
        .stderr(stream("err"))
        .process_group(0)
        .spawn()
        .expect("the program can be started");
    let end = Instant::now() + WATCHDOG;
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break Some(status.code().unwrap_or(-1));
        }
        if Instant::now() > end {
            let group = rustix::process::Pid::from_child(&child);
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            let _ = child.wait();
            break None;
        }
        std::thread::sleep(Duration::from_millis(4));
    };
    let read = |name: &str| std::fs::read(said.path().join(name)).expect("it was made");
    Ran { status, out: read("out"), err: read("err") }
}

/// Runs the program with these arguments and judges: what it said, what it wrote, whether it ended.
pub fn judged(place: &Place, command: &mut Command, may_change: &dyn Fn(&str) -> bool) -> (Ran, Vec<String>) {
    let before = place.snapshot();
    let ran = watch(command);
    let mut faults = ran.faults();
    faults.extend(changes(place, &before, may_change));
    (ran, faults)
}

/// What has been written where it should not be.
pub fn changes(place: &Place, before: &Snapshot, may_change: &dyn Fn(&str) -> bool) -> Vec<String> {
    place.snapshot().faults(before, may_change)
}

/// An argument that is a path.
pub fn argument(path: PathBuf) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

/// Does work for each item, a few at a time, and gathers what it gives, in order. Most of the work is waiting for a program.
pub fn together<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> Vec<R> + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..items.len().min(4) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let given = work(item);
                    done.lock().push((at, given));
                }
            });
        }
    });
    let mut done = done.into_inner();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, given)| given).collect()
}
