//! How deep a text is nested, where DuckDB's parser and binder take time that grows with the square of it and faster: what is opened and
//! never closed (for four kilobytes of `(` ten seconds are not enough), and lists in lists. Such texts are not handed over. What is
//! closed is read at once, or refused at once beyond DuckDB's own limit.

use sqlparser::dialect::DuckDbDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

/// Deeper than this nobody writes, and few programs.
pub(crate) const MOST: usize = 300;

/// From here on DuckDB refuses a text before it takes time.
const LIMIT_OF_DUCKDB: usize = 1_000;

/// Whether brackets and `case` are left open, or lists and structs stand in one another, more than [`MOST`] times.
pub(crate) fn is_too_deep(sql: &str) -> bool {
    // Most texts have not as many letters that could open something.
    if sql.bytes().filter(|byte| b"([{cC".contains(byte)).count() <= MOST {
        return false;
    }
    let depth = match Tokenizer::new(&DuckDbDialect {}, sql).tokenize() {
        Ok(tokens) => Depth::of(tokens.iter().map(Bracket::of_token)),
        // DuckDB may read it all the same.
        Err(_) => Depth::of(sql.bytes().map(Bracket::of_byte)),
    };
    depth.open > MOST || (MOST + 1..=LIMIT_OF_DUCKDB).contains(&depth.lists)
}

/// What a token is to the nesting.
#[derive(Clone, Copy)]
enum Bracket {
    Open,
    OpenList,
    Close,
    CloseList,
    None,
}

impl Bracket {
    fn of_token(token: &Token) -> Self {
        match token {
            Token::LParen => Self::Open,
            Token::RParen => Self::Close,
            Token::LBracket | Token::LBrace => Self::OpenList,
            Token::RBracket | Token::RBrace => Self::CloseList,
            Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("case") => Self::Open,
            Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("end") => Self::Close,
            _ => Self::None,
        }
    }

    fn of_byte(byte: u8) -> Self {
        match byte {
            b'(' => Self::Open,
            b')' => Self::Close,
            b'[' | b'{' => Self::OpenList,
            b']' | b'}' => Self::CloseList,
            _ => Self::None,
        }
    }
}

/// How deep a text is nested.
#[derive(Default)]
struct Depth {
    /// What is open at its end.
    open: usize,
    /// The most lists and structs in one another.
    lists: usize,
}

impl Depth {
    fn of(brackets: impl Iterator<Item = Bracket>) -> Self {
        let (mut depth, mut lists) = (Self::default(), 0_usize);
        for bracket in brackets {
            match bracket {
                Bracket::Open => depth.open += 1,
                Bracket::OpenList => (depth.open, lists) = (depth.open + 1, lists + 1),
                Bracket::Close => depth.open = depth.open.saturating_sub(1),
                Bracket::CloseList => (depth.open, lists) = (depth.open.saturating_sub(1), lists.saturating_sub(1)),
                Bracket::None => {}
            }
            depth.lists = depth.lists.max(lists);
        }
        depth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_open_and_lists_in_lists() {
        for (before, after, list) in [
            ("(", ")", false),
            ("[", "]", true),
            ("{'a': ", "}", true),
            ("CASE WHEN ", " end", false),
            ("cast(", ")", false),
        ] {
            let text = |times: usize, closed: bool| {
                format!("select {}1{}", before.repeat(times), if closed { after.repeat(times) } else { String::new() })
            };
            assert!(is_too_deep(&text(2 * MOST, false)) && !is_too_deep(&text(MOST / 2, false)), "{before}");
            assert_eq!(is_too_deep(&text(2 * MOST, true)), list, "{before}");
            assert!(!is_too_deep(&text(2 * LIMIT_OF_DUCKDB, true)) && !is_too_deep(&text(MOST / 2, true)), "{before}");
            // Where nothing tells words from texts, brackets count.
            let unclosed = format!("{}'", text(2 * MOST, false));
            assert!(before.starts_with('C') || is_too_deep(&unclosed), "{before}");
        }
        for row in
            ["(1), ", "f(-1) + ", "case when a then b end, ", "'(', ", "- 1 - ", "not a and ", "-- (\n", "- ", "not "]
        {
            assert!(!is_too_deep(&row.repeat(10 * MOST)), "{row}");
        }
    }
}
