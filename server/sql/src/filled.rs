//! A template with its holes filled: the text, where it came from, and where each filling stands.

use crate::template::{Template, upper_null};
use viz_text::{MappedText, Spliced, TextRange, TextSize};

/// A template, or a part of one, with its holes filled.
#[derive(Debug, Clone)]
pub struct Filled<'a> {
    template: &'a Template,
    part: TextRange,
    /// The first hole in the part.
    first: usize,
    text: Spliced,
}

impl<'a> Filled<'a> {
    pub(crate) fn new(template: &'a Template, part: TextRange, first: usize, text: Spliced) -> Self {
        Self { template, part, first, text }
    }

    /// As the browser runs it: every whole word `null` of the filled text in upper case.
    pub(crate) fn in_browser(self) -> Self {
        Self { text: self.text.spelled(upper_null), ..self }
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.text.text()
    }

    /// The text alone.
    pub fn into_text(self) -> String {
        self.text.into_text()
    }

    /// Where what was put into a hole of the template stands.
    pub fn filling(&self, hole: usize) -> TextRange {
        self.text.piece(hole - self.first)
    }

    /// The hole whose filling holds a byte.
    pub fn hole_at(&self, offset: TextSize) -> Option<usize> {
        Some(self.text.piece_at(offset)? + self.first)
    }

    /// The first hole whose filling begins in a range.
    pub fn hole_in(&self, range: TextRange) -> Option<usize> {
        let begins = |(_, filling): (TextRange, TextRange)| range.contains(filling.start());
        Some(self.text.pieces().position(begins)? + self.first)
    }

    /// Where a byte is in the template's text: of a filling, where its hole begins.
    pub fn origin(&self, offset: TextSize) -> TextSize {
        let hole = || self.hole_at(offset).map_or(self.part.end(), |hole| self.template.holes()[hole].range.start());
        self.text.origin(offset).unwrap_or_else(hole)
    }

    /// The text with the places of the template's text; a filling stands for its placeholder.
    pub fn mapped(&self) -> MappedText {
        let (from, text) = (self.template.text(), self.text());
        let mut out = MappedText::new();
        let mut done = self.part.start();
        for ((hole, filling), number) in self.text.pieces().zip(self.first..) {
            out.push_slice(from, TextRange::new(done, hole.start()));
            out.push_for(&text[filling], self.template.holes()[number].loc);
            done = hole.end();
        }
        out.push_slice(from, TextRange::new(done, self.part.end()));
        out
    }
}
