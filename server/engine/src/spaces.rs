//! Spaces that are no ASCII spaces.
//!
//! DuckDB's parser first replaces each Unicode space outside quotes by one ASCII space; all positions in its errors are
//! then positions in that shorter text. Here each is replaced by as many ASCII spaces as it has bytes: the tokens are the
//! same and the positions hold for the user's text.

use std::borrow::Cow;

/// The text with its Unicode spaces replaced, byte for byte as long as the original.
///
/// What counts as a space, and where, is taken from DuckDB 2.0 exactly, oddities included (its scan ends two bytes before
/// the end of the text and does not know block comments or `E'…'` escapes): a space that DuckDB would not replace must
/// stay, so that the verdict is DuckDB's.
pub(crate) fn widen(sql: &str) -> Cow<'_, str> {
    if sql.is_ascii() {
        return Cow::Borrowed(sql);
    }
    let spaces = find(sql.as_bytes());
    if spaces.is_empty() {
        return Cow::Borrowed(sql);
    }
    let mut text = String::with_capacity(sql.len());
    let mut done = 0;
    for (start, length) in spaces {
        text.push_str(&sql[done..start]);
        text.extend(std::iter::repeat_n(' ', length));
        done = start + length;
    }
    text.push_str(&sql[done..]);
    Cow::Owned(text)
}

/// Offsets and lengths of the spaces that DuckDB replaces.
fn find(sql: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 2 < sql.len() {
        match (sql[at], sql[at + 1], sql[at + 2]) {
            (0xC2, 0xA0, _) => found.push((at, 2)),
            (0xE2, 0x80, 0x80..=0x8B | 0xAF) | (0xE2, 0x81, 0x9F | 0xA0) => found.push((at, 3)),
            (0xE3, 0x80, 0x80) | (0xEF, 0xBB, 0xBF) => found.push((at, 3)),
            (quote @ (b'"' | b'\''), _, _) => {
                at = after_quotes(sql, at + 1, quote);
                continue;
            }
            (b'$', second, _) if second == b'$' || starts_tag(second) => {
                at = after_dollar_quotes(sql, at + 1);
                continue;
            }
            (b'-', b'-', _) => {
                at = sql[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(sql.len(), |n| at + n);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn after_quotes(sql: &[u8], mut at: usize, quote: u8) -> usize {
    while at + 1 < sql.len() {
        if sql[at] == quote {
            if sql[at + 1] != quote {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    sql.len()
}

/// `start` is after the first `$`.
fn after_dollar_quotes(sql: &[u8], start: usize) -> usize {
    let mut at = start;
    while at + 2 < sql.len() && sql[at] != b'$' {
        if !starts_tag(sql[at]) && !sql[at].is_ascii_digit() {
            return at;
        }
        at += 1;
    }
    if at + 2 >= sql.len() {
        return sql.len();
    }
    let tag = &sql[start..at];
    // DuckDB looks for the end from the `$` that ends the opening tag on, so `$$` closes itself only with a third `$`.
    while at + 2 < sql.len() {
        let rest = &sql[at + 1..];
        if sql[at] == b'$' && rest.len() > tag.len() && rest.starts_with(tag) && rest[tag.len()] == b'$' {
            return at + tag.len() + 1;
        }
        at += 1;
    }
    sql.len()
}

fn starts_tag(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_outside_quotes_keep_their_width() {
        assert_eq!(widen("select\u{a0}a\u{3000}b"), "select  a   b");
        assert_eq!(widen("select 'a\u{a0}b', \"c\u{a0}d\" "), "select 'a\u{a0}b', \"c\u{a0}d\" ");
        assert_eq!(widen("select 'it''s\u{a0}'\u{a0}x"), "select 'it''s\u{a0}'  x");
        assert_eq!(widen("-- a\u{a0}b\nselect\u{2003}1"), "-- a\u{a0}b\nselect   1");
        assert_eq!(widen("select $t$\u{a0}$ $t$ \u{a0}x"), "select $t$\u{a0}$ $t$   x");
        assert_eq!(widen("\u{feff}select 'é'"), "   select 'é'");
    }

    #[test]
    fn what_duckdb_leaves_is_left() {
        // To DuckDB's scan, the `$` that ends a string may begin another one.
        assert_eq!(widen("select $t$a$t$\u{a0}x yz"), "select $t$a$t$\u{a0}x yz");
        // The last two bytes of a text are not looked at.
        assert_eq!(widen("select 1\u{a0}"), "select 1\u{a0}");
        assert!(matches!(widen("select é"), Cow::Borrowed(_)));
    }
}
