//! FROM and JOIN of an insight over several models (`R-SQL-12`, `R-SQL-13`).

use crate::expand::Expander;
use crate::hash::name_hash;
use crate::template::Template;
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
    // Looking for relations costs a walk over the whole project.
    let edges = if models.len() > 1 { edges(project, models) } else { Vec::new() };
    let degree =
        |model: &ObjectId| edges.iter().filter(|edge| edge.models.0 == *model || edge.models.1 == *model).count();
    let start = models.iter().copied().rev().max_by_key(degree).unwrap_or(*first);
    push_table(&mut out, project, start);
    let mut joined = vec![start];
    let mut at = 0;
    while at < joined.len() {
        let from = joined[at];
        for edge in &edges {
            let other = match edge.models {
                (a, b) if a == from => b,
                (a, b) if b == from => a,
                _ => continue,
            };
            if joined.contains(&other) {
                continue;
            }
            joined.push(other);
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
    match models.iter().find(|model| !joined.contains(model)) {
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
    for id in project.of_kind(Kind::Relation) {
        let Body::Relation(relation) = &project.object(id).body else { continue };
        let Some((a, b)) = project.joined_models(id) else { continue };
        if relation.condition.is_none() || !models.contains(&a) || !models.contains(&b) {
            continue;
        }
        let edge = Edge { models: (a, b), relation, id };
        match edges.iter_mut().find(|other| other.models == edge.models) {
            Some(other) if relation.is_default && !other.relation.is_default => *other = edge,
            Some(_) => {}
            None => edges.push(edge),
        }
    }
    edges
}

/// The last model on a shortest way between two models over all relations.
fn bridge(project: &Project, from: ObjectId, to: ObjectId) -> Option<ObjectId> {
    let models: Vec<ObjectId> = project.of_kind(Kind::Model).collect();
    let edges = edges(project, &models);
    let mut met = vec![from];
    let mut at = 0;
    while let Some(here) = met.get(at).copied() {
        for edge in edges.iter().filter(|edge| edge.models.0 == here || edge.models.1 == here) {
            let other = if edge.models.0 == here { edge.models.1 } else { edge.models.0 };
            if other == to {
                return (here != from).then_some(here);
            }
            if !met.contains(&other) {
                met.push(other);
            }
        }
        at += 1;
    }
    None
}
