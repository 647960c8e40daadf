//! `--build`: from paths to the files that a dashboard reads.

mod node;
mod out;
mod print;
mod project;
mod run;
mod state;

use crate::cli::args::BuildArgs;
use crate::cli::deep::on_deep_stack;
use crate::cli::targets;
use crate::cli::together::Together;
use crate::host::answerer::Cancel;
use crate::host::deadline::Deadline;
use crate::host::output;
use anyhow::{Context, bail};
use parking_lot::Mutex;
use project::Built;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use viz_project::DiskFiles;

/// Exit status when something was not built.
const NOT_ALL_BUILT: u8 = 1;

/// Exit status after Ctrl-C, as shells have it.
const INTERRUPTED: u8 = 130;

/// Time for one query, unless someone says otherwise.
const TIMEOUT: Duration = Duration::from_secs(600);

/// Ctrl-C: what runs is called off, and nothing new is begun.
#[derive(Clone, Default)]
pub struct Interrupt {
    /// Of the queries that run.
    pub token: Cancel,
    pressed: Arc<AtomicBool>,
    /// Whether there are files to clear away first; before that the program just ends.
    writing: Arc<Mutex<bool>>,
}

impl Interrupt {
    /// Listens from now on.
    fn listen(&self) -> anyhow::Result<()> {
        let this = self.clone();
        let handle = move || {
            this.pressed.store(true, Ordering::SeqCst);
            this.token.cancel();
            if !*this.writing.lock() {
                std::process::exit(INTERRUPTED.into());
            }
        };
        ctrlc::set_handler(handle).context("can't listen for Ctrl-C")
    }

    /// Says whether there are files to clear away.
    pub fn set_writing(&self, writing: bool) {
        *self.writing.lock() = writing;
    }

    /// Whether Ctrl-C was pressed.
    pub fn is_pressed(&self) -> bool {
        self.pressed.load(Ordering::SeqCst)
    }
}

/// Builds what the command line names.
///
/// # Errors
/// If it could not run: exit status 2.
pub fn run(build: &BuildArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let interrupt = Interrupt::default();
    interrupt.listen()?;
    on_deep_stack("build", || build_all(build, &interrupt, started))
}

fn build_all(build: &BuildArgs, interrupt: &Interrupt, started: Instant) -> anyhow::Result<ExitCode> {
    let current = targets::current_folder()?;
    let (targets, strangers) = targets::find(&build.common.paths, &current, &DiskFiles)?;
    if targets.is_empty() {
        return Err(targets::no_project(&strangers, &DiskFiles));
    }
    for path in strangers.iter().filter(|_| !build.common.quiet) {
        output::say(&format!("note: {} belongs to no project: skipped", path.display()));
    }
    if let (Some(out), true) = (&build.out, targets.len() > 1) {
        bail!("{} projects can't be built into one folder, {}", targets.len(), out.display());
    }
    let deadline = Deadline::of_process(build.common.deadline.map(crate::host::settings::seconds));
    let mut all: Vec<Built> = Vec::new();
    let mut together = Together::default();
    for target in targets {
        // What is given is relative to where it is typed; the default to the project (R-DISC-06).
        let out: PathBuf = match &build.out {
            Some(out) => current.join(out),
            None => target.root.join("target"),
        };
        let built = project::build(build, target, &out, (interrupt, &deadline), &mut together)?;
        together.found(built.findings.len())?;
        all.push(built);
        if interrupt.is_pressed() {
            break;
        }
    }
    print::summary(&build.common, &all, started.elapsed());
    if interrupt.is_pressed() {
        output::say("interrupted: what was finished stays");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let done = all.iter().all(|built| built.errors == 0 && built.nodes.iter().all(|node| node.is_fine()));
    Ok(if done { ExitCode::SUCCESS } else { ExitCode::from(NOT_ALL_BUILT) })
}
