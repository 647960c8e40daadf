//! Problems that show only when a project is looked at as a whole: names, references, cycles, sources.

use crate::codes::Code;
use crate::expression_source::Sources;
use crate::items::{FileItems, Item};
use crate::links::Kept;
use crate::loader::Loader;
use crate::lower::Difference;
use crate::name_rules::{free_name, is_plain_name, name_problem};
use crate::names::{Resolution, is_scoped};
use crate::object::{Body, Object, Use};
use crate::problem::{Fix, Problem};
use crate::project::{ObjectId, Project};
use crate::schema::{Kind, MERGED_KEYS, Place, Rule};
use crate::similar::{Suggestions, did_you_mean, similar};
use crate::usage::Usage;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use viz_text::{TextRange, TextSize};

/// What was found by looking at all objects, for the next snapshot.
#[derive(Debug, Default)]
pub(crate) struct Overview {
    /// Whether names are given twice.
    duplicates: bool,
    /// Whether objects use each other in circles.
    cycles: bool,
    relations: Arc<[Problem]>,
    usage: Usage,
}

impl Loader<'_> {
    /// Finds everything that is wrong with names and references. What was fine and depends on nothing that changed is not
    /// looked at again.
    pub(crate) fn look_at_the_whole(&mut self) {
        let mut out = Vec::new();
        let previous = self.previous.filter(|_| self.kept > Kept::Nothing);
        let same_graph = self.kept == Kept::Graph;
        let mut overview = Overview::default();
        if let Some(joins) = self.untouched(&[Kind::Relation]).and_then(|previous| previous.joins.get()).cloned() {
            self.project.parts().joins = joins.into();
        } else if let Some(joins) = previous.and_then(|previous| previous.joins.get()) {
            let joins = joins.after(&self.project, &self.gone, &self.changed);
            self.project.parts().joins = Arc::new(joins).into();
        }
        if previous.is_none_or(|previous| previous.overview.duplicates) || self.any_name_twice() {
            duplicates(&self.project, &mut out);
            overview.duplicates = !out.is_empty();
        }
        project_name(&self.project, &mut out);
        defaults(&self.project, &mut out);
        // The sources that an expression reaches depend on what it uses.
        let is_expression = |id: &ObjectId| self.project.object(*id).is_expression();
        let users = (!same_graph && previous.is_some()).then(|| self.project.users_of_all(&self.changed));
        let expressions: BTreeSet<ObjectId> = users.unwrap_or_default().into_iter().filter(is_expression).collect();
        let faultless = items(&self.project, previous.is_some(), &expressions, &mut out);
        for (file, faultless) in self.project.parts().items.iter_mut().zip(faultless) {
            let Some(faultless) = faultless else { continue };
            let all = !faultless.contains(&false);
            if file.faultless != all || !file.items.iter().map(|item| item.faultless).eq(faultless.iter().copied()) {
                let file = Arc::make_mut(file);
                file.faultless = all;
                file.items.iter_mut().zip(faultless).for_each(|(item, faultless)| item.faultless = faultless);
            }
        }
        let project = &self.project;
        crate::unnamed::called_for(project, &mut out);
        document_paths(project, &mut out);
        if !previous.is_some_and(|previous| self.same_circles && !previous.overview.cycles) {
            let found = out.len();
            crate::circles::problems(project, &mut out);
            overview.cycles = out.len() > found;
        }
        overview.relations = match self.untouched(&crate::relations::OF) {
            Some(previous) => Arc::clone(&previous.overview.relations),
            None => crate::relations::problems(project),
        };
        out.extend(overview.relations.iter().cloned());
        let usage = previous.map(|previous| (&previous.overview.usage, self.unsettled.as_slice()));
        overview.usage = crate::usage::problems(project, usage, &mut out);
        let circles = overview.cycles || previous.is_some_and(|previous| previous.overview.cycles);
        let spelled_out = self.untouched(&crate::spelled_out::OF).filter(|_| !circles);
        if let Some(beyond) = spelled_out.and_then(|previous| previous.nothing_beyond(project)) {
            self.project.parts().beyond = beyond.into();
        }
        self.project.parts().overview = Arc::new(overview);
        self.project.parts().problems.append(&mut out);
    }
}

