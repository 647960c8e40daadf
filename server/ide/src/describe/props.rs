//! Plotly's properties at the cursor: which one it is, and what there is to say of it.

use crate::cursor::context::{Spot, context};
use crate::cursor::expected::{Slot, slot};
use crate::describe::Hover;
use std::fmt::Write;
use viz_plotly::{Attribute, Root, ValueType, schema};
use viz_project::Project;
use viz_project::schema::Type;
use viz_text::{FileId, TextSize};

/// Maximum number of words to list in a hover.
const SHOWN_WORDS: usize = 24;

impl<'a> Slot<'a> {
    /// The schema that the place below `props` or `layout` belongs to, as far as the type of the trace is known.
    pub fn plotly(&self) -> Option<Root<'a>> {
        match self.ty {
            Type::Layout => Some(Root::Layout),
            Type::Props => self.trace.map(Root::Trace),
            _ => None,
        }
    }

    /// The property whose value the cursor is in, or to whose keys the one at the cursor belongs.
    pub fn attribute(&self) -> Option<&'static Attribute> {
        schema().find(self.plotly()?, self.inner.iter().copied())
    }
}

/// The hover over a property: on its key, or on a value that is no reference.
pub(crate) fn hover(project: &Project, file: FileId, offset: TextSize) -> Option<Hover> {
    let document = &project.file(file).document;
    let context = context(document, offset);
    let slot = slot(&context)?;
    let root = slot.plotly()?;
    let mut path = slot.inner.clone();
    let range = match context.spot {
        Spot::Key(key) => {
            path.push(document.text()[key].trim_matches(['"', '\'']));
            key
        }
        Spot::Value(content) if !document.text()[content.range].contains(['?', '$']) => content.range,
        _ => return None,
    };
    if let (Root::Trace(trace), ["type"]) = (root, path.as_slice()) {
        let about = schema().about(trace);
        let markdown = format!("**`{trace}`** trace\n\n{about}\n\n{}", link(root, &[]));
        return Some(Hover { range, markdown }).filter(|_| !about.is_empty());
    }
    let attribute = schema().find(root, path.iter().copied()).filter(|_| !path.is_empty())?;
    let markdown = format!(
        "**{}** · {}\n\n{}",
        viz_text::markdown::code(&path.join(".")),
        kind(attribute),
        about(root, &path, attribute)
    );
    Some(Hover { range, markdown })
}

/// A property in Markdown: what it is for, its words, its default and where plotly tells more.
pub(crate) fn about(root: Root<'_>, path: &[&str], attribute: &'static Attribute) -> String {
    let mut out = String::new();
    let text = schema().text(attribute);
    if !text.is_empty() {
        let _ = writeln!(out, "{text}\n");
    }
    let words = attribute.words();
    if attribute.ty != ValueType::Flaglist && words.len() >= 12 {
        let listed: Vec<String> = words.iter().take(SHOWN_WORDS).map(|word| format!("`{word}`")).collect();
        let more = if words.len() > SHOWN_WORDS { ", …" } else { "" };
        let _ = writeln!(out, "values: {}{more}\n", listed.join(", "));
    }
    if let Some(default) = attribute.default.as_ref().filter(|value| !value.is_array() || value.to_string().len() < 60)
    {
        let shown = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        if !shown.is_empty() {
            let _ = writeln!(out, "default: `{shown}`\n");
        }
    }
    out.push_str(&link(root, path));
    out
}

/// What a property takes, in a few words.
pub(crate) fn kind(attribute: &Attribute) -> String {
    let kind = attribute.expected();
    if attribute.list { format!("{kind}, or a list of such") } else { kind }
}

fn link(root: Root<'_>, path: &[&str]) -> String {
    format!("[plotly's reference]({})", schema().link(root, path))
}
