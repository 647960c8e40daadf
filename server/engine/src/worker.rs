//! The worker process: reads questions from standard input, writes answers to standard output.
//!
//! The main thread reads; a second one with a large stack (DuckDB's parser and planner recurse) runs SQL and writes. When
//! standard input ends, the server is gone, and the worker goes at once, whatever it is doing.

use crate::DUCKDB_VERSION;
use crate::capsules::Ran;
use crate::data::Data;
use crate::export;
use crate::protocol::{self, FrameError, FromWorker, PROTOCOL, Request, Response, ToWorker, WorkerKind};
use crate::pure::PureRunner;
use crate::sandbox::{self, Needs, Walls};
use crate::sources::SourceRunner;
use crate::watchdog::{Canceller, Stop};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use viz_facts::{Answer, Question, Reason, Unknown};
use viz_files::{Granted, Handed, Held, Roots};

/// Responses wait for others to share a frame, but not longer than this.
const PATIENCE: Duration = Duration::from_millis(5);

/// Maximum number of responses in one frame.
const SHARED: usize = 128;

/// Parse at most this many texts with one query, of at most this many bytes together.
const TOGETHER: usize = 32;
const TOGETHER_BYTES: usize = 32 << 10;

const STACK: usize = 256 << 20;

/// Exit codes: standard input made no sense; standard output is closed; the SQL thread panicked.
const EXIT_NONSENSE: u8 = 2;
const EXIT_DEAF: i32 = 3;
const EXIT_PANIC: i32 = 4;

/// What a worker is started as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// What it answers.
    pub kind: WorkerKind,
    /// The folder of private copies of databases, if there is one.
    pub copies: Option<PathBuf>,
    /// What else it may read besides its current folder and the copies: sources that lie elsewhere.
    pub read: Vec<PathBuf>,
    /// Folders of data besides its current one, that the person allows.
    pub granted: Granted,
    /// Folders of the program's own: no data, wherever they lie.
    pub closed: Vec<PathBuf>,
    /// The folder for the files that it exports, if it does; it writes nowhere else.
    pub write: Option<Handed>,
}

impl Role {
    /// Bytes of address space: what DuckDB may use of memory, the stack of its thread, code and room.
    fn memory(&self) -> u64 {
        match self.kind {
            WorkerKind::Parse => 3 << 30,
            WorkerKind::Sources => 6 << 30,
        }
    }

    /// The project's folder is the current one.
    fn data(&self) -> Option<Data> {
        let root = std::env::current_dir().ok().filter(|_| self.kind == WorkerKind::Sources)?;
        Some(Data::of(Roots::of(&root, &self.granted)))
    }

    /// The folder for exports.
    fn writes(&self) -> Result<Held, Unknown> {
        let folder = self.write.as_ref().ok_or_else(export::not_here)?;
        folder.open().map_err(|why| export::no_folder(&why))
    }

    fn needs(&self, data: Option<&Data>, write: Option<&Held>) -> Needs {
        Needs {
            data: data.map(Data::rules).unwrap_or_default(),
            folders: self.copies.iter().cloned().collect(),
            files: self.read.clone(),
            write: write.map(|held| held.path().to_owned()),
            memory: self.memory(),
        }
    }
}

/// Serves one kind of question until standard input ends. The binary calls this when it is started as a worker, before it
/// does anything else: before it has a second thread, above all.
pub fn worker_main(role: &Role) -> ExitCode {
    worker_main_behind(role, Walls::ALL)
}

/// Like [`worker_main`], with some walls left out. For tests that show what each wall stops.
#[doc(hidden)]
pub fn worker_main_behind(role: &Role, walls: Walls) -> ExitCode {
    role.closed.iter().for_each(|folder| viz_files::close(folder));
    match serve(role, walls, &mut std::io::stdin().lock(), std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("viz-lsp worker: {error}");
            ExitCode::from(EXIT_NONSENSE)
        }
    }
}

/// What waits to be answered.
#[derive(Default)]
struct Queue {
    requests: VecDeque<Request>,
    /// Cancelled before they were begun; they still get a response.
    cancelled: Vec<u64>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock()
    }
}

enum Machine {
    Pure(Box<PureRunner>),
    Sources(Box<SourceRunner>),
}

impl Machine {
    fn new(role: &Role, data: Option<Data>, write: Result<Held, Unknown>, walls: Walls) -> Self {
        match role.kind {
            WorkerKind::Parse => Machine::Pure(Box::new(PureRunner::behind(walls))),
            WorkerKind::Sources => {
                Machine::Sources(Box::new(SourceRunner::behind(walls, data, role.granted.clone(), write)))
            }
        }
    }

    fn canceller(&self) -> Canceller {
        match self {
            Machine::Pure(runner) => runner.canceller(),
            Machine::Sources(runner) => runner.canceller(),
        }
    }

    fn respond(&mut self, request: &Request) -> Response {
        let Request { id, question, limits, copy, .. } = request;
        match self {
            Machine::Pure(runner) => Response { id: *id, result: runner.answer(*id, question, limits), ran: None },
            Machine::Sources(runner) => {
                let started = Instant::now();
                let result = runner.answer(*id, question, copy.as_deref(), limits);
                let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                Response { id: *id, result, ran: Some(Ran { reads: runner.reads(), milliseconds }) }
            }
        }
    }

