//! Options that are made up to look like those of an input: one for each way in which the proof of a check tells texts apart
//! (`viz_check::proof`). What it forgets of a text, such as the letters in a plain one, is not in them.

use std::collections::HashMap;
use viz_facts::{Column, js_number};

/// More kinds of options than this are not told apart.
pub(crate) const MOST_SHAPES: usize = 200;

/// Bytes of all made-up options of an input together, at most.
pub(crate) const MOST_BYTES_OF_SHAPES: usize = 1_000;

/// Made-up options, and how many real ones each stands for; in the order of the first of these, since that of the options counts.
pub(crate) fn shapes(column: Option<&Column>, values: &[Option<String>]) -> Vec<(Option<String>, u64)> {
    let is_number = column.is_some_and(|column| column.data_type.is_number());
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    let mut found: Vec<(Option<String>, u64)> = Vec::new();
    for value in values {
        let shape = value.as_deref().map(|text| {
            // As the browser prints it.
            let printed = text.parse().ok().filter(|_| is_number).map(js_number);
            like(printed.as_deref().unwrap_or(text))
        });
        let at = *places.entry(shape).or_insert_with_key(|shape| {
            found.push((shape.clone(), 0));
            found.len() - 1
        });
        found[at].1 += 1;
    }
    found
}

/// A text that does to a query what this one does.
fn like(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    if let Some(number) = number(text) {
        return number;
    }
    if let Some(date) = date(text) {
        return date;
    }
    if is_plain(text) { "xx".into() } else { outline(text) }
}

/// Of the same sign, size and scale; of all others that are read as numbers, one.
fn number(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match fraction {
        Some(fraction) if all_digits(whole) && all_digits(fraction) && whole.len() + fraction.len() <= 18 => {
            Some(format!("{sign}{}.{}", "1".repeat(whole.len()), "5".repeat(fraction.len())))
        }
        None if all_digits(whole) => {
            let size = match whole.parse::<u64>() {
                Ok(0..=0x7f) => "7",
                Ok(0x80..=0x7fff) => "300",
                Ok(0x8000..=0x7fff_ffff) => "70000",
                Ok(0x8000_0000..=0x7fff_ffff_ffff_ffff) => "5000000000",
                _ => "99999999999999999999",
            };
            Some(format!("{sign}{size}"))
        }
        _ => {
            let trimmed = text.trim();
            let plain =
                !trimmed.is_empty() && trimmed.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
            (plain && trimmed.parse::<f64>().is_ok()).then(|| format!("{sign}1e3"))
        }
    }
}

/// A day; with a time behind it if there is one.
fn date(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes[at].is_ascii_digit();
    let is_date = bytes.len() >= 10 && (0..10).all(|at| if at == 4 || at == 7 { bytes[at] == b'-' } else { digit(at) });
    let rest = is_date.then(|| &text[10..])?;
    let is_time = rest.len() >= 9
        && rest.starts_with([' ', 'T'])
        && rest[1..].bytes().all(|byte| byte.is_ascii_digit() || b":.+-Z".contains(&byte));
    match rest {
        "" => Some("2001-02-03".into()),
        _ if is_time => Some(format!("2001-02-03{}04:05:06", &rest[..1])),
        _ => None,
    }
}

/// Marks that open, close or hide something, and what may join with them.
const MARKS: [char; 19] =
    ['\'', '"', '$', '\\', ';', '?', '\n', '\r', '-', '/', '*', '(', ')', '[', ']', '{', '}', '`', '\0'];

/// Whether it opens and closes nothing.
fn is_plain(text: &str) -> bool {
    let edge = |c: char| matches!(c, '-' | '/' | '*');
    !text.contains(['\'', '"', '$', '\\', ';', '?', '\n', '\r', '\0'])
        && !["--", "/*", "*/"].iter().any(|two| text.contains(two))
        && !text.starts_with(edge)
        && !text.ends_with(edge)
        && !text.chars().any(|c| c.is_whitespace() && !c.is_ascii())
}

/// The marks of a text, with one letter for all that stands between two of them.
fn outline(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let c = match c {
            c if MARKS.contains(&c) || c.is_whitespace() => c,
            _ => 'x',
        };
        if !(matches!(c, 'x' | ' ') && out.ends_with(c)) {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_is_alike() {
        for (text, shape) in [
            ("", ""),
            ("Rome", "xx"),
            ("New York, NY", "xx"),
            ("Ärger & Söhne", "xx"),
            ("all", "xx"),
            ("O'Fallon", "x'x"),
            ("Coeur d'Alene", "x x'x"),
            ("'", "'"),
            ("a -- b", "x -- x"),
            ("-x", "-x"),
            ("a;b", "x;x"),
            ("42", "7"),
            ("-42", "-7"),
            ("007", "7"),
            ("40000", "70000"),
            ("12.50", "11.55"),
            ("1e5", "1e3"),
            ("2026-11-30", "2001-02-03"),
            ("2026-11-30 17:00:00", "2001-02-03 04:05:06"),
            ("2026-11-30'", "x-x-x'"),
        ] {
            assert_eq!(like(text), shape, "{text}");
            assert_eq!(like(shape), shape, "what looks like itself stays");
        }
    }

    #[test]
    fn each_kind_is_counted() {
        let values: Vec<Option<String>> =
            ["Rome", "Oslo", "O'Fallon"].iter().map(|text| Some((*text).to_owned())).chain([None]).collect();
        let found = shapes(None, &values);
        assert_eq!(found, [(Some("xx".into()), 2), (Some("x'x".into()), 1), (None, 1)]);
        let column = Column { name: "n".into(), data_type: "DECIMAL(5,2)".into() };
        assert_eq!(
            shapes(Some(&column), &[Some("12.50".into())]),
            [(Some("11.5".into()), 1)],
            "as the browser prints it"
        );
    }
}
