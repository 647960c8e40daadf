//! Which objects have files, what each needs, and what is to be done.

use crate::insights::{self, Context};
use crate::layout::{Layout, refuse_name};
use crate::work::Work;
use crate::{inputs, models, schemas};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::Path;
use viz_check::{Report, Severity};
use viz_facts::{FactStore, Reason, Unknown};
use viz_project::{Kind, ObjectId, Project};

/// How to build.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// The arrangement of files.
    pub layout: Layout,
    /// The output folder, absolute: files name one another by their whole paths.
    pub out: &'a Path,
    /// Whether flat files are wanted.
    pub flat: bool,
    /// The current time, for ranges of dates.
    pub now: chrono::NaiveDateTime,
}

/// Everything to build, each node after those that it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Sources, then models, inputs, insights; each kind in document order.
    pub nodes: Vec<Node>,
}

/// An object that has files.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// `source`, `model`, `input` or `insight`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The nodes to build before it (indices into the plan).
    pub needs: Vec<usize>,
    /// What to do, or why nothing is done.
    pub work: Result<Work, Skipped>,
}

/// Why an object is not built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skipped {
    /// The check found errors in it.
    HasErrors(String),
    /// It uses something that the check found errors in, or that can't be built.
    Uses(String),
    /// Something about it is not known.
    Unknown(Unknown),
}

impl std::fmt::Display for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Skipped::HasErrors(message) => write!(f, "it has errors: {message}"),
            Skipped::Uses(what) => write!(f, "it uses {what}"),
            Skipped::Unknown(why) => f.write_str(&why.message),
        }
    }
}

const KINDS: [Kind; 4] = [Kind::Source, Kind::Model, Kind::Input, Kind::Insight];

/// Plans a build. `report` is what the check found with these facts.
pub fn plan(project: &Project, facts: &FactStore, report: &Report, settings: Settings<'_>) -> Plan {
    let Settings { layout, out, flat, now } = settings;
    let errors = errors(project, report);
    let read = models::read_by_browser(project);
    let context = Context { project, facts, now, layout, out, flat };
    let ids: Vec<ObjectId> = KINDS.into_iter().flat_map(|kind| project.of_kind(kind)).collect();
    let places: FxHashMap<ObjectId, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let mut taken: FxHashMap<String, String> = FxHashMap::default();
    let mut nodes: Vec<Node> = Vec::new();
    for id in ids {
        let object = project.object(id);
        let used = project.dependencies(id);
        let mut needs: Vec<usize> = used.iter().filter_map(|used| places.get(used).copied()).collect();
        // Only what comes before can be needed: there are no circles then.
        needs.retain(|need| *need < nodes.len());
        let work = match blocked(project, id, &used, &errors, &nodes, &needs) {
            Some(skipped) => Err(skipped),
            None => match object.kind {
                Kind::Source => schemas::work(project, facts, id, layout),
                Kind::Model => models::work(project, facts, id, read.contains(&id), layout),
                Kind::Input => inputs::work(project, facts, id, now, layout, out),
                _ => insights::work(&context, id),
            }
            .map_err(Skipped::Unknown)
            .and_then(|work| claim(&mut taken, object.kind.name(), object.name_text(), work)),
        };
        nodes.push(Node { kind: object.kind.name(), name: object.name_text().to_owned(), needs, work });
    }
    Plan { nodes }
}

/// Two objects can't have one file: it would hold what came last. Systems that ignore case are as good as any.
fn claim(taken: &mut FxHashMap<String, String>, kind: &str, name: &str, work: Work) -> Result<Work, Skipped> {
    let own = format!("{kind} `{name}`");
    if let Some(path) = work.paths().find(|path| taken.contains_key(&path.to_lowercase())) {
        let message = format!("its file {path} is also that of the {}", taken[&path.to_lowercase()]);
        return Err(Skipped::Unknown(Unknown::new(Reason::SameFile, message)));
    }
    taken.extend(work.paths().map(|path| (path.to_lowercase(), own.clone())));
    Ok(work)
}

/// The first error in each object.
fn errors(project: &Project, report: &Report) -> FxHashMap<ObjectId, String> {
    let wrong: Vec<_> = report.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    // A cause that is told once has its other places as related ones.
    let locs = wrong.iter().flat_map(|finding| {
        let same = finding.related.iter().filter(|related| related.message == "the same here");
        std::iter::once(finding.loc).chain(same.map(|related| related.loc)).map(|loc| (loc, finding.message.as_str()))
    });
    let locs: Vec<_> = locs.collect();
    let objects = project.objects_in(&locs.iter().map(|(loc, _)| loc.segment).collect());
    let mut out = FxHashMap::default();
    for (loc, message) in locs {
        let place = |id: &ObjectId| project.object(*id).loc;
        let around = objects.get(&loc.segment).into_iter().flatten().filter(|id| place(id).contains(loc));
        let inner = around.min_by_key(|id| place(id).range.len());
        if let Some(id) = inner {
            out.entry(*id).or_insert_with(|| message.to_owned());
        }
    }
    out
}

/// Why an object can't be built, as far as errors, names and what it needs tell.
fn blocked(
    project: &Project,
    id: ObjectId,
    used: &[ObjectId],
    errors: &FxHashMap<ObjectId, String>,
    nodes: &[Node],
    needs: &[usize],
) -> Option<Skipped> {
    if let Some(message) = errors.get(&id) {
        return Some(Skipped::HasErrors(message.clone()));
    }
    let shown = |id: ObjectId| format!("the {} `{}`", project.object(id).kind.name(), project.object(id).name_text());
    if let Some(other) = used.iter().chain(&relations(project, id, used)).find(|other| errors.contains_key(other)) {
        return Some(Skipped::Uses(format!("{}, which has errors", shown(*other))));
    }
    let failed = needs.iter().filter_map(|need| nodes.get(*need)).find(|node| node.work.is_err());
    if let Some(Node { kind, name, .. }) = failed {
        return Some(Skipped::Uses(format!("the {kind} `{name}`, which is not built")));
    }
    refuse_name(project.object(id).name_text()).map(|why| Skipped::Unknown(Unknown::new(Reason::Name, why)))
}

/// The relations that may join the models of an insight, which names none of them.
fn relations(project: &Project, id: ObjectId, used: &[ObjectId]) -> Vec<ObjectId> {
    if project.object(id).kind != Kind::Insight {
        return Vec::new();
    }
    let models: FxHashSet<ObjectId> =
        used.iter().copied().filter(|used| project.object(*used).kind == Kind::Model).collect();
    let joins = |relation: &ObjectId| {
        let uses = project.uses_of(*relation);
        uses.len() > 1 && uses.iter().all(|used| models.contains(used))
    };
    project.of_kind(Kind::Relation).filter(joins).collect()
}
