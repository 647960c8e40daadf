//! The rows of a SQLite database as files: taken over into a table of DuckDB, which writes them.

use crate::Walls;
use crate::database::{self, Allowed, identifier};
use crate::errors::{self, Failure};
use crate::export::{self, Rows};
use crate::sqlite::{self, Moved};
use duckdb::types::Value;
use std::path::Path;
use viz_facts::{Column, ExportFiles, Exported};

const TABLE: &str = "viz_sqlite";

/// Runs a query in SQLite and writes its rows to files in a folder.
pub(crate) fn run(
    conn: &rusqlite::Connection,
    sql: &str,
    files: &ExportFiles,
    folder: &Path,
    walls: Walls,
) -> Result<Exported, Failure> {
    let allowed = Allowed {
        folders: vec![folder],
        files: Vec::new(),
        spill: Some(folder),
        memory: export::MEMORY,
        threads: 2,
        optimized: true,
        guarded: walls.settings,
    };
    let duckdb = database::open(&allowed)?;
    let failed = |error| errors::failure(error, "", usize::MAX);
    let create = |columns: &[Column]| {
        let column =
            |(at, column): (usize, &Column)| format!("{} {}", identifier(&export::place(at)), column.data_type);
        let columns: Vec<String> = columns.iter().enumerate().map(column).collect();
        duckdb.execute_batch(&format!("CREATE TABLE {TABLE} ({})", columns.join(", "))).map_err(failed)
    };
    let mut appender = None;
    let put = |row: Vec<Moved>| {
        let appender = match &mut appender {
            Some(appender) => appender,
            none => none.insert(duckdb.appender(TABLE).map_err(failed)?),
        };
        let values = row.into_iter().map(|value| match value {
            Moved::Null => Value::Null,
            Moved::Integer(number) => Value::BigInt(number),
            Moved::Real(number) => Value::Double(number),
            Moved::Text(text) => Value::Text(text),
            Moved::Blob(bytes) => Value::Blob(bytes),
        });
        appender.append_row(duckdb::appender_params_from_iter(values)).map_err(failed)
    };
    let columns = sqlite::transfer(conn, sql, create, put)?;
    if let Some(mut appender) = appender {
        appender.flush().map_err(failed)?;
    }
    export::write(&duckdb, Rows::In(TABLE), columns, files, folder)
}
