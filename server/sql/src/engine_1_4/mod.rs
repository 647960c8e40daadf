//! What DuckDB 1.4, the engine of today's viewers, takes for a query: its own grammar.
//!
//! 1.4 parses with tables that Bison made of its grammar, 2.0 (the engine that we link) with a grammar of another kind. So
//! `scan` mirrors 1.4's lexer, and `grammar` runs its tables: `facts/grammar.tsv`, taken from 1.4's sources by
//! `server/sql/generate/engines.py`, as far as a SELECT reaches them. `transformer` has what the step behind the grammar
//! refuses, `catalogue` the functions and types that only one of the two engines has. The test `engines` compares with what both engines say of thousands of generated sentences.

mod catalogue;
mod grammar;
mod groups;
mod literals;
mod meaning;
mod reworded;
mod scan;
mod transformer;

pub use catalogue::{Engine, Only, data_type, function};
pub use groups::{Regrouped, regrouped};
pub use literals::{lacks_seconds, lacks_unit};
pub use meaning::{MACRO, Meant, reworded};
pub use reworded::Reworded;

use viz_text::TextRange;

/// Where 1.4 stops to read a query.
///
/// # Errors
/// The piece that does not fit: empty at the end of the text.
pub fn parse(sql: &str) -> Result<(), TextRange> {
    parse_tokens(&scan::tokens(sql), sql)
}

fn parse_tokens(tokens: &[scan::Token], sql: &str) -> Result<(), TextRange> {
    grammar::parse(tokens, sql, &mut ())?;
    transformer::refused(tokens, sql).map_or(Ok(()), Err)
}

/// The same, and of a query that is read the first operator that 1.4's catalogue doesn't have.
///
/// # Errors
/// As [`parse`].
pub fn parse_and_look_up(sql: &str) -> Result<Option<TextRange>, TextRange> {
    let tokens = scan::tokens(sql);
    parse_tokens(&tokens, sql)?;
    Ok(groups::missing_operator(&tokens, sql))
}

/// Whether 1.4 reads a query that 2.0's parser refuses with this error, and has its operators.
pub fn reads_instead(sql: &str, error: &str) -> bool {
    transformer::is_of_newer_grammar(error) && parse_and_look_up(sql) == Ok(None)
}

/// A text whose numbers have no underscores: to 1.4 they are the same.
pub(crate) fn without_underscores(sql: &str) -> std::borrow::Cow<'_, str> {
    // Nearly all texts with an underscore have it in names.
    if !sql.contains('_') || !sql.bytes().any(|byte| byte.is_ascii_digit()) {
        return sql.into();
    }
    let numbers = ["ICONST", "FCONST"].map(|name| grammar::GRAMMAR.token(name));
    let mut out = sql.to_owned();
    for token in scan::tokens(sql).iter().rev().filter(|token| numbers.contains(&token.number)) {
        out.replace_range(std::ops::Range::<usize>::from(token.range), &sql[token.range].replace('_', ""));
    }
    out.into()
}
