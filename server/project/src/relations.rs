//! What is doubtful about relations among each other, and about the sides of their joins (section 7).

use crate::codes::Code;
use crate::names::Resolution;
use crate::object::{Body, Relation};
use crate::problem::Problem;
use crate::project::{ObjectId, Project};
use crate::schema::Kind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A relation and the two models that it joins.
pub type Join = (ObjectId, (ObjectId, ObjectId));

/// All relations that join something, in document order; found once for all insights.
#[derive(Debug)]
pub(crate) struct Joins {
    all: Vec<Join>,
    /// The places in it, by the first of both models.
    by_model: FxHashMap<ObjectId, Vec<usize>>,
}

impl Joins {
    fn of(all: Vec<Join>) -> Self {
        let mut by_model: FxHashMap<ObjectId, Vec<usize>> = FxHashMap::default();
        for (at, (_, (first, _))) in all.iter().enumerate() {
            by_model.entry(*first).or_default().push(at);
        }
        Self { all, by_model }
    }

    /// Those of a project of which some relations are gone and others are new, or refer to other models.
    pub(crate) fn after(&self, project: &Project, gone: &[ObjectId], changed: &[ObjectId]) -> Self {
        let others: FxHashSet<ObjectId> = gone.iter().chain(changed).copied().collect();
        let mut all: Vec<Join> = self.all.iter().filter(|(id, _)| !others.contains(id)).copied().collect();
        let relations = changed.iter().filter(|id| project.object(**id).kind == Kind::Relation);
        all.extend(relations.filter_map(|id| project.join_of(*id)));
        all.sort_unstable();
        Self::of(all)
    }
}

/// What is wrong with relations depends on these.
pub(crate) const OF: [Kind; 3] = [Kind::Relation, Kind::Model, Kind::Source];

pub(crate) fn problems(project: &Project) -> Arc<[Problem]> {
    let mut out = Vec::new();
    let mut pairs: FxHashMap<(ObjectId, ObjectId), Vec<ObjectId>> = FxHashMap::default();
    for &(id, pair) in project.joins() {
        let Body::Relation(relation) = &project.object(id).body else { continue };
        pairs.entry(pair).or_default().push(id);
        sides(project, relation, pair, &mut out);
        sources(project, id, pair, &mut out);
    }
    let mut pairs: Vec<_> = pairs.into_iter().filter(|(_, relations)| relations.len() > 1).collect();
    pairs.sort();
    for (pair, relations) in pairs {
        several(project, pair, &relations, &mut out);
    }
    out.into()
}

impl Project {
    /// All relations that join two models; the others join nothing (`R-SEM-21`), which other findings say.
    pub(crate) fn joins(&self) -> &[Join] {
        &self.found_joins().all
    }

    /// The relations that join two of these models, in document order.
    pub fn joins_among(&self, models: &[ObjectId]) -> Vec<Join> {
        if models.len() < 2 {
            return Vec::new();
        }
        let joins = self.found_joins();
        let models: FxHashSet<ObjectId> = models.iter().copied().collect();
        let places = models.iter().filter_map(|model| joins.by_model.get(model)).flatten();
        let mut places: Vec<usize> = places.copied().collect();
        self.walk(places.len());
        places.sort_unstable();
        places.into_iter().map(|at| joins.all[at]).filter(|(_, (_, other))| models.contains(other)).collect()
    }

    fn found_joins(&self) -> &Joins {
        let all = || self.of_kind(Kind::Relation).filter_map(|id| self.join_of(id)).collect();
        self.joins.get_or_init(|| Arc::new(Joins::of(all())))
    }

    fn join_of(&self, relation: ObjectId) -> Option<Join> {
        Some((relation, self.models_of_relation(relation)?))
    }

    fn models_of_relation(&self, relation: ObjectId) -> Option<(ObjectId, ObjectId)> {
        self.walk(1);
        let mut named: Vec<ObjectId> = Vec::new();
        for (_, meaning) in self.references_of(relation) {
            let Resolution::Object(model) = meaning else { return None };
            named.push(*model);
        }
        named.sort_unstable();
        named.dedup();
        match named.as_slice() {
            [a, b] if [a, b].iter().all(|id| self.object(**id).kind == Kind::Model) => Some((*a, *b)),
            _ => None,
        }
    }
}

fn relation(project: &Project, id: ObjectId) -> Option<&Relation> {
    match &project.object(id).body {
        Body::Relation(relation) => Some(relation),
        _ => None,
    }
}

/// `R-SQL-13`, `R-SEM-20`, S-12: which model stands in FROM changes from run to run.
fn sides(project: &Project, relation: &Relation, (a, b): (ObjectId, ObjectId), out: &mut Vec<Problem>) {
    let (Some(loc), "left" | "right") = (relation.join_type_loc, relation.join_type.as_str()) else { return };
    let (a, b) = (project.object(a).name_text(), project.object(b).name_text());
    let message = format!("whether `{a}` or `{b}` is on the left changes from run to run: rows come and go (S-12)");
    out.push(
        Problem::new(Code::JoinSides, loc, message)
            .help("use `inner` or `full`, or join the models in the SQL of a third one"),
    );
}

/// `R-SEM-24`: models of two sources can't be joined where the query runs on one of them.
fn sources(project: &Project, id: ObjectId, (a, b): (ObjectId, ObjectId), out: &mut Vec<Problem>) {
    let (Some(first), Some(second)) = (project.source_of(a), project.source_of(b)) else { return };
    if first == second {
        return;
    }
    let object = project.object(id);
    let name = |id: ObjectId| project.object(id).name_text();
    let message = format!(
        "`{}` is on the source `{}` and `{}` on `{}`: no query of one source reads both (R-SEM-24)",
        name(a),
        name(first),
        name(b),
        name(second)
    );
    out.push(Problem::new(Code::MixedSources, object.name_loc(), message));
}

/// `R-SQL-12`, `R-SEM-25`: of several relations of one pair, the default one wins; else any.
fn several(project: &Project, (a, b): (ObjectId, ObjectId), relations: &[ObjectId], out: &mut Vec<Problem>) {
    let default = |id: &&ObjectId| relation(project, **id).is_some_and(|relation| relation.is_default);
    let defaults: Vec<&ObjectId> = relations.iter().filter(default).collect();
    let (first, second, why) = match defaults.as_slice() {
        [_] => return,
        [] => (relations[0], relations[1], "none of them is the default: any of them is used"),
        [first, second, ..] => (**first, **second, "several of them are the default: any of these is used"),
    };
    let same = |id: &ObjectId| {
        let (one, other) = (relation(project, relations[0]), relation(project, *id));
        one.zip(other).is_some_and(|(one, other)| {
            let text = |relation: &Relation| relation.condition.as_ref().map(|text| text.text().to_owned());
            one.join_type == other.join_type && text(one) == text(other)
        })
    };
    if relations.iter().all(same) {
        return;
    }
    let (a, b) = (project.object(a).name_text(), project.object(b).name_text());
    let message = format!("{} relations join `{a}` and `{b}`, and {why} (R-SEM-25)", relations.len());
    let problem = Problem::new(Code::AmbiguousRelation, project.object(second).name_loc(), message)
        .related(project.object(first).name_loc(), "another one is here")
        .help("write `is_default: true` on one of them");
    out.push(problem);
}
