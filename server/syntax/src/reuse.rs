//! Parsing with and without an older document to take segments from.

use crate::document::{self, Counters, Document, Inner, Segment, SegmentKind};
use crate::outline::RawSegment;
use crate::recover;
use crate::tree::{Tree, range};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use viz_text::SegmentId;

/// Parses `text`, taking from `old` every segment with the same bytes and kind.
pub(crate) fn parse(text: &str, old: Option<&Arc<Inner>>) -> Document {
    let (mut outline, mut whole) = document::cut(text);
    let raw = std::mem::take(&mut outline.segments);
    let text: Arc<str> = Arc::from(text);
    let mut counters = Counters::default();
    let mut segments = Vec::with_capacity(raw.len());
    let mut trees = Vec::with_capacity(raw.len());
    let mut pool = old.map(|old| Pool::new(old, &text, &raw));
    for (n, one) in raw.iter().enumerate() {
        let bytes = &text[one.start..one.end];
        let known = pool.as_mut().and_then(|pool| pool.take(n, one.kind, bytes));
        let (id, tree) = match known {
            Some(known) => {
                counters.segments_reused += 1;
                known
            }
            None => {
                counters.segments_parsed += 1;
                counters.bytes_parsed += bytes.len();
                let tree = whole.take().unwrap_or_else(|| recover::parse_segment(bytes, one.kind));
                (SegmentId::fresh(), Arc::new(tree))
            }
        };
        segments.push(Segment { id, range: range(one.start, one.end), kind: one.kind });
        trees.push(tree);
    }
    Document { inner: Arc::new(Inner::new(text, segments, trees, outline, counters)) }
}

/// The segments of an older document, each to be taken once.
struct Pool<'o> {
    old: &'o Inner,
    /// So many first segments are the same.
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
        let number = if n < self.prefix {
            n
        } else if n >= self.suffix {
            n - self.suffix + self.old_suffix
        } else {
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
            numbers.remove(at)
        };
        Some((self.old.segments[number].id, self.old.trees[number].clone()))
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
