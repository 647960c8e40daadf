//! Who uses whom (`R-DAG-01`).

use crate::groups::Groups;
use crate::links::Links;
use crate::names::Resolution;
use crate::object::{Body, Use};
use crate::outline::Outline;
use crate::project::{ObjectId, Project};
use crate::schema::Kind;
use crate::table::Table;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

/// What uses what. Snapshots in which that is the same share it.
#[derive(Debug, Default)]
pub struct Graph {
    /// Of which objects.
    outline: Arc<Outline>,
    /// Made when it is first needed.
    users: OnceLock<Users>,
    /// Made when they are first needed.
    groups: OnceLock<Arc<Groups>>,
}

/// What the object of a number uses, if there is one, that used something else before or was another one.
pub(crate) struct Rewired {
    pub(crate) id: ObjectId,
    pub(crate) before: Box<[ObjectId]>,
    pub(crate) now: Box<[ObjectId]>,
}

impl Graph {
    pub(crate) fn of(outline: &Arc<Outline>) -> Self {
        Self { outline: Arc::clone(outline), ..Self::default() }
    }

    /// Of these objects, of which some use other ones than before; and whether they are in circles as they were.
    pub(crate) fn after(&self, project: &Project, rewired: &[Rewired]) -> (Self, bool) {
        let outline = Arc::clone(&project.outline);
        let users = self.users.get().map(|users| users.after(project, rewired));
        let groups =
            self.groups.get().zip(users.as_ref()).and_then(|(groups, users)| groups.after(project, users, rewired));
        let same = groups.is_some();
        let users = users.map_or_else(OnceLock::new, OnceLock::from);
        let groups = groups.map_or_else(OnceLock::new, |groups| OnceLock::from(Arc::new(groups)));
        (Self { outline, users, groups }, same)
    }

    /// The objects of a kind, in document order.
    pub fn of_kind(&self, kind: Kind) -> &[ObjectId] {
        self.outline.of_kind(kind)
    }
}

/// Who uses each object directly, in document order.
#[derive(Debug)]
pub(crate) struct Users {
    all: Table<Vec<ObjectId>>,
}

impl Users {
    fn new(project: &Project) -> Self {
        let mut all: Vec<Vec<ObjectId>> = vec![Vec::new(); project.numbers()];
        for id in project.ids() {
            project.uses_of(id).iter().for_each(|used| all[used.index()].push(id));
        }
        Self { all: all.into_iter().collect() }
    }

    pub(crate) fn of(&self, id: ObjectId) -> &[ObjectId] {
        &self.all[id.index()]
    }

    fn after(&self, project: &Project, rewired: &[Rewired]) -> Self {
        let mut all = self.all.clone();
        for Rewired { id, before, now } in rewired {
            for used in before.iter().filter(|used| !now.contains(used)) {
                all.at(used.index()).retain(|user| user != id);
            }
            for used in now.iter().filter(|used| !before.contains(used)) {
                let users = all.at(used.index());
                if let Err(at) = users.binary_search(id) {
                    users.insert(at, *id);
                }
            }
        }
        project.walk(rewired.iter().map(|one| one.before.len() + one.now.len()).sum());
        Self { all }
    }
}

/// Circles of a group that are told: a group in which everything uses everything has very many.
const CIRCLES: usize = 10;

impl Project {
    pub(crate) fn find_links(&self, id: ObjectId) -> Links {
        let object = self.object(id);
        let meanings: Box<[Resolution]> =
            object.uses.iter().map(|reference| self.names().resolve(&reference.name)).collect();
        let used = |(reference, meaning): (&Use, &Resolution)| match *meaning {
            Resolution::Object(target) => match (&reference.path, self.object(target).kind) {
                // `${ref(model).metric}` uses the metric, and through it the model.
                (Some(path), Kind::Model) => self.scoped_field(target, &path.text).or(Some(target)),
                _ => Some(target),
            },
            _ => None,
        };
        let mut out: Vec<ObjectId> = object.uses.iter().zip(&meanings).filter_map(used).collect();
        if matches!(object.body, Body::Model(_)) {
            out.extend(self.source_of(id));
        } else if crate::names::is_scoped(object) {
            out.extend(self.parent(id));
        } else {
            out.extend(self.children(id));
        }
        out.sort_unstable();
        out.dedup();
        Links { meanings, uses: out.into_boxed_slice() }
    }

    /// Everything that an object uses, directly or not, in document order; itself left out.
    pub fn dependencies(&self, id: ObjectId) -> Vec<ObjectId> {
        let mut out: Vec<ObjectId> = Vec::new();
        let mut seen = rustc_hash::FxHashSet::from_iter([id]);
        let mut stack = self.uses_of(id).to_vec();
        while let Some(next) = stack.pop() {
            self.walk(1);
            if seen.insert(next) {
                out.push(next);
                stack.extend(self.uses_of(next));
            }
        }
        out.sort_unstable();
        out
    }

