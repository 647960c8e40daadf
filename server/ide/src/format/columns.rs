//! Columns of lists and mappings: each stands two columns behind what holds it.
//!
//! Lists and mappings are told by the columns of their dashes and keys, as YAML does. Other lines move with what they belong to: text
//! and `{…}` over several lines with the list or mapping that holds them, comments with what stands at their column.

use crate::format::lines::Line;
use crate::format::roles::{Inside, Roles};
use crate::format::{Reformat, Unformatted, resize};
use viz_text::TextRange;

/// How far what is held stands behind what holds it.
pub(super) const STEP: usize = 2;

/// A list or a mapping.
#[derive(Debug, Clone, Copy)]
struct Collection {
    is_list: bool,
    column: usize,
    /// The one that holds it.
    holder: Option<usize>,
    first: usize,
    last: usize,
    /// Where it is to stand.
    wanted: usize,
}

/// Where a line is to begin.
#[derive(Debug, Clone, Copy)]
enum Begin {
    /// Where it does.
    Stay,
    /// At the column of this collection.
    At(usize),
    /// As far from that column as now, but no deeper than the other collection.
    With { collection: usize, within: Option<usize> },
}

/// A line as it is to be.
#[derive(Debug)]
struct Planned {
    begin: Begin,
    /// Dashes on it: the collection, the first byte behind, the number of blanks there, and the collection that begins behind them.
    dashes: Vec<Dash>,
}

#[derive(Debug, Clone, Copy)]
struct Dash {
    list: usize,
    behind: usize,
    blanks: usize,
    holds: Option<usize>,
}

struct Plan<'a> {
    step: usize,
    text: &'a str,
    lines: &'a [Line],
    roles: &'a Roles,
    collections: Vec<Collection>,
    /// Collections that the line looked at is in, outermost first.
    open: Vec<usize>,
    planned: Vec<Planned>,
}

/// The edits that put lists and mappings in their columns, as far as these stand in the range.
///
/// # Errors
/// If keys are written with `? `.
pub(super) fn edits(
    text: &str,
    lines: &[Line],
    roles: &Roles,
    (range, step): (TextRange, usize),
) -> Result<Vec<Reformat>, Unformatted> {
    let mut plan = Plan { step, text, lines, roles, collections: Vec::new(), open: Vec::new(), planned: Vec::new() };
    plan.read()?;
    plan.place(range);
    Ok(plan.edits(range))
}

