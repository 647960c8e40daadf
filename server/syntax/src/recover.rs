//! Parsing of one segment: strictly first; where that fails, its children one by one, so that only the failing lines are
//! lost.

mod stray;
mod words;

use crate::builder::{self, Region};
use crate::document::SegmentKind;
use crate::events::ParseError;
use crate::line;
use crate::problem::ProblemKind;
use crate::scalar::Style;
use crate::tree::{Data, EntryData, NodeIndex, Tree, TreeProblem, range, size};
use std::collections::HashSet;
use viz_text::{TextRange, TextSize};
use words::no_key;

pub(crate) use words::BYTE_ORDER_MARK;

/// Nesting beyond this isn't taken apart any further.
const MAX_DEPTH: usize = 64;

/// The tree of a segment. Never fails.
pub(crate) fn parse_segment(text: &str, kind: SegmentKind) -> Tree {
    let mut tree = Tree::default();
    match kind {
        SegmentKind::Separator => {}
        SegmentKind::Header | SegmentKind::Pair if line::section_without_colon(first_line(text)).is_some() => {
            bare_section(&mut tree, text);
        }
        _ => match builder::parse(&mut tree, text, Region { start: 0, end: text.len() }) {
            Ok(root) => tree.root = root,
            Err(error) => {
                tree.unclosed = error.unclosed;
                recover_all(&mut tree, text, &error, kind);
            }
        },
    }
    if kind == SegmentKind::Preamble
        && let Some(root) = tree.root.filter(|root| !tree.is_absent(*root))
        && tree.problems.is_empty()
    {
        let at = tree.node(root).range;
        let word = text[at].lines().next().unwrap_or_default();
        tree.problem(ProblemKind::Syntax, at, no_key(word));
    }
    if kind == SegmentKind::Header
        && let Some([entry, ..]) = tree.root.map(|root| tree.entries_of(root))
        && !tree.is_absent(entry.value)
        && tree.problems.is_empty()
    {
        let at = tree.node(entry.value).range;
        tree.problem(ProblemKind::Syntax, at, "expected a list item (`- …`) here");
    }
    if tree.too_large {
        return Tree { too_large: true, ..Tree::default() };
    }
    crate::tabs::check(&mut tree, text);
    tidy(&mut tree.problems);
    tree
}

/// A text parsed as one piece, or the error.
pub(crate) fn parse_whole(text: &str) -> Result<Tree, ParseError> {
    let mut tree = Tree::default();
    tree.root = builder::parse(&mut tree, text, Region { start: 0, end: text.len() })?;
    crate::tabs::check(&mut tree, text);
    tidy(&mut tree.problems);
    Ok(tree)
}

fn first_line(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

/// A section's name at column 0 without its `:`.
fn bare_section(tree: &mut Tree, text: &str) {
    let name = line::section_without_colon(first_line(text)).unwrap_or_default();
    let at = range(0, name.len());
    let key = match builder::parse(tree, text, Region { start: 0, end: name.len() }) {
        Ok(Some(key)) => key,
        _ => tree.push(at, Data::Error),
    };
    tree.problem(ProblemKind::Syntax, at, format!("expected `:` after `{name}`"));
    let below = Recovery { text }.content_start(name.len(), text.len());
    let value = match below {
        Some(start) => Recovery { text }.region(tree, Region { start, end: text.len() }, 0),
        None => tree.push_null(size(name.len())),
    };
    let whole = at.cover(tree.node(value).range);
    tree.root = Some(tree.push_mapping(whole, &[EntryData { key, value, duplicate: false }]));
}

fn recover_all(tree: &mut Tree, text: &str, error: &ParseError, kind: SegmentKind) {
    if matches!(kind, SegmentKind::Item | SegmentKind::Pair | SegmentKind::Header) && stray::recover(tree, text) {
        return;
    }
    let recovery = Recovery { text };
    let Some(start) = recovery.content_start(0, text.len()) else {
        let at = error_range(text, error, Region { start: 0, end: text.len() });
        tree.problem(error.kind, at, error.message.clone());
        return;
    };
    tree.root = Some(recovery.children(tree, Region { start, end: text.len() }, error, 0));
    recovery.loose_comments(tree);
    // A key may have been read twice.
    tree.anchors.sort_by_key(|anchor| anchor.range.start());
    tree.anchors.dedup_by_key(|anchor| anchor.range);
    tree.aliases.sort_by_key(|alias| tree.nodes[*alias as usize].range.start());
}

struct Recovery<'t> {
    text: &'t str,
}

/// A line that begins a child.
#[derive(Debug, Clone, Copy)]
struct Child {
    start: usize,
    item: bool,
}

