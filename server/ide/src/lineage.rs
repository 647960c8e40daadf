//! Lineage: what is made from what, from sources to dashboards. Rows and items are no stations of it.

use crate::cursor::symbol::{Symbol, resolve, symbols_at};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use viz_project::{Kind, ObjectId, Project};
use viz_text::{FileId, Loc, TextRange, TextSize};

/// A graph of objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    /// The objects, in document order.
    pub nodes: Vec<ObjectId>,
    /// Who uses whom.
    pub edges: Vec<(ObjectId, ObjectId)>,
}

impl Lineage {
    /// This graph with at most so many objects and edges: those at the fewest steps from where it starts, then the others in document
    /// order.
    pub fn nearest(self, start: &[ObjectId], objects: usize, edges: usize) -> Self {
        if self.nodes.len() <= objects && self.edges.len() <= edges {
            return self;
        }
        let mut near: FxHashMap<ObjectId, Vec<ObjectId>> = FxHashMap::default();
        for (user, used) in &self.edges {
            near.entry(*user).or_default().push(*used);
            near.entry(*used).or_default().push(*user);
        }
        let mut kept: BTreeSet<ObjectId> = BTreeSet::new();
        for front in [start, &self.nodes] {
            let mut queue: VecDeque<ObjectId> = front.iter().copied().collect();
            while let Some(id) = queue.pop_front().filter(|_| kept.len() < objects) {
                if kept.insert(id) {
                    queue.extend(near.get(&id).into_iter().flatten());
                }
            }
        }
        let both = |(user, used): &(ObjectId, ObjectId)| kept.contains(user) && kept.contains(used);
        Self { edges: self.edges.into_iter().filter(both).take(edges).collect(), nodes: kept.into_iter().collect() }
    }
}

/// Whether a kind of object is a station.
fn is_station(kind: Kind) -> bool {
    !matches!(kind, Kind::Project | Kind::Include | Kind::Defaults | Kind::Row | Kind::Item)
}

/// The station that an object is, or is written in.
pub(crate) fn station(project: &Project, id: ObjectId) -> Option<ObjectId> {
    std::iter::successors(Some(id), |id| project.parent(*id)).find(|id| is_station(project.object(*id).kind))
}

/// The stations that one uses directly.
pub(crate) fn used_by(project: &Project, id: ObjectId) -> Vec<ObjectId> {
    let mut out = BTreeSet::new();
    let mut stack = project.uses_of(id).to_vec();
    let mut seen = BTreeSet::new();
    while let Some(next) = stack.pop() {
        if is_station(project.object(next).kind) {
            out.insert(next);
        } else if seen.insert(next) {
            stack.extend(project.uses_of(next));
        }
    }
    out.remove(&id);
    out.into_iter().collect()
}

/// Who uses each station.
pub(crate) fn users(project: &Project) -> FxHashMap<ObjectId, Vec<ObjectId>> {
    let mut out: FxHashMap<ObjectId, Vec<ObjectId>> = FxHashMap::default();
    for id in project.ids().filter(|id| is_station(project.object(*id).kind)) {
        for used in used_by(project, id) {
            out.entry(used).or_default().push(id);
        }
    }
    out
}

/// The stations that use one, directly or not.
pub(crate) fn all_users(project: &Project, id: ObjectId) -> BTreeSet<ObjectId> {
    let users = users(project);
    reach(id, usize::MAX, |id| users.get(&id).cloned().unwrap_or_default())
}

fn reach(from: ObjectId, depth: usize, next: impl Fn(ObjectId) -> Vec<ObjectId>) -> BTreeSet<ObjectId> {
    let mut seen = BTreeSet::new();
    let mut front = vec![from];
    for _ in 0..depth {
        front = front.into_iter().flat_map(&next).filter(|id| *id != from && seen.insert(*id)).collect();
        if front.is_empty() {
            break;
        }
    }
    seen
}

