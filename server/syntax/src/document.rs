//! One parsed file.

use crate::alias::Aliases;
use crate::breaks;
use crate::node::Node;
use crate::oracle::{Refusal, oracle};
use crate::outline::{self, Outline, RawSegment};
use crate::problem::{Problem, ProblemKind};
use crate::recover;
use crate::suppression::Suppression;
use crate::top::{Top, TopEntry};
use crate::tree::{NodeIndex, Tree, range, size};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use viz_text::{Loc, SegmentId, TextRange, TextSize};

/// One parsed YAML file: a tree in which each list item of a top-level section is a [`Segment`] of its own. Cheap to
/// clone and immutable.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) inner: Arc<Inner>,
}

/// A run of a document's text that is parsed, cached and named on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Kept while the bytes stay the same.
    pub id: SegmentId,
    /// Absolute bytes. Segments follow each other without gaps.
    pub range: TextRange,
    /// What it holds.
    pub kind: SegmentKind,
}

/// What a [`Segment`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    /// Comments and blank lines before the first key (and what can't be a key).
    Preamble,
    /// The `insights:` line of a list section whose items follow.
    Header,
    /// One list item of a section, with the comments below it.
    Item,
    /// Another top-level key with its value.
    Pair,
    /// A `---` or `...` line between documents.
    Separator,
    /// A text whose root is not a plain block mapping, parsed in one piece.
    Whole,
}

/// How much work the last parse did, for tests of growth and traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Segments taken over from the document before.
    pub segments_reused: usize,
    /// Segments parsed.
    pub segments_parsed: usize,
    /// Bytes of the parsed segments.
    pub bytes_parsed: usize,
}

impl Counters {
    /// Counts one segment of the given number of bytes.
    pub(crate) fn count(&mut self, reused: bool, bytes: usize) {
        if reused {
            self.segments_reused += 1;
        } else {
            self.segments_parsed += 1;
            self.bytes_parsed += bytes;
        }
    }
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub text: Arc<str>,
    pub segments: Vec<Segment>,
    /// One for each segment.
    pub trees: Vec<Arc<Tree>>,
    pub tops: Vec<Top>,
    pub counters: Counters,
    misaligned: Vec<usize>,
    separators: Vec<usize>,
    problems: OnceLock<Vec<Problem>>,
    /// Segment numbers by id.
    by_id: OnceLock<Vec<(SegmentId, u32)>>,
    aliases: OnceLock<Aliases>,
    refusal: OnceLock<Option<Refusal>>,
    suppressions: OnceLock<Vec<Suppression>>,
    /// How many list items stand in the segments before each one, and in all.
    items_before: OnceLock<Vec<u32>>,
}

impl Document {
    /// Parses a text. Never fails: what isn't YAML becomes error nodes and [`problems`](Self::problems).
    pub fn parse(text: &str) -> Document {
        Self::parse_shared(text.into())
    }

    /// As [`parse`](Self::parse), of a text that others hold too: it is not copied.
    pub fn parse_shared(text: Arc<str>) -> Document {
        crate::reuse::parse(text, None)
    }

    /// Parses a text that is mostly that of `self`: segments whose bytes are unchanged keep their id and their tree,
    /// wherever they moved.
    pub fn reparse(&self, text: &str) -> Document {
        self.reparse_shared(text.into())
    }

    /// As [`reparse`](Self::reparse), of a text that others hold too: it is not copied.
    pub fn reparse_shared(&self, text: Arc<str>) -> Document {
        crate::reuse::parse(text, Some(&self.inner))
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The text, to hold it too.
    pub fn shared_text(&self) -> &Arc<str> {
        &self.inner.text
    }

    /// Top-level entries in the order of the text.
    pub fn entries(&self) -> impl Iterator<Item = TopEntry<'_>> {
        (0..self.inner.tops.len()).map(|index| TopEntry { doc: &self.inner, index })
    }

