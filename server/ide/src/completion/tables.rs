//! In the SQL of a model: the tables of its source, and the columns of what it reads.

use super::Request;
use super::fields::{columns, type_text};
use super::item::{CompletionItem, CompletionKind};
use super::sql;
use crate::cursor::context::{Content, Spot, context};
use crate::cursor::expected::slot;
use crate::sql_text::from_items::{FromItem, Origin, expects_table, from_items};
use std::collections::BTreeSet;
use viz_check::source_of_model;
use viz_facts::{Answer, Catalog, DataType, FactStore, KeyedQuestion, Question, SourceSpec};
use viz_project::{Body, Kind, ObjectId, Project};
use viz_text::{FileId, TextRange, TextSize};

/// Tables that are listed.
const TABLES: u32 = 1_000;

/// What to ask for completion at this place: nothing, unless it is in the SQL of a model whose source can be asked.
pub fn completion_questions(
    project: &Project,
    facts: &FactStore,
    file: FileId,
    offset: TextSize,
) -> Vec<KeyedQuestion> {
    let context = context(&project.file(file).document, offset);
    if !matches!(context.spot, Spot::Value(_) | Spot::Start { .. }) {
        return Vec::new();
    }
    let Some(slot) = slot(&context).filter(|slot| slot.kind() == Kind::Model && slot.keys.last() == Some(&"sql"))
    else {
        return Vec::new();
    };
    let Some(model) = slot.object(project, file) else { return Vec::new() };
    let Ok(source) = source_of_model(project, model) else { return Vec::new() };
    let tables = tables_question(&source);
    let known = tables_of(&source, facts);
    let (items, _) = from_items(text_of(project, model));
    let described = items.iter().filter_map(|item| describe(&source, item, known.as_deref()));
    tables.into_iter().chain(described).collect()
}

/// Tables, columns, functions and keywords.
pub(super) fn in_model(request: &Request<'_>, content: &Content) -> Vec<CompletionItem> {
    let replace = request.word(content.range);
    let Some(model) = request.slot.object(request.snapshot.project, request.file) else {
        return sql::words(request, replace);
    };
    let source = source_of_model(request.snapshot.project, model).ok();
    let known = source.as_ref().and_then(|source| tables_of(source, request.snapshot.facts));
    let (items, named) = from_items(text_of(request.snapshot.project, model));
    let before = &request.text[TextRange::new(content.range.start(), replace.start())];
    if expects_table(before) {
        let tables = known.into_iter().flatten().map(|table| (table, "table"));
        let named = named.into_iter().map(|query| (query.name, "query of WITH"));
        let table = |(name, what): (String, &str)| {
            CompletionItem::new(name.as_str(), CompletionKind::Table, replace).detail(what).insert(quoted(&name))
        };
        let mut found: Vec<CompletionItem> = named.chain(tables).map(table).collect();
        found.extend(sql::words(request, replace));
        return found;
    }
    let columns_of = |item: &FromItem| match &item.origin {
        Origin::Query(columns) => columns.iter().map(|name| (name.clone(), None)).collect(),
        _ => source.as_ref().map(|source| described(source, item, request.snapshot.facts)).unwrap_or_default(),
    };
    if let Some(alias) = qualifier(before) {
        let of = items.iter().filter(|item| item.name.eq_ignore_ascii_case(&alias));
        return of.flat_map(|item| column_items(item, columns_of(item), replace)).collect();
    }
    let mut found: Vec<CompletionItem> =
        items.iter().flat_map(|item| column_items(item, columns_of(item), replace)).collect();
    // Its own columns may be named behind the select list.
    let own = columns(request, model).into_iter().map(|(name, data_type)| {
        let sql = quoted(&name);
        CompletionItem::new(name, CompletionKind::Column, replace).detail(type_text(data_type.as_ref())).insert(sql)
    });
    found.extend(own);
    let mut seen = BTreeSet::new();
    found.retain(|item| seen.insert(item.label.clone()));
    found.extend(sql::words(request, replace));
    found
}

fn text_of(project: &Project, model: ObjectId) -> &str {
    match &project.object(model).body {
        Body::Model(body) => body.sql.as_ref().map_or("", |sql| sql.text()),
        _ => "",
    }
}

fn column_items(
    item: &FromItem,
    columns: Vec<(String, Option<DataType>)>,
    replace: TextRange,
) -> impl Iterator<Item = CompletionItem> {
    let of = item.name.clone();
    columns.into_iter().map(move |(name, data_type)| {
        let item = CompletionItem::new(name.as_str(), CompletionKind::Column, replace);
        let item = item.detail(type_text(data_type.as_ref())).insert(quoted(&name));
        if of.is_empty() { item } else { item.documentation(format!("column of {}", viz_text::markdown::code(&of))) }
    })
}

/// The name before the dot that the cursor's word follows.
fn qualifier(before: &str) -> Option<String> {
    let name = before.strip_suffix('.')?;
    if let Some(inner) = name.strip_suffix('"') {
        return Some(inner[inner.rfind('"')? + 1..].to_owned());
    }
    let start = name.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    let start = (start..name.len()).find(|at| name.is_char_boundary(*at))?;
    Some(name[start..].to_owned())
}

/// A name as SQL takes it.
pub(super) fn quoted(name: &str) -> String {
    let plain = name.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    let value = ["null", "true", "false"].iter().any(|value| name.eq_ignore_ascii_case(value));
    if plain && !value { name.to_owned() } else { viz_sql::quote(name) }
}

/// The question for the tables of a source; `None` where there are none to list.
fn tables_question(source: &SourceSpec) -> Option<KeyedQuestion> {
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
fn tables_of(source: &SourceSpec, facts: &FactStore) -> Option<Vec<String>> {
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

/// The question for the columns of what is read. Of a table that the source doesn't have, nothing is asked.
fn describe(source: &SourceSpec, item: &FromItem, tables: Option<&[String]>) -> Option<KeyedQuestion> {
    let text = match &item.origin {
        Origin::Call(text) => text,
        Origin::Table(text) => {
            let name = text.replace('"', "");
            let name = name.strip_prefix("main.").unwrap_or(&name);
            tables?.iter().any(|table| table.eq_ignore_ascii_case(name)).then_some(text)?
        }
        Origin::Query(_) => return None,
    };
    Some(Question::Describe { source: source.clone(), sql: format!("select * from {text}") }.into())
}

/// The columns of what is read, as far as they are known.
fn described(source: &SourceSpec, item: &FromItem, facts: &FactStore) -> Vec<(String, Option<DataType>)> {
    let tables = tables_of(source, facts);
    let question = describe(source, item, tables.as_deref());
    match question.and_then(|question| facts.get(&question)?.answer().cloned()).as_deref() {
        Some(Answer::Columns(Ok(columns))) => {
            columns.iter().map(|column| (column.name.clone(), Some(column.data_type.clone()))).collect()
        }
        _ => Vec::new(),
    }
}