impl Recovery<'_> {
    /// Parses a region whose first character is content; takes it apart where it fails.
    fn region(&self, tree: &mut Tree, region: Region, depth: usize) -> NodeIndex {
        match builder::parse(tree, self.text, region) {
            Ok(Some(node)) => node,
            Ok(None) => tree.push_null(size(region.start)),
            Err(error) => self.children(tree, region, &error, depth),
        }
    }

    /// Takes a region apart that failed with `error`.
    fn children(&self, tree: &mut Tree, region: Region, error: &ParseError, depth: usize) -> NodeIndex {
        let column = self.column(region.start);
        let children = self.split(region, column);
        let Some(first) = children.first().filter(|_| depth < MAX_DEPTH) else {
            return self.failed(tree, region, error);
        };
        let found = tree.problems.len();
        let sequence = first.item;
        let mut entries = Vec::new();
        let mut items = Vec::new();
        for (n, child) in children.iter().enumerate() {
            let end = children.get(n + 1).map_or(region.end, |next| self.line_start(next.start));
            let child_region = Region { start: child.start, end };
            let before = tree.problems.len();
            if sequence {
                self.item(tree, child_region, child.item, &mut items, depth);
            } else {
                self.entry(tree, child_region, &mut entries, depth);
            }
            if tree.problems.len() == before && n > 0 {
                self.check_column(tree, child.start, column);
            }
        }
        if tree.problems.len() == found {
            // Each child is fine alone, and they are aligned.
            tree.problem(error.kind, error_range(self.text, error, region), error.message.clone());
        }
        let whole = self.shown(region);
        if sequence {
            tree.push_sequence(whole, &items)
        } else {
            tree.mark_duplicates(self.text, &mut entries);
            tree.push_mapping(whole, &entries)
        }
    }

    /// The lines of a region that begin a child of the mapping or list whose first child is at its start.
    fn split(&self, region: Region, column: usize) -> Vec<Child> {
        let bytes = self.text.as_bytes();
        let mut children: Vec<Child> = Vec::new();
        let mut at = region.start;
        let mut list = false;
        while at < region.end {
            let next = memchr::memchr(b'\n', &bytes[at..region.end]).map_or(region.end, |found| at + found + 1);
            let (start, indent) = if at == region.start {
                (at, column)
            } else {
                let indent = bytes[at..next].iter().position(|byte| *byte != b' ').unwrap_or(next - at);
                (at + indent, indent)
            };
            at = next;
            let body = &self.text[start..next];
            if body.trim().is_empty() || body.starts_with('#') || indent > column {
                continue;
            }
            if body.starts_with('\t') && !children.is_empty() {
                continue;
            }
            let item = line::is_item(body.as_bytes());
            if children.is_empty() {
                list = item;
            } else if item && !list && indent == column {
                // A list may stand at the column of its key.
                continue;
            } else if list && !item && indent == column && children.last().is_some_and(|last| !last.item) {
                // The next key of what lacks its dash.
                continue;
            }
            children.push(Child { start, item });
        }
        children
    }

    fn entry(&self, tree: &mut Tree, region: Region, entries: &mut Vec<EntryData>, depth: usize) {
        let error = match builder::parse(tree, self.text, region) {
            Ok(Some(node)) if matches!(tree.node(node).data, Data::Mapping { .. }) => {
                entries.extend_from_slice(tree.entries_of(node));
                return;
            }
            Ok(None) => return,
            Ok(Some(_)) => self.no_entry(tree, region, entries),
            Err(error) => error,
        };
        let line_end = self.line_end(region.start).min(region.end);
        let head = &self.text[region.start..line_end];
        let Some(colon) = line::key_colon(head) else {
            // Half a key, and what may be below it.
            let error =
                if head.starts_with(['"', '\'', '[', '{']) { error } else { self.no_entry(tree, region, entries) };
            self.failed_entry(tree, Region { start: region.start, end: line_end }, &error, entries);
            if let Some(start) = self.content_start(line_end, region.end) {
                let below = self.region(tree, Region { start, end: region.end }, depth + 1);
                self.graft(tree, below, entries);
            }
            return;
        };
        let colon = region.start + colon;
        let Ok(Some(key)) = builder::parse(tree, self.text, Region { start: region.start, end: colon }) else {
            self.failed_entry(tree, region, &error, entries);
            return;
        };
        let below = self.content_start(line_end, region.end);
        let inline = self.content_start(colon + 1, line_end);
        let value = match (inline, below) {
            (None, Some(start)) => self.region(tree, Region { start, end: region.end }, depth + 1),
            (None, None) => {
                tree.problem(error.kind, error_range(self.text, &error, region), error.message);
                tree.push_null(size(colon + 1))
            }
            (Some(start), None) => self.failed(tree, Region { start, end: region.end }, &error),
            (Some(start), Some(below)) => {
                let alone = builder::parse(tree, self.text, Region { start: region.start, end: line_end });
                if let Ok(Some(node)) = alone
                    && let [only] = tree.entries_of(node)
                {
                    let only = *only;
                    let below = Region { start: below, end: region.end };
                    entries.extend(self.entry_and_below(tree, only, below, &error, depth));
                    return;
                }
                self.failed(tree, Region { start, end: region.end }, &error)
            }
        };
        entries.push(EntryData { key, value, duplicate: false });
    }

    /// An entry whose line is fine, and deeper lines which then have no business there.
    fn entry_and_below(
        &self,
        tree: &mut Tree,
        entry: EntryData,
        below: Region,
        error: &ParseError,
        depth: usize,
    ) -> Vec<EntryData> {
        let found = tree.problems.len();
        let wanted = self.column(usize::from(tree.node(entry.key).range.start()));
        let node = self.region(tree, below, depth + 1);
        let is_list = matches!(tree.node(node).data, Data::Sequence { .. });
        if tree.problems.len() == found && !self.check_column(tree, below.start, wanted) {
            let between = ParseError::syntax(below.start, "a list item (`- …`) is not allowed between keys");
            let error = if is_list { &between } else { error };
            tree.problem(error.kind, error_range(self.text, error, below), error.message.clone());
        }
        if is_list && wanted == 0 {
            // `insights: x` and then its items: they matter more.
            return vec![EntryData { value: node, ..entry }];
        }
        let mut entries = vec![entry];
        self.graft(tree, node, &mut entries);
        entries
    }

    fn item(&self, tree: &mut Tree, region: Region, dashed: bool, items: &mut Vec<NodeIndex>, depth: usize) {
        if !dashed {
            return items.push(self.undashed(tree, region, depth));
        }
        let error = match builder::parse(tree, self.text, region) {
            Ok(Some(node)) if matches!(tree.node(node).data, Data::Sequence { .. }) => {
                items.extend_from_slice(tree.items_of(node));
                return;
            }
            Ok(None) => return,
            Err(error) => error,
            _ => self.no_item(region),
        };
        let content = self.content_start(region.start + 1, region.end);
        let node = match content {
            Some(start) => {
                let found = tree.problems.len();
                let node = self.region(tree, Region { start, end: region.end }, depth + 1);
                if tree.problems.len() == found {
                    tree.problem(error.kind, error_range(self.text, &error, region), error.message);
                }
                node
            }
            None => self.failed(tree, region, &error),
        };
        items.push(node);
    }

    /// What lacks the dash of an item: its keys are read all the same.
    fn undashed(&self, tree: &mut Tree, region: Region, depth: usize) -> NodeIndex {
        let error = self.no_item(region);
        let first = &self.text[region.start..self.line_end(region.start).min(region.end)];
        if first.starts_with('-') || line::key_colon(first).is_none() {
            return self.failed(tree, region, &error);
        }
        tree.problem(error.kind, error_range(self.text, &error, region), error.message.clone());
        let found = tree.problems.len();
        let node = self.region(tree, region, depth + 1);
        // Its other lines are where they belong behind a dash.
        let mut at = 0;
        tree.problems.retain(|problem| {
            at += 1;
            at <= found || !problem.alignment
        });
        node
    }

    /// A problem for a line that isn't aligned with its neighbours; whether there was one.
    fn check_column(&self, tree: &mut Tree, start: usize, wanted: usize) -> bool {
        let column = self.column(start);
        if column != wanted {
            let word = self.text[start..].split_ascii_whitespace().next().unwrap_or_default().len();
            let message = format!("this line is indented by {column} spaces, the ones beside it by {wanted}");
            tree.problem(ProblemKind::Syntax, range(start, start + word), message);
            tree.problems.last_mut().expect("just pushed").alignment = true;
        }
        column != wanted
    }

    fn no_item(&self, region: Region) -> ParseError {
        let word = self.text[region.start..region.end].lines().next().unwrap_or_default().trim();
        let message = if word.starts_with('-') {
            "a list item needs a space after its `-`".to_owned()
        } else {
            format!("expected a list item (`- …`) here, found `{word}`")
        };
        ParseError::syntax(region.start, message)
    }

    /// Puts what stood deeper than it may among its neighbours.
    fn graft(&self, tree: &mut Tree, node: NodeIndex, entries: &mut Vec<EntryData>) {
        match tree.node(node).data {
            Data::Mapping { .. } => entries.extend_from_slice(tree.entries_of(node)),
            _ => {
                let at = tree.node(node).range;
                let key = tree.push(at, Data::Error);
                let value = tree.push_null(at.end());
                entries.push(EntryData { key, value, duplicate: false });
            }
        }
    }

    /// `entries` are those before.
    fn no_entry(&self, tree: &Tree, region: Region, entries: &[EntryData]) -> ParseError {
        let word = self.text[region.start..region.end].lines().next().unwrap_or_default().trim();
        let message = if line::is_item(word.as_bytes()) {
            "a list item (`- …`) is not allowed between keys".to_owned()
        } else if let Some(Data::Scalar { style: Style::Literal | Style::Folded, .. }) =
            entries.last().map(|entry| &tree.node(entry.value).data)
        {
            "this line is indented less than the block it belongs to".to_owned()
        } else {
            no_key(word)
        };
        ParseError::syntax(region.start, message)
    }

    /// An entry without a usable key: its key is the error node.
    fn failed_entry(&self, tree: &mut Tree, region: Region, error: &ParseError, entries: &mut Vec<EntryData>) {
        let key = self.failed(tree, region, error);
        let value = tree.push_null(tree.node(key).range.end());
        entries.push(EntryData { key, value, duplicate: false });
    }

    fn failed(&self, tree: &mut Tree, region: Region, error: &ParseError) -> NodeIndex {
        let at = error_range(self.text, error, region);
        tree.problem(error.kind, at, error.message.clone());
        tree.push(self.shown(region), Data::Error)
    }

    /// A region without the white-space at its end.
    fn shown(&self, region: Region) -> TextRange {
        range(region.start, region.start + self.text[region.start..region.end].trim_end().len())
    }

    /// Where the next content begins that is neither white-space nor a comment.
    fn content_start(&self, from: usize, end: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let rest = &self.text[at..end];
            at = end - rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}').len();
            if at >= end {
                return None;
            }
            if !self.text[at..].starts_with('#') {
                return Some(at);
            }
            at = self.line_end(at).min(end);
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |found| found + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |found| at + found + 1)
    }

    fn column(&self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// Comments on lines of their own in text that couldn't be parsed.
    fn loose_comments(&self, tree: &mut Tree) {
        let known: HashSet<TextSize> = tree.comments.iter().map(|comment| comment.start()).collect();
        let failed = tree.nodes.iter().filter(|node| node.data == Data::Error).map(|node| node.range);
        let found: Vec<TextRange> = failed.flat_map(|range| self.comment_lines(range)).collect();
        tree.comments.extend(found.into_iter().filter(|comment| !known.contains(&comment.start())));
        tree.comments.sort_by_key(|range| range.start());
        tree.comments.dedup();
    }

    fn comment_lines(&self, within: TextRange) -> impl Iterator<Item = TextRange> {
        let mut at = usize::from(within.start());
        self.text[within].split_inclusive('\n').filter_map(move |line| {
            let body = line.trim_start();
            let start = at + line.len() - body.len();
            at += line.len();
            body.starts_with('#').then(|| range(start, start + body.trim_end().len()))
        })
    }
}

