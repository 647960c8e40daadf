//! The tables of a source and their columns, as far as they are known, and what to ask for them.

use crate::sql_text::from_items::{FromItem, Origin};
use std::collections::HashSet;
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
    let mut read = Vec::new();
    flatten(item, DEEPEST, &mut HashSet::new(), &mut read);
    read.into_iter().filter_map(|item| question_of(source, item, tables)).collect()
}

/// What an item takes all columns of, and itself behind it. What several queries take is there once.
fn flatten<'a>(item: &'a FromItem, depth: usize, seen: &mut HashSet<*const FromItem>, out: &mut Vec<&'a FromItem>) {
    if let Origin::Query { all_of, .. } = &item.origin
        && depth > 0
        && seen.insert(all_of.as_ptr())
    {
        all_of.iter().for_each(|inner| flatten(inner, depth - 1, seen, out));
    }
    out.push(item);
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
    Some(all_of(source, text))
}

/// The columns of a table, a call or a file, by the text that names it, if they are known.
pub(crate) fn columns_of_relation(
    source: &SourceSpec,
    written: &str,
    facts: &FactStore,
) -> Option<Vec<(String, DataType)>> {
    answered(&all_of(source, written), facts)
}

/// The question for the columns of what a text names.
fn all_of(source: &SourceSpec, written: &str) -> KeyedQuestion {
    Question::Describe { source: source.clone(), sql: format!("select * from {written}") }.into()
}

fn answered(question: &KeyedQuestion, facts: &FactStore) -> Option<Vec<(String, DataType)>> {
    match &**facts.get(question)?.answer()? {
        Answer::Columns(Ok(columns)) => {
            Some(columns.iter().map(|column| (column.name.clone(), column.data_type.clone())).collect())
        }
        _ => None,
    }
}

/// The columns of what is read, as far as they are known: those of a query by the names that it gives, and all of what it takes
/// all of.
pub(crate) fn columns_of_item(
    source: &SourceSpec,
    item: &FromItem,
    facts: &FactStore,
) -> Vec<(String, Option<DataType>)> {
    let (mut read, tables) = (Vec::new(), tables_of(source, facts));
    flatten(item, DEEPEST, &mut HashSet::new(), &mut read);
    read.into_iter().flat_map(|item| known_columns(source, item, facts, tables.as_deref())).collect()
}

/// The columns that a query names, or those of a table, a call or a file.
fn known_columns(
    source: &SourceSpec,
    item: &FromItem,
    facts: &FactStore,
    tables: Option<&[String]>,
) -> Vec<(String, Option<DataType>)> {
    match question_of(source, item, tables).and_then(|question| answered(&question, facts)) {
        Some(columns) => columns.into_iter().map(|(name, data_type)| (name, Some(data_type))).collect(),
        None => item.named().map(|name| (name.to_owned(), None)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql_text::from_items::from_items;

    /// A chain of queries, each of which takes all of the one before twice.
    #[test]
    fn queries_that_double_are_followed_once() {
        let links: Vec<String> =
            (1..60).map(|at| format!("w{at} as (select * from w{}, w{} x)", at - 1, at - 1)).collect();
        let sql = format!("with w0 as (select 1 as a), {} select * from w59, w5, w0", links.join(", "));
        let source = SourceSpec::DuckDbMemory { root: "/p".into() };
        let names = |name: &str| -> Vec<String> {
            let items = from_items(&sql).0;
            let item = items.iter().rfind(|item| item.name == name).expect("it is read");
            columns_of_item(&source, item, &FactStore::new()).into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names("w0"), ["a"]);
        assert_eq!(names("w5"), ["a", "a"], "of both that the first one reads");
        assert!(names("w59").len() < 10, "no deeper than it is followed");
    }
}
