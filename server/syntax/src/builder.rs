//! From events to a [`Tree`]. Uses its own stack, so the depth of the text costs no stack of ours.

use crate::events::{Event, EventKind, ParseError, Tag, events};
use crate::problem::ProblemKind;
use crate::scalar::Style;
use crate::tree::{AnchorData, Data, EntryData, MAX_NODES, NodeIndex, Tree, Value, range, size};
use crate::typed::{self, Typed};
use std::borrow::Cow;
use std::ops::Range;
use viz_text::{TextRange, TextSize};

/// A piece of a segment that is parsed on its own: from `start`, which may lie behind a `- `, to `end`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Region {
    pub start: usize,
    pub end: usize,
}

/// Maximum number of quoted lines with too little indentation to tolerate in one region.
const MAX_PADDED: usize = 8;

/// Parses a region strictly into the arena. On an error the arena is as before, and the error's offset is one of `text`.
pub(crate) fn parse(tree: &mut Tree, text: &str, region: Region) -> Result<Option<NodeIndex>, ParseError> {
    let line = text[..region.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let prefix = &text[line..region.start];
    let mut source = Source { line, pads: Vec::new() };
    let mut parsed = if prefix.bytes().all(|byte| byte == b' ') {
        Cow::Borrowed(&text[line..region.end])
    } else {
        // Columns count: what stands before the region becomes spaces.
        Cow::Owned(" ".repeat(prefix.len()) + &text[region.start..region.end])
    };
    loop {
        let result = parse_once(tree, text, region, &parsed, &source);
        match result {
            Err(error) if error.quoted_indent && source.pads.len() < MAX_PADDED => {
                // The reference's loader doesn't mind, and white-space there is no content: indent that line.
                let at = error.offset - error.offset.min(column(&parsed, error.offset));
                let width = parsed.lines().map(|line| line.len() - line.trim_start().len()).max().unwrap_or(0) + 4;
                parsed.to_mut().insert_str(at, &" ".repeat(width));
                source.pads.push((at, width));
            }
            Err(error) if error.tight_comment && source.pads.len() < MAX_PADDED => {
                // Nor does it mind this: a space separates them.
                parsed.to_mut().insert(error.offset, ' ');
                source.pads.push((error.offset, 1));
            }
            Err(mut error) => {
                error.offset = source.offset(error.offset).min(region.end);
                return Err(error);
            }
            Ok(root) => return Ok(root),
        }
    }
}

fn column(text: &str, at: usize) -> usize {
    at - text[..at].rfind(['\n', '\r']).map_or(0, |found| found + 1)
}

fn parse_once(
    tree: &mut Tree,
    text: &str,
    region: Region,
    parsed: &str,
    source: &Source,
) -> Result<Option<NodeIndex>, ParseError> {
    let mark = tree.mark();
    let mut builder = Builder { tree, text, source, seen: region.start, stack: Vec::new(), root: None, done: false };
    for event in events(parsed) {
        if builder.tree.nodes.len() > MAX_NODES || builder.tree.too_large {
            builder.tree.too_large = true;
            tree.rewind(&mark);
            return Err(ParseError::syntax(0, "there are too many values"));
        }
        if let Err(error) = event.map(|event| builder.event(event)) {
            tree.rewind(&mark);
            return Err(error);
        }
    }
    Ok(builder.root)
}

/// Where parsed text came from.
struct Source {
    /// Start of the parsed text in the segment's.
    line: usize,
    /// Spaces that were put in, as offset and length, in the order of the text.
    pads: Vec<(usize, usize)>,
}

impl Source {
    fn offset(&self, parsed: usize) -> usize {
        // An offset in a pad becomes its end.
        let added: usize = self.pads.iter().map(|(at, width)| parsed.saturating_sub(*at).min(*width)).sum();
        parsed - added + self.line
    }

    fn range(&self, parsed: &Range<usize>) -> Range<usize> {
        self.offset(parsed.start)..self.offset(parsed.end)
    }
}

struct Builder<'a> {
    tree: &'a mut Tree,
    text: &'a str,
    source: &'a Source,
    /// End of what the events so far covered, in `text`.
    seen: usize,
    stack: Vec<Frame>,
    root: Option<NodeIndex>,
    /// The first document is over.
    done: bool,
}

struct Frame {
    node: NodeIndex,
    flow: bool,
    children: Children,
}