/// What an object is made from and what is made from it, at most the given number of steps away; without an object the whole
/// project.
pub fn lineage(project: &Project, of: Option<ObjectId>, depth: usize) -> Lineage {
    let users = users(project);
    let nodes: BTreeSet<ObjectId> = match of.and_then(|id| station(project, id)) {
        Some(id) => {
            let mut nodes = reach(id, depth, |id| users.get(&id).cloned().unwrap_or_default());
            nodes.extend(reach(id, depth, |id| used_by(project, id)));
            nodes.insert(id);
            nodes
        }
        None => project.ids().filter(|id| is_station(project.object(*id).kind)).collect(),
    };
    let mut edges = Vec::new();
    for (used, by) in &users {
        edges.extend(by.iter().map(|user| (*user, *used)));
    }
    edges.retain(|(from, to)| nodes.contains(from) && nodes.contains(to));
    edges.sort_unstable();
    Lineage { nodes: nodes.into_iter().collect(), edges }
}

/// One end of a call hierarchy: an object, and the places in the caller that name the callee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The other object.
    pub object: ObjectId,
    /// The bytes that name the callee, in the caller's file; the caller's own name where it is written inside it.
    pub places: Vec<TextRange>,
}

/// The objects that a call hierarchy starts at: those that the name at an offset means, else the one around it.
pub fn hierarchy_at(project: &Project, file: FileId, offset: TextSize) -> Vec<ObjectId> {
    let named = symbols_at(project, file, offset).into_iter().flat_map(|(symbols, _)| symbols);
    let mut ids: Vec<ObjectId> = named
        .filter_map(|symbol| match symbol {
            Symbol::Object(id) | Symbol::Field(id, _) => station(project, id),
            Symbol::Files(_) => None,
        })
        .collect();
    if ids.is_empty() {
        ids.extend(object_around(project, file, offset));
    }
    ids.dedup();
    ids
}

/// The innermost station around an offset.
pub fn object_around(project: &Project, file: FileId, offset: TextSize) -> Option<ObjectId> {
    let around = project.ids().filter(|id| project.file_of_object(*id) == file).filter_map(|id| {
        let (_, range) = project.resolve(project.object(id).loc)?;
        (range.contains_inclusive(offset) && is_station(project.object(id).kind)).then_some((range.len(), id))
    });
    around.min_by_key(|(len, id)| (*len, std::cmp::Reverse(*id))).map(|(_, id)| id)
}

/// The innermost stations in which places stand.
pub fn stations_at(project: &Project, locs: &[Loc]) -> Vec<Option<ObjectId>> {
    let objects = project.objects_in(&locs.iter().map(|loc| loc.segment).collect());
    let around = |loc: &Loc| {
        let place = |id: &ObjectId| project.object(*id).loc;
        let around = objects.get(&loc.segment)?.iter().filter(|id| place(id).contains(*loc));
        let innermost = around.min_by_key(|id| place(id).range.len())?;
        station(project, *innermost)
    };
    locs.iter().map(around).collect()
}

/// Who uses an object (`incoming`), with the places there.
pub fn callers(project: &Project, id: ObjectId) -> Vec<Call> {
    let users = users(project).remove(&id).unwrap_or_default();
    users.into_iter().map(|user| Call { object: user, places: places(project, user, id) }).collect()
}

/// What an object uses (`outgoing`), with the places in it.
pub fn callees(project: &Project, id: ObjectId) -> Vec<Call> {
    let calls = used_by(project, id).into_iter();
    calls.map(|used| Call { object: used, places: places(project, id, used) }).collect()
}

/// Where one station names another.
fn places(project: &Project, user: ObjectId, used: ObjectId) -> Vec<TextRange> {
    let mut own = vec![user];
    // References in rows and items are the dashboard's.
    let mut at = 0;
    while let Some(id) = own.get(at) {
        own.extend(project.children(*id).filter(|child| !is_station(project.object(*child).kind)));
        at += 1;
    }
    let mut found: BTreeMap<TextSize, TextRange> = BTreeMap::new();
    for reference in own.iter().flat_map(|id| &project.object(*id).uses) {
        let ids = resolve(project, reference);
        let by_path = reference.path.as_ref().filter(|path| {
            ids.iter()
                .any(|id| *id != used && crate::cursor::symbol::field(project, *id, &path.text) == Symbol::Object(used))
        });
        let loc = match by_path {
            Some(path) => path.loc,
            None if ids.contains(&used) => reference.name_loc,
            None => continue,
        };
        found.extend(project.resolve(loc).map(|(_, range)| (range.start(), range)));
    }
    if found.is_empty() {
        found.extend(project.resolve(project.object(user).name_loc()).map(|(_, range)| (range.start(), range)));
    }
    found.into_values().collect()
}
