//! A metric or dimension of the project reaches exactly one source (`R-SEM-05`, validator V10).

use crate::codes::Code;
use crate::names::{Resolution, is_scoped};
use crate::object::Body;
use crate::problem::Problem;
use crate::project::{ObjectId, Project};
use crate::schema::Kind;
use rustc_hash::{FxHashMap, FxHashSet};

/// Sources that are named as mixed.
const NAMED: usize = 8;

/// What the objects of one group reach, themselves included.
#[derive(Debug, Clone)]
struct Reached {
    /// Whether nothing else is wrong with them.
    fine: bool,
    model: bool,
    /// Each source with the first model that is of it, at most [`NAMED`].
    sources: Vec<(ObjectId, ObjectId)>,
}

/// What expressions reach, found out once for all that use them.
pub(crate) struct Sources<'a> {
    project: &'a Project,
    /// By the number of the group.
    reached: FxHashMap<u64, Reached>,
}

impl<'a> Sources<'a> {
    pub(crate) fn new(project: &'a Project) -> Self {
        Self { project, reached: FxHashMap::default() }
    }

    /// What an object and all that it uses reach.
    fn reached(&mut self, id: ObjectId) -> &Reached {
        let groups = self.project.groups();
        let wanted = groups.number(id);
        let mut new: Vec<u64> = Vec::new();
        let mut seen: FxHashSet<u64> = FxHashSet::default();
        let mut stack = vec![wanted];
        while let Some(group) = stack.pop() {
            if !self.reached.contains_key(&group) && seen.insert(group) {
                new.push(group);
                let used = groups.members(group).flat_map(|member| self.project.uses_of(member));
                stack.extend(used.map(|used| groups.number(*used)).filter(|used| *used != group));
            }
            self.project.walk(1);
        }
        // What a group uses has a smaller number.
        new.sort_unstable();
        for group in new {
            let reached = self.of_group(group);
            self.reached.insert(group, reached);
        }
        &self.reached[&wanted]
    }

    /// What a group reaches, where that is known of all that it uses.
    fn of_group(&self, group: u64) -> Reached {
        let (project, groups) = (self.project, self.project.groups());
        let mut out = Reached { fine: true, model: false, sources: Vec::new() };
        for id in groups.members(group) {
            let kind = project.object(id).kind;
            let allowed = matches!(kind, Kind::Metric | Kind::Dimension | Kind::Model | Kind::Source);
            out.fine &=
                allowed && project.references_of(id).all(|(_, meaning)| matches!(meaning, Resolution::Object(_)));
            out.model |= kind == Kind::Model;
            out.sources.extend(project.source_of(id).map(|source| (source, id)));
            for used in project.uses_of(id).iter().map(|used| groups.number(*used)).filter(|used| *used != group) {
                let below = &self.reached[&used];
                out.fine &= below.fine;
                out.model |= below.model;
                out.sources.extend(&below.sources);
                project.walk(1);
            }
            out.sources.sort_unstable();
            out.sources.dedup_by_key(|(source, _)| *source);
            out.sources.truncate(NAMED);
        }
        out
    }

    /// What is wrong with the sources that a metric or dimension reaches. Says nothing where something else is wrong on the
    /// way to them.
    pub(crate) fn problem(&mut self, id: ObjectId) -> Option<Problem> {
        let project = self.project;
        let object = project.object(id);
        let Body::Expression(body) = &object.body else { return None };
        let text = body.expression.as_ref().filter(|_| !is_scoped(object) && project.names_complete())?;
        if !viz_syntax::almost_references(text.text()).is_empty() || project.is_in_circle(id) {
            return None;
        }
        let reached = self.reached(id).clone();
        if !reached.fine {
            return None;
        }
        let loc = text.locate(viz_text::TextRange::up_to(text.len())).unwrap_or(object.name_loc());
        let kind = object.kind.name();
        if !reached.model {
            // What it refers to has this problem itself.
            return project.uses_of(id).is_empty().then(|| {
                let message = format!("this {kind} reaches no source: its columns belong to no model (R-SEM-05)");
                Problem::new(Code::ExpressionSource, loc, message).help("write its columns as `${ref(model).column}`")
            });
        }
        if reached.sources.len() < 2 {
            return None; // a model without a source is reported where it stands
        }
        // The smallest part that mixes sources is to blame: what uses it says nothing.
        let mut expressions = project.uses_of(id).iter().filter(|used| project.object(**used).is_expression());
        if expressions.any(|used| self.reached(*used).sources.len() > 1) {
            return None;
        }
        let name = |id: ObjectId| project.object(id).name_text();
        let mut names: Vec<String> = reached.sources.iter().map(|(source, _)| format!("`{}`", name(*source))).collect();
        names.sort();
        let message =
            format!("this {kind} mixes the sources {}: it can reach one only (R-SEM-05)", names.join(" and "));
        let mut models = reached.sources;
        models.sort_unstable_by_key(|(_, model)| *model);
        let problem = Problem::new(Code::ExpressionSource, loc, message);
        Some(models.into_iter().fold(problem, |problem, (source, model)| {
            problem.related(project.object(model).name_loc(), format!("this model is of `{}`", name(source)))
        }))
    }
}
