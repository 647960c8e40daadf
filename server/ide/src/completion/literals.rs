//! Inside a literal in the SQL of a model, or in SQL over one: the values of the column that it is compared with.

use super::Request;
use super::item::{CompletionItem, CompletionKind};
use super::sql::{Column, inputs_of, literal, open_literal, operand};
use crate::cursor::context::{Content, Context, Spot};
use crate::sql_text::from_items::{FromItem, Origin, from_items};
use crate::sql_text::source_tables::{columns_of_item, text_of};
use std::collections::BTreeSet;
use viz_check::options_of;
use viz_facts::{Answer, FactStore, KeyedQuestion, Question, SourceSpec};
use viz_project::{ObjectId, Project};
use viz_sql::quote;

/// Values in one list.
const SHOWN: u32 = 200;

/// What to ask so that the values of the column are known with which the literal at the cursor is compared.
pub(super) fn question(
    project: &Project,
    facts: &FactStore,
    context: &Context<'_>,
    (model, source): (ObjectId, &SourceSpec),
) -> Option<KeyedQuestion> {
    let (Spot::Value(content) | Spot::Start { content, .. }) = context.spot else { return None };
    let (file, _) = project.resolve(project.object(model).loc)?;
    let text = project.file(file).document.text();
    let before = text.get(usize::from(content.range.start())..usize::from(context.at))?;
    let name = column_at_end(&before[..open_literal(before)?])?;
    of_table(&from_items(text_of(project, model)).0, &name, source, facts)
}

/// The question for the values of a column of what a query reads.
fn of_table(items: &[FromItem], name: &[String], source: &SourceSpec, facts: &FactStore) -> Option<KeyedQuestion> {
    let (column, of) = name.split_last()?;
    let fits = |item: &&FromItem| of.last().is_none_or(|of| item.name.eq_ignore_ascii_case(of));
    let (table, column) = items.iter().filter(fits).find_map(|item| {
        let (Origin::Table(table) | Origin::Call(table)) = &item.origin else { return None };
        let columns = columns_of_item(source, item, facts);
        let (column, _) = columns.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(column))?;
        Some((table, column))
    })?;
    let column = quote(&column);
    let sql = format!("select distinct {column} from {table} where {column} is not null order by 1");
    Some(Question::Options { source: source.clone(), sql, limit: SHOWN }.into())
}

/// The column that is compared at the end of a text, with its qualifiers.
fn column_at_end(text: &str) -> Option<Vec<String>> {
    let operand = operand(text)?;
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"');
    let start = operand.rfind(|c| !word(c)).map_or(0, |at| at + operand[at..].chars().next().map_or(1, char::len_utf8));
    let parts: Vec<String> = operand[start..].split('.').map(|part| part.trim_matches('"').to_owned()).collect();
    parts.iter().all(|part| !part.is_empty()).then_some(parts)
}

/// The values for the literal at the cursor, if it stands in one: of the source's table, and those of inputs that are made from the
/// same column of the model.
pub(super) fn values(
    request: &Request<'_>,
    content: &Content,
    model: ObjectId,
    source: Option<&SourceSpec>,
) -> Option<Vec<CompletionItem>> {
    let (before, replace) = literal(request, content)?;
    let Some(name) = column_at_end(before) else { return Some(Vec::new()) };
    let (project, facts) = (request.snapshot.project, request.snapshot.facts);
    let items = from_items(text_of(project, model)).0;
    let asked = source.and_then(|source| of_table(&items, &name, source, facts));
    let mut found: Vec<(String, String)> = Vec::new();
    if let Some(Answer::Options(Ok(values))) = asked.and_then(|asked| facts.get(&asked)?.answer().cloned()).as_deref() {
        let of = name.last().map_or("", String::as_str);
        found.extend(values.values.iter().flatten().map(|value| (value.clone(), format!("value of {of}"))));
    }
    let column = Column { model: project.object(model).name_text().to_owned(), name: name.last()?.clone() };
    for input in inputs_of(project, &column) {
        let of = format!("option of {}", project.object(input).name_text());
        let Ok(options) = options_of(project, facts, input, request.snapshot.local()) else { continue };
        found.extend(options.values.iter().map(|value| (value.raw(), of.clone())));
    }
    let mut seen = BTreeSet::new();
    found.retain(|(value, _)| !value.contains('\n') && seen.insert(value.clone()));
    let item = |(value, detail): (String, String)| {
        let written = value.replace('\'', "''");
        CompletionItem::new(value, CompletionKind::Option, replace).detail(detail).insert(written)
    };
    Some(found.into_iter().take(SHOWN as usize).map(item).collect())
}
