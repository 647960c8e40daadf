//! Handles into the tree.

use crate::document::Inner;
use crate::events::Tag;
use crate::scalar::{self, Style};
use crate::tree::{Data, EntryData, NodeData, NodeIndex};
use crate::typed::{self, Typed};
use viz_text::{Loc, MappedText, SegmentId, TextRange, TextSize};

/// A node of a document's tree. Aliases are followed by everything but [`loc`](Self::loc), [`range`](Self::range) and
/// [`text`](Self::text), which name the place where the alias stands.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    doc: &'a Inner,
    segment: u32,
    index: NodeIndex,
}

/// Sorts of [`Node`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// Keys and values.
    Mapping,
    /// A list.
    Sequence,
    /// Text, a number, a date, null, ….
    Scalar,
    /// An alias that names nothing, contains itself or is too large to follow.
    Alias,
    /// Text that isn't YAML; [`Node::text`] has it.
    Error,
}

/// A key of a mapping and its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Mostly a scalar.
    pub key: Node<'a>,
    /// Null where nothing stands after the `:`.
    pub value: Node<'a>,
    /// Whether the key comes again later, so that this entry is ignored (R-DISC-09).
    pub duplicate: bool,
}

/// A scalar node.
#[derive(Clone, Copy)]
pub struct Scalar<'a> {
    doc: &'a Inner,
    segment: u32,
    index: NodeIndex,
}

impl<'a> Node<'a> {
    pub(crate) fn new(doc: &'a Inner, segment: u32, index: NodeIndex) -> Self {
        Node { doc, segment, index }
    }

    pub(crate) fn data(self) -> &'a NodeData {
        self.doc.trees[self.segment as usize].node(self.index)
    }

    pub(crate) fn place(self) -> (u32, NodeIndex) {
        (self.segment, self.index)
    }

    /// What the node stands for: itself, or an alias's target.
    pub(crate) fn target(self) -> Node<'a> {
        if self.data().data != Data::Alias {
            return self;
        }
        self.doc.aliases().target(self.place()).map_or(self, |(segment, index)| Node::new(self.doc, segment, index))
    }

    /// What sort of node it is.
    pub fn kind(self) -> NodeKind {
        match self.target().data().data {
            Data::Mapping { .. } => NodeKind::Mapping,
            Data::Sequence { .. } => NodeKind::Sequence,
            Data::Scalar { .. } => NodeKind::Scalar,
            Data::Alias => NodeKind::Alias,
            Data::Error => NodeKind::Error,
        }
    }

    /// Its place. A block collection reaches from its first key or item to the end of its last, a block scalar from its
    /// `|` to the end of its last line with text. An absent value is empty, behind the `:` or `-`.
    pub fn loc(self) -> Loc {
        Loc::new(self.segment_id(), self.data().range)
    }

    /// Its place in absolute bytes.
    pub fn range(self) -> TextRange {
        self.data().range + self.doc.segments[self.segment as usize].range.start()
    }

    /// The segment it stands in.
    pub fn segment_id(self) -> SegmentId {
        self.doc.segments[self.segment as usize].id
    }

    /// Its source text.
    pub fn text(self) -> &'a str {
        &self.doc.text[self.range()]
    }

    /// What a `#` behind an absent value makes a comment, where it looks like that value: no blank follows the `#`.
    pub fn hidden_value(self) -> Option<(Loc, &'a str)> {
        let end = usize::from(self.range().end());
        let line = self.doc.text[end..].lines().next().filter(|_| self.range().is_empty())?;
        let value = line.trim_start();
        let from = end + line.len() - value.len();
        let value = value.split(" # ").next()?.trim_end();
        if value.len() < 2 || !value.starts_with('#') || value[1..].starts_with([' ', '#', '!']) {
            return None;
        }
        let start = self.doc.segments[self.segment as usize].range.start();
        let range = TextRange::at(TextSize::new(from as u32), TextSize::of(value)) - start;
        Some((Loc::new(self.segment_id(), range), value))
    }

    /// Whether it is written with `{…}` or `[…]`.
    pub fn is_flow(self) -> bool {
        matches!(self.target().data().data, Data::Mapping { flow: true, .. } | Data::Sequence { flow: true, .. })
    }

    /// The entries of a mapping, in the order of the text and with duplicates; none for other nodes.
    pub fn entries(self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        self.all_entries().filter(|entry| entry.key.data().data != Data::Error)
    }

    /// The entries with those of failed lines, whose key is the error node.
    pub(crate) fn all_entries(self) -> impl DoubleEndedIterator<Item = Entry<'a>> + use<'a> {
        let Node { doc, segment, index } = self.target();
        let entries = doc.trees[segment as usize].entries_of(index);
        entries.iter().map(move |EntryData { key, value, duplicate }| Entry {
            key: Node::new(doc, segment, *key),
            value: Node::new(doc, segment, *value),
            duplicate: *duplicate,
        })
    }

    /// The value under a key, of duplicates the last one. An entry without a value gives a null node.
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The entry of a key, of duplicates the last one.
    pub fn entry(self, key: &str) -> Option<Entry<'a>> {
        self.all_entries().rev().find(|entry| entry.key.str() == Some(key))
    }

    /// The items of a sequence; none for other nodes.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let Node { doc, segment, index } = self.target();
        doc.trees[segment as usize].items_of(index).iter().map(move |item| Node::new(doc, segment, *item))
    }

    /// The number of items, and each of them.
    pub(crate) fn items_by_number(self) -> (usize, impl Fn(usize) -> Node<'a>) {
        let Node { doc, segment, index } = self.target();
        let items = doc.trees[segment as usize].items_of(index);
        (items.len(), move |at| Node::new(doc, segment, items[at]))
    }

    /// The last entry for whose key something holds that holds for all before it, and for none behind.
    pub(crate) fn last_entry(self, holds: impl Fn(Node<'a>) -> bool) -> Option<Entry<'a>> {
        let Node { doc, segment, index } = self.target();
        let entries = doc.trees[segment as usize].entries_of(index);
        let entry = |entry: EntryData| Entry {
            key: Node::new(doc, segment, entry.key),
            value: Node::new(doc, segment, entry.value),
            duplicate: entry.duplicate,
        };
        let begun = entries.partition_point(|data| holds(entry(*data).key));
        begun.checked_sub(1).map(|last| entry(entries[last]))
    }

    /// Whether it is null as YAML 1.1 has it: nothing, `~`, `null`, `Null`, `NULL`.
    pub fn is_null(self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.resolved() == Typed::Null)
    }

    /// The scalar, if it is one.
    pub fn scalar(self) -> Option<Scalar<'a>> {
        let Node { doc, segment, index } = self.target();
        let is_scalar = matches!(doc.trees[segment as usize].node(index).data, Data::Scalar { .. });
        is_scalar.then_some(Scalar { doc, segment, index })
    }

    /// The comment directly behind a scalar without quotes: from the `#` to the end of the line.
    pub fn comment_behind(self) -> Option<(Loc, &'a str)> {
        self.scalar().filter(|scalar| scalar.style() == Style::Plain)?;
        let behind = self.doc.text[usize::from(self.range().end())..].lines().next()?.trim_end();
        let comment = behind.trim_start();
        (comment.starts_with('#') && comment.len() < behind.len()).then(|| {
            let start = self.data().range.end() + TextSize::of(behind) - TextSize::of(comment);
            (Loc::new(self.segment_id(), TextRange::at(start, TextSize::of(comment))), comment)
        })
    }

    /// The decoded content, if it is a scalar.
    pub fn str(self) -> Option<&'a str> {
        Some(self.scalar()?.value())
    }

    /// The name and place of the anchor (`&name`) that this node has.
    pub fn anchor(self) -> Option<(&'a str, Loc)> {
        let tree = &self.doc.trees[self.segment as usize];
        let found = tree.anchors.iter().find(|anchor| anchor.node == self.index)?;
        Some((&found.name, Loc::new(self.segment_id(), found.range)))
    }
}

