//! An object that is written in place gets an entry of its own and a reference to it, or the other way round.

use super::{Action, ActionKind, TextChange, add_item, line_start};
use crate::cursor::target::{Target, target_at};
use crate::lineage::object_around;
use crate::references::references_to;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use viz_project::schema::MERGED_KEYS;
use viz_project::{Kind, ObjectId, Project, Resolution};
use viz_syntax::{Document, Leaf, NodeKind, PathStep, is_plain, node_at};
use viz_text::{FileId, TextRange, TextSize};

/// The list that objects of a kind stand in.
pub(super) fn section(kind: Kind) -> Option<&'static str> {
    let name = format!("{}s", kind.name());
    MERGED_KEYS.iter().map(|(key, _)| *key).find(|key| *key == name)
}

/// Moves the object around an offset, if it is written inside another, to a list of its own.
pub(super) fn extract(project: &Project, file: FileId, offset: TextSize) -> Option<Action> {
    let id = object_around(project, file, offset)?;
    let object = project.object(id);
    let parent = project.parent(id)?;
    // Names of a model's own metrics mean something else.
    if matches!(object.kind, Kind::Metric | Kind::Dimension) && project.object(parent).kind == Kind::Model {
        return None;
    }
    let section = section(object.kind)?;
    let document = &project.file(file).document;
    let text = document.text();
    let (_, range) = project.resolve(object.loc)?;
    let node = node_at(document, range)?;
    if node.is_flow() || node.kind() != NodeKind::Mapping {
        return None;
    }
    let name = match object.name_text() {
        "" if node.get("name").is_some() => return None,
        "" => free_name(project, object.kind),
        name => name.to_owned(),
    };
    if !is_plain(&name) {
        return None;
    }
    let column = usize::from(range.start() - line_start(text, range.start()));
    let end = range.end();
    let mut lines = text[TextRange::new(range.start(), end)].lines();
    let mut body = String::new();
    if object.name_text().is_empty() {
        body.push_str(&format!("  - name: {name}\n    {}\n", lines.next()?));
    } else {
        body.push_str(&format!("  - {}\n", lines.next()?));
    }
    for line in lines {
        let shifted = line.get(column.min(line.len() - line.trim_start().len())..).unwrap_or("");
        body.push_str(if shifted.is_empty() { "" } else { "    " });
        body.push_str(shifted);
        body.push('\n');
    }
    // Behind a dash the reference takes the object's place; behind a key it goes up to the key's line.
    let before = text[..usize::from(range.start())].trim_end();
    let (start, reference) = if before.ends_with(':') {
        (TextSize::of(before), format!(" ${{ref({name})}}"))
    } else {
        (range.start(), format!("${{ref({name})}}"))
    };
    let changes = vec![
        TextChange { file, range: TextRange::new(start, end), text: reference },
        add_item(project, file, section, &body)?,
    ];
    let inside = changes[0].range.contains_inclusive(changes[1].range.start());
    if inside && changes[0].range.end() != changes[1].range.start() {
        return None;
    }
    // The reference, the list, and a name.
    if !stays(project, &changes, Leaves::More(4)) {
        return None;
    }
    let title = format!("move the {} `{name}` to `{section}`", object.kind.name());
    Some(Action { title, kind: ActionKind::Extract, changes, code: None })
}

/// A name that nothing has yet.
fn free_name(project: &Project, kind: Kind) -> String {
    let is_free = |name: &String| project.names().resolve(name) == Resolution::Missing;
    (1..).map(|number| format!("{}_{number}", kind.name())).find(is_free).unwrap_or_default()
}

/// Writes the object that is referred to at an offset into this place, if nothing else refers to it.
pub(super) fn inline(project: &Project, file: FileId, offset: TextSize) -> Option<Action> {
    let (Target::Reference(found, id), _) = target_at(project, file, offset)? else { return None };
    let object = project.object(id);
    let fits = matches!(object.kind, Kind::Insight | Kind::Chart | Kind::Table | Kind::Markdown | Kind::Input);
    if !fits || project.parent(id).is_some() || found.path.is_some() || references_to(project, id).len() != 1 {
        return None;
    }
    let (place, whole) = value_at(project, file, offset)?;
    let of = project.file_of_object(id);
    let (body, removal) = body(project, id, of)?;
    let text = project.file(file).document.text();
    // Only where the reference is all of the value, on its own line.
    let line = line_start(text, whole.start());
    let before = &text[TextRange::new(line, whole.start())];
    let indent = before.len() - before.trim_start_matches([' ', '-']).len();
    let (start, first, column) = if before.trim_end().ends_with(':') {
        let start = line + TextSize::of(before.trim_end());
        let column = indent + 2;
        (start, format!("\n{}", " ".repeat(column)), column)
    } else if before.trim_start().trim_end() == "-" {
        (whole.start(), String::new(), before.len())
    } else {
        return None;
    };
    let mut new = first;
    for (number, line) in body.lines().enumerate() {
        if number > 0 {
            new.push('\n');
            if !line.is_empty() {
                new.push_str(&" ".repeat(column));
            }
        }
        new.push_str(line);
    }
    if of == file && removal.intersect(whole).is_some() {
        return None;
    }
    let changes = vec![
        TextChange { file, range: TextRange::new(start, place.end()), text: new },
        TextChange { file: of, range: removal, text: String::new() },
    ];
    // The reference and the list.
    if !stays(project, &changes, Leaves::Less(2)) {
        return None;
    }
    let title = format!("write the {} `{}` here", object.kind.name(), object.name_text());
    Some(Action { title, kind: ActionKind::Inline, changes, code: None })
}

