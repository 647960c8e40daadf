//! What tools work with: a project, what is known of its data, and who is asked for more.

use crate::plan::Dataset;
use std::sync::Arc;
use viz_facts::{Answer, Fact, FactStore, KeyedQuestion, Question, Unknown};
use viz_project::Project;

/// Turns of asking that a tool may need: each asks for what the one before it made known.
const MOST_TURNS: usize = 12;

/// Asks the engine: one fact for each question, or nothing where it was called off.
pub type Ask<'a> = dyn Fn(&[KeyedQuestion]) -> Vec<Option<Fact>> + 'a;

/// The page of a finding's code, for people.
pub type Page<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A project, and who is asked about it.
pub struct Session<'a> {
    /// The project.
    pub project: &'a Project,
    /// What is known.
    pub facts: FactStore,
    /// Who is asked.
    pub ask: &'a Ask<'a>,
    /// Who has the pages.
    pub page: &'a Page<'a>,
    /// Whether answers may hold values of the data.
    pub shows_rows: bool,
}

impl Session<'_> {
    /// The project with what is known now.
    pub(crate) fn dataset(&self) -> Dataset<'_> {
        Dataset { project: self.project, facts: &self.facts, shows_values: self.shows_rows }
    }

    /// What comes of something, when everything is known that it wants to know.
    pub(crate) fn settled<T>(&mut self, of: impl Fn(Dataset<'_>) -> (T, Vec<KeyedQuestion>)) -> T {
        let mut asked = 0;
        loop {
            let (outcome, open) = of(self.dataset());
            asked += 1;
            if open.is_empty() || asked > MOST_TURNS {
                return outcome;
            }
            self.learn(&open);
        }
    }

    fn learn(&mut self, questions: &[KeyedQuestion]) {
        let called_off = || Fact::Unknown(Unknown::new(viz_facts::Reason::Cancelled, "it was called off"));
        for (question, fact) in questions.iter().zip((self.ask)(questions)) {
            self.facts.insert(question.key(), fact.unwrap_or_else(called_off));
        }
    }

    /// The answer to one question, asked now.
    pub(crate) fn answer(&mut self, question: Question) -> Result<Arc<Answer>, Unknown> {
        let question = KeyedQuestion::from(question);
        self.learn(std::slice::from_ref(&question));
        match self.facts.get(&question) {
            Some(Fact::Unknown(why)) => Err(why.clone()),
            Some(fact) => fact.answer().cloned().ok_or_else(Unknown::pending),
            None => Err(Unknown::pending()),
        }
    }
}