impl Loader<'_> {
    /// Whether an object in a file that has others than before may have the name of another one.
    fn any_name_twice(&self) -> bool {
        let project = &self.project;
        let several = |id: ObjectId| {
            let (object, name) = (project.object(id), project.object(id).name_text());
            let (global, scoped) = (project.names().global_named(name), project.names().scoped_named(name));
            match project.parent(id).filter(|_| is_scoped(object)) {
                Some(model) => {
                    let twins = project.children(model).filter(|child| project.object(*child).name_text() == name);
                    !global.is_empty() || twins.count() > 1
                }
                None => global.len() + scoped.len() > 1,
            }
        };
        self.renumbered.iter().flat_map(|file| project.outline.of_file(*file)).any(several)
    }
}

/// Looks at the objects of each item by themselves, unless they were fine in the previous snapshot and are the same; at some
/// expressions in any case. Says of the items of each file that was looked at which have nothing wrong.
fn items(
    project: &Project,
    has_previous: bool,
    expressions: &BTreeSet<ObjectId>,
    out: &mut Vec<Problem>,
) -> Vec<Option<Vec<bool>>> {
    let (mut suggestions, mut sources) = (Suggestions::new(), Sources::new(project));
    let to_be_looked_at = |ids: Range<ObjectId>| expressions.range(ids).next().is_some();
    let mut look_at = |number: usize, file: &FileItems| {
        let room = project.outline.room_of(number);
        if has_previous && file.faultless && !to_be_looked_at(room.clone()) {
            return None;
        }
        let mut first = room.start;
        let mut faultless = Vec::with_capacity(file.items.len());
        for item in &file.items {
            let ids = first..ObjectId(first.0 + item.objects);
            first = ids.end;
            if has_previous && item.faultless && !to_be_looked_at(ids.clone()) {
                faultless.push(true);
                continue;
            }
            let found = out.len();
            let ids = ids.start.until(ids.end);
            ids.for_each(|id| check_object(project, &mut sources, id, &mut suggestions, out));
            faultless.push(out.len() == found);
        }
        Some(faultless)
    };
    project.items.iter().enumerate().map(|(number, file)| look_at(number, file)).collect()
}

fn check_object<'a>(
    project: &'a Project,
    sources: &mut Sources<'_>,
    id: ObjectId,
    suggestions: &mut Suggestions<'a, Place>,
    out: &mut Vec<Problem>,
) {
    let object = project.object(id);
    out.extend(name_problem(project, id));
    out.extend(crate::unnamed::problem(object));
    for (reference, meaning) in project.references_of(id) {
        check_use(project, reference, meaning, suggestions, out);
    }
    match &object.body {
        Body::Model(model) => {
            let sourceless =
                !model.inline_source && !model.source_given && !model.special && project.default_source().is_none();
            if sourceless && project.names_complete() {
                let message = "this model has no `source`, and the project has no default source";
                let problem = Problem::new(Code::MissingSource, object.name_loc(), message)
                    .help("add `source: ref(…)`, or `defaults: { source_name: … }` to the project");
                out.push(match only_source(project, object) {
                    Some(fix) => problem.fix(fix),
                    None => problem,
                });
            }
        }
        Body::Expression(_) => out.extend(sources.problem(id)),
        Body::Relation(_) => relation(project, id, out),
        _ => {}
    }
}

/// Names the only source of a project in a model that begins with its name, in the line behind that.
fn only_source(project: &Project, object: &Object) -> Option<Fix> {
    let mut sources = project.of_kind(Kind::Source).filter(|id| project.parent(*id).is_none());
    let (only, None) = (sources.next()?, sources.next()) else { return None };
    let name = project.object(only).name_text();
    let (file, head) = project.resolve(object.head)?;
    let document = &project.file(file).document;
    let (before, behind) = document.text().split_at(head.start().into());
    let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
    let is_block = before[before.len() - column..].chars().all(|c| matches!(c, ' ' | '-'));
    let line = behind.lines().next()?;
    let end = head.start() + TextSize::of(line);
    (is_block && line.starts_with("name:") && !name.is_empty()).then(|| {
        let written = format!("source: ${{ref({name})}}");
        let text = format!("\n{}{written}", " ".repeat(column));
        Fix::replace(format!("write `{written}`"), document.loc(TextRange::empty(end)), text)
    })
}

