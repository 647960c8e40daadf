//! `viz/nextFailingCombination`.

use super::{Direction, Params, insight};
use crate::lsp::session::selection::choices_to_json;
use crate::lsp::session::snapshot::{Request, Subject};
use chrono::Local;
use serde_json::{Value, json};
use viz_check::{Finding, State, options_of, states};
use viz_ide::Choices;
use viz_project::Body;

/// Pins the next combination that breaks something, and tells it; null if there is none.
pub fn next(request: &Request, subject: &Subject, params: &Params) -> Value {
    let project = &subject.project;
    let only = insight(request, subject, params).ok().map(|found| project.object(found.insight).name_text().to_owned());
    let wanted = |finding: &&Finding| {
        let name = finding.object.as_ref().and_then(|object| object.name.clone());
        only.is_none() || name == only
    };
    let mut all: Vec<(&Finding, Choices)> = Vec::new();
    for finding in subject.findings.iter().filter(wanted) {
        let examples = finding.combinations.iter().flat_map(|found| &found.examples);
        all.extend(examples.filter_map(|example| {
            let by_name = example.iter().map(|(name, label)| Some((name.clone(), state(subject, name, label)?)));
            Some((finding, Choices { by_name: by_name.collect::<Option<_>>()? }))
        }));
    }
    all.sort_by_key(|(finding, _)| project.resolve(finding.loc).map(|(file, range)| (file, range.start())));
    if all.is_empty() {
        return Value::Null;
    }
    let pinned = |(_, choices): &(&Finding, Choices)| *choices == subject.choices;
    let at = match (all.iter().position(pinned), params.direction.unwrap_or_default()) {
        (None, _) => 0,
        (Some(at), Direction::Next) => (at + 1) % all.len(),
        (Some(at), Direction::Previous) => (at + all.len() - 1) % all.len(),
    };
    let (finding, choices) = all.swap_remove(at);
    let location = project.resolve(finding.loc).and_then(|(file, range)| request.location(project, file, range));
    let answer = json!({
        "choices": choices_to_json(project, &choices),
        "insight": finding.object.as_ref().and_then(|object| object.name.clone()),
        "message": finding.message,
        "code": finding.code,
        "location": location,
        "index": at,
        "total": all.len() + 1,
    });
    request.state.pin(&project.root, choices);
    answer
}

/// The selection of an input that findings call so.
fn state(subject: &Subject, input: &str, label: &str) -> Option<State> {
    let id = viz_ide::input_named(&subject.project, input)?;
    let Body::Input(body) = &subject.project.object(id).body else { return None };
    let options = options_of(&subject.project, &subject.facts(), id, Local::now().naive_local()).ok()?;
    states(body, &options).into_iter().find(|state| state.label() == label)
}
