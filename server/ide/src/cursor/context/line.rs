//! One line: its indentation, dashes and key.

use std::ops::Range;

/// A line of a text.
#[derive(Debug, Clone)]
pub(crate) struct Line<'a> {
    /// Offset of its first byte.
    pub start: usize,
    /// Without its end.
    pub text: &'a str,
    /// Column of its first character that is no white-space; the length of a blank line.
    pub indent: usize,
    /// Columns of the dashes of list items that start on it.
    pub dashes: Vec<usize>,
    /// Column of what follows the dashes.
    pub content: usize,
    /// The key that follows the dashes.
    pub key: Option<LineKey<'a>>,
    /// Column of a comment.
    pub comment: Option<usize>,
}

/// A key with its colon.
#[derive(Debug, Clone)]
pub(crate) struct LineKey<'a> {
    /// Without quotes.
    pub name: &'a str,
    /// Columns, with quotes.
    pub range: Range<usize>,
    /// Column of the colon.
    pub colon: usize,
}

impl<'a> Line<'a> {
    /// The line that holds an offset.
    pub fn at(text: &'a str, offset: usize) -> Self {
        let start = text[..offset].rfind('\n').map_or(0, |found| found + 1);
        let end = text[offset..].find('\n').map_or(text.len(), |found| offset + found);
        Self::new(start, text[start..end].trim_end_matches('\r'))
    }

    /// The line before the one that starts at an offset.
    pub fn above(text: &'a str, start: usize) -> Option<Self> {
        (start > 0).then(|| Self::at(text, start - 1))
    }

    /// The line before.
    pub fn previous(&self, text: &'a str) -> Option<Self> {
        Self::above(text, self.start)
    }

    /// The next line that is not indented deeper than a column.
    pub fn next_within(&self, text: &'a str, column: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut start = self.start;
        loop {
            start += text[start..].find('\n')? + 1;
            let deeper = bytes.get(start..=start + column).is_some_and(|begin| begin.iter().all(|byte| *byte == b' '));
            if !deeper {
                return (start < text.len()).then(|| Self::at(text, start));
            }
        }
    }

    fn new(start: usize, text: &'a str) -> Self {
        let indent = text.len() - text.trim_start_matches([' ', '\t', '\u{feff}']).len();
        let bytes = text.as_bytes();
        let mut dashes = Vec::new();
        let mut content = indent;
        while bytes.get(content) == Some(&b'-') && bytes.get(content + 1).is_none_or(u8::is_ascii_whitespace) {
            dashes.push(content);
            content += 1;
            content += text[content..].len() - text[content..].trim_start().len();
        }
        let comment = comment(text, content);
        let key = if comment == Some(content) { None } else { key(text, content) };
        Self { start, text, indent, dashes, content, key, comment }
    }

    /// Whether it has nothing but white-space or a comment.
    pub fn is_blank(&self) -> bool {
        self.dashes.is_empty() && (self.indent == self.text.len() || self.comment == Some(self.indent))
    }

    /// Whether it has dashes and nothing else.
    pub fn is_bare_dash(&self) -> bool {
        let nothing = self.content >= self.text.len() || self.comment == Some(self.content);
        !self.dashes.is_empty() && nothing
    }

    /// Offset of its end.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// What follows the colon, without a comment.
    pub fn value(&self) -> &'a str {
        let Some(key) = &self.key else { return "" };
        let end = self.comment.unwrap_or(self.text.len()).max(key.colon + 1);
        self.text[key.colon + 1..end].trim()
    }
}

/// A text without the quotes around it.
pub(crate) fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// The column of a comment: a `#` at the start or behind white-space, not in quotes.
fn comment(text: &str, content: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quote = None;
    // A quote opens a scalar only where one starts.
    let mut opens = true;
    for (at, byte) in bytes.iter().enumerate().skip(content) {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') if opens => quote = Some(byte),
            (None, b'#') if at == 0 || bytes[at - 1].is_ascii_whitespace() => return Some(at),
            _ => {}
        }
        opens = match byte {
            b' ' | b'\t' => opens,
            b':' | b'-' => bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace),
            b'{' | b'[' | b',' => true,
            _ => false,
        };
    }
    None
}

/// The key at a column, if a colon follows it. Only such as the format may have: words.
fn key(text: &str, content: usize) -> Option<LineKey<'_>> {
    let rest = &text[content..];
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let len = match quote {
        Some(quote) => rest[1..].find(quote)? + 2,
        None => rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ')))?,
    };
    let name = rest[..len].trim_end();
    let gap = rest[name.len()..].len() - rest[name.len()..].trim_start_matches(' ').len();
    let colon = name.len() + gap;
    let after = rest.as_bytes();
    let is_colon = after.get(colon) == Some(&b':') && after.get(colon + 1).is_none_or(u8::is_ascii_whitespace);
    if name.is_empty() || !is_colon {
        return None;
    }
    let range = content..content + name.len();
    Some(LineKey { name: unquoted(name), range, colon: content + colon })
}
