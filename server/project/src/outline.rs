//! Which objects there are, inside which others, what they are called, and their numbers.
//!
//! Numbers follow the order of the document, and behind the objects of each file there is room for more. So an object that
//! comes, goes or gets another name changes the numbers of what stands behind it in its file, and of nothing else.

use crate::items::{FileItems, Item};
use crate::names::Names;
use crate::object::Object;
use crate::project::{ObjectId, Project};
use crate::schema::Kind;
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which objects there are and what they are called.
#[derive(Debug, Default, Clone)]
pub(crate) struct Outline {
    /// Where each object is. Numbers of no object are in no file.
    spots: Vec<Spot>,
    files: Vec<Numbers>,
    pub(crate) names: Names,
    by_kind: FxHashMap<Kind, Vec<ObjectId>>,
    /// Outlines that share it give the same numbers to each file.
    numbering: u64,
}

/// Where an object is: its file, the item of that and the object of that, as numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) file: u32,
    pub(crate) item: u32,
    pub(crate) object: u32,
}

/// The numbers of a file's objects.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    first: u32,
    count: u32,
    /// As many as this may come to have numbers without those of other files changing.
    room: u32,
    /// The same in two outlines: so are the file's objects.
    state: u64,
}

/// Room for this many more objects in a file, and for a quarter of those that are there.
const MORE: u32 = 6;

impl Spot {
    const NONE: Self = Self { file: u32::MAX, item: 0, object: 0 };
}

fn new_state() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Outline {
    pub(crate) fn new(project: &Project) -> Self {
        let count: usize = project.items.iter().map(|file| file.items.len()).sum();
        let mut outline = Self { names: Names::for_about(count), numbering: new_state(), ..Self::default() };
        for (number, file) in project.items.iter().enumerate() {
            let (first, count) = (outline.spots.len() as u32, file.objects);
            let room = count + count / 4 + MORE;
            outline.files.push(Numbers { first, count, room, state: new_state() });
            outline.spots.extend(std::iter::repeat_n(Spot::NONE, room as usize));
            outline.enter(project, number, &project.items[number]);
        }
        outline
    }

    /// The outline of a project in which only these files have other objects than in `previous`, whose outline this is;
    /// `None` if there is no room for them.
    pub(crate) fn after(&self, previous: &Project, project: &Project, files: &[usize]) -> Option<Self> {
        if files.iter().any(|file| project.items[*file].objects > self.files[*file].room) {
            return None;
        }
        let mut outline = self.clone();
        for number in files.iter().copied() {
            for id in self.of_file(number) {
                outline.names.remove(id, previous.object(id), previous.target);
            }
            let range = self.room_of(number);
            for ids in outline.by_kind.values_mut() {
                ids.drain(Self::within(ids, &range));
            }
            outline.spots[range.start.index()..range.end.index()].fill(Spot::NONE);
            let numbers = &mut outline.files[number];
            (numbers.count, numbers.state) = (project.items[number].objects, new_state());
            outline.enter(project, number, &project.items[number]);
        }
        Some(outline)
    }

    fn enter(&mut self, project: &Project, number: usize, FileItems { items, .. }: &FileItems) {
        let first = self.files[number].first;
        let mut of_kind: FxHashMap<Kind, Vec<ObjectId>> = FxHashMap::default();
        let mut next = first;
        for (item, Item { lowered, .. }) in items.iter().enumerate() {
            for (place, object) in lowered.objects.iter().enumerate() {
                let id = ObjectId(next);
                next += 1;
                self.spots[id.index()] = Spot { file: number as u32, item: item as u32, object: place as u32 };
                self.names.add(id, object, project.target);
                of_kind.entry(object.kind).or_default().push(id);
            }
        }
        for (kind, new) in of_kind {
            let ids = self.by_kind.entry(kind).or_default();
            let at = ids.partition_point(|id| id.0 < first);
            ids.splice(at..at, new);
        }
    }

    /// The places of the objects of a range in a list of a kind's objects.
    pub(crate) fn within(ids: &[ObjectId], range: &Range<ObjectId>) -> Range<usize> {
        ids.partition_point(|id| *id < range.start)..ids.partition_point(|id| *id < range.end)
    }

    /// The objects of a kind, in document order.
    pub(crate) fn of_kind(&self, kind: Kind) -> &[ObjectId] {
        self.by_kind.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// All objects in document order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = ObjectId> + use<> {
        let ranges: Vec<Range<u32>> = self.files.iter().map(|file| file.first..file.first + file.count).collect();
        ranges.into_iter().flatten().map(ObjectId)
    }

    /// The objects of a file.
    pub(crate) fn of_file(&self, number: usize) -> impl Iterator<Item = ObjectId> + use<> {
        let Numbers { first, count, .. } = self.files[number];
        (first..first + count).map(ObjectId)
    }

    /// The numbers that objects of a file may have.
    pub(crate) fn room_of(&self, number: usize) -> Range<ObjectId> {
        let Numbers { first, room, .. } = self.files[number];
        ObjectId(first)..ObjectId(first + room)
    }

    /// Number of objects.
    pub(crate) fn len(&self) -> usize {
        self.files.iter().map(|file| file.count as usize).sum()
    }

    /// How many numbers there are for objects.
    pub(crate) fn numbers(&self) -> usize {
        self.spots.len()
    }

    /// Where an object is, if there is one of this number.
    pub(crate) fn find(&self, id: ObjectId) -> Option<&Spot> {
        self.spots.get(id.index()).filter(|spot| spot.file != u32::MAX)
    }

    /// Where an object is.
    pub(crate) fn spot(&self, id: ObjectId) -> &Spot {
        &self.spots[id.index()]
    }

    /// The files whose objects may be others than in an earlier outline; `None` if all numbers may mean others.
    pub(crate) fn differing(&self, earlier: &Self) -> Option<Vec<usize>> {
        let pairs = || self.files.iter().zip(&earlier.files).enumerate();
        let differs =
            |(number, (now, before)): (usize, (&Numbers, &Numbers))| (now.state != before.state).then_some(number);
        (self.numbering == earlier.numbering).then(|| pairs().filter_map(differs).collect())
    }
}

/// The files whose objects are others, or called otherwise; `None` if the projects have other files.
pub(crate) fn other_files(before: &Project, now: &Project) -> Option<Vec<usize>> {
    let called =
        |object: &Object| (object.kind, object.parent, object.name.as_ref().map_or("", |name| &name.text).to_owned());
    let same = |(a, b): (&Item, &Item)| {
        Arc::ptr_eq(&a.lowered, &b.lowered)
            || (a.objects == b.objects && a.lowered.objects.iter().map(called).eq(b.lowered.objects.iter().map(called)))
    };
    let same_file = |(a, b): (&Arc<FileItems>, &Arc<FileItems>)| {
        Arc::ptr_eq(a, b) || a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(same)
    };
    let comparable = before.target == now.target && before.items.len() == now.items.len();
    let others = || {
        let pairs = before.items.iter().zip(&now.items).enumerate();
        pairs.filter(|(_, pair)| !same_file(*pair)).map(|(number, _)| number).collect()
    };
    comparable.then(others)
}
