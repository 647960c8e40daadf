//! Reads the rows of a query, column by column, as they stream from DuckDB.

use crate::cells::Cell;
use crate::errors::{self, Failure};
use duckdb::Connection;
use duckdb::arrow::datatypes::Field;
use duckdb::arrow::record_batch::RecordBatch;
use serde_json::Value;
use std::time::Instant;
use viz_facts::{Column, Reason, Rows, Unknown};

/// What one query may return.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub rows: u64,
    /// Of its values as JSON.
    pub bytes: usize,
}

/// Columns as JSON text that grows batch by batch: for each column its values, separated by commas.
pub(crate) struct FlatText {
    pub columns: Vec<Vec<u8>>,
    pub nulled: Vec<std::cell::Cell<u64>>,
    pub row_count: u64,
}

impl FlatText {
    pub(crate) fn new(columns: usize) -> Self {
        Self { columns: vec![Vec::new(); columns], nulled: vec![Default::default(); columns], row_count: 0 }
    }

    /// Adds rows until one of the limits is reached. Tells whether all rows of the batch fit.
    pub(crate) fn push(&mut self, batch: &RecordBatch, size: Size) -> Result<bool, serde_json::Error> {
        let schema = batch.schema();
        let fields: Vec<&Field> = schema.fields().iter().map(|field| field.as_ref()).collect();
        let mut used: usize = self.columns.iter().map(Vec::len).sum();
        for row in 0..batch.num_rows() {
            if self.row_count == size.rows {
                return Ok(false);
            }
            let before: Vec<(usize, u64)> =
                self.columns.iter().zip(&self.nulled).map(|(text, nulled)| (text.len(), nulled.get())).collect();
            for ((field, array), (text, nulled)) in
                fields.iter().zip(batch.columns()).zip(self.columns.iter_mut().zip(&self.nulled))
            {
                let start = text.len();
                if start > 0 {
                    text.push(b',');
                }
                serde_json::to_writer(&mut *text, &Cell { field, array, row, nulled })?;
                used += text.len() - start;
            }
            if used > size.bytes {
                for ((text, nulled), (length, count)) in self.columns.iter_mut().zip(&self.nulled).zip(before) {
                    text.truncate(length);
                    nulled.set(count);
                }
                return Ok(false);
            }
            self.row_count += 1;
        }
        Ok(true)
    }

    fn values(&self) -> Result<Vec<Vec<Value>>, serde_json::Error> {
        let list = |text: &Vec<u8>| serde_json::from_slice(&[b"[", text.as_slice(), b"]"].concat());
        self.columns.iter().map(list).collect()
    }
}

/// Runs a query whose columns are known, and reads its rows. The connection exports to Arrow without loss.
pub(crate) fn read(conn: &Connection, sql: &str, columns: Vec<Column>, size: Size) -> Result<Rows, Failure> {
    let started = Instant::now();
    let failure = |error| match unsupported(&error, &columns) {
        Some(unknown) => Failure::Unknown(unknown),
        None => errors::failure(error, sql, 0),
    };
    let unreadable = |error: serde_json::Error| Unknown::new(Reason::TypeUnreadable, error.to_string());
    let mut statement = conn.prepare(sql).map_err(failure)?;
    let mut text = FlatText::new(columns.len());
    let mut truncated = false;
    for batch in statement.stream_arrow([]).map_err(failure)? {
        if !text.push(&batch.map_err(failure)?, size).map_err(unreadable)? {
            truncated = true;
            break;
        }
    }
    let nulled = text.nulled.iter().map(std::cell::Cell::get).collect();
    let values = text.values().map_err(unreadable)?;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Rows { columns, values, nulled, row_count: text.row_count, truncated, milliseconds })
}

/// Arrow has no form for some types of DuckDB.
pub(crate) fn unsupported(error: &duckdb::Error, columns: &[Column]) -> Option<Unknown> {
    let duckdb::Error::FromSqlConversionFailure(at, ..) = error else { return None };
    let Column { name, data_type } = columns.get(*at)?;
    let message = format!("the column `{name}` has the type {data_type}, which can't be read from here: cast it");
    Some(Unknown::new(Reason::TypeUnreadable, message))
}
