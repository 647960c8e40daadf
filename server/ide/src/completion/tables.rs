//! In the SQL of a model: the tables of its source, and the columns of what it reads.

use super::Request;
use super::fields::{columns, type_text};
use super::item::{CompletionItem, CompletionKind, escape};
use super::{literals, sql};
use crate::cursor::context::{Content, Spot, context};
use crate::cursor::expected::slot;
use crate::sql_text::from_items::{FromItem, expects_table, from_items};
use crate::sql_text::source_tables::{columns_of_item, describe, tables_of, tables_question, text_of};
use std::collections::BTreeSet;
use viz_check::source_of_model;
use viz_facts::{DataType, FactStore, KeyedQuestion};
use viz_project::{Kind, Project};
use viz_text::{FileId, TextRange, TextSize};

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
    let described = items.iter().flat_map(|item| describe(&source, item, known.as_deref()));
    let mut questions: Vec<KeyedQuestion> = tables.into_iter().chain(described).collect();
    questions.extend(literals::question(project, facts, &context, (model, &source)));
    questions
}

/// Tables, columns, functions and keywords.
pub(super) fn in_model(request: &Request<'_>, content: &Content) -> Vec<CompletionItem> {
    let replace = request.word(content.range);
    let Some(model) = request.slot.object(request.snapshot.project, request.file) else {
        return sql::words(request, replace);
    };
    let source = source_of_model(request.snapshot.project, model).ok();
    if let Some(values) = literals::values(request, content, model, source.as_ref()) {
        return values;
    }
    let known = source.as_ref().and_then(|source| tables_of(source, request.snapshot.facts));
    if request.text[content.range].trim().is_empty() {
        return beginnings(known.as_deref(), content.range);
    }
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
    let columns_of = |item: &FromItem| match &source {
        Some(source) => columns_of_item(source, item, request.snapshot.facts),
        None => item.named().map(|name| (name.to_owned(), None)).collect(),
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

/// Queries to begin with: all of a table that is known, or of none yet.
fn beginnings(known: Option<&[String]>, replace: TextRange) -> Vec<CompletionItem> {
    const SHOWN: usize = 12;
    let of_table = |table: &String| {
        let table = quoted(table);
        CompletionItem::new(format!("select * from {table}"), CompletionKind::Snippet, replace)
            .detail("query")
            .snippet(format!("select ${{1:*}} from {}", escape(&table)))
    };
    let mut items: Vec<CompletionItem> = known.unwrap_or_default().iter().take(SHOWN).map(of_table).collect();
    if items.is_empty() {
        let item = CompletionItem::own("select … from …", CompletionKind::Snippet, replace).detail("query");
        items.push(item.insert("select ").snippet("select $1 from $0").filter("select"));
    }
    items
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
