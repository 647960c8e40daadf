//! Notes what sources answer.

use crate::host::answerer::{Answerer, Cancel, Limits};
use parking_lot::Mutex;
use viz_facts::{Fact, KeyedQuestion};

/// Answers as another does, and keeps what was asked of sources. It remembers nothing, so that everything is asked.
pub struct Recorder<'a> {
    answerer: &'a dyn Answerer,
    seen: Mutex<Vec<(KeyedQuestion, Fact)>>,
}

impl<'a> Recorder<'a> {
    /// In front of another.
    pub fn new(answerer: &'a dyn Answerer) -> Self {
        Self { answerer, seen: Mutex::default() }
    }

    /// What was asked of sources since the last call.
    pub fn take(&self) -> Vec<(KeyedQuestion, Fact)> {
        std::mem::take(&mut *self.seen.lock())
    }
}

impl Answerer for Recorder<'_> {
    fn ask(&self, questions: &[KeyedQuestion], limits: Limits, cancel: &Cancel) -> Vec<Option<Fact>> {
        let facts = self.answerer.ask(questions, limits, cancel);
        let of_sources = questions.iter().zip(&facts).filter(|(question, _)| !question.is_pure());
        let seen = of_sources.filter_map(|(question, fact)| Some((question.clone(), fact.clone()?)));
        self.seen.lock().extend(seen);
        facts
    }
}
