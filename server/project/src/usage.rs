//! What of a project is run: dashboards, their levels, and objects that no dashboard reaches (`R-RUN-01`).

use crate::codes::{Code, Severity};
use crate::items::Item;
use crate::names::Resolution;
use crate::object::{Body, Object, Spanned, Use};
use crate::problem::Problem;
use crate::project::{ObjectId, Project};
use crate::schema::{Kind, Place};
use crate::similar::{did_you_mean, similar};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use viz_syntax::Typed;
use viz_text::{Loc, TextRange, TextSize};

/// What dashboards do not reach: depends on those that are run and on what uses what.
#[derive(Debug, Default, Clone)]
pub(crate) struct Usage {
    /// In document order, as the others.
    run: Vec<ObjectId>,
    unused: BTreeSet<ObjectId>,
}

/// Finds what is wrong. `before` is what was found before these objects came to use others, or to be used by others.
pub(crate) fn problems(project: &Project, before: Option<(&Usage, &[ObjectId])>, out: &mut Vec<Problem>) -> Usage {
    let (mut run, mut templates): (Vec<ObjectId>, Vec<ObjectId>) = (Vec::new(), Vec::new());
    for id in project.of_kind(Kind::Dashboard) {
        let object = project.object(id);
        let Body::Dashboard(dashboard) = &object.body else { continue };
        level(project, dashboard.level.as_ref(), out);
        let (false, Some(name)) = (dashboard.external, &object.name) else { continue };
        out.extend(unmatched(name));
        if dashboard.template {
            templates.push(id);
        } else {
            run.push(id);
        }
    }
    // S-45: where there are rows, a run builds what is in rows, and only without any everything.
    if !run.is_empty() && !templates.is_empty() {
        not_in_rows(project, &run, &templates, out);
        run.extend(templates);
    }
    run.sort_unstable();
    let unused = match before {
        Some((before, rewired)) => unused_after(project, before, &run, rewired),
        None => project.ids().filter(|id| is_unused(project, &run, *id)).collect(),
    };
    if !unused.is_empty() && is_complete(project) && show_something(project, &run) {
        out.extend(unused.iter().map(|id| never_run(project.object(*id))));
    }
    Usage { run, unused }
}

/// What only templates show, at the first slot of each.
fn not_in_rows(project: &Project, rows: &[ObjectId], templates: &[ObjectId], out: &mut Vec<Problem>) {
    let reached = reach(project, rows.to_vec());
    let mut told = FxHashSet::default();
    for (slot, meaning) in templates.iter().flat_map(|id| project.references_of(*id)) {
        if let Resolution::Object(id) = meaning
            && slot.place == Place::TemplateSlot
            && !reached.contains(id)
            && told.insert(*id)
        {
            let message = format!(
                "`{}` is in no row of a dashboard: a run builds what rows show, and it has no data here (S-45)",
                slot.name
            );
            let problem = Problem::new(Code::DashboardNotRun, slot.loc, message).severity(Severity::Hint);
            out.push(problem.help("name the dashboards to run, or show it in a row, too"));
        }
    }
}

/// D-095: a level is an index or a title of `defaults.levels`. Without levels there is nothing to compare with.
fn level(project: &Project, level: Option<&crate::object::Bound>, out: &mut Vec<Problem>) {
    let (Some(level), false) = (level, project.levels.is_empty()) else { return };
    let count = project.levels.len();
    let known = match level.typed {
        Typed::Int(index) => usize::try_from(index).is_ok_and(|index| index < count),
        _ => project.levels.contains(&level.text),
    };
    if known {
        return;
    }
    let message = match level.typed {
        Typed::Int(_) => {
            format!("there is no level {}: `defaults.levels` has {count}, counted from 0", level.text)
        }
        _ => format!("no level of `defaults.levels` is called `{}`", level.text),
    };
    let near = similar(&level.text, project.levels.iter().map(String::as_str));
    let mut problem = Problem::new(Code::UnknownLevel, level.loc, message);
    if let [only] = near.as_slice() {
        problem = problem.named(level.loc, only);
    }
    problem.help = did_you_mean(&near);
    out.push(problem);
}

/// S-34, `R-RUN-03`: the filter of a run knows letters, digits, white-space, quotes, `-` and `_` only.
fn unmatched(name: &Spanned) -> Option<Problem> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || "'\"-_".contains(c);
    let (at, c) = name.text.char_indices().find(|(_, c)| !fits(*c))?;
    // Byte for byte as written, unless there are quotes or escapes.
    let start = TextSize::new(at as u32);
    let range = TextRange::at(name.loc.range.start() + start, TextSize::of(c));
    let plain = name.loc.range.len() == TextSize::of(name.text.as_str());
    let loc = if plain { Loc::new(name.loc.segment, range) } else { name.loc };
    let message =
        format!("a dashboard with `{c}` in its name is never run, nor is anything on it: no filter matches it (S-34)");
    Some(
        Problem::new(Code::DashboardNotRun, loc, message)
            .help("rename it: ASCII letters, digits, spaces, quotes, `-` and `_`"),
    )
}

