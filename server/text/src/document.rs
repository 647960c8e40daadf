//! The text of one file: a rope, its lines, and positions in the three encodings of LSP.

use ropey::Rope;
use text_size::{TextRange, TextSize};

/// What a [`Position`]'s column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, the default of LSP.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

/// A zero-based line and a column in units of some [`Encoding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Lines end in LF, CR LF or CR, as in LSP.
    pub line: u32,
    /// Units from the start of the line.
    pub column: u32,
}

/// One change of a text: the part to replace (all of it where `range` is `None`) and what to put there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Start and end (exclusive) of the replaced text; `None` replaces the whole text.
    pub range: Option<(Position, Position)>,
    /// The new text.
    pub text: String,
}

/// The text of one file. Cloning is cheap (the rope shares its chunks).
#[derive(Debug, Clone, Default)]
pub struct TextDocument {
    rope: Rope,
}

impl TextDocument {
    /// A document of this text.
    pub fn new(text: &str) -> Self {
        Self { rope: Rope::from_str(text) }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.rope.to_string()
    }

    /// Length in bytes.
    pub fn len(&self) -> TextSize {
        size(self.rope.len_bytes())
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.rope.len_bytes() == 0
    }

    /// Number of lines; an empty text has one.
    pub fn line_count(&self) -> u32 {
        self.rope.len_lines() as u32
    }

    /// The text of a line without its line end; empty beyond the last line.
    pub fn line(&self, line: u32) -> String {
        let line = line as usize;
        if line >= self.rope.len_lines() {
            return String::new();
        }
        let text = self.rope.line(line).to_string();
        text.trim_end_matches(['\n', '\r']).to_owned()
    }

    /// Applies one edit and returns the byte range of the old text that it replaced.
    ///
    /// Positions beyond the end of a line or of the text are moved back to it, as LSP asks; a reversed range is taken
    /// the right way round. A position inside a character is moved to its start.
    pub fn apply(&mut self, edit: &Edit, encoding: Encoding) -> TextRange {
        let Some((start, end)) = edit.range else {
            let all = TextRange::up_to(self.len());
            self.rope = Rope::from_str(&edit.text);
            return all;
        };
        let (a, b) = (self.char_index(start, encoding), self.char_index(end, encoding));
        let (a, b) = (a.min(b), a.max(b));
        let replaced = TextRange::new(size(self.rope.char_to_byte(a)), size(self.rope.char_to_byte(b)));
        self.rope.remove(a..b);
        self.rope.insert(a, &edit.text);
        replaced
    }

    /// The byte offset of a position, moved back into the text where it lies outside.
    pub fn offset(&self, position: Position, encoding: Encoding) -> TextSize {
        size(self.rope.char_to_byte(self.char_index(position, encoding)))
    }

    /// The position of a byte offset, moved back into the text where it lies outside.
    pub fn position(&self, offset: TextSize, encoding: Encoding) -> Position {
        let byte = usize::from(offset).min(self.rope.len_bytes());
        let index = self.rope.byte_to_char(byte);
        let line = self.rope.char_to_line(index);
        let start = self.rope.line_to_char(line);
        let column = match encoding {
            Encoding::Utf8 => self.rope.char_to_byte(index) - self.rope.char_to_byte(start),
            Encoding::Utf16 => self.rope.char_to_utf16_cu(index) - self.rope.char_to_utf16_cu(start),
            Encoding::Utf32 => index - start,
        };
        Position { line: line as u32, column: column as u32 }
    }

    fn char_index(&self, position: Position, encoding: Encoding) -> usize {
        let line = position.line as usize;
        if line >= self.rope.len_lines() {
            return self.rope.len_chars();
        }
        let start = self.rope.line_to_char(line);
        let text = self.rope.line(line);
        let mut end = text.len_chars();
        while end > 0 && matches!(text.char(end - 1), '\n' | '\r') {
            end -= 1;
        }
        let column = position.column as usize;
        let within = match encoding {
            Encoding::Utf8 => text.byte_to_char(column.min(text.len_bytes())),
            Encoding::Utf16 => text.utf16_cu_to_char(column.min(text.len_utf16_cu())),
            Encoding::Utf32 => column,
        };
        start + within.min(end)
    }
}

fn size(bytes: usize) -> TextSize {
    TextSize::try_from(bytes).expect("texts of 4 GiB and more are refused when a file is read")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn columns_count_what_the_encoding_says() {
        let doc = TextDocument::new("a😀é\r\nb");
        for (encoding, column) in [(Encoding::Utf8, 7), (Encoding::Utf16, 4), (Encoding::Utf32, 3)] {
            assert_eq!(doc.offset(at(0, column), encoding), TextSize::new(7), "{encoding:?}");
            assert_eq!(doc.position(TextSize::new(7), encoding), at(0, column), "{encoding:?}");
        }
    }

    #[test]
    fn positions_outside_are_moved_back() {
        let doc = TextDocument::new("ab\r\ncd\re\n");
        assert_eq!(doc.line_count(), 4);
        assert_eq!(doc.offset(at(0, 99), Encoding::Utf16), TextSize::new(2));
        assert_eq!(doc.offset(at(99, 0), Encoding::Utf16), doc.len());
        assert_eq!(doc.position(TextSize::new(99), Encoding::Utf16), at(3, 0));
        assert_eq!(doc.line(1), "cd");
    }

    #[test]
    fn separators_of_unicode_are_no_line_ends() {
        assert_eq!(TextDocument::new("a\u{2028}b\u{85}c\u{b}d").line_count(), 1);
    }

    #[test]
    fn a_reversed_range_is_taken_the_right_way_round() {
        let mut doc = TextDocument::new("hello");
        let edit = Edit { range: Some((at(0, 4), at(0, 1))), text: "_".into() };
        assert_eq!(doc.apply(&edit, Encoding::Utf8), TextRange::new(1.into(), 4.into()));
        assert_eq!(doc.text(), "h_o");
    }

    fn any_text() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                "[a-c]",
                Just("😀".into()),
                Just("é".into()),
                Just("\n".into()),
                Just("\r\n".into()),
                Just("\r".into())
            ],
            0..20,
        )
        .prop_map(|parts: Vec<String>| parts.concat())
    }

    proptest! {
        #[test]
        fn edits_equal_those_of_a_plain_string(text in any_text(), edits in proptest::collection::vec((0usize..60, 0usize..60, any_text()), 0..8)) {
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let mut doc = TextDocument::new(&text);
                let mut model = text.clone();
                for (a, b, insert) in &edits {
                    let snap = |n: usize| {
                        let mut n = n.min(model.len());
                        while !model.is_char_boundary(n) { n -= 1; }
                        // A client can't name the place between CR and LF.
                        if n > 0 && model.as_bytes()[n - 1] == b'\r' && model.as_bytes().get(n) == Some(&b'\n') { n -= 1; }
                        n
                    };
                    let (a, b) = (snap(*a), snap(*b));
                    let range = (doc.position(TextSize::new(a as u32), encoding), doc.position(TextSize::new(b as u32), encoding));
                    doc.apply(&Edit { range: Some(range), text: insert.clone() }, encoding);
                    model.replace_range(a.min(b)..a.max(b), insert);
                    prop_assert_eq!(doc.text(), model.clone());
                }
            }
        }
    }
}
