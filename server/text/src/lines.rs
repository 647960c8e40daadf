//! Where the lines of a text begin, for positions in it: of a text that is edited no more, which is shared, not copied.

use crate::{Encoding, Position};
use std::sync::Arc;
use text_size::{TextRange, TextSize};

/// The lines of a text. They end in LF, CR LF or CR, as in LSP.
#[derive(Debug, Clone)]
pub struct Lines {
    text: Arc<str>,
    starts: Vec<TextSize>,
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
        Self { text, starts }
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
        let (line, column) = (self.line(position.line), position.column as usize);
        let mut units = 0;
        let is_behind = |(_, c): &(usize, char)| {
            units += width(*c, encoding);
            units > column
        };
        let within = line.char_indices().find(is_behind).map_or(line.len(), |(at, _)| at);
        *start + TextSize::new(within as u32)
    }

    /// The position of a byte offset, moved back into the text where it lies outside.
    pub fn position(&self, offset: TextSize, encoding: Encoding) -> Position {
        let mut at = usize::from(offset).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.starts.partition_point(|start| usize::from(*start) <= at) - 1;
        let before = &self.text[usize::from(self.starts[line])..at];
        let column: usize = before.chars().map(|c| width(c, encoding)).sum();
        Position { line: line as u32, column: column as u32 }
    }

    fn content(&self, line: u32, start: TextSize) -> TextRange {
        let end = self.starts.get(line as usize + 1).copied().unwrap_or(TextSize::of(&*self.text));
        let line = self.text[TextRange::new(start, end)].trim_end_matches(['\n', '\r']);
        TextRange::at(start, TextSize::of(line))
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
