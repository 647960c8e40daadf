//! One worker process, as the server sees it.
//!
//! Three threads belong to it: one reads answers, one passes its standard error on to the log, one watches the clock and
//! kills it when a query outlives its interrupt. When the process is gone, [`Process`] tells its slot which questions it
//! left (see `worker_slot.rs`).

use crate::batch::Batch;
use crate::copy_room::PrivateCopy;
use crate::protocol::{self, FromWorker, PROTOCOL, Request, ToWorker, WorkerKind};
use crate::stuck::Stuck;
use crate::worker_slot::{Plan, are_together};
use crate::{DUCKDB_VERSION, Limits, Wall};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use viz_facts::{Question, Reason, Unknown};

/// Questions per frame.
const SHARED: usize = 256;

/// Start another frame once one holds this many bytes of SQL.
const FULL: usize = 4 << 20;

/// How long a process may take to say hello.
const START: Duration = Duration::from_secs(20);

/// DuckDB starts with a process's first question, which has so much more time.
const FIRST: Duration = Duration::from_secs(1);

/// A question that was sent, or is to be sent.
pub(crate) struct Pending {
    pub question: Arc<Question>,
    pub limits: Limits,
    /// See [`Request::copy`].
    pub copy: Option<Arc<PrivateCopy>>,
    /// Who waits, and for which of its questions.
    pub batch: Arc<Batch>,
    pub at: usize,
    /// Asked once before; the worker died of it or of another.
    pub careful: bool,
    /// A worker died while it was at this.
    pub blamed: bool,
    /// Since when nobody waits for it.
    pub cancelled: Option<Instant>,
}

impl Pending {
    pub(crate) fn new(question: Arc<Question>, limits: Limits, batch: Arc<Batch>, at: usize) -> Self {
        Self { question, limits, copy: None, batch, at, careful: false, blamed: false, cancelled: None }
    }

    /// Whether an answer may come in time. If not, that is the answer.
    pub(crate) fn is_worth_asking(&self, stuck: &Stuck) -> bool {
        match stuck.why_not(&self.question, self.limits.timeout) {
            None => true,
            Some(why) => {
                self.batch.resolve(self.at, Err(why));
                false
            }
        }
    }
}

/// How a process ended.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// Killed because of the question that it was at.
    Killed(Unknown),
    /// By itself, or by somebody else.
    Died(String),
    /// By the end of the engine.
    Closed,
}

/// What a process leaves behind.
pub(crate) struct Estate {
    pub end: End,
    /// Unanswered questions, in the order in which they were sent.
    pub pending: Vec<Pending>,
    /// Whether it answered anything.
    pub useful: bool,
}

struct State {
    pending: BTreeMap<u64, Pending>,
    next: u64,
    /// When it last gave an answer, or got a question after having had none.
    progress: Instant,
    greeted: bool,
    walls: Vec<Wall>,
    useful: bool,
    /// No more questions will come: it goes when it has answered those that it has.
    last: bool,
    end: Option<End>,
}

/// A running worker process.
pub(crate) struct Process {
    pub(crate) pid: u32,
    stdin: Mutex<ChildStdin>,
    child: Mutex<Child>,
    grace: Duration,
    stuck: Arc<Stuck>,
    state: Mutex<State>,
    changed: Condvar,
}

