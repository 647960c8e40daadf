//! What a check found: the one value that the editor and the command line are two faces of.

pub(crate) mod bounds;
pub mod cost;
pub mod findings;
pub(crate) mod fingerprint;
pub(crate) mod finish;
pub mod insights;
pub(crate) mod mask;
pub(crate) mod repetition;
pub mod rule;
pub(crate) mod suppression;

use crate::report::cost::Cost;
use crate::report::findings::Findings;
use crate::report::insights::Insights;
use crate::selection::State;
use indexmap::IndexMap;
use serde::Serialize;
use std::sync::Arc;
use viz_facts::{KeyedQuestion, Question, Unknown};
use viz_project::{Code, Fix, ObjectId, Project, Related, Rule, Severity};
use viz_text::Loc;
use viz_text::shorten::{EXAMPLE, shorten};

/// An object as findings name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ObjectName {
    /// The singular of the project file's key: `insight`, `input`, …
    pub kind: &'static str,
    /// Its name, if it has one.
    pub name: Option<String>,
}

/// Which combinations of choices a finding concerns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailedCombinations {
    /// How many of them fail.
    pub failed: usize,
    /// How many there are, over the inputs that are responsible.
    pub total: usize,
    /// Up to three of those that fail: input name → option as the viewer sees it. Long ones are shortened where they are
    /// written down.
    #[serde(serialize_with = "examples")]
    pub examples: Vec<IndexMap<String, String>>,
    /// The same as selections: input name → what is selected.
    #[serde(skip)]
    pub selections: Vec<IndexMap<String, State>>,
    /// Whether there may be more: not all combinations are covered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
}

fn examples<S: serde::Serializer>(all: &[IndexMap<String, String>], to: S) -> Result<S::Ok, S::Error> {
    let short = |example: &IndexMap<String, String>| -> IndexMap<String, String> {
        example.iter().map(|(name, option)| (name.clone(), shorten(option, EXAMPLE).into_owned())).collect()
    };
    to.collect_seq(all.iter().map(short))
}

/// One finding: one cause, at the smallest piece of the user's text that is to blame.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What kind of finding it is: a code with a page of its own.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What breaks and for whom; lower case, no full stop.
    pub message: String,
    /// The rule of the format that it stands on, such as `R-NAME-04`, where there is one.
    pub format_rule: Option<String>,
    /// Where.
    pub loc: Loc,
    /// The object it belongs to.
    pub object: Option<ObjectName>,
    /// The choices that fail, where choices matter.
    pub combinations: Option<FailedCombinations>,
    /// Other places that explain it.
    pub related: Vec<Related>,
    /// Context: the rendered SQL around the fault, …
    pub notes: Vec<String>,
    /// What to do; starts with a verb.
    pub help: Option<String>,
    /// A mechanical fix.
    pub fix: Option<Fix>,
    /// Whether the same words elsewhere may have another cause.
    pub local: bool,
    /// What versions do differently, if it is that: in others the same text is right.
    pub rule: Option<Rule>,
    /// Identity that survives line moves, for baselines and SARIF: 16 hexadecimal digits.
    pub fingerprint: String,
}

/// How far an insight was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The requested level was reached for all covered combinations.
    Checked,
    /// No inputs: its one query was checked at the requested level.
    Static,
    /// A lower level only; `why` tells.
    Partial,
    /// Not at all; `why` tells.
    Unchecked,
}

/// The deepest judge that all covered combinations passed through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Judge {
    /// sqlparser and DuckDB's parser.
    Parse,
    /// DuckDB's binder.
    Bind,
    /// Value casts of all options.
    Values,
    /// Real execution.
    Execute,
}

/// How many texts a verdict stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Proof {
    /// Statements that were read as SQLGlot reads them.
    pub canonicalised: usize,
    /// Grouped expressions whose text there was compared with the selected one.
    pub compared: usize,
    /// Texts that DuckDB's parser judged.
    pub parsed: usize,
    /// Texts that DuckDB's binder judged.
    pub bound: usize,
    /// Texts that were held against what the viewers' engine doesn't know.
    pub for_viewers: usize,
    /// Texts that were run on the data.
    pub executed: usize,
}

impl std::iter::Sum for Proof {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            canonicalised: sum.canonicalised + one.canonicalised,
            compared: sum.compared + one.compared,
            parsed: sum.parsed + one.parsed,
            bound: sum.bound + one.bound,
            for_viewers: sum.for_viewers + one.for_viewers,
            executed: sum.executed + one.executed,
        })
    }
}

/// What was checked of one insight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsightReport {
    /// Its name; empty if it has none.
    pub name: Arc<str>,
    /// The name's place (or the object's).
    pub loc: Loc,
    /// How far it was checked.
    pub status: Status,
    /// By whom.
    pub judge: Option<Judge>,
    /// Number of combinations (saturating).
    pub total: usize,
    /// Looked at one by one: rendered and judged, or of the same class as one that was.
    pub sampled: usize,
    /// Sampled, or equal in class to one that was judged.
    pub covered: usize,
    /// The texts behind that.
    pub proof: Proof,
    /// What its combinations cost, if they ran.
    pub cost: Option<Box<Cost>>,
    /// Why not more.
    pub why: Option<Unknown>,
}

