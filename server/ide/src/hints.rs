//! Inlay hints: what a placeholder stands for now, how many options an input has, types of columns, how far an insight is
//! checked.

use crate::chosen::chosen;
use crate::cursor::symbol::{Symbol, field, resolve};
use crate::hover::{lock_age, query_of};
use crate::snapshot::Snapshot;
use std::collections::HashMap;
use viz_check::{InsightReport, Insights, Status, columns_of, options_of};
use viz_project::{Body, Kind, ObjectId, Project, Use};
use viz_sql::Accessor;
use viz_text::{FileId, Loc, TextRange, TextSize};

/// A hint behind a piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Where it stands.
    pub at: TextSize,
    /// What it says.
    pub label: String,
    /// What it is about.
    pub kind: HintKind,
    /// More of it.
    pub tooltip: Option<String>,
}

/// Sorts of hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HintKind {
    /// What a placeholder renders to.
    Value,
    /// Number of options.
    Options,
    /// Type of a column.
    Type,
    /// How far an insight is checked.
    Coverage,
}

/// Longest value that is shown, in characters.
const SHOWN: usize = 24;

/// The hints of a range of a file, in the order of the text.
/// `insights` say how far they are checked.
pub fn hints(snapshot: &Snapshot<'_>, insights: &Insights, file: FileId, within: TextRange) -> Vec<Hint> {
    let project = snapshot.project;
    let document = &project.file(file).document;
    let mut out = Vec::new();
    let reports: HashMap<Loc, &InsightReport> = insights.iter().map(|report| (report.loc, report)).collect();
    for id in project.ids().filter(|id| project.file_of_object(*id) == file) {
        let object = project.object(id);
        let Some(range) = document.range(object.loc).filter(|range| range.intersect(within).is_some()) else {
            continue;
        };
        let own = object.name.as_ref().and_then(|name| document.range(name.loc));
        if let Some(at) = own.filter(|own| within.contains_range(*own)).map(TextRange::end) {
            out.extend(options(snapshot, id, at));
            out.extend(coverage(project, &reports, id, at));
        }
        if range.is_empty() {
            continue;
        }
        for found in &object.uses {
            let place = document.range(found.loc).filter(|place| within.contains_range(*place));
            out.extend(place.and_then(|place| of_reference(snapshot, id, found, place)));
        }
    }
    let mask = project.mask();
    for hint in &mut out {
        mask.hide_in(&mut hint.label);
        hint.tooltip.iter_mut().for_each(|tooltip| mask.hide_in(tooltip));
    }
    out.sort_by_key(|hint| hint.at);
    out.dedup();
    out
}

fn options(snapshot: &Snapshot<'_>, id: ObjectId, at: TextSize) -> Option<Hint> {
    let Body::Input(input) = &snapshot.project.object(id).body else { return None };
    let (label, tooltip) = match options_of(snapshot.project, snapshot.facts, id, snapshot.local()) {
        Ok(found) => {
            let number = match found.values.len() {
                1 => "1 option".to_owned(),
                number => format!("{number} options"),
            };
            match query_of(snapshot, input).and_then(|question| lock_age(snapshot, &question)) {
                Some(since) => (format!("{number} (viz.lock)"), Some(format!("{number}{since}"))),
                None => (number, None),
            }
        }
        Err(why) if why.is_pending() => ("checking…".to_owned(), None),
        Err(why) => ("options not known".to_owned(), Some(why.message)),
    };
    Some(Hint { at, label, kind: HintKind::Options, tooltip })
}

fn coverage(project: &Project, reports: &HashMap<Loc, &InsightReport>, id: ObjectId, at: TextSize) -> Option<Hint> {
    let object = project.object(id);
    if object.kind != Kind::Insight {
        return None;
    }
    let report = reports.get(&object.name_loc())?;
    let (label, tooltip) = match (report.status, &report.why) {
        (_, Some(why)) if why.is_pending() => ("checking…".to_owned(), None),
        (Status::Unchecked, why) => ("not checked".to_owned(), why.as_ref().map(|why| why.message.clone())),
        (Status::Partial, why) => ("checked in part".to_owned(), why.as_ref().map(|why| why.message.clone())),
        (Status::Static, _) => return None,
        (Status::Checked, _) => (format!("{} of {} covered", report.covered, report.total), None),
    };
    Some(Hint { at, label, kind: HintKind::Coverage, tooltip })
}

fn of_reference(snapshot: &Snapshot<'_>, user: ObjectId, found: &Use, place: TextRange) -> Option<Hint> {
    let project = snapshot.project;
    let [id] = resolve(project, found)[..] else { return None };
    let path = found.path.as_ref()?;
    match project.object(id).kind {
        Kind::Input => {
            let accessor = Accessor::parse(&path.text)?;
            let (state, pinned) = chosen(snapshot, id).ok()?;
            let value = state.render(accessor);
            let tooltip = if pinned { "what is pinned" } else { "what the page opens with" };
            let label = format!("= {}{}", shortened(&value), if pinned { " (pinned)" } else { "" });
            Some(Hint { at: place.end(), label, kind: HintKind::Value, tooltip: Some(tooltip.to_owned()) })
        }
        Kind::Model if matches!(project.object(user).kind, Kind::Insight | Kind::Metric | Kind::Dimension) => {
            let Symbol::Field(_, name) = field(project, id, &path.text) else { return None };
            let columns = columns_of(project, snapshot.facts, id).ok()?;
            let column = columns.iter().find(|column| column.name.eq_ignore_ascii_case(&name))?;
            let at = project.resolve(path.loc)?.1.end();
            let since = viz_check::model_question(project, id).and_then(|question| lock_age(snapshot, &question));
            let tooltip = since.map(|since| format!("type {}{since}", column.data_type));
            Some(Hint { at, label: format!(": {}", column.data_type), kind: HintKind::Type, tooltip })
        }
        _ => None,
    }
}

/// A value in one short line.
pub(crate) fn shortened(value: &str) -> String {
    let flat = value.replace(['\n', '\r'], "⏎");
    let short: String = flat.chars().take(SHOWN).collect();
    if short.len() < flat.len() { format!("{short}…") } else { flat }
}
