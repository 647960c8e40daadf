//! How deep a text is nested. DuckDB's parser and binder take time that grows with the square of it and faster: for four kilobytes of `(`
//! ten seconds are not enough. So deeper texts are not handed over.

use sqlparser::dialect::DuckDbDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

/// Deeper than this nobody writes, and few programs. DuckDB itself stops at 1,000.
pub(crate) const MOST: usize = 300;

/// Whether brackets, `case` and signs stand in one another more than [`MOST`] times.
pub(crate) fn is_too_deep(sql: &str) -> bool {
    // No opener is shorter than a byte.
    sql.len() > MOST
        && match Tokenizer::new(&DuckDbDialect {}, sql).tokenize() {
            Ok(tokens) => of_tokens(&tokens) > MOST,
            // DuckDB may read it all the same.
            Err(_) => of_bytes(sql) > MOST,
        }
}

fn of_tokens(tokens: &[Token]) -> usize {
    let (mut open, mut signs, mut most) = (0_usize, 0_usize, 0);
    for token in tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))) {
        let word = |text: &str| matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(text));
        match token {
            Token::Minus | Token::Plus | Token::Tilde | Token::ExclamationMark => signs += 1,
            _ if word("not") => signs += 1,
            _ => {
                signs = 0;
                match token {
                    Token::LParen | Token::LBracket | Token::LBrace => open += 1,
                    Token::RParen | Token::RBracket | Token::RBrace => open = open.saturating_sub(1),
                    _ if word("case") => open += 1,
                    _ if word("end") => open = open.saturating_sub(1),
                    _ => {}
                }
            }
        }
        most = most.max(open + signs);
    }
    most
}

fn of_bytes(sql: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for byte in sql.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_opens_counts_and_what_stands_in_a_row_does_not() {
        for opener in ["(", "[", "{'a': ", "case when ", "CASE ", "not ", "- ", "-", "+ -", "cast(", "not(", "~ "] {
            let text = |times: usize| format!("select {}", opener.replace("--", "- -").repeat(times));
            // What two signs make is a comment.
            assert_eq!(is_too_deep(&text(2 * MOST)), opener != "-", "{opener}");
            assert!(!is_too_deep(&text(MOST / 2)), "{opener}");
            // Where nothing tells words from texts, brackets count.
            let unclosed = format!("{}'", text(2 * MOST));
            assert!(!opener.contains(['(', '[', '{']) || is_too_deep(&unclosed), "{opener}");
        }
        for row in ["(1), ", "f(-1) + ", "case when a then b end, ", "'(', ", "- 1 - ", "not a and ", "-- (\n"] {
            assert!(!is_too_deep(&row.repeat(10 * MOST)), "{row}");
        }
    }
}
