//! In SQL outside of references: columns of the models that are used here, functions, keywords, and inside a literal the
//! options of the inputs that its column is compared with.

use super::Request;
use super::fields::{columns, type_text};
use super::item::{CompletionItem, CompletionKind};
use super::tables::quoted;
use crate::cursor::context::Content;
use crate::sql_text::functions::functions;
use crate::sql_text::keywords::{KEYWORDS, is_keyword};
use std::collections::BTreeSet;
use viz_check::options_of;
use viz_facts::DataType;
use viz_project::{Body, Kind, ObjectId, Options, Project, Resolution};
use viz_syntax::{is_referable, references};
use viz_text::{TextRange, TextSize};

/// Options, and columns of all models, in one list.
const SHOWN: usize = 200;

/// Columns of the models that the object refers to already, each as a whole reference. The first property of an insight refers to
/// none yet: columns of all models that have what is typed in their names.
pub(super) fn qualified(request: &Request<'_>, content: &Content, replace: TextRange) -> Vec<CompletionItem> {
    let mut items = Vec::new();
    let project = request.snapshot.project;
    let typed = request.text[TextRange::new(replace.start(), request.offset)].to_ascii_lowercase();
    let mut models = models(request, content);
    let is_first = models.is_empty() && request.slot.kind() == Kind::Insight;
    if is_first {
        models = project.of_kind(Kind::Model).collect();
        // A list of everything is no help.
        if typed.is_empty() && models.len() > 1 {
            return items;
        }
    }
    let fits = |column: &str| !is_first || column.to_ascii_lowercase().contains(&typed);
    for model in models {
        if is_first && items.len() >= SHOWN {
            break;
        }
        let name = project.object(model).name_text();
        // Others can't be referred to (S-06).
        let referable = columns(request, model).into_iter().filter(|(column, _)| is_referable(column) && fits(column));
        items.extend(referable.map(|(column, data_type)| {
            CompletionItem::new(format!("{name}.{column}"), CompletionKind::Column, replace)
                .detail(type_text(data_type.as_ref()))
                .insert(format!("${{ref({name}).{column}}}"))
                .filter(column)
        }));
    }
    items
}

/// The same by their own names.
pub(super) fn bare(request: &Request<'_>, content: &Content, replace: TextRange) -> Vec<CompletionItem> {
    models(request, content).into_iter().flat_map(|model| own_columns(request, model, replace)).collect()
}

/// The models that the object refers to.
fn models(request: &Request<'_>, content: &Content) -> BTreeSet<ObjectId> {
    let project = request.snapshot.project;
    let owner = request.slot.object(project, request.file);
    let uses = owner.into_iter().flat_map(|owner| &project.object(owner).uses).map(|found| found.name.clone());
    // What is being typed may not be read as a query yet.
    let here = references(&request.text[content.range]).into_iter().map(|found| found.name);
    let mut models = BTreeSet::new();
    for name in uses.chain(here) {
        if let Resolution::Object(id) = project.names().resolve(&name) {
            models.extend((project.object(id).kind == Kind::Model).then_some(id));
        }
    }
    models
}

/// The columns that a model's query has, by their own names.
pub(super) fn own_columns(request: &Request<'_>, model: ObjectId, replace: TextRange) -> Vec<CompletionItem> {
    let item = |(name, data_type): (String, Option<DataType>)| {
        let sql = quoted(&name);
        CompletionItem::new(name, CompletionKind::Column, replace).detail(type_text(data_type.as_ref())).insert(sql)
    };
    columns(request, model).into_iter().map(item).collect()
}

/// Functions and keywords that begin like the word at the cursor; none while there is no word.
pub(super) fn words(request: &Request<'_>, replace: TextRange) -> Vec<CompletionItem> {
    let typed = request.text[TextRange::new(replace.start(), request.offset)].to_ascii_lowercase();
    let Some(first) = typed.chars().next().filter(|c| c.is_alphabetic() || *c == '_') else { return Vec::new() };
    let fits = |word: &str| word.starts_with(first) || (typed.len() > 2 && word.contains(&typed));
    let called = request.text[usize::from(replace.end())..].starts_with('(');
    let mut items: Vec<CompletionItem> = KEYWORDS
        .iter()
        .filter(|word| word.starts_with(&typed))
        .map(|word| CompletionItem::own(*word, CompletionKind::Keyword, replace))
        .collect();
    items.extend(functions().iter().filter(|function| fits(function.name)).map(|function| {
        let item = CompletionItem::own(function.name, CompletionKind::Function, replace)
            .detail(function.signatures.first().copied().unwrap_or_default());
        if called { item } else { item.snippet(format!("{}($0)", function.name)).insert(format!("{}(", function.name)) }
    }));
    items
}

