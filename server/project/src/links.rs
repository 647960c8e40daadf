//! What references mean, kept from snapshot to snapshot for as long as nothing that it depends on changes.
//!
//! What a reference means depends on the *outline*: which objects there are, inside which others, and what they are
//! called. A keystroke inside an object leaves the outline alone; then only the references of that object are looked up
//! again.

use crate::loader::Loader;
use crate::names::{Names, Resolution};
use crate::project::{Item, ObjectId, Project};
use crate::schema::Kind;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Which objects there are and what they are called.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Item and index in it of each object.
    pub(crate) objects: Vec<(u32, u32)>,
    pub(crate) names: Names,
    by_kind: FxHashMap<Kind, Vec<ObjectId>>,
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
        let mut outline = Self { names: Names::with_capacity(project.items.len()), ..Self::default() };
        for (index, item) in project.items.iter().enumerate() {
            for (local, object) in item.lowered.objects.iter().enumerate() {
                let id = ObjectId(outline.objects.len() as u32);
                outline.objects.push((index as u32, local as u32));
                outline.names.add(id, object, project.target);
                outline.by_kind.entry(object.kind).or_default().push(id);
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
        let mut same_graph = previous.is_some();
        let mut changed: Vec<ObjectId> = Vec::new();
        for index in 0..self.project.items.len() {
            let item = &self.project.items[index];
            let objects = item.objects;
            let before = previous.map(|previous| &previous.items[index]);
            let links = match before {
                Some(before) if Arc::ptr_eq(&before.lowered, &item.lowered) => {
                    if Arc::ptr_eq(&before.links, &item.links) {
                        first += objects;
                        continue;
                    }
                    Arc::clone(&before.links)
                }
                _ => {
                    changed.extend((first..first + objects).map(ObjectId));
                    let links: Arc<[Links]> =
                        (first..first + objects).map(|id| self.project.find_links(ObjectId(id))).collect();
                    same_graph &= before.is_some_and(|before| before.links == links);
                    links
                }
            };
            self.project.parts().items[index].links = links;
            first += objects;
        }
        self.kept = match previous {
            None => Kept::Nothing,
            Some(previous) if same_graph => {
                self.project.parts().graph = Arc::clone(&previous.graph);
                if let Some(before) = previous.identities.get() {
                    let identities = self.project.identities_after(before, &changed);
                    self.project.parts().identities = identities.into();
                }
                Kept::Graph
            }
            Some(_) => Kept::Outline,
        };
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
    a.target == b.target && a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(same)
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
