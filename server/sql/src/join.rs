//! FROM and JOIN of an insight over several models (`R-SQL-12`, `R-SQL-13`).

use crate::expand::Expander;
use crate::hash::name_hash;
use crate::template::Template;
use std::collections::{HashMap, HashSet};
use viz_project::{Body, Kind, ObjectId, Project, Relation};
use viz_text::TextRange;

/// A relation between two models of the query.
struct Edge<'a> {
    models: (ObjectId, ObjectId),
    relation: &'a Relation,
    id: ObjectId,
}

/// Models that no relations connect.
pub(crate) struct NoPath {
    pub between: (ObjectId, ObjectId),
    /// A model that would connect them, were it referred to.
    pub bridge: Option<ObjectId>,
}

/// `FROM "a" INNER JOIN "b" ON …` for these models.
pub(crate) fn from_clause(
    project: &Project,
    models: &[ObjectId],
    expander: &mut Expander<'_>,
) -> Result<Template, NoPath> {
    let mut out = Template::new();
    out.push_generated("FROM ");
    let Some(first) = models.first() else { return Ok(out) };
    let edges = edges(project, models);
    let ways = ways(&edges);
    let degree = |model: &ObjectId| ways.get(model).map_or(0, Vec::len);
    let start = models.iter().copied().rev().max_by_key(degree).unwrap_or(*first);
    push_table(&mut out, project, start);
    let (mut joined, mut order) = (HashSet::from([start]), vec![start]);
    let mut at = 0;
    while let Some(from) = order.get(at) {
        for &(other, edge) in ways.get(from).into_iter().flatten() {
            if !joined.insert(other) {
                continue;
            }
            order.push(other);
            out.push_generated(&format!("\n{} JOIN ", edge.relation.join_type.to_uppercase()));
            push_table(&mut out, project, other);
            out.push_generated(" ON ");
            let condition = edge.relation.condition.as_ref().expect("edges have conditions");
            let condition = expander.expand(condition, TextRange::up_to(condition.len()));
            out.push_template(&condition);
            debug_assert_eq!(project.object(edge.id).kind, Kind::Relation);
        }
        at += 1;
    }
    match models.iter().find(|model| !joined.contains(*model)) {
        Some(lost) => Err(NoPath { between: (start, *lost), bridge: bridge(project, start, *lost) }),
        None => Ok(out),
    }
}

fn push_table(out: &mut Template, project: &Project, model: ObjectId) {
    out.push_generated(&format!("\"{}\"", name_hash(project.object(model).name_text())));
}

/// One relation for each pair of models: the default one, else the first.
fn edges<'a>(project: &'a Project, models: &[ObjectId]) -> Vec<Edge<'a>> {
    let mut edges: Vec<Edge<'a>> = Vec::new();
    let mut places = HashMap::new();
    for (id, models) in project.joins_among(models) {
        let Body::Relation(relation) = &project.object(id).body else { continue };
        if relation.condition.is_none() {
            continue;
        }
        let edge = Edge { models, relation, id };
        let at = *places.entry(edge.models).or_insert(edges.len());
        match edges.get_mut(at) {
            Some(other) if relation.is_default && !other.relation.is_default => *other = edge,
            Some(_) => {}
            None => edges.push(edge),
        }
    }
    edges
}

/// Where one gets from each model, in the order of the edges.
fn ways<'e, 'a>(edges: &'e [Edge<'a>]) -> HashMap<ObjectId, Vec<(ObjectId, &'e Edge<'a>)>> {
    let mut ways: HashMap<ObjectId, Vec<(ObjectId, &Edge<'_>)>> = HashMap::new();
    for edge in edges {
        let (a, b) = edge.models;
        ways.entry(a).or_default().push((b, edge));
        ways.entry(b).or_default().push((a, edge));
    }
    ways
}

/// The last model on a shortest way between two models over all relations.
fn bridge(project: &Project, from: ObjectId, to: ObjectId) -> Option<ObjectId> {
    let models: Vec<ObjectId> = project.of_kind(Kind::Model).collect();
    let edges = edges(project, &models);
    let ways = ways(&edges);
    let (mut met, mut order) = (HashSet::from([from]), vec![from]);
    let mut at = 0;
    while let Some(here) = order.get(at).copied() {
        for &(other, _) in ways.get(&here).into_iter().flatten() {
            if other == to {
                return (here != from).then_some(here);
            }
            if met.insert(other) {
                order.push(other);
            }
        }
        at += 1;
    }
    None
}
