//! Where in a text an engine's error is.

use viz_text::{TextRange, TextSize};

/// The bytes that an engine's error is about: those it names, else the token at the offset.
pub(crate) fn error_range(sql: &str, offset: TextSize, length: Option<u32>) -> TextRange {
    let len = TextSize::of(sql);
    let offset = offset.min(len);
    if let Some(length) = length.filter(|length| *length > 0) {
        let end = (offset + TextSize::new(length)).min(len);
        if sql.is_char_boundary(offset.into()) && sql.is_char_boundary(end.into()) {
            return TextRange::new(offset, end);
        }
    }
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let at = usize::from(offset);
    let rest = if sql.is_char_boundary(at) { &sql[at..] } else { "" };
    let first = rest.chars().next();
    let width = match first {
        None => 0,
        Some(quote @ ('"' | '\'')) => rest[1..].find(quote).map_or(1, |end| end + 2),
        Some(c) if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
        Some(c) => c.len_utf8(),
    };
    TextRange::at(offset, TextSize::new(width as u32))
}
