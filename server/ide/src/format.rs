//! Formatting: two spaces for each list and mapping, one blank behind a dash, one inside `?{ … }`, none at the end of a line. Nothing
//! else: texts of comments and scalars, the order of lines and their number stay, and the file means what it meant.
//!
//! Columns are told from lines, which works as YAML itself does; the tree tells which lines are no lines of their own (block scalars,
//! quoted text, `{…}` over several lines), and before an edit is given out the edited text is parsed and compared ([`same`]).

mod columns;
mod lines;
mod new_line;
mod query_blanks;
mod roles;
mod same;
mod walk;

pub use new_line::indent_of_new_line;
use viz_syntax::{Document, ProblemKind};
use viz_text::{Spliced, TextRange, TextSize};

/// A piece of a text and what takes its place: blanks, mostly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reformat {
    /// Absolute bytes.
    pub range: TextRange,
    /// The new text.
    pub text: String,
}

/// Why a text is left as it is. Reads on after the file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unformatted {
    /// It is no YAML that the project loader reads: the line of the first fault, from 0.
    Broken(u32),
    /// Keys are written with `? `.
    ExplicitKeys,
    /// It would have meant something else.
    Changed,
}

impl std::fmt::Display for Unformatted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(line) => write!(f, "is left as it is: the project loader refuses it at line {}", line + 1),
            Self::ExplicitKeys => f.write_str("is left as it is: keys that are written with `? ` are not formatted"),
            Self::Changed => f.write_str("is left as it is: with other indentation it would mean something else"),
        }
    }
}

/// The edits that format a text, in its order and apart from each other; none where it is formatted. With a range, only lists and
/// mappings that stand in it as a whole move, and no edit leaves it.
///
/// # Errors
/// If the text is left as it is.
pub fn format(document: &Document, range: Option<TextRange>) -> Result<Vec<Reformat>, Unformatted> {
    indented_by(columns::STEP, document, range)
}

/// The same with so many columns for each list and mapping.
fn indented_by(step: usize, document: &Document, range: Option<TextRange>) -> Result<Vec<Reformat>, Unformatted> {
    let fault = |problem: &&viz_syntax::Problem| problem.kind != ProblemKind::DuplicateKey;
    if let Some(problem) = document.problems().iter().find(fault) {
        let at = document.range(problem.loc).map_or(0, |range| range.start().into());
        return Err(Unformatted::Broken(lines::number(document.text(), at)));
    }
    if let Some(refusal) = document.refusal() {
        return Err(Unformatted::Broken(refusal.line));
    }
    let range = range.unwrap_or_else(|| TextRange::up_to(TextSize::of(document.text())));
    let nodes = walk::nodes(document);
    let lines = lines::lines(document.text());
    let roles = roles::Roles::new(document, &nodes, &lines);
    let mut edits = columns::edits(document.text(), &lines, &roles, (range, step))?;
    edits.extend(query_blanks::edits(document, range));
    edits.extend(roles.blanks_behind(document.text(), &lines, range));
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    if !edits.is_empty() {
        let after = document.reparse(&apply(document.text(), &edits));
        if !same::means_the_same(document, &after) {
            return Err(Unformatted::Changed);
        }
    }
    Ok(edits)
}

/// A text after edits.
pub fn apply(text: &str, edits: &[Reformat]) -> String {
    let pieces = edits.iter().map(|edit| (edit.range, edit.text.as_str()));
    Spliced::new(text, TextRange::up_to(TextSize::of(text)), pieces).into_text()
}

/// The edit that makes a run of blanks so long; `None` if it is. Only what differs is touched.
fn resize(start: usize, has: usize, wants: usize) -> Option<Reformat> {
    let at = |offset: usize| TextSize::new(offset as u32);
    match wants.checked_sub(has) {
        Some(0) => None,
        Some(more) => Some(Reformat { range: TextRange::empty(at(start)), text: " ".repeat(more) }),
        None => Some(Reformat { range: TextRange::new(at(start), at(start + has - wants)), text: String::new() }),
    }
}

#[cfg(test)]
mod tests;