impl Process {
    /// Starts a worker. `heir` gets what it leaves when it ends.
    pub(crate) fn start(plan: &Plan, heir: impl FnOnce(Estate) + Send + 'static) -> std::io::Result<Arc<Self>> {
        let Plan { kind, grace, .. } = *plan;
        let mut child = plan.command().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let pid = child.id();
        let missing = || std::io::Error::other("a pipe to the worker is missing");
        let stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let stderr = child.stderr.take().ok_or_else(missing)?;
        tracing::debug!(pid, ?kind, "started a worker");
        let state = State {
            pending: BTreeMap::new(),
            next: 0,
            progress: Instant::now(),
            greeted: false,
            walls: Vec::new(),
            useful: false,
            last: false,
            end: None,
        };
        let process = Arc::new(Self {
            pid,
            stdin: Mutex::new(stdin),
            child: Mutex::new(child),
            grace,
            stuck: Arc::clone(&plan.stuck),
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let thread = |name: &str| std::thread::Builder::new().name(format!("worker {name}"));
        thread("log").spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                tracing::debug!(target: "viz_engine::worker", pid, "{line}");
            }
        })?;
        let watched = Arc::clone(&process);
        thread("clock").spawn(move || watched.watch())?;
        let read = Arc::clone(&process);
        thread("answers").spawn(move || {
            let problem = read.receive(kind, &mut BufReader::with_capacity(1 << 16, stdout));
            heir(read.close(problem));
        })?;
        Ok(process)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Sends questions, or gives them back if the process is gone.
    pub(crate) fn submit(&self, questions: Vec<Pending>) -> Result<(), Vec<Pending>> {
        let mut stdin = self.stdin.lock();
        let mut questions = questions.into_iter().peekable();
        while questions.peek().is_some() {
            let mut requests = Vec::with_capacity(SHARED);
            let mut state = self.lock();
            if state.end.is_some() {
                return Err(questions.collect());
            }
            if state.pending.is_empty() {
                state.progress = Instant::now();
            }
            let (first, mut size) = (state.next, 0);
            while let Some(pending) = questions.next_if(|_| requests.len() < SHARED && size < FULL) {
                let id = state.next;
                size += pending.question.sql().len();
                state.next += 1;
                let Pending { question, limits, copy, careful, .. } = &pending;
                let (question, copy) = (Arc::clone(question), copy.as_ref().map(|copy| copy.path()));
                requests.push(Request { id, question, limits: *limits, copy, careful: *careful });
                state.pending.insert(id, pending);
            }
            drop(state);
            self.changed.notify_all();
            match protocol::frame(&ToWorker::Ask(requests)) {
                // A broken pipe means that the process is gone: the reading thread finds out and inherits everything.
                Ok(bytes) => drop(stdin.write_all(&bytes).and_then(|()| stdin.flush())),
                Err(error) => {
                    let unsent = self.lock().pending.split_off(&first);
                    let unknown = Unknown::new(Reason::QuestionUnsendable, error.to_string());
                    unsent.into_values().for_each(|pending| pending.batch.resolve(pending.at, Err(unknown.clone())));
                }
            }
        }
        Ok(())
    }

    /// Tells the worker that nobody waits for the answers to a batch any more.
    pub(crate) fn cancel(&self, batch: &Arc<Batch>) {
        self.cancel_where(|pending| Arc::ptr_eq(&pending.batch, batch));
    }

    fn cancel_where(&self, is_given_up: impl Fn(&Pending) -> bool) {
        let now = Instant::now();
        let ids: Vec<u64> = {
            let mut state = self.lock();
            let given_up = state.pending.iter_mut().filter(|(_, pending)| is_given_up(pending));
            given_up
                .map(|(id, pending)| {
                    pending.cancelled = Some(now);
                    *id
                })
                .collect()
        };
        if let (false, Ok(bytes)) = (ids.is_empty(), protocol::frame(&ToWorker::Cancel(ids))) {
            let mut stdin = self.stdin.lock();
            drop(stdin.write_all(&bytes).and_then(|()| stdin.flush()));
        }
        self.changed.notify_all();
    }

    /// Kills the process at once.
    pub(crate) fn kill(&self, end: End) {
        self.lock().end.get_or_insert(end);
        self.changed.notify_all();
        let killed = self.child.lock().kill();
        if let Err(error) = killed {
            tracing::debug!(pid = self.pid, %error, "the worker could not be killed");
        }
    }

    /// Kills the process when it has answered what it was asked.
    pub(crate) fn retire(&self) {
        let mut state = self.lock();
        state.last = true;
        let done = state.pending.is_empty();
        drop(state);
        if done {
            self.kill(End::Closed);
        }
    }

    /// The kernel's walls around it, once it has said hello.
    pub(crate) fn walls(&self) -> Vec<Wall> {
        self.lock().walls.clone()
    }

    /// Whether it still takes questions.
    pub(crate) fn is_alive(&self) -> bool {
        self.lock().end.is_none()
    }

