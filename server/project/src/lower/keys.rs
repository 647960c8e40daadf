//! Keys that are missing, unknown, or called as other programs and other objects call them.

use super::Lowering;
use super::removed::{names_in, removed_key};
use crate::codes::Code;
use crate::problem::{Fix, Problem};
use crate::schema::{Field, Shape, Type};
use crate::similar::{similar, similar_key};
use viz_syntax::{Entry, Node, NodeKind};
use viz_text::{Loc, TextRange, TextSize};

/// What stands for a key in other programs, or in an object of another kind: in a mapping of this name, this key, and the one that
/// is meant.
const OTHER_NAMES: &[(&str, &str, &str)] = &[
    ("model", "query", "sql"),
    ("model", "select", "sql"),
    ("metric", "sql", "expression"),
    ("metric", "expr", "expression"),
    ("dimension", "sql", "expression"),
    ("dimension", "expr", "expression"),
    ("relation", "on", "condition"),
    ("relation", "sql", "condition"),
    ("relation", "expression", "condition"),
    ("source", "file", "database"),
    ("row", "columns", "items"),
    ("row", "charts", "items"),
    ("item", "insight", "chart"),
    ("table", "insight", "data"),
    ("table", "model", "data"),
    ("input", "values", "options"),
];

/// The key that is meant by another name, if there is such a one in the mapping's version of its shape.
fn other_name(shape: &Shape, fields: &[&Field], entry: &Entry<'_>) -> Option<&'static str> {
    let meant =
        OTHER_NAMES.iter().find(|(of, key, _)| *of == shape.name && *key == entry.name()).map(|(.., key)| *key)?;
    // The charts of a row are no items, but items have charts.
    let fits = meant != "items" || entry.value.items().all(|item| item.kind() == NodeKind::Mapping);
    Some(meant).filter(|meant| fits && fields.iter().any(|field| field.name == *meant))
}

/// Whether a key is there under a name that is nearly its own, or that others have for it.
pub(super) fn is_misspelt(shape: &Shape, fields: &[&Field], name: &str, node: Node<'_>) -> bool {
    misspelt(shape, fields, name, node).is_some()
}

/// The entry of a key that is there under another name.
pub(super) fn misspelt<'a>(shape: &Shape, fields: &[&Field], name: &str, node: Node<'a>) -> Option<Entry<'a>> {
    let is_known = |key: &str| fields.iter().any(|field| field.name == key || field.alias == Some(key));
    let meant = |key: &str| similar(key, fields.iter().map(|field| field.name)) == [name];
    node.entries().find(|entry| {
        let key = entry.name();
        !key.is_empty() && !is_known(key) && (meant(key) || other_name(shape, fields, entry) == Some(name))
    })
}

/// The first key of a mapping.
pub(super) fn first_key(node: Node<'_>) -> Loc {
    node.entries().next().map_or_else(|| node.loc(), |entry| entry.key.loc())
}

impl Lowering {
    /// A second `name` in an item of a list, with more keys that come twice: the item ends before it.
    pub(super) fn dash_missing(&mut self, node: Node<'_>) {
        let twice = node.entries().filter(|entry| entry.duplicate).count();
        let mut names = node.entries().filter(|entry| entry.name() == "name" && !entry.value.is_null());
        let (Some(first), Some(second), None) = (names.next(), names.next(), names.next()) else { return };
        if twice < 2 || node.is_flow() || first.key.loc() != first_key(node) {
            return;
        }
        self.out.removed.extend(Self::spanned(first.value));
        let key = second.key.loc();
        let message = "a second `name` stands in one object: is a `- ` missing before it?";
        let dash =
            key.range.start().checked_sub(TextSize::new(2)).map(|start| TextRange::new(start, key.range.start()));
        let problem = Problem::new(Code::DuplicateKey, key, message);
        self.problem(match dash {
            Some(dash) => problem.fix(Fix::replace("put a dash before it", Loc::new(key.segment, dash), "- ")),
            None => problem,
        });
    }

    /// A key that is missing; unless it is there and misspelt, which is told at that key.
    pub(super) fn missing(&mut self, shape: &Shape, fields: &[&Field], field: &Field, node: Node<'_>) {
        if is_misspelt(shape, fields, field.name, node) || is_of_a_range(shape, field.name, node) {
            return;
        }
        let message = format!("{} needs `{}`", shape.with_article(), field.name);
        let loc = node.get("name").map_or_else(|| first_key(node), |name| name.loc());
        self.problem(Problem::new(Code::MissingField, loc, message).help(match field.ty {
            Type::Choice(words) if words.len() <= 12 => format!("add `{}: …`: {}", field.name, words.join(", ")),
            _ => format!("add `{}: …`", field.name),
        }));
    }

    pub(super) fn unknown_key(&mut self, shape: &Shape, fields: &[&Field], node: Node<'_>, entry: &Entry<'_>) {
        let key = entry.name();
        let loc = entry.key.loc();
        let removed = removed_key(shape, key);
        if removed.is_some() {
            names_in(entry.value, &mut self.out.removed);
        }
        let mut problem = Problem::new(Code::UnknownKey, loc, format!("{} has no key `{key}`", shape.with_article()));
        let is_there = |name: &str| node.get(name).is_some();
        let near = match other_name(shape, fields, entry).filter(|meant| !is_there(meant)) {
            Some(meant) => vec![meant.to_owned()],
            None => similar_key(key, fields.iter().map(|field| field.name), is_there),
        };
        if let Some(removed) = removed {
            problem = Problem::new(Code::UnknownKey, loc, removed.message).help(removed.help);
        } else if let Some((help, fix)) = elsewhere(shape, node, entry) {
            problem = problem.help(help);
            problem.fix = fix;
        } else if !near.is_empty() {
            problem = problem.meant(entry.key.text(), &near);
        } else {
            let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
            problem = problem.help(format!("use one of {}", names.join(", ")));
        }
        self.problem(problem);
    }
}

/// What is written in another place or in another form.
fn elsewhere(shape: &Shape, node: Node<'_>, entry: &Entry<'_>) -> Option<(String, Option<Fix>)> {
    let (is_multiple, value) = (node.get("type").and_then(|ty| ty.str()) == Some("multi-select"), entry.value);
    let plain =
        value.str().filter(|text| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c)));
    match (shape.name, entry.name()) {
        ("input", "default") => {
            let shown = plain.unwrap_or("…");
            let default = if is_multiple { format!("values: [{shown}]") } else { format!("value: {shown}") };
            Some((format!("write it below `display`: `display: {{ default: {{ {default} }} }}`"), None))
        }
        ("input", "range") if !is_multiple => Some(("a range needs `type: multi-select`".to_owned(), None)),
        ("model", "source_name") if node.get("source").is_none() => {
            let fixed = format!("source: ref({})", plain?);
            let place = entry.key.loc().cover(value.loc());
            Some((format!("write `{fixed}`"), Some(Fix::replace(format!("write `{fixed}`"), place, fixed))))
        }
        _ => None,
    }
}

/// Whether the options of a single-select are a range, which is told there.
fn is_of_a_range(shape: &Shape, name: &str, node: Node<'_>) -> bool {
    shape.name == "input" && name == "options" && node.get("range").is_some()
}
