//! The arrow of lambdas, `x -> x + 1`: the browser's DuckDB 1.4 takes it, 2.0 refuses it unless a setting allows it.
//!
//! The engine sets it, so that everything else in such a query is judged, and the arrow is judged here.

use sqlparser::tokenizer::Token as T;
use viz_sql::{Token, tokenize};
use viz_text::TextRange;

/// Functions that take a lambda after their first argument.
const FUNCTIONS: [&str; 11] = [
    "apply",
    "array_apply",
    "array_filter",
    "array_reduce",
    "array_transform",
    "filter",
    "list_apply",
    "list_filter",
    "list_reduce",
    "list_transform",
    "reduce",
];

/// What to write in its place.
pub(crate) const HELP: &str = "write `lambda x: …`, which both take";

/// An open bracket.
#[derive(Default)]
struct Open {
    /// Whether it holds the arguments of a function that takes a lambda.
    takes_lambda: bool,
    /// Whether a comma was met in it.
    further: bool,
    /// Whether it stands behind a comma of such arguments.
    parameters: bool,
}

/// Where lambdas are written with an arrow; elsewhere `->` takes a value out of JSON.
pub(crate) fn arrows(sql: &str) -> Vec<TextRange> {
    if !sql.contains("->") {
        return Vec::new();
    }
    let tokens: Vec<Token> = tokenize(sql).unwrap_or_default().into_iter().filter(|token| !token.is_space()).collect();
    let mut open = vec![Open::default()];
    let (mut out, mut closed) = (Vec::new(), Open::default());
    for (at, token) in tokens.iter().enumerate() {
        let before = |n: usize| at.checked_sub(n).map(|at| &tokens[at].token);
        let innermost = open.last();
        let argument =
            |n: usize| innermost.is_some_and(|open| open.takes_lambda && open.further) && before(n) == Some(&T::Comma);
        match &token.token {
            T::LParen => {
                let called =
                    at.checked_sub(1).is_some_and(|name| FUNCTIONS.iter().any(|one| tokens[name].is_word(one)));
                let parameters = argument(1);
                open.push(Open { takes_lambda: called, further: false, parameters });
            }
            T::LBracket | T::LBrace => open.push(Open::default()),
            T::RParen | T::RBracket | T::RBrace => closed = open.pop().unwrap_or_default(),
            T::Comma => {
                if let Some(innermost) = open.last_mut() {
                    innermost.further = true;
                }
            }
            T::Arrow => {
                let lambda = match before(1) {
                    Some(T::Word(_)) => argument(2),
                    Some(T::RParen) => closed.parameters,
                    _ => false,
                };
                if lambda {
                    out.push(token.range);
                }
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_of_lambdas_and_no_others() {
        for (sql, count) in [
            ("select list_transform(l, x -> x + 1) from t", 1),
            ("select LIST_FILTER(l, \"x\" -> x > 1), filter(l, (x, i) -> x > i) from t", 2),
            ("select list_transform([1, 2], x -> list_sum(list_transform(l, y -> x + y)))", 2),
            ("select list_reduce(l, (x, y) -> x + y, 0) from t", 1),
            ("select list_transform(l, lambda x: x + 1), list_transform(l, lambda x: x -> '$.a') from t", 0),
            ("select j -> '$.a', f(a, j -> '$.a'), list_transform(j -> '$.a', lambda x: 1) from t", 0),
            ("select count(*) filter (where a -> 'b' = 1), 'list_transform(l, x -> x)' from t", 0),
            ("select list_transform(l, x", 0),
        ] {
            assert_eq!(arrows(sql).len(), count, "{sql}");
        }
        let sql = "select list_transform(l, x -> 1)";
        assert_eq!(arrows(sql).iter().map(|range| &sql[*range]).collect::<Vec<_>>(), ["->"]);
    }
}