/// How many keys and values there may be more or less than before.
#[derive(Clone, Copy)]
enum Leaves {
    More(usize),
    Less(usize),
}

/// Whether all that the files say, with comments, stays what it is when these edits have been made, but for so much.
fn stays(project: &Project, changes: &[TextChange], most: Leaves) -> bool {
    let files: BTreeSet<FileId> = changes.iter().map(|change| change.file).collect();
    let texts = files.into_iter().map(|file| {
        let document = &project.file(file).document;
        let mut text = document.text().to_owned();
        let mut own: Vec<&TextChange> = changes.iter().filter(|change| change.file == file).collect();
        own.sort_by_key(|change| std::cmp::Reverse((change.range.start(), change.range.end())));
        own.iter().for_each(|change| text.replace_range(Range::<usize>::from(change.range), &change.text));
        (document.clone(), document.reparse(&text))
    });
    let (before, after): (Vec<Document>, Vec<Document>) = texts.unzip();
    let faults = |documents: &[Document]| documents.iter().map(|document| document.problems().len()).sum::<usize>();
    if faults(&after) > faults(&before) {
        return false;
    }
    let count = |documents| {
        let mut counts: HashMap<Leaf<'_>, usize> = HashMap::new();
        for (_, leaf) in Iterator::flat_map(<[Document]>::iter(documents), Document::leaves) {
            *counts.entry(leaf).or_default() += 1;
        }
        counts
    };
    let (before, after) = (count(&before), count(&after));
    let more = |one: &HashMap<Leaf<'_>, usize>, other: &HashMap<Leaf<'_>, usize>| {
        let missing = one.iter().map(|(leaf, count)| {
            let missing = count.saturating_sub(other.get(leaf).copied().unwrap_or(0));
            // No comment comes or goes, no anchor or alias.
            if matches!(leaf, Leaf::Key(_) | Leaf::Text(_)) { missing } else { missing * 100 }
        });
        missing.sum::<usize>()
    };
    let (gone, new) = (more(&before, &after), more(&after, &before));
    match most {
        Leaves::More(most) => gone == 0 && new <= most,
        Leaves::Less(most) => new == 0 && gone <= most,
    }
}

/// The scalar at an offset, and its whole range.
fn value_at(project: &Project, file: FileId, offset: TextSize) -> Option<(TextRange, TextRange)> {
    let document = &project.file(file).document;
    let node = document.path_at(offset).into_iter().find_map(|step| match step {
        PathStep::Value(node) => Some(node),
        _ => None,
    })?;
    let text = document.text()[node.range()].trim_matches(['"', '\'']).trim();
    let is_reference = (text.starts_with("${") && text.ends_with('}')) || text.starts_with("ref(");
    // Nothing else on the line.
    let rest = document.text()[usize::from(node.range().end())..].lines().next().unwrap_or("");
    (is_reference && rest.trim().is_empty()).then(|| (node.range(), node.range()))
}

/// The lines of an entry of a list, without their indentation, and what to delete to be rid of it.
fn body(project: &Project, id: ObjectId, file: FileId) -> Option<(String, TextRange)> {
    let document = &project.file(file).document;
    let text = document.text();
    let (_, range) = project.resolve(project.object(id).loc)?;
    let node = node_at(document, range).filter(|node| !node.is_flow())?;
    let start = line_start(text, node.range().start());
    let column = usize::from(node.range().start() - start);
    let dash = text[TextRange::new(start, node.range().start())].trim_start();
    if dash.trim_end() != "-" {
        return None;
    }
    let mut out = String::new();
    for (number, line) in text[node.range()].lines().enumerate() {
        let line = if number == 0 { line } else { line.get(column.min(line.len() - line.trim_start().len())..)? };
        out.push_str(line);
        out.push('\n');
    }
    let after = usize::from(node.range().end());
    let end = text[after..].find('\n').map_or(text.len(), |at| after + at + 1);
    let mut removal = TextRange::new(start, TextSize::new(end as u32));
    // An empty list would delete what other files have (S-03): the key goes with its last item.
    let entry = document.entries().find(|entry| entry.range().contains_range(node.range()))?;
    if entry.items().count() == 1 {
        removal = TextRange::new(line_start(text, entry.key().range().start()), removal.end());
    }
    Some((out.trim_end().to_owned(), removal))
}
