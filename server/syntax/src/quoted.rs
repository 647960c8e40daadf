//! Texts as YAML scalars.

use crate::Typed;
use crate::typed::resolve;
use viz_text::shown::is_control;

/// A text as a YAML scalar: in quotes where it would otherwise be something else. `quote` stands around it already.
pub fn quoted(text: &str, quote: Option<char>) -> String {
    match quote {
        Some('\'') => return text.replace('\'', "''"),
        Some(_) => return escaped(text),
        None => {}
    }
    if text.starts_with(char::is_alphabetic) && is_plain(text) { text.to_owned() } else { double_quoted(text) }
}

/// Whether any YAML loader reads a text without quotes as this text, wherever a scalar may stand.
pub fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '/' | '.' | '+' | '(' | ')' | '$');
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
    );
    // `1e3` and `0o7` are numbers to some.
    let number = text.starts_with("0o") || text.parse::<f64>().is_ok() || resolve(text) != Typed::Str;
    let leads = ["- ", "---", "..."].iter().any(|mark| text.starts_with(mark)) || text == "-";
    text.trim() == text && text.chars().all(plain) && !word && !number && !leads
}

/// A text in the quotes of the scalar whose place it takes; without quotes it is as it is.
pub fn quoted_as(written: &str, text: &str) -> String {
    match written.chars().next() {
        Some(quote @ ('\'' | '"')) => format!("{quote}{}{quote}", quoted(text, Some(quote))),
        _ => text.to_owned(),
    }
}

/// A text as a YAML scalar in double quotes.
pub fn double_quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// What stands between double quotes for a text. Line breaks would be blanks there, and YAML forbids most control characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '"' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if is_control(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_yaml_reads_otherwise_is_not_plain() {
        for text in ["a", "2024 sales", "a-b", "../a/b.yml", "10.yml", "$x", "North (old)", "nulls", "_"] {
            assert!(is_plain(text), "{text}");
        }
        let others = [
            "",
            " a",
            "null",
            "True",
            "~",
            "1",
            "1e3",
            "0o7",
            "0x1f",
            "1_000",
            ".5",
            "-1",
            "1.yes: b",
            "2024-01-31",
            "a: b",
            "- x",
            "-",
            "---",
            "--- a",
            "#x",
            "a #b",
            "'a'",
            "\"a",
            "*a",
            "&a",
            "!a",
            "a,b",
            "[a]",
            "{a}",
            "nan",
            ".inf",
            "a:",
            "<<",
            "=",
        ];
        for text in others {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn texts_are_quoted_where_yaml_would_read_something_else() {
        for (text, expected) in
            [("North", "North"), ("no", "\"no\""), ("10", "\"10\""), ("O'Hara", "\"O'Hara\""), ("a: b", "\"a: b\"")]
        {
            assert_eq!(quoted(text, None), expected);
        }
        assert_eq!(quoted("O'Hara", Some('\'')), "O''Hara");
        assert_eq!(quoted("a\r\u{1b}\u{85}", None), r#""a\r\x1b\x85""#);
    }

    proptest! {
        #[test]
        fn yaml_reads_what_was_meant(text in r"(\PC|[\p{Cc}\u{2028}\u{2029}\u{feff}a-z'\\#:]){0,8}") {
            for scalar in [quoted(&text, None), double_quoted(&text)] {
                let read: Vec<String> = serde_yaml::from_str(&format!("- {scalar}\n")).unwrap_or_default();
                prop_assert_eq!(read, vec![text.clone()], "{}", scalar);
            }
        }
    }
}
