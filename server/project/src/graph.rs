//! Who uses whom (`R-DAG-01`).

use crate::links::Links;
use crate::names::Resolution;
use crate::object::{Body, Use};
use crate::project::{ObjectId, Project};
use crate::schema::Kind;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

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
            if seen.insert(next) {
                out.push(next);
                stack.extend(self.uses_of(next));
            }
        }
        out.sort_unstable();
        out
    }

    /// For each object a number that changes when it or anything that it uses, directly or not, changes; `None` if objects
    /// use each other in a circle.
    pub fn identities(&self) -> Option<Vec<u64>> {
        const OPEN: u64 = u64::MAX;
        let mut known: Vec<Option<u64>> = vec![None; self.len()];
        for start in self.ids() {
            if known[start.index()].is_some() {
                continue;
            }
            let mut path = vec![(start, self.uses_of(start).iter())];
            known[start.index()] = Some(OPEN);
            while let Some((id, next)) = path.last_mut() {
                if let Some(&target) = next.next() {
                    match known[target.index()] {
                        Some(OPEN) => return None,
                        Some(_) => {}
                        None => {
                            known[target.index()] = Some(OPEN);
                            path.push((target, self.uses_of(target).iter()));
                        }
                    }
                    continue;
                }
                let mut hasher = FxHasher::default();
                self.object(*id).loc.hash(&mut hasher);
                for used in self.uses_of(*id) {
                    known[used.index()].hash(&mut hasher);
                }
                known[id.index()] = Some(hasher.finish().min(OPEN - 1));
                path.pop();
            }
        }
        known.into_iter().collect()
    }

    /// The groups of objects that use each other in a circle, each starting with its first in document order and
    /// following one circle.
    pub(crate) fn cycles(&self) -> Vec<Vec<ObjectId>> {
        // Only these kinds can take part (R-DAG-04).
        let takes_part = |id: &ObjectId| {
            matches!(self.object(*id).kind, Kind::Insight | Kind::Metric | Kind::Dimension | Kind::Input)
        };
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let mut state = vec![State::New; self.len()];
        let mut found = Vec::new();
        for start in self.ids().filter(takes_part) {
            if state[start.index()] != State::New {
                continue;
            }
            let mut path = vec![(start, self.uses_of(start).iter().rev())];
            state[start.index()] = State::Open;
            while let Some((id, next)) = path.last_mut() {
                let Some(&target) = next.next() else {
                    state[id.index()] = State::Done;
                    path.pop();
                    continue;
                };
                match state[target.index()] {
                    State::Open => {
                        let from = path.iter().position(|(id, _)| *id == target).unwrap_or(0);
                        let mut circle: Vec<ObjectId> = path[from..].iter().map(|(id, _)| *id).collect();
                        let least = circle.iter().enumerate().min_by_key(|(_, id)| **id).map_or(0, |(at, _)| at);
                        circle.rotate_left(least);
                        found.push(circle);
                    }
                    State::New if takes_part(&target) => {
                        state[target.index()] = State::Open;
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
