//! Spellings of older versions (3.18 of the format reference): what they were, and what replaces them.

use crate::object::Spanned;
use crate::schema::Shape;
use viz_syntax::{Node, NodeKind};

/// A removed key, in words.
pub(crate) struct Removed {
    pub message: String,
    pub help: &'static str,
}

/// What a key of an older version was, in a mapping of this name.
pub(crate) fn removed_key(shape: &Shape, key: &str) -> Option<Removed> {
    let (replaced, help) = match (shape.name, key) {
        ("project", "traces") => ("insights replace traces", "write each trace as an insight: queries are `?{ … }`"),
        ("table", "traces") => ("insights replace traces", "name an insight or a model in `data`"),
        (_, "traces") => ("insights replace traces", "list insights below `insights`"),
        ("project", "selectors") => ("inputs replace selectors", "write each selector as an input"),
        (_, "selector" | "selectors") => {
            ("inputs replace selectors", "show an input in an item, and use its value in the insights")
        }
        _ => return None,
    };
    Some(Removed { message: format!("{} has no `{key}` any more: {replaced}", shape.with_article()), help })
}

/// What replaces a key in the version that doesn't know it.
pub(super) fn instead(shape: &str, key: &str) -> Option<&'static str> {
    match (shape, key) {
        ("script model", "args") => Some("write a source with `seeds`, and a model that selects from the seeded table"),
        ("merge model", "models") => Some("put the tables into one source, for example by its `attach`"),
        _ => None,
    }
}

/// The names that a piece of text of an older version gives.
pub(crate) fn names_in(node: Node<'_>, out: &mut Vec<Spanned>) {
    match node.kind() {
        NodeKind::Mapping => {
            for entry in node.entries() {
                match entry.value.kind() {
                    NodeKind::Scalar if entry.name() == "name" && !entry.value.is_null() => {
                        let text = entry.value.str().unwrap_or_default().to_owned();
                        out.push(Spanned { text, loc: entry.value.loc() });
                    }
                    NodeKind::Sequence => names_in(entry.value, out),
                    _ => {}
                }
            }
        }
        NodeKind::Sequence => node.items().for_each(|item| names_in(item, out)),
        _ => {}
    }
}
