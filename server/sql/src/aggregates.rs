//! What an expression is made of, as far as clauses depend on it (`R-SQL-01` to `R-SQL-05`).

use crate::canonical;
use crate::parse::parse_expression;
use crate::tokens::{Token, tokenize};
use sqlparser::ast::{AccessExpr, Expr, Function, Visit, Visitor, WindowType};
use sqlparser::tokenizer::Token as SqlToken;
use std::ops::ControlFlow;
use viz_text::TextRange;

/// What an expression is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    /// An aggregate function somewhere, also as a window function.
    pub aggregate: bool,
    /// An `OVER` somewhere.
    pub window: bool,
    /// A column outside all aggregates.
    pub outer_column: bool,
    /// The function `mode`, an aggregate that is grouped all the same (`R-SQL-04`).
    pub mode: bool,
    /// Whether sqlparser understood the expression; if not, the rest is judged by its tokens.
    pub parsed: bool,
}

/// The shape of an expression's text, in which holes are filled with samples.
pub fn shape_of(expression: &str) -> Shape {
    match parse_expression(expression) {
        Ok(tree) => {
            let mut collect = Collect { depth: 0, shape: Shape { parsed: true, ..Shape::default() } };
            let _ = tree.visit(&mut collect);
            collect.shape
        }
        Err(_) => by_tokens(expression),
    }
}

/// Functions that SQLGlot takes for aggregates and that are none without a window.
const OF_WINDOWS: &[&str] = &["lag", "lead", "first_value", "last_value", "nth_value"];

/// Whether a text is one call of an aggregate, or of a function that SQLGlot does not know, and nothing else (R-22-10).
pub fn is_one_aggregate(expression: &str) -> bool {
    let Ok(Expr::Function(function)) = parse_expression(expression) else { return false };
    let name = name(&function);
    let known = canonical::is_function(&name);
    function.over.is_none() && !OF_WINDOWS.contains(&name.as_str()) && (!known || is_aggregate_name(&name))
}

struct Collect {
    depth: usize,
    shape: Shape,
}

fn is_aggregate(function: &Function) -> bool {
    is_aggregate_name(&name(function))
}

/// `R-SQL-04`: what SQLGlot takes for an aggregate in DuckDB's dialect, and `mode`, which the reference knows in part.
fn is_aggregate_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("mode") || canonical::is_aggregate("duckdb", name)
}

fn name(function: &Function) -> String {
    let name = function.name.0.last().map(ToString::to_string).unwrap_or_default().to_lowercase();
    name.trim_matches('"').to_owned()
}

/// Whether it is `….f()`.
fn calls_method(expr: &Expr) -> bool {
    let Expr::CompoundFieldAccess { access_chain, .. } = expr else { return false };
    access_chain.iter().any(|access| matches!(access, AccessExpr::Dot(Expr::Function(_))))
}

impl Visitor for Collect {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) => {
                self.shape.window |= function.over.is_some();
                // What a window is partitioned by is outside of its function.
                if self.depth == 0
                    && let Some(WindowType::WindowSpec(window)) = &function.over
                {
                    let _ = window.partition_by.visit(self);
                }
                self.shape.mode |= name(function) == "mode";
                if is_aggregate(function) {
                    self.shape.aggregate = true;
                    self.depth += 1;
                }
            }
            // SQLGlot doesn't see the columns in what a method is called on.
            _ if calls_method(expr) => self.depth += 1,
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) if self.depth == 0 => self.shape.outer_column = true,
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if matches!(expr, Expr::Function(function) if is_aggregate(function)) || calls_method(expr) {
            self.depth -= 1;
        }
        ControlFlow::Continue(())
    }
}

