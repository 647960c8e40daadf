//! The tables of a source and their columns, as far as they are known, and what to ask for them.

use crate::sql_text::from_items::{FromItem, Origin};
use viz_facts::{Answer, Catalog, DataType, FactStore, KeyedQuestion, Question, SourceSpec};
use viz_project::{Body, ObjectId, Project};

/// Tables that are listed.
const TABLES: u32 = 1_000;

/// Queries in queries are followed to this depth.
const DEEPEST: usize = 8;

/// The text of a model's query.
pub(crate) fn text_of(project: &Project, model: ObjectId) -> &str {
    match &project.object(model).body {
        Body::Model(body) => body.sql.as_ref().map_or("", |sql| sql.text()),
        _ => "",
    }
}

/// The question for the tables of a source; `None` where there are none to list.
pub(crate) fn tables_question(source: &SourceSpec) -> Option<KeyedQuestion> {
    let sql = match source.catalog() {
        Catalog::DuckDb => {
            "select case when table_schema = 'main' then table_name else table_schema || '.' || table_name end \
             from information_schema.tables where table_catalog = current_database() order by 1"
        }
        Catalog::Sqlite => {
            "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%' order by 1"
        }
        Catalog::Empty | Catalog::Table(_) => return None,
    };
    Some(Question::Options { source: source.clone(), sql: sql.to_owned(), limit: TABLES }.into())
}

/// The tables of a source, as far as they are known.
pub(crate) fn tables_of(source: &SourceSpec, facts: &FactStore) -> Option<Vec<String>> {
    match source.catalog() {
        Catalog::Table(table) => return Some(vec![table.to_owned()]),
        Catalog::Empty => return Some(Vec::new()),
        _ => {}
    }
    match &**facts.get(&tables_question(source)?)?.answer()? {
        Answer::Options(Ok(found)) => Some(found.values.iter().flatten().cloned().collect()),
        _ => None,
    }
}

/// The questions for the columns of what is read. Of a table that the source doesn't have, nothing is asked.
pub(crate) fn describe(source: &SourceSpec, item: &FromItem, tables: Option<&[String]>) -> Vec<KeyedQuestion> {
    let mut out = Vec::new();
    describe_below(source, item, tables, DEEPEST, &mut out);
    out
}

fn describe_below(
    source: &SourceSpec,
    item: &FromItem,
    tables: Option<&[String]>,
    depth: usize,
    out: &mut Vec<KeyedQuestion>,
) {
    match &item.origin {
        Origin::Query { all_of, .. } if depth > 0 => {
            all_of.iter().for_each(|inner| describe_below(source, inner, tables, depth - 1, out));
        }
        Origin::Query { .. } => {}
        _ => out.extend(question_of(source, item, tables)),
    }
}

/// The question for the columns of a table, a call or a file.
fn question_of(source: &SourceSpec, item: &FromItem, tables: Option<&[String]>) -> Option<KeyedQuestion> {
    let text = match &item.origin {
        Origin::Call(text) => text,
        Origin::Table(text) => {
            let name = text.replace('"', "");
            let name = name.strip_prefix("main.").unwrap_or(&name);
            tables?.iter().any(|table| table.eq_ignore_ascii_case(name)).then_some(text)?
        }
        Origin::Query { .. } => return None,
    };
    Some(Question::Describe { source: source.clone(), sql: format!("select * from {text}") }.into())
}

/// The columns of what is read, as far as they are known: those of a query by the names that it gives, and all of what it takes
/// all of.
pub(crate) fn columns_of_item(
    source: &SourceSpec,
    item: &FromItem,
    facts: &FactStore,
) -> Vec<(String, Option<DataType>)> {
    columns_below(source, item, facts, tables_of(source, facts).as_deref(), DEEPEST)
}

fn columns_below(
    source: &SourceSpec,
    item: &FromItem,
    facts: &FactStore,
    tables: Option<&[String]>,
    depth: usize,
) -> Vec<(String, Option<DataType>)> {
    if let Origin::Query { columns, all_of } = &item.origin {
        let inner = all_of.iter().filter(|_| depth > 0);
        let all = inner.flat_map(|inner| columns_below(source, inner, facts, tables, depth - 1));
        let mut found: Vec<(String, Option<DataType>)> = all.collect();
        found.extend(columns.iter().map(|name| (name.clone(), None)));
        return found;
    }
    let question = question_of(source, item, tables);
    match question.and_then(|question| facts.get(&question)?.answer().cloned()).as_deref() {
        Some(Answer::Columns(Ok(columns))) => {
            columns.iter().map(|column| (column.name.clone(), Some(column.data_type.clone()))).collect()
        }
        _ => Vec::new(),
    }
}
