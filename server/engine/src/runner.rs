//! What all answering machines have in common.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use viz_facts::{Answer, Question, Unknown};

/// What one question may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// After this time the query is interrupted and the answer is `Unknown` with code `timeout`.
    pub timeout: Duration,
    /// Bytes of main memory for DuckDB; more is `Unknown` with code `out-of-memory`.
    pub memory: u64,
    /// Bytes of the values of an option query; more is `Unknown` with code `answer-too-long`.
    pub values: u64,
}

/// No more memory than this can be given to one query: the worker's address space is bounded, too.
pub const MOST_MEMORY: u64 = 4_000_000_000;

/// No more bytes than this can come from a worker at once.
pub const MOST_VALUES: u64 = 50_000_000;

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), memory: 1_000_000_000, values: 20_000_000 }
    }
}

/// Kinds of runners. Whoever asks does not know which one answers: another one, such as a container, is a variant here and an
/// implementation of [`Runner`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunnerKind {
    /// A worker process behind the kernel's walls (Landlock and seccomp where there are any).
    #[default]
    Process,
    /// This process, without walls: for tests, of queries that are trusted.
    InProcess,
}

impl RunnerKind {
    /// Its name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::InProcess => "in-process",
        }
    }
}

/// Something that answers questions one at a time: in this process ([`crate::PureRunner`], [`crate::SourceRunner`]) or
/// by a worker process ([`crate::Engine`]).
pub trait Runner {
    /// Answers one question within its limits. An error of the user's SQL is an answer; `Unknown` says why there is none.
    fn run(&mut self, question: &Question, limits: &Limits) -> Result<Answer, Unknown>;
}
