//! sqlparser with byte offsets and a recursion limit that real queries don't meet.

use crate::tokens::{LexError, Lines, tokenize};
use sqlparser::ast::{Expr, Statement};
use sqlparser::dialect::DuckDbDialect;
use sqlparser::parser::{Parser, ParserError};
use viz_text::TextSize;

/// The default of 50 is met by 23 nested sub-queries; DuckDB itself stops at 1,000.
const RECURSION_LIMIT: usize = 1000;

/// What sqlparser says against a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// In its words, without the position.
    pub message: String,
    /// Bytes before the faulty token; `None` at the end of the text.
    pub offset: Option<TextSize>,
}

impl From<LexError> for ParseError {
    fn from(error: LexError) -> Self {
        Self { message: error.message, offset: Some(error.offset) }
    }
}

/// The statements of a text in DuckDB's dialect.
///
/// # Errors
/// If sqlparser refuses it, which it does with 4–7 % of what DuckDB accepts: never the last word.
pub fn parse(sql: &str) -> Result<Vec<Statement>, ParseError> {
    with_parser(sql, |parser| parser.parse_statements())
}

/// A text as one expression.
///
/// # Errors
/// As [`parse`], and if something follows the expression.
pub fn parse_expression(sql: &str) -> Result<Expr, ParseError> {
    with_parser(sql, |parser| {
        let expression = parser.parse_expr()?;
        parser.expect_token(&sqlparser::tokenizer::Token::EOF)?;
        Ok(expression)
    })
}

fn with_parser<T>(sql: &str, run: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>) -> Result<T, ParseError> {
    tokenize(sql)?;
    let dialect = DuckDbDialect {};
    let mut parser =
        Parser::new(&dialect).with_recursion_limit(RECURSION_LIMIT).try_with_sql(sql).map_err(|e| error(sql, &e))?;
    run(&mut parser).map_err(|e| error(sql, &e))
}

fn error(sql: &str, error: &ParserError) -> ParseError {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => "nested too deeply",
    };
    // The position exists in the message only: `… at Line: 1, Column: 2`.
    let Some((message, place)) = text.rsplit_once(" at Line: ") else {
        return ParseError { message: text.to_owned(), offset: None };
    };
    let mut numbers = place.split(", Column: ").map(|number| number.trim().parse::<u64>().ok());
    let offset = match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(line), Some(column)) => Some(Lines::new(sql).offset(line, column)),
        _ => None,
    };
    ParseError { message: message.to_owned(), offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_bytes() {
        assert_eq!(parse("select 'é' frm x y").unwrap_err().offset, Some(TextSize::new(16)));
        assert_eq!(parse("select (1").unwrap_err().offset, None);
        assert!(parse_expression("a = 1").is_ok());
        assert!(parse_expression("a = 1 b").is_err());
    }

    #[test]
    fn deep_nesting_is_no_crash() {
        let deep = format!("select {}1{}", "(".repeat(20_000), ")".repeat(20_000));
        assert!(parse(&deep).is_err());
    }
}
