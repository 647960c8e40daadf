//! `?{sum(x)}` becomes `?{ sum(x) }`: in the places where the format reads query strings, and blanks around their body count for
//! nothing (R-QS-01). Elsewhere the same text is shown to viewers as it is.

use crate::format::{Reformat, resize};
use viz_syntax::{Document, Node, Style, query_string};
use viz_text::TextRange;

/// The edits in a range.
pub(super) fn edits(document: &Document, range: TextRange) -> Vec<Reformat> {
    let places = places(document).into_iter().filter(|node| range.contains_range(node.range()));
    places.filter_map(|node| blanks(document.text(), node)).flatten().collect()
}

/// The scalars that may be query strings.
fn places(document: &Document) -> Vec<Node<'_>> {
    let items = |section| document.get(section).into_iter().flat_map(|top| top.items().collect::<Vec<_>>());
    let insights = items("insights").flat_map(|insight| [insight.get("props"), insight.get("interactions")]);
    let mut open: Vec<Node<'_>> =
        insights.flatten().chain(items("inputs").filter_map(|input| input.get("options"))).collect();
    let mut found = Vec::new();
    while let Some(node) = open.pop() {
        if super::walk::is_alias(node) {
            continue;
        }
        found.extend(node.scalar().map(|_| node));
        open.extend(node.entries().map(|entry| entry.value).chain(node.items()));
    }
    found
}

/// One blank behind `?{` and one before its `}`; `None` where the text is not on one line as its content has it.
fn blanks(text: &str, node: Node<'_>) -> Option<impl Iterator<Item = Reformat> + use<>> {
    let scalar = node.scalar()?;
    let quotes = match scalar.style() {
        Style::Plain => 0,
        Style::SingleQuoted | Style::DoubleQuoted => 1,
        Style::Literal | Style::Folded => return None,
    };
    let content = scalar.value();
    let query = query_string(content)?.ok()?;
    let start = usize::from(node.range().start()) + quotes;
    if text.get(start..start + content.len()) != Some(content)
        || usize::from(node.range().len()) != content.len() + 2 * quotes
    {
        return None;
    }
    let (begin, end) = (usize::from(query.body.start()), usize::from(query.body.end()));
    let body = &content[begin..end];
    // Blanks there would begin a comment, or end a key.
    if quotes == 0 && (body.starts_with('#') || body.ends_with(':')) {
        return None;
    }
    let brace = end + content[end..].find('}')?;
    let is_spaces = |text: &str| text.bytes().all(|byte| byte == b' ');
    let before = (begin - 2, is_spaces(&content[2..begin]));
    let behind = (brace - end, is_spaces(&content[end..brace]));
    let edit = |(has, spaces): (usize, bool), at: usize| if spaces { resize(start + at, has, 1) } else { None };
    Some([edit(before, 2), edit(behind, end)].into_iter().flatten())
}
