//! Empty tables that stand for models while a query is bound.

use crate::database::identifier;
use crate::errors;
use duckdb::Connection;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use viz_facts::{Column, ProbeRow, Reason, ShadowTable, Unknown};

/// The shadow tables that exist in a database. Between two questions only what differs is dropped and created, so the
/// queries of one insight, which all see the same tables, create them once. There are never tables of other questions:
/// DuckDB would offer them as candidates.
#[derive(Default)]
pub(crate) struct Shadows {
    /// By name in lower case, since DuckDB's names ignore case.
    existing: HashMap<String, ShadowTable>,
    /// The one row that each table holds, if any.
    row: Option<ProbeRow>,
}

impl Shadows {
    /// Tables that hold one row.
    pub(crate) fn with_row(row: ProbeRow) -> Self {
        Self { row: Some(row), ..Self::default() }
    }

    /// Makes exactly these tables exist.
    pub(crate) fn prepare(&mut self, conn: &Connection, tables: &[ShadowTable]) -> Result<(), Unknown> {
        let mut wanted = HashMap::new();
        for table in tables {
            if wanted.insert(table.name.to_lowercase(), table).is_some() {
                return Err(unusable(table, "two models have this name"));
            }
        }
        let stale = |(key, table): &(&String, &ShadowTable)| wanted.get(*key) != Some(table);
        let dropped: Vec<String> = self.existing.iter().filter(stale).map(|(key, _)| key.clone()).collect();
        for key in dropped {
            if let Some(table) = self.existing.remove(&key) {
                conn.execute_batch(&format!("DROP TABLE {}", identifier(&table.name)))
                    .map_err(|error| unusable(&table, &errors::message(&error)))?;
            }
        }
        for (key, table) in wanted {
            if let Entry::Vacant(place) = self.existing.entry(key) {
                let mut sql = create(table)?;
                if let Some(row) = self.row.filter(|_| !table.columns.is_empty()) {
                    let values: Vec<&str> = table.columns.iter().map(|column| value(row, &column.data_type)).collect();
                    sql.push_str(&format!("; INSERT INTO {} VALUES ({})", identifier(&table.name), values.join(", ")));
                }
                conn.execute_batch(&sql).map_err(|error| unusable(table, &errors::message(&error)))?;
                place.insert(table.clone());
            }
        }
        Ok(())
    }
}

fn unusable(table: &ShadowTable, why: &str) -> Unknown {
    Unknown::new(Reason::ShadowTable, format!("no empty table can stand for `{}`: {why}", table.name))
}

fn create(table: &ShadowTable) -> Result<String, Unknown> {
    let column = |column: &Column| match is_type(&column.data_type) {
        true => Ok(format!("{} {}", identifier(&column.name), column.data_type)),
        false => Err(unusable(table, &format!("`{}` is not a type", column.data_type))),
    };
    let columns = table.columns.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("CREATE TABLE {} ({})", identifier(&table.name), columns.join(", ")))
}

/// A value of a type for a row.
fn value(row: ProbeRow, data_type: &str) -> &'static str {
    let is =
        |prefixes: &[&str]| prefixes.iter().any(|prefix| data_type.starts_with(prefix)) && !data_type.ends_with(']');
    match row {
        ProbeRow::Nulls => "NULL",
        ProbeRow::Words if is(&["VARCHAR"]) => "'word'",
        ProbeRow::Words if is(&["BOOLEAN"]) => "true",
        ProbeRow::Words if is(&["DATE", "TIMESTAMP"]) => "'2000-01-01'",
        ProbeRow::Words if is(&["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"]) => "1",
        ProbeRow::Words if is(&["UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"]) => "1",
        ProbeRow::Words if is(&["FLOAT", "DOUBLE"]) => "1",
        // A DECIMAL may have no digit before its point.
        ProbeRow::Words if is(&["DECIMAL"]) => "0",
        ProbeRow::Words if data_type.ends_with("[]") => "'[]'",
        ProbeRow::Words => "NULL",
    }
}

/// Whether a text can be nothing but one type: words, and brackets that close, with commas, numbers, quoted names and
/// strings inside them. (Types come from the database itself, but through files and other programs.)
fn is_type(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut chars = text.chars().peekable();
    let mut words = 0;
    while let Some(char) = chars.next() {
        match char {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => return false,
            ')' | ']' => depth -= 1,
            '"' | '\'' => loop {
                match chars.next() {
                    Some(next) if next == char && chars.peek() == Some(&char) => {
                        chars.next();
                    }
                    Some(next) if next == char => break,
                    Some('\0') | None => return false,
                    Some(_) => {}
                }
            },
            ',' | ':' if depth > 0 => {}
            ' ' | '_' | '.' => {}
            char if char.is_alphanumeric() => words += 1,
            _ => return false,
        }
    }
    depth == 0 && words > 0
}

#[cfg(test)]
mod tests {
    use super::is_type;

    #[test]
    fn types_and_no_types() {
        for text in [
            "INTEGER",
            "DECIMAL(18,3)",
            "TIMESTAMP WITH TIME ZONE",
            "STRUCT(\"a b\" INTEGER, c VARCHAR[])",
            "ENUM('it''s', ')')",
            "MAP(VARCHAR, INTEGER[3])",
            "UNION(a INTEGER, b VARCHAR)",
        ] {
            assert!(is_type(text), "{text}");
        }
        for text in ["", "INT, b INT", "INT); DROP TABLE t; --", "INT -- x", "ENUM('a", "INT)", "(INT", "INT;", "a\0"] {
            assert!(!is_type(text), "{text}");
        }
    }
}
