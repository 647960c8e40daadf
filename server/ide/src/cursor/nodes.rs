//! Walks over the nodes of a file, and the scalars of it that hold SQL or references.

use viz_syntax::{Document, Node, NodeKind, TopValue};
use viz_text::{MappedText, TextRange, TextSize};

/// Calls `visit` with each scalar value that touches a range, in the order of the text, and the keys that lead to it.
pub(crate) fn scalars<'a>(
    document: &'a Document,
    within: Option<TextRange>,
    visit: &mut dyn FnMut(&[&'a str], Node<'a>),
) {
    let mut keys = Vec::new();
    for entry in document.entries() {
        if !touches(within, entry.full_range()) {
            continue;
        }
        keys.push(entry.name());
        match entry.value() {
            TopValue::Missing => {}
            TopValue::Items(items) => items.into_iter().for_each(|item| node(item, within, &mut keys, visit)),
            TopValue::Node(value) => node(value, within, &mut keys, visit),
        }
        keys.pop();
    }
}

fn touches(within: Option<TextRange>, range: TextRange) -> bool {
    within.is_none_or(|within| within.intersect(range).is_some())
}

fn node<'a>(
    value: Node<'a>,
    within: Option<TextRange>,
    keys: &mut Vec<&'a str>,
    visit: &mut dyn FnMut(&[&'a str], Node<'a>),
) {
    // What an alias stands for is visited where it is written.
    if value.text().starts_with('*') || !touches(within, value.range()) {
        return;
    }
    match value.kind() {
        NodeKind::Mapping => {
            for entry in value.entries() {
                keys.push(entry.name());
                node(entry.value, within, keys, visit);
                keys.pop();
            }
        }
        NodeKind::Sequence => value.items().for_each(|item| node(item, within, keys, visit)),
        NodeKind::Scalar => visit(keys, value),
        NodeKind::Alias | NodeKind::Error => {}
    }
}

/// What a scalar holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// SQL as a whole: of a model, a metric, a dimension, a relation.
    Sql,
    /// A query `?{…}`.
    Query,
    /// Text with references.
    Text,
}

/// A scalar with SQL or references in it.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// Its content, with the places of its bytes.
    pub text: MappedText,
    /// The SQL in it; empty for text.
    pub body: TextRange,
    /// What it holds.
    pub content: Content,
}

/// The scalars of a file that hold SQL or references and touch a range, in the order of the text.
pub(crate) fn pieces(document: &Document, within: Option<TextRange>) -> Vec<Piece> {
    let mut out = Vec::new();
    scalars(document, within, &mut |keys, node| out.extend(piece(keys, node)));
    out
}

/// A scalar as a piece, if it is one.
pub(crate) fn piece(keys: &[&str], node: Node<'_>) -> Option<Piece> {
    let scalar = node.scalar()?;
    let value = scalar.value();
    let is_sql = matches!(keys, [.., "sql" | "expression"] | ["relations", .., "condition"]);
    let content = if is_sql {
        Content::Sql
    } else if value.trim_start().starts_with("?{") {
        Content::Query
    } else if value.contains("ref(") {
        Content::Text
    } else {
        return None;
    };
    let text = scalar.mapped();
    let body = match content {
        Content::Sql => TextRange::up_to(text.len()),
        Content::Query => query_body(text.text()),
        Content::Text => TextRange::empty(TextSize::new(0)),
    };
    Some(Piece { text, body, content })
}

/// The SQL of a query string, also of one that isn't closed.
fn query_body(content: &str) -> TextRange {
    let size = |at: usize| TextSize::new(at as u32);
    if let Some(Ok(query)) = viz_syntax::query_string(content) {
        return query.body;
    }
    let start = content.find("?{").map_or(content.len(), |at| at + 2);
    // The last brace ends it, unless that is the brace of a reference.
    let end = content.rfind('}').filter(|brace| {
        *brace >= start
            && content[start..*brace].rfind("${").is_none_or(|open| content[start + open..*brace].contains('}'))
    });
    TextRange::new(size(start), size(end.unwrap_or(content.len()).max(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_of_queries_that_are_not_closed() {
        for (content, body) in
            [("?{ a }", "a"), ("?{ a ${ref(b).c}", " a ${ref(b).c}"), ("?{", ""), ("?{ a } b", " a "), (" ?{ x", " x")]
        {
            assert_eq!(&content[query_body(content)], body, "{content}");
        }
    }
}
