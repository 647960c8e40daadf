//! DuckDB's dialect for sqlparser: its own [`DuckDbDialect`], and what that lacks of the language and can be added from
//! outside. What has no place in sqlparser's trees is put there as an operator or a call of another name: the trees are
//! asked for their shape, never printed.

use sqlparser::ast::{BinaryOperator, Expr, Ident, Value};
use sqlparser::dialect::{Dialect, DuckDbDialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;
use std::any::TypeId;

/// DuckDB's dialect with our additions.
#[derive(Debug)]
pub(crate) struct DuckDb;

macro_rules! supports {
    ($($feature:ident)*) => { $(fn $feature(&self) -> bool { true })* };
}

impl Dialect for DuckDb {
    fn dialect(&self) -> TypeId {
        TypeId::of::<DuckDbDialect>()
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        DuckDbDialect.is_identifier_start(ch) || !ch.is_ascii() && !ch.is_whitespace()
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        DuckDbDialect.is_identifier_part(ch) || !ch.is_ascii() && !ch.is_whitespace()
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        DuckDbDialect.identifier_quote_style(identifier)
    }

    // Those of DuckDbDialect.
    supports! {
        supports_trailing_commas supports_filter_during_aggregation supports_group_by_expr
        supports_bitwise_shift_operators supports_named_fn_args_with_eq_operator
        supports_named_fn_args_with_assignment_operator supports_dictionary_syntax support_map_literal_syntax
        supports_lambda_functions allow_extract_single_quotes supports_explain_with_utility_options
        supports_load_extension supports_array_typedef_with_brackets supports_from_first_select supports_order_by_all
        supports_select_wildcard_exclude supports_notnull_operator supports_install supports_detach
        supports_select_wildcard_replace supports_comma_separated_trim supports_numeric_literal_underscores
    }

    // Those that it lacks.
    supports! {
        supports_named_fn_args_with_rarrow_operator supports_values_as_table_factor supports_double_ampersand_operator
        supports_select_wildcard_except supports_select_wildcard_rename supports_window_function_null_treatment_arg
        supports_in_empty_list supports_in_unparenthesized_expr supports_factorial_operator
        supports_string_escape_constant supports_nested_comments supports_window_clause_named_window_reference
        supports_string_literal_concatenation_with_newline supports_left_associative_joins_without_parens
        supports_subquery_as_function_arg supports_unicode_string_literal
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        match operator(parser)? {
            "GLOB" => Some(Ok(self.prec_value(Precedence::Like))),
            "^@" => Some(Ok(self.prec_value(Precedence::Eq))),
            _ => Some(Ok(self.prec_value(Precedence::DoubleColon))),
        }
    }

    fn parse_infix(&self, parser: &mut Parser, left: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        let operator = operator(parser)?;
        let tokens = if operator == "**" { 2 } else { 1 };
        (0..tokens).for_each(|_| parser.advance_token());
        Some(parser.parse_subexpr(precedence).map(|right| Expr::BinaryOp {
            left: Box::new(left.clone()),
            op: BinaryOperator::Custom(operator.to_owned()),
            right: Box::new(right),
        }))
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        let next = parser.peek_nth_token_ref(1).token.clone();
        match parser.peek_token_ref().token.clone() {
            // `#1`: the first column.
            Token::Sharp if matches!(next, Token::Number(..)) => {
                parser.advance_token();
                parser.advance_token();
                Some(Ok(Expr::Identifier(Ident::new(format!("#{next}")))))
            }
            Token::EscapedStringLiteral(text) => {
                parser.advance_token();
                Some(Ok(Expr::value(Value::EscapedStringLiteral(text))))
            }
            Token::LBracket if is_comprehension(parser) => Some(comprehension(parser)),
            _ => None,
        }
    }
}

/// An operator that sqlparser doesn't know, or not as DuckDB means it.
fn operator(parser: &Parser) -> Option<&'static str> {
    let second = &parser.peek_nth_token_ref(1).token;
    match &parser.peek_token_ref().token {
        Token::Word(word) if word.keyword == Keyword::GLOB && word.quote_style.is_none() => Some("GLOB"),
        Token::Mul if *second == Token::Mul => Some("**"),
        Token::CaretAt => Some("^@"),
        _ => None,
    }
}