impl<'a> Entry<'a> {
    /// The key's text; empty for a key that isn't a scalar.
    pub fn name(&self) -> &'a str {
        self.key.str().unwrap_or("")
    }
}

impl<'a> Scalar<'a> {
    fn parts(&self) -> (&'a str, Style, TextRange, Tag) {
        let node = self.doc.trees[self.segment as usize].node(self.index);
        match &node.data {
            Data::Scalar { value, style, source } => {
                (value.text(self.doc.segment_text(self.segment as usize)), *style, *source, node.tag)
            }
            _ => ("", Style::Plain, node.range, node.tag),
        }
    }

    /// The decoded content.
    pub fn value(&self) -> &'a str {
        self.parts().0
    }

    /// How it is written.
    pub fn style(&self) -> Style {
        self.parts().1
    }

    /// The content and where each byte of it came from. Decoded on demand by our own decoder; where that disagrees with
    /// the parser, the whole is one piece that isn't linear.
    pub fn mapped(&self) -> MappedText {
        let (value, style, source, _) = self.parts();
        let segment = self.segment as usize;
        scalar::mapped(self.doc.segment_text(segment), self.doc.segments[segment].id, source, style, value)
    }

    /// Its type as the reference's YAML 1.1 loader sees it (R-DISC-07). Quoted and block scalars are text, unless a tag
    /// such as `!!int` says otherwise.
    pub fn resolved(&self) -> Typed {
        let (value, style, _, tag) = self.parts();
        match tag {
            Tag::None if style == Style::Plain => typed::resolve(value),
            Tag::Null => Typed::Null,
            Tag::Bool | Tag::Int | Tag::Float | Tag::Timestamp => typed::resolve(value),
            _ => Typed::Str,
        }
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} {:?}", self.kind(), self.range(), self.text())
    }
}

impl std::fmt::Debug for Scalar<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.style(), self.value())
    }
}
