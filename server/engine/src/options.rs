//! Runs queries whose result is wanted: the columns, or the first column's values as texts.

use crate::database::literal;
use crate::errors::{self, Failure};
use crate::gate::Gated;
use duckdb::Connection;
use viz_facts::{Column, DataType, OptionValues, Reason, Unknown, js_number};

const DESCRIBE: &str = "DESCRIBE ";

/// Why values that take too many bytes are not known.
pub(crate) fn too_long(bytes: u64) -> Unknown {
    let message = format!("its values take more than {} MB", bytes / 1_000_000);
    Unknown::new(Reason::AnswerTooLong, message)
}

/// The columns of a query's result.
pub(crate) fn describe(conn: &Connection, sql: &Gated<'_>) -> Result<Vec<Column>, Failure> {
    let run = || -> duckdb::Result<Vec<Column>> {
        let mut statement = conn.prepare(&format!("{DESCRIBE}{}", sql.text()))?;
        let rows = statement
            .query_map([], |row| Ok(Column { name: row.get(0)?, data_type: row.get::<_, String>(1)?.into() }))?;
        rows.collect()
    };
    run().map_err(|error| errors::failure(error, sql.text(), DESCRIBE.len()))
}

/// Runs a query to its end and forgets its rows.
pub(crate) fn run(conn: &Connection, sql: &str) -> duckdb::Result<()> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// How a type reaches the browser.
#[derive(Debug, PartialEq, Eq)]
enum Shape {
    /// As a JavaScript number: floats, and the types that are stored as floats (DECIMAL, HUGEINT).
    Float,
    /// As DuckDB prints it.
    Text,
}

impl Shape {
    fn of(data_type: &DataType) -> Self {
        if data_type.is_stored_as_float() { Shape::Float } else { Shape::Text }
    }
}

/// The first column's values as texts, at most `limit` of them.
///
/// Texts, booleans and whole numbers are as DuckDB prints them. Floats are as a browser prints them, and so are DECIMAL
/// and HUGEINT, because they are stored as floats. DATE and TIMESTAMP stay ISO texts here; the column's type tells that the
/// browser gets milliseconds instead (`S-38`).
pub(crate) fn values(conn: &Connection, sql: &Gated<'_>, limit: u32, bytes: u64) -> Result<OptionValues, Failure> {
    let columns = describe(conn, sql)?;
    let shape = columns.first().map_or(Shape::Text, |column| Shape::of(&column.data_type));
    // DuckDB's own `query` (a macro in the user's database may have its name) takes the text as it is: with comments, with a `;` at its end. The gate has passed this very text.
    let target = match shape {
        Shape::Float => "DOUBLE",
        Shape::Text => "VARCHAR",
    };
    let wrapped = format!(
        "SELECT CAST(viz_option AS {target}) FROM system.main.query({}) AS viz_options(viz_option) LIMIT {}",
        literal(sql.text()),
        u64::from(limit) + 1
    );
    let run = || -> duckdb::Result<Option<Vec<Option<String>>>> {
        let mut statement = conn.prepare(&wrapped)?;
        let rows = statement.query_map([], |row| match shape {
            Shape::Float => Ok(row.get::<_, Option<f64>>(0)?.map(js_number)),
            Shape::Text => row.get::<_, Option<String>>(0),
        })?;
        let (mut values, mut used) = (Vec::new(), 0);
        for value in rows {
            let value = value?;
            used += value.as_ref().map_or(0, |value| value.len() as u64);
            if used > bytes {
                return Ok(None);
            }
            values.push(value);
        }
        Ok(Some(values))
    };
    // Places in errors are places in the wrapped text: no place is better than a wrong one.
    let found = run().map_err(|error| errors::failure(error, "", usize::MAX))?;
    let mut values = found.ok_or_else(|| too_long(bytes))?;
    let more = values.len() > limit as usize;
    values.truncate(limit as usize);
    Ok(OptionValues { columns, values, more })
}
