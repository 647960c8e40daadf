//! Completion: what could stand at the cursor, also while the text around it is unfinished.
//!
//! The place comes from [`crate::cursor::context`], what the format expects there from the schema table, and each sort of
//! candidate has a file of its own.

mod describe;
mod fields;
mod in_yaml;
mod item;
mod keys;
mod literals;
mod names;
mod paths;
mod props;
mod rank;
mod slots;
mod sql;
mod tables;
mod values;

pub use item::{CompletionItem, CompletionKind};
pub use tables::completion_questions;

use crate::cursor::context::{Content, Context, Spot, context};
use crate::cursor::expected::{Slot, root, slot_below};
use crate::snapshot::Snapshot;
use std::cell::Cell;
use viz_project::{FileSystem, Project};
use viz_text::{FileId, TextRange, TextSize};

/// What a completion is asked of.
pub(crate) struct Request<'a> {
    pub snapshot: Snapshot<'a>,
    pub files: &'a dyn FileSystem,
    pub file: FileId,
    pub offset: TextSize,
    pub text: &'a str,
    pub context: Context<'a>,
    pub slot: Slot<'a>,
    /// Whether more would fit than is offered.
    pub cut: Cell<bool>,
}

/// What could stand at an offset.
#[derive(Debug, Default)]
pub struct Completion {
    /// Best first.
    pub items: Vec<CompletionItem>,
    /// Whether more would fit: an editor has to ask again with the next letter.
    pub cut: bool,
}

/// What could stand at an offset. `files` is where paths are looked up.
pub fn completion(snapshot: &Snapshot<'_>, files: &dyn FileSystem, file: FileId, offset: TextSize) -> Completion {
    let project = snapshot.project;
    let document = &project.file(file).document;
    let text = document.text();
    let mut at = offset.min(TextSize::of(text));
    while !text.is_char_boundary(at.into()) {
        at -= TextSize::new(1);
    }
    let context = context(document, at);
    let Some(slot) = slot_below(root(project, file), &context) else { return Completion::default() };
    let request = Request { snapshot: *snapshot, files, file, offset: at, text, context, slot, cut: Cell::new(false) };
    let mut items = request.items();
    let mask = project.mask();
    // What is offered would be written into the file.
    use CompletionKind::{File, Folder, Option, Snippet, Table};
    let is_data = |item: &CompletionItem| !item.own && matches!(item.kind, Option | File | Folder | Table | Snippet);
    items.retain(|item| !is_data(item) || !mask.is_in(&item.insert) && !mask.is_in(&item.label));
    for (index, item) in items.iter_mut().enumerate() {
        item.detail.iter_mut().chain(&mut item.documentation).for_each(|text| mask.hide_in(text));
        item.sort = format!("{index:05}");
    }
    Completion { items, cut: request.cut.get() }
}

/// Whether an editor should ask again with the next letter: in SQL, functions are only listed once a word has begun.
pub fn completion_grows(project: &Project, file: FileId, offset: TextSize) -> bool {
    let Some((text, start)) = crate::cursor::sql_at::sql_at(project, file, offset) else { return false };
    let at = offset.checked_sub(start).map_or(0, usize::from).min(text.len());
    let before = text.get(..at).unwrap_or_default();
    !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '(' | '.'))
}

impl Request<'_> {
    fn items(&self) -> Vec<CompletionItem> {
        match self.context.spot {
            Spot::Nothing => Vec::new(),
            Spot::Key(range) => keys::at_key(self, range),
            Spot::Value(content) => self.fitted(&content, values::values(self, &content)),
            Spot::Start { content, dash, flow } => {
                let mut items = Vec::new();
                if self.context.here.pairs.is_empty() || self.is_text(&content) {
                    items.extend(values::at_start(self, &content, dash, flow));
                }
                if !self.is_text(&content) && content.quote.is_none() {
                    items.extend(keys::at_start(self, &content, dash, flow));
                }
                self.fitted(&content, items)
            }
        }
    }

    /// Whether the content can't be the beginning of a key.
    fn is_text(&self, content: &Content) -> bool {
        self.text[content.range].contains(['$', '(', '?', '{'])
    }

    /// What goes into a scalar, as YAML takes it there: the one way out for all that is no key of a mapping. A space comes first where
    /// the content hangs on a colon or dash.
    fn fitted(&self, content: &Content, mut items: Vec<CompletionItem>) -> Vec<CompletionItem> {
        items.retain_mut(|item| in_yaml::fits(self, content, item));
        let gap = if content.gap { " " } else { "" };
        for item in &mut items {
            for text in item.snippet.iter_mut().chain([&mut item.insert]) {
                text.insert_str(0, item.lead);
                text.insert_str(0, gap);
            }
        }
        items
    }

    /// The content of a scalar and the offset in it.
    pub fn content<'b>(&'b self, content: &Content) -> (&'b str, TextSize) {
        (&self.text[content.range], self.offset - content.range.start())
    }

    /// The word around the cursor: `$` and what a name may hold.
    pub fn word(&self, within: TextRange) -> TextRange {
        let is_word = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let before = &self.text[TextRange::new(within.start(), self.offset)];
        let after = &self.text[TextRange::new(self.offset, within.end())];
        let len = |text: String| TextSize::of(text.as_str());
        let start = len(before.chars().rev().take_while(is_word).collect());
        let end = len(after.chars().take_while(|c| is_word(c) && *c != '$').collect());
        TextRange::new(self.offset - start, self.offset + end)
    }
}
