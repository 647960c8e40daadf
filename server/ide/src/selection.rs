//! Selection ranges: the word, the reference, the query, the value, the entry, the object, the section, the file.

use crate::cursor::nodes::piece;
use crate::sql_text::select_list::word_at;
use viz_project::Project;
use viz_syntax::{Node, PathStep, TopEntry, references};
use viz_text::{FileId, TextRange, TextSize};

/// The ranges around an offset, innermost first; each lies in the next, and none equals another.
pub fn selection_ranges(project: &Project, file: FileId, offset: TextSize) -> Vec<TextRange> {
    let document = &project.file(file).document;
    let text = document.text();
    let whole = TextRange::up_to(TextSize::of(text));
    let mut at = offset.min(whole.end());
    while !text.is_char_boundary(at.into()) {
        at -= TextSize::new(1);
    }
    let mut all = vec![whole];
    let mut keys: Vec<&str> = Vec::new();
    for step in document.path_at(at) {
        match step {
            PathStep::Top(top) => {
                all.push(section(top));
                keys.push(top.name());
            }
            PathStep::Item { node, .. } => all.push(node.range()),
            PathStep::Entry(entry) => {
                keys.push(entry.name());
                all.extend([entry.value.range(), entry.key.range().cover(entry.value.range())]);
            }
            PathStep::Key(node) => all.push(node.range()),
            PathStep::Value(node) => inside(&mut all, &keys, node, at),
        }
    }
    let line = line(text, at);
    all.push(line);
    all.extend(word_at(text, at));
    all.retain(|range| range.contains_inclusive(at) && !range.is_empty());
    all.sort_by_key(|range| (range.len(), range.start()));
    all.dedup();
    // Only what holds all before it.
    let mut out: Vec<TextRange> = Vec::new();
    for range in all {
        if out.last().is_none_or(|last| range.contains_range(*last)) {
            out.push(range);
        }
    }
    out
}

fn section(top: TopEntry<'_>) -> TextRange {
    top.range()
}

/// The value, and the references and the query in it.
fn inside(all: &mut Vec<TextRange>, keys: &[&str], node: Node<'_>, at: TextSize) {
    all.push(node.range());
    let Some(piece) = piece(keys, node) else { return };
    let base = node.range().start() - node.loc().range.start();
    let mut add = |range: TextRange| all.extend(piece.text.locate(range).map(|loc| loc.range + base));
    add(piece.body);
    for found in references(piece.text.text()) {
        add(found.range);
        add(found.name_range);
        found.path_range.into_iter().for_each(&mut add);
    }
    all.retain(|range| range.contains_inclusive(at));
}

/// The line around an offset, without its indentation and end.
fn line(text: &str, at: TextSize) -> TextRange {
    let at = usize::from(at);
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let line = &text[start..end];
    let from = start + (line.len() - line.trim_start().len());
    TextRange::at(TextSize::new(from as u32), TextSize::of(line.trim()))
}
