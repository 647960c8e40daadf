//! Parsing with and without an older document to take segments from.

use crate::breaks;
use crate::document::{self, Counters, Document, Inner, Segment, SegmentKind};
use crate::oracle::oracle;
use crate::outline::RawSegment;
use crate::problem::ProblemKind;
use crate::recover;
use crate::tree::{MAX_NODES, Tree, range};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use viz_text::SegmentId;

/// Parses `text`, taking from `old` every segment with the same bytes and kind.
pub(crate) fn parse(text: Arc<str>, old: Option<&Arc<Inner>>) -> Document {
    let (mut outline, mut whole) = document::cut(&text);
    let raw = std::mem::take(&mut outline.segments);
    let budget = Budget::default();
    let (mut ahead, refusal) = if old.is_none() && raw.len() > MANY {
        let each = || raw.par_iter().map(|raw| Some(budget.parse(&text[raw.start..raw.end], raw.kind)));
        let (trees, refusal) = rayon::join(|| each().collect(), || oracle(&text));
        (trees, OnceLock::from(refusal))
    } else {
        (Vec::new(), OnceLock::new())
    };
    let mut counters = Counters::default();
    let mut segments = Vec::with_capacity(raw.len());
    let mut trees = Vec::with_capacity(raw.len());
    let mut pool = old.map(|old| Pool::new(old, &text, &raw));
    let mut n = 0;
    let (mut failed_joins, mut nodes) = (0, 0);
    while n < raw.len() {
        let RawSegment { start, mut end, kind } = raw[n];
        let known = pool.as_mut().and_then(|pool| pool.take(n, kind, &text[start..end]));
        let reused = known.is_some();
        let (mut id, mut tree) = known.unwrap_or_else(|| {
            let ready = whole.take().or_else(|| ahead.get_mut(n).and_then(Option::take));
            let tree = ready.unwrap_or_else(|| budget.parse(&text[start..end], kind));
            (SegmentId::fresh(), Arc::new(tree))
        });
        n += 1;
        nodes += tree.nodes.len();
        if nodes > MAX_NODES || tree.too_large || budget.is_spent() {
            return too_large(text, counters);
        }
        counters.count(reused, end - start);
        if tree.unclosed && failed_joins < MAX_FAILED_JOINS {
            if let Some(joined) = join(&text, &raw[n - 1..], pool.as_mut()) {
                n += joined.more;
                end = joined.end;
                counters.count(joined.reused, end - start);
                (id, tree) = (joined.id, joined.tree);
            } else {
                failed_joins += 1;
            }
        }
        segments.push(Segment { id, range: range(start, end), kind });
        trees.push(tree);
    }
    // What looked like a list item in quotes isn't one.
    outline.misaligned.retain(|at| {
        let number = segments.partition_point(|segment| usize::from(segment.range.start()) <= *at) - 1;
        text[usize::from(segments[number].range.start())..*at].trim().is_empty()
    });
    if let Some(old) = old {
        rename_alias_users(old, &mut segments, &trees);
    }
    Document { inner: Arc::new(Inner::new(text, segments, trees, outline, counters, refusal)) }
}

/// How many values the segments parsed so far hold: after too many, the others are not worth the time and memory.
#[derive(Default)]
struct Budget(AtomicUsize);

impl Budget {
    fn parse(&self, text: &str, kind: SegmentKind) -> Tree {
        if self.is_spent() {
            return Tree { too_large: true, ..Tree::default() };
        }
        let tree = parse_segment(text, kind);
        self.0.fetch_add(tree.nodes.len(), Ordering::Relaxed);
        tree
    }

    fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) > MAX_NODES
    }
}

/// A text that is not read.
fn too_large(text: Arc<str>, counters: Counters) -> Document {
    let all = range(0, text.len());
    let mut tree = Tree::default();
    let message =
        format!("a file of more than {MAX_NODES} values is not read; split it into several, and include them");
    tree.problem(ProblemKind::Syntax, range(0, text.lines().next().map_or(0, str::len)), message);
    let segment = Segment { id: SegmentId::fresh(), range: all, kind: SegmentKind::Whole };
    let (outline, refusal) = (Default::default(), OnceLock::from(None));
    Document { inner: Arc::new(Inner::new(text, vec![segment], vec![Arc::new(tree)], outline, counters, refusal)) }
}