/// Whether a FOR stands between a bracket and its end. Trying to parse one instead would double the time with each bracket inside.
fn is_comprehension(parser: &mut Parser) -> bool {
    let mut found = false;
    let look = |parser: &mut Parser| -> Result<(), ParserError> {
        let mut depth = 0_usize;
        loop {
            parser.advance_token();
            match &parser.get_current_token().token {
                Token::LBracket | Token::LParen | Token::LBrace => depth += 1,
                Token::RBracket | Token::RParen | Token::RBrace => depth = depth.saturating_sub(1),
                Token::Word(word) if word.keyword == Keyword::FOR && word.quote_style.is_none() => found |= depth == 1,
                Token::EOF => depth = 0,
                _ => {}
            }
            if depth == 0 || found {
                // An error, so that the parser goes back.
                return Err(ParserError::ParserError(String::new()));
            }
        }
    };
    let _ = parser.maybe_parse(look);
    found
}

/// `[x + 1 for x in list if x > 0]`, as a call of its parts.
fn comprehension(parser: &mut Parser) -> Result<Expr, ParserError> {
    parser.expect_token(&Token::LBracket)?;
    let item = parser.parse_expr()?;
    parser.expect_keyword(Keyword::FOR)?;
    let variables = parser.parse_comma_separated(Parser::parse_identifier)?;
    parser.expect_keyword(Keyword::IN)?;
    let list = parser.parse_expr()?;
    let condition = if parser.parse_keyword(Keyword::IF) { vec![parser.parse_expr()?] } else { Vec::new() };
    parser.expect_token(&Token::RBracket)?;
    let variables = Expr::CompoundIdentifier(variables);
    Ok(Expr::Tuple([variables, item, list].into_iter().chain(condition).collect()))
}

#[cfg(test)]
mod tests {
    use crate::{parse, parse_expression};

    #[test]
    fn what_the_stock_dialect_lacks() {
        for text in [
            "'a' glob 'a*'",
            "not s glob 'a*' and i > 1",
            "2 ** 3 * 4",
            "s ^@ 'x'",
            "[1] && [2]",
            "E'a\\n' || upper(E'\\'')",
            "[x + 1 for x in l if x > 0]",
            "[x for x in [1, 2]]",
            "x in [1, 2]",
            "x in ()",
            "first(x ignore nulls) over ()",
            "10!",
            "#1 + 1",
        ] {
            assert!(parse_expression(text).is_ok(), "{text}: {:?}", parse_expression(text));
        }
        for text in [
            "from values (1), (2) as t(a)",
            "select * except (a) from t",
            "select * rename (a as b) from t",
            "select /* a /* b */ c */ 1",
            "select 'a'\n'b'",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
    }

    #[test]
    fn nonsense_stays_nonsense() {
        for text in ["s glob", "2 ** ", "[x for in l]", "[x for x in]", "^@ 'a'", "a # ", "e'a", "[1 for 2 in x]"] {
            assert!(parse_expression(text).is_err(), "{text}");
        }
    }

    #[test]
    fn operators_bind_as_in_duckdb() {
        let same = |a: &str, b: &str| {
            let plain = |text: &str| format!("{}", parse_expression(text).unwrap()).replace(['(', ')'], "");
            assert_eq!(plain(a), plain(b));
            let tree = |text: &str| format!("{:?}", parse_expression(text).unwrap());
            assert!(tree(b).contains("Nested"), "{b} has brackets");
        };
        same("a glob 'x' and b", "(a glob 'x') and b");
        same("2 * 3 ** 2", "2 * (3 ** 2)");
    }
}
