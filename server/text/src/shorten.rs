//! Texts of data in messages: people and editors need no megabytes.

use std::borrow::Cow;

/// Characters of an option in a message.
pub const OPTION: usize = 200;

/// Characters of an option in an example.
pub const EXAMPLE: usize = 1_000;

/// Characters of a message, a note or a help.
pub const MESSAGE: usize = 4_000;

/// The beginning of a long text, which says how long it is.
pub fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    // As many bytes are as many characters, or fewer.
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}… ({} characters)", &text[..end], text.chars().count())),
    }
}

/// Shortens a text where it stands.
pub fn shorten_in(text: &mut String, most: usize) {
    if let Cow::Owned(short) = shorten(text, most) {
        *text = short;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_texts_are_cut() {
        assert_eq!(shorten("ééé", 3), "ééé");
        assert_eq!(shorten("éééé", 3), "ééé… (4 characters)");
        assert_eq!(shorten("", 0), "");
    }
}