    /// A top-level entry. The last one wins, as in the reference's loader (R-DISC-09).
    pub fn get(&self, key: &str) -> Option<TopEntry<'_>> {
        let index = (0..self.inner.tops.len()).rev().find(|index| {
            let entry = TopEntry { doc: &self.inner, index: *index };
            entry.name() == key
        })?;
        Some(TopEntry { doc: &self.inner, index })
    }

    /// The root node, where the text was parsed in one piece ([`SegmentKind::Whole`]); it may be no mapping.
    pub fn root(&self) -> Option<Node<'_>> {
        let whole = self.inner.segments.first().is_some_and(|segment| segment.kind == SegmentKind::Whole);
        let root = self.inner.trees[0].root.filter(|_| whole)?;
        Some(Node::new(&self.inner, 0, root))
    }

    /// All problems of the text, in its order.
    pub fn problems(&self) -> &[Problem] {
        self.inner.problems.get_or_init(|| self.inner.collect_problems())
    }

    /// The segments with aliases that stand for too much to be followed.
    pub fn segments_not_followed(&self) -> impl Iterator<Item = SegmentId> {
        self.inner.aliases().left_out.iter().map(|segment| self.inner.segments[*segment as usize].id)
    }

    /// What the reference's loader says of the text as a whole, if it refuses it: the tree is made from pieces, and a
    /// fault that the pieces hide must still be found.
    ///
    /// Reads all of the text when first asked (about 0.6 ms for 1,000 lines): ask after a pause.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.inner.refusal.get_or_init(|| oracle(&self.inner.text)).as_ref()
    }

    /// What [`refusal`](Self::refusal) has said before, if it was asked.
    pub fn known_refusal(&self) -> Option<&Refusal> {
        self.inner.refusal.get()?.as_ref()
    }

    /// The comments that silence findings, in the order of the text.
    pub fn suppressions(&self) -> &[Suppression] {
        self.inner.suppressions.get_or_init(|| self.find_suppressions())
    }

    /// Whether both are one and the same: neither was parsed from another text.
    pub fn is(&self, other: &Document) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// The segments, in the order of the text; each byte of the text belongs to exactly one. An empty text has one.
    pub fn segments(&self) -> &[Segment] {
        &self.inner.segments
    }

    /// Absolute bytes of a place; `None` if its segment isn't in this document (any more).
    pub fn range(&self, loc: Loc) -> Option<TextRange> {
        let segment = self.inner.segments[self.inner.segment_number(loc.segment)?];
        Some(loc.range + segment.range.start())
    }

    /// The place of a range of absolute bytes, in the segment that holds its start; the rest of it, if any, is cut off.
    pub fn loc(&self, range: TextRange) -> Loc {
        let segment = self.inner.segments[self.inner.segment_at(range.start())];
        let start = range.start().min(segment.range.end());
        let end = range.end().clamp(start, segment.range.end());
        Loc::new(segment.id, TextRange::new(start, end) - segment.range.start())
    }

    /// Whether a segment is in this document.
    pub fn has_segment(&self, id: SegmentId) -> bool {
        self.inner.segment_number(id).is_some()
    }

    /// Whether there is nothing but white-space, comments and document markers (R-DISC-11).
    pub fn is_empty(&self) -> bool {
        let absent = |tree: &Arc<Tree>| tree.root.is_none_or(|root| tree.is_absent(root));
        self.inner.tops.is_empty() && self.inner.trees.iter().all(absent)
    }

    /// What the last [`parse`](Self::parse) or [`reparse`](Self::reparse) did.
    pub fn counters(&self) -> Counters {
        self.inner.counters
    }
}

impl Inner {
    pub fn new(
        text: Arc<str>,
        segments: Vec<Segment>,
        trees: Vec<Arc<Tree>>,
        outline: Outline,
        counters: Counters,
        refusal: OnceLock<Option<Refusal>>,
    ) -> Inner {
        let tops = crate::top::tops(&segments, &trees);
        Inner {
            text,
            segments,
            trees,
            tops,
            counters,
            misaligned: outline.misaligned,
            separators: outline.separators,
            problems: OnceLock::new(),
            by_id: OnceLock::new(),
            aliases: OnceLock::new(),
            refusal,
            suppressions: OnceLock::new(),
            items_before: OnceLock::new(),
        }
    }

    /// The text of a segment.
    pub fn segment_text(&self, number: usize) -> &str {
        &self.text[self.segments[number].range]
    }