/// The text that an error points at: a word, or for what is never closed the rest of the line. Never empty where the
/// region has text, and never outside of it.
fn error_range(text: &str, error: &ParseError, region: Region) -> TextRange {
    if error.kind == ProblemKind::Tab
        && let Some(at) = text[region.start..region.end].find('\t')
    {
        let start = region.start + at;
        let rest = &text[start..region.end];
        return range(start, start + rest.len() - rest.trim_start_matches('\t').len());
    }
    let shown = region.start + text[region.start..region.end].trim_end().len();
    let mut start = error.offset.clamp(region.start, shown);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = &text[start..shown];
    let blank = rest.len() - rest.trim_start().len();
    let rest = rest.trim_start();
    if rest.is_empty() {
        // The fault shows at the end: point at the last line's text.
        let last = text[region.start..shown].rfind('\n').map_or(region.start, |at| region.start + at + 1);
        let indent = text[last..shown].len() - text[last..shown].trim_start().len();
        return range(last + indent, shown);
    }
    let start = start + blank;
    let line = rest.lines().next().unwrap_or_default().trim_end();
    let word = line.split([' ', '\t']).next().unwrap_or_default();
    range(start, start + if error.whole_line { line.len() } else { word.len() })
}

/// A problem list sorted by place, without a problem said twice.
fn tidy(problems: &mut Vec<TreeProblem>) {
    if problems.iter().any(|problem| problem.kind == ProblemKind::Tab) {
        // What is aligned shows only without the tabs.
        problems.retain(|problem| !problem.alignment);
    }
    problems.sort_by_key(|problem| (problem.range.start(), problem.range.end()));
    problems.dedup();
}
