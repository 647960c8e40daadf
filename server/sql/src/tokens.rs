//! SQL tokens with byte ranges (sqlparser counts lines and characters).

use sqlparser::dialect::{Dialect, DuckDbDialect};
use sqlparser::tokenizer::{Token as SqlToken, Tokenizer};
use viz_text::{TextRange, TextSize};

/// A token and its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// What it is.
    pub token: SqlToken,
    /// Where it is in the text.
    pub range: TextRange,
}

impl Token {
    /// Whether it is white-space or a comment.
    pub fn is_space(&self) -> bool {
        matches!(self.token, SqlToken::Whitespace(_))
    }

    /// Whether it stands in quotes: a string, or a name.
    pub fn is_quoted(&self) -> bool {
        match &self.token {
            SqlToken::Word(word) => word.quote_style.is_some(),
            SqlToken::SingleQuotedString(_)
            | SqlToken::DoubleQuotedString(_)
            | SqlToken::DollarQuotedString(_)
            | SqlToken::EscapedStringLiteral(_)
            | SqlToken::UnicodeStringLiteral(_)
            | SqlToken::NationalStringLiteral(_)
            | SqlToken::HexStringLiteral(_) => true,
            _ => false,
        }
    }

    /// Whether it is this bare word, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        is_word(&self.token, word)
    }
}

/// Whether a token is this bare word, in any case.
pub(crate) fn is_word(token: &SqlToken, word: &str) -> bool {
    matches!(token, SqlToken::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
}

/// A text that is no sequence of tokens, such as one with an open quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LexError {
    /// What is wrong, in sqlparser's words.
    pub message: String,
    /// Bytes before the faulty piece.
    pub offset: TextSize,
}

/// The tokens of a text, white-space and comments included.
///
/// # Errors
/// If the text is no sequence of tokens.
pub fn tokenize(sql: &str) -> Result<Vec<Token>, LexError> {
    tokenize_in(&DuckDbDialect {}, sql)
}

pub(crate) fn tokenize_in(dialect: &dyn Dialect, sql: &str) -> Result<Vec<Token>, LexError> {
    // Without unescaping, a token's text is what stands in the query.
    let mut tokenizer = Tokenizer::new(dialect, sql).with_unescape(false);
    let tokens = tokenizer.tokenize_with_location().map_err(|error| LexError {
        message: error.message.clone(),
        offset: Lines::new(sql).offset(error.location.line, error.location.column),
    })?;
    let mut lines = Lines::new(sql);
    Ok(tokens
        .into_iter()
        .map(|found| {
            let start = lines.offset(found.span.start.line, found.span.start.column);
            let end = lines.offset(found.span.end.line, found.span.end.column);
            Token { token: found.token, range: TextRange::new(start, end.max(start)) }
        })
        .collect())
}

/// Lines as sqlparser counts them: LF ends a line, columns are characters from 1.
pub(crate) struct Lines<'a> {
    sql: &'a str,
    starts: Vec<usize>,
    is_ascii: bool,
    /// Line, column and offset that were asked for last: tokens are asked for in order, and a line may be long.
    last: (u64, u64, usize),
}

impl<'a> Lines<'a> {
    pub(crate) fn new(sql: &'a str) -> Self {
        let ends = sql.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { sql, starts: std::iter::once(0).chain(ends).collect(), is_ascii: sql.is_ascii(), last: (1, 1, 0) }
    }

    pub(crate) fn offset(&mut self, line: u64, column: u64) -> TextSize {
        let (line, column) = (line.max(1), column.max(1));
        let start = self.starts.get((line - 1) as usize).copied().unwrap_or(self.sql.len());
        let (from, skipped) = match self.last {
            (same, before, offset) if same == line && before <= column => (offset, before),
            _ => (start, 1),
        };
        let text = &self.sql[from..];
        let count = (column - skipped) as usize;
        let within = if self.is_ascii {
            count.min(text.len())
        } else {
            text.char_indices().nth(count).map_or(text.len(), |(at, _)| at)
        };
        // Behind the end there is nothing to go on from.
        if within < text.len() {
            self.last = (line, column, from + within);
        }
        TextSize::new((from + within) as u32)
    }
}

/// The length of the comment that a text begins with, which may hold others; `None` if it is not closed.
pub(crate) fn block_comment(text: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += rest.chars().next()?.len_utf8();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_bytes() {
        let sql = "select 'é', x\nfrom t";
        let words: Vec<&str> =
            tokenize(sql).unwrap().iter().filter(|token| !token.is_space()).map(|token| &sql[token.range]).collect();
        assert_eq!(words, ["select", "'é'", ",", "x", "from", "t"]);
    }

    #[test]
    fn places_are_found_in_any_order() {
        let mut lines = Lines::new("aé\nüb c");
        let places =
            [(1, 1, 0), (1, 3, 3), (2, 3, 7), (2, 2, 6), (2, 9, 9), (2, 1, 4), (1, 2, 1), (9, 1, 9), (2, 4, 8)];
        for (line, column, offset) in places {
            assert_eq!(lines.offset(line, column), TextSize::new(offset), "{line}:{column}");
        }
    }

    #[test]
    fn an_open_quote_is_an_error_at_its_place() {
        let error = tokenize("select 1\nwhere x = 'a").unwrap_err();
        assert_eq!(error.offset, TextSize::new(19));
    }
}
