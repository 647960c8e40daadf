//! What all answering machines have in common.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use viz_facts::{Answer, Question, Unknown};

/// What one question may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// After this time the query is interrupted and the answer is `Unknown` with code `timeout`.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(5) }
    }
}

/// Something that answers questions one at a time: in this process ([`crate::PureRunner`], [`crate::SourceRunner`]) or
/// by a worker process ([`crate::Engine`]).
pub trait Runner {
    /// Answers one question within its limits. An error of the user's SQL is an answer; `Unknown` says why there is none.
    fn run(&mut self, question: &Question, limits: &Limits) -> Result<Answer, Unknown>;
}