/// References by document path to objects that aren't there (`R-REF-08`).
fn document_paths(project: &Project, out: &mut Vec<Problem>) {
    for path in project.special_items().flat_map(|item| &item.lowered.paths) {
        let start = path.text.strip_prefix("project.").and_then(|rest| rest.split_once('['));
        let number = start.and_then(|(_, rest)| rest.split_once(']')?.0.parse::<usize>().ok());
        let kind = start.and_then(|(key, _)| MERGED_KEYS.iter().find(|(name, _)| *name == key)).map(|(_, kind)| *kind);
        let of_kind = |kind: Kind| {
            let first = |item: &&Item| item.lowered.objects.first().map(|object| object.kind);
            project.items.iter().flat_map(|file| &file.items).filter(move |item| first(item) == Some(kind)).count()
        };
        let exists = kind.zip(number).is_some_and(|(kind, number)| number < of_kind(kind));
        if !exists && project.names_complete() {
            let message = format!("there is no object at `{}`", path.text);
            out.push(
                Problem::new(Code::UnknownReference, path.loc, message).help("refer to it by its name, `ref(name)`"),
            );
        }
    }
}

fn duplicates(project: &Project, out: &mut Vec<Problem>) {
    let mut report = |ids: &[ObjectId]| {
        let Some((first, others)) = ids.split_first() else { return };
        let original = project.object(*first);
        for other in others {
            let object = project.object(*other);
            let message = format!(
                "the name `{}` is taken by {}: all objects share one namespace",
                object.name_text(),
                original.kind.with_article()
            );
            let problem = Problem::new(Code::DuplicateName, object.name_loc(), message)
                .related(original.name_loc(), "the name is given here first");
            out.push(match free_name(project, object.name_text()) {
                Some(free) => problem.fix(Fix::replace(format!("call this one `{free}`"), object.name_loc(), free)),
                None => problem,
            });
        }
    };
    let mut groups: Vec<&[ObjectId]> =
        project.names().global().map(|(_, ids)| ids).filter(|ids| ids.len() > 1).collect();
    groups.sort();
    groups.into_iter().for_each(&mut report);

    let mut scoped: Vec<(&str, &[ObjectId])> = project.names().scoped().collect();
    scoped.sort_by_key(|(_, ids)| ids.first().copied());
    for (name, ids) in scoped {
        let global = project.names().global_named(name).first();
        let mut first_in: FxHashMap<Option<ObjectId>, ObjectId> = FxHashMap::default();
        for id in ids {
            let object = project.object(*id);
            let first = *first_in.entry(project.parent(*id)).or_insert(*id);
            let twin = Some(&first).filter(|first| *first != id);
            let Some(original) = twin.or(global) else { continue };
            let message = format!("the name `{name}` is taken by {}", project.object(*original).kind.with_article());
            out.push(
                Problem::new(Code::DuplicateName, object.name_loc(), message)
                    .related(project.object(*original).name_loc(), "the name is given here first"),
            );
        }
    }
}

/// R-NAME-04.
fn project_name(project: &Project, out: &mut Vec<Problem>) {
    if let Some(name) = project.name()
        && let Some(twin) = project.names().global_named(&name.text).first()
    {
        let twin = project.object(*twin);
        let message = match twin.kind {
            // The run is given the names of dashboards, and finds the project.
            Kind::Dashboard => format!(
                "a run builds nothing: the project is called like its dashboard `{}`, and the name means both (R-NAME-04)",
                name.text
            ),
            kind => format!(
                "the project is called like {} `{}`: every reference to it is ambiguous (R-NAME-04)",
                kind.with_article(),
                name.text
            ),
        };
        let mut problem = Problem::new(Code::DuplicateName, name.loc, message)
            .related(twin.name_loc(), "the name is given here too")
            .help("rename the project");
        let free = ["project", "dashboards", "site"].map(|word| format!("{}-{word}", name.text.trim()));
        if let Some(free) = free.into_iter().find(|free| project.names().global_named(free).is_empty())
            && is_plain_name(&name.text)
        {
            problem = problem.fix(Fix::replace(format!("rename the project to `{free}`"), name.loc, free));
        }
        out.push(problem);
    }
}

