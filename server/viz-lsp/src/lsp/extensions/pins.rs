//! `viz/pin`, `viz/unpin`, `viz/pinned`.

use super::Params;
use crate::lsp::session::selection::{choices_from_json, choices_to_json};
use crate::lsp::session::snapshot::{Request, Subject};
use serde_json::{Value, json};
use viz_facts::Unknown;
use viz_ide::Choices;

/// Pins choices; all or none.
pub fn pin(request: &Request, subject: &Subject, params: &Params) -> Result<Value, Unknown> {
    let new = choices_from_json(subject, params.choices.as_ref())?;
    let all = if params.replace { new } else { subject.choices.with(&new) };
    let answer = pinned(subject, &all);
    request.state.pin(&subject.project.root, all);
    Ok(answer)
}

/// Unpins some inputs, or all.
pub fn unpin(request: &Request, subject: &Subject, params: &Params) -> Value {
    let mut left = subject.choices.clone();
    left.by_name.retain(|name, _| params.inputs.as_ref().is_some_and(|inputs| !inputs.contains(name)));
    let answer = pinned(subject, &left);
    request.state.pin(&subject.project.root, left);
    answer
}

/// What is pinned.
pub fn pinned(subject: &Subject, choices: &Choices) -> Value {
    json!({ "pinned": choices_to_json(&subject.project, choices) })
}
