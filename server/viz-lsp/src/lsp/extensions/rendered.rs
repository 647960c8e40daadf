//! `viz/renderedSql`.

use super::{Params, choices, insight, name};
use crate::lsp::session::selection::state_to_json;
use crate::lsp::session::snapshot::{Request, Subject};
use chrono::Local;
use serde_json::{Map, Value, json};
use viz_check::{Finding, RenderedQuery, rendered_query};
use viz_facts::Unknown;
use viz_ide::Choices;
use viz_project::ObjectId;

/// The query of an insight for some choices.
pub fn rendered(request: &Request, subject: &Subject, params: &Params) -> Result<Value, Unknown> {
    let found = insight(request, subject, params)?;
    let choices = choices(subject, params)?;
    let project = &subject.project;
    let query = query(subject, found.insight, &choices)?;
    let complete = complete(subject, found.insight, &choices);
    let tables: Vec<Value> = query
        .tables
        .iter()
        .map(|table| json!({ "model": table.model, "name": table.name, "sql": table.sql }))
        .collect();
    let columns: Vec<Value> = query
        .columns
        .iter()
        .map(|column| json!({ "for": column.key.strip_prefix("props.").unwrap_or(&column.key), "name": column.alias }))
        .collect();
    let shown = match project.object(found.insight).name_text() {
        "" => "insight",
        name => name,
    };
    let encoded = percent_encoding::utf8_percent_encode(shown, percent_encoding::NON_ALPHANUMERIC);
    Ok(json!({
        "insight": name(project.object(found.insight).name_text()),
        "sql": query.sql,
        "stored": query.stored,
        "dynamic": query.dynamic,
        "choices": complete,
        "tables": tables,
        "columns": columns,
        "message": message(subject, found.insight, &choices),
        "uri": format!("viz-sql:/{encoded}.sql"),
    }))
}

/// The query, placeholders filled.
pub fn query(subject: &Subject, insight: ObjectId, choices: &Choices) -> Result<RenderedQuery, Unknown> {
    let known = choices.known(&subject.project);
    rendered_query(&subject.project, &subject.facts(), Local::now().naive_local(), insight, &known)
}

/// The choices of all inputs of an insight.
pub fn complete(subject: &Subject, insight: ObjectId, choices: &Choices) -> Value {
    let project = &subject.project;
    let (facts, now) = (subject.facts(), Local::now().naive_local());
    let mut out = Map::new();
    for id in viz_sql::inputs_of(project, insight) {
        if let Ok((state, _)) = choices.of(project, &facts, id, now) {
            out.insert(project.object(id).name_text().to_owned(), state_to_json(project, id, &state));
        }
    }
    Value::Object(out)
}

/// What the first finding says that this combination meets.
fn message(subject: &Subject, insight: ObjectId, choices: &Choices) -> Option<String> {
    let project = &subject.project;
    let (facts, now) = (subject.facts(), Local::now().naive_local());
    let label = |input: &str| {
        let id = viz_ide::input_named(project, input)?;
        choices.of(project, &facts, id, now).ok().map(|(state, _)| state.label())
    };
    let insight = project.object(insight).name_text();
    let own = |finding: &&Finding| {
        finding.object.as_ref().and_then(|object| object.name.as_deref())
            == Some(insight).filter(|name| !name.is_empty())
    };
    let met = |finding: &&Finding| {
        finding.combinations.as_ref().is_some_and(|found| {
            found
                .examples
                .iter()
                .any(|example| example.iter().all(|(input, wanted)| label(input).as_ref() == Some(wanted)))
        })
    };
    subject.findings.iter().filter(own).find(met).map(|finding| finding.message.clone())
}
