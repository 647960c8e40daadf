//! Tables that are results of queries, and queries that read them.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A table that is the result of a query.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QueryTable {
    /// Table name, unquoted.
    pub name: String,
    /// Its query.
    pub sql: String,
}

/// The tables as common table expressions, which stand before a query that reads them. Each ends with a line end: it may end in a
/// comment.
pub fn with_clause(tables: &[QueryTable]) -> String {
    let table = |table: &QueryTable| format!("\"{}\" AS (\n{}\n)", table.name.replace('"', "\"\""), table.sql);
    format!("WITH {}\n", tables.iter().map(table).collect::<Vec<_>>().join(",\n"))
}

/// A query that sees these tables, as one text, and how many bytes of it stand before the query.
pub fn over_tables<'a>(tables: &[QueryTable], sql: &'a str) -> (Cow<'a, str>, usize) {
    if tables.is_empty() {
        return (sql.into(), 0);
    }
    let ours = with_clause(tables);
    // A query that has a WITH of its own is a table.
    if sql.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("with")) {
        return (format!("{ours}FROM ({sql}\n)").into(), ours.len() + 6);
    }
    (format!("{ours}{sql}").into(), ours.len())
}