fn defaults(project: &Project, out: &mut Vec<Problem>) {
    let wanted = [(project.default_source(), Kind::Source), (project.default_alert(), Kind::Alert)];
    for (name, kind) in wanted {
        let Some(name) = name.filter(|name| !project.may_be_defined(&name.text)) else { continue };
        let named = |id: &ObjectId| project.object(*id).kind == kind;
        if !project.names().global_named(&name.text).iter().any(named) {
            let names: Vec<&str> = project
                .ids()
                .map(|id| project.object(id))
                .filter(|object| object.kind == kind)
                .map(|object| object.name_text())
                .collect();
            let mut problem =
                Problem::new(Code::UnknownReference, name.loc, format!("there is no {} `{}`", kind.name(), name.text));
            let near = similar(&name.text, names);
            problem.help = did_you_mean(&near);
            if let [only] = near.as_slice() {
                problem = problem.named(name.loc, only);
            }
            out.push(problem);
        }
    }
}

/// What works in one format version only, where no version is set.
pub(crate) fn differences(project: &Project) -> Vec<Difference> {
    let mut out = Vec::new();
    for (reference, meaning) in project.of_kind(Kind::Item).flat_map(|id| project.references_of(id)) {
        if reference.place == Place::ItemChart
            && let Resolution::Object(id) = meaning
            && project.object(*id).kind == Kind::Insight
        {
            let what = "an insight as the `chart` of an item".to_owned();
            out.push(Difference { what, works_in: Rule::InsightsInItems.versions(), loc: reference.loc });
        }
    }
    // R-NAME-03: one namespace per model since 2.1.
    let mut scoped: Vec<&[ObjectId]> = project.names().scoped().map(|(_, ids)| ids).collect();
    scoped.sort_unstable();
    for ids in scoped {
        for (position, id) in ids.iter().enumerate() {
            if ids[..position].iter().any(|other| project.parent(*other) != project.parent(*id)) {
                let what = "a metric or dimension of one name in several models".to_owned();
                out.push(Difference {
                    what,
                    works_in: Rule::ScopedNames.versions(),
                    loc: project.object(*id).name_loc(),
                });
            }
        }
    }
    out
}

/// Models that a message lists, and characters of the name of each: there may be thousands of references to a name of thousands.
const MOST_MODELS: usize = 20;
const LONGEST_NAME: usize = 100;

fn beginning(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]).into(),
        None => name.into(),
    }
}

fn check_use<'a>(
    project: &'a Project,
    reference: &'a Use,
    meaning: &Resolution,
    suggestions: &mut Suggestions<'a, Place>,
    out: &mut Vec<Problem>,
) {
    if reference.place == Place::ScopedExpression {
        let message = "an expression inside a model uses the model's own columns: references are not allowed here";
        let problem = Problem::new(Code::ScopedReference, reference.loc, message);
        return out.push(match &reference.path {
            Some(path) => problem.fix(Fix::replace(format!("write `{}`", path.text), reference.loc, path.text.clone())),
            None => problem.help("move it to the `metrics` or `dimensions` of the project"),
        });
    }
    match meaning {
        Resolution::Object(id) => wrong_kind(project, reference, *id, out),
        Resolution::Ambiguous(ids) => {
            // Duplicate names are reported where they are given; a name in several models is only ambiguous here.
            if ids.iter().all(|id| is_scoped(project.object(*id))) && reference.path.is_none() {
                let parents = ids.iter().filter_map(|id| project.parent(*id)).take(MOST_MODELS);
                let names: Vec<_> = parents.map(|id| beginning(project.object(id).name_text())).collect();
                let models: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                let written: Vec<String> =
                    names.iter().map(|name| format!("`${{ref({name}).{}}}`", reference.name)).collect();
                let more = match ids.len().saturating_sub(MOST_MODELS) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let models = models.join(" and ");
                let message = format!("`{}` is ambiguous: it is defined in the models {models}{more}", reference.name);
                out.push(
                    Problem::new(Code::AmbiguousReference, reference.name_loc, message)
                        .help(format!("write {}", or_list(&written))),
                );
            }
        }
        Resolution::Missing if project.may_be_defined(&reference.name) => {}
        Resolution::Missing => {
            let targets = reference.place.targets();
            let fits = |id: &ObjectId| targets.is_empty() || targets.contains(&project.object(*id).kind);
            let names = || {
                let names = project.ids().filter(fits).map(|id| project.object(id).name_text());
                names.filter(|name| !name.is_empty()).collect()
            };
            let near = suggestions.near(reference.place, &reference.name, names);
            let mut problem = Problem::new(
                Code::UnknownReference,
                reference.name_loc,
                format!("nothing is called `{}`", reference.name),
            );
            if reference.place == Place::ItemMarkdown && project.target().has(Rule::TextsInGraph) {
                problem = problem.by(Rule::TextsInGraph);
            }
            if let [only] = near {
                problem = problem.named(reference.name_loc, only);
            }
            problem.help = did_you_mean(near);
            out.push(problem);
        }
    }
}