    /// Reads answers until the pipe ends. Returns what was wrong, if anything was.
    fn receive(&self, kind: WorkerKind, from: &mut impl BufRead) -> Option<String> {
        loop {
            match protocol::read(from) {
                Ok(Some(FromWorker::Hello { protocol, duckdb, kind: theirs, pid, walls })) => {
                    if (protocol, duckdb.as_str(), theirs) != (PROTOCOL, DUCKDB_VERSION, kind) {
                        return Some(format!(
                            "process {pid} speaks protocol {protocol} with DuckDB {duckdb}, this server {PROTOCOL} with \
                             {DUCKDB_VERSION}: the program's file was replaced; restart the server"
                        ));
                    }
                    let mut state = self.lock();
                    state.greeted = true;
                    state.progress = Instant::now();
                    for Wall { name, state } in &walls {
                        match state {
                            Ok(what) => tracing::debug!(pid, ?kind, "{name}: {what}"),
                            Err(why) => tracing::info!(pid, ?kind, "{name} does not protect the worker: {why}"),
                        }
                    }
                    state.walls = walls;
                    drop(state);
                    // The clock runs for its first question from here on, not for its start any more.
                    self.changed.notify_all();
                }
                Ok(Some(FromWorker::Answers(responses))) => {
                    let mut state = self.lock();
                    if !state.greeted {
                        return Some("it did not say hello".to_owned());
                    }
                    state.progress = Instant::now();
                    state.useful = true;
                    let answered: Vec<_> = responses
                        .into_iter()
                        .filter_map(|response| {
                            Some((state.pending.remove(&response.id)?, response.result, response.ran))
                        })
                        .collect();
                    let done = state.last && state.pending.is_empty();
                    drop(state);
                    self.changed.notify_all();
                    let mut late = false;
                    for (pending, result, ran) in answered {
                        if result.as_ref().is_err_and(is_timeout) {
                            self.stuck.timed_out(&pending.question, pending.limits.timeout);
                            late = true;
                        }
                        pending.batch.resolve_ran(pending.at, result, ran);
                    }
                    if late {
                        self.cancel_where(|pending| !pending.is_worth_asking(&self.stuck));
                    }
                    if done {
                        self.kill(End::Closed);
                    }
                }
                Ok(None) => return None,
                Err(error) => return Some(error.to_string()),
            }
        }
    }

    /// Ends the process for good and takes stock.
    fn close(&self, problem: Option<String>) -> Estate {
        let status = {
            let mut child = self.child.lock();
            if problem.is_some() {
                drop(child.kill());
            }
            child.wait()
        };
        let mut state = self.lock();
        let why = match (problem, status) {
            (Some(problem), _) => problem,
            (None, Ok(status)) => status.to_string(),
            (None, Err(error)) => error.to_string(),
        };
        let end = state.end.get_or_insert(End::Died(why)).clone();
        tracing::debug!(pid = self.pid, ?end, "a worker ended");
        let pending = std::mem::take(&mut state.pending).into_values().collect();
        let useful = state.useful;
        drop(state);
        self.changed.notify_all();
        Estate { end, pending, useful }
    }

    /// Kills the process when it is stuck.
    fn watch(&self) {
        let mut state = self.lock();
        while state.end.is_none() {
            let stuck = match state.pending.first_key_value() {
                None => None,
                Some(_) if !state.greeted => Some((
                    state.progress + START,
                    Unknown::new(Reason::WorkerDied, "the database worker does not start"),
                )),
                Some((_, first)) => {
                    let timeout = first.limits.timeout;
                    let first_answer = if state.useful { Duration::ZERO } else { FIRST };
                    let late = state.progress + timeout + self.grace + first_answer;
                    let cancelled = first.cancelled.map(|at| at + self.grace);
                    match cancelled {
                        Some(at) if at < late => Some((at, crate::watchdog::Stop::Cancelled.into())),
                        _ => Some((late, crate::watchdog::Stop::Timeout(timeout).into())),
                    }
                }
            };
            match stuck {
                None => self.changed.wait(&mut state),
                Some((at, unknown)) => match at.checked_duration_since(Instant::now()) {
                    Some(time) if !time.is_zero() => drop(self.changed.wait_for(&mut state, time)),
                    _ => {
                        // Of several that are answered together none is known to be the one.
                        let alone = !are_together(state.pending.values());
                        let first = state.pending.values().next().filter(|_| alone && is_timeout(&unknown));
                        if let Some(Pending { question, limits, .. }) = first {
                            self.stuck.timed_out(question, limits.timeout);
                        }
                        drop(state);
                        self.kill(End::Killed(unknown));
                        return;
                    }
                },
            }
        }
    }
}

fn is_timeout(why: &Unknown) -> bool {
    why.code == Reason::Timeout
}
