//! What references mean, kept from snapshot to snapshot for as long as nothing that it depends on changes.
//!
//! What a reference means depends on the *outline*: which objects there are, inside which others, and what they are
//! called. A keystroke inside an object leaves the outline alone; then only the references of that object are looked up
//! again. Where an object comes, goes or is renamed, those of the objects in its file are, and those that mean one of these or
//! may come to mean one.

use crate::graph::{Graph, Rewired};
use crate::items::Item;
use crate::loader::Loader;
use crate::names::Resolution;
use crate::outline::{Outline, other_files};
use crate::project::{ObjectId, Project};
use crate::renamed::{Renamed, is_in_place};
use crate::schema::Kind;
use crate::usage;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

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
    /// The outline of most files: numbers mean the same objects there, and so do references in items that did not change, unless
    /// they name what has another number or name.
    Numbers,
    /// The outline, and with it the meaning of references in items that did not change.
    Outline,
    /// Also what uses what.
    Graph,
}

impl Loader<'_> {
    /// Finds out which objects there are.
    pub(crate) fn outline(&mut self) {
        let others = self.previous.and_then(|previous| Some((previous, other_files(previous, &self.project)?)));
        if let Some((previous, others)) = others {
            if others.is_empty() {
                self.project.parts().outline = Arc::clone(&previous.outline);
                self.kept = Kept::Outline;
                return;
            }
            if let Some(outline) = previous.outline.after(previous, &self.project, &others) {
                self.project.parts().outline = Arc::new(outline);
                self.kept = Kept::Numbers;
                self.renumbered = others;
                return;
            }
        }
        self.project.parts().outline = Arc::new(Outline::new(&self.project));
    }

    /// Finds out what refers to what.
    pub(crate) fn link(&mut self) {
        let previous =
            self.previous.filter(|previous| self.kept > Kept::Nothing && same_context(previous, &self.project));
        let renamed =
            previous.map(|previous| Renamed::of(previous, &self.project, &self.renumbered)).unwrap_or_default();
        let previous = previous.filter(|previous| !renamed.may_be_default_source(previous, &self.project));
        let concerned = previous.map(|previous| renamed.concerned(previous, &self.project)).unwrap_or_default();
        let mut linked = Linked { previous, concerned, rewired: FxHashMap::default(), changed: Vec::new() };
        if let Some(previous) = previous {
            self.kinds.extend(renamed.gone.iter().map(|id| previous.object(*id).kind));
            for id in &renamed.gone {
                linked.rewired(*id);
            }
        }
        for number in 0..self.project.items.len() {
            self.link_file(number, &mut linked);
        }
        // An object that is there is placed among the others even if it uses nothing.
        let is_new = |id: ObjectId| previous.is_some_and(|previous| previous.outline.find(id).is_none());
        let Linked { rewired, changed, .. } = linked;
        if self.kept == Kept::Numbers {
            self.unsettled.extend(renamed.gone.iter().chain(&changed));
        }
        let mut rewired: Vec<Rewired> = rewired.into_values().collect();
        for Rewired { id, before, now } in
            rewired.iter().filter(|one| self.kept == Kept::Numbers || one.before != one.now)
        {
            self.unsettled.extend([id].into_iter().chain(before).chain(now));
        }
        rewired.retain(|one| one.before != one.now || is_new(one.id));
        rewired.sort_unstable_by_key(|one| one.id);
        let (graph, kept, same_circles) = match previous {
            None => (Arc::new(Graph::of(&self.project.outline)), Kept::Nothing, false),
            Some(previous) if rewired.is_empty() && self.kept == Kept::Outline => {
                (Arc::clone(&previous.graph), Kept::Graph, true)
            }
            Some(previous) => {
                let (graph, same) = previous.graph.after(&self.project, &rewired);
                (Arc::new(graph), self.kept, same)
            }
        };
        self.project.parts().graph = graph;
        if let Some(before) = previous.and_then(|previous| previous.identities.get()) {
            let identities = self.project.identities_after(before, &renamed.gone, &changed);
            self.project.parts().identities = identities.into();
        }
        (self.kept, self.same_circles, self.gone) = (kept, same_circles, renamed.gone);
        self.kinds.extend(changed.iter().map(|id| self.project.object(*id).kind));
        self.changed = changed;
    }

    /// Finds out what the objects of a file refer to, where that may be something else than before.
    fn link_file(&mut self, number: usize, linked: &mut Linked<'_>) {
        let now = Arc::clone(&self.project.items[number]);
        let range = self.project.outline.room_of(number);
        let before = linked.previous.map(|previous| &previous.items[number]);
        if before.is_some_and(|before| Arc::ptr_eq(before, &now)) && !linked.concerns(range.clone()) {
            return;
        }
        let mut first = range.start;
        let mut found: Vec<Option<Arc<[Links]>>> = Vec::with_capacity(now.items.len());
        for item in &now.items {
            let ids = first..ObjectId(first.0 + item.objects);
            first = ids.end;
            let same = linked.previous.is_some_and(|previous| is_in_place(previous, ids.start, item));
            found.push((!same || linked.concerns(ids.clone())).then(|| {
                let links = ids.start.until(ids.end).map(|id| {
                    let links = self.project.find_links(id);
                    if linked.previous.is_some() {
                        linked.rewired(id).now.clone_from(&links.uses);
                        linked.changed.push(id);
                    }
                    links
                });
                links.collect()
            }));
        }
        drop(now);
        let fits = |item: &Item, links: &[Links]| {
            let references = item
                .lowered
                .objects
                .iter()
                .zip(links)
                .flat_map(|(object, links)| object.uses.iter().zip(&links.meanings));
            references.into_iter().all(|(reference, meaning)| usage::fits(&self.project, reference, meaning))
        };
        let fitting: Vec<bool> = self.project.items[number]
            .items
            .iter()
            .zip(&found)
            .map(|(item, found)| found.as_ref().map_or(item.fitting, |links| fits(item, links)))
            .collect();
        let file = Arc::make_mut(&mut self.project.parts().items[number]);
        for ((item, links), fitting) in file.items.iter_mut().zip(found).zip(fitting) {
            let Some(links) = links else { continue };
            let means_one = |meaning: &Resolution| matches!(meaning, Resolution::Object(_));
            item.resolved = links.iter().flat_map(|links| &links.meanings).all(means_one);
            (item.links, item.faultless, item.fitting) = (links, false, fitting);
            file.faultless = false;
        }
        file.resolved = file.items.iter().all(|item| item.resolved);
        file.fitting = file.items.iter().all(|item| item.fitting);
    }

    /// The previous snapshot, if what references mean is the same there, and so is every object of these kinds.
    pub(crate) fn untouched(&self, kinds: &[Kind]) -> Option<&Project> {
        let previous = self.previous.filter(|_| self.kept > Kept::Nothing)?;
        (!kinds.iter().any(|kind| self.kinds.contains(kind))).then_some(previous)
    }
}

/// What is found out while objects are linked.
struct Linked<'a> {
    /// The previous snapshot, where most objects have the same numbers.
    previous: Option<&'a Project>,
    /// The objects whose references may mean something else now.
    concerned: BTreeSet<ObjectId>,
    rewired: FxHashMap<ObjectId, Rewired>,
    changed: Vec<ObjectId>,
}

impl Linked<'_> {
    fn concerns(&self, ids: Range<ObjectId>) -> bool {
        self.concerned.range(ids).next().is_some()
    }

    /// What the object of a number uses, as far as that is known.
    fn rewired(&mut self, id: ObjectId) -> &mut Rewired {
        let before = || match self.previous.filter(|previous| previous.has(id)) {
            Some(previous) => previous.uses_of(id).into(),
            None => Box::default(),
        };
        self.rewired.entry(id).or_insert_with(|| Rewired { id, before: before(), now: Box::default() })
    }
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
