//! The tokens of SQL with references in it, as far as it is SQL.

use viz_sql::{Token, tokenize};
use viz_text::{TextRange, filled};

/// SQL in which words of the same length stand for the references, so that it is SQL and all offsets hold.
pub(crate) fn without(sql: &str, holes: &[TextRange]) -> String {
    let holes: Vec<TextRange> = holes.iter().copied().filter(|hole| usize::from(hole.end()) <= sql.len()).collect();
    filled(sql, &holes, 'v')
}

/// The tokens of a text, as far as it is one.
pub(crate) fn tokens_before_the_fault(sql: &str) -> Vec<Token> {
    tokenize(sql).unwrap_or_else(|error| {
        let mut end = usize::from(error.offset).min(sql.len());
        while !sql.is_char_boundary(end) {
            end -= 1;
        }
        tokenize(&sql[..end]).unwrap_or_default()
    })
}
