//! Strings that remember where each byte came from (a "piece table").

use crate::{Loc, SegmentId};
use text_size::{TextRange, TextSize};

/// A run of a [`MappedText`] that came from one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Piece {
    /// Bytes of the mapped text.
    pub range: TextRange,
    /// Where they came from.
    pub loc: Loc,
    /// Whether byte `n` of the run is byte `n` of the place. If not (an escape, a folded line end, a reference that was
    /// replaced by what it stands for), the run stands for the place as a whole.
    pub linear: bool,
}

/// A string and the places its bytes came from. Bytes that no user wrote have no place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct MappedText {
    text: String,
    pieces: Vec<Piece>,
}

impl MappedText {
    /// An empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// The string.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The string under a range.
    ///
    /// # Panics
    /// If the range is not inside the text or splits a character.
    pub fn slice(&self, range: TextRange) -> &str {
        &self.text[range]
    }

    /// Length in bytes.
    pub fn len(&self) -> TextSize {
        TextSize::of(self.text.as_str())
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The runs that have a place, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Appends text that came from nowhere.
    pub fn push_generated(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends text that is, byte for byte, what stands at `loc`.
    pub fn push_linear(&mut self, text: &str, segment: SegmentId, start: TextSize) {
        let len = TextSize::of(text);
        self.push_piece(text, Loc::new(segment, TextRange::at(start, len)), true);
    }

    /// Appends text that stands for `loc` as a whole.
    pub fn push_for(&mut self, text: &str, loc: Loc) {
        self.push_piece(text, loc, false);
    }

    /// Appends a part of another text with its places.
    ///
    /// # Panics
    /// If the range is not inside `other` or splits a character.
    pub fn push_slice(&mut self, other: &MappedText, range: TextRange) {
        let base = self.len();
        for piece in other.touching(range) {
            let Some(common) = piece.range.intersect(range).filter(|common| !common.is_empty()) else { continue };
            let loc = piece.part(common);
            let range = common - range.start() + base;
            self.add(Piece { range, loc, linear: piece.linear });
        }
        self.text.push_str(other.slice(range));
    }

    /// Where a range came from: the smallest place that covers all of it that lies in one segment (the segment of its
    /// first byte that has a place). An empty range is the point between its neighbours. `None` if no byte of it, nor a
    /// neighbour of an empty range, has a place.
    pub fn locate(&self, range: TextRange) -> Option<Loc> {
        if range.is_empty() {
            return self.locate_point(range.start());
        }
        let mut parts = self
            .touching(range)
            .filter_map(|piece| Some(piece.part(piece.range.intersect(range).filter(|r| !r.is_empty())?)));
        let first = parts.next()?;
        Some(parts.fold(first, Loc::cover))
    }

    fn locate_point(&self, offset: TextSize) -> Option<Loc> {
        let before = self.pieces.iter().rev().find(|piece| piece.range.start() < offset && piece.range.end() >= offset);
        let after = || self.pieces.iter().find(|piece| piece.range.start() <= offset && piece.range.end() > offset);
        let piece = before.or_else(after)?;
        Some(piece.part(TextRange::empty(offset)))
    }

    /// The offset in this text of a place in the user's file, where one of its bytes came from there.
    pub fn find(&self, segment: SegmentId, offset: TextSize) -> Option<TextSize> {
        let holds = |piece: &&Piece| piece.loc.segment == segment && piece.loc.range.contains_inclusive(offset);
        let inside = |piece: &&Piece| holds(piece) && offset < piece.loc.range.end();
        let piece = self.pieces.iter().find(inside).or_else(|| self.pieces.iter().rev().find(holds))?;
        Some(if piece.linear { piece.range.start() + (offset - piece.loc.range.start()) } else { piece.range.start() })
    }

    fn touching(&self, range: TextRange) -> impl Iterator<Item = &Piece> {
        let first = self.pieces.partition_point(|piece| piece.range.end() < range.start());
        self.pieces[first..].iter().take_while(move |piece| piece.range.start() <= range.end())
    }

    fn push_piece(&mut self, text: &str, loc: Loc, linear: bool) {
        if text.is_empty() {
            return;
        }
        let range = TextRange::at(self.len(), TextSize::of(text));
        self.text.push_str(text);
        self.add(Piece { range, loc, linear });
    }

    fn add(&mut self, piece: Piece) {
        if let Some(last) = self.pieces.last_mut() {
            let adjacent = last.range.end() == piece.range.start() && last.loc.segment == piece.loc.segment;
            if adjacent && last.linear && piece.linear && last.loc.range.end() == piece.loc.range.start() {
                last.range = last.range.cover(piece.range);
                last.loc.range = last.loc.range.cover(piece.loc.range);
                return;
            }
        }
        self.pieces.push(piece);
    }
}

impl Piece {
    /// Where a part of this run came from.
    fn part(&self, range: TextRange) -> Loc {
        if !self.linear {
            return self.loc;
        }
        let start = self.loc.range.start() + (range.start() - self.range.start());
        Loc::new(self.loc.segment, TextRange::at(start, range.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn places_survive_slicing_and_composition() {
        let segment = SegmentId::fresh();
        let mut scalar = MappedText::new();
        scalar.push_linear("it", segment, 10.into());
        scalar.push_for("'", Loc::new(segment, range(12, 14)));
        scalar.push_linear("s", segment, 14.into());

        let mut sql = MappedText::new();
        sql.push_generated("where ");
        sql.push_slice(&scalar, range(1, 4));
        assert_eq!(sql.text(), "where t's");
        assert_eq!(sql.locate(range(6, 7)), Some(Loc::new(segment, range(11, 12))));
        assert_eq!(sql.locate(range(7, 8)), Some(Loc::new(segment, range(12, 14))));
        assert_eq!(sql.locate(range(0, 9)), Some(Loc::new(segment, range(11, 15))));
        assert_eq!(sql.locate(range(0, 5)), None);
        assert_eq!(sql.find(segment, 14.into()), Some(8.into()));
    }

    #[test]
    fn a_point_lies_at_the_end_of_what_is_before_it() {
        let segment = SegmentId::fresh();
        let mut text = MappedText::new();
        text.push_linear("abc", segment, 5.into());
        text.push_generated(" x");
        assert_eq!(text.locate(range(3, 3)), Some(Loc::new(segment, range(8, 8))));
        assert_eq!(text.locate(range(0, 0)), Some(Loc::new(segment, range(5, 5))));
        assert_eq!(text.locate(range(5, 5)), None);
    }

    #[test]
    fn runs_that_continue_each_other_are_one_piece() {
        let segment = SegmentId::fresh();
        let mut text = MappedText::new();
        text.push_linear("ab", segment, 0.into());
        text.push_linear("cd", segment, 2.into());
        assert_eq!(text.pieces().len(), 1);
    }
}
