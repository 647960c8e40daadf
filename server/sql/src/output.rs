//! Which columns a query gives, as far as its text tells.

use crate::parse::{parse, statements_in};
use crate::tokens::{Token, tokenize};
use sqlparser::ast::{Expr, SelectItem, SetExpr, Statement, TableFactor};
use viz_project::Dialect;
use viz_text::TextRange;

/// The columns of a query's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputColumns {
    /// These names, each written out.
    Names(Vec<String>),
    /// All columns of the table with this name (its last part).
    AllOf(String),
}

/// The columns of a query in the language of a source's database; `None` if its text does not tell them all.
pub fn output_columns(dialect: Dialect, sql: &str) -> Option<OutputColumns> {
    let statements = statements_in(dialect, sql).ok()?;
    let [Statement::Query(query)] = statements.as_slice() else { return None };
    let mut body = &*query.body;
    // The first of several queries names the columns.
    while let SetExpr::SetOperation { left, .. } = body {
        body = left;
    }
    let SetExpr::Select(select) = body else { return None };
    if let [SelectItem::Wildcard(options)] = select.projection.as_slice() {
        let plain = options.to_string().is_empty() && query.with.is_none();
        let [from] = select.from.as_slice() else { return None };
        let TableFactor::Table { name, args: None, .. } = &from.relation else { return None };
        let table = name.0.last()?.as_ident()?.value.clone();
        return (plain && from.joins.is_empty()).then_some(OutputColumns::AllOf(table));
    }
    let name = |item: &SelectItem| match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name.value.clone()),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(path)) => path.last().map(|name| name.value.clone()),
        _ => None,
    };
    select.projection.iter().map(name).collect::<Option<Vec<_>>>().map(OutputColumns::Names)
}

/// A column of a query's result that has no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnnamedColumn {
    /// Where it stands, if that can be told.
    pub range: Option<TextRange>,
}

/// The columns of a query that have no name that parser and database agree upon (R-22-60): all but plain columns, stars and what
/// is aliased, in the first of several branches. Nothing if the text can't be read.
pub fn unnamed_columns(dialect: Dialect, sql: &str) -> Vec<UnnamedColumn> {
    let Ok(statements) = statements_in(dialect, sql) else { return Vec::new() };
    let [Statement::Query(query)] = statements.as_slice() else { return Vec::new() };
    let mut body = &*query.body;
    loop {
        body = match body {
            SetExpr::SetOperation { left, .. } => left,
            SetExpr::Query(query) => &query.body,
            _ => break,
        };
    }
    let SetExpr::Select(select) = body else { return Vec::new() };
    let named = |item: &SelectItem| !matches!(item, SelectItem::UnnamedExpr(expr) if !matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)));
    let places = select_list(sql);
    let same = places.len() == select.projection.len();
    let unnamed = select.projection.iter().enumerate().filter(|(_, item)| !named(item));
    unnamed.map(|(at, _)| UnnamedColumn { range: places.get(at).copied().filter(|_| same) }).collect()
}

/// The places of the items of the first SELECT that is not in a CTE or a sub-query.
fn select_list(sql: &str) -> Vec<TextRange> {
    let Ok(tokens) = tokenize(sql) else { return Vec::new() };
    let tokens: Vec<&Token> = tokens.iter().filter(|token| !token.is_space()).collect();
    // Parentheses around the whole of it.
    let outer =
        tokens.iter().take_while(|token| sql.get(std::ops::Range::<usize>::from(token.range)) == Some("(")).count();
    let (mut depth, mut items, mut begun) = (0, Vec::new(), false);
    let mut item: Option<TextRange> = None;
    for token in tokens {
        let text = &sql[token.range];
        let here = depth == outer;
        match text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = |word: &str| {
            ["from", "where", "group", "having", "order", "limit", "union", "except", "intersect", "qualify", "window"]
                .contains(&word)
        };
        if !begun {
            begun = here && text.eq_ignore_ascii_case("select");
        } else if depth < outer || (here && ends(&text.to_ascii_lowercase())) {
            break;
        } else if here && text == "," {
            items.extend(item.take());
        } else if !(item.is_none() && (text.eq_ignore_ascii_case("distinct") || text.eq_ignore_ascii_case("all"))) {
            item = Some(item.map_or(token.range, |item| item.cover(token.range)));
        }
    }
    items.extend(item);
    items
}

