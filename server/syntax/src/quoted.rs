//! Texts as YAML scalars.

/// A text as a YAML scalar: in quotes where it would otherwise be something else. `quote` stands around it already.
pub fn quoted(text: &str, quote: Option<char>) -> String {
    match quote {
        Some('\'') => return text.replace('\'', "''"),
        Some(_) => return text.replace('\\', "\\\\").replace('"', "\\\""),
        None => {}
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '/' | '.' | '+' | '(' | ')');
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
    );
    let letters = text.chars().next().is_some_and(char::is_alphabetic) && text.chars().all(plain);
    if letters && !word && text.trim() == text {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_where_yaml_would_read_something_else() {
        for (text, expected) in
            [("North", "North"), ("no", "\"no\""), ("10", "\"10\""), ("O'Hara", "\"O'Hara\""), ("a: b", "\"a: b\"")]
        {
            assert_eq!(quoted(text, None), expected);
        }
        assert_eq!(quoted("O'Hara", Some('\'')), "O''Hara");
    }
}
