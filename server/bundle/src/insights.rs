//! The files of an insight: its query and how its picture is made of the rows; the rows themselves where no input changes
//! them; and, where wanted, everything in one flat file.

use crate::json::{json, object};
use crate::layout::{Layout, flat_json, insight_json};
use crate::work::{FlatText, Query, Text, Work};
use rustc_hash::FxHashSet;
use serde_json::{Map, Value};
use std::path::Path;
use viz_check::{RenderedQuery, rendered_query};
use viz_check::{stored_props, written};
use viz_facts::{FactStore, Reason, Unknown};
use viz_project::{Body, Insight, ObjectId, Place, Project, Resolution, Rule};
use viz_sql::name_hash;
use viz_syntax::Plain;

/// What the work for insights depends on.
pub(crate) struct Context<'a> {
    pub project: &'a Project,
    pub facts: &'a FactStore,
    pub now: chrono::NaiveDateTime,
    pub layout: Layout,
    pub out: &'a Path,
    pub flat: bool,
}

/// The work for an insight.
pub(crate) fn work(context: &Context<'_>, id: ObjectId) -> Result<Work, Unknown> {
    let Context { project, facts, now, layout, out, flat } = *context;
    let name = project.object(id).name_text();
    let Body::Insight(insight) = &project.object(id).body else {
        return Err(Unknown::new(Reason::NoInsight, "this is no insight"));
    };
    if insight.is_drawn_of_constants(project.target()) {
        return Ok(Work { texts: vec![constant(project, id, insight)], ..Work::default() });
    }
    let query = rendered_query(project, facts, now, id, &[])?;
    let source = match query.tables.first() {
        Some(table) => table.source.clone()?,
        None => return Err(Unknown::new(Reason::NoModel, "it reads no model")),
    };
    if let Some(other) = query.tables.iter().find(|table| table.source.as_ref() != Ok(&source)) {
        let other = &other.model;
        return Err(Unknown::new(
            Reason::SeveralSources,
            format!("its model `{other}` is of another source than the others"),
        ));
    }
    let split = split(&query);
    let file = |hash: String, path: String| {
        let url = out.join(path).to_string_lossy().into_owned();
        object([("name_hash", hash.into()), ("signed_data_file_url", url.into())])
    };
    let (files, sql) = if query.dynamic {
        let models = query.tables.iter().map(|table| file(table.name.clone(), layout.model(&table.model)));
        (models.collect(), query.stored.clone())
    } else {
        let sql = format!("SELECT * FROM \"{}\"{}", name_hash(name), order(project, &query));
        (vec![file(name_hash(name), layout.insight(name))], sql)
    };
    let meta = object([
        ("name", name.into()),
        ("files", Value::Array(files)),
        ("query", sql.into()),
        ("props_mapping", props_mapping(&query)),
        ("static_props", static_props(project, id)),
        ("props_slices", slices(insight)),
        ("split_key", split.into()),
        ("type", insight.trace_type.as_ref().map(|ty| ty.text.as_str()).into()),
    ]);
    let texts = vec![Text { path: insight_json(name), json: meta }];
    let flat = flat.then(|| flat_text(project, id, &query));
    let parquet = (!query.dynamic).then(|| layout.insight(name));
    let mut queries = Vec::new();
    if parquet.is_some() || flat.is_some() {
        let (tables, sql) = query.asked(&source);
        queries.push(Query { source, tables, sql, names: Vec::new(), parquet, flat });
    }
    Ok(Work { queries, texts, ..Work::default() })
}

/// What is written of an insight of constants: there is nothing to query (R-22-41).
fn constant(project: &Project, id: ObjectId, insight: &Insight) -> Text {
    let name = project.object(id).name_text();
    let meta = object([
        ("name", name.into()),
        ("files", Value::Array(Vec::new())),
        ("query", Value::Null),
        ("props_mapping", Value::Object(Map::new())),
        ("static_props", static_props(project, id)),
        ("props_slices", Value::Object(Map::new())),
        ("split_key", Value::Null),
        ("type", insight.trace_type.as_ref().map(|ty| ty.text.as_str()).into()),
    ]);
    Text { path: insight_json(name), json: meta }
}

