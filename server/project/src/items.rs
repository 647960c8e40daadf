//! What the files of a project hold, item by item, so that snapshots share what stays.

use crate::links::Links;
use crate::lower::Lowered;
use crate::schema::{Kind, Target};
use std::sync::Arc;
use viz_text::{SegmentId, TextSize};

/// What an item is made of: where its text is, as what it is read, and for which version.
pub(crate) type LoweredKey = (SegmentId, TextSize, Kind, Option<Target>);

/// The items of a file. Snapshots in which they are the same share them.
#[derive(Clone, Default)]
pub(crate) struct FileItems {
    pub(crate) items: Vec<Item>,
    /// Number of their objects.
    pub(crate) objects: u32,
    /// Whether nothing else came of reading the file's top-level keys.
    pub(crate) alone: bool,
    /// Whether all of them are: [`Item::plain`], and [`Item::faultless`].
    pub(crate) plain: bool,
    pub(crate) faultless: bool,
    /// Whether each reference means one object.
    pub(crate) resolved: bool,
    /// Whether each means something that may stand there.
    pub(crate) fitting: bool,
}

impl FileItems {
    pub(crate) fn new(items: Vec<Item>, alone: bool) -> Self {
        Self {
            objects: items.iter().map(|item| item.objects).sum(),
            alone,
            plain: items.iter().all(|item| item.plain),
            faultless: false,
            resolved: false,
            fitting: false,
            items,
        }
    }
}

/// One object of a list of a file's, with what is written inside of it.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) key: LoweredKey,
    pub(crate) lowered: Arc<Lowered>,
    /// Of `lowered`, so that most items need not be looked into: [`Lowered::is_plain`], and the number of its objects.
    pub(crate) plain: bool,
    pub(crate) objects: u32,
    /// Of each of its objects.
    pub(crate) links: Arc<[Links]>,
    /// Whether nothing is wrong with its names and references.
    pub(crate) faultless: bool,
    /// Whether each of its references means one object.
    pub(crate) resolved: bool,
    /// Whether each means something that may stand there.
    pub(crate) fitting: bool,
}
