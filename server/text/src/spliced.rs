//! A text with some of its pieces replaced, and which byte of it was which: the one place for this arithmetic.

use text_size::{TextRange, TextSize};

/// A text in which one letter stands for each byte of some pieces, so that all offsets hold.
///
/// # Panics
/// If a piece is not inside the text, or splits a character.
pub fn filled(text: &str, pieces: &[TextRange], letter: char) -> String {
    debug_assert!(letter.is_ascii());
    let mut out = text.to_owned();
    for piece in pieces {
        out.replace_range(std::ops::Range::<usize>::from(*piece), &letter.to_string().repeat(piece.len().into()));
    }
    out
}

/// A text with some of its pieces replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spliced {
    text: String,
    pieces: Vec<Piece>,
    /// Where the text begins in the one that it was made of.
    start: TextSize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    old: TextRange,
    new: TextRange,
}

impl Spliced {
    /// A part of a text in which pieces, in order and apart from each other, are replaced.
    ///
    /// # Panics
    /// If a piece is not inside the part, or splits a character.
    pub fn new<T: AsRef<str>>(text: &str, part: TextRange, pieces: impl IntoIterator<Item = (TextRange, T)>) -> Self {
        let pieces = pieces.into_iter();
        let mut out = String::with_capacity(part.len().into());
        let (mut placed, mut done) = (Vec::with_capacity(pieces.size_hint().0), part.start());
        for (old, instead) in pieces {
            out.push_str(&text[TextRange::new(done, old.start())]);
            let start = TextSize::of(out.as_str());
            out.push_str(instead.as_ref());
            placed.push(Piece { old, new: TextRange::new(start, TextSize::of(out.as_str())) });
            done = old.end();
        }
        out.push_str(&text[TextRange::new(done, part.end())]);
        Self { text: out, pieces: placed, start: part.start() }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text alone.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The same with another text of the same length.
    #[must_use]
    pub fn spelled(self, spell: impl FnOnce(&str) -> String) -> Self {
        let text = spell(&self.text);
        debug_assert_eq!(text.len(), self.text.len());
        Self { text, ..self }
    }

    /// Where what replaced a piece stands.
    pub fn piece(&self, number: usize) -> TextRange {
        self.pieces[number].new
    }

    /// What replaced pieces, in order: where each stood in the text before, and where it stands now.
    pub fn pieces(&self) -> impl ExactSizeIterator<Item = (TextRange, TextRange)> + '_ {
        self.pieces.iter().map(|piece| (piece.old, piece.new))
    }

    /// The piece at a byte. An empty one has the byte that it stands before.
    pub fn piece_at(&self, offset: TextSize) -> Option<usize> {
        let holds = |piece: &Piece| piece.new.contains(offset) || piece.new.is_empty() && piece.new.start() == offset;
        self.pieces.iter().position(holds)
    }

    /// Where a byte was in the text before; `None` in what replaced something.
    pub fn origin(&self, offset: TextSize) -> Option<TextSize> {
        let before = self.pieces.partition_point(|piece| piece.new.end() <= offset);
        if self.pieces.get(before).is_some_and(|piece| piece.new.contains(offset)) {
            return None;
        }
        Some(match before.checked_sub(1).map(|last| self.pieces[last]) {
            Some(last) => last.old.end() + (offset - last.new.end()),
            None => self.start + offset,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn every_byte_knows_where_it_was() {
        let text = "0123456789";
        let pieces = [(range(2, 3), "abc"), (range(5, 7), ""), (range(7, 8), "x")];
        let spliced = Spliced::new(text, range(1, 9), pieces);
        assert_eq!(spliced.text(), "1abc34x8");
        let all: Vec<Option<u32>> = (0..=8).map(|at| spliced.origin(at.into()).map(u32::from)).collect();
        assert_eq!(all, [Some(1), None, None, None, Some(3), Some(4), None, Some(8), Some(9)]);
        let pieces: Vec<Option<usize>> = (0..8).map(|at| spliced.piece_at(at.into())).collect();
        assert_eq!(pieces, [None, Some(0), Some(0), Some(0), None, None, Some(1), None]);
        assert_eq!(spliced.piece(2), range(6, 7));
    }

    #[test]
    fn bytes_that_were_not_replaced_are_the_same() {
        let text = "select a, b from t where c = 1";
        for seed in 0_u32..200 {
            let mut cuts: Vec<u32> = (0..4).map(|n| (seed * 7919 + n * n * 104_729) % text.len() as u32).collect();
            cuts.sort_unstable();
            let pieces = [(range(cuts[0], cuts[1]), "é"), (range(cuts[2], cuts[3]), "longer than it was")];
            let spliced = Spliced::new(text, TextRange::up_to(TextSize::of(text)), pieces);
            for (at, byte) in spliced.text().bytes().enumerate() {
                if let Some(origin) = spliced.origin(TextSize::new(at as u32)) {
                    assert_eq!(text.as_bytes()[usize::from(origin)], byte, "{pieces:?} at {at}");
                }
            }
        }
    }
}
