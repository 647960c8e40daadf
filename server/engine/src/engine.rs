//! The engine: questions in, answers out, from any thread.

use crate::batch::{Batch, CancelToken};
use crate::process::Pending;
use crate::protocol::WorkerKind;
use crate::worker_slot::{Plan, WorkerSlot};
use crate::{Limits, Runner};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use viz_facts::{Answer, Question, Unknown};

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
    /// Whether sources may be opened. If not, the engine has no means to do so.
    pub trusted: bool,
}

impl EngineConfig {
    /// The usual times.
    pub fn new(program: PathBuf, trusted: bool) -> Self {
        Self { program, limits: Limits::default(), grace: Duration::from_secs(1), trusted }
    }
}

/// Answers questions with worker processes, which start when they are first needed. Answers of different workers don't wait
/// for each other: a query on a slow source never delays a parse.
pub struct Engine {
    limits: Limits,
    parse: Arc<WorkerSlot>,
    /// Only in trusted workspaces.
    sources: Option<Sources>,
}

/// One worker per project folder, because relative file names in queries resolve against the process's current folder.
struct Sources {
    plan: Plan,
    slots: Mutex<HashMap<PathBuf, Arc<WorkerSlot>>>,
}

impl Sources {
    fn lock(&self) -> MutexGuard<'_, HashMap<PathBuf, Arc<WorkerSlot>>> {
        self.slots.lock().expect("no code that holds this lock panics")
    }

    fn slot(&self, root: &Path) -> Arc<WorkerSlot> {
        let mut slots = self.lock();
        let new = || WorkerSlot::new(Plan { folder: Some(root.to_owned()), ..self.plan.clone() });
        Arc::clone(slots.entry(root.to_owned()).or_insert_with(new))
    }
}

impl Engine {
    /// An engine. Nothing is started yet.
    pub fn new(config: EngineConfig) -> Self {
        let EngineConfig { program, limits, grace, trusted } = config;
        let plan = |kind| Plan { program: program.clone(), kind, folder: None, grace };
        Self {
            limits,
            parse: WorkerSlot::new(plan(WorkerKind::Parse)),
            sources: trusted.then(|| Sources { plan: plan(WorkerKind::Sources), slots: Mutex::default() }),
        }
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
        let batch = Batch::new(questions.len());
        if !token.is_cancelled() {
            self.submit(questions, limits, &batch);
        }
        let (answers, missing) = batch.wait(token);
        if missing {
            self.slots().iter().for_each(|slot| slot.cancel(&batch));
        }
        answers
    }

    /// Whether sources may be opened.
    pub fn is_trusted(&self) -> bool {
        self.sources.is_some()
    }

    /// Process ids of the workers that run now: for tests and status displays.
    pub fn worker_pids(&self) -> Vec<u32> {
        self.slots().iter().filter_map(|slot| slot.pid()).collect()
    }

    fn slots(&self) -> Vec<Arc<WorkerSlot>> {
        let mut slots = vec![Arc::clone(&self.parse)];
        slots.extend(self.sources.iter().flat_map(|sources| sources.lock().values().cloned().collect::<Vec<_>>()));
        slots
    }

    fn submit(&self, questions: &[Question], limits: &Limits, batch: &Arc<Batch>) {
        let mut pure = Vec::new();
        let mut by_root: HashMap<&Path, Vec<Pending>> = HashMap::new();
        for (at, question) in questions.iter().enumerate() {
            let pending = Pending::new(question.clone(), *limits, Arc::clone(batch), at);
            match question.source() {
                None => pure.push(pending),
                Some(source) => by_root.entry(source.root()).or_default().push(pending),
            }
        }
        // The fast worker first: it works while a source worker starts.
        self.parse.submit(pure);
        match &self.sources {
            Some(sources) => by_root.into_iter().for_each(|(root, pending)| sources.slot(root).submit(pending)),
            None => {
                let untrusted = Unknown::new("untrusted", "sources are not opened in a workspace that is not trusted");
                for pending in by_root.into_values().flatten() {
                    pending.batch.resolve(pending.at, Err(untrusted.clone()));
                }
            }
        }
    }
}

impl Runner for Engine {
    fn run(&mut self, question: &Question, limits: &Limits) -> Result<Answer, Unknown> {
        let answers = self.ask_within(std::slice::from_ref(question), limits, &CancelToken::new());
        answers.into_iter().next().unwrap_or_else(|| Err(Unknown::new("worker-died", "there was no answer")))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.slots().iter().for_each(|slot| slot.close());
    }
}
