//! Where the lines of a text begin, for positions in it: of a text that is edited no more, which is shared, not copied.

use crate::{Encoding, Position};
use std::sync::{Arc, OnceLock};
use text_size::{TextRange, TextSize};

/// The lines of a text. They end in LF, CR LF or CR, as in LSP.
#[derive(Debug, Clone)]
pub struct Lines {
    text: Arc<str>,
    starts: Vec<TextSize>,
    /// What is before each block of the text, counted when it is first asked: a line may be as long as the text.
    before: OnceLock<Vec<Units>>,
}

/// Size in bytes of the blocks whose units are counted once.
const BLOCK: usize = 512;

/// The size of a text in each encoding.
#[derive(Debug, Clone, Copy, Default)]
struct Units {
    utf8: usize,
    utf16: usize,
    utf32: usize,
}

impl Lines {
    /// The lines of this text.
    pub fn new(text: Arc<str>) -> Self {
        let bytes = text.as_bytes();
        let ends = |(at, byte): (usize, &u8)| match byte {
            b'\n' => Some(at + 1),
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at + 1),
            _ => None,
        };
        let starts = bytes.iter().enumerate().filter_map(ends).map(|at| TextSize::new(at as u32));
        let starts = std::iter::once(TextSize::new(0)).chain(starts).collect();
        Self { text, starts, before: OnceLock::new() }
    }

    /// Number of lines; an empty text has one.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The text of a line without its line end; empty beyond the last line.
    pub fn line(&self, line: u32) -> &str {
        self.starts.get(line as usize).map_or("", |start| &self.text[self.content(line, *start)])
    }

    /// The byte offset of a position, moved back into the text where it lies outside.
    pub fn offset(&self, position: Position, encoding: Encoding) -> TextSize {
        let Some(start) = self.starts.get(position.line as usize) else { return TextSize::of(&*self.text) };
        let content = self.content(position.line, *start);
        let (start, end) = (usize::from(content.start()), usize::from(content.end()));
        let wanted = self.units(start).of(encoding) + position.column as usize;
        // The last block that begins before it; characters across its edge count to the block before.
        let block = self.blocks().partition_point(|before| before.of(encoding) <= wanted).saturating_sub(1);
        let from = self.char_boundary(block * BLOCK).clamp(start, end);
        let mut units = self.units(from).of(encoding);
        let is_behind = |(_, c): &(usize, char)| {
            units += width(*c, encoding);
            units > wanted
        };
        let within = self.text[from..end].char_indices().find(is_behind).map_or(end, |(at, _)| from + at);
        TextSize::new(within as u32)
    }

    /// The position of a byte offset, moved back into the text where it lies outside.
    pub fn position(&self, offset: TextSize, encoding: Encoding) -> Position {
        let mut at = usize::from(offset).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.starts.partition_point(|start| usize::from(*start) <= at) - 1;
        let column = self.units(at).of(encoding) - self.units(usize::from(self.starts[line])).of(encoding);
        Position { line: line as u32, column: column as u32 }
    }

    /// The size of the text before a byte offset at the edge of a character.
    fn units(&self, at: usize) -> Units {
        let block = at / BLOCK;
        let mut units = self.blocks()[block];
        units.add(&self.text.as_bytes()[block * BLOCK..at]);
        units
    }

    /// The size of the text before each block, and before the end where a block ends there.
    fn blocks(&self) -> &[Units] {
        self.before.get_or_init(|| {
            let mut units = Units::default();
            let ends = self.text.as_bytes().chunks(BLOCK).map(|block| {
                units.add(block);
                units
            });
            std::iter::once(Units::default()).chain(ends).collect()
        })
    }

    /// The first edge of a character from there on.
    fn char_boundary(&self, mut at: usize) -> usize {
        while at < self.text.len() && !self.text.is_char_boundary(at) {
            at += 1;
        }
        at
    }

    fn content(&self, line: u32, start: TextSize) -> TextRange {
        let end = self.starts.get(line as usize + 1).copied().unwrap_or(TextSize::of(&*self.text));
        let line = self.text[TextRange::new(start, end)].trim_end_matches(['\n', '\r']);
        TextRange::at(start, TextSize::of(line))
    }
}

impl Units {
    /// Each character is counted at its first byte.
    fn add(&mut self, bytes: &[u8]) {
        let starts = bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        self.utf8 += bytes.len();
        self.utf16 += starts + bytes.iter().filter(|byte| **byte >= 0xF0).count();
        self.utf32 += starts;
    }

    fn of(self, encoding: Encoding) -> usize {
        match encoding {
            Encoding::Utf8 => self.utf8,
            Encoding::Utf16 => self.utf16,
            Encoding::Utf32 => self.utf32,
        }
    }
}

fn width(c: char, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => c.len_utf8(),
        Encoding::Utf16 => c.len_utf16(),
        Encoding::Utf32 => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextDocument;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn positions_in_a_long_line_are_those_of_the_rope(
            pieces in prop::collection::vec("(a|b|😀|é|\u{2028}|\n){0,300}", 0..4), at in 0..3000_u32, column in 0..3000_u32,
        ) {
            let text = pieces.concat();
            let (rope, lines) = (TextDocument::new(&text), Lines::new(text.as_str().into()));
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                for offset in [at, at + 1, at + 2, BLOCK as u32, 2 * BLOCK as u32].map(TextSize::new) {
                    prop_assert_eq!(lines.position(offset, encoding), rope.position(offset, encoding));
                }
                for line in 0..3 {
                    let at = Position { line, column };
                    prop_assert_eq!(lines.offset(at, encoding), rope.offset(at, encoding), "{:?} {:?}", at, encoding);
                }
            }
        }

        #[test]
        fn positions_are_those_of_the_rope(text in "(a|b|😀|é|\u{2028}|\n|\r\n|\r){0,20}") {
            let (rope, lines) = (TextDocument::new(&text), Lines::new(text.as_str().into()));
            prop_assert_eq!(lines.line_count(), rope.line_count());
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                for offset in (0..=text.len() as u32 + 1).map(TextSize::new) {
                    prop_assert_eq!(lines.position(offset, encoding), rope.position(offset, encoding));
                }
                for line in 0..=rope.line_count() {
                    prop_assert_eq!(lines.line(line), rope.line(line));
                    for column in 0..12 {
                        let at = Position { line, column };
                        prop_assert_eq!(lines.offset(at, encoding), rope.offset(at, encoding), "{:?} {:?}", at, encoding);
                    }
                }
            }
        }
    }
}
