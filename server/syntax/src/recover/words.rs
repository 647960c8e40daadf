//! What is said of lines that are no keys.

/// The message about a mark that editors don't show, and that belongs to the beginning of a file only.
pub(crate) const BYTE_ORDER_MARK: &str = "a byte order mark (U+FEFF), which is not seen, stands in this line, and belongs to the beginning of a file only: remove it";

/// The message about a line that should be a key, whatever it is: it may be long, or no text at all.
pub(super) fn no_key(word: &str) -> String {
    const SHOWN: usize = 40;
    if word.contains('\u{feff}') {
        return BYTE_ORDER_MARK.into();
    }
    if let Some(control) = word.chars().find(|c| c.is_control()) {
        return format!("the control character U+{:04X} is not allowed here; remove it", u32::from(control));
    }
    let (shown, rest) = word.split_at(word.char_indices().nth(SHOWN).map_or(word.len(), |(at, _)| at));
    format!("expected a key here; `{shown}{}` has no `:`", if rest.is_empty() { "" } else { "…" })
}