    /// Answers several `Parse` questions at once, if this machine can and nothing goes wrong.
    fn parse_all(&mut self, requests: &[Request]) -> Option<Vec<Result<Answer, Unknown>>> {
        let Machine::Pure(runner) = self else { return None };
        let sqls: Vec<&str> = requests.iter().map(|request| request.question.sql()).collect();
        runner.parse_all(&sqls, &requests.first()?.limits)
    }

    fn rest(&mut self) {
        if let Machine::Sources(runner) = self {
            runner.rest();
        }
    }
}

fn serve(
    role: &Role,
    walls: Walls,
    input: &mut impl Read,
    mut output: impl Write + Send + 'static,
) -> Result<(), FrameError> {
    let data = role.data();
    let write = role.writes();
    let standing = sandbox::confine(&role.needs(data.as_ref(), write.as_ref().ok()), walls);
    let hello = FromWorker::Hello {
        protocol: PROTOCOL,
        duckdb: DUCKDB_VERSION.to_owned(),
        kind: role.kind,
        pid: std::process::id(),
        walls: standing,
    };
    protocol::write(&mut output, &hello)?;
    let machine = Machine::new(role, data, write, walls);
    let canceller = machine.canceller();
    let shared = Arc::new(Shared::default());
    let theirs = Arc::clone(&shared);
    std::thread::Builder::new().name("sql".into()).stack_size(STACK).spawn(move || {
        let _exit = ExitOnPanic;
        answer_all(machine, &theirs, &mut output);
    })?;
    while let Some(message) = protocol::read(input)? {
        let mut queue = shared.lock();
        match message {
            ToWorker::Ask(requests) => queue.requests.extend(requests),
            ToWorker::Cancel(mut ids) => {
                ids.sort_unstable();
                let (dropped, kept): (VecDeque<Request>, VecDeque<Request>) =
                    queue.requests.drain(..).partition(|request| ids.binary_search(&request.id).is_ok());
                queue.requests = kept;
                queue.cancelled.extend(dropped.iter().map(|request| request.id));
                ids.iter().for_each(|id| canceller.cancel(*id));
            }
        }
        shared.changed.notify_one();
    }
    Ok(())
}

/// A worker without its SQL thread is of no use.
struct ExitOnPanic;

impl Drop for ExitOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::exit(EXIT_PANIC);
        }
    }
}

fn answer_all(mut machine: Machine, shared: &Shared, output: &mut impl Write) {
    let mut responses: Vec<Response> = Vec::new();
    let mut since = Instant::now();
    loop {
        let next = {
            let mut queue = shared.lock();
            responses.extend(queue.cancelled.drain(..).map(|id| Response {
                id,
                result: Err(Stop::Cancelled.into()),
                ran: None,
            }));
            next(&mut queue.requests)
        };
        if !next.first().is_some_and(is_light) || responses.len() >= SHARED || since.elapsed() > PATIENCE {
            send(&mut responses, output);
            since = Instant::now();
        }
        match next.as_slice() {
            [request] => responses.push(machine.respond(request)),
            [_, ..] => match machine.parse_all(&next) {
                Some(results) => {
                    let ids = next.iter().map(|request| request.id);
                    responses.extend(ids.zip(results).map(|(id, result)| Response { id, result, ran: None }));
                }
                None => responses.extend(next.iter().map(|request| machine.respond(request))),
            },
            [] => {
                machine.rest();
                let mut queue = shared.lock();
                while queue.requests.is_empty() && queue.cancelled.is_empty() {
                    shared.changed.wait(&mut queue);
                }
                since = Instant::now();
            }
        }
    }
}

/// Whether a request is so cheap that its response may wait for others.
fn is_light(request: &Request) -> bool {
    !request.careful && matches!(*request.question, Question::Parse { .. })
}

/// The next request, or the next few if all are cheap.
fn next(requests: &mut VecDeque<Request>) -> Vec<Request> {
    let (mut taken, mut size) = (Vec::new(), 0);
    while let Some(request) = requests.front() {
        size += request.question.sql().len();
        if !taken.is_empty() && (!is_light(request) || taken.len() == TOGETHER || size > TOGETHER_BYTES) {
            break;
        }
        let alone = !is_light(request);
        taken.extend(requests.pop_front());
        if alone {
            break;
        }
    }
    taken
}

fn send(responses: &mut Vec<Response>, output: &mut impl Write) {
    if responses.is_empty() {
        return;
    }
    let message = FromWorker::Answers(std::mem::take(responses));
    match protocol::write(output, &message) {
        Ok(()) => {}
        Err(FrameError::TooLong(length)) => {
            // One by one, so that only the answer that is too long is lost.
            let FromWorker::Answers(all) = message else { return };
            for Response { id, result, ran } in all {
                let whole = FromWorker::Answers(vec![Response { id, result, ran }]);
                if let Err(FrameError::TooLong(_)) = protocol::write(output, &whole) {
                    let unknown =
                        Unknown::new(Reason::AnswerTooLong, format!("the answer is too long ({length} bytes)"));
                    let short = FromWorker::Answers(vec![Response { id, result: Err(unknown), ran: None }]);
                    if protocol::write(output, &short).is_err() {
                        std::process::exit(EXIT_DEAF);
                    }
                }
            }
        }
        Err(_) => std::process::exit(EXIT_DEAF),
    }
}
