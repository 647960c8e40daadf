//! What references mean, kept from snapshot to snapshot for as long as nothing that it depends on changes.
//!
//! What a reference means depends on the *outline*: which objects there are, inside which others, and what they are
//! called. A keystroke inside an object leaves the outline alone; then only the references of that object are looked up
//! again.

use crate::graph::{Graph, Rewired};
use crate::items::{FileItems, Item};
use crate::loader::Loader;
use crate::names::{Names, Resolution};
use crate::project::{ObjectId, Project};
use crate::schema::Kind;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Which objects there are and what they are called.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Where each object is.
    pub(crate) objects: Vec<Spot>,
    /// The first object of each file.
    pub(crate) starts: Vec<u32>,
    pub(crate) names: Names,
    by_kind: FxHashMap<Kind, Vec<ObjectId>>,
}

/// Where an object is: its file, the item of that and the object of that, as numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) file: u32,
    pub(crate) item: u32,
    pub(crate) object: u32,
}

/// What one object refers to.
#[derive(Debug, PartialEq)]
pub(crate) struct Links {
    /// What each of [`crate::Object::uses`] means.
    pub(crate) meanings: Box<[Resolution]>,
    /// What it uses directly (`R-DAG-01`).
    pub(crate) uses: Box<[ObjectId]>,
}

/// How much of the previous snapshot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    /// Nothing is known to.
    Nothing,
    /// The outline, and with it the meaning of references in items that did not change.
    Outline,
    /// Also what uses what.
    Graph,
}

impl Outline {
    fn new(project: &Project) -> Self {
        let count: usize = project.items.iter().map(|file| file.items.len()).sum();
        let mut outline = Self { names: Names::with_capacity(count), ..Self::default() };
        for (file, FileItems { items, .. }) in project.items.iter().map(|file| &**file).enumerate() {
            outline.starts.push(outline.objects.len() as u32);
            for (item, Item { lowered, .. }) in items.iter().enumerate() {
                for (number, object) in lowered.objects.iter().enumerate() {
                    let id = ObjectId(outline.objects.len() as u32);
                    outline.objects.push(Spot { file: file as u32, item: item as u32, object: number as u32 });
                    outline.names.add(id, object, project.target);
                    outline.by_kind.entry(object.kind).or_default().push(id);
                }
            }
        }
        outline
    }

    /// The objects of a kind, in document order.
    pub(crate) fn of_kind(&self, kind: Kind) -> &[ObjectId] {
        self.by_kind.get(&kind).map_or(&[], Vec::as_slice)
    }
}

impl Loader<'_> {
    /// Finds out which objects there are.
    pub(crate) fn outline(&mut self) {
        match self.previous.filter(|previous| same_outline(previous, &self.project)) {
            Some(previous) => {
                self.project.parts().outline = Arc::clone(&previous.outline);
                self.kept = Kept::Outline;
            }
            None => self.project.parts().outline = Arc::new(Outline::new(&self.project)),
        }
    }

    /// Finds out what refers to what.
    pub(crate) fn link(&mut self) {
        let previous =
            self.previous.filter(|previous| self.kept == Kept::Outline && same_context(previous, &self.project));
        let mut first = 0;
        let mut rewired: Vec<Rewired> = Vec::new();
        let mut changed: Vec<ObjectId> = Vec::new();
        for number in 0..self.project.items.len() {
            let now = Arc::clone(&self.project.items[number]);
            let before = previous.map(|previous| &previous.items[number]);
            if before.is_some_and(|before| Arc::ptr_eq(before, &now)) {
                first += now.objects;
                continue;
            }
            let mut found: Vec<Arc<[Links]>> = Vec::with_capacity(now.items.len());
            for (at, item) in now.items.iter().enumerate() {
                let ids = first..first + item.objects;
                first = ids.end;
                let before = before.map(|before| &before.items[at]);
                found.push(match before {
                    Some(before) if Arc::ptr_eq(&before.lowered, &item.lowered) => Arc::clone(&before.links),
                    _ => {
                        changed.extend(ids.clone().map(ObjectId));
                        let links: Arc<[Links]> = ids.clone().map(|id| self.project.find_links(ObjectId(id))).collect();
                        let pairs = before.iter().flat_map(|before| before.links.iter().zip(links.iter()));
                        for ((before, now), id) in pairs.zip(ids).filter(|((before, now), _)| before != now) {
                            let (before, now) = (before.uses.clone(), now.uses.clone());
                            rewired.push(Rewired { id: ObjectId(id), before, now });
                        }
                        links
                    }
                });
            }
            drop(now);
            let items = &mut Arc::make_mut(&mut self.project.parts().items[number]).items;
            items.iter_mut().zip(found).for_each(|(item, links)| item.links = links);
        }
        let (graph, kept, same_circles) = match previous {
            None => (Arc::new(Graph::of(&self.project.outline)), Kept::Nothing, false),
            Some(previous) if rewired.is_empty() => (Arc::clone(&previous.graph), Kept::Graph, true),
            Some(previous) => {
                let (graph, same) = previous.graph.after(&rewired);
                (Arc::new(graph), Kept::Outline, same)
            }
        };
        self.project.parts().graph = graph;
        if let Some(before) = previous.and_then(|previous| previous.identities.get()) {
            let identities = self.project.identities_after(before, &changed);
            self.project.parts().identities = identities.into();
        }
        (self.kept, self.same_circles) = (kept, same_circles);
        self.changed = changed;
    }

    /// The previous snapshot, if what references mean is the same there, and so is every object of these kinds.
    pub(crate) fn untouched(&self, kinds: &[Kind]) -> Option<&Project> {
        let previous = self.previous.filter(|_| self.kept >= Kept::Outline)?;
        let touched = self.changed.iter().any(|id| kinds.contains(&self.project.object(*id).kind));
        (!touched).then_some(previous)
    }
}

fn same_outline(a: &Project, b: &Project) -> bool {
    let same = |(a, b): (&Item, &Item)| {
        Arc::ptr_eq(&a.lowered, &b.lowered)
            || (a.objects == b.objects
                && a.lowered
                    .objects
                    .iter()
                    .zip(&b.lowered.objects)
                    .all(|(a, b)| (a.kind, a.parent, a.name_text()) == (b.kind, b.parent, b.name_text())))
    };
    let same_file = |(a, b): (&Arc<FileItems>, &Arc<FileItems>)| {
        Arc::ptr_eq(a, b) || a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(same)
    };
    a.target == b.target && a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(same_file)
}

/// Whether what else references are judged by is the same: the default source, and what may be defined elsewhere.
fn same_context(a: &Project, b: &Project) -> bool {
    let default = |project: &Project| project.default_source().map(|name| name.text.clone());
    default(a) == default(b)
        && a.read_for() == b.read_for()
        && a.names_complete == b.names_complete
        && a.removed == b.removed
        && a.unknown_prefixes == b.unknown_prefixes
}
