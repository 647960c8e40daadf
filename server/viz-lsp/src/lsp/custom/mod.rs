//! The requests of `docs/requests.md`. Each is a function of a text's project and its parameters.

mod failing;
mod inputs;
mod lineage;
mod pins;
mod rendered;
mod rows;
mod selection;

pub use rows::ask;
pub use selection::choices_to_json;

use super::request::{Request, Subject};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tower_lsp::lsp_types::{Position, TextDocumentIdentifier};
use viz_facts::Unknown;
use viz_ide::{Choices, InsightAt};

/// The parameters of all of them; each uses some.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    /// The text whose project is meant.
    pub text_document: Option<TextDocumentIdentifier>,
    /// A place in it.
    pub position: Option<Position>,
    /// The name of an insight.
    pub insight: Option<String>,
    /// The name of a chart.
    pub chart: Option<String>,
    /// The name of an input.
    pub input: Option<String>,
    /// The names of inputs.
    pub inputs: Option<Vec<String>>,
    /// Selections by the name of their input.
    pub choices: Option<Map<String, Value>>,
    /// Whether what was pinned goes.
    #[serde(default)]
    pub replace: bool,
    /// What options must contain.
    pub search: Option<String>,
    /// The first option of a page.
    pub offset: Option<usize>,
    /// Rows or options at most.
    pub limit: Option<usize>,
    /// `next` or `previous`.
    pub direction: Option<Direction>,
    /// Steps of a lineage.
    pub depth: Option<usize>,
}

/// Which way to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Forward.
    #[default]
    Next,
    /// Back.
    Previous,
}

/// Requests that are answered at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `viz/renderedSql`
    RenderedSql,
    /// `viz/inputs`
    Inputs,
    /// `viz/options`
    Options,
    /// `viz/pin`
    Pin,
    /// `viz/unpin`
    Unpin,
    /// `viz/pinned`
    Pinned,
    /// `viz/nextFailingCombination`
    NextFailing,
    /// `viz/lineage`
    Lineage,
}

/// The answer to a request.
pub fn answer(request: &Request, method: Method, params: &Params) -> Option<Value> {
    let subject = request.subject()?;
    let result = match method {
        Method::RenderedSql => rendered::rendered(request, &subject, params),
        Method::Inputs => inputs::inputs(request, &subject, params),
        Method::Options => inputs::options(&subject, params),
        Method::Pin => pins::pin(request, &subject, params),
        Method::Unpin => Ok(pins::unpin(request, &subject, params)),
        Method::Pinned => Ok(pins::pinned(&subject, &subject.choices)),
        Method::NextFailing => Ok(failing::next(request, &subject, params)),
        Method::Lineage => Ok(lineage::lineage(request, &subject, params)),
    };
    Some(result.unwrap_or_else(|why| json!({ "error": failure(&subject, why) })))
}

/// A reason as the client gets it.
fn failure(subject: &Subject, mut why: Unknown) -> Value {
    subject.project.mask().hide_in(&mut why.message);
    json!({ "code": why.code, "message": why.message })
}

/// The insight that a request is about.
fn insight(request: &Request, subject: &Subject, params: &Params) -> Result<InsightAt, Unknown> {
    let found = match (&params.insight, params.position) {
        (Some(name), _) => viz_ide::insight_named(&subject.project, name),
        (None, Some(position)) => {
            viz_ide::insight_at(&subject.project, subject.file, request.offset(subject, position))
        }
        (None, None) => None,
    };
    found.ok_or_else(|| match &params.insight {
        Some(name) => Unknown::new("no-insight", format!("there is no insight `{name}`")),
        None => Unknown::new("no-insight", "there is no insight here"),
    })
}

/// What is pinned, with the choices of a request on top.
fn choices(subject: &Subject, params: &Params) -> Result<Choices, Unknown> {
    let wanted = selection::choices_from_json(subject, params.choices.as_ref())?;
    Ok(subject.choices.with(&wanted))
}

/// A name, or null.
fn name(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}
