//! A place for a worker: starts it when it is needed, again when it died, less and less eagerly when it keeps dying.

use crate::Wall;
use crate::batch::Batch;
use crate::process::{End, Estate, Pending, Process};
use crate::protocol::WorkerKind;
use crate::stuck::Stuck;
use parking_lot::{Mutex, MutexGuard};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use viz_facts::{Reason, Unknown};
use viz_files::{Granted, Handed};

/// A restart that is due sooner is waited for; otherwise questions are `Unknown` meanwhile.
const WORTH_WAITING: Duration = Duration::from_millis(500);

/// The longest pause before a restart: so seldom, a worker that never starts costs nothing to speak of.
const LONGEST: Duration = Duration::from_secs(5);

/// Restart at once this many times in a row; after that, wait before each restart.
const IMMEDIATE: u32 = 3;

/// What a slot starts.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub program: PathBuf,
    pub kind: WorkerKind,
    /// Current folder of the process.
    pub folder: Option<PathBuf>,
    /// The folder of private copies of databases.
    pub copies: Option<PathBuf>,
    /// What else it may read.
    pub read: Vec<PathBuf>,
    /// Folders of data outside of the project's.
    pub granted: Granted,
    /// Where it may write.
    pub write: Option<Handed>,
    /// Time between an interrupt and the kill.
    pub grace: Duration,
    /// What is not asked, of any worker of the engine.
    pub stuck: Arc<Stuck>,
}

