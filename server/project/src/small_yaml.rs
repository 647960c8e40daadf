//! YAML that is read as a whole by `serde_yaml`: settings, and what dbt has of its own. Its time grows with the square of how deep
//! `[` and `{` nest, so there is a bound that no file of that kind comes near.

/// Larger files are not read, in bytes.
const LARGEST: usize = 1 << 20;

/// Files with more `[` and `{` are not read, wherever these stand: in quotes and comments, too.
const MOST_BRACKETS: usize = 1_000;

/// Whether a text can be read in reasonable time.
///
/// # Errors
/// Why not.
pub(crate) fn check(text: &str) -> Result<(), String> {
    if is_too_large(text) {
        return Err(format!("the file is larger than {} MB", LARGEST >> 20));
    }
    match text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).nth(MOST_BRACKETS) {
        Some(_) => Err(format!("the file has more than {MOST_BRACKETS} times `[` or `{{`")),
        None => Ok(()),
    }
}

/// Whether a text is not even looked at.
pub(crate) fn is_too_large(text: &str) -> bool {
    text.len() > LARGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_and_large_texts_are_refused_before_they_are_parsed() {
        assert!(check(&"[".repeat(20_000)).unwrap_err().contains("1000 times"));
        assert!(check(&"a: {\n# }\n".repeat(2_000)).is_err());
        assert!(check(&"#".repeat((1 << 20) + 1)).unwrap_err().contains("1 MB"));
        assert_eq!(check(&"severity: {a: off, b: [1, 2]}\n".repeat(400)), Ok(()));
    }
}
