//! The files of an input: what its control is made of, and what its queries give.

use crate::json::{json, object};
use crate::layout::{Layout, input_json};
use crate::work::{Query, Text, Work};
use serde_json::Value;
use std::path::Path;
use viz_check::written;
use viz_check::{option_question, options_of};
use viz_facts::{FactStore, Question, Reason, Unknown};
use viz_project::{Body, DefaultSelection, Input, ObjectId, Options, Project, QueryText, Selection};
use viz_sql::name_hash;

/// More options than this are warned about (`R-IN-12`).
const MANY_OPTIONS: usize = 10_000;

/// The work for an input; `out` is the output folder.
pub(crate) fn work(
    project: &Project,
    facts: &FactStore,
    id: ObjectId,
    now: chrono::NaiveDateTime,
    layout: Layout,
    out: &Path,
) -> Result<Work, Unknown> {
    let name = project.object(id).name_text();
    let Body::Input(input) = &project.object(id).body else {
        return Err(Unknown::new(Reason::NoInput, "this is no input"));
    };
    let selection = input.selection.ok_or_else(|| Unknown::new(Reason::NoType, "it has no type"))?;
    let options = options_of(project, facts, id, now)?;
    let mut queries = Vec::new();
    if let Options::Query(query) = &input.options {
        queries.push(("options", self::query(project, query, layout.input(name, "options"), "option")?));
    }
    if let DefaultSelection::Query(query) = &input.default {
        queries.push(("defaults", self::query(project, query, layout.input(name, "defaults"), "value")?));
    }
    let file = |(key, query): &(&str, Query)| {
        let url = query.parquet.as_deref().map(|path| out.join(path).to_string_lossy().into_owned());
        object([
            ("name_hash", format!("{}_{key}", name_hash(name)).into()),
            ("signed_data_file_url", Value::from(url)),
            ("key", (*key).into()),
        ])
    };
    let mut warnings = Vec::new();
    if options.values.len() > MANY_OPTIONS {
        warnings.push(format!("{} options: more than {MANY_OPTIONS} make a slow control", options.values.len()));
    }
    let range = matches!(input.options, Options::Range(_));
    let first = options.values.first().map(|value| match value {
        viz_check::Value::Null => Value::Null,
        value => Value::from(value.raw()),
    });
    let default = default(project, id, input, selection, first);
    let json = object([
        ("name", name.into()),
        ("files", Value::Array(queries.iter().map(file).collect())),
        ("type", selection.name().into()),
        ("structure", if range { "range" } else { "options" }.into()),
        ("static_props", static_props(project, id, input)),
        ("display", object([("type", input.control.display.name().into()), ("default", default)])),
        ("warnings", Value::Array(warnings.iter().map(|warning| warning.as_str().into()).collect())),
    ]);
    let texts = vec![Text { path: input_json(name), json }];
    Ok(Work { queries: queries.into_iter().map(|(_, query)| query).collect(), texts, asks: Vec::new(), warnings })
}

fn query(project: &Project, query: &QueryText, parquet: String, column: &str) -> Result<Query, Unknown> {
    match option_question(project, query).as_deref() {
        Some(Question::Options { source, sql, .. }) => Ok(Query {
            source: source.clone(),
            tables: Vec::new(),
            sql: sql.clone(),
            names: vec![column.to_owned()],
            parquet: Some(parquet),
            flat: None,
        }),
        _ => {
            Err(Unknown::new(Reason::OptionsReference, "its query does not name exactly one model that could be asked"))
        }
    }
}

fn static_props(project: &Project, id: ObjectId, input: &Input) -> Value {
    let at = |key: &str| written(project, id, &["range", key]).as_ref().map_or(Value::Null, json);
    match &input.options {
        Options::List { items, .. } => {
            let options = items.iter().map(|item| Value::from(item.text.as_str())).collect();
            object([("options", Value::Array(options))])
        }
        Options::Range(_) => {
            let range = object([("start", at("start")), ("end", at("end")), ("step", at("step"))]);
            object([("range", range)])
        }
        Options::Query(_) | Options::Missing => Value::Null,
    }
}

fn default(project: &Project, id: ObjectId, input: &Input, selection: Selection, first: Option<Value>) -> Value {
    let at = |key: &str| written(project, id, &["display", "default", key]).as_ref().map(json);
    match selection {
        Selection::Single => object([("value", at("value").or(first).unwrap_or(Value::Null))]),
        Selection::Multi if matches!(input.options, Options::Range(_)) => {
            // Without bounds the browser takes the whole range; the bounds of the range as texts would not mean that (S-10).
            object([("start", at("start").unwrap_or_default()), ("end", at("end").unwrap_or_default())])
        }
        Selection::Multi => {
            let values = match &input.default {
                DefaultSelection::Query(_) => Value::Null,
                _ => at("values").unwrap_or_else(|| "all".into()),
            };
            object([("values", values)])
        }
    }
}
