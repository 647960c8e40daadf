//! The requests of `docs/requests.md`: one file each, with the types of its parameters and of its answer.
//!
//! `vscode-extension/src/protocol.ts` is generated from these types (`tests/typescript.rs`), and a test compares both with the docs.

mod failing;
mod inputs;
mod lineage;
mod lock;
mod options;
mod pins;
mod refresh;
mod rendered;
mod report;
mod rows;
mod status;
#[cfg(test)]
#[path = "tests/typescript.rs"]
mod typescript;

pub use failing::NextFailing;
pub use inputs::Inputs;
pub use lineage::Lineage;
pub use lock::Renewing;
pub use options::Options;
pub use pins::{Pin, Pinned, Unpin};
pub use refresh::{RefreshParams, Refreshed};
pub use rendered::RenderedSql;
pub use report::ReportParams;
pub use rows::{RowsParams, ask};
pub use status::{StatusParams, Statuses};

use crate::lsp::session::snapshot::{Request, Subject};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tower_lsp::lsp_types::{Position, TextDocumentIdentifier};
use viz_facts::{Reason, Unknown};
use viz_ide::{Choices, InsightAt};

/// The commands of the server.
pub const COMMANDS: [&str; 7] = [
    "viz.server.refreshOptions",
    "viz.server.pin",
    "viz.server.unpin",
    "viz.server.nextFailingCombination",
    "viz.server.renderedSql",
    "viz.server.report",
    "viz.server.updateLock",
];

/// A request about a text, answered from what is known.
pub trait Extension: 'static {
    /// Its method.
    const METHOD: &'static str;
    /// Whether another combination is pinned by it.
    const PINS: bool = false;
    /// Its parameters.
    type Params: AboutText + DeserializeOwned + Send + 'static;
    /// What it answers, unless it is refused.
    type Answer: Serialize;

    /// Answers it.
    fn answer(request: &Request, subject: &Subject, params: &Self::Params) -> Result<Self::Answer, Unknown>;
}

/// Parameters that say which text is meant.
pub trait AboutText {
    /// The text.
    fn text(&self) -> &TextDocumentIdentifier;
}

/// A text whose project is meant.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TextParams {
    /// The text.
    #[cfg_attr(test, ts(type = "TextDocument"))]
    pub text_document: TextDocumentIdentifier,
}

/// An insight, or another object: by its place in a text or by its name.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SubjectParams {
    /// The text whose project is meant.
    #[cfg_attr(test, ts(type = "TextDocument"))]
    pub text_document: TextDocumentIdentifier,
    /// A place in it.
    #[cfg_attr(test, ts(optional = nullable, type = "Position"))]
    pub position: Option<Position>,
    /// The name.
    #[cfg_attr(test, ts(optional = nullable))]
    pub insight: Option<String>,
}

/// An insight and choices for its inputs.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InsightParams {
    /// The insight.
    #[serde(flatten)]
    pub of: SubjectParams,
    /// Selections by the name of their input; the others have what is pinned.
    #[cfg_attr(test, ts(optional = nullable, type = "Choices"))]
    pub choices: Option<Map<String, Value>>,
}

impl AboutText for TextParams {
    fn text(&self) -> &TextDocumentIdentifier {
        &self.text_document
    }
}

impl AboutText for SubjectParams {
    fn text(&self) -> &TextDocumentIdentifier {
        &self.text_document
    }
}

impl AboutText for InsightParams {
    fn text(&self) -> &TextDocumentIdentifier {
        self.of.text()
    }
}

/// Why something can't be told.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Stable.
    pub code: String,
    /// In words.
    pub message: String,
    /// Where the query is wrong, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub sql_offset: Option<u32>,
}

impl Failure {
    /// A reason as the client gets it.
    pub fn new(subject: &Subject, mut why: Unknown) -> Self {
        subject.project.mask().hide_in(&mut why.message);
        Self { code: why.code.name().to_owned(), message: why.message, sql_offset: None }
    }
}

/// The answer to a request; `None` where the text belongs to no project.
pub fn answer<E: Extension>(request: &Request, params: &E::Params) -> Option<Value> {
    let subject = request.subject()?;
    let answer = E::answer(request, &subject, params);
    Some(answer.map_or_else(|why| json!({ "error": Failure::new(&subject, why) }), |answer| json!(answer)))
}

/// The insight that a request is about.
fn insight(request: &Request, subject: &Subject, params: &SubjectParams) -> Result<InsightAt, Unknown> {
    let found = match (&params.insight, params.position) {
        (Some(name), _) => viz_ide::insight_named(&subject.project, name),
        (None, Some(position)) => {
            viz_ide::insight_at(&subject.project, subject.file, request.offset(subject, position))
        }
        (None, None) => None,
    };
    found.ok_or_else(|| match &params.insight {
        Some(name) => Unknown::new(Reason::NoInsight, format!("there is no insight `{name}`")),
        None => Unknown::new(Reason::NoInsight, "there is no insight here"),
    })
}

/// What is pinned, with the choices of a request on top.
fn choices(subject: &Subject, wanted: Option<&Map<String, Value>>) -> Result<Choices, Unknown> {
    let wanted = crate::lsp::session::selection::choices_from_json(subject, wanted)?;
    Ok(subject.choices.with(&wanted))
}

/// A name; `None` for an object without one.
fn name(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
