//! Names for files and for places in them that survive edits elsewhere.

use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU32, Ordering};
use text_size::TextRange;

/// A file of a project: an index into the project's list of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// One immutable run of a file's text, such as one list item of a section.
///
/// A segment keeps its id while its bytes stay the same, wherever edits elsewhere move it; a changed segment gets a new
/// id. So an id names content: results computed from a set of segments hold as long as their ids do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SegmentId(u32);

impl SegmentId {
    /// An id that no other segment of this process has.
    pub fn fresh() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A place in a user's file, as a byte range relative to the start of its segment.
///
/// Relative, so that a stored finding stays right while lines are inserted above its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Loc {
    /// The segment that holds the range.
    pub segment: SegmentId,
    /// Bytes from the segment's first byte.
    pub range: TextRange,
}

impl Loc {
    /// The place `range` of `segment`.
    pub fn new(segment: SegmentId, range: TextRange) -> Self {
        Self { segment, range }
    }

    /// Whether the whole of `other` lies in it.
    pub fn contains(self, other: Loc) -> bool {
        self.segment == other.segment && self.range.contains_range(other.range)
    }

    /// The smallest place that covers both; `self` alone where `other` lies in another segment.
    pub fn cover(self, other: Loc) -> Loc {
        if self.segment == other.segment { Loc::new(self.segment, self.range.cover(other.range)) } else { self }
    }
}
