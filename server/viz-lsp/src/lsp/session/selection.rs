//! Choices as JSON: one form in both directions (`docs/requests.md`).

use crate::lsp::session::snapshot::Subject;
use serde_json::{Map, Value, json};
use viz_check::{State, Value as Option_};
use viz_facts::{Reason, Unknown};
use viz_ide::{Choices, Wanted, choose};
use viz_project::{Body, ObjectId, Project};

/// Selections by input, or what is wrong with them.
pub fn choices_from_json(subject: &Subject, json: Option<&Map<String, Value>>) -> Result<Choices, Unknown> {
    let mut choices = Choices::default();
    let facts = subject.facts();
    let snapshot = subject.snapshot(&facts);
    for (name, selection) in json.into_iter().flatten() {
        let wanted = wanted(selection).ok_or_else(|| {
            let text = format!("the selection of `{name}` must be a list of values, or `from` and `to`");
            Unknown::new(Reason::NotAnOption, text)
        })?;
        choices.by_name.insert(name.clone(), choose(&snapshot, name, &wanted)?);
    }
    Ok(choices)
}

fn wanted(json: &Value) -> Option<Wanted> {
    match json {
        Value::Array(values) => values.iter().map(value).collect::<Option<Vec<_>>>().map(Wanted::Values),
        Value::Object(map) => Some(Wanted::Run(value(map.get("from")?)?, value(map.get("to")?)?)),
        _ => None,
    }
}

fn value(json: &Value) -> Option<Option_> {
    match json {
        Value::Null => Some(Option_::Null),
        Value::String(text) => Some(Option_::Text(text.clone())),
        Value::Number(number) => number.as_f64().map(Option_::Number),
        _ => None,
    }
}

/// A value of an input.
pub fn value_to_json(value: &Option_) -> Value {
    match value {
        Option_::Null => Value::Null,
        Option_::Text(text) => json!(text),
        Option_::Number(number) => number_to_json(*number),
    }
}

/// A number; a whole one without a fraction.
pub fn number_to_json(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT { json!(number as i64) } else { json!(number) }
}

/// A selection of an input.
pub fn state_to_json(project: &Project, input: ObjectId, state: &State) -> Value {
    let is_run = matches!(&project.object(input).body, Body::Input(input) if input.control.ranged);
    match (is_run, state.values.as_slice()) {
        (true, [first, .., last]) => json!({ "from": value_to_json(first), "to": value_to_json(last) }),
        (true, [one]) => json!({ "from": value_to_json(one), "to": value_to_json(one) }),
        (_, values) => Value::Array(values.iter().map(value_to_json).collect()),
    }
}

/// What is pinned of a project.
pub fn choices_to_json(project: &Project, choices: &Choices) -> Value {
    let known = choices.known(project).into_iter();
    Value::Object(
        known
            .map(|(input, state)| (project.object(input).name_text().to_owned(), state_to_json(project, input, &state)))
            .collect(),
    )
}
