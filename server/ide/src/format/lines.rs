//! The lines of a text, as editors and YAML end them: LF, CR LF or CR.

use viz_text::TextRange;

/// A line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Its first byte, behind a byte order mark.
    pub start: usize,
    /// Where its line end begins.
    pub end: usize,
    /// The number of spaces that it begins with.
    pub indent: usize,
}

impl Line {
    /// Its text without indentation and line end.
    pub fn body<'a>(&self, text: &'a str) -> &'a str {
        &text[self.start + self.indent..self.end]
    }

    /// Whether there is nothing but blanks on it.
    pub fn is_blank(&self, text: &str) -> bool {
        self.body(text).bytes().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    /// Whether it is a comment and nothing else.
    pub fn is_comment(&self, text: &str) -> bool {
        self.body(text).starts_with('#')
    }

    /// Whether all of it is in a range.
    pub fn is_in(&self, range: TextRange) -> bool {
        usize::from(range.start()) <= self.start && self.end <= usize::from(range.end())
    }
}

/// The lines of a text; the last may be empty.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let bytes = text.as_bytes();
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = Vec::new();
    loop {
        let end = line_end(bytes, start);
        let indent = bytes[start..end].iter().take_while(|byte| **byte == b' ').count();
        lines.push(Line { start, end, indent });
        if end == bytes.len() {
            return lines;
        }
        start = end + if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
    }
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |at| from + at)
}

/// The number of the line that holds a byte.
pub(super) fn at(lines: &[Line], offset: usize) -> usize {
    lines.partition_point(|line| line.start <= offset).saturating_sub(1)
}

/// The number of the line that holds a byte, without a table of lines.
pub(super) fn number(text: &str, offset: usize) -> u32 {
    at(&lines(text), offset) as u32
}
