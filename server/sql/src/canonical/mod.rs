//! The text that SQLGlot (27, its DuckDB dialect) prints for an expression: what the reference groups by.
//!
//! The reference selects an expression as it is typed and groups by what SQLGlot prints for it, and DuckDB doesn't always
//! see the two as equal. [`canonical`] prints the same text, or says that it doesn't know it; it is never wrong about it
//! (the test `canonical` compares it with thousands of SQLGlot's texts).
//!
//! The modules mirror SQLGlot's: `token` its tokenizer, `parser`, `primary` and `call` the part of its parser that reads
//! expressions, `print` its printer. What it knows of functions, types and words is data: `facts/`, written by
//! `server/sql/generate/facts.py`, which asks SQLGlot itself.

mod access;
mod call;
mod facts;
mod operators;
mod parser;
mod primary;
mod print;
mod print_call;
mod shape;
mod token;
mod tree;
mod types;
mod window;

use viz_text::{TextRange, TextSize};

/// An expression as SQLGlot prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// The text.
    pub text: String,
    /// Which names and literals of the source are where in the text, in the order of the text.
    pub pieces: Vec<Piece>,
}

/// A name or literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Its bytes in the printed text.
    pub printed: TextRange,
    /// Its bytes in the text that was parsed.
    pub source: TextRange,
}

/// Why there is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// SQLGlot refuses to parse the expression.
    Refused,
    /// It is not known what SQLGlot makes of it.
    Unknown,
}

/// Longer expressions nobody groups by: each operator of a chain is one more level of its tree.
const MAX_TOKENS: usize = 2_000;

/// What SQLGlot prints for an expression in DuckDB's dialect. Comments stay where it puts them.
///
/// # Errors
/// [`Stop::Refused`] if SQLGlot can't parse it, [`Stop::Unknown`] if what it does is not known: sub-queries, aliases and
/// rare syntax.
pub fn canonical(expression: &str) -> Result<Canonical, Stop> {
    print::print(&parse(expression).map_err(|(stop, _)| stop)?)
}

/// Where SQLGlot stops at an expression that it refuses to parse; `None` if it doesn't, or if that is not known.
pub fn refusal(expression: &str) -> Option<TextSize> {
    match parse(expression) {
        Err((Stop::Refused, at)) => Some(TextSize::new(at.min(expression.len()) as u32)),
        _ => None,
    }
}

/// The expression, or why there is none and how far it was read.
fn parse(expression: &str) -> Result<tree::Node, (Stop, usize)> {
    let tokens = token::tokenize(expression).map_err(|stop| (stop, 0))?;
    let unknown = Err((Stop::Unknown, 0));
    if tokens.len() > MAX_TOKENS {
        return unknown;
    }
    let first = tokens.first().map_or("", |token| token.kind);
    if tokens.iter().any(|token| matches!(token.kind, "SELECT" | "VALUES" | "SEMICOLON"))
        || facts::FACTS.has("statement", first)
        || facts::FACTS.has("command", first)
        || first == "FROM"
    {
        return unknown;
    }
    let mut parser = parser::Parser::new(tokens);
    let found = parser.expression().and_then(|found| {
        let rest = parser.kind();
        let modifier = facts::FACTS.has("modifier", rest) || facts::FACTS.has("set_operation", rest);
        match found {
            Some(tree) if rest.is_empty() => Ok(tree),
            Some(_) if modifier => Err(Stop::Unknown),
            _ => Err(Stop::Refused),
        }
    });
    found.map_err(|stop| (stop, parser.offset()))
}

/// Whether SQLGlot's parser takes a function for an aggregate, in the dialect of a source's `type`.
pub fn is_aggregate(source_type: &str, function: &str) -> bool {
    facts::AGGREGATES
        .get(function.to_lowercase().as_str())
        .is_some_and(|sources| sources.is_none_or(|sources| sources.split(' ').any(|source| source == source_type)))
}

/// Whether SQLGlot's parser knows a function.
pub fn is_function(name: &str) -> bool {
    facts::FACTS.knows(&name.to_uppercase())
}

/// Whether a function aggregates in DuckDB although SQLGlot's parser doesn't take it for an aggregate.
pub fn is_foreign_aggregate(function: &str) -> bool {
    facts::FACTS.has("foreign_aggregate", &function.to_lowercase())
}

/// Whether an expression has something that SQLGlot reads and DuckDB doesn't have in these words: `nvl(a, b)`, `a rlike b`.
pub fn is_foreign(expression: &str) -> bool {
    let Ok(tokens) = token::tokenize(expression) else { return false };
    tokens.iter().enumerate().any(|(at, token)| {
        let called = tokens.get(at + 1).is_some_and(|next| next.kind == "L_PAREN");
        match token.kind {
            "RLIKE" | "IRLIKE" | "DIV" | "PARAMETER" => true,
            "NOT" => token.text == "!",
            _ if token.text.eq_ignore_ascii_case("within") => at > 0,
            _ => called && is_foreign_function(&token.text),
        }
    })
}

/// Whether SQLGlot's parser knows a function that DuckDB doesn't have, and may write another one.
pub fn is_foreign_function(name: &str) -> bool {
    facts::FACTS.has("not_in_duckdb", &name.to_uppercase())
}
