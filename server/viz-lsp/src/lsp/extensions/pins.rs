//! `viz/pin`, `viz/unpin`, `viz/pinned`.

use super::{AboutText, Extension, TextParams};
use crate::lsp::session::selection::{choices_from_json, choices_to_json};
use crate::lsp::session::snapshot::{Request, Subject};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tower_lsp::lsp_types::TextDocumentIdentifier;
use viz_facts::Unknown;
use viz_ide::Choices;

/// `viz/pin`: pins choices; all or none.
pub struct Pin;

/// `viz/unpin`: unpins some inputs, or all.
pub struct Unpin;

/// `viz/pinned`: what is pinned.
pub struct Pinned;

/// Parameters of `viz/pin`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PinParams {
    /// The text whose project is meant.
    #[cfg_attr(test, ts(type = "TextDocument"))]
    pub text_document: TextDocumentIdentifier,
    /// Selections by the name of their input.
    #[cfg_attr(test, ts(optional = nullable, type = "Choices"))]
    pub choices: Option<Map<String, Value>>,
    /// Whether what was pinned goes.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub replace: bool,
}

/// Parameters of `viz/unpin`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UnpinParams {
    /// The text whose project is meant.
    #[cfg_attr(test, ts(type = "TextDocument"))]
    pub text_document: TextDocumentIdentifier,
    /// The names of inputs; all if there are none.
    #[cfg_attr(test, ts(optional = nullable))]
    pub inputs: Option<Vec<String>>,
}

/// The answer of all three.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Pinned"))]
pub struct PinnedAnswer {
    /// What is pinned now.
    #[cfg_attr(test, ts(type = "Choices"))]
    pub pinned: Value,
}

impl PinnedAnswer {
    fn new(subject: &Subject, choices: &Choices) -> Self {
        Self { pinned: choices_to_json(&subject.project, choices) }
    }
}

impl AboutText for PinParams {
    fn text(&self) -> &TextDocumentIdentifier {
        &self.text_document
    }
}

impl AboutText for UnpinParams {
    fn text(&self) -> &TextDocumentIdentifier {
        &self.text_document
    }
}

impl Extension for Pin {
    const METHOD: &'static str = "viz/pin";
    const PINS: bool = true;
    type Params = PinParams;
    type Answer = PinnedAnswer;

    fn answer(request: &Request, subject: &Subject, params: &PinParams) -> Result<PinnedAnswer, Unknown> {
        let new = choices_from_json(subject, params.choices.as_ref())?;
        let all = if params.replace { new } else { subject.choices.with(&new) };
        let answer = PinnedAnswer::new(subject, &all);
        request.state.pin(&subject.project.root, all);
        Ok(answer)
    }
}

impl Extension for Unpin {
    const METHOD: &'static str = "viz/unpin";
    const PINS: bool = true;
    type Params = UnpinParams;
    type Answer = PinnedAnswer;

    fn answer(request: &Request, subject: &Subject, params: &UnpinParams) -> Result<PinnedAnswer, Unknown> {
        let mut left = subject.choices.clone();
        left.by_name.retain(|name, _| params.inputs.as_ref().is_some_and(|inputs| !inputs.contains(name)));
        let answer = PinnedAnswer::new(subject, &left);
        request.state.pin(&subject.project.root, left);
        Ok(answer)
    }
}

impl Extension for Pinned {
    const METHOD: &'static str = "viz/pinned";
    type Params = TextParams;
    type Answer = PinnedAnswer;

    fn answer(_: &Request, subject: &Subject, _: &TextParams) -> Result<PinnedAnswer, Unknown> {
        Ok(PinnedAnswer::new(subject, &subject.choices))
    }
}
