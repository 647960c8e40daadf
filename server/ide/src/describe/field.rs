//! What the schema table says of a field, in words.

use crate::cursor::context::{Context, Spot, context};
use crate::cursor::expected::{Slot, fields, object_kind, root, slot_below};
use crate::describe::Hover;
use std::fmt::Write;
use viz_project::schema::{Field, INTERACTION_DOCS, Shape, Type};
use viz_project::{Kind, Project};
use viz_text::{FileId, TextRange, TextSize};

/// The hover over a key that the table knows.
pub(crate) fn hover(project: &Project, file: FileId, offset: TextSize) -> Option<Hover> {
    let document = &project.file(file).document;
    let context = context(document, offset);
    let range = match context.spot {
        Spot::Key(range) => range,
        Spot::Value(content) => return of_value(project, file, &context, document.text(), content.range),
        _ => return None,
    };
    let name = document.text()[range].trim_matches(['"', '\'']);
    let slot = slot_below(root(project, file), &context)?;
    if matches!(slot.ty, Type::Interaction) {
        let (key, doc) = INTERACTION_DOCS.iter().find(|(key, _)| *key == name)?;
        return Some(Hover { range, markdown: format!("**`{key}`** of an interaction · query `?{{…}}`\n\n{doc}") });
    }
    let found = fields(slot.ty, &context.here)?;
    let field = found.into_iter().find(|field| field.name == name || field.alias == Some(name))?;
    Some(Hover { range, markdown: markdown(field, name, &owner(&slot)) })
}

/// The hover over one of the words that a key takes: what the key is for, and the other words.
fn of_value(project: &Project, file: FileId, context: &Context<'_>, text: &str, range: TextRange) -> Option<Hover> {
    let slot = slot_below(root(project, file), context)?;
    let (field, value) = (slot.field?, text[range].trim());
    if !matches!(field.ty, Type::Choice(_) | Type::IntegerChoice(_) | Type::Height) || words(&field.ty).is_none() {
        return None;
    }
    let key = slot.keys.last().filter(|key| field.name == **key || field.alias == Some(**key))?;
    let owner = match slot.keys.as_slice() {
        [.., mapping, _] => format!("`{mapping}`"),
        _ => slot.kind().with_article(),
    };
    let is_word = words(&field.ty).is_some_and(|words| words.contains(&format!("`{value}`")));
    is_word.then(|| Hover { range, markdown: format!("`{value}`\n\n{}", markdown(field, key, &owner)) })
}

/// What a key belongs to.
fn owner(slot: &Slot<'_>) -> String {
    match slot.ty {
        Type::Mapping(Shape { name, .. }) => format!("`{name}`"),
        ty => object_kind(ty, &Default::default()).unwrap_or(Kind::Project).with_article(),
    }
}

fn markdown(field: &Field, written: &str, owner: &str) -> String {
    let mut text = format!("**`{written}`** of {owner} · {}", type_name(&field.ty));
    if field.required {
        text.push_str(" · required");
    }
    if !field.default.is_empty() {
        let _ = write!(text, " · default `{}`", field.default);
    }
    let _ = write!(text, "\n\n{}", field.doc);
    if let Some(words) = words(&field.ty) {
        let _ = write!(text, "\n\nvalues: {words}");
    }
    if let Some(version) = version(field) {
        let _ = write!(text, "\n\n*{version}*");
    }
    if field.alias == Some(written) {
        let _ = write!(text, "\n\nolder spelling of `{}`", field.name);
    }
    text
}

/// The versions that know a field, in words.
pub(crate) fn version(field: &Field) -> Option<String> {
    field.versions.words()
}

/// The words that a value is one of.
fn words(ty: &Type) -> Option<String> {
    let list = |words: Vec<String>| Some(words.join(", "));
    match ty {
        Type::Choice(words) => list(words.iter().map(|word| format!("`{word}`")).collect()),
        Type::IntegerChoice(numbers) => list(numbers.iter().map(|number| format!("`{number}`")).collect()),
        Type::Height => list(viz_project::schema::HEIGHTS.iter().map(|word| format!("`{word}`")).collect()),
        _ => None,
    }
}

/// A type in a word or two.
pub(crate) fn type_name(ty: &Type) -> String {
    match ty {
        Type::Text | Type::Word => "text".into(),
        Type::EnvironmentText => "text, may hold `${env.NAME}`".into(),
        Type::Integer | Type::IntegerFrom(..) => "whole number".into(),
        Type::IntegerBetween(from, to) => format!("whole number from {from} to {to}"),
        Type::HexColor => "colour, `\"#1f77b4\"`".into(),
        Type::Colorway => "palette or list of colours".into(),
        Type::Template => "HTML".into(),
        Type::Boolean => "true or false".into(),
        Type::Choice(words) if words.len() <= 4 => words.join(", "),
        Type::Choice(_) => "one of several words".into(),
        Type::IntegerChoice(_) => "one of several numbers".into(),
        Type::Plain => "value".into(),
        Type::Expression(_) => "SQL".into(),
        Type::Query(_) => "query".into(),
        Type::Evaluation => "expression >{…}".into(),
        Type::Object(kind) => kind.name().into(),
        Type::SourceOfType(ty) => format!("{ty} source"),
        Type::ObjectOrReference(kind, _) => format!("{} or reference", kind.name()),
        Type::TableData => "reference to an insight or a model".into(),
        Type::MarkdownItem => "markdown or reference".into(),
        Type::List(item) => format!("list of {}", type_name(item)),
        Type::Mapping(_) => "mapping".into(),
        Type::Options => "list or query".into(),
        Type::DefaultValues => "list, all or none".into(),
        Type::Props => "plotly properties".into(),
        Type::Layout => "plotly layout".into(),
        Type::Interaction => "filter, split or sort".into(),
        Type::Height => "word or pixels".into(),
        Type::Level => "number or title".into(),
        Type::Anything => String::new(),
    }
}