/// What a worker sees of the environment: nothing that a query could tell, but what a system needs to start a program.
const ENVIRONMENT: [&str; 7] = ["TZ", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SystemRoot", "windir", "TEMP"];

impl Plan {
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        let name = match self.kind {
            WorkerKind::Parse => "parse",
            WorkerKind::Sources => "sources",
        };
        command.args(["--worker", name]).env_clear();
        command.envs(ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        if let Some(copies) = &self.copies {
            command.arg("--copies").arg(copies);
        }
        for path in &self.read {
            command.arg("--read").arg(path);
        }
        for folder in self.granted.folders() {
            command.arg("--granted").arg(folder);
        }
        for folder in viz_files::closed() {
            command.arg("--closed").arg(folder);
        }
        if let Some(write) = &self.write {
            command.arg("--write").arg(&write.path);
            if let Some(identity) = write.identity {
                command.arg("--write-number").arg(identity.to_string());
            }
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

/// A worker process that is there when it is needed.
pub(crate) struct WorkerSlot {
    plan: Plan,
    this: Weak<WorkerSlot>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    process: Option<Arc<Process>>,
    /// How many processes in a row died without having answered anything.
    deaths: u32,
    /// How the last one died.
    last: String,
    not_before: Option<Instant>,
    closed: bool,
}

impl WorkerSlot {
    pub(crate) fn new(plan: Plan) -> Arc<Self> {
        Arc::new_cyclic(|this| Self { plan, this: this.clone(), state: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Sends questions to the worker. Each is resolved sooner or later. Gives them back if this slot is retired.
    pub(crate) fn submit(&self, mut questions: Vec<Pending>) -> Result<(), Vec<Pending>> {
        questions.retain(|pending| pending.is_worth_asking(&self.plan.stuck));
        while !questions.is_empty() {
            match self.process() {
                Ok(process) => match process.submit(questions) {
                    Ok(()) => return Ok(()),
                    Err(back) => questions = back,
                },
                Err(_) if self.lock().closed => return Err(questions),
                Err(unknown) => {
                    for pending in questions.drain(..) {
                        pending.batch.resolve(pending.at, Err(unknown.clone()));
                    }
                }
            }
        }
        Ok(())
    }

    /// Starts the worker, if it doesn't run. Whoever asks it is told if it can't.
    pub(crate) fn start(&self) {
        let _ = self.process();
    }

    /// Gives up the questions of a batch.
    pub(crate) fn cancel(&self, batch: &Arc<Batch>) {
        let process = self.lock().process.clone();
        if let Some(process) = process {
            process.cancel(batch);
        }
    }

    /// The process id, while there is a process.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.lock().process.as_ref().filter(|process| process.is_alive()).map(|process| process.pid)
    }

    /// The kernel's walls around the process, while there is a process.
    pub(crate) fn walls(&self) -> Vec<Wall> {
        self.lock().process.as_ref().map(|process| process.walls()).unwrap_or_default()
    }

    /// Ends the worker for good.
    pub(crate) fn close(&self) {
        if let Some(process) = self.shut() {
            process.kill(End::Closed);
        }
    }

    /// Ends the worker for good when it has answered what it was asked.
    pub(crate) fn retire(&self) {
        if let Some(process) = self.shut() {
            process.retire();
        }
    }

    fn shut(&self) -> Option<Arc<Process>> {
        let mut state = self.lock();
        state.closed = true;
        state.process.take()
    }

    fn process(&self) -> Result<Arc<Process>, Unknown> {
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        if let Some(process) = state.process.as_ref().filter(|process| process.is_alive()) {
            return Ok(Arc::clone(process));
        }
        if let Some(pause) = state.not_before.and_then(|at| at.checked_duration_since(Instant::now())) {
            if pause > WORTH_WAITING {
                let (deaths, last) = (state.deaths, &state.last);
                let message = format!(
                    "the database worker died {deaths} times in a row ({last}); the next attempt is in {} s",
                    pause.as_secs() + 1
                );
                return Err(Unknown::new(Reason::WorkerUnavailable, message));
            }
            // Others would wait for the same process, so they may as well wait for this lock.
            std::thread::sleep(pause);
        }
        if let Some(folder) =
            self.plan.folder.as_deref().filter(|folder| viz_files::kind(folder) != Some(viz_files::Kind::Folder))
        {
            let message = format!("the project's folder {} can't be opened", folder.display());
            return Err(Unknown::new(Reason::FolderMissing, message));
        }
        let this = self.this.clone();
        let heir = move |estate: Estate| {
            if let Some(slot) = this.upgrade() {
                slot.inherit(estate);
            } else {
                let closed = closed();
                estate.pending.iter().for_each(|pending| pending.batch.resolve(pending.at, Err(closed.clone())));
            }
        };
        match Process::start(&self.plan, heir) {
            Ok(process) => {
                state.process = Some(Arc::clone(&process));
                Ok(process)
            }
            Err(error) => {
                let message = format!("the database worker {} can't be started: {error}", self.plan.program.display());
                died(&mut state, message.clone());
                Err(Unknown::new(Reason::WorkerUnavailable, message))
            }
        }
    }

    /// Decides what becomes of the questions that a process left. The one at which we killed it stays without an answer, unless it may
    /// have been at another one of those that are answered together: then all are asked one by one. So
    /// does the one at which two processes died in a row (one may be killed by anybody; if parses, which are answered several
    /// at a time, were under way, it takes another one to tell). The others are asked again.
    fn inherit(&self, estate: Estate) {
        let Estate { end, pending, useful } = estate;
        let pending = pending.into_iter();
        let died_of = |unknown: &Unknown, pending: Option<Pending>| {
            if let Some(pending) = pending {
                pending.batch.resolve(pending.at, Err(unknown.clone()));
            }
        };
        {
            let mut state = self.lock();
            if useful {
                state.deaths = 0;
                state.not_before = None;
            }
            if let End::Died(why) = &end {
                died(&mut state, why.clone());
            }
        }
        let again: Vec<Pending> = match end {
            End::Closed => {
                let closed = closed();
                pending.for_each(|pending| died_of(&closed, Some(pending)));
                return;
            }
            End::Killed(unknown) => {
                let pending: Vec<Pending> = pending.collect();
                let together = are_together(pending.iter());
                let mut pending = pending.into_iter();
                if !together {
                    died_of(&unknown, pending.next());
                }
                pending.map(|pending| Pending { careful: pending.careful || together, ..pending }).collect()
            }
            End::Died(why) => {
                let unknown =
                    Unknown::new(Reason::WorkerDied, format!("the database worker died of this query ({why})"));
                let mut pending: Vec<Pending> = pending.collect();
                if pending.first().is_some_and(|first| first.blamed) {
                    died_of(&unknown, Some(pending.remove(0)));
                } else if let Some(first) = pending.first_mut() {
                    first.blamed = first.careful || !is_light(first);
                }
                pending.into_iter().map(|pending| Pending { careful: true, ..pending }).collect()
            }
        };
        if let Err(left) = self.submit(again.into_iter().filter(|pending| pending.cancelled.is_none()).collect()) {
            let closed = closed();
            left.into_iter().for_each(|pending| died_of(&closed, Some(pending)));
        }
    }
}

/// Why a closed slot answers nothing.
pub(crate) fn closed() -> Unknown {
    Unknown::new(Reason::WorkerClosed, "the server is shutting down")
}

/// Whether the first of these was under way with others, so that any of them may be what took the time.
pub(crate) fn are_together<'a>(pending: impl Iterator<Item = &'a Pending>) -> bool {
    let mut first = pending.take(2).map(|pending| is_light(pending) && !pending.careful);
    first.next() == Some(true) && first.next() == Some(true)
}

/// Whether the worker answers such questions several to a frame.
fn is_light(pending: &Pending) -> bool {
    matches!(*pending.question, viz_facts::Question::Parse { .. })
}

fn died(state: &mut State, why: String) {
    state.deaths += 1;
    state.last = why;
    // Anybody may kill a worker before it has done anything, so the first restarts are immediate; then 0.1 s, 0.2 s, 0.4 s, …
    let pause = match state.deaths.checked_sub(IMMEDIATE + 1) {
        None => Duration::ZERO,
        Some(n) => Duration::from_millis(100).saturating_mul(2_u32.saturating_pow(n)).min(LONGEST),
    };
    state.not_before = Some(Instant::now() + pause);
}
