//! `viz/nextFailingCombination`.

use super::{AboutText, Extension, SubjectParams, insight};
use crate::lsp::session::selection::choices_to_json;
use crate::lsp::session::snapshot::{Request, Subject};
use chrono::Local;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::lsp_types::{Location, TextDocumentIdentifier};
use viz_check::{Finding, State, options_of, states};
use viz_facts::Unknown;
use viz_ide::Choices;
use viz_project::Body;

/// `viz/nextFailingCombination`
pub struct NextFailing;

/// Its parameters.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NextFailingParams {
    /// An insight; else the whole project of the text.
    #[serde(flatten)]
    pub of: SubjectParams,
    /// Which way to go.
    #[cfg_attr(test, ts(optional = nullable))]
    pub direction: Option<Direction>,
}

/// Which way to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Forward.
    #[default]
    Next,
    /// Back.
    Previous,
}

/// A combination that breaks an insight.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FailingCombination {
    /// The combination, which is pinned now.
    #[cfg_attr(test, ts(type = "Choices"))]
    pub choices: Value,
    /// The insight's name.
    pub insight: Option<String>,
    /// What the finding says.
    pub message: String,
    /// The finding's code.
    pub code: String,
    /// Where it is.
    #[cfg_attr(test, ts(type = "Location | null"))]
    pub location: Option<Location>,
    /// Which of them this is, from 0.
    pub index: usize,
    /// How many there are.
    pub total: usize,
}

impl AboutText for NextFailingParams {
    fn text(&self) -> &TextDocumentIdentifier {
        self.of.text()
    }
}

impl Extension for NextFailing {
    const METHOD: &'static str = "viz/nextFailingCombination";
    const PINS: bool = true;
    type Params = NextFailingParams;
    type Answer = Option<FailingCombination>;

    fn answer(request: &Request, subject: &Subject, params: &Self::Params) -> Result<Self::Answer, Unknown> {
        Ok(next(request, subject, params))
    }
}

/// Pins the next combination that breaks something, and tells it; `None` if there is none.
fn next(request: &Request, subject: &Subject, params: &NextFailingParams) -> Option<FailingCombination> {
    let project = &subject.project;
    let only =
        insight(request, subject, &params.of).ok().map(|found| project.object(found.insight).name_text().to_owned());
    let wanted = |finding: &&Finding| {
        let name = finding.object.as_ref().and_then(|object| object.name.clone());
        only.is_none() || name == only
    };
    let mut all: Vec<(&Finding, Choices)> = Vec::new();
    for finding in subject.findings.iter().filter(wanted) {
        let selections = finding.combinations.iter().flat_map(|found| &found.selections);
        let possible = selections.filter(|found| found.iter().all(|(name, state)| is_possible(subject, name, state)));
        all.extend(possible.map(|found| {
            let by_name = found.iter().map(|(name, state)| (name.clone(), state.clone()));
            (finding, Choices { by_name: by_name.collect() })
        }));
    }
    all.sort_by_key(|(finding, _)| project.resolve(finding.loc).map(|(file, range)| (file, range.start())));
    if all.is_empty() {
        return None;
    }
    let pinned = |(_, choices): &(&Finding, Choices)| *choices == subject.choices;
    let at = match (all.iter().position(pinned), params.direction.unwrap_or_default()) {
        (None, _) => 0,
        (Some(at), Direction::Next) => (at + 1) % all.len(),
        (Some(at), Direction::Previous) => (at + all.len() - 1) % all.len(),
    };
    let (finding, choices) = all.swap_remove(at);
    let location = project.resolve(finding.loc).and_then(|(file, range)| request.location(project, file, range));
    let answer = FailingCombination {
        choices: choices_to_json(project, &choices),
        insight: finding.object.as_ref().and_then(|object| object.name.clone()),
        message: finding.message.clone(),
        code: finding.code.to_string(),
        location,
        index: at,
        total: all.len() + 1,
    };
    request.state.pin(&project.root, choices);
    Some(answer)
}

/// Whether an input still has what a finding says is selected in it.
fn is_possible(subject: &Subject, input: &str, state: &State) -> bool {
    let Some(id) = viz_ide::input_named(&subject.project, input) else { return false };
    let Body::Input(body) = &subject.project.object(id).body else { return false };
    let options = options_of(&subject.project, &subject.facts(), id, Local::now().naive_local());
    options.is_ok_and(|options| states(body, &options).contains(state))
}