/// The alias that an expression gives itself, with its `AS`, if it is one expression with an alias (R-22-13).
pub fn own_alias(expression: &str) -> Option<TextRange> {
    let statements = parse(&format!("SELECT {expression}")).ok()?;
    let [Statement::Query(query)] = statements.as_slice() else { return None };
    let SetExpr::Select(select) = &*query.body else { return None };
    let ([SelectItem::ExprWithAlias { .. }], true) = (select.projection.as_slice(), select.from.is_empty()) else {
        return None;
    };
    let tokens = tokenize(expression).ok()?;
    let tokens: Vec<&Token> = tokens.iter().filter(|token| !token.is_space()).collect();
    let [before @ .., alias] = tokens.as_slice() else { return None };
    let word = before.last().filter(|token| token.is_word("as"));
    Some(word.map_or(alias.range, |word| word.range.cover(alias.range)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Option<Vec<String>> {
        match output_columns(Dialect::PostgreSql, sql)? {
            OutputColumns::Names(names) => Some(names),
            OutputColumns::AllOf(_) => None,
        }
    }

    #[test]
    fn names_that_are_written_out() {
        let some = |list: &[&str]| Some(list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(names("select a, t.b, count(*) as n from t join s on true"), some(&["a", "b", "n"]));
        assert_eq!(names("with x as (select 1) select \"A b\" from x union all select 2"), some(&["A b"]));
        for unclear in
            ["select a, count(*) from t", "select a, * from t", "select t.* from t", "select", "delete from t"]
        {
            assert_eq!(names(unclear), None, "{unclear}");
        }
    }

    #[test]
    fn columns_without_a_name() {
        let unnamed = |sql: &str| -> Vec<String> {
            let found = unnamed_columns(Dialect::DuckDb, sql);
            found.iter().map(|column| column.range.map_or("?", |range| &sql[range]).to_owned()).collect()
        };
        for sql in [
            "select x, t.y, count(*) as n, \"My id\" from t",
            "select * exclude (a), t.* from t",
            "select id as a from t union all select count(*) from t",
            "with c as (select count(*) from t) select * from c",
            "from t",
            "(select a from t)",
            "values (1, 2)",
        ] {
            assert_eq!(unnamed(sql), Vec::<String>::new(), "{sql}");
        }
        assert_eq!(unnamed("select id, count(*) over (order by a, b) from t"), ["count(*) over (order by a, b)"]);
        assert_eq!(
            unnamed("with c as (select 1 as a) select distinct a, x::int, -x, (x) from c"),
            ["x::int", "-x", "(x)"]
        );
        assert_eq!(unnamed("(select upper(x) from t)"), ["upper(x)"]);
    }

    #[test]
    fn aliases_of_expressions() {
        let alias = |text: &'static str| own_alias(text).map(|range| &text[range]);
        for (text, expected) in [
            ("sum(x) as total", Some("as total")),
            ("sum(x) total", Some("total")),
            ("id id2", Some("id2")),
            ("sum(cast(x as int))", None),
            ("id, team as x", None),
            ("sum(x as t", None),
            ("count(*)", None),
        ] {
            assert_eq!(alias(text), expected, "{text}");
        }
    }

    #[test]
    fn all_columns_of_a_table() {
        let table = Some(OutputColumns::AllOf("orders".to_owned()));
        for sql in ["select * from orders", "select * from public.orders o where total > 0 order by 1 limit 5"] {
            assert_eq!(output_columns(Dialect::PostgreSql, sql), table, "{sql}");
        }
        for unclear in [
            "select * from orders, cities",
            "select * from orders join cities using (city)",
            "with orders as (select 1) select * from orders",
            "select * from (select 1) orders",
            "select * from generate_series(1, 2)",
        ] {
            assert_eq!(output_columns(Dialect::PostgreSql, unclear), None, "{unclear}");
        }
        assert_eq!(output_columns(Dialect::BigQuery, "select * except (a) from orders"), None);
        assert_eq!(output_columns(Dialect::Snowflake, "select * from orders"), table);
    }
}
