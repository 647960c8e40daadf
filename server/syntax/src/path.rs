//! The nodes around an offset, also where the text between them is white-space: there, the column decides.

use crate::document::{Document, SegmentKind};
use crate::node::{Entry, Node, NodeKind};
use crate::top::TopEntry;
use crate::tree::size;
use viz_text::{TextRange, TextSize};

/// A step from the whole file to the place of an offset.
#[derive(Debug, Clone)]
pub enum PathStep<'a> {
    /// The offset belongs to this top-level entry. The first step, unless a new top-level key would stand there.
    Top(TopEntry<'a>),
    /// … to this item of the list before it.
    Item {
        /// Counted from 0.
        index: usize,
        /// The item.
        node: Node<'a>,
    },
    /// … to this entry of the mapping before it.
    Entry(Entry<'a>),
    /// The offset touches this key, of the entry before it. A last step.
    Key(Node<'a>),
    /// The offset touches this scalar, alias or error node, or stands where an absent value would. A last step.
    Value(Node<'a>),
}

impl Document {
    /// The nodes around an offset, outermost first. On a blank line the column decides what the offset belongs to: the
    /// last step is then the entry or item whose children would stand there. Works in broken text as far as the tree
    /// goes.
    pub fn path_at(&self, offset: TextSize) -> Vec<PathStep<'_>> {
        let mut walk = Walk::new(self, offset);
        let Some(top) = walk.top() else { return walk.steps };
        let key = top.key();
        if !walk.on_content && walk.column == 0 {
            return walk.steps;
        }
        walk.steps.push(PathStep::Top(top));
        if key.range().contains_inclusive(walk.offset) {
            walk.steps.push(PathStep::Key(key));
            return walk.steps;
        }
        let (count, get) = top.cut_items();
        if top.node().is_null() && count > 0 {
            walk.items(count, get, key.range().end());
        } else {
            walk.value(key, top.node());
        }
        walk.steps
    }
}

struct Walk<'a> {
    doc: &'a Document,
    offset: TextSize,
    line_start: usize,
    /// Column of the offset on blank lines and in indentation.
    column: usize,
    /// The line has text at or before the offset.
    on_content: bool,
    steps: Vec<PathStep<'a>>,
}

impl<'a> Walk<'a> {
    fn new(doc: &'a Document, offset: TextSize) -> Self {
        let text = doc.text();
        let mut at = usize::from(offset).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let line_start = text[..at].rfind('\n').map_or(0, |found| found + 1);
        let rest = &text[line_start..];
        let line = rest.lines().next().unwrap_or_default();
        let indent = line.len() - line.trim_start_matches(' ').len();
        let on_content = !line.trim().is_empty() && line_start + indent <= at;
        Walk { doc, offset: size(at), line_start, column: at - line_start, on_content, steps: Vec::new() }
    }

    /// The last top-level entry that starts at or before the offset.
    fn top(&self) -> Option<TopEntry<'a>> {
        let kind = self.doc.segments()[self.doc.inner.segment_at(self.offset)].kind;
        if kind == SegmentKind::Separator {
            return None;
        }
        let doc = &self.doc.inner;
        let begun = |index| TopEntry { doc, index }.key().range().start() <= self.offset;
        first_not(doc.tops.len(), begun).checked_sub(1).map(|index| TopEntry { doc, index })
    }

    fn column_of(&self, offset: TextSize) -> usize {
        let at = usize::from(offset);
        at - self.doc.text()[..at].rfind('\n').map_or(0, |found| found + 1)
    }

    /// Goes on in the value of a key.
    fn value(&mut self, key: Node<'a>, value: Node<'a>) {
        let range = value.range();
        if range.contains_inclusive(self.offset) && is_leaf(value) {
            self.steps.push(PathStep::Value(value));
        } else if range.is_empty() {
            let same_line = usize::from(key.range().end()) >= self.line_start;
            if same_line && self.offset >= range.end() {
                self.steps.push(PathStep::Value(value));
            }
        } else {
            self.collection(value, key.range().end());
        }
    }

    fn collection(&mut self, node: Node<'a>, after: TextSize) {
        if node.range() != node.target().range() || node.range().start() > self.offset {
            // Behind an alias, or before the collection.
            return;
        }
        match node.kind() {
            NodeKind::Mapping => self.mapping(node),
            NodeKind::Sequence => {
                let (count, get) = node.items_by_number();
                if node.is_flow() { self.flow_items(node, count, get) } else { self.items(count, get, after) }
            }
            _ => {}
        }
    }

    fn mapping(&mut self, node: Node<'a>) {
        if node.is_flow() && !inside(node.range(), self.offset) {
            return;
        }
        let column = self.column_of(node.range().start());
        if !node.is_flow() && !self.on_content && self.column < column {
            return;
        }
        let Some(entry) = node.last_entry(|key| key.range().start() <= self.offset) else { return };
        if entry.key.range().contains_inclusive(self.offset) {
            if entry.key.kind() == NodeKind::Error {
                self.steps.push(PathStep::Value(entry.key));
            } else {
                self.steps.extend([PathStep::Entry(entry), PathStep::Key(entry.key)]);
            }
            return;
        }
        let beside =
            if node.is_flow() { self.comma_after(entry.value) } else { !self.on_content && self.column == column };
        if beside || entry.key.kind() == NodeKind::Error {
            return;
        }
        self.steps.push(PathStep::Entry(entry));
        self.value(entry.key, entry.value);
    }

    /// Items of a block list. `after` is where the list's parent ends, for the dash of its first item.
    fn items(&mut self, count: usize, item: impl Fn(usize) -> Node<'a>, after: TextSize) {
        // The last one whose dash stands before the offset: that of an item is in front of it.
        let begun = first_not(count, |index| item(index).range().start() <= self.offset);
        let dash = |index: usize| {
            let after = index.checked_sub(1).map_or(after, |before| item(before).range().end());
            self.dash(after, item(index).range().start())
        };
        let candidates = (begun.saturating_sub(1)..count.min(begun + 1)).rev();
        let Some((index, dash)) = candidates.map(|index| (index, dash(index))).find(|(_, dash)| *dash <= self.offset)
        else {
            return;
        };
        let node = item(index);
        if !self.on_content && self.column <= self.column_of(dash) {
            return;
        }
        self.steps.push(PathStep::Item { index, node });
        if is_leaf(node) || node.range().is_empty() {
            if node.range().contains_inclusive(self.offset) {
                self.steps.push(PathStep::Value(node));
            }
        } else {
            self.collection(node, dash);
        }
    }

    fn flow_items(&mut self, list: Node<'a>, count: usize, item: impl Fn(usize) -> Node<'a>) {
        if !inside(list.range(), self.offset) {
            return;
        }
        let begun = first_not(count, |index| item(index).range().start() <= self.offset);
        let found = begun.checked_sub(1).map(|index| (index, item(index)));
        let Some((index, node)) = found.filter(|(_, node)| !self.comma_after(*node)) else { return };
        self.steps.push(PathStep::Item { index, node });
        if !is_leaf(node) {
            self.collection(node, list.range().start());
        } else if node.range().contains_inclusive(self.offset) {
            self.steps.push(PathStep::Value(node));
        }
    }

    /// Whether a comma stands between a flow value and the offset.
    fn comma_after(&self, value: Node<'a>) -> bool {
        let end = value.range().end();
        end < self.offset && self.doc.text()[TextRange::new(end, self.offset)].contains(',')
    }

    /// The dash of an item: the last one before it, but behind what comes before.
    fn dash(&self, after: TextSize, item: TextSize) -> TextSize {
        let before = TextRange::new(after.min(item), item);
        let gap = &self.doc.text()[before];
        // A dash in a comment is none; the item's own is on the last line with one.
        let line = gap.rfind('\n').map_or(0, |found| found + 1);
        let at = gap[line..].rfind('-').map(|found| line + found).or_else(|| gap.rfind('-'));
        at.map_or(item, |found| before.start() + size(found))
    }
}

/// The first number that doesn't hold; those before it do.
pub(crate) fn first_not(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = (low + high) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

fn is_leaf(node: Node<'_>) -> bool {
    let data = node.data();
    !matches!(data.data, crate::tree::Data::Mapping { .. } | crate::tree::Data::Sequence { .. })
}

fn inside(range: TextRange, offset: TextSize) -> bool {
    range.start() < offset && offset < range.end()
}
