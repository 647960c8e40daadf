//! Texts that DuckDB's parser can't tell apart: what it takes of one, it takes of all.
//!
//! The parser looks at no value and at no column's name. So in a SELECT the numbers and texts that something is compared or computed with, the texts of
//! an `IN` list, and names in quotes behind a point can be put as others. Whether the parser *refuses* such a text says something about it alone:
//! the messages quote it.

use crate::names_as_data::ascii_words;

/// A text that the parser takes exactly where it takes this one; `None` where that is this text itself, or in doubt.
pub fn parsed_alike(sql: &str) -> Option<String> {
    let bytes = sql.as_bytes();
    let begins = sql.trim_ascii_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("select"));
    // Comments, and literals of other kinds; a PIVOT lists values that must differ.
    if !begins
        || ["--", "/*", "$", "\\", ";", "\0"].iter().any(|doubtful| sql.contains(doubtful))
        || ascii_words(sql).any(|word| sql[word].eq_ignore_ascii_case("pivot"))
    {
        return None;
    }
    let mut out = String::with_capacity(sql.len());
    let (mut at, mut copied) = (0, 0);
    let mut brackets = Brackets::default();
    while let Some(byte) = bytes.get(at).copied() {
        let end = match byte {
            b'\'' | b'"' => after_quoted(bytes, at)?,
            // Some are blanks to DuckDB.
            _ if !byte.is_ascii() => return None,
            b'0'..=b'9' => at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count(),
            _ if is_of_word(byte) => at + bytes[at..].iter().take_while(|byte| is_of_word(**byte)).count(),
            _ => at + 1,
        };
        let other = match byte {
            b'\'' if is_compared(bytes, at, end, brackets.is_list) => Some("'x'"),
            b'"' if is_column(bytes, at, end) => Some("\"c\""),
            b'1'..=b'9' if is_operand(sql, at, end) => Some("1"),
            _ => None,
        };
        if let Some(other) = other {
            out.push_str(&sql[copied..at]);
            out.push_str(other);
            copied = end;
        }
        match byte {
            b'(' => brackets.open(is_behind(&sql[..at], "in")),
            b')' => brackets.close(),
            _ => {}
        }
        at = end;
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&sql[copied..]);
    (out != sql).then_some(out)
}

/// More may be no integer.
const MOST_DIGITS: usize = 9;

/// The brackets that are open.
#[derive(Default)]
struct Brackets {
    around: Vec<bool>,
    /// Whether the innermost stand behind `IN`.
    is_list: bool,
}

impl Brackets {
    fn open(&mut self, is_list: bool) {
        self.around.push(std::mem::replace(&mut self.is_list, is_list));
    }

    fn close(&mut self) {
        self.is_list = self.around.pop().unwrap_or_default();
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// Where a literal or a name in quotes ends that begins here; `None` if it doesn't.
fn after_quoted(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let mut at = start + 1;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == quote)? + 1;
        if bytes.get(at) != Some(&quote) {
            return Some(at);
        }
        at += 1;
    }
}

/// The last byte before, and the first byte behind, that is no blank.
fn around(bytes: &[u8], start: usize, end: usize) -> (Option<u8>, Option<u8>) {
    let is_text = |byte: &&u8| !byte.is_ascii_whitespace();
    (bytes[..start].iter().rev().find(is_text).copied(), bytes[end..].iter().find(is_text).copied())
}

/// Whether nothing else belongs to a literal.
fn is_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let joins = |byte: &u8| is_of_word(*byte) || b".'\"".contains(byte);
    start > 0 && !joins(&bytes[start - 1]) && !bytes.get(end).is_some_and(joins)
}

/// Whether a text is what something is compared with, or stands in a list of such.
fn is_compared(bytes: &[u8], start: usize, end: usize, in_list: bool) -> bool {
    let (before, behind) = around(bytes, start, end);
    let compared = before.is_some_and(|byte| b"=<>".contains(&byte) || in_list && b"(,".contains(&byte));
    // Two literals in a row may be one.
    compared && is_alone(bytes, start, end) && behind != Some(b'\'')
}

/// Whether a number is what something is compared with or computed with.
fn is_operand(sql: &str, start: usize, end: usize) -> bool {
    let bytes = sql.as_bytes();
    let (before, _) = around(bytes, start, end);
    let operator = before.is_some_and(|byte| b"=<>+-*/%".contains(&byte));
    is_alone(bytes, start, end)
        && end - start <= MOST_DIGITS
        && (operator || ["between", "and"].iter().any(|word| is_behind(&sql[..start], word)))
}

/// Whether a name in quotes is that of a column: it stands behind a point, and is not called.
fn is_column(bytes: &[u8], start: usize, end: usize) -> bool {
    let (_, behind) = around(bytes, start, end);
    start > 0 && bytes[start - 1] == b'.' && end - start > 2 && !matches!(behind, Some(b'(' | b'\'' | b'"'))
}

/// Whether a text ends in this word, which is nobody's column.
fn is_behind(before: &str, word: &str) -> bool {
    let before = before.trim_ascii_end();
    let last = before.rsplit(|c: char| !c.is_ascii() || !is_of_word(c as u8)).next().unwrap_or_default();
    last.eq_ignore_ascii_case(word) && !before[..before.len() - last.len()].ends_with(['.', '"'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(one: &str, other: &str) {
        let text = |sql: &str| parsed_alike(sql).unwrap_or_else(|| sql.to_owned());
        assert_eq!(text(one), text(other));
    }

    #[test]
    fn values_and_columns_are_put_as_others() {
        alike(
            "SELECT \"t\".\"town\" FROM t WHERE \"t\".\"n\" > 120",
            "SELECT \"t\".\"city\" FROM t WHERE \"t\".\"m\" > 7",
        );
        alike("select 1 where a = 'Rome' and b <= '2024-01-01'", "select 1 where a = 'O''Fallon' and b <= ''");
        alike("select 1 where a in ('x', 'y''z')", "select 1 where a in ('Rome', 'Oslo')");
        assert_eq!(
            parsed_alike("select 1 where (a in ('b', f('c'))) or ('d')").unwrap(),
            "select 1 where (a in ('x', f('c'))) or ('d')"
        );
        alike("select a + 60 % 90 where b between 3 and 40", "select a + 7 % 2 where b between 30 and 4");
        // A text that is its own.
        assert_eq!(parsed_alike("select 1 where a = 'x' and \"t\".\"c\" > 1"), None);
        // A literal may hold anything.
        alike("select 1 where a = '(\"' and b = 'in ('", "select 1 where a = 'x' and b = 'y'");
    }

    #[test]
    fn in_doubt_a_text_stays() {
        for sql in [
            "select 1 where a = e'\\''",
            "select 1 where a = E'b'",
            "select 1 where a = 'b' 'c'",
            "select 1 where a = 'b\nand 1 = 2",
            "select 1 where a = 1.5",
            "select 1 where a = 12e3",
            "select 1 where a = 1_000",
            "select 1 where a = 0x1F",
            "select 1 where a = 12345678901234567890",
            "select \"s\".\"f\"(1)",
            "select \"s\".\"f\"\u{a0}(1)",
            "select \"s\".\"\"",
            "select a -- = 'b'",
            "select $$ = 'b'$$",
            "pragma x = 'b'",
            "select * from (pivot t on a in ('b', 'c'))",
            "select interval '3' day",
            "select a::decimal(18, 3) limit 5",
            "select date '2024-01-01'",
            "select a.in ('b')",
            "select \"in\" ('b')",
        ] {
            assert_eq!(parsed_alike(sql), None, "{sql}");
        }
    }
}
