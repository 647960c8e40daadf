//! A condition taken apart at its ANDs.

use viz_sql::{Nesting, tokenize};
use viz_text::{TextRange, TextSize};

/// The operands of the ANDs at the top of an expression.
pub(crate) fn conjuncts(sql: &str) -> Vec<TextRange> {
    let whole = TextRange::up_to(TextSize::of(sql));
    let Ok(tokens) = tokenize(sql) else { return vec![whole] };
    let mut out = Vec::new();
    let (mut nesting, mut between, mut start) = (Nesting::default(), false, whole.start());
    for token in &tokens {
        nesting.step(token);
        match nesting.is_top() {
            // An OR beside the ANDs: they are no conditions of their own.
            true if token.is_word("or") => return vec![whole],
            true if token.is_word("between") => between = true,
            true if token.is_word("and") && between => between = false,
            true if token.is_word("and") => {
                out.push(TextRange::new(start, token.range.start()));
                start = token.range.end();
            }
            _ => {}
        }
    }
    out.push(TextRange::new(start, whole.end()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ands_at_the_top_part_a_condition() {
        for (sql, parts) in [
            ("a = 1", vec!["a = 1"]),
            ("a = 1 and b between 2 and 3 AND c", vec!["a = 1", "b between 2 and 3", "c"]),
            ("(a and b) and case when c and d then e end", vec!["(a and b)", "case when c and d then e end"]),
            ("a and b or c", vec!["a and b or c"]),
            ("a = 'x and y'", vec!["a = 'x and y'"]),
            ("a = 'x and", vec!["a = 'x and"]),
        ] {
            let found: Vec<&str> = conjuncts(sql).into_iter().map(|range| sql[range].trim()).collect();
            assert_eq!(found, parts);
        }
    }
}
