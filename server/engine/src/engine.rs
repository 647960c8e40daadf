//! The engine: questions in, answers out, from any thread.

use crate::batch::{Batch, CancelToken};
use crate::capsules::Capsules;
use crate::copies::{Copies, Reading};
use crate::data::Data;
use crate::database_files::Format;
use crate::process::Pending;
use crate::protocol::WorkerKind;
use crate::secrets;
use crate::stuck::Stuck;
use crate::watchdog::Stop;
use crate::worker_slot::{Plan, WorkerSlot, closed};
use crate::{Limits, Runner, Wall};
use parking_lot::{Mutex, MutexGuard};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use viz_facts::{Answer, Capsule, KeyedQuestion, Question, QuestionKey, Reason, SourceSpec, Unknown};
use viz_files::{Granted, Handed, Identity, Kind, Roots};

/// Workers of one kind at most: a second one takes its share of large batches.
const LANES: usize = 2;

/// Start a second worker if at least this many questions are open that need no source,
const MANY_PURE: usize = 128;
/// or this many that need one: starting a worker costs as much time as answering them.
const MANY_OF_SOURCES: usize = 8;

/// Neighbours that one worker gets: they are about the same tables, and parses are answered by the dozen.
const NEIGHBOURS: usize = 32;

/// Distributes questions over workers.
fn lanes(questions: Vec<Pending>, many: usize, neighbours: usize) -> Vec<Vec<Pending>> {
    // The system reads files to count its processors: not for the few questions of a key.
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let count = if questions.len() < many { 1 } else { LANES.min(cores()) };
    let mut out: Vec<Vec<Pending>> = (0..count).map(|_| Vec::new()).collect();
    for (at, pending) in questions.into_iter().enumerate() {
        out[at / neighbours % count].push(pending);
    }
    out
}

/// How an engine works.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The executable that calls [`crate::worker_main`] when it is started with `--worker parse` or `--worker sources`:
    /// the program itself.
    pub program: PathBuf,
    /// What one question may cost.
    pub limits: Limits,
    /// Time between the interrupt of a query and the kill of its worker.
    pub grace: Duration,
    /// Whether the workspace is trusted. If not, no source is opened, and nothing is kept.
    pub trusted: bool,
    /// Whether sources are opened there. If not, the engine has no means to do so.
    pub sources: bool,
    /// Whether the files of sources are opened only where they really lie in the project's repository
    /// ([`viz_files::repository`]), because the project may be somebody else's: in CI.
    pub confined: bool,
    /// Folders outside of projects whose data may be read: what the person allows, and no project.
    pub granted: Granted,
    /// Databases of up to this many bytes are read from a private copy; larger ones only where the file system makes copies
    /// without copying, and else are opened themselves for milliseconds.
    pub copy_limit: u64,
    /// The folder of the file in which answers are kept and found again (usually [`crate::cache_folder`]), if they are. Only
    /// in trusted workspaces.
    pub cache: Option<PathBuf>,
    /// The folder to which queries are exported, if they are: workers that open sources may write there. Such an engine
    /// has no use for a cache.
    pub export: Option<Handed>,
}

impl EngineConfig {
    /// The usual times, without a cache.
    pub fn new(program: PathBuf, trusted: bool) -> Self {
        Self {
            program,
            limits: Limits::default(),
            grace: Duration::from_secs(1),
            trusted,
            sources: true,
            confined: false,
            granted: Granted::none(),
            copy_limit: 512 << 20,
            cache: None,
            export: None,
        }
    }
}

/// Answers questions with worker processes, which start when they are first needed. Answers of different workers don't wait
/// for each other: a query on a slow source never delays a parse.
pub struct Engine {
    limits: Limits,
    parse: [Arc<WorkerSlot>; LANES],
    confined: bool,
    granted: Granted,
    capsules: Option<Capsules>,
    stuck: Arc<Stuck>,
    /// Only in trusted workspaces.
    sources: Option<Sources>,
}