/// Behind a whole expression in a sort: its directions.
pub(super) fn directions(request: &Request<'_>, content: &Content, replace: TextRange) -> Option<Vec<CompletionItem>> {
    let before = &request.text[TextRange::new(content.range.start(), replace.start())];
    let body = before.trim_start().strip_prefix("?{")?;
    let expression = body.trim_end();
    let is_closed = expression.matches('(').count() == expression.matches(')').count();
    let last = expression.rsplit(|c: char| c.is_whitespace() || c == ',').next().unwrap_or_default();
    let is_whole = expression.ends_with(['}', ')', '"', '\''])
        || last.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) && !is_keyword(last);
    if last.is_empty() || !is_closed || !is_whole || body.len() == expression.len() {
        return None;
    }
    let words = ["asc", "desc", "asc nulls last", "desc nulls last"];
    Some(words.iter().map(|word| CompletionItem::own(*word, CompletionKind::Keyword, replace)).collect())
}

/// Inside a literal that a column is compared with: the options of the inputs that belong to the column.
pub(super) fn options(request: &Request<'_>, content: &Content) -> Option<Vec<CompletionItem>> {
    let (text, replace) = literal(request, content)?;
    let column = compared(text)?;
    let mut seen = BTreeSet::new();
    let mut items = Vec::new();
    for input in inputs_of(request.snapshot.project, &column) {
        let name = request.snapshot.project.object(input).name_text();
        let Ok(found) = options_of(request.snapshot.project, request.snapshot.facts, input, request.snapshot.local())
        else {
            continue;
        };
        for value in found.values.iter().map(viz_check::Value::raw).filter(|value| !value.contains('\n')) {
            if seen.insert(value.clone()) {
                let quoted = value.replace('\'', "''");
                let item = CompletionItem::new(value, CompletionKind::Option, replace);
                items.push(item.detail(format!("option of {name}")).insert(quoted));
            }
        }
    }
    items.truncate(SHOWN);
    Some(items)
}

/// What stands before the literal at the cursor, and the place of what is in it.
pub(super) fn literal<'b>(request: &'b Request<'_>, content: &Content) -> Option<(&'b str, TextRange)> {
    // In a scalar with single quotes those of SQL are doubled: there they can't be told from closed ones.
    if content.quote == Some('\'') {
        return None;
    }
    let (text, at) = request.content(content);
    let open = open_literal(&text[..usize::from(at)])?;
    let rest = &text[usize::from(at)..];
    let end = usize::from(at) + rest.find(['\'', '\n']).unwrap_or(rest.len());
    let inside = TextRange::new(TextSize::new(open as u32 + 1), TextSize::new(end as u32));
    Some((&text[..open], inside + content.range.start()))
}

/// Where the literal that is open at the end of a text begins.
pub(super) fn open_literal(text: &str) -> Option<usize> {
    let mut open = None;
    for (at, c) in text.char_indices() {
        if c == '\'' {
            open = if open.is_some() { None } else { Some(at) };
        }
    }
    open
}

/// A column of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub model: String,
    pub name: String,
}

/// What stands before a comparison at the end of a text.
pub(super) fn operand(text: &str) -> Option<&str> {
    // Of a list, what stands before it.
    let mut rest = text.trim_end();
    if let Some(list) = rest.rfind('(').filter(|list| rest[..*list].trim_end().to_ascii_lowercase().ends_with(" in")) {
        rest = rest[..list].trim_end();
    }
    let lower = rest.to_ascii_lowercase();
    let operators = ["<>", "!=", "<=", ">=", "==", "=", "<", ">", " not in", " in", " not like", " like", " ilike"];
    let operator = operators.iter().find(|operator| lower.ends_with(*operator))?;
    Some(rest[..rest.len() - operator.len()].trim_end())
}

/// The column before a comparison at the end of a text.
fn compared(text: &str) -> Option<Column> {
    let before = operand(text)?;
    let found = references(before).pop().filter(|found| usize::from(found.range.end()) == before.len())?;
    Some(Column { model: found.name, name: found.path? })
}

/// The inputs that belong to a column: their options are selected from it, or some insight compares it with them.
pub(super) fn inputs_of(project: &Project, column: &Column) -> Vec<ObjectId> {
    let mut out = BTreeSet::new();
    for id in project.ids() {
        match &project.object(id).body {
            Body::Input(input) => {
                let Options::Query(query) = &input.options else { continue };
                let of_model = references(query.body()).iter().any(|found| found.name == column.model);
                let selected = crate::sql_text::select_list::column_place(query.body(), &column.name).is_some();
                out.extend((of_model && selected).then_some(id));
            }
            Body::Insight(insight) => {
                for statement in &insight.statements {
                    let found = references(statement.query.body());
                    for pair in found.windows(2) {
                        let is_column = pair[0].name == column.model
                            && pair[0].path.as_deref().is_some_and(|path| path.eq_ignore_ascii_case(&column.name));
                        if let (true, Resolution::Object(input)) = (is_column, project.names().resolve(&pair[1].name)) {
                            out.extend((project.object(input).kind == Kind::Input).then_some(input));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_literal_is_compared_with() {
        for (text, expected) in [
            ("?{ ${ref(a).b} = ", Some("b")),
            ("?{ x and ${ref(a).b} not in ('x', ", Some("b")),
            ("?{ ${ref(a).b} LIKE ", Some("b")),
            ("?{ ${ref(a).b} || ", None),
            ("?{ ${ref(a).b} + 1 = ", None),
            ("?{ b = ", None),
        ] {
            assert_eq!(compared(text).map(|column| column.name).as_deref(), expected, "{text}");
        }
    }
}
