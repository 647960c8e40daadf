//! Meanings that change because the build puts texts together without parentheses (S-11, `R-RES-04`, `R-SQL-01`).

use crate::brackets::Nesting;
use crate::dropped::neutral;
use crate::parse::parse_expression;
use crate::template::Template;
use crate::tokens::tokenize;
use sqlparser::ast::{BinaryOperator, Expr, VisitMut, VisitorMut};
use sqlparser::tokenizer::Token as SqlToken;
use std::ops::ControlFlow;
use viz_project::{Code, Fix, Problem};
use viz_text::{Loc, TextRange};

/// A filter with OR at its top that is joined to others by AND.
pub(crate) fn of_filter(template: &Template, whole: Loc) -> Option<Problem> {
    let mut nesting = Nesting::default();
    let or = tokenize(&template.plain()).ok()?.into_iter().find(|token| {
        nesting.step(token);
        nesting.is_top() && token.is_word("or")
    })?;
    let text = template.text();
    let message =
        "filters are joined by AND without parentheses: this `or` takes the other filters into one of its sides (S-11)";
    let problem = Problem::new(Code::MissingParentheses, text.locate(or.range)?, message);
    let edits = around(whole);
    Some(problem.fix(Fix { title: "put parentheses around the filter".into(), edits, safe: false }))
}

/// Bytes that [`of_units`] reads at most: each expression is tried in the whole text. Larger texts are left alone.
const READ: usize = 1 << 20;

/// Metrics and dimensions whose expression is torn apart by the operators around the reference.
pub(crate) fn of_units(template: &Template) -> Vec<Problem> {
    let mut out = Vec::new();
    if template.units().len() * usize::from(template.len()) > READ {
        return out;
    }
    let texts = literals(template);
    for unit in template.units() {
        // In a text there are no operators.
        if unit.range.len() == template.len() || texts.iter().any(|text| text.contains_range(unit.range)) {
            continue;
        }
        let filled = |with: bool| {
            let mut text = Template::new();
            text.push_part(template, TextRange::new(0.into(), unit.range.start()));
            text.push_generated(if with { "(" } else { "" });
            text.push_part(template, unit.range);
            text.push_generated(if with { ")" } else { "" });
            text.push_part(template, TextRange::new(unit.range.end(), template.len()));
            parse_expression(text.fill(|_, hole| neutral(hole).into()).text()).ok().map(plain)
        };
        if let (Some(without), Some(with)) = (filled(false), filled(true))
            && without != with
        {
            let message = "the expression is put in without parentheses, so that its operators bind to what stands around it (S-11)";
            let problem = Problem::new(Code::MissingParentheses, unit.loc, message);
            let edits = around(unit.loc);
            out.push(problem.fix(Fix { title: "put parentheses around the reference".into(), edits, safe: false }));
        }
    }
    out
}

/// Texts in quotes.
fn literals(template: &Template) -> Vec<TextRange> {
    let tokens = tokenize(&template.plain()).unwrap_or_default();
    let texts = tokens.into_iter().filter(|token| matches!(token.token, SqlToken::SingleQuotedString(_)));
    texts.map(|token| token.range).collect()
}

/// Parentheses around a place.
fn around(loc: Loc) -> Vec<(Loc, String)> {
    let at = |offset| Loc::new(loc.segment, TextRange::empty(offset));
    vec![(at(loc.range.start()), "(".into()), (at(loc.range.end()), ")".into())]
}

/// The same expression without parentheses, and with chains of one operator leaning to the left.
fn plain(mut expression: Expr) -> Expr {
    let _ = expression.visit(&mut Plain);
    expression
}

struct Plain;

impl VisitorMut for Plain {
    type Break = ();

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        use BinaryOperator::{And, Divide, Minus, Multiply, Or, Plus, StringConcat};
        while let Expr::Nested(inner) = expression {
            *expression = std::mem::replace(inner, Expr::value(sqlparser::ast::Value::Null));
        }
        // `a + (b - c)` is `(a + b) - c`.
        while let Expr::BinaryOp { left, op, right } = expression
            && let Expr::BinaryOp { left: middle, op: second, right: last } = &mut **right
            && matches!(
                (&*op, &*second),
                (Plus, Plus | Minus)
                    | (Multiply, Multiply | Divide)
                    | (And, And)
                    | (Or, Or)
                    | (StringConcat, StringConcat)
            )
        {
            let take = |expression: &mut Box<Expr>| {
                std::mem::replace(&mut **expression, Expr::value(sqlparser::ast::Value::Null))
            };
            let mut first =
                Expr::BinaryOp { left: Box::new(take(left)), op: op.clone(), right: Box::new(take(middle)) };
            let _ = self.post_visit_expr(&mut first);
            *expression = Expr::BinaryOp { left: Box::new(first), op: second.clone(), right: Box::new(take(last)) };
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_the_meaning() {
        let same = |a: &str, b: &str| plain(parse_expression(a).unwrap()) == plain(parse_expression(b).unwrap());
        assert!(same("a + b + c", "a + (b + c)"));
        assert!(same("sum(a) * b / c", "sum(a) * (b / c)"));
        assert!(same("a + b - c", "a + (b - c)"));
        assert!(same("a and (b and c) and d", "a and b and c and d"));
        assert!(!same("a + b * 2", "(a + b) * 2"));
        assert!(!same("a - b + c", "a - (b + c)"));
        assert!(!same("a / b / c", "a / (b / c)"));
        assert!(!same("a or b and c", "(a or b) and c"));
        assert!(!same("- a + b", "- (a + b)"));
    }
}
