//! A mapping that stands where a list of such is wanted: what lacks is a dash.

use crate::problem::Fix;
use viz_syntax::{Node, NodeKind};
use viz_text::{Loc, TextRange, TextSize};

/// Makes a mapping the only item of a list: a dash before it and its lines behind that, or brackets around its braces.
pub(crate) fn as_only_item(node: Node<'_>) -> Option<Fix> {
    if node.kind() != NodeKind::Mapping {
        return None;
    }
    let Loc { segment, range } = node.loc();
    let at = |offset: TextSize| Loc::new(segment, TextRange::empty(offset));
    let title = "make it the item of a list";
    if node.is_flow() {
        let edits = vec![(at(range.start()), "[".to_owned()), (at(range.end()), "]".to_owned())];
        return Some(Fix { title: title.into(), edits, safe: false });
    }
    let text = node.text();
    let mut edits = vec![(at(range.start()), "- ".to_owned())];
    for (end, _) in text.match_indices('\n') {
        let line = text[end + 1..].lines().next().unwrap_or_default();
        if !line.trim().is_empty() {
            edits.push((at(range.start() + TextSize::new(end as u32 + 1)), "  ".to_owned()));
        }
    }
    Some(Fix { title: title.into(), edits, safe: false })
}
