//! A query in words in which 2.0 means what 1.4 does, with the places of the typed one, and the edits that make it.

use super::groups::Regrouped;
use super::meaning::{MACRO, MAP, OF_MAPS};
use std::cmp::Reverse;
use viz_text::{Spliced, TextRange, TextSize};

/// A query in words in which 2.0 means what 1.4 does by the typed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reworded {
    pub(super) spliced: Spliced,
    pub(super) times: Vec<Time>,
    /// The first `TRY` that was left out.
    pub(super) tried: Option<TextRange>,
    /// The operands that got parentheses.
    pub(super) regrouped: Vec<Regrouped>,
    /// The names of what 1.4 fails for and 2.0 doesn't.
    pub(super) stricter: Vec<TextRange>,
}

/// A text that is no time to 1.4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Time {
    pub typed: String,
    pub stand_in: String,
    /// Where the typed one is.
    pub place: TextRange,
}

impl Reworded {
    /// Its text.
    pub fn text(&self) -> &str {
        self.spliced.text()
    }

    /// The text that is no time to 1.4 and that an error about this text names, and its place in the typed one.
    pub fn time_of(&self, message: &str) -> Option<(TextRange, &str)> {
        let found = self.times.iter().find(|time| message.contains(&time.stand_in))?;
        Some((found.place, &found.typed))
    }

    /// Where an error stands that came up in a macro, which has no place of its own.
    pub fn place_of(&self, message: &str) -> Option<TextSize> {
        let stand_in = self.text().find(&format!("{MACRO}{MAP}(")).filter(|_| message.contains(OF_MAPS))?;
        Some(self.typed_offset(TextSize::new(stand_in as u32)))
    }

    /// The first `TRY` that this text does without, in the typed one.
    pub fn tried(&self) -> Option<TextRange> {
        self.tried
    }

    /// The operands that 2.0 does not hold for such without the parentheses that they have here.
    pub fn regrouped(&self) -> &[Regrouped] {
        &self.regrouped
    }

    /// The functions that fail in 1.4 for arguments that 2.0 takes, in the typed text.
    pub fn stricter(&self) -> &[TextRange] {
        &self.stricter
    }

    /// Whether it has such texts.
    pub fn has_times(&self) -> bool {
        !self.times.is_empty()
    }

    /// What an error about this text says of the typed one.
    pub fn message(&self, message: &str) -> String {
        match message.contains(OF_MAPS) && self.text().contains(MACRO) {
            true => "`cardinality` is of a MAP only, and `len` of a list".into(),
            false => message.replace(MACRO, ""),
        }
    }

    /// Where a place of this text is in the typed one. Of a piece that isn't in it: where that piece stands.
    pub fn typed_offset(&self, offset: TextSize) -> TextSize {
        let piece = || self.spliced.piece_at(offset).and_then(|at| self.spliced.pieces().nth(at));
        self.spliced.origin(offset).or_else(|| piece().map(|(typed, _)| typed.start())).unwrap_or(offset)
    }
}

/// What stands in place of which piece of the text.
#[derive(Debug)]
pub(super) struct Edit {
    pub range: TextRange,
    pub text: String,
    /// How far what it opens reaches. All of them close in the same way.
    reach: Option<TextSize>,
}

impl Edit {
    pub fn new(range: TextRange, text: impl Into<String>) -> Self {
        Self { range, text: text.into(), reach: None }
    }

    /// A parenthesis before a piece, and one behind it.
    pub fn around(range: TextRange, open: impl Into<String>) -> [Self; 2] {
        let opens = Self { range: TextRange::empty(range.start()), text: open.into(), reach: Some(range.end()) };
        [opens, Self::new(TextRange::empty(range.end()), ")")]
    }

    /// What belongs to a piece stands before what closes behind it, that before what opens, the furthest first, and that before
    /// what stands in place of the piece.
    pub fn order(&self) -> (TextSize, u8, Reverse<Option<TextSize>>) {
        let rank = match (&self.reach, self.text.as_str()) {
            (Some(_), _) => 2,
            (None, ")") => 1,
            (None, _) if self.range.is_empty() => 0,
            (None, _) => 3,
        };
        (self.range.start(), rank, Reverse(self.reach))
    }
}
