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
    // Places in errors are places in the wrapped text: no place is better than a wrong one.
    let failure = |error| errors::failure(error, "", usize::MAX);
    match one_column(conn, sql, limit, bytes) {
        Ok(Read::Values(column, values)) => return within(values, vec![column], limit, bytes),
        Ok(Read::Otherwise) => {}
        // What is wrong with the text itself has a place in it.
        Err(error) => return Err(describe(conn, sql).err().unwrap_or_else(|| failure(error))),
    }
    let columns = describe(conn, sql)?;
    let shape = columns.first().map_or(Shape::Text, |column| Shape::of(&column.data_type));
    let target = match shape {
        Shape::Float => "DOUBLE",
        Shape::Text => "VARCHAR",
    };
    let wrapped =
        format!("SELECT CAST(viz_option AS {target}) FROM {} AS viz_options(viz_option)", rows_of(sql, limit));
    let run = || {
        let mut statement = conn.prepare(&wrapped)?;
        let rows = statement.query_map([], |row| match shape {
            Shape::Float => Ok(row.get::<_, Option<f64>>(0)?.map(js_number)),
            Shape::Text => row.get(0),
        })?;
        up_to(rows, bytes)
    };
    within(run().map_err(failure)?, columns, limit, bytes)
}

/// What one look at a query gave.
enum Read {
    /// Its only column, and the values, or nothing if they take too many bytes.
    Values(Column, Option<Vec<Option<String>>>),
    /// It has no rows, several columns, or numbers that are printed in another way.
    Otherwise,
}

/// Column and values of a query with one column and some rows, bound once: guessing the types of a CSV file takes longer
/// than reading it.
fn one_column(conn: &Connection, sql: &Gated<'_>, limit: u32, bytes: u64) -> duckdb::Result<Read> {
    let wrapped = format!("SELECT CAST(COLUMNS(*) AS VARCHAR), system.main.typeof(#1) FROM {}", rows_of(sql, limit));
    let mut statement = conn.prepare(&wrapped)?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(Read::Otherwise) };
    let statement: &duckdb::Statement<'_> = row.as_ref();
    if statement.column_count() != 2 {
        return Ok(Read::Otherwise);
    }
    let column = Column { name: statement.column_name(0)?.to_string(), data_type: row.get::<_, String>(1)?.into() };
    if Shape::of(&column.data_type) == Shape::Float {
        return Ok(Read::Otherwise);
    }
    let first = row.get(0);
    let rest = std::iter::from_fn(|| rows.next().and_then(|row| row.map(|row| row.get(0)).transpose()).transpose());
    Ok(Read::Values(column, up_to(std::iter::once(first).chain(rest), bytes)?))
}

/// The rows of a query, one more than `limit`, as a table.
fn rows_of(sql: &Gated<'_>, limit: u32) -> String {
    // DuckDB's own `query` (a macro in the user's database may have its name) takes the text as it is: with comments, with
    // a `;` at its end. The gate has passed this very text.
    format!("(FROM system.main.query({}) LIMIT {})", literal(sql.text()), u64::from(limit) + 1)
}

/// The values, or nothing if they take more than so many bytes.
fn up_to(
    rows: impl Iterator<Item = duckdb::Result<Option<String>>>,
    bytes: u64,
) -> duckdb::Result<Option<Vec<Option<String>>>> {
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
}

/// At most `limit` of the values.
fn within(
    values: Option<Vec<Option<String>>>,
    columns: Vec<Column>,
    limit: u32,
    bytes: u64,
) -> Result<OptionValues, Failure> {
    let mut values = values.ok_or_else(|| too_long(bytes))?;
    let more = values.len() > limit as usize;
    values.truncate(limit as usize);
    Ok(OptionValues { columns, values, more })
}
