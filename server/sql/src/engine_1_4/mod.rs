//! What DuckDB 1.4, the engine of today's viewers, takes for a query: its own grammar.
//!
//! 1.4 parses with tables that Bison made of its grammar, 2.0 (the engine that we link) with a grammar of another kind. So
//! `scan` mirrors 1.4's lexer, and `grammar` runs its tables: `facts/grammar.tsv`, taken from 1.4's sources by
//! `server/sql/generate/engines.py`, as far as a SELECT reaches them. `catalogue` has the functions and types that only one
//! of the two engines has. The test `engines` compares with what both engines say of thousands of generated sentences.

mod catalogue;
mod grammar;
mod meaning;
mod scan;

pub use catalogue::{Engine, Only, data_type, function};
pub use meaning::{MACRO, Meant, Reworded, reworded};

use viz_text::TextRange;

/// Where 1.4 stops to read a query.
///
/// # Errors
/// The piece that does not fit: empty at the end of the text.
pub fn parse(sql: &str) -> Result<(), TextRange> {
    grammar::parse(&scan::tokens(sql), sql)
}
