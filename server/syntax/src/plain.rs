//! What a YAML loader makes of a node: values without places.

use crate::{Document, Node, NodeKind, TopValue, Typed};
use viz_text::TextRange;

/// A value of YAML as the reference's loader sees it.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    /// Nothing.
    Null,
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Plain>),
    /// Keys with their values, in the order of the text.
    Mapping(Vec<(String, Plain)>),
}

impl Plain {
    /// What a node says.
    pub fn of(node: Node<'_>) -> Self {
        match node.kind() {
            NodeKind::Mapping => {
                let entries = node.entries().filter(|entry| !entry.duplicate);
                Plain::Mapping(entries.map(|entry| (entry.name().to_owned(), Plain::of(entry.value))).collect())
            }
            NodeKind::Sequence => Plain::List(node.items().map(Plain::of).collect()),
            NodeKind::Scalar => Plain::of_scalar(node),
            NodeKind::Alias | NodeKind::Error => Plain::Null,
        }
    }

    fn of_scalar(node: Node<'_>) -> Self {
        let Some(scalar) = node.scalar() else { return Plain::Null };
        match scalar.resolved() {
            Typed::Null => Plain::Null,
            Typed::Bool(value) => Plain::Boolean(value),
            Typed::Int(value) => Plain::Number(value as f64),
            Typed::Float(value) => Plain::Number(value),
            _ => Plain::Text(scalar.value().to_owned()),
        }
    }
}

/// The mapping that stands at a range of a file.
pub fn node_at(document: &Document, range: TextRange) -> Option<Node<'_>> {
    let top = document.entries().find(|entry| entry.full_range().contains_range(range))?;
    let nodes = match top.value() {
        TopValue::Missing => return None,
        TopValue::Items(items) => items,
        TopValue::Node(node) => vec![node],
    };
    let mut node = nodes.into_iter().find(|node| node.range().contains_range(range))?;
    while node.range() != range || node.kind() != NodeKind::Mapping {
        let inside = |node: &Node<'_>| node.range().contains_range(range);
        let next = match node.kind() {
            NodeKind::Mapping => node.entries().map(|entry| entry.value).find(inside),
            NodeKind::Sequence => node.items().find(inside),
            _ => None,
        };
        node = next?;
    }
    Some(node)
}
