//! Who answers questions: the engine, or a test's stand-in.

use anyhow::Context;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use viz_engine::{Engine, EngineConfig, Limits};
use viz_facts::{Answer, Fact, Question, Unknown};

pub use viz_engine::CancelToken as Cancel;

/// The code of the engine's answer to a question that was called off.
const CANCELLED: &str = "cancelled";

/// Answers questions. Blocks: never call it on the transport's task.
pub trait Answerer: Send + Sync {
    /// The answers in the order of the questions, each within this time; `None` where the question was called off before
    /// there was one.
    fn ask(&self, questions: &[Question], timeout: Duration, cancel: &Cancel) -> Vec<Option<Result<Answer, Unknown>>>;
}

/// The engine with its worker processes.
pub struct EngineAnswerer {
    engine: Engine,
}

impl EngineAnswerer {
    /// An engine. Without trust it has no means to open a source.
    ///
    /// # Errors
    /// If this program can't find itself.
    pub fn new(trusted: bool) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("can't tell where this program is")?;
        Ok(Self { engine: Engine::new(EngineConfig::new(program, trusted)) })
    }
}

impl Answerer for EngineAnswerer {
    fn ask(&self, questions: &[Question], timeout: Duration, cancel: &Cancel) -> Vec<Option<Result<Answer, Unknown>>> {
        let answers = self.engine.ask_within(questions, &Limits { timeout }, cancel);
        answers.into_iter().map(|answer| if called_off(&answer) { None } else { Some(answer) }).collect()
    }
}

fn called_off(answer: &Result<Answer, Unknown>) -> bool {
    matches!(answer, Err(unknown) if unknown.code == CANCELLED)
}

/// An answer that was given just now, as a fact.
pub fn fact(answer: Result<Answer, Unknown>) -> Fact {
    match answer {
        Ok(answer) => Fact::Known { answer: Arc::new(answer), at: SystemTime::now() },
        Err(unknown) => Fact::Unknown(unknown),
    }
}
