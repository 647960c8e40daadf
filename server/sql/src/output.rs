//! Which columns a query gives, as far as its text tells.

use crate::parse::statements_in;
use sqlparser::ast::{Expr, SelectItem, SetExpr, Statement, TableFactor};
use viz_project::Dialect;

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