fn wrong_kind(project: &Project, reference: &Use, id: ObjectId, out: &mut Vec<Problem>) {
    let target = project.object(id);
    let allowed = reference.place.targets();
    let accepted = reference.place == Place::ItemChart
        && target.kind == Kind::Insight
        && project.target().has(Rule::InsightsInItems);
    if reference.place == Place::TraceLink && target.kind == Kind::Insight {
        trace_link(project, reference, target, out);
    }
    if allowed.is_empty() || allowed.contains(&target.kind) || accepted {
        if reference.place == Place::ChartLayout {
            let message =
                format!("`{}` is shown literally: inputs are not substituted in a layout (S-14)", reference.name);
            out.push(
                Problem::new(Code::LayoutNotSubstituted, reference.loc, message)
                    .help("use the input in the props of an insight"),
            );
        }
        return;
    }
    let expected: Vec<String> = allowed.iter().map(|kind| kind.with_article()).collect();
    let message = format!(
        "`{}` is {}, but {} takes {}",
        reference.name,
        target.kind.with_article(),
        reference.place.describe(),
        or_list(&expected)
    );
    out.push(
        Problem::new(Code::WrongReferenceKind, reference.name_loc, message)
            .related(target.name_loc(), format!("`{}` is defined here", reference.name)),
    );
}

/// A link to an insight that draws no carpet: 2.2's run refuses it (`R-22-46`).
fn trace_link(project: &Project, reference: &Use, target: &Object, out: &mut Vec<Problem>) {
    let Body::Insight(insight) = &target.body else { return };
    let Some(trace) = &insight.trace_type else { return };
    if project.target().has(Rule::TraceLinks) && trace.text != "carpet" {
        let message =
            format!("`{}` draws a trace of the type `{}`, and a link takes a `carpet`", reference.name, trace.text);
        out.push(
            Problem::new(Code::WrongReferenceKind, reference.name_loc, message)
                .related(trace.loc, "the type is here")
                .by(Rule::TraceLinks),
        );
    }
}

fn or_list(words: &[String]) -> String {
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// A relation joins two models (`R-SEM-21`).
fn relation(project: &Project, id: ObjectId, out: &mut Vec<Problem>) {
    let object = project.object(id);
    let mut names: Vec<&str> = object.uses.iter().map(|reference| reference.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let Body::Relation(body) = &object.body else { return };
    let Some(condition) = &body.condition else { return };
    let loc = condition.locate(viz_text::TextRange::up_to(condition.len())).unwrap_or(object.loc);
    if names.len() < 2 && viz_syntax::almost_references(condition.text()).is_empty() {
        let message = "the condition must refer to two models";
        out.push(Problem::new(Code::RelationModels, loc, message).help("write `${ref(a).column} = ${ref(b).column}`"));
    } else if names.len() > 2 && project.references_of(id).all(|(_, meaning)| matches!(meaning, Resolution::Object(_)))
    {
        let message =
            format!("the condition refers to {} models: the relation is silently ignored (R-SEM-21)", names.len());
        out.push(Problem::new(Code::RelationIgnored, loc, message).help("write one relation for each pair of models"));
    }
}
