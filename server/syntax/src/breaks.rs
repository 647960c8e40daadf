//! Line ends that only YAML 1.1 knows: U+0085, U+2028 and U+2029. The reference's loader ends lines there, the parser and
//! editors don't.

use crate::tree::{Tree, Value};
use std::borrow::Cow;
use viz_text::{TextRange, TextSize};

/// Line ends that only YAML 1.1 knows.
pub(crate) const ODD: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// The text for the parser: with line ends of equal length in place of those, so that all offsets stay.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(ODD) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\u{85}', "\r\n").replace(['\u{2028}', '\u{2029}'], " \r\n"))
}

/// Puts places that lie in the middle of such a line end before it: the tree was read from [`plain`] text.
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
        if let crate::tree::Data::Scalar { value, source, .. } = &mut node.data {
            range(source);
            if let Value::Source(at) = value {
                range(at);
            }
        }
    }
    tree.anchors.iter_mut().for_each(|anchor| range(&mut anchor.range));
    tree.comments.iter_mut().for_each(range);
    tree.problems.iter_mut().for_each(|problem| range(&mut problem.range));
}