/// The order that the browser's query has, too, where lines have one although no sort is written (R-SQL-10a).
fn order(project: &Project, query: &RenderedQuery) -> String {
    if query.default_order.is_empty() || !project.target().has(Rule::TypedLinesOrdered) {
        return String::new();
    }
    let columns: Vec<String> = query.default_order.iter().map(|alias| format!("\"{alias}\"")).collect();
    format!(" ORDER BY {}", columns.join(", "))
}

/// The alias of the split; of several the last counts (`R-SQL-11`).
fn split(query: &RenderedQuery) -> Option<&str> {
    query.columns.iter().rev().find(|column| column.key == "split").map(|column| column.alias.as_str())
}

fn props_mapping(query: &RenderedQuery) -> Value {
    let props = query.columns.iter().filter(|column| column.key.starts_with("props."));
    Value::Object(props.map(|column| (column.key.clone(), column.alias.as_str().into())).collect())
}

fn slices(insight: &Insight) -> Value {
    let slice = |statement: &viz_project::Statement| {
        let range = statement.query.query.slice_range?;
        Some((statement.key.clone(), statement.query.text.slice(range).into()))
    };
    Value::Object(insight.statements.iter().filter_map(slice).collect())
}

/// `R-INS-02`: `type` is none of them.
fn static_props(project: &Project, id: ObjectId) -> Value {
    match json(&stored_props(project, id)) {
        Value::Object(mut props) => {
            props.shift_remove("type");
            if project.target().has(Rule::TraceLinks) {
                trace_ids(project, id, &mut props);
            }
            Value::Object(props)
        }
        _ => Value::Object(Map::new()),
    }
}

/// A carpet has an id, its own name if it says none, by which the traces on it name it (R-22-45).
fn trace_ids(project: &Project, id: ObjectId, props: &mut Map<String, Value>) {
    let object = project.object(id);
    let Body::Insight(insight) = &object.body else { return };
    if insight.trace_type.as_ref().is_some_and(|ty| ty.text == "carpet") && !props.contains_key("carpet") {
        props.insert("carpet".to_owned(), object.name_text().into());
    }
    let link = project.references_of(id).find(|(found, _)| found.place == Place::TraceLink);
    if let Some((_, Resolution::Object(carpet))) = link {
        let own = match written(project, *carpet, &["props", "carpet"]) {
            Some(Plain::Text(own)) => own,
            _ => project.object(*carpet).name_text().to_owned(),
        };
        props.insert("carpet".to_owned(), own.into());
    }
}

fn flat_text(project: &Project, id: ObjectId, query: &RenderedQuery) -> FlatText {
    let name = project.object(id).name_text();
    let interactions = written(project, id, &["interactions"]).map(|plain| match plain {
        Plain::List(items) => Value::Array(items.iter().map(json).collect()),
        _ => Value::Array(Vec::new()),
    });
    let mut seen = FxHashSet::default();
    let inputs = query.inputs.iter().map(|input| project.object(*input).name_text());
    let others = viz_sql::inputs_of(project, id);
    let others = others.iter().map(|input| project.object(*input).name_text());
    let inputs: Vec<Value> = inputs.chain(others).filter(|name| seen.insert(*name)).map(Value::from).collect();
    let metadata = object([
        ("split_column", split(query).into()),
        ("input_dependencies", Value::Array(inputs)),
        ("requires_groupby", query.grouped.into()),
        ("props_mapping", props_mapping(query)),
    ]);
    let rest = object([
        ("query", query.stored.as_str().into()),
        ("interactions", interactions.unwrap_or_else(|| Value::Array(Vec::new()))),
        ("metadata", metadata),
    ]);
    // `{"query":…}` goes on where `{"data":{…}` ends.
    let after = rest.to_string().replacen('{', ",", 1);
    FlatText { path: flat_json(name), before: "{\"data\":".to_owned(), after: format!("{after}\n") }
}