    /// Which objects use each other.
    pub(crate) fn groups(&self) -> &Groups {
        self.graph.groups.get_or_init(|| Arc::new(Groups::new(self)))
    }

    /// Whether an object uses itself, directly or not.
    pub fn is_in_circle(&self, id: ObjectId) -> bool {
        self.groups().is_of_several(id) || self.uses_of(id).contains(&id)
    }

    /// How many uses were followed so far: what tests of growth count.
    pub fn walked(&self) -> usize {
        self.walked.load(Ordering::Relaxed)
    }

    pub(crate) fn walk(&self, uses: usize) {
        self.walked.fetch_add(uses, Ordering::Relaxed);
    }

    /// For each object a number that changes when it, what its references mean or anything that it uses, directly or not,
    /// changes.
    pub fn identities(&self) -> &Arc<[u64]> {
        self.identities.get_or_init(|| {
            let mut known = vec![0; self.numbers()];
            self.groups().in_order(self).into_iter().for_each(|group| self.identify(group, &mut known));
            known.into()
        })
    }

    /// The identities of this snapshot, from those of one of which some objects are gone, and where all others but those that
    /// have changed are the same and use the same.
    pub(crate) fn identities_after(&self, before: &[u64], gone: &[ObjectId], changed: &[ObjectId]) -> Arc<[u64]> {
        let mut known = before.to_vec();
        gone.iter().for_each(|id| known[id.index()] = 0);
        let users = self.users();
        let mut left: BinaryHeap<Reverse<u64>> = changed.iter().map(|id| Reverse(self.groups().number(*id))).collect();
        let mut last = None;
        // Groups come before those that use them, and only while something is different.
        while let Some(Reverse(group)) = left.pop() {
            if last.replace(group) == Some(group) {
                continue;
            }
            self.identify(group, &mut known);
            for id in self.groups().members(group).filter(|id| known[id.index()] != before[id.index()]) {
                let others = users.of(id).iter().map(|user| self.groups().number(*user));
                left.extend(others.filter(|other| *other != group).map(Reverse));
            }
        }
        known.into()
    }

    /// Finds out the identities of the objects of a group, from those of what they use.
    fn identify(&self, group: u64, known: &mut [u64]) {
        // Those of one group use each other: what changes one changes all of them.
        let mut hasher = FxHasher::default();
        for id in self.groups().members(group) {
            self.object(id).loc.hash(&mut hasher);
            for used in self.uses_of(id) {
                self.walk(1);
                if self.groups().number(*used) != group {
                    known[used.index()].hash(&mut hasher);
                }
            }
            for (_, meaning) in self.references_of(id) {
                // A name that was missing may have come, and one that was unique may no longer be.
                std::mem::discriminant(meaning).hash(&mut hasher);
            }
        }
        for (place, id) in self.groups().members(group).enumerate() {
            let mut own = hasher.clone();
            place.hash(&mut own);
            known[id.index()] = own.finish();
        }
    }

    fn users(&self) -> &Users {
        self.graph.users.get_or_init(|| Users::new(self))
    }

    /// The objects that use an object directly.
    pub fn users_of(&self, id: ObjectId) -> &[ObjectId] {
        self.users().of(id)
    }

    /// These objects and all that use them, directly or not.
    pub(crate) fn users_of_all(&self, ids: &[ObjectId]) -> Vec<ObjectId> {
        let users = self.users();
        let mut seen: FxHashSet<ObjectId> = ids.iter().copied().collect();
        let mut out: Vec<ObjectId> = seen.iter().copied().collect();
        let mut next = 0;
        while let Some(id) = out.get(next) {
            let new: Vec<ObjectId> = users.of(*id).iter().copied().filter(|user| seen.insert(*user)).collect();
            out.extend(new);
            next += 1;
        }
        out
    }

    /// The numbers that may mean other objects than in an earlier snapshot, which had this graph: all others mean the same.
    /// `None` if any may.
    pub fn renumbered_since(&self, graph: &Graph) -> Option<Vec<Range<ObjectId>>> {
        let files = self.outline.differing(&graph.outline)?;
        Some(files.into_iter().map(|file| self.outline.room_of(file)).collect())
    }

    /// Whether all objects are the same, and use each other alike.
    pub fn has_graph(&self, graph: &Arc<Graph>) -> bool {
        Arc::ptr_eq(&self.graph, graph)
    }

