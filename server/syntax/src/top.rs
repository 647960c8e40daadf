//! Top-level entries: the keys of the file with their values, put together from their segments.

use crate::document::{Inner, Segment, SegmentKind};
use crate::node::Node;
use crate::problem::{Problem, ProblemKind};
use crate::tree::{Data, EntryData, Tree};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use viz_text::{Loc, TextRange};

/// Where a top-level entry stands.
#[derive(Debug)]
pub(crate) struct Top {
    segment: u32,
    entry: EntryData,
    /// Segments of the items that follow its header.
    items: Range<u32>,
}

/// A top-level key and its value.
#[derive(Debug, Clone, Copy)]
pub struct TopEntry<'a> {
    pub(crate) doc: &'a Inner,
    pub(crate) index: usize,
}

/// The value of a top-level key.
#[derive(Debug, Clone)]
pub enum TopValue<'a> {
    /// Null or nothing (R-MERGE-03).
    Missing,
    /// The items of a list, block or flow.
    Items(Vec<Node<'a>>),
    /// A mapping, another scalar, or an error.
    Node(Node<'a>),
}

impl<'a> TopEntry<'a> {
    fn top(&self) -> &'a Top {
        &self.doc.tops[self.index]
    }

    /// The key, mostly a scalar.
    pub fn key(&self) -> Node<'a> {
        Node::new(self.doc, self.top().segment, self.top().entry.key)
    }

    /// The key's text; empty for a key that isn't a scalar.
    pub fn name(&self) -> &'a str {
        self.key().str().unwrap_or("")
    }

    /// The value.
    pub fn value(&self) -> TopValue<'a> {
        let top = self.top();
        if !top.items.is_empty() {
            return TopValue::Items(self.items().collect());
        }
        let node = self.node();
        if node.is_null() {
            TopValue::Missing
        } else if node.kind() == crate::NodeKind::Sequence {
            TopValue::Items(node.items().collect())
        } else {
            TopValue::Node(node)
        }
    }

    /// The items of a list value; none for other values.
    pub fn items(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let (doc, top) = (self.doc, self.top());
        let own = top.items.is_empty().then(|| self.node().items()).into_iter().flatten();
        let cut = top.items.clone().flat_map(move |segment| {
            let tree = &doc.trees[segment as usize];
            let items = tree.root.map(|root| tree.items_of(root)).unwrap_or_default();
            items.iter().map(move |item| Node::new(doc, segment, *item))
        });
        own.chain(cut)
    }

    /// The number of items that stand in segments of their own, and each of them.
    pub(crate) fn cut_items(&self) -> (usize, impl Fn(usize) -> Node<'a>) {
        let doc = self.doc;
        let (count, get) = doc.items_in(&self.top().items);
        (count, move |index| {
            let (segment, node) = get(index);
            Node::new(doc, segment, node)
        })
    }

    /// The value as one node, where it stands in one segment; the header's empty value for a list section whose items are segments.
    pub fn node(&self) -> Node<'a> {
        Node::new(self.doc, self.top().segment, self.top().entry.value)
    }

    /// Whether the key comes again later in the file, so that this entry is ignored (R-DISC-09).
    pub fn duplicate(&self) -> bool {
        let name = self.name();
        let later = |index| TopEntry { doc: self.doc, index }.name() == name;
        !name.is_empty() && (self.index + 1..self.doc.tops.len()).any(later)
    }

    /// The place of the key.
    pub fn loc(&self) -> Loc {
        self.key().loc()
    }

    /// Absolute bytes from the key to the end of the value.
    pub fn range(&self) -> TextRange {
        let whole = self.key().range().cover(self.node().range());
        self.top().items.clone().next_back().map_or(whole, |last| {
            let tree = &self.doc.trees[last as usize];
            let end = tree.root.map(|root| Node::new(self.doc, last, root).range());
            end.map_or(whole, |end| whole.cover(end))
        })
    }

    /// Absolute bytes of everything from the key to the next top-level key, with comments and blank lines.
    pub fn full_range(&self) -> TextRange {
        let top = self.top();
        let segment = self.doc.segments[top.segment as usize].range;
        let next = self.doc.tops.get(self.index + 1).filter(|next| next.segment == top.segment);
        let end = next.map_or(segment.end(), |next| Node::new(self.doc, next.segment, next.entry.key).range().start());
        let whole = TextRange::new(self.key().range().start(), end);
        top.items.clone().next_back().map_or(whole, |last| whole.cover(self.doc.segments[last as usize].range))
    }
}

/// The top-level entries of the segments.
pub(crate) fn tops(segments: &[Segment], trees: &[Arc<Tree>]) -> Vec<Top> {
    let mut tops: Vec<Top> = Vec::new();
    for (n, (segment, tree)) in segments.iter().zip(trees).enumerate() {
        let n = n as u32;
        match segment.kind {
            SegmentKind::Item => {
                if let Some(top) = tops.last_mut() {
                    top.items.end = n + 1;
                }
            }
            SegmentKind::Preamble | SegmentKind::Separator => {}
            SegmentKind::Header | SegmentKind::Pair | SegmentKind::Whole => {
                let entries = tree.root.map(|root| tree.entries_of(root)).unwrap_or_default();
                let whole = entries.iter().filter(|entry| tree.node(entry.key).data != Data::Error);
                tops.extend(whole.map(|entry| Top { segment: n, entry: *entry, items: n + 1..n + 1 }));
            }
        }
    }
    tops
}

/// Problems for keys that come again in another segment. Within a segment its tree has them.
pub(crate) fn duplicates(doc: &Inner, problems: &mut Vec<Problem>) {
    let mut last: HashMap<&str, u32> = HashMap::new();
    for index in (0..doc.tops.len()).rev() {
        let entry = TopEntry { doc, index };
        let (name, segment) = (entry.name(), doc.tops[index].segment);
        if name.is_empty() {
            continue;
        }
        if last.insert(name, segment).is_some_and(|later| later != segment) {
            let message = format!("`{name}` is given again further down, and only the last one counts");
            problems.push(Problem { kind: ProblemKind::DuplicateKey, loc: entry.loc(), message });
        }
    }
}
