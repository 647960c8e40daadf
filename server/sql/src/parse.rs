//! sqlparser with byte offsets and a recursion limit that real queries don't meet.

use crate::brackets::Nesting;
use crate::dialect::DuckDb;
use crate::tokens::Lines;
use sqlparser::ast::{Expr, Statement};
use sqlparser::dialect::{
    BigQueryDialect, ClickHouseDialect, Dialect as Grammar, DuckDbDialect, MySqlDialect, PostgreSqlDialect,
    RedshiftSqlDialect, SQLiteDialect, SnowflakeDialect,
};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token as SqlToken, TokenWithSpan, Tokenizer};
use viz_project::Dialect;
use viz_text::TextSize;

/// The default of 50 is met by 23 nested sub-queries; DuckDB itself stops at 1,000.
const RECURSION_LIMIT: usize = 1000;

/// Where brackets and `case` are nested deeper than this, sqlparser isn't asked: it takes seconds to give up.
pub(crate) const MAX_NESTING: usize = 300;

/// sqlparser's tree of `a + b + …` is as deep as the text is long, and is walked and freed by recursion: of longer ones it isn't asked. DuckDB
/// itself stops at 1,000 in a row; this counts all operators and keywords of a text.
const MAX_OPERATORS: usize = 10_000;

/// What sqlparser says against a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// In its words, without the position.
    pub message: String,
    /// Bytes before the faulty token; `None` at the end of the text.
    pub offset: Option<TextSize>,
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
        parser.expect_token(&SqlToken::EOF)?;
        Ok(expression)
    })
}

/// Whether a query parses in the language of a source's database; `None` for DuckDB, which is asked itself.
pub fn parse_foreign(dialect: Dialect, sql: &str) -> Option<Result<(), ParseError>> {
    (dialect != Dialect::DuckDb).then(|| statements_in(dialect, sql).map(drop))
}

/// The statements of a text in the language of a source's database.
pub(crate) fn statements_in(dialect: Dialect, sql: &str) -> Result<Vec<Statement>, ParseError> {
    let grammar: &dyn Grammar = match dialect {
        Dialect::DuckDb => &DuckDb,
        Dialect::PostgreSql => &PostgreSqlDialect {},
        Dialect::MySql => &MySqlDialect {},
        Dialect::Snowflake => &SnowflakeDialect {},
        Dialect::BigQuery => &BigQueryDialect {},
        Dialect::Redshift => &RedshiftSqlDialect {},
        Dialect::ClickHouse => &ClickHouseDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
    };
    with_dialect(grammar, sql, |parser| parser.parse_statements())
}

fn with_parser<T>(sql: &str, run: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>) -> Result<T, ParseError> {
    with_dialect(&DuckDb, sql, run)
}

/// Writes the `WHERE` that DuckDB and SQLGlot need not read in `sum(n) filter (b)`, and sqlparser does.
fn with_where_in_filters(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let solid = |at: &usize| !matches!(tokens[*at].token, SqlToken::Whitespace(_));
    let is = |at: usize, keyword: Keyword| matches!(&tokens[at].token, SqlToken::Word(word) if word.quote_style.is_none() && word.keyword == keyword);
    let at: Vec<usize> = (0..tokens.len()).filter(solid).collect();
    let opens = |four: &&[usize]| {
        tokens[four[0]].token == SqlToken::RParen
            && is(four[1], Keyword::FILTER)
            && tokens[four[2]].token == SqlToken::LParen
            && !is(four[3], Keyword::WHERE)
    };
    let without: Vec<usize> = at.windows(4).filter(opens).map(|four| four[2]).collect();
    if without.is_empty() {
        return tokens;
    }
    let mut out = Vec::with_capacity(tokens.len() + without.len());
    for (at, token) in tokens.into_iter().enumerate() {
        let (span, opened) = (token.span, without.binary_search(&at).is_ok());
        out.push(token);
        if opened {
            out.push(TokenWithSpan { token: SqlToken::make_keyword("WHERE"), span });
        }
    }
    out
}

fn with_dialect<T>(
    dialect: &dyn Grammar,
    sql: &str,
    run: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<T, ParseError> {
    let tokens = Tokenizer::new(dialect, sql).tokenize_with_location().map_err(|e| error(sql, &e.into()))?;
    let tokens = if dialect.is::<DuckDbDialect>() { with_where_in_filters(tokens) } else { tokens };
    let all = || tokens.iter().map(|found| &found.token);
    if nesting(all()) > MAX_NESTING || all().filter(|token| operates(token)).count() > MAX_OPERATORS {
        return Err(ParseError { message: "nested too deeply".to_owned(), offset: None });
    }
    let mut parser = Parser::new(dialect).with_recursion_limit(RECURSION_LIMIT).with_tokens_with_locations(tokens);
    run(&mut parser).map_err(|e| error(sql, &e))
}

/// The greatest number of brackets and `case` that are open at a time.
pub(crate) fn nesting<'a>(tokens: impl Iterator<Item = &'a SqlToken>) -> usize {
    let (mut nesting, mut most) = (Nesting::default(), 0);
    for token in tokens {
        nesting.step_over(token);
        most = most.max(nesting.depth);
    }
    most
}

/// Whether a token may put what is before it one level deeper.
fn operates(token: &SqlToken) -> bool {
    match token {
        SqlToken::Word(word) => word.quote_style.is_none() && word.keyword != Keyword::NoKeyword,
        SqlToken::Comma | SqlToken::LParen | SqlToken::RParen | SqlToken::Number(..) => false,
        SqlToken::Whitespace(_) | SqlToken::SingleQuotedString(_) | SqlToken::DoubleQuotedString(_) => false,
        _ => true,
    }
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
    fn each_database_has_its_language() {
        let fails = |source: Dialect, sql: &str| parse_foreign(source, sql).unwrap().unwrap_err().offset;
        for (source, sql) in [
            (Dialect::PostgreSql, "select a::int, b ->> 'x' from t where c ~* 'y' limit 5"),
            (Dialect::MySql, "select `a b`, if(a, 1, 2) from t limit 5, 10"),
            (Dialect::Snowflake, "select a:b::varchar from t qualify row_number() over (order by a) = 1"),
            (Dialect::BigQuery, "select array_agg(struct(a, b)) from `p.d.t`, unnest(x) as y"),
            (Dialect::Redshift, "select getdate(), a from t where b similar to 'x%'"),
            (Dialect::ClickHouse, "select a, count() from t final prewhere b = 1 group by a settings max_threads = 1"),
            (Dialect::Sqlite, "select [a b], x from t where y glob 'a*'"),
        ] {
            assert_eq!(parse_foreign(source, sql), Some(Ok(())), "{source:?}: {sql}");
            assert!(parse_foreign(source, "select a frm t where").unwrap().is_err(), "{source:?}");
        }
        assert_eq!(fails(Dialect::PostgreSql, "select `a` from t"), Some(TextSize::new(7)));
        assert_eq!(parse_foreign(Dialect::DuckDb, "select 1"), None);
    }

    #[test]
    fn deep_nesting_is_no_crash() {
        let deep = format!("select {}1{}", "(".repeat(20_000), ")".repeat(20_000));
        assert!(parse(&deep).is_err());
        let case = |depth| format!("select {}1{}", "case when true then ".repeat(depth), " end".repeat(depth));
        assert!(parse(&case(200)).is_ok());
        assert_eq!(parse(&case(5_000)).unwrap_err().message, "nested too deeply");
    }
}