fn parse_segment(text: &str, kind: SegmentKind) -> Tree {
    match breaks::plain(text) {
        Cow::Borrowed(text) => recover::parse_segment(text, kind),
        Cow::Owned(plain) => {
            let mut tree = recover::parse_segment(&plain, kind);
            breaks::settle(&mut tree, text);
            tree
        }
    }
}

fn parse_whole(text: &str) -> Option<Tree> {
    let plain = breaks::plain(text);
    let mut tree = recover::parse_whole(&plain).ok()?;
    if matches!(plain, Cow::Owned(_)) {
        breaks::settle(&mut tree, text);
    }
    Some(tree)
}

/// A text of more segments than this is worth the whole machine.
const MANY: usize = 1_000;

/// What an alias stands for is written elsewhere: unless all segments with anchors or aliases are the same as before, a
/// segment with aliases may mean something else, so it gets a new id.
fn rename_alias_users(old: &Inner, segments: &mut [Segment], trees: &[Arc<Tree>]) {
    let takes_part = |tree: &Tree| !tree.anchors.is_empty() || !tree.aliases.is_empty();
    fn ids<'a>(
        segments: &'a [Segment],
        trees: &'a [Arc<Tree>],
        takes_part: impl Fn(&Tree) -> bool + 'a,
    ) -> Vec<SegmentId> {
        segments.iter().zip(trees).filter(|(_, tree)| takes_part(tree)).map(|(segment, _)| segment.id).collect()
    }
    if ids(&old.segments, &old.trees, takes_part) == ids(segments, trees, takes_part) {
        return;
    }
    for (segment, tree) in segments.iter_mut().zip(trees) {
        if !tree.aliases.is_empty() {
            segment.id = SegmentId::fresh();
        }
    }
}

/// Maximum number of following segments to try as the continuation of one.
const MAX_JOINED: usize = 8;

/// A text with more open quotes and brackets than this is broken all over.
const MAX_FAILED_JOINS: usize = 32;

/// Segments that are one after all.
struct Joined {
    /// Number of segments after the first.
    more: usize,
    end: usize,
    id: SegmentId,
    tree: Arc<Tree>,
    reused: bool,
}

/// The first segment ends within quotes or brackets: with the next ones it may be whole, because the reference's loader
/// takes any indentation there, and the outline took what is inside for keys and items.
fn join(text: &str, raw: &[RawSegment], mut pool: Option<&mut Pool<'_>>) -> Option<Joined> {
    let RawSegment { start, kind, .. } = raw[0];
    for (more, last) in raw.iter().enumerate().skip(1).take(MAX_JOINED) {
        if last.kind == SegmentKind::Separator {
            break;
        }
        let bytes = &text[start..last.end];
        let Some(tree) = parse_whole(bytes) else { continue };
        let known = pool.as_mut().and_then(|pool| pool.take_content(kind, bytes));
        let reused = known.is_some();
        let (id, tree) = known.unwrap_or_else(|| (SegmentId::fresh(), Arc::new(tree)));
        return Some(Joined { more, end: last.end, id, tree, reused });
    }
    None
}

/// The segments of an older document, each to be taken once.
struct Pool<'o> {
    old: &'o Inner,
    /// Number of segments at the beginning that are the same.
    prefix: usize,
    /// From here on, new segment `n` is old segment `n - suffix + old_suffix`.
    suffix: usize,
    old_suffix: usize,
    /// Numbers of what is between, by hash of the content, the first last; made when first needed.
    middle: Option<HashMap<u64, Vec<usize>>>,
}