impl InsightReport {
    /// Nothing has been checked.
    pub(crate) fn new(project: &Project, id: ObjectId) -> Self {
        let object = project.object(id);
        Self {
            name: object.name_text().into(),
            loc: object.name_loc(),
            status: Status::Unchecked,
            judge: None,
            total: 0,
            sampled: 0,
            covered: 0,
            proof: Proof::default(),
            cost: None,
            why: None,
        }
    }
}

/// Whether an input's options are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionsStatus {
    /// As of now.
    Known,
    /// From data that have changed since, or may have.
    Stale,
    /// Not known; `why` tells.
    Unknown,
}

/// What is known about one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputReport {
    /// Its name; empty if it has none.
    pub name: String,
    /// The name's place (or the object's).
    pub loc: Loc,
    /// `single-select` or `multi-select`; empty if unreadable.
    pub selection: &'static str,
    /// How many options it has.
    pub options: Option<usize>,
    /// `static`, `range`, `query` or `artefact`.
    pub source: &'static str,
    /// When an earlier run found them out, in milliseconds since 1970; of an `artefact`.
    pub run_at: Option<i64>,
    /// Whether they are known.
    pub status: OptionsStatus,
    /// Why not.
    pub why: Option<Unknown>,
}

impl InputReport {
    /// Of an input that can't be read.
    pub(crate) fn new(project: &Project, id: ObjectId) -> Self {
        let object = project.object(id);
        Self {
            name: object.name_text().to_owned(),
            loc: object.name_loc(),
            selection: "",
            options: None,
            source: "static",
            run_at: None,
            status: OptionsStatus::Unknown,
            why: None,
        }
    }
}

/// Work done by one check: growth tests and benches read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counters {
    /// Insights whose verdict was computed, not remembered.
    pub insights_checked: usize,
    /// Insights whose verdict was remembered.
    pub insights_remembered: usize,
    /// Insights that were left for later.
    pub insights_postponed: usize,
    /// Queries of insights that were composed, not kept while their insight is being judged.
    pub composed: usize,
    /// Texts rendered: one for each class of combinations.
    pub rendered: usize,
    /// Texts cut into tokens to find classes.
    pub lexed: usize,
    /// Texts parsed with sqlparser.
    pub parses: usize,
    /// Texts put to DuckDB's parser.
    pub engine_parses: usize,
    /// Texts put to DuckDB's binder alone.
    pub binds: usize,
    /// Queries run over tables of one row: they convert the values of choices, each for up to 200 of them. The first text of
    /// each insight is bound by such a query, too.
    pub casts: usize,
    /// Queries of models and options.
    pub queries: usize,
    /// Queries run on the data of a source.
    pub executions: usize,
    /// Questions whose answers were known already.
    pub known: usize,
    /// Questions that another insight has asked already in this check.
    pub asked_again: usize,
    /// Questions that were called off, because the run had no time left.
    pub called_off: usize,
    /// Objects that were looked at: something that their verdict depends on may have changed.
    pub looked_at: usize,
    /// Look-ups of the columns of a model or the options of an input.
    pub looked_up: usize,
    /// Keys of questions that were computed: one for each question that an object's check asks.
    pub keys: usize,
    /// Findings whose fingerprints were made, not remembered: those that are new.
    pub findings_finished: usize,
    /// Findings that were placed and ordered: those of the files in which something has changed.
    pub findings_ordered: usize,
}

impl Counters {
    /// Counts a question that is put to the engine.
    pub fn ask(&mut self, question: &Question) {
        match question {
            Question::Parse { .. } => self.engine_parses += 1,
            Question::Bind { .. } => self.binds += 1,
            Question::Probe { .. } => self.casts += 1,
            Question::Execute { .. } | Question::Rows { .. } | Question::Export { .. } => self.executions += 1,
            _ => self.queries += 1,
        }
    }
}

impl std::ops::AddAssign for Counters {
    fn add_assign(&mut self, other: Self) {
        self.insights_checked += other.insights_checked;
        self.insights_remembered += other.insights_remembered;
        self.insights_postponed += other.insights_postponed;
        self.composed += other.composed;
        self.rendered += other.rendered;
        self.lexed += other.lexed;
        self.parses += other.parses;
        self.engine_parses += other.engine_parses;
        self.binds += other.binds;
        self.casts += other.casts;
        self.queries += other.queries;
        self.executions += other.executions;
        self.asked_again += other.asked_again;
        self.called_off += other.called_off;
        self.known += other.known;
        self.looked_at += other.looked_at;
        self.looked_up += other.looked_up;
        self.keys += other.keys;
        self.findings_finished += other.findings_finished;
        self.findings_ordered += other.findings_ordered;
    }
}

/// Everything a check found out, and what it would need to know to find out more.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// All findings, ordered by file, start and code.
    pub findings: Findings,
    /// All insights, in document order.
    pub insights: Insights,
    /// All inputs, in document order.
    pub inputs: Arc<Vec<InputReport>>,
    /// What to ask the engine before checking again.
    pub questions: Vec<KeyedQuestion>,
    /// Work done.
    pub counters: Counters,
}