/// For text that sqlparser doesn't understand (DuckDB may): a name before `(` that is an aggregate, the word `OVER`, a
/// quoted or qualified name outside the parentheses of aggregates.
fn by_tokens(expression: &str) -> Shape {
    let mut shape = Shape::default();
    let Ok(tokens) = tokenize(expression) else { return shape };
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let mut parens: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match &token.token {
            SqlToken::LParen => {
                let aggregate =
                    at > 0 && matches!(&tokens[at - 1].token, SqlToken::Word(word) if is_aggregate_name(&word.value));
                shape.aggregate |= aggregate;
                parens.push(aggregate);
            }
            SqlToken::RParen => {
                parens.pop();
            }
            SqlToken::Word(word) => {
                let called = tokens.get(at + 1).is_some_and(|next| next.token == SqlToken::LParen);
                shape.window |= token.is_word("over");
                let name = word.quote_style.is_some() || word.keyword == sqlparser::keywords::Keyword::NoKeyword;
                shape.outer_column |= name && !called && !parens.contains(&true);
            }
            _ => {}
        }
    }
    shape
}

/// The names of functions in a text that aggregate in DuckDB, and of which the reference's parser doesn't know that: so
/// they are grouped by, and no other column is grouped by for their sake (`R-SQL-04`).
pub fn foreign_aggregates(text: &str) -> Vec<TextRange> {
    let Ok(tokens) = tokenize(text) else { return Vec::new() };
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let foreign = |at: &usize| {
        let called = tokens.get(at + 1).is_some_and(|next| next.token == SqlToken::LParen);
        let bare = at.checked_sub(1).is_none_or(|before| tokens[before].token != SqlToken::Period);
        matches!(&tokens[*at].token, SqlToken::Word(word) if called && bare && canonical::is_foreign_aggregate(&word.value))
    };
    (0..tokens.len()).filter(foreign).map(|at| tokens[at].range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_one_aggregate() {
        for text in [
            "sum(\"c\")",
            "count(*)",
            "SUM(x)",
            "count(distinct x)",
            "sum(cast(x as int))",
            "sum(x) filter (where x > 1)",
            "sum(x) filter (x > 1)",
            "count(*) Filter(b)",
            "first(x)",
            "quantile_cont(x, 0.5)",
            "string_agg(x, ',')",
            "zzz(x)",
            "mode(x)",
        ] {
            assert!(is_one_aggregate(text), "{text}");
        }
        for text in [
            "\"c\"",
            "sum(x) + 1",
            "sum(a) / sum(b)",
            "coalesce(sum(x), 0)",
            "cast(sum(x) as int)",
            "upper(x)",
            "round(avg(x), 1)",
            "sum(x) over ()",
            "sum(x) as T",
            "1",
            "",
            "lag(x)",
            "first_value(x)",
            "sum(x); sum(y)",
            "(1)",
        ] {
            assert!(!is_one_aggregate(text), "{text}");
        }
    }

    #[test]
    fn shapes() {
        let of = |sql| {
            let shape = shape_of(sql);
            (shape.aggregate, shape.window, shape.outer_column)
        };
        assert_eq!(of("sum(\"t\".\"x\")"), (true, false, false));
        assert_eq!(of("\"t\".\"x\""), (false, false, true));
        assert_eq!(of("sum(x) / y"), (true, false, true));
        assert_eq!(of("row_number() over (order by x)"), (false, true, true));
        assert_eq!(of("case when count(*) > 3 then 'a' end"), (true, false, false));
        assert_eq!(of("1"), (false, false, false));
        assert_eq!(of("sum(x) over (partition by y)"), (true, true, true));
        assert_eq!(of("sum(x) over (order by x)"), (true, true, false));
        assert_eq!(of("sum(x) over ()"), (true, true, false));
        for method in
            ["x.upper()", "\"t\".\"x\".upper()", "lower(\"t\".\"x\").upper()", "x.upper().lower()", "(x || y).upper()"]
        {
            assert_eq!(of(method), (false, false, false), "{method}");
        }
        // sqlparser doesn't know list comprehensions.
        assert_eq!(of("[x + 1 for x in l]"), (false, false, true));
        assert_eq!(of("sum(x) < any(y) ** 2"), (true, false, true));
    }
}
