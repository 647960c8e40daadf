//! Which objects use each other in circles: the strongly connected groups of the graph (Tarjan), each behind all that it uses.

use crate::graph::{Rewired, Users};
use crate::project::{ObjectId, Project};
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::Arc;

/// The groups. An object that uses itself in no other way is a group of its own.
#[derive(Debug)]
pub(crate) struct Groups {
    /// Of each object: higher than what it uses, the same for all of a group.
    levels: Box<[u32]>,
    /// The groups of several objects, by each of them, in document order.
    circles: FxHashMap<ObjectId, Arc<[ObjectId]>>,
}

/// An object that was not reached yet.
const NEW: u32 = u32::MAX;

impl Groups {
    /// Each object and each use is looked at once.
    pub(crate) fn new(project: &Project) -> Self {
        let mut levels = vec![NEW; project.numbers()].into_boxed_slice();
        // When each object was reached, and the first reached object that it leads back to.
        let (mut reached, mut back) = (vec![NEW; project.numbers()], vec![NEW; project.numbers()]);
        let mut circles: FxHashMap<ObjectId, Arc<[ObjectId]>> = FxHashMap::default();
        let (mut count, mut level) = (0, 0);
        let mut open: Vec<ObjectId> = Vec::new();
        for start in project.ids() {
            let mut path: Vec<(ObjectId, Range<usize>)> = Vec::new();
            let mut enter = (reached[start.index()] == NEW).then_some(start);
            loop {
                if let Some(id) = enter.take() {
                    (reached[id.index()], back[id.index()]) = (count, count);
                    count += 1;
                    open.push(id);
                    project.walk(1);
                    path.push((id, 0..project.uses_of(id).len()));
                }
                let Some((id, uses)) = path.last_mut() else { break };
                let id = *id;
                if let Some(next) = uses.next() {
                    let used = project.uses_of(id)[next];
                    project.walk(1);
                    if reached[used.index()] == NEW {
                        enter = Some(used);
                    } else if levels[used.index()] == NEW {
                        back[id.index()] = back[id.index()].min(reached[used.index()]);
                    }
                    continue;
                }
                path.pop();
                if let Some((user, _)) = path.last() {
                    back[user.index()] = back[user.index()].min(back[id.index()]);
                }
                if back[id.index()] == reached[id.index()] {
                    let from = open.iter().rposition(|member| *member == id).unwrap_or(0);
                    let mut group = open.split_off(from);
                    group.sort_unstable();
                    group.iter().for_each(|member| levels[member.index()] = level);
                    level += 1;
                    if group.len() > 1 {
                        let circle: Arc<[ObjectId]> = group.into();
                        circles.extend(circle.iter().map(|member| (*member, Arc::clone(&circle))));
                    }
                }
            }
        }
        Self { levels, circles }
    }

    /// The groups where some objects use others than before; `None` if they have to be found anew.
    pub(crate) fn after(&self, project: &Project, users: &Users, rewired: &[Rewired]) -> Option<Self> {
        // Round a circle levels rise for ever.
        const MOST: usize = 1_000;
        let mut levels = self.levels.clone();
        let mut left: Vec<ObjectId> = rewired.iter().map(|one| one.id).collect();
        let mut risen = 0;
        while let Some(id) = left.pop() {
            if self.circles.contains_key(&id) || risen > MOST {
                return None;
            }
            let used = if project.has(id) { project.uses_of(id) } else { &[] };
            let above = |used: &ObjectId| levels[used.index()].checked_add(1).unwrap_or_default();
            let least = used.iter().filter(|used| **used != id).map(above).max().unwrap_or_default();
            if levels[id.index()] == NEW || levels[id.index()] < least {
                risen += 1;
                levels[id.index()] = least;
                left.extend(users.of(id).iter().filter(|user| **user != id));
            }
        }
        Some(Self { levels, circles: self.circles.clone() })
    }

    /// The number of an object's group: what it uses has the same or a smaller one.
    pub(crate) fn number(&self, id: ObjectId) -> u64 {
        let first = if self.circles.is_empty() { id } else { self.circles.get(&id).map_or(id, |circle| circle[0]) };
        u64::from(self.levels[id.index()]) << 32 | u64::from(first.0)
    }

    /// The objects of a group, in document order.
    pub(crate) fn members(&self, number: u64) -> impl Iterator<Item = ObjectId> + '_ {
        let first = ObjectId(number as u32);
        let circle = self.circles.get(&first).map(|circle| circle.iter().copied());
        let alone = circle.is_none().then_some(first);
        circle.into_iter().flatten().chain(alone)
    }

    /// Whether there are others in an object's group.
    pub(crate) fn is_of_several(&self, id: ObjectId) -> bool {
        self.circles.contains_key(&id)
    }

    /// The numbers of all groups: what a group uses stands in front of it.
    pub(crate) fn in_order(&self, project: &Project) -> Vec<u64> {
        let mut numbers: Vec<u64> = project.ids().map(|id| self.number(id)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, MemoryFiles};
    use std::fmt::Write;
    use std::path::Path;

    fn metrics(uses: &[&[usize]]) -> Project {
        let mut text = String::from("metrics:\n");
        for (at, used) in uses.iter().enumerate() {
            let sum: Vec<String> = used.iter().map(|used| format!("${{ref(k{used})}}")).collect();
            let _ = writeln!(text, "  - {{ name: k{at}, expression: \"1 + {}\" }}", sum.join(" + "));
        }
        Project::load(
            Path::new("/p"),
            &MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]),
            &Environment::empty(),
        )
    }

    #[test]
    fn groups_stand_behind_what_they_use() {
        // 0 → 1 ⇄ 2 → 3, 4 → 4, 5 alone, 6 → 1
        let project = metrics(&[&[1], &[2], &[1, 3], &[], &[4], &[], &[1]]);
        let groups = Groups::new(&project);
        let all: Vec<Vec<u32>> =
            groups.in_order(&project).iter().map(|group| groups.members(*group).map(|id| id.0).collect()).collect();
        assert_eq!(all, [vec![3], vec![1, 2], vec![0], vec![4], vec![5], vec![6]]);
        assert!(project.ids().all(|id| groups.members(groups.number(id)).any(|member| member == id)));
        let circle: Vec<u32> = project.ids().filter(|id| project.is_in_circle(*id)).map(|id| id.0).collect();
        assert_eq!(circle, [1, 2, 4]);
    }

    /// Random graphs, judged by walking from every object.
    #[test]
    fn what_reaches_each_other_is_a_group() {
        let mut seed = 7_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for _ in 0..60 {
            let count = 1 + random(9);
            let uses: Vec<Vec<usize>> = (0..count).map(|_| (0..random(3)).map(|_| random(count)).collect()).collect();
            let project = metrics(&uses.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let groups = Groups::new(&project);
            for a in project.ids() {
                let below = project.dependencies(a);
                assert!(below.iter().all(|used| groups.number(*used) <= groups.number(a)), "{uses:?}");
                for b in project.ids().filter(|b| *b != a) {
                    let round = below.contains(&b) && project.dependencies(b).contains(&a);
                    assert_eq!(groups.number(a) == groups.number(b), round, "{uses:?}");
                }
            }
        }
    }
}
