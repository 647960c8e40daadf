//! Objects without a name, which nothing can refer to. Where just one reference is left that could mean one, that is what it is called.

use crate::codes::{Code, Severity};
use crate::names::Resolution;
use crate::object::{Object, Selection, Use};
use crate::problem::{Fix, Problem};
use crate::project::{ObjectId, Project};
use crate::schema::{Kind, Place};
use std::collections::{BTreeMap, HashSet};
use viz_text::{Loc, TextRange, TextSize};

/// References that are listed with an object.
const LISTED: usize = 20;

/// What is said of an object without a name.
pub(crate) fn problem(object: &Object) -> Option<Problem> {
    let message = format!("nothing can refer to this {}: it has no `name`", object.kind.name());
    let problem = Problem::new(Code::MissingField, object.head, message).severity(Severity::Warning);
    object.unnamed.then(|| problem.help("add `name: …`"))
}

/// Says at the objects without a name what they are called elsewhere, as far as there is no doubt, and no more at those places.
pub(crate) fn called_for(project: &Project, out: &mut Vec<Problem>) {
    if out.iter().all(|problem| problem.code != Code::MissingField) {
        return;
    }
    let unnamed: Vec<ObjectId> = project.ids().filter(|id| project.object(*id).unnamed).collect();
    // One that is like another name is rather misspelt.
    let unknown: HashSet<Loc> =
        out.iter().filter(|one| one.code == Code::UnknownReference && one.help.is_none()).map(|one| one.loc).collect();
    let mut wanted: BTreeMap<&str, Vec<&Use>> = BTreeMap::new();
    for (reference, meaning) in project.ids().flat_map(|id| project.references_of(id)) {
        if *meaning == Resolution::Missing && unknown.contains(&reference.name_loc) {
            wanted.entry(&reference.name).or_default().push(reference);
        }
    }
    let fits = |id: ObjectId, uses: &[&Use]| uses.iter().all(|one| may_mean(one, project.object(id).kind));
    for id in &unnamed {
        let mut names = wanted.iter().filter(|(_, uses)| fits(*id, uses));
        let (Some((name, uses)), None) = (names.next(), names.next()) else { continue };
        if unnamed.iter().any(|other| other != id && fits(*other, uses)) {
            continue;
        }
        let object = project.object(*id);
        let at = out.iter().position(|problem| problem.code == Code::MissingField && problem.loc == object.head);
        let Some(at) = at else { continue };
        let message = format!("this {} has no `name`, and nothing else is called `{name}`", object.kind.name());
        let mut found = Problem::new(Code::MissingField, object.head, message).help(format!("add `name: {name}`"));
        for one in uses.iter().take(LISTED) {
            found = found.related(one.name_loc, format!("`{name}` is referred to here"));
        }
        found.fix = first_line(project, object, name);
        out[at] = found;
        out.retain(|one| {
            one.code != Code::UnknownReference || uses.iter().all(|reference| reference.name_loc != one.loc)
        });
    }
}

/// Whether a reference to nothing may have meant an object of this kind.
fn may_mean(reference: &Use, kind: Kind) -> bool {
    let targets = reference.place.targets();
    if !targets.is_empty() && !targets.contains(&kind) {
        return false;
    }
    let is_accessor =
        |path: &str| [Selection::Single, Selection::Multi].iter().any(|of| of.accessors().contains(&path));
    let in_query = matches!(reference.place, Place::InsightProps | Place::InsightInteraction);
    match (&reference.path, kind) {
        (Some(path), Kind::Input) => is_accessor(&path.text),
        (Some(path), Kind::Model) => !(in_query && is_accessor(&path.text)),
        (Some(_), _) => false,
        (None, Kind::Model | Kind::Input) => !in_query,
        (None, _) => true,
    }
}

/// Puts the name in front of the first key: on a line of its own, or in braces.
fn first_line(project: &Project, object: &Object, name: &str) -> Option<Fix> {
    let (file, head) = project.resolve(object.head)?;
    let document = &project.file(file).document;
    let before = &document.text()[..usize::from(head.start())];
    let line = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
    let gap = match line.trim_end().ends_with(['{', ',']) {
        true => ", ".to_owned(),
        false => line.chars().all(|c| matches!(c, ' ' | '-')).then(|| format!("\n{}", " ".repeat(line.len())))?,
    };
    let start: TextSize = head.start();
    let loc = document.loc(TextRange::empty(start));
    let written = format!("name: {name}");
    Fix::name(loc, name)?;
    Some(Fix::replace(format!("add `{written}`"), loc, format!("{written}{gap}")))
}
