//! The order of lines where none is written (`R-SQL-10`).

use crate::expand::Context;
use crate::hash::name_hash;
use crate::parse::parse_expression;
use crate::part::Part;
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value,
};
use viz_project::{Insight, ObjectId, Project, Rule, StatementKind};

/// What an ordered value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Time,
    Interval,
}

/// Types of numbers (R-SQL-10b). Wider and unsigned ones are none.
const NUMBERS: &[&str] =
    &["TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL", "NUMERIC", "REAL", "NUMBER"];

/// Types of dates and times. `TIMESTAMP_S` and its like are none.
const TIMES: &[&str] = &[
    "DATE",
    "DATETIME",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "TIMESTAMPLTZ",
    "TIMESTAMPNTZ",
    "TIME",
    "TIMETZ",
    "TIMESTAMP WITH TIME ZONE",
    "TIME WITH TIME ZONE",
];

/// Functions that give a number whatever they are given.
const GIVE_NUMBERS: &[&str] = &[
    "round",
    "length",
    "count",
    "avg",
    "ceil",
    "ceiling",
    "ln",
    "log",
    "exp",
    "pow",
    "power",
    "sqrt",
    "stddev",
    "variance",
    "year",
    "month",
    "day",
    "week",
    "quarter",
    "dayofweek",
    "dayofmonth",
    "dayofyear",
    "datediff",
    "date_diff",
];

/// Functions that give what they are given.
const GIVE_THEIRS: &[&str] = &["coalesce", "sum", "max", "min", "abs", "greatest", "least"];

/// Functions that give a time.
const GIVE_TIMES: &[&str] = &["strptime", "to_timestamp"];

/// The statements by which the rows of an insight without a sort are ordered, if they are: those before 2.2 by x where the
/// `mode` says `lines`, 2.2 by its split and x where x is a number or a time.
pub(crate) fn default_order<'a>(
    project: &Project,
    insight: &Insight,
    parts: &'a [Part],
    models: &[ObjectId],
    context: &dyn Context,
) -> Vec<&'a Part> {
    let scatter = matches!(insight.trace_type.as_ref().map(|ty| ty.text.as_str()), Some("scatter" | "scattergl"));
    let Some(x) = insight.statements.iter().position(|statement| statement.key == "props.x").filter(|_| scatter) else {
        return Vec::new();
    };
    let lines = insight.mode.as_deref().map(|mode| mode.contains("lines"));
    let part = |statement: usize| parts.iter().find(|part| part.statement == Some(statement));
    if project.target().has(Rule::NamedLinesOrdered) && lines == Some(true) {
        return part(x).into_iter().collect();
    }
    let bound = insight.statements.iter().any(|statement| statement.key == "props.mode");
    if !project.target().has(Rule::TypedLinesOrdered) || lines == Some(false) || bound {
        return Vec::new();
    }
    let Some(x) = part(x).filter(|x| is_ordered(project, x, models, context)) else { return Vec::new() };
    let split = insight.statements.iter().rposition(|statement| statement.kind == StatementKind::Split);
    split.and_then(part).into_iter().chain([x]).collect()
}

/// Whether the type of an x, as SQLGlot infers it, is that of a number or a time (R-SQL-10c). Over several models it is a matter
/// of chance (R-SQL-10e): then it is taken as unknown.
fn is_ordered(project: &Project, x: &Part, models: &[ObjectId], context: &dyn Context) -> bool {
    let Ok(tree) = parse_expression(x.expression_text()) else { return false };
    let column = |table: &str, column: &str| {
        let [model] = models else { return None };
        if name_hash(project.object(*model).name_text()) != table {
            return None;
        }
        let known = context.columns(*model)?.iter().find(|known| known.name == column)?;
        of_type(known.data_type.as_str())
    };
    x.template.holes().is_empty() && matches!(kind(&tree, &column), Some(Kind::Number | Kind::Time))
}

/// What the values of a type are.
fn of_type(name: &str) -> Option<Kind> {
    let upper = name.to_ascii_uppercase();
    let name = upper.split('(').next().unwrap_or_default().trim();
    if NUMBERS.contains(&name) { Some(Kind::Number) } else { TIMES.contains(&name).then_some(Kind::Time) }
}

