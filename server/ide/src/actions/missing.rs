//! Adds an input, a model or a relation that is missing.

use super::{Action, ActionKind, TextChange, add_item};
use viz_check::{Finding, columns_of};
use viz_facts::FactStore;
use viz_project::{Code, Kind, ObjectId, Place, Project, Selection, Use};
use viz_sql::Accessor;
use viz_syntax::{double_quoted, is_referable, quoted};
use viz_text::FileId;

/// What would take a finding away by adding an object.
pub(super) fn add(project: &Project, facts: &FactStore, finding: &Finding, file: FileId) -> Vec<Action> {
    match finding.code {
        Code::UnknownReference => objects(project, finding, file),
        Code::NoJoinPath => relation(project, facts, finding, file).into_iter().collect(),
        Code::MissingField => super::missing_type::add(project, finding, file),
        _ => Vec::new(),
    }
}

pub(super) fn action(title: String, code: Code, change: Option<TextChange>) -> Option<Action> {
    Some(Action { title, kind: ActionKind::QuickFix, changes: vec![change?], code: Some(code) })
}

/// An object of the name that a reference has.
fn objects(project: &Project, finding: &Finding, file: FileId) -> Vec<Action> {
    let Some((_, place)) = project.resolve(finding.loc) else { return Vec::new() };
    let of = project.ids().filter(|id| project.file_of_object(*id) == file);
    let found = of
        .flat_map(|id| &project.object(id).uses)
        .find(|found: &&Use| project.resolve(found.loc).is_some_and(|(_, range)| range.contains_range(place)));
    let Some(found) = found else { return Vec::new() };
    let name = &found.name;
    let written = quoted(name, None);
    let input = |accessor: &str| {
        let multi = Accessor::parse(accessor).is_some_and(|accessor| accessor.fits(Selection::Multi));
        let kind = if multi { "multi-select" } else { "single-select" };
        let item = format!("  - name: {written}\n    type: {kind}\n    options: [\"one\", \"two\"]\n");
        action(format!("add an input `{name}`"), finding.code, add_item(project, file, "inputs", &item))
    };
    let model = || {
        let column = found.path.as_ref().map(|path| path.text.as_str()).filter(|column| is_referable(column));
        let column = column.unwrap_or("value");
        let item = format!("  - name: {written}\n    sql: select 1 as {column}\n");
        action(format!("add a model `{name}`"), finding.code, add_item(project, file, "models", &item))
    };
    let takes = |kind: Kind| found.place.targets().contains(&kind);
    let path = found.path.as_ref().map(|path| path.text.as_str());
    let added = match path.filter(|path| Accessor::parse(path).is_some()) {
        Some(accessor) if takes(Kind::Input) || found.place == Place::InsightProps => input(accessor),
        _ if takes(Kind::Model) => model(),
        _ if takes(Kind::Input) => input("value"),
        _ => None,
    };
    added.into_iter().collect()
}

/// A relation between two models, over a column that both have.
fn relation(project: &Project, facts: &FactStore, finding: &Finding, file: FileId) -> Option<Action> {
    let insight = finding.object.as_ref()?.name.as_deref()?;
    let mut named = project.names().global_named(insight).iter().copied();
    let insight = named.find(|id| project.object(*id).kind == Kind::Insight)?;
    let [a, b] = viz_sql::dependent_models(project, insight)[..] else { return None };
    let name = |id: ObjectId| project.object(id).name_text();
    let column = common(project, facts, a, b)?;
    let (a, b) = (name(a), name(b));
    // A column is called what somebody else called it.
    if !is_referable(&column) {
        return None;
    }
    let called = quoted(&format!("{a}_{b}"), None);
    let condition = double_quoted(&format!("${{ref({a}).{column}}} = ${{ref({b}).{column}}}"));
    let item = format!("  - name: {called}\n    join_type: inner\n    condition: {condition}\n");
    let title = format!("add a relation of `{a}` and `{b}` over `{column}`");
    action(title, finding.code, add_item(project, file, "relations", &item))
}

/// A column of both models; one that looks like a key, if there are several.
fn common(project: &Project, facts: &FactStore, a: ObjectId, b: ObjectId) -> Option<String> {
    let (a, b) = (columns_of(project, facts, a).ok()?, columns_of(project, facts, b).ok()?);
    let both: Vec<&String> = a
        .iter()
        .map(|column| &column.name)
        .filter(|name| b.iter().any(|other| other.name.eq_ignore_ascii_case(name)))
        .collect();
    let is_key = |name: &&&String| name.eq_ignore_ascii_case("id") || name.to_ascii_lowercase().ends_with("_id");
    both.iter().find(is_key).or(both.first()).map(|name| (*name).clone())
}
