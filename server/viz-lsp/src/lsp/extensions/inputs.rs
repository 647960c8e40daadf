//! `viz/inputs` and `viz/options`.

use super::{Params, choices, failure, insight, name};
use crate::lsp::session::selection::{state_to_json, value_to_json};
use crate::lsp::session::snapshot::{Request, Subject};
use chrono::Local;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use viz_check::options_of;
use viz_facts::{Reason, Unknown};
use viz_ide::Choices;
use viz_project::{Body, Input, Kind, ObjectId, Options, Selection};

/// Options that come with an input.
const FIRST: usize = 100;

/// Options on one page at most.
const PAGE: usize = 1000;

/// The inputs that an insight reads.
pub fn inputs(request: &Request, subject: &Subject, params: &Params) -> Result<Value, Unknown> {
    let found = insight(request, subject, params)?;
    let choices = choices(subject, params)?;
    let ids = viz_sql::inputs_of(&subject.project, found.insight);
    let inputs: Vec<Value> = ids.into_iter().filter_map(|id| input(request, subject, &choices, id)).collect();
    Ok(json!({ "insight": name(subject.project.object(found.insight).name_text()), "inputs": inputs }))
}

fn input(request: &Request, subject: &Subject, choices: &Choices, id: ObjectId) -> Option<Value> {
    let project = &subject.project;
    let object = project.object(id);
    let Body::Input(body) = &object.body else { return None };
    let (facts, now) = (subject.facts(), Local::now().naive_local());
    let found = options_of(project, &facts, id, now);
    let current = choices.of(project, &facts, id, now);
    let (values, error) = match &found {
        Ok(found) => (found.values.as_slice(), Value::Null),
        Err(why) => (&[][..], failure(subject, why.clone())),
    };
    let run_at = found.as_ref().ok().and_then(|found| found.run_at);
    let age = age(subject, body, run_at, &facts);
    let source = match (&found, &body.options) {
        (Ok(found), _) => found.source.name(),
        (Err(_), Options::Query(_)) => "query",
        (Err(_), Options::Range(_)) => "range",
        (Err(_), _) => "static",
    };
    let dates = matches!(body.options, Options::Range(_))
        && values.first().is_some_and(|value| matches!(value, viz_check::Value::Text(_)));
    let (file, range) = project.resolve(object.name_loc())?;
    Some(json!({
        "name": object.name_text(),
        "label": body.label,
        "multi": body.selection == Some(Selection::Multi),
        "range": body.control.ranged,
        "dates": dates,
        "display": body.control.display.name(),
        "offers": body.control.offers.name(),
        "clearable": body.control.clearable,
        "selection": current.as_ref().ok().map(|(state, _)| state_to_json(project, id, state)),
        "pinned": current.is_ok_and(|(_, pinned)| pinned),
        "options": values.iter().take(FIRST).map(value_to_json).collect::<Vec<_>>(),
        "total": values.len(),
        "truncated": values.len() > FIRST,
        "source": source,
        "age": age,
        "stale": found.as_ref().is_ok_and(|found| found.stale),
        "type": found.as_ref().ok().and_then(|found| found.column_type.clone()),
        "error": error,
        "location": request.location(project, file, range),
    }))
}

/// Seconds since the options were read; `run_at` is when an earlier run found the options out, in milliseconds since 1970.
fn age(subject: &Subject, input: &Input, run_at: Option<i64>, facts: &viz_facts::FactStore) -> Option<f64> {
    let Options::Query(query) = &input.options else { return None };
    let at = match run_at {
        Some(at) => SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(at).ok()?),
        None => facts.get(&viz_check::option_question(&subject.project, query)?)?.at()?,
    };
    Some(SystemTime::now().duration_since(at).unwrap_or_default().as_secs_f64())
}

/// A page of the options of an input.
pub fn options(subject: &Subject, params: &Params) -> Result<Value, Unknown> {
    let project = &subject.project;
    let wanted = params.input.as_deref().unwrap_or_default();
    let id = viz_ide::input_named(project, wanted)
        .filter(|id| project.object(*id).kind == Kind::Input)
        .ok_or_else(|| Unknown::new(Reason::UnknownInput, format!("there is no input `{wanted}`")))?;
    let found = options_of(project, &subject.facts(), id, Local::now().naive_local())?;
    let search = params.search.as_deref().unwrap_or_default().to_lowercase();
    let fits = |value: &&viz_check::Value| search.is_empty() || value.raw().to_lowercase().contains(&search);
    let (offset, limit) = (params.offset.unwrap_or(0), params.limit.unwrap_or(FIRST).min(PAGE));
    let fitting: Vec<&viz_check::Value> = found.values.iter().filter(fits).collect();
    let page: Vec<Value> = fitting.iter().skip(offset).take(limit).map(|value| value_to_json(value)).collect();
    Ok(json!({ "options": page, "total": fitting.len(), "offset": offset, "stale": found.stale }))
}