impl Plan<'_> {
    /// Looks at all lines.
    fn read(&mut self) -> Result<(), Unformatted> {
        // Comments and blank lines wait for the line below them.
        let mut waiting = 0;
        for number in 0..self.lines.len() {
            let line = self.lines[number];
            let body = line.body(self.text);
            let inside = self.roles.inside[number];
            let waits = inside == Inside::Nothing && (line.is_blank(self.text) || line.is_comment(self.text));
            self.planned.push(Planned { begin: Begin::Stay, dashes: Vec::new() });
            if waits {
                continue;
            }
            if inside != Inside::Nothing {
                self.planned[number].begin = self.continues(number, inside);
            } else if line.indent == 0 && (body.starts_with('%') || is_marker(body)) {
                self.comments(waiting..number, None);
                self.open.clear();
            } else if waiting == number {
                self.begins(number)?;
            } else {
                let before = self.open.clone();
                self.begins(number)?;
                let after = std::mem::replace(&mut self.open, before);
                self.comments(waiting..number, Some(number));
                self.open = after;
            }
            waiting = number + 1;
        }
        self.comments(waiting..self.lines.len(), None);
        for number in (0..self.collections.len()).rev() {
            let Collection { holder, last, .. } = self.collections[number];
            if let Some(holder) = holder {
                self.collections[holder].last = self.collections[holder].last.max(last);
            }
        }
        Ok(())
    }

    /// A line that continues what began above.
    fn continues(&mut self, number: usize, inside: Inside) -> Begin {
        let Some(collection) = self.open.last().copied() else { return Begin::Stay };
        if matches!(inside, Inside::BelowBlock(_)) || (inside == Inside::Flow && self.lines[number].is_blank(self.text))
        {
            return Begin::Stay;
        }
        self.collections[collection].last = number;
        Begin::With { collection, within: None }
    }

    /// A line with dashes, a key, or a value on a line of its own.
    fn begins(&mut self, number: usize) -> Result<(), Unformatted> {
        let line = self.lines[number];
        let mut at = line.start + line.indent;
        let mut first = true;
        loop {
            let rest = &self.text[at..line.end];
            let column = at - line.start;
            if is_indicator(rest, b'?') || is_indicator(rest, b':') {
                return Err(Unformatted::ExplicitKeys);
            }
            let is_dash = is_indicator(rest, b'-');
            let begin = if is_dash || self.roles.is_key(self.text, at, line.end) {
                let collection = self.enter(is_dash, column, number);
                if let Some(dash) = self.planned[number].dashes.last_mut() {
                    dash.holds = Some(collection);
                }
                Begin::At(collection)
            } else {
                if first {
                    self.leave(|collection| collection.column < column);
                }
                let holder = self.open.last().copied();
                if let Some(holder) = holder {
                    self.collections[holder].last = number;
                }
                holder.map_or(Begin::Stay, |collection| Begin::With { collection, within: None })
            };
            if std::mem::take(&mut first) {
                self.planned[number].begin = begin;
            }
            let (true, Begin::At(list)) = (is_dash, begin) else { return Ok(()) };
            let blanks = rest[1..].len() - rest[1..].trim_start_matches(' ').len();
            if rest.len() == 1 + blanks || rest[1 + blanks..].starts_with('#') {
                return Ok(());
            }
            self.planned[number].dashes.push(Dash { list, behind: at + 1, blanks, holds: None });
            at += 1 + blanks;
        }
    }

    /// Goes to the list or the mapping at a column.
    fn enter(&mut self, is_list: bool, column: usize, number: usize) -> usize {
        self.leave(|collection| {
            collection.column < column || (collection.column == column && (collection.is_list == is_list || is_list))
        });
        let holder = self.open.last().copied();
        let same = holder.filter(|last| {
            let last = &self.collections[*last];
            last.column == column && last.is_list == is_list
        });
        let collection = same.unwrap_or_else(|| {
            self.collections.push(Collection { is_list, column, holder, first: number, last: number, wanted: column });
            self.open.push(self.collections.len() - 1);
            self.collections.len() - 1
        });
        self.collections[collection].last = number;
        collection
    }

    /// Leaves the innermost collections up to one that stays open.
    fn leave(&mut self, stays: impl Fn(&Collection) -> bool) {
        while self.open.last().is_some_and(|last| !stays(&self.collections[*last])) {
            self.open.pop();
        }
    }

    /// Comments above a line: with it where they stand at its column, else with what is open at theirs.
    fn comments(&mut self, numbers: std::ops::Range<usize>, below: Option<usize>) {
        for number in numbers {
            let line = self.lines[number];
            if !line.is_comment(self.text) {
                continue;
            }
            let column = line.indent;
            let next = below.filter(|below| self.lines[*below].indent == column).map(|below| self.planned[below].begin);
            let deeper = self.open.iter().position(|open| self.collections[*open].column > column);
            let at = self.open.iter().copied().find(|open| self.collections[*open].column == column);
            let behind = self.open[..deeper.unwrap_or(self.open.len())].last().copied();
            self.planned[number].begin = match (next, at, behind) {
                (Some(next), _, _) => next,
                (None, Some(at), _) => Begin::At(at),
                (None, None, Some(collection)) => {
                    Begin::With { collection, within: deeper.map(|deeper| self.open[deeper]) }
                }
                // Further out than the whole.
                (None, None, None) => self
                    .open
                    .first()
                    .map_or(Begin::Stay, |first| Begin::With { collection: *first, within: Some(*first) }),
            };
            if let Begin::At(with) | Begin::With { collection: with, .. } = self.planned[number].begin {
                self.collections[with].last = self.collections[with].last.max(number);
            }
        }
    }

    /// Says where each collection is to stand: those that are not in the range as a whole stay.
    fn place(&mut self, range: TextRange) {
        for number in 0..self.collections.len() {
            let Collection { holder, first, last, column, .. } = self.collections[number];
            let moves = self.lines[first].is_in(range) && self.lines[last].is_in(range);
            let wanted = holder.map_or(0, |holder| self.collections[holder].wanted + self.step);
            self.collections[number].wanted = if moves { wanted } else { column };
        }
    }

    fn edits(&self, range: TextRange) -> Vec<Reformat> {
        let mut edits = Vec::new();
        for (number, planned) in self.planned.iter().enumerate() {
            let line = self.lines[number];
            if !line.is_in(range) {
                continue;
            }
            let wanted = self.indent(line.indent, planned.begin);
            // An empty line of a block scalar stays empty.
            let wanted = if line.start == line.end { 0 } else { wanted };
            edits.extend(resize(line.start, line.indent, wanted));
            for dash in &planned.dashes {
                let column = self.collections[dash.list].wanted + 1;
                let blanks =
                    dash.holds.map_or(self.step - 1, |holds| self.collections[holds].wanted.saturating_sub(column));
                edits.extend(resize(dash.behind, dash.blanks, blanks));
            }
        }
        edits
    }

    /// The indentation of a line that has so much now.
    fn indent(&self, has: usize, begin: Begin) -> usize {
        match begin {
            Begin::Stay => has,
            Begin::At(collection) => self.collections[collection].wanted,
            Begin::With { collection, within } => {
                let Collection { column, wanted, .. } = self.collections[collection];
                let most = within.map_or(usize::MAX, |within| self.collections[within].wanted);
                (has + wanted).saturating_sub(column).min(most)
            }
        }
    }
}

/// Whether a text begins with this character, and a blank or its end.
fn is_indicator(text: &str, indicator: u8) -> bool {
    let bytes = text.as_bytes();
    bytes.first() == Some(&indicator) && bytes.get(1).is_none_or(|next| matches!(next, b' ' | b'\t'))
}

fn is_marker(body: &str) -> bool {
    let rest = body.strip_prefix("---").or_else(|| body.strip_prefix("..."));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}
