//! Line ends that only YAML 1.1 knows: U+0085, U+2028 and U+2029. The reference's loader ends lines there, the parser and
//! editors don't. To it U+0085 is a line feed; the other two stay in a scalar as they are, and are not folded.

use crate::scalar;
use crate::tree::{Data, Tree, Value};
use std::borrow::Cow;
use viz_text::{TextRange, TextSize};

/// Line ends that only YAML 1.1 knows.
pub(crate) const ODD: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Those of them that a scalar keeps.
pub(crate) const KEPT: [char; 2] = ['\u{2028}', '\u{2029}'];

/// The text for the parser: with line ends of equal length in place of those, so that all offsets stay.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(ODD) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\u{85}', "\r\n").replace(['\u{2028}', '\u{2029}'], " \r\n"))
}

/// Puts places that lie in the middle of such a line end before it, and reads scalars that have one anew: the tree was read from
/// [`plain`] text.
pub(crate) fn settle(tree: &mut Tree, text: &str) {
    let offset = |at: TextSize| {
        let mut at = usize::from(at);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        TextSize::new(at as u32)
    };
    let range = |range: &mut TextRange| *range = TextRange::new(offset(range.start()), offset(range.end()));
    for node in &mut tree.nodes {
        range(&mut node.range);
        if let Data::Scalar { value, source, style } = &mut node.data {
            let cut = !text.is_char_boundary(source.end().into());
            range(source);
            if let Value::Source(at) = value {
                range(at);
            }
            if cut {
                *source = TextRange::new(source.start(), source.end() + odd_at(text, source.end()));
            }
            if text[*source].contains(ODD) {
                *value = Value::Owned(scalar::content(text, *source, *style, value.text(text)).into());
            }
        }
    }
    tree.anchors.iter_mut().for_each(|anchor| range(&mut anchor.range));
    tree.comments.iter_mut().for_each(range);
    tree.problems.iter_mut().for_each(|problem| range(&mut problem.range));
}

/// The length of the line end that begins here.
fn odd_at(text: &str, at: TextSize) -> TextSize {
    let next = text[usize::from(at)..].chars().next().filter(|c| ODD.contains(c));
    TextSize::new(next.map_or(0, char::len_utf8) as u32)
}
