//! Who answers questions: the engine, or a test's stand-in.

use anyhow::Context;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;
pub use viz_engine::Limits;
use viz_engine::{Engine, EngineConfig, Wall, WorkerKind};
use viz_facts::{Answer, Capsule, Fact, KeyedQuestion, QuestionKey, Reason, SourceSpec, Unknown};
use viz_files::Granted;

pub use viz_engine::CancelToken as Cancel;

/// Answers questions. Blocks: never call it on the transport's task.
pub trait Answerer: Send + Sync {
    /// The answers in the order of the questions, each within these limits; `None` where the question was called off before
    /// there was one.
    fn ask(&self, questions: &[KeyedQuestion], limits: Limits, cancel: &Cancel) -> Vec<Option<Fact>>;

    /// What is known before anything is asked: the more, the fewer turns of checking and asking.
    fn remembered(&self) -> &[(QuestionKey, Fact)] {
        &[]
    }

    /// The same about these sources.
    fn remembered_of(&self, _sources: &[SourceSpec]) -> Vec<(QuestionKey, Fact)> {
        Vec::new()
    }
}

/// The engine with its worker processes.
pub struct EngineAnswerer {
    engine: Engine,
    remembered: OnceLock<Vec<(QuestionKey, Fact)>>,
}

impl EngineAnswerer {
    /// An engine. Without trust it has no means to open a source; confined it opens none outside of a project's repository;
    /// without cache it neither uses nor keeps what earlier runs found out. Of what is granted it reads data also outside of projects.
    ///
    /// # Errors
    /// If this program can't find itself.
    pub fn new(trusted: bool, confined: bool, cache: bool, granted: Granted) -> anyhow::Result<Self> {
        Self::with(true, trusted, confined, cache, granted)
    }

    /// An engine of a trusted workspace that has no means to open a source.
    ///
    /// # Errors
    /// If this program can't find itself.
    pub fn without_sources(cache: bool) -> anyhow::Result<Self> {
        Self::with(false, true, true, cache, Granted::none())
    }

    fn with(sources: bool, trusted: bool, confined: bool, cache: bool, granted: Granted) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("can't tell where this program is")?;
        Ok(Self {
            engine: Engine::new(EngineConfig {
                cache: cache.then(viz_engine::cache_folder),
                sources,
                confined,
                granted,
                ..EngineConfig::new(program, trusted)
            }),
            remembered: OnceLock::new(),
        })
    }

    /// Lets a worker begin while the project is read, if it will be needed: if nothing is known of any text.
    pub fn start(&self) {
        if self.remembered().is_empty() {
            self.engine.start_pure();
        }
    }

    /// Keeps what an assistant asked; `false` if nothing is kept.
    pub fn record(&self, capsule: Capsule, over: Option<(QuestionKey, SystemTime)>) -> bool {
        self.engine.record(capsule, over)
    }

    /// What assistants asked of the project in this folder, newest first; `None` if nothing is kept.
    pub fn asked(&self, project: &str, run_id: Option<&str>, most: usize) -> Option<Vec<Capsule>> {
        self.engine.asked(project, run_id, most)
    }

    /// The rows that were the answer, while they are kept.
    pub fn rows_of(&self, project: &str, run_id: &str) -> Option<Answer> {
        self.engine.rows_of(project, run_id)
    }

    /// The kernel's walls around the workers that run now.
    pub fn walls(&self) -> Vec<(WorkerKind, Vec<Wall>)> {
        self.engine.walls()
    }
}

impl Answerer for EngineAnswerer {
    fn ask(&self, questions: &[KeyedQuestion], limits: Limits, cancel: &Cancel) -> Vec<Option<Fact>> {
        let answers = self.engine.ask_dated(questions, &limits, cancel);
        answers.into_iter().map(|(answer, at)| (!called_off(&answer)).then(|| fact(answer, at))).collect()
    }

    fn remembered(&self) -> &[(QuestionKey, Fact)] {
        self.remembered.get_or_init(|| {
            let found = self.engine.remembered().into_iter();
            found.map(|(key, answer, at)| (key, fact(Ok(answer), at))).collect()
        })
    }

    fn remembered_of(&self, sources: &[SourceSpec]) -> Vec<(QuestionKey, Fact)> {
        let found = self.engine.remembered_of(sources).into_iter();
        found.map(|(key, answer, at)| (key, fact(Ok(answer), at))).collect()
    }
}

fn called_off(answer: &Result<Answer, Unknown>) -> bool {
    matches!(answer, Err(unknown) if unknown.code == Reason::Cancelled)
}

/// What was found out at this time, as a fact.
fn fact(answer: Result<Answer, Unknown>, at: SystemTime) -> Fact {
    match answer {
        Ok(answer) => Fact::Known { answer: Arc::new(answer), at },
        Err(unknown) => Fact::Unknown(unknown),
    }
}
