//! A metric or dimension of the project reaches exactly one source (`R-SEM-05`, validator V10).

use crate::codes::Code;
use crate::names::{Resolution, is_scoped};
use crate::object::Body;
use crate::problem::Problem;
use crate::project::{ObjectId, Project};
use crate::schema::Kind;
use rustc_hash::FxHashSet;

/// What is wrong with the sources that a metric or dimension reaches. Says nothing where something else is wrong on the
/// way to them.
pub(crate) fn problem(project: &Project, id: ObjectId) -> Option<Problem> {
    let object = project.object(id);
    let Body::Expression(body) = &object.body else { return None };
    let text = body.expression.as_ref().filter(|_| !is_scoped(object) && project.names_complete())?;
    if !viz_syntax::almost_references(text.text()).is_empty() {
        return None;
    }
    let dependencies = project.dependencies(id);
    let fine = |id: &ObjectId| {
        let kind = project.object(*id).kind;
        let allowed = matches!(kind, Kind::Metric | Kind::Dimension | Kind::Model | Kind::Source);
        allowed && project.references_of(*id).all(|(_, meaning)| matches!(meaning, Resolution::Object(_)))
    };
    let circle = dependencies.iter().any(|dependency| project.uses_of(*dependency).contains(&id));
    if circle || project.uses_of(id).contains(&id) || !fine(&id) || !dependencies.iter().all(fine) {
        return None;
    }
    let models: Vec<ObjectId> =
        dependencies.iter().copied().filter(|id| project.object(*id).kind == Kind::Model).collect();
    let loc = text.locate(viz_text::TextRange::up_to(text.len())).unwrap_or(object.name_loc());
    let kind = object.kind.name();
    if models.is_empty() {
        let other = dependencies.iter().any(|id| !matches!(project.object(*id).body, Body::Model(_)));
        // What it refers to has this problem itself.
        return (!other).then(|| {
            let message = format!("this {kind} reaches no source: its columns belong to no model (R-SEM-05)");
            Problem::new(Code::ExpressionSource, loc, message).help("write its columns as `${ref(model).column}`")
        });
    }
    let sources: FxHashSet<ObjectId> = models.iter().filter_map(|model| project.source_of(*model)).collect();
    if sources.len() < 2 {
        return None; // a model without a source is reported where it stands
    }
    // The smallest part that mixes sources is to blame: what uses it says nothing.
    let mixed_below = dependencies.iter().any(|dependency| {
        let below = project.dependencies(*dependency);
        let reached: FxHashSet<ObjectId> = below.iter().filter_map(|id| project.source_of(*id)).collect();
        matches!(project.object(*dependency).body, Body::Expression(_)) && reached.len() > 1
    });
    if mixed_below {
        return None;
    }
    let mut names: Vec<String> =
        sources.iter().map(|source| format!("`{}`", project.object(*source).name_text())).collect();
    names.sort();
    let message = format!("this {kind} mixes the sources {}: it can reach one only (R-SEM-05)", names.join(" and "));
    let mut problem = Problem::new(Code::ExpressionSource, loc, message);
    for model in models {
        let source = project.source_of(model).map(|source| project.object(source).name_text()).unwrap_or_default();
        problem = problem.related(project.object(model).name_loc(), format!("this model is of `{source}`"));
    }
    Some(problem)
}
