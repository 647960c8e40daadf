//! A condition taken apart at its ANDs, or at its ORs.

use sqlparser::tokenizer::Token as T;
use viz_sql::{Nesting, Token, tokenize};
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

/// The operands of the ORs at the top of an expression, which may stand in parentheses.
pub(crate) fn disjuncts(sql: &str) -> Vec<TextRange> {
    let whole = TextRange::up_to(TextSize::of(sql));
    let Ok(tokens) = tokenize(sql) else { return vec![whole] };
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let inside = without_parentheses(&tokens);
    let (Some(first), Some(last)) = (inside.first(), inside.last()) else { return vec![whole] };
    let mut out = Vec::new();
    let (mut nesting, mut start) = (Nesting::default(), first.range.start());
    for token in inside {
        nesting.step(token);
        if nesting.is_top() && token.is_word("or") {
            out.push(TextRange::new(start, token.range.start()));
            start = token.range.end();
        }
    }
    out.push(TextRange::new(start, last.range.end()));
    out
}

/// The tokens within the parentheses around all of an expression.
fn without_parentheses(tokens: &[Token]) -> &[Token] {
    let mut inside = tokens;
    while let [first, between @ .., last] = inside
        && (&first.token, &last.token) == (&T::LParen, &T::RParen)
    {
        let mut nesting = Nesting::default();
        let mut within = |token| {
            nesting.step(token);
            !nesting.is_top()
        };
        if !inside[..inside.len() - 1].iter().all(&mut within) {
            break;
        }
        inside = between;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ors_at_the_top_part_an_alternative() {
        for (sql, parts) in [
            ("a = 1", vec!["a = 1"]),
            (" ( (a or b and c) )", vec!["a", "b and c"]),
            ("(a or b) or (c or d)", vec!["(a or b)", "(c or d)"]),
            ("(a or b) and c", vec!["(a or b) and c"]),
            ("case when a or b then c end OR d = 'x or y'", vec!["case when a or b then c end", "d = 'x or y'"]),
            ("()", vec!["()"]),
            ("a = 'x or", vec!["a = 'x or"]),
        ] {
            let found: Vec<&str> = disjuncts(sql).into_iter().map(|range| sql[range].trim()).collect();
            assert_eq!(found, parts);
        }
    }

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