fn kind(tree: &Expr, column: &dyn Fn(&str, &str) -> Option<Kind>) -> Option<Kind> {
    let of = |tree: &Expr| kind(tree, column);
    match tree {
        Expr::CompoundIdentifier(path) => match path.as_slice() {
            [table, name] => column(&table.value, &name.value),
            _ => None,
        },
        Expr::Value(value) => matches!(value.value, Value::Number(..)).then_some(Kind::Number),
        Expr::Nested(inner) => of(inner),
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => of(expr),
        Expr::BinaryOp { left, op, right } => match (of(left)?, op, of(right)?) {
            (Kind::Time, BinaryOperator::Plus | BinaryOperator::Minus, Kind::Interval)
            | (Kind::Interval, BinaryOperator::Plus, Kind::Time) => Some(Kind::Time),
            (
                left,
                BinaryOperator::Plus
                | BinaryOperator::Minus
                | BinaryOperator::Multiply
                | BinaryOperator::Divide
                | BinaryOperator::Modulo,
                right,
            ) if left == right => Some(left),
            _ => None,
        },
        Expr::Interval(_) => Some(Kind::Interval),
        Expr::Extract { .. } => Some(Kind::Number),
        Expr::Ceil { .. } => Some(Kind::Number),
        Expr::Cast { data_type, .. } => of_type(&data_type.to_string()),
        Expr::TypedString(typed) => of_type(&typed.data_type.to_string()),
        Expr::Case { conditions, else_result, .. } => {
            let results = conditions.iter().map(|when| &when.result).chain(else_result.as_deref());
            same(results.map(of))
        }
        Expr::Function(function) => of_call(function, column),
        _ => None,
    }
}

fn of_call(function: &Function, column: &dyn Fn(&str, &str) -> Option<Kind>) -> Option<Kind> {
    if function.over.is_some() {
        return None;
    }
    let name = function.name.to_string().to_lowercase();
    if GIVE_NUMBERS.contains(&name.as_str()) {
        return Some(Kind::Number);
    }
    if GIVE_TIMES.contains(&name.as_str()) {
        return Some(Kind::Time);
    }
    let FunctionArguments::List(list) = &function.args else { return None };
    let argument = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => kind(inner, column),
        _ => None,
    };
    if GIVE_THEIRS.contains(&name.as_str()) { same(list.args.iter().map(argument)) } else { None }
}

/// What all of them are.
fn same(mut kinds: impl Iterator<Item = Option<Kind>>) -> Option<Kind> {
    let first = kinds.next()??;
    kinds.all(|kind| kind == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parser_takes_for_a_number_or_a_time() {
        let column = |table: &str, name: &str| (table == "t").then(|| of_type(name)).flatten();
        let ordered = |text: &str| {
            let tree = parse_expression(text).expect("it parses");
            matches!(kind(&tree, &column), Some(Kind::Number | Kind::Time))
        };
        for text in [
            "t.\"INTEGER\"",
            "t.\"DATE\"",
            "t.\"DECIMAL(18,3)\"",
            "t.\"TIMESTAMP WITH TIME ZONE\"",
            "5",
            "-5.5",
            "2 + 3",
            "t.\"INTEGER\" % 2",
            "round(x, 1)",
            "coalesce(t.\"INTEGER\", 0)",
            "length('a')",
            "count(*)",
            "sum(t.\"DOUBLE\")",
            "year(d)",
            "extract(year from d)",
            "cast(x as date)",
            "x::int",
            "t.\"DATE\" + interval 1 day",
            "strptime('a', 'b')",
            "case when x then 1 else 2 end",
            "max(t.\"DATE\")",
            "(t.\"INTEGER\")",
        ] {
            assert!(ordered(text), "{text}");
        }
        for text in [
            "t.\"VARCHAR\"",
            "t.\"BOOLEAN\"",
            "t.\"UBIGINT\"",
            "t.\"HUGEINT\"",
            "t.\"TIMESTAMP_MS\"",
            "id",
            "null",
            "'a'",
            "date_trunc('month', t.\"DATE\")",
            "strftime(t.\"DATE\", '%Y')",
            "upper('a')",
            "row_number() over ()",
            "x::hugeint",
            "sum(x)",
            "case when x then 1 else 'a' end",
        ] {
            assert!(!ordered(text), "{text}");
        }
    }
}