    /// The segment that holds an offset; the last one for the end of the text.
    pub fn segment_at(&self, offset: TextSize) -> usize {
        self.segments.partition_point(|segment| segment.range.end() <= offset).min(self.segments.len() - 1)
    }

    pub fn segment_number(&self, id: SegmentId) -> Option<usize> {
        let index = self.by_id.get_or_init(|| {
            let mut index: Vec<_> = self.segments.iter().enumerate().map(|(n, one)| (one.id, n as u32)).collect();
            index.sort();
            index
        });
        let found = index.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(index[found].1 as usize)
    }

    /// The number of items in some segments, and each of them.
    pub fn items_in(&self, segments: &Range<u32>) -> (usize, impl Fn(usize) -> (u32, NodeIndex)) {
        let before = self.items_before.get_or_init(|| {
            let count = |tree: &Arc<Tree>| tree.root.map_or(0, |root| tree.items_of(root).len()) as u32;
            let counts = self.trees.iter().map(count);
            let sums = counts.scan(0, |sum, count| {
                *sum += count;
                Some(*sum)
            });
            std::iter::once(0).chain(sums).collect()
        });
        let first = before[segments.start as usize];
        let get = move |index: usize| {
            let at = first + index as u32;
            let segment = before.partition_point(|before| *before <= at) - 1;
            let tree = &self.trees[segment];
            let items = tree.root.map(|root| tree.items_of(root)).unwrap_or_default();
            (segment as u32, items[(at - before[segment]) as usize])
        };
        ((before[segments.end as usize] - first) as usize, get)
    }

    pub fn aliases(&self) -> &Aliases {
        self.aliases.get_or_init(|| Aliases::new(self))
    }

    fn collect_problems(&self) -> Vec<Problem> {
        let mut all = Vec::new();
        let at = |start: usize, len: usize| {
            let number = self.segment_at(size(start));
            let segment = self.segments[number];
            let end = (start + len).min(usize::from(segment.range.end()));
            (number, Loc::new(segment.id, range(start, end) - segment.range.start()))
        };
        let mut misaligned = Vec::new();
        for start in &self.misaligned {
            let message = "this list item is not aligned with the first one of its list".to_owned();
            let (number, loc) = at(*start, 1);
            all.push(Problem { kind: ProblemKind::Syntax, loc, message });
            misaligned.push(number);
        }
        for (number, (segment, tree)) in self.segments.iter().zip(&self.trees).enumerate() {
            let problems = tree.problems.iter();
            // Once the item is moved, its lines may fit.
            let problems = problems.filter(|problem| !problem.alignment || !misaligned.contains(&number));
            all.extend(problems.map(|problem| Problem {
                kind: problem.kind,
                loc: Loc::new(segment.id, problem.range),
                message: problem.message.clone(),
            }));
        }
        for start in &self.separators {
            let message = outline::SECOND_DOCUMENT.to_owned();
            let length = outline::marker_length(&self.text[*start..]);
            all.push(Problem { kind: ProblemKind::MultiDocument, loc: at(*start, length).1, message });
        }
        crate::top::duplicates(self, &mut all);
        self.aliases().problems(self, &mut all);
        all.sort_by_key(|problem| {
            let number = self.segment_number(problem.loc.segment);
            (number, problem.loc.range.start(), problem.loc.range.end())
        });
        all
    }
}

/// The segments of a text, unless it must be parsed in one piece; then its tree.
pub(crate) fn cut(text: &str) -> (Outline, Option<Tree>) {
    let plain = breaks::plain(text);
    let outline = outline::outline(&plain);
    if !outline.unusual {
        return (outline, None);
    }
    let whole = RawSegment { start: 0, end: text.len(), kind: SegmentKind::Whole };
    let one = Outline { segments: vec![whole], ..Outline::default() };
    match recover::parse_whole(&plain) {
        Ok(mut tree) => {
            if matches!(plain, Cow::Owned(_)) {
                breaks::settle(&mut tree, text);
            }
            (one, Some(tree))
        }
        // Broken and unusual: the outline is the better recovery where it found anything.
        Err(_) if outline.has_content => (outline, None),
        Err(_) => (one, None),
    }
}

#[cfg(test)]
mod tests;
