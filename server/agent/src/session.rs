//! What tools work with: a project, what is known of its data, and who is asked for more.

use crate::plan::Dataset;
use chrono::NaiveDateTime;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::SystemTime;
use viz_check::{Findings, Report};
use viz_facts::{Answer, Capsule, Fact, FactStore, KeyedQuestion, Question, QuestionKey, Unknown};
use viz_project::{File, Project};
use viz_text::FileId;

/// Turns of asking that a tool may need: each asks for what the one before it made known.
const MOST_TURNS: usize = 12;

/// Where something runs, and for whom.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// The folder of the project.
    pub project: String,
    /// What kind of runner answers.
    pub runner: &'static str,
    /// What one query may cost.
    pub limits: Map<String, Value>,
    /// Who asks.
    pub client: String,
    /// Versions of this program and of the engine.
    pub versions: String,
}

/// Who knows what is not in the project's text.
pub trait Host {
    /// Asks the engine: one fact for each question, or nothing where it was called off.
    fn ask(&self, questions: &[KeyedQuestion]) -> Vec<Option<Fact>>;
    /// Checks the project, and keeps what became known.
    fn check(&self, facts: &mut FactStore) -> Report;
    /// The page of a finding's code, for people.
    fn page(&self, code: &str) -> Option<String>;
    /// Why a file of the project is not its own, so that nothing is written to it; `None` if it is.
    fn foreign(&self, file: &File) -> Option<String>;
    /// Whether files may be written at all.
    fn may_write(&self) -> bool;
    /// What these texts in the place of files' would change, as a unified diff.
    fn difference(&self, texts: &[(FileId, String)]) -> String;
    /// The findings that there were with these texts.
    fn findings_with(&self, texts: &[(FileId, String)]) -> Findings;
    /// Writes the files, if they still are what was read.
    ///
    /// # Errors
    /// Why nothing is written.
    fn write(&self, texts: &[(FileId, String)]) -> Result<(), String>;
    /// Where questions on data run, and for whom.
    fn circumstances(&self) -> Circumstances;
    /// Keeps what was asked and what came of it; `over` is what the engine was asked, and when it found that out. `false` if nothing is kept.
    fn record(&self, capsule: Capsule, over: Option<(QuestionKey, SystemTime)>) -> bool;
    /// What was asked of this project, newest first; one question by its name. `None` if nothing is kept.
    fn asked(&self, run_id: Option<&str>, most: usize) -> Option<Vec<Capsule>>;
    /// The rows of such a question, while they are kept.
    fn rows_of(&self, run_id: &str) -> Option<Answer>;
}

/// A project, and who is asked about it.
pub struct Session<'a> {
    /// The project.
    pub project: &'a Project,
    /// What is known.
    pub facts: FactStore,
    /// Who is asked.
    pub host: &'a dyn Host,
    /// Whether answers may hold values of the data.
    pub shows_rows: bool,
    /// The time that date expressions start from.
    pub now: NaiveDateTime,
    report: Option<Arc<Report>>,
}

impl<'a> Session<'a> {
    /// Nothing is known yet.
    pub fn new(project: &'a Project, host: &'a dyn Host, shows_rows: bool, now: NaiveDateTime) -> Self {
        Self { project, facts: FactStore::new(), host, shows_rows, now, report: None }
    }

    /// What a check says, which is made once.
    pub(crate) fn report(&mut self) -> Arc<Report> {
        let made = self.report.take().unwrap_or_else(|| Arc::new(self.host.check(&mut self.facts)));
        self.report = Some(Arc::clone(&made));
        made
    }

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
        for (question, fact) in questions.iter().zip(self.host.ask(questions)) {
            self.facts.insert(question.key(), fact.unwrap_or_else(called_off));
        }
    }

    /// The answer to one question, asked now.
    pub(crate) fn answer(&mut self, question: Question) -> Result<Arc<Answer>, Unknown> {
        self.answer_dated(&KeyedQuestion::from(question)).map(|(answer, _)| answer)
    }

    /// The same, and when it was found out: now, or by an earlier run over the same data.
    pub(crate) fn answer_dated(&mut self, question: &KeyedQuestion) -> Result<(Arc<Answer>, SystemTime), Unknown> {
        self.learn(std::slice::from_ref(question));
        match self.facts.get(question) {
            Some(Fact::Known { answer, at }) => Ok((Arc::clone(answer), *at)),
            Some(Fact::Unknown(why)) => Err(why.clone()),
            _ => Err(Unknown::pending()),
        }
    }
}
