//! Adds the `type` that a source, an input or the props of an insight lack: one of those that fit what is there.

use super::missing::action;
use super::{Action, TextChange};
use viz_check::Finding;
use viz_project::{Kind, Project};
use viz_syntax::{Entry, Node, node_at};
use viz_text::{FileId, TextRange, TextSize};

/// What would give it a type.
pub(super) fn add(project: &Project, finding: &Finding, file: FileId) -> Vec<Action> {
    let document = &project.file(file).document;
    let Some((of, place)) = project.resolve(finding.loc) else { return Vec::new() };
    let around = project.ids().filter(|id| project.object(*id).loc.segment == finding.loc.segment);
    let objects = around.filter_map(|id| {
        let range = project.resolve(project.object(id).loc)?.1;
        range.contains_range(place).then_some((range, project.object(id).kind))
    });
    let Some((range, kind)) = objects.min_by_key(|(range, _)| range.len()).filter(|_| of == file) else {
        return Vec::new();
    };
    let Some(node) = node_at(document, range) else { return Vec::new() };
    let (node, types) = match kind {
        Kind::Input => (node, of_input(node)),
        Kind::Source => (node, of_source(node)),
        Kind::Insight => match node.get("props") {
            Some(props) => (props, of_trace(props)),
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    if node.get("type").is_some() {
        return Vec::new();
    }
    let added = |ty: &&str| {
        let change = line_with(document.text(), node, file, &format!("type: {ty}"));
        action(format!("add `type: {ty}`"), finding.code, change)
    };
    types.iter().filter_map(added).collect()
}

fn of_input(node: Node<'_>) -> &'static [&'static str] {
    match node.get("range").is_some() {
        true => &["multi-select"],
        false => &["single-select", "multi-select"],
    }
}

fn of_source(node: Node<'_>) -> &'static [&'static str] {
    let ends = |key: &str, endings: &[&str]| {
        node.get(key).and_then(|value| value.str()).is_some_and(|text| endings.iter().any(|end| text.ends_with(end)))
    };
    match () {
        () if ends("file", &[".xls", ".xlsx"]) => &["xls"],
        () if node.get("file").is_some() => &["csv"],
        () if ends("database", &[".sqlite", ".sqlite3", ".db3"]) => &["sqlite"],
        () if ends("database", &[".duckdb", ".ddb", ":memory:"]) => &["duckdb"],
        () if ends("database", &[".db"]) => &["duckdb", "sqlite"],
        () if node.get("host").is_some() => &["postgresql", "mysql", "redshift", "clickhouse"],
        () if node.get("account").is_some() => &["snowflake"],
        () if node.get("project").is_some() => &["bigquery"],
        () => &["duckdb", "sqlite", "csv", "postgresql"],
    }
}

fn of_trace(props: Node<'_>) -> &'static [&'static str] {
    let has = |key: &str| props.get(key).is_some();
    match () {
        () if has("labels") || has("values") => &["pie"],
        () if has("value") => &["indicator"],
        () if has("z") => &["heatmap", "contour"],
        () => &["bar", "scatter"],
    }
}

/// A line with an entry behind the name of a mapping, else before its first key.
fn line_with(text: &str, node: Node<'_>, file: FileId, entry: &str) -> Option<TextChange> {
    let column = |at: TextSize| {
        let before = &text[..usize::from(at)];
        before.len() - before.rfind('\n').map_or(0, |end| end + 1)
    };
    let first = node.entries().next()?;
    let start = |entry: &Entry<'_>| entry.key.range().start();
    let change = |at: TextSize, text: String| Some(TextChange { file, range: TextRange::empty(at), text });
    if node.is_flow() {
        return change(start(&first), format!("{entry}, "));
    }
    // Behind `? ` stands a key whose value begins in another line.
    let is_plain = |entry: &Entry<'_>| {
        let at = start(entry);
        text[usize::from(at) - column(at)..usize::from(at)].chars().all(|c| matches!(c, ' ' | '-'))
    };
    if !node.entries().all(|entry| is_plain(&entry)) {
        return None;
    }
    match node.entries().find(|entry| entry.name() == "name").filter(|name| !name.value.text().contains('\n')) {
        Some(name) => {
            let from = usize::from(name.value.range().end());
            let end = text[from..].find(['\r', '\n']).map_or(text.len(), |at| from + at);
            change(TextSize::new(end as u32), format!("\n{}{entry}", " ".repeat(column(start(&name)))))
        }
        None => change(start(&first), format!("{entry}\n{}", " ".repeat(column(start(&first))))),
    }
}