impl<'o> Pool<'o> {
    fn new(old: &'o Inner, text: &str, raw: &[RawSegment]) -> Self {
        let (before, after) = (old.text.as_bytes(), text.as_bytes());
        let common = common_prefix(before, after);
        let same = |old: &Segment, new: &RawSegment| {
            old.kind == new.kind
                && usize::from(old.range.start()) == new.start
                && usize::from(old.range.end()) == new.end
        };
        let prefix = old.segments.iter().zip(raw).take_while(|(old, new)| same(old, new) && new.end <= common).count();
        let room = before.len().min(after.len()) - common;
        let common_end = common_suffix(before, after, room);
        let most = (old.segments.len() - prefix).min(raw.len() - prefix);
        let tail = old.segments.iter().rev().zip(raw.iter().rev()).take(most).take_while(|(old, new)| {
            let old_start = before.len() - usize::from(old.range.start());
            let old_end = before.len() - usize::from(old.range.end());
            let same_place = old_start == after.len() - new.start && old_end == after.len() - new.end;
            old.kind == new.kind && same_place && old_start <= common_end
        });
        let tail = tail.count();
        Pool { old, prefix, suffix: raw.len() - tail, old_suffix: old.segments.len() - tail, middle: None }
    }

    fn take(&mut self, n: usize, kind: SegmentKind, bytes: &str) -> Option<(SegmentId, Arc<Tree>)> {
        if n < self.prefix {
            Some(self.get(n))
        } else if n >= self.suffix {
            Some(self.get(n - self.suffix + self.old_suffix))
        } else {
            self.take_content(kind, bytes)
        }
    }

    /// Takes a segment from between the same beginning and the same end.
    fn take_content(&mut self, kind: SegmentKind, bytes: &str) -> Option<(SegmentId, Arc<Tree>)> {
        let (old, from, to) = (self.old, self.prefix, self.old_suffix);
        let middle = self.middle.get_or_insert_with(|| {
            let mut map: HashMap<u64, Vec<usize>> = HashMap::new();
            for number in (from..to).rev() {
                map.entry(hash(old.segments[number].kind, old.segment_text(number))).or_default().push(number);
            }
            map
        });
        let numbers = middle.get_mut(&hash(kind, bytes))?;
        let same = |number: &usize| old.segments[*number].kind == kind && old.segment_text(*number) == bytes;
        let at = numbers.iter().rposition(same)?;
        let number = numbers.remove(at);
        Some(self.get(number))
    }

    fn get(&self, number: usize) -> (SegmentId, Arc<Tree>) {
        (self.old.segments[number].id, self.old.trees[number].clone())
    }
}

fn hash(kind: SegmentKind, bytes: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, bytes).hash(&mut hasher);
    hasher.finish()
}

const CHUNK: usize = 256;

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.chunks_exact(CHUNK).zip(b.chunks_exact(CHUNK)).take_while(|(a, b)| a == b).count() * CHUNK;
    chunks + a[chunks..].iter().zip(&b[chunks..]).take_while(|(a, b)| a == b).count()
}

fn common_suffix(a: &[u8], b: &[u8], most: usize) -> usize {
    let (a, b) = (&a[a.len() - most..], &b[b.len() - most..]);
    let chunks = a.rchunks_exact(CHUNK).zip(b.rchunks_exact(CHUNK)).take_while(|(a, b)| a == b).count() * CHUNK;
    let (a, b) = (&a[..a.len() - chunks], &b[..b.len() - chunks]);
    chunks + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// The text as one segment, or nothing if it isn't YAML: what the segments are compared with.
#[cfg(test)]
pub(crate) fn parse_in_one_piece(text: &str) -> Option<Document> {
    let tree = recover::parse_whole(text).ok()?;
    let segment = Segment { id: SegmentId::fresh(), range: range(0, text.len()), kind: SegmentKind::Whole };
    let inner = Inner::new(
        Arc::from(text),
        vec![segment],
        vec![Arc::new(tree)],
        Default::default(),
        Counters::default(),
        OnceLock::new(),
    );
    Some(Document { inner: Arc::new(inner) })
}
