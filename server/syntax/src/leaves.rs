//! What a text says piece by piece, without its form: to tell whether an edit lost or changed something.

use crate::tree::{Data, NodeIndex, Value};
use crate::{Document, Style, Typed};
use std::collections::HashSet;
use viz_text::{TextRange, TextSize};

/// A piece of what a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leaf<'a> {
    /// A key that is a scalar.
    Key(&'a str),
    /// A scalar that is a text.
    Text(&'a str),
    /// A scalar that is something else: nothing, a number, a truth value, a date.
    Other(&'a str),
    /// `&name`.
    Anchor(&'a str),
    /// `*name`.
    Alias(&'a str),
    /// With its `#`.
    Comment(&'a str),
}

impl Document {
    /// All of them with their places. What is absent is none.
    pub fn leaves(&self) -> Vec<(TextSize, Leaf<'_>)> {
        let mut out = Vec::new();
        for (number, (segment, tree)) in self.segments().iter().zip(&self.inner.trees).enumerate() {
            let start = segment.range.start();
            let text = self.inner.segment_text(number);
            let source = |range: TextRange| text.get(std::ops::Range::<usize>::from(range)).unwrap_or_default();
            let keys: HashSet<NodeIndex> = tree.entries.iter().map(|entry| entry.key).collect();
            for (index, node) in (0..).zip(&tree.nodes) {
                let leaf = match &node.data {
                    Data::Alias => Leaf::Alias(source(node.range)),
                    Data::Scalar { value, style, source: written } => {
                        let value = match value {
                            Value::Source(range) => source(*range),
                            Value::Owned(text) => text,
                        };
                        match () {
                            () if keys.contains(&index) => Leaf::Key(value),
                            () if *style != Style::Plain => Leaf::Text(value),
                            () if written.is_empty() => continue,
                            () if crate::typed::resolve(value) == Typed::Str => Leaf::Text(value),
                            () => Leaf::Other(value),
                        }
                    }
                    _ => continue,
                };
                out.push((start + node.range.start(), leaf));
            }
            out.extend(tree.anchors.iter().map(|anchor| (start + anchor.range.start(), Leaf::Anchor(&anchor.name))));
            let comment = |range: &TextRange| (start + range.start(), Leaf::Comment(source(*range).trim_end()));
            out.extend(tree.comments.iter().map(comment));
        }
        out.sort();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_without_their_form() {
        let said = |text: &str| -> String {
            let document = Document::parse(text);
            let leaves = document.leaves();
            assert!(leaves.iter().all(|(at, _)| usize::from(*at) <= text.len()));
            leaves.iter().map(|(_, leaf)| format!("{leaf:?} ")).collect()
        };
        let found =
            said("a: # one\n  - b: &x c\n    'd': \"1\"\n  # two\n  - {e: 1, f: *x, g: }\nh: |\n  x # y\n  z\n");
        assert_eq!(
            found,
            "Key(\"a\") Comment(\"# one\") Key(\"b\") Anchor(\"x\") Text(\"c\") Key(\"d\") Text(\"1\") Comment(\"# two\") \
             Key(\"e\") Other(\"1\") Key(\"f\") Alias(\"*x\") Key(\"g\") Key(\"h\") Text(\"x # y\\nz\\n\") "
        );
        assert_eq!(said("a: 'x'\n"), said("a:\n    x\n"));
        assert_ne!(said("a: 'null'\n"), said("a: null\n"));
    }
}