    /// What uses what.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// The circles in which objects use each other, each starting with its first in document order; at most [`CIRCLES`] of
    /// objects that all use each other.
    pub(crate) fn cycles(&self) -> Vec<Vec<ObjectId>> {
        // Only these kinds can take part (R-DAG-04).
        let takes_part = |id: &ObjectId| {
            matches!(self.object(*id).kind, Kind::Insight | Kind::Metric | Kind::Dimension | Kind::Input)
        };
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            /// With its place in the path.
            Open(usize),
            Done,
        }
        let mut state = vec![State::New; self.numbers()];
        let mut found = Vec::new();
        let mut told: FxHashMap<u64, usize> = FxHashMap::default();
        for start in self.ids().filter(takes_part) {
            if state[start.index()] != State::New {
                continue;
            }
            let mut path = vec![(start, self.uses_of(start).iter().rev())];
            state[start.index()] = State::Open(0);
            while let Some((id, next)) = path.last_mut() {
                let Some(&target) = next.next() else {
                    state[id.index()] = State::Done;
                    path.pop();
                    continue;
                };
                match state[target.index()] {
                    State::Open(from) => {
                        let told = told.entry(self.groups().number(target)).or_default();
                        *told += 1;
                        if *told > CIRCLES {
                            continue;
                        }
                        self.walk(path.len() - from);
                        let mut circle: Vec<ObjectId> = path[from..].iter().map(|(id, _)| *id).collect();
                        let least = circle.iter().enumerate().min_by_key(|(_, id)| **id).map_or(0, |(at, _)| at);
                        circle.rotate_left(least);
                        found.push(circle);
                    }
                    State::New if takes_part(&target) => {
                        state[target.index()] = State::Open(path.len());
                        path.push((target, self.uses_of(target).iter().rev()));
                    }
                    _ => {}
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, MemoryFiles};
    use std::path::Path;

    const PROJECT: &str = "
sources:
  - { name: s, type: duckdb, database: ':memory:' }
defaults: { source_name: s }
models:
  - name: m
    sql: select 1 as a
    metrics:
      - { name: n, expression: count(*) }
metrics:
  - { name: p, expression: '2 * ${ref(m).n}' }
inputs:
  - { name: i, type: single-select, options: '?{ select a from ${ref(m)} }' }
insights:
  - name: plain
    props: { type: bar, x: '?{ ${ref(p)} }' }
  - name: chosen
    props: { type: bar, x: '?{ ${ref(m).a} }', mode: '${ref(i).value}' }
charts:
  - { name: c, insights: [ref(plain), { name: own, props: { type: bar, x: '?{ ${ref(m).a} }' } }] }
dashboards:
  - { name: d, rows: [{ items: [{ chart: ref(c) }] }] }
";

    fn project() -> Project {
        let files = MemoryFiles::new([("/p/project.visivo.yml", PROJECT)]);
        Project::load(Path::new("/p"), &files, &Environment::empty())
    }

    fn named(project: &Project, name: &str) -> ObjectId {
        project.ids().find(|id| project.object(*id).name_text() == name).unwrap()
    }

    /// Each object is looked at once for each that it is inside of, not once for each other one in the same dashboard.
    #[test]
    fn rows_of_a_dashboard_are_linear_work() {
        let rows = "{ items: [{ chart: ref(c) }] }, ".repeat(500);
        let text = format!("charts: [{{ name: c }}]\ndashboards: [{{ name: d, rows: [{rows}] }}]\n");
        let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
        let project = Project::load(Path::new("/p"), &files, &Environment::empty());
        let lowered = &project.items.last().unwrap().items.last().unwrap().lowered;
        let looked_at: usize = (0..lowered.objects.len()).map(|object| lowered.below(object as u32).count()).sum();
        assert!(looked_at <= 3 * lowered.objects.len(), "{looked_at} of {}", lowered.objects.len());
        for id in project.ids() {
            let children: Vec<ObjectId> = project.children(id).collect();
            let wanted: Vec<ObjectId> = project.ids().filter(|other| project.parent(*other) == Some(id)).collect();
            assert_eq!(children, wanted);
        }
    }

    /// R-DAG-01.
    #[test]
    fn objects_use_what_they_name_hold_and_read() {
        let project = project();
        let uses = |name: &str| -> Vec<&str> {
            project.uses_of(named(&project, name)).iter().map(|id| project.object(*id).name_text()).collect()
        };
        assert_eq!(uses("m"), ["s"]);
        assert_eq!(uses("n"), ["m"]);
        assert_eq!(uses("p"), ["n"]);
        assert_eq!(uses("i"), ["m"]);
        assert_eq!(uses("plain"), ["p"]);
        assert_eq!(uses("chosen"), ["m", "i"]);
        assert_eq!(uses("c"), ["plain", "own"]);
        let below: Vec<&str> = project
            .dependencies(named(&project, "d"))
            .iter()
            .map(|id| project.object(*id).name_text())
            .filter(|name| !name.is_empty())
            .collect();
        assert_eq!(below, ["s", "m", "n", "p", "plain", "c", "own"]);
    }

    /// R-DAG-05: what decides whether an insight is dynamic.
    #[test]
    fn an_insight_depends_on_an_input_by_any_path() {
        let project = project();
        let depends = |name: &str| {
            project.dependencies(named(&project, name)).iter().any(|id| project.object(*id).kind == Kind::Input)
        };
        assert!(depends("chosen") && !depends("plain") && !depends("own"));
    }
}
