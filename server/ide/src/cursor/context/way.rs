//! The way from an element of a line to what holds it.

use super::line::Line;

/// The way up.
pub(super) struct Way<'a> {
    /// The start of the line that was looked at last.
    pub above: usize,
    pub search: Search,
    /// Dashes of that line, which have still to be passed.
    pub dashes: Vec<usize>,
    /// The key in whose value the cursor is, if it is on that line.
    pub key: Option<&'a str>,
    /// Where the element starts from which the climb goes on.
    pub first: usize,
}

/// What is looked for on the way up.
#[derive(Debug, Clone, Copy)]
pub(super) enum Search {
    /// What holds a mapping whose keys have this column.
    Entry(usize),
    /// What holds a list whose dashes have this column.
    Dash(usize),
}

impl<'a> Way<'a> {
    /// Goes on from the element of a line.
    pub(super) fn go_on(&mut self, line: &Line<'a>, key: Option<&'a str>) {
        (self.key, self.first) = (key, line.start + line.content);
        self.search = Search::Entry(line.content);
        self.dashes.clone_from(&line.dashes);
    }

    /// Whether a line is beside or below what is looked for, or begins the list item that holds it.
    pub(super) fn passes(&mut self, line: &Line<'a>) -> bool {
        match self.search {
            Search::Entry(column) => {
                let own = if line.dashes.is_empty() { line.indent } else { line.content };
                if own == column && line.key.is_some() {
                    self.first = line.start + line.content;
                    self.dashes.clone_from(&line.dashes);
                    return true;
                }
                if line.indent >= column {
                    return true;
                }
                if line.is_bare_dash() || (line.content > column && !line.dashes.is_empty()) {
                    if line.key.is_some() {
                        self.first = line.start + line.content;
                    }
                    self.dashes = line.dashes.iter().copied().filter(|dash| *dash < column).collect();
                    return true;
                }
                false
            }
            Search::Dash(column) => {
                if line.indent > column {
                    return true;
                }
                if let Some(place) = line.dashes.iter().position(|dash| *dash == column) {
                    self.dashes = line.dashes[..place].to_vec();
                    return true;
                }
                if line.is_bare_dash() {
                    self.dashes.clone_from(&line.dashes);
                    return true;
                }
                line.indent >= column && !line.dashes.is_empty()
            }
        }
    }
}