enum Children {
    Mapping { entries: Vec<EntryData>, key: Option<NodeIndex> },
    Sequence(Vec<NodeIndex>),
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>) {
        let Event { kind, range: at, tag } = event;
        let at = self.source.range(&at);
        match kind {
            EventKind::Document => return self.document(&at),
            _ if self.done => {}
            EventKind::MappingStart { flow } => {
                let data = Data::Mapping { first: 0, len: 0, flow };
                self.open(&at, tag, data, flow, Children::Mapping { entries: Vec::new(), key: None });
            }
            EventKind::SequenceStart { flow } => {
                let data = Data::Sequence { first: 0, len: 0, flow };
                self.open(&at, tag, data, flow, Children::Sequence(Vec::new()));
            }
            EventKind::MappingEnd | EventKind::SequenceEnd => self.close(&at),
            EventKind::Scalar { value, style } => {
                let node = self.scalar(&at, &value, style);
                self.tag(node, tag);
                self.check_value(node);
                self.attach(node);
            }
            EventKind::Alias => {
                let node = self.tree.push(range(at.start, at.end), Data::Alias);
                self.tree.aliases.push(node);
                self.attach(node);
            }
            EventKind::Anchor { name } => {
                // The event follows its node, which for scalars was the last one pushed and for collections the open one.
                let node = (self.tree.nodes.len() - 1) as NodeIndex;
                if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
                    let message = "the name of an anchor is made of letters without accents, digits, `-` and `_`";
                    self.tree.problem(ProblemKind::Syntax, range(at.start, at.end), message);
                }
                self.tree.anchors.push(AnchorData { name: name.into(), range: range(at.start, at.end), node });
                return;
            }
            EventKind::Comment => {
                // A comment behind `|` comes before its scalar and must not hide the `|` from `block_header`.
                self.tree.comments.push(range(at.start, at.end));
                return;
            }
        }
        self.seen = self.seen.max(at.end);
    }

    fn document(&mut self, at: &Range<usize>) {
        if self.root.is_some() {
            self.done = true;
            let end = (at.start + 3).min(self.text.len()).max(at.start);
            self.tree.problem(ProblemKind::MultiDocument, range(at.start, end), crate::outline::SECOND_DOCUMENT);
        }
    }

    fn open(
        &mut self,
        at: &Range<usize>,
        tag: Option<(Tag, Range<usize>)>,
        data: Data,
        flow: bool,
        children: Children,
    ) {
        let mut start = at.start;
        if matches!(data, Data::Sequence { flow: false, .. }) && !self.text[start..].starts_with('-') {
            // A list at the column of its key is reported behind its first dash.
            let from = self.seen.min(start);
            start = self.text[from..start].rfind('-').map_or(start, |dash| from + dash);
        }
        let node = self.tree.push(range(start, at.end), data);
        self.tag(node, tag);
        self.stack.push(Frame { node, flow, children });
    }

    fn close(&mut self, at: &Range<usize>) {
        let Some(frame) = self.stack.pop() else { return };
        let mut whole = self.tree.node(frame.node).range;
        let mut cover = |other: TextRange| whole = whole.cover(other);
        if frame.flow && at.end > at.start {
            cover(range(at.start, at.end));
        }
        let data = match frame.children {
            Children::Mapping { mut entries, .. } => {
                for entry in &entries {
                    cover(self.tree.node(entry.key).range);
                    cover(self.tree.node(entry.value).range);
                }
                self.tree.mark_duplicates(self.text, &mut entries);
                let first = self.tree.entries.len() as u32;
                self.tree.entries.extend_from_slice(&entries);
                Data::Mapping { first, len: entries.len() as u32, flow: frame.flow }
            }
            Children::Sequence(items) => {
                for item in &items {
                    cover(self.tree.node(*item).range);
                }
                let first = self.tree.items.len() as u32;
                self.tree.items.extend_from_slice(&items);
                Data::Sequence { first, len: items.len() as u32, flow: frame.flow }
            }
        };
        let node = &mut self.tree.nodes[frame.node as usize];
        (node.range, node.data) = (whole, data);
        self.attach(frame.node);
    }

    fn attach(&mut self, node: NodeIndex) {
        let Some(frame) = self.stack.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        match &mut frame.children {
            Children::Sequence(items) => items.push(node),
            Children::Mapping { entries, key } => match key.take() {
                Some(key) => {
                    entries.push(EntryData { key, value: node, duplicate: false });
                    self.settle_absent(key, node);
                }
                None => {
                    *key = Some(node);
                    let found = self.tree.node(node);
                    let at = usize::from(found.range.start());
                    let absent = self.tree.is_absent(node) && self.text[at..].starts_with(':');
                    if absent && !frame.flow && !self.text[self.seen.min(at)..at].contains('?') {
                        self.tree.problem(ProblemKind::Syntax, range(at, at + 1), "expected a key before `:`");
                        return;
                    }
                    if matches!(found.data, Data::Mapping { .. } | Data::Sequence { .. }) {
                        let message =
                            "a key can't be a list or a mapping; text that starts with `{` or `[` needs quotes";
                        self.tree.problem(ProblemKind::ComplexKey, found.range, message);
                    }
                }
            },
        }
    }

    /// The parser puts an absent value before the `:`; people look for it behind.
    fn settle_absent(&mut self, key: NodeIndex, value: NodeIndex) {
        if !self.tree.is_absent(value) {
            return;
        }
        let end = usize::from(self.tree.node(key).range.end());
        let rest = self.text[end..].trim_start_matches(' ');
        if rest.starts_with(':') {
            let at = TextRange::empty(size(self.text.len() - rest.len() + 1));
            let node = &mut self.tree.nodes[value as usize];
            node.range = at;
            node.data = Data::Scalar { value: Value::Source(at), style: Style::Plain, source: at };
        }
    }

    fn scalar(&mut self, at: &Range<usize>, value: &str, style: Style) -> NodeIndex {
        let (source, shown) = match style {
            Style::Literal | Style::Folded => {
                let header = self.block_header(at.start);
                let end = header + self.text[header..at.end].trim_end().len();
                (range(header, at.end), range(header, end))
            }
            _ => (range(at.start, at.end), range(at.start, at.end)),
        };
        let inner = match style {
            Style::SingleQuoted | Style::DoubleQuoted if source.len() >= TextSize::new(2) => {
                TextRange::new(source.start() + TextSize::new(1), source.end() - TextSize::new(1))
            }
            _ => source,
        };
        let value = if &self.text[inner] == value { Value::Source(inner) } else { Value::Owned(value.into()) };
        self.tree.push(shown, Data::Scalar { value, style, source })
    }

    /// The parser's range of a block scalar starts at its text; its `|` or `>` stands between the last event and that.
    fn block_header(&self, text_start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = self.seen.min(text_start);
        while at <= text_start && at < bytes.len() {
            match bytes[at] {
                b'|' | b'>' => return at,
                b'#' => at += memchr::memchr2(b'\n', b'\r', &bytes[at..]).unwrap_or(bytes.len() - at),
                b'&' | b'!' => {
                    let word = bytes[at..].iter().position(|byte| byte.is_ascii_whitespace());
                    at += word.unwrap_or(bytes.len() - at);
                }
                _ => at += 1,
            }
        }
        // Not seen so far; then the source map of this scalar is coarse.
        text_start
    }

    fn tag(&mut self, node: NodeIndex, tag: Option<(Tag, Range<usize>)>) {
        let Some((tag, at)) = tag else { return };
        self.tree.nodes[node as usize].tag = tag;
        if tag == Tag::Custom {
            let at = self.source.range(&at);
            let at = range(at.start, at.end);
            let message = format!("the tag `{}` is refused by the project loader", &self.text[at]);
            self.tree.problem(ProblemKind::CustomTag, at, message);
        }
    }

    fn check_value(&mut self, node: NodeIndex) {
        let found = self.tree.node(node);
        let Data::Scalar { value, style: Style::Plain, .. } = &found.data else { return };
        if found.tag != Tag::None {
            return;
        }
        let at = found.range;
        match typed::resolve(value.text(self.text)) {
            Typed::Merge => {
                self.tree.problem(ProblemKind::MergeKey, at, "merge keys (`<<`) are refused by the project loader");
            }
            Typed::Equals => {
                let message = "a lone `=` is refused by the project loader; put it in quotes";
                self.tree.problem(ProblemKind::BadValue, at, message);
            }
            Typed::Date | Typed::Timestamp if !typed::date_exists(value.text(self.text)) => {
                let message = format!("`{}` is read as a date that doesn't exist; put it in quotes", &self.text[at]);
                self.tree.problem(ProblemKind::BadValue, at, message);
            }
            _ => {}
        }
    }
}
