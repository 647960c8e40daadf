//! All nodes of a document, without recursion: what is nested deep takes no stack.

use viz_syntax::{Document, Node, NodeKind};

/// A node and how far in it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// The node.
    pub node: Node<'a>,
    /// Whether it is a key of a mapping that is written in lines.
    pub is_block_key: bool,
    /// What it is made of: keys and values, or items. Nothing for an alias, whose target stands elsewhere.
    pub children: usize,
}

/// Whether it is an alias: what it stands for is seen where that stands.
pub(super) fn is_alias(node: Node<'_>) -> bool {
    node.text().starts_with('*')
}

/// The nodes of a document in the order of the text, each before what it is made of.
pub(super) fn nodes(document: &Document) -> Vec<Seen<'_>> {
    let mut seen = Vec::new();
    let mut open = Vec::new();
    if let Some(root) = document.root().filter(|root| root.kind() != NodeKind::Mapping) {
        below(root, false, &mut seen, &mut open);
        return seen;
    }
    let in_lines = document.root().is_none_or(|root| !root.is_flow());
    if let Some(root) = document.root().filter(|root| root.is_flow()) {
        seen.push(Seen { node: root, is_block_key: false, children: 0 });
    }
    for entry in document.entries() {
        below(entry.key(), in_lines, &mut seen, &mut open);
        let value = entry.node();
        // A list in lines is told by its items, since one is a node, and another, whose items are segments of their own, is not.
        let mut items = entry.items().filter(|_| !is_alias(value) && !value.is_flow()).peekable();
        if items.peek().is_none() {
            below(value, false, &mut seen, &mut open);
        }
        items.for_each(|item| below(item, false, &mut seen, &mut open));
    }
    seen
}

fn below<'a>(node: Node<'a>, is_block_key: bool, seen: &mut Vec<Seen<'a>>, open: &mut Vec<(Node<'a>, bool)>) {
    open.push((node, is_block_key));
    while let Some((node, is_block_key)) = open.pop() {
        let first = open.len();
        if !is_alias(node) {
            let in_lines = !node.is_flow();
            open.extend(node.entries().flat_map(|entry| [(entry.key, in_lines), (entry.value, false)]));
            open.extend(node.items().map(|item| (item, false)));
            open[first..].reverse();
        }
        seen.push(Seen { node, is_block_key, children: open.len() - first });
    }
}
