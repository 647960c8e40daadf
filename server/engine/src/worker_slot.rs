//! A place for a worker: starts it when it is needed, again when it died, less and less eagerly when it keeps dying.

use crate::batch::Batch;
use crate::process::{End, Estate, Pending, Process};
use crate::protocol::WorkerKind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};
use viz_facts::Unknown;

/// A restart that is due sooner is waited for; otherwise questions are `Unknown` meanwhile.
const WORTH_WAITING: Duration = Duration::from_millis(500);

/// The longest pause before a restart.
const LONGEST: Duration = Duration::from_secs(30);

/// What a slot starts.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub program: PathBuf,
    pub kind: WorkerKind,
    /// Current folder of the process.
    pub folder: Option<PathBuf>,
    /// Time between an interrupt and the kill.
    pub grace: Duration,
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
        self.state.lock().expect("no code that holds this lock panics")
    }

    /// Sends questions to the worker. Each is resolved sooner or later.
    pub(crate) fn submit(&self, mut questions: Vec<Pending>) {
        while !questions.is_empty() {
            match self.process() {
                Ok(process) => match process.submit(questions) {
                    Ok(()) => return,
                    Err(back) => questions = back,
                },
                Err(unknown) => {
                    for pending in questions.drain(..) {
                        pending.batch.resolve(pending.at, Err(unknown.clone()));
                    }
                }
            }
        }
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

    /// Ends the worker for good.
    pub(crate) fn close(&self) {
        let process = {
            let mut state = self.lock();
            state.closed = true;
            state.process.take()
        };
        if let Some(process) = process {
            process.kill(End::Closed);
        }
    }

    fn process(&self) -> Result<Arc<Process>, Unknown> {
        let mut state = self.lock();
        if state.closed {
            return Err(Unknown::new("worker-closed", "the server is shutting down"));
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
                return Err(Unknown::new("worker-unavailable", message));
            }
            // Others would wait for the same process, so they may as well wait for this lock.
            std::thread::sleep(pause);
        }
        if let Some(folder) = self.plan.folder.as_deref().filter(|folder| !folder.is_dir()) {
            let message = format!("the project's folder {} can't be opened", folder.display());
            return Err(Unknown::new("folder-missing", message));
        }
        let this = self.this.clone();
        let heir = move |estate: Estate| {
            if let Some(slot) = this.upgrade() {
                slot.inherit(estate);
            } else {
                let closed = Unknown::new("worker-closed", "the server is shutting down");
                estate.pending.iter().for_each(|pending| pending.batch.resolve(pending.at, Err(closed.clone())));
            }
        };
        let Plan { program, kind, folder, grace } = &self.plan;
        match Process::start(program, *kind, folder.as_deref(), *grace, heir) {
            Ok(process) => {
                state.process = Some(Arc::clone(&process));
                Ok(process)
            }
            Err(error) => {
                let message = format!("the database worker {} can't be started: {error}", program.display());
                died(&mut state, message.clone());
                Err(Unknown::new("worker-unavailable", message))
            }
        }
    }

    /// Decides what becomes of the questions that a process left. The one at which it was killed or died stays without an
    /// answer; if that can't be told (parses are answered several at a time), all are asked again, one at a time. The
    /// others are asked again.
    fn inherit(&self, estate: Estate) {
        let Estate { end, pending, useful } = estate;
        let mut pending = pending.into_iter();
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
                let closed = Unknown::new("worker-closed", "the server is shutting down");
                pending.for_each(|pending| died_of(&closed, Some(pending)));
                return;
            }
            End::Killed(unknown) => {
                died_of(&unknown, pending.next());
                pending.collect()
            }
            End::Died(why) => {
                let unknown = Unknown::new("worker-died", format!("the database worker died of this query ({why})"));
                let mut pending = pending.peekable();
                if pending.peek().is_some_and(|first| first.careful || !is_light(first)) {
                    died_of(&unknown, pending.next());
                }
                pending.map(|pending| Pending { careful: true, ..pending }).collect()
            }
        };
        self.submit(again.into_iter().filter(|pending| pending.cancelled.is_none()).collect());
    }
}

/// Whether the worker answers such questions several to a frame.
fn is_light(pending: &Pending) -> bool {
    matches!(pending.question, viz_facts::Question::Parse { .. })
}

fn died(state: &mut State, why: String) {
    state.deaths += 1;
    state.last = why;
    // The first restart is immediate; then 0.1 s, 0.4 s, 1.6 s, …
    let pause = match state.deaths {
        0 | 1 => Duration::ZERO,
        n => Duration::from_millis(100).saturating_mul(4_u32.saturating_pow(n - 2)).min(LONGEST),
    };
    state.not_before = Some(Instant::now() + pause);
}
