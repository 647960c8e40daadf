//! What single values do to the tokens around them.

use super::lexer::{Kind, lex};

/// Whether a value opens and closes nothing wherever the lexer is.
pub(super) fn is_plain(value: &str) -> bool {
    let edge = |c: char| matches!(c, '-' | '/' | '*');
    !value.is_empty()
        && !value.contains(['\'', '"', '$', '\\', '\0', ';', '?', '\n', '\r'])
        && !["--", "/*", "*/"].iter().any(|two| value.contains(two))
        && !value.starts_with(edge)
        && !value.ends_with(edge)
        && !value.chars().any(|c| c.is_whitespace() && !c.is_ascii())
}

/// Whether it is a list of strings, each plain.
pub(super) fn is_plain_list(value: &str) -> bool {
    strings(value).is_some_and(|strings| strings.iter().all(|string| is_plain(&string[1..string.len() - 1])))
}

/// Whether a string literal goes on behind it: quotes come in pairs only.
pub(super) fn stays_in_string(value: &str) -> bool {
    !value.contains('\0') && value.split(|c| c != '\'').all(|quotes| quotes.len().is_multiple_of(2))
}

/// Whether a comment up to the line's end goes on behind it.
pub(super) fn stays_in_line_comment(value: &str) -> bool {
    !value.contains(['\n', '\r', '\0'])
}

/// Whether a block comment goes on behind it.
pub(super) fn stays_in_block_comment(value: &str) -> bool {
    let edge = |c: char| matches!(c, '/' | '*');
    !["/*", "*/", "\0"].iter().any(|text| value.contains(text)) && !value.starts_with(edge) && !value.ends_with(edge)
}

/// The strings of a list `'a','b'`, if it holds nothing else.
pub(super) fn strings(value: &str) -> Option<Vec<&str>> {
    if !value.starts_with('\'') || value.contains('\0') {
        return None;
    }
    let tokens = lex(value);
    let fits = |(at, kind, text): (usize, Kind, &str)| match at % 2 {
        // Strings that continue over lines are rare: they are no list.
        0 => kind == Kind::String && !text.contains("'\n") && !text.contains("'\r"),
        _ => text == ",",
    };
    let list =
        tokens.len() % 2 == 1 && tokens.iter().enumerate().all(|(at, token)| fits((at, token.kind, token.text(value))));
    list.then(|| tokens.iter().step_by(2).map(|token| token.text(value)).collect())
}

/// The kind of a number, as far as types depend on it: sign, size and scale. Hexadecimal numbers, exponents and numbers
/// beyond 64 bits have none: they count with their text.
pub(super) fn number_kind(value: &str) -> Option<String> {
    let (sign, digits) = match value.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", value),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) {
        return None;
    }
    match fraction {
        Some(fraction) if all_digits(fraction) && whole.len() + fraction.len() <= 18 => {
            Some(format!("{sign}{}.{}", whole.len(), fraction.len()))
        }
        Some(_) => None,
        None => {
            let number: u64 = whole.parse().ok()?;
            let size = match number {
                0..=0x7f => "i8",
                0x80..=0x7fff => "i16",
                0x8000..=0x7fff_ffff => "i32",
                0x8000_0000..=0x7fff_ffff_ffff_ffff => "i64",
                _ => return None,
            };
            Some(format!("{sign}{size}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_pairs_stay_in_a_string() {
        for (value, stays) in
            [("a b", true), ("O'F", false), ("O''F", true), ("'''", false), ("a\\", true), ("\0", false)]
        {
            assert_eq!(stays_in_string(value), stays, "{value:?}");
        }
    }

    #[test]
    fn plain_values_open_nothing() {
        for (value, plain) in [
            ("San José", true),
            ("2024-01-01", true),
            ("1.5", true),
            ("", false),
            ("O'F", false),
            ("a -- b", false),
            ("-5", false),
            ("a\u{a0}b", false),
            ("a\nb", false),
            ("5 $", false),
        ] {
            assert_eq!(is_plain(value), plain, "{value:?}");
        }
        assert!(is_plain_list("'a','b'") && !is_plain_list("'a','--'") && !is_plain_list("'a' 'b'"));
    }

    #[test]
    fn numbers_have_kinds() {
        for (value, kind) in [
            ("5", Some("i8")),
            ("-5", Some("-i8")),
            ("200", Some("i16")),
            ("3000000000", Some("i64")),
            ("12.50", Some("2.2")),
            ("9223372036854775808", None),
            ("1e5", None),
            ("0x1F", None),
            ("1_000", None),
            (".5", None),
            ("", None),
        ] {
            assert_eq!(number_kind(value).as_deref(), kind, "{value:?}");
        }
    }
}