fn is_shown(kind: Kind) -> bool {
    matches!(kind, Kind::Input | Kind::Insight | Kind::Chart | Kind::Table | Kind::Markdown)
}

/// Whether it would be told of an object that nobody uses it.
fn counts(object: &Object) -> bool {
    is_shown(object.kind) && object.parent.is_none() && object.name.is_some()
}

/// D-096, S-27: what no dashboard reaches is not run, hence not checked by a run. Of a chain of such objects, only the
/// first is named, and models are left out: one that nothing reads does no harm.
fn is_unused(project: &Project, run: &[ObjectId], id: ObjectId) -> bool {
    if !counts(project.object(id)) {
        return false;
    }
    // What uses it is reached itself, or told instead.
    let speaks_for_it = |user: ObjectId| {
        let object = project.object(user);
        counts(object) || matches!(object.kind, Kind::Test | Kind::Alert) || run.binary_search(&user).is_ok()
    };
    let mut seen = FxHashSet::default();
    let mut stack = project.users_of(id).to_vec();
    while let Some(user) = stack.pop() {
        project.walk(1);
        if speaks_for_it(user) {
            return false;
        }
        if seen.insert(user) {
            stack.extend(project.users_of(user));
        }
    }
    true
}

/// What is unused where these objects use others than before, or are used by others.
fn unused_after(project: &Project, before: &Usage, run: &[ObjectId], rewired: &[ObjectId]) -> BTreeSet<ObjectId> {
    let mut unused = before.unused.clone();
    let is_other = |id: &&ObjectId| before.run.binary_search(id).is_err() || run.binary_search(id).is_err();
    let dashboards = before.run.iter().chain(run).filter(is_other);
    let mut stack: Vec<ObjectId> = rewired.iter().chain(dashboards).copied().collect();
    let mut seen = FxHashSet::default();
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        unused.remove(&id);
        if !project.has(id) {
            continue;
        }
        if is_unused(project, run, id) {
            unused.insert(id);
        }
        // What is below one that counts has a user either way.
        if !counts(project.object(id)) {
            stack.extend(project.uses_of(id));
        }
    }
    unused
}

/// Whether dashboards show anything yet, and all references mean something: what a misspelt one meant is not unused.
fn show_something(project: &Project, dashboards: &[ObjectId]) -> bool {
    if !project.items.iter().all(|file| file.fitting) {
        return false;
    }
    let mut seen = FxHashSet::default();
    let mut stack = dashboards.to_vec();
    while let Some(id) = stack.pop() {
        project.walk(1);
        if is_shown(project.object(id).kind) {
            return true;
        }
        if seen.insert(id) {
            stack.extend(project.uses_of(id));
        }
    }
    false
}

/// Whether a reference means something that may stand there.
pub(crate) fn fits(project: &Project, reference: &Use, meaning: &Resolution) -> bool {
    match meaning {
        Resolution::Missing => false,
        Resolution::Object(id) => {
            let targets = reference.place.targets();
            targets.is_empty() || targets.contains(&project.object(*id).kind)
        }
        Resolution::Ambiguous(_) => true,
    }
}

fn never_run(object: &Object) -> Problem {
    let message = format!(
        "no dashboard uses the {} `{}`: it is not part of a run (R-RUN-01)",
        object.kind.name(),
        object.name_text()
    );
    Problem::new(Code::UnusedObject, object.name_loc(), message)
}

/// Whether all that dashboards, charts and tables refer to could be read.
fn is_complete(project: &Project) -> bool {
    let uses_others = |kind: Kind| matches!(kind, Kind::Dashboard | Kind::Chart | Kind::Table);
    let faulty = |item: &Item| {
        let first = item.lowered.objects.first();
        !item.lowered.problems.is_empty() && first.is_none_or(|object| uses_others(object.kind))
    };
    project.names_complete() && project.broken.is_empty() && !project.special_items().any(faulty)
}

fn reach(project: &Project, mut stack: Vec<ObjectId>) -> FxHashSet<ObjectId> {
    let mut seen = FxHashSet::default();
    while let Some(id) = stack.pop() {
        if seen.insert(id) {
            project.walk(1);
            stack.extend(project.uses_of(id));
        }
    }
    seen
}