/// One worker (for large batches a second one) per project folder, because relative file names in queries resolve against the process's current folder. A
/// source's file that lies elsewhere has a worker of its own, which may read that file besides the folder.
struct Sources {
    plan: Plan,
    confined: bool,
    copies: Copies,
    slots: Mutex<HashMap<Place, Slot>>,
    /// What of each project's folder, and of those that are granted, may be read.
    data: Mutex<HashMap<PathBuf, Arc<Data>>>,
}

/// A worker, and what there was when it was started: a worker may read these files, not whatever has their names later.
struct Slot {
    worker: Arc<WorkerSlot>,
    elsewhere: Elsewhere,
    data: Arc<Data>,
}

/// A project's folder, a file elsewhere, and the lane.
type Place = (PathBuf, Option<PathBuf>, usize);

/// What was at such a file's place, and at its logs'.
type Elsewhere = Vec<Option<Identity>>;

impl Sources {
    fn new(plan: Plan, copy_limit: u64, confined: bool) -> Self {
        let copies = Copies::new(copy_limit, confined, plan.granted.clone());
        Self { plan, confined, copies, slots: Mutex::default(), data: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Place, Slot>> {
        self.slots.lock()
    }

    /// Sends questions about sources with the copies of their databases. `Unknown` while a database can't be copied.
    fn submit(&self, mut questions: Vec<Pending>) {
        let mut readings: HashMap<(PathBuf, PathBuf), Result<Reading, Unknown>> = HashMap::new();
        let mut by_place: HashMap<(PathBuf, Option<PathBuf>), Vec<Pending>> = HashMap::new();
        for mut pending in questions.drain(..) {
            let Some(source) = pending.question.source() else { continue };
            let root = source.root().to_owned();
            let path = source.path().map(|path| path.reveal().to_owned());
            let file = match (path, Format::of(source)) {
                (path, None) => path,
                (None, Some(_)) => None,
                (Some(path), Some(format)) => {
                    let current = || self.copies.current(&root, &path, format);
                    match readings.entry((root.clone(), path.clone())).or_insert_with(current).clone() {
                        Ok(Reading::Copy(copy)) => {
                            pending.copy = Some(copy);
                            None
                        }
                        Ok(Reading::Itself) => Some(path.clone()),
                        Err(unknown) => {
                            pending.batch.resolve(pending.at, Err(unknown));
                            continue;
                        }
                    }
                }
            };
            let elsewhere = file.and_then(|file| elsewhere(&file, &Roots::of(&root, &self.plan.granted)));
            // Its name may lead elsewhere since it was judged. From here on a worker reads this file or none.
            if self.confined
                && let (Some(file), Some(path)) = (&elsewhere, source.path())
                && !file.starts_with(viz_files::repository(&root))
            {
                let why = outside_repository(&path);
                pending.batch.resolve(pending.at, Err(why));
                continue;
            }
            by_place.entry((root, elsewhere)).or_default().push(pending);
        }
        for ((root, file), pending) in by_place {
            for (lane, mut pending) in lanes(pending, MANY_OF_SOURCES, 1).into_iter().enumerate() {
                let place = (root.clone(), file.clone(), lane);
                while let Err(back) = self.slot(&place).submit(pending) {
                    pending = back;
                }
            }
        }
    }

    fn slot(&self, place: &Place) -> Arc<WorkerSlot> {
        let (root, file, _) = place;
        let beside = |file: &PathBuf| std::iter::once(file.clone()).chain(Format::DuckDb.logs(file)).collect();
        let read: Vec<PathBuf> = file.as_ref().map(beside).unwrap_or_default();
        let elsewhere = read.iter().map(|path| Identity::of(&viz_files::look(path)?)).collect();
        let data = self.data(root);
        let mut slots = self.lock();
        match slots.get(place) {
            Some(slot) if slot.elsewhere == elsewhere && slot.data.rules() == data.rules() => {
                return Arc::clone(&slot.worker);
            }
            Some(slot) => slot.worker.retire(),
            None => {}
        }
        let copies = self.copies.folder_of(root);
        let worker = WorkerSlot::new(Plan { folder: Some(root.clone()), copies, read, ..self.plan.clone() });
        slots.insert(place.clone(), Slot { worker: Arc::clone(&worker), elsewhere, data });
        worker
    }

    /// What a project in this folder may read now.
    fn data(&self, root: &Path) -> Arc<Data> {
        let mut all = self.data.lock();
        if let Some(known) = all.get(root).filter(|known| known.is_current()) {
            return Arc::clone(known);
        }
        let new = Arc::new(Data::of(Roots::of(root, &self.plan.granted)));
        all.insert(root.to_owned(), Arc::clone(&new));
        new
    }

    fn slots(&self) -> Vec<Arc<WorkerSlot>> {
        self.lock().values().map(|slot| Arc::clone(&slot.worker)).collect()
    }
}

/// The real path of a plain file that is below none of these folders, links followed. What is no file is no matter of a wall's: a
/// folder would let through all that is below it.
fn elsewhere(file: &Path, roots: &Roots) -> Option<PathBuf> {
    let file = viz_files::real(file).unwrap_or_else(|_| file.to_owned());
    (!roots.hold(&file) && viz_files::kind(&file) == Some(Kind::File)).then_some(file)
}

/// Why the file of a source is not opened in CI.
pub(crate) fn outside_repository(path: &impl std::fmt::Display) -> Unknown {
    let message = format!(
        "the file {path} lies outside of the project's repository, and `CI` is `true`: `--allow-read` with its folder allows it"
    );
    Unknown::new(Reason::OutsideRepository, message)
}

/// For each question why it is not asked, if the file of its source really lies outside of the project's repository, and of what
/// is granted.
fn outside_of_repositories(questions: &[KeyedQuestion], granted: &Granted) -> Vec<Option<Unknown>> {
    let mut outside: HashMap<(&Path, &Path), bool> = HashMap::new();
    let judge = |question| {
        let source: &SourceSpec = Question::source(question)?;
        let (root, path) = (source.root(), source.path()?);
        let is_outside = || {
            let place = viz_files::real_place(path.reveal());
            !place.starts_with(viz_files::repository(root)) && granted.around(&place).is_none()
        };
        let outside = *outside.entry((root, path.reveal())).or_insert_with(is_outside);
        outside.then(|| outside_repository(&path))
    };
    questions.iter().map(|question| &**question).map(judge).collect()
}

impl Engine {
    /// An engine. Nothing is started yet.
    pub fn new(config: EngineConfig) -> Self {
        let EngineConfig { program, limits, grace, trusted, sources, confined, granted, copy_limit, cache, export } =
            config;
        [Some(&crate::cache_folder()), cache.as_ref()].into_iter().flatten().for_each(|ours| viz_files::close(ours));
        let capsules = cache.filter(|_| trusted).and_then(|folder| Capsules::open(&folder, &program, &granted));
        let stuck = Arc::new(Stuck::default());
        let plan = Plan {
            program,
            kind: WorkerKind::Parse,
            folder: None,
            copies: None,
            read: Vec::new(),
            granted: Granted::none(),
            write: None,
            grace,
            stuck: Arc::clone(&stuck),
        };
        let of_sources = Plan { kind: WorkerKind::Sources, granted: granted.clone(), write: export, ..plan.clone() };
        Self {
            limits,
            parse: std::array::from_fn(|_| WorkerSlot::new(plan.clone())),
            confined,
            granted,
            capsules,
            stuck,
            sources: (trusted && sources).then(|| Sources::new(of_sources, copy_limit, confined)),
        }
    }

    /// Starts a worker that needs no source, and returns at once: it begins while others read what to ask it.
    pub fn start_pure(&self) {
        self.parse[0].start();
    }

    /// Answers questions, in their order. Blocks until all are answered: don't call it on a thread that must not wait.
    pub fn ask(&self, questions: &[Question]) -> Vec<Result<Answer, Unknown>> {
        self.ask_cancellable(questions, &CancelToken::new())
    }

    /// Like [`Engine::ask`], but returns at once when the token is cancelled; what is not answered then is `Unknown` with
    /// code `cancelled`.
    pub fn ask_cancellable(&self, questions: &[Question], token: &CancelToken) -> Vec<Result<Answer, Unknown>> {
        self.ask_within(questions, &self.limits, token)
    }

    /// Like [`Engine::ask_cancellable`], with other limits than the engine's.
    pub fn ask_within(
        &self,
        questions: &[Question],
        limits: &Limits,
        token: &CancelToken,
    ) -> Vec<Result<Answer, Unknown>> {
        let questions: Vec<KeyedQuestion> = questions.iter().cloned().map(KeyedQuestion::from).collect();
        self.ask_dated(&questions, limits, token).into_iter().map(|(answer, _)| answer).collect()
    }

    /// Answers to questions that need no source which earlier runs were given last, and when. They are the same whatever project asks.
    pub fn remembered(&self) -> Vec<(QuestionKey, Answer, SystemTime)> {
        self.capsules.as_ref().map(Capsules::verdicts).unwrap_or_default()
    }

    /// Answers to questions about these sources that earlier runs were given over the same data, and when. In CI there are none: what
    /// an earlier run was allowed to read may be none of this one's business.
    pub fn remembered_of(&self, sources: &[SourceSpec]) -> Vec<(QuestionKey, Answer, SystemTime)> {
        let capsules = self.capsules.as_ref().filter(|_| !self.confined);
        capsules.map(|capsules| capsules.of_sources(sources)).unwrap_or_default()
    }

    /// Like [`Engine::ask_within`], and tells when each answer was found out: now, or by an earlier run over the same data.
    pub fn ask_dated(
        &self,
        questions: &[KeyedQuestion],
        limits: &Limits,
        token: &CancelToken,
    ) -> Vec<(Result<Answer, Unknown>, SystemTime)> {
        let since = SystemTime::now();
        questions.iter().for_each(|question| self.stuck.look(question));
        let known = self.capsules.as_ref().map(|capsules| capsules.recall(questions, token));
        let known = known.unwrap_or_else(|| questions.iter().map(|_| None).collect());
        // What an earlier run was allowed to read is no answer to one that is not.
        let outside =
            if self.confined { outside_of_repositories(questions, &self.granted) } else { vec![None; questions.len()] };
        let known: Vec<_> = known.into_iter().map(|known| known.map(|(answer, at)| (Ok(answer), at))).collect();
        let refused = |why: Option<Unknown>| why.map(|why| (Err(why), since));
        let known: Vec<_> = outside.into_iter().zip(known).map(|(why, known)| refused(why).or(known)).collect();
        let open = questions.iter().zip(&known).filter(|(_, known)| known.is_none());
        let open: Vec<KeyedQuestion> = open.map(|(question, _)| question.clone()).collect();
        let batch = Batch::new(open.len());
        if !token.is_cancelled() && !open.is_empty() {
            self.submit(open.iter().map(KeyedQuestion::question), limits, &batch);
        }
        let (mut found, missing) = batch.wait(token);
        if missing {
            self.cancel(&batch);
        }
        open.iter().zip(&mut found).for_each(|(question, (result, _))| secrets::hide_in(result, question.question()));
        if let Some(capsules) = &self.capsules {
            let found = open.iter().zip(&found).map(|(question, (result, ran))| (question, result, ran.as_ref()));
            capsules.keep(found, limits, since);
        }
        let mut found = found.into_iter();
        let mut next = || found.next().map_or_else(|| Err(Stop::Cancelled.into()), |(result, _)| result);
        known.into_iter().map(|known| known.unwrap_or_else(|| (next(), since))).collect()
    }

    /// Keeps what an assistant asked, and what came of it; `over` is the question that the engine was asked for it, and when its answer was
    /// found out. `false` if nothing is kept: without a cache, or without trust.
    pub fn record(&self, capsule: Capsule, over: Option<(QuestionKey, SystemTime)>) -> bool {
        self.capsules.as_ref().is_some_and(|capsules| capsules.record(capsule, over))
    }

    /// What assistants asked of the project in this folder, newest first; one of these, if a name is given. `None` if nothing is kept.
    pub fn asked(&self, project: &str, run_id: Option<&str>, most: usize) -> Option<Vec<Capsule>> {
        Some(self.capsules.as_ref()?.asked(project, run_id, most))
    }

    /// The rows that were the answer, while they are kept.
    pub fn rows_of(&self, project: &str, run_id: &str) -> Option<Answer> {
        self.capsules.as_ref()?.rows_of(project, run_id)
    }

    /// The folders outside of projects that may be read.
    pub(crate) fn granted(&self) -> &Granted {
        &self.granted
    }

    /// Whether sources may be opened.
    pub fn is_trusted(&self) -> bool {
        self.sources.is_some()
    }

    /// Process ids of the workers that run now: for tests and status displays.
    pub fn worker_pids(&self) -> Vec<u32> {
        self.slots().iter().filter_map(|slot| slot.pid()).collect()
    }

    /// The kernel's walls around the workers that run now.
    pub fn walls(&self) -> Vec<(WorkerKind, Vec<Wall>)> {
        let parse = self.parse.iter().map(|slot| (WorkerKind::Parse, slot.walls()));
        let sources = self.sources.iter().flat_map(Sources::slots).map(|slot| (WorkerKind::Sources, slot.walls()));
        parse.chain(sources).filter(|(_, walls)| !walls.is_empty()).collect()
    }

    fn slots(&self) -> Vec<Arc<WorkerSlot>> {
        let mut slots = self.parse.to_vec();
        slots.extend(self.sources.iter().flat_map(Sources::slots));
        slots
    }

    pub(crate) fn cancel(&self, batch: &Arc<Batch>) {
        self.slots().iter().for_each(|slot| slot.cancel(batch));
    }

    pub(crate) fn submit<'a>(
        &self,
        questions: impl Iterator<Item = &'a Arc<Question>>,
        limits: &Limits,
        batch: &Arc<Batch>,
    ) {
        let pending = |(at, question)| Pending::new(Arc::clone(question), *limits, Arc::clone(batch), at);
        let (of_sources, pure): (Vec<_>, Vec<_>) =
            questions.enumerate().map(pending).partition(|pending| pending.question.source().is_some());
        // The fast worker first: it works while a source worker starts.
        for (slot, pure) in self.parse.iter().zip(lanes(pure, MANY_PURE, NEIGHBOURS)) {
            if let Err(pure) = slot.submit(pure) {
                let closed = closed();
                pure.into_iter().for_each(|pending| pending.batch.resolve(pending.at, Err(closed.clone())));
            }
        }
        match &self.sources {
            Some(sources) => sources.submit(of_sources),
            None => {
                let untrusted =
                    Unknown::new(Reason::Untrusted, "sources are not opened in a workspace that is not trusted");
                for pending in of_sources {
                    pending.batch.resolve(pending.at, Err(untrusted.clone()));
                }
            }
        }
    }
}

impl Runner for Engine {
    fn run(&mut self, question: &Question, limits: &Limits) -> Result<Answer, Unknown> {
        let answers = self.ask_within(std::slice::from_ref(question), limits, &CancelToken::new());
        answers.into_iter().next().unwrap_or_else(|| Err(Unknown::new(Reason::WorkerDied, "there was no answer")))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.slots().iter().for_each(|slot| slot.close());
    }
}
