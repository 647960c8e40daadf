//! The tree of one segment: an arena whose ranges are relative to the segment, so that it can move with its text.

use crate::events::Tag;
use crate::problem::ProblemKind;
use crate::scalar::Style;
use viz_text::{TextRange, TextSize, wanted};

/// Index of a node in its [`Tree`].
pub(crate) type NodeIndex = u32;

/// One parsed segment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tree {
    pub nodes: Vec<NodeData>,
    pub entries: Vec<EntryData>,
    pub items: Vec<NodeIndex>,
    /// In the order of the text.
    pub anchors: Vec<AnchorData>,
    /// Aliases in the order of the text.
    pub aliases: Vec<NodeIndex>,
    pub comments: Vec<TextRange>,
    pub problems: Vec<TreeProblem>,
    pub root: Option<NodeIndex>,
    /// Quoted or flow text was open at the end.
    pub unclosed: bool,
    /// It holds more than a tree may, and is not to be used.
    pub too_large: bool,
}

/// A file of more values (keys, scalars, lists and mappings) is not read. In memory each takes a hundred bytes or so, which
/// is many times what it takes in the text.
pub(crate) const MAX_NODES: usize = if cfg!(test) { 400_000 } else { 4_000_000 };

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NodeData {
    pub range: TextRange,
    pub data: Data,
    pub tag: Tag,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    /// A run of [`Tree::entries`].
    Mapping { first: u32, len: u32, flow: bool },
    /// A run of [`Tree::items`].
    Sequence { first: u32, len: u32, flow: bool },
    /// `source` is the text the value was decoded from, with quotes, or from the `|` to the last line end.
    Scalar { value: Value, style: Style, source: TextRange },
    /// `*name`.
    Alias,
    /// Text that couldn't be parsed.
    Error,
}

/// The content of a scalar: mostly it stands in the text as it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Source(TextRange),
    Owned(Box<str>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct EntryData {
    pub key: NodeIndex,
    pub value: NodeIndex,
    pub duplicate: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AnchorData {
    pub name: Box<str>,
    pub range: TextRange,
    pub node: NodeIndex,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TreeProblem {
    pub kind: ProblemKind,
    pub range: TextRange,
    pub message: String,
    /// A line isn't aligned with its neighbours.
    pub alignment: bool,
}

/// Lengths of the arena's parts, to go back to after a failed parse.
pub(crate) struct Mark([usize; 7]);

impl Tree {
    pub fn node(&self, index: NodeIndex) -> &NodeData {
        wanted::step();
        &self.nodes[index as usize]
    }

    pub fn push(&mut self, range: TextRange, data: Data) -> NodeIndex {
        self.nodes.push(NodeData { range, data, tag: Tag::None });
        (self.nodes.len() - 1) as NodeIndex
    }

    /// A null that nobody wrote.
    pub fn push_null(&mut self, at: TextSize) -> NodeIndex {
        let empty = TextRange::empty(at);
        self.push(empty, Data::Scalar { value: Value::Source(empty), style: Style::Plain, source: empty })
    }

    pub fn push_mapping(&mut self, range: TextRange, entries: &[EntryData]) -> NodeIndex {
        let first = self.entries.len() as u32;
        self.entries.extend_from_slice(entries);
        self.push(range, Data::Mapping { first, len: entries.len() as u32, flow: false })
    }

    pub fn push_sequence(&mut self, range: TextRange, items: &[NodeIndex]) -> NodeIndex {
        let first = self.items.len() as u32;
        self.items.extend_from_slice(items);
        self.push(range, Data::Sequence { first, len: items.len() as u32, flow: false })
    }

    pub fn problem(&mut self, kind: ProblemKind, range: TextRange, message: impl Into<String>) {
        self.problems.push(TreeProblem { kind, range, message: message.into(), alignment: false });
    }

    /// All entries of a mapping, also those of failed lines; nothing for other nodes.
    pub fn entries_of(&self, index: NodeIndex) -> &[EntryData] {
        match self.node(index).data {
            Data::Mapping { first, len, .. } => &self.entries[first as usize..][..len as usize],
            _ => &[],
        }
    }

    /// The items of a sequence; nothing for other nodes.
    pub fn items_of(&self, index: NodeIndex) -> &[NodeIndex] {
        match self.node(index).data {
            Data::Sequence { first, len, .. } => &self.items[first as usize..][..len as usize],
            _ => &[],
        }
    }

    /// Whether a node is an absent or empty plain scalar.
    pub fn is_absent(&self, index: NodeIndex) -> bool {
        matches!(&self.node(index).data, Data::Scalar { source, .. } if source.is_empty())
    }

    /// Marks the entries whose key comes again later, and says so.
    pub fn mark_duplicates(&mut self, text: &str, entries: &mut [EntryData]) {
        let mut last = std::collections::HashMap::new();
        for n in (0..entries.len()).rev() {
            let node = self.node(entries[n].key);
            let Data::Scalar { value, .. } = &node.data else { continue };
            let (range, key) = (node.range, value.text(text));
            if last.insert(key.to_owned(), ()).is_some() {
                entries[n].duplicate = true;
                let message = format!("`{key}` is given again further down, and only the last one counts");
                self.problem(ProblemKind::DuplicateKey, range, message);
            }
        }
    }

    pub fn mark(&self) -> Mark {
        Mark([
            self.nodes.len(),
            self.entries.len(),
            self.items.len(),
            self.anchors.len(),
            self.aliases.len(),
            self.comments.len(),
            self.problems.len(),
        ])
    }

    /// Forgets everything pushed since the mark.
    pub fn rewind(&mut self, mark: &Mark) {
        let [nodes, entries, items, anchors, aliases, comments, problems] = mark.0;
        self.nodes.truncate(nodes);
        self.entries.truncate(entries);
        self.items.truncate(items);
        self.anchors.truncate(anchors);
        self.aliases.truncate(aliases);
        self.comments.truncate(comments);
        self.problems.truncate(problems);
    }
}

impl Value {
    /// The content, given the text of the segment.
    pub fn text<'a>(&'a self, segment: &'a str) -> &'a str {
        match self {
            Value::Source(range) => &segment[*range],
            Value::Owned(text) => text,
        }
    }
}

/// A range from byte offsets.
pub(crate) fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(size(start), size(end))
}

/// A size from a byte offset.
pub(crate) fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).expect("texts of 4 GiB and more are refused when a file is read")
}
