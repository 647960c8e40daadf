//! Empty tables that stand for models while a query is bound.

use crate::database::identifier;
use crate::errors;
use duckdb::Connection;
use std::collections::HashMap;
use viz_facts::{Column, DataType, ProbeRow, Reason, ShadowTable, TypeKind, Unknown};

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
        let made: Vec<&ShadowTable> = wanted
            .iter()
            .filter(|(key, table)| self.existing.get(*key) != Some(*table))
            .map(|(_, table)| *table)
            .collect();
        if dropped.is_empty() && made.is_empty() {
            return Ok(());
        }
        let drops = dropped.iter().map(|key| Ok(format!("DROP TABLE {}", identifier(key))));
        let changes = drops.chain(made.iter().map(|table| self.make(table))).collect::<Result<Vec<_>, _>>()?;
        // A commit for each would cost as much as the change.
        if let Err(error) = conn.execute_batch(&format!("BEGIN; {}; COMMIT", changes.join("; "))) {
            let _ = conn.execute_batch("ROLLBACK");
            let refused = |table: &&&ShadowTable| {
                let made = self.make(table).is_ok_and(|sql| conn.execute_batch(&format!("BEGIN; {sql}")).is_ok());
                let _ = conn.execute_batch("ROLLBACK");
                !made
            };
            let table = made.iter().find(refused).or(made.first());
            let why = errors::message(&error);
            return Err(match table {
                Some(table) => unusable(table, &why),
                None => Unknown::new(Reason::ShadowTable, why),
            });
        }
        for key in dropped {
            self.existing.remove(&key);
        }
        self.existing.extend(made.into_iter().map(|table| (table.name.to_lowercase(), table.clone())));
        Ok(())
    }

    /// What makes a table.
    fn make(&self, table: &ShadowTable) -> Result<String, Unknown> {
        let mut sql = create(table)?;
        if let Some(row) = self.row.filter(|_| !table.columns.is_empty()) {
            let values: Vec<&str> = table.columns.iter().map(|column| value(row, &column.data_type)).collect();
            sql.push_str(&format!("; INSERT INTO {} VALUES ({})", identifier(&table.name), values.join(", ")));
        }
        Ok(sql)
    }
}

fn unusable(table: &ShadowTable, why: &str) -> Unknown {
    Unknown::new(Reason::ShadowTable, format!("no empty table can stand for `{}`: {why}", table.name))
}

fn create(table: &ShadowTable) -> Result<String, Unknown> {
    if table.columns.iter().any(|column| column.name.is_empty()) {
        return Err(unusable(table, "one of its columns has an empty name"));
    }
    let column = |column: &Column| match column.data_type.is_valid() {
        true => Ok(format!("{} {}", identifier(&column.name), column.data_type)),
        false => Err(unusable(table, &format!("`{}` is not a type", column.data_type))),
    };
    let columns = table.columns.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("CREATE TABLE {} ({})", identifier(&table.name), columns.join(", ")))
}

/// A value of a type for a row.
fn value(row: ProbeRow, data_type: &DataType) -> &'static str {
    match (row, data_type.kind()) {
        (ProbeRow::Nulls, _) => "NULL",
        (ProbeRow::Words, TypeKind::Text) => "'word'",
        (ProbeRow::Words, TypeKind::Boolean) => "true",
        (ProbeRow::Words, TypeKind::Date | TypeKind::Timestamp) => "'2000-01-01'",
        (ProbeRow::Words, TypeKind::Integer | TypeKind::HugeInteger | TypeKind::Float) => "1",
        // A DECIMAL may have no digit before its point.
        (ProbeRow::Words, TypeKind::Decimal) => "0",
        (ProbeRow::Words, TypeKind::List) if data_type.as_str() == "VARCHAR[]" => "'[word]'",
        (ProbeRow::Words, TypeKind::List) => "'[]'",
        (ProbeRow::Words, _) => "NULL",
    }
}
