//! The rows of a SQLite database in tables of DuckDB: the browser's queries run over them there, and DuckDB writes them to files.

use crate::database::{self, Allowed, identifier};
use crate::errors::{self, Failure};
use crate::export::{self, Rows};
use crate::gate::Gated;
use crate::sqlite::{self, Moved};
use crate::viewers_macros::ViewersMacros;
use crate::{options, rows};
use duckdb::Connection;
use duckdb::types::Value;
use std::path::{Path, PathBuf};
use viz_facts::{Answer, Column, QueryTable, Question, Reason, Unknown};

const TABLE: &str = "viz_sqlite";

/// Where rows are taken over to.
pub(crate) struct Room<'a> {
    /// The folder for what does not fit into memory, if there is one.
    pub spill: Option<&'a Path>,
    /// Bytes of memory.
    pub memory: u64,
    /// Whether DuckDB keeps to what it is allowed.
    pub guarded: bool,
}

impl Room<'_> {
    fn open(&self) -> Result<Connection, Unknown> {
        let most = format!("{}MB", self.memory / 1_000_000);
        database::open(&Allowed {
            folders: self.spill.into_iter().collect(),
            files: Vec::new(),
            spill: self.spill,
            memory: if self.spill.is_some() { export::MEMORY } else { &most },
            threads: 2,
            optimized: true,
            guarded: self.guarded,
        })
    }
}

/// Tables of a SQLite database that have been taken over.
pub(crate) struct Taken {
    /// The private copy that they are of, which nobody writes to; `None`: they are not kept for the next question.
    copy: Option<PathBuf>,
    tables: Vec<QueryTable>,
    memory: u64,
    pub conn: Connection,
    macros: ViewersMacros,
}

impl Taken {
    /// Runs each table's query in SQLite and takes its rows over.
    pub(crate) fn over(
        sqlite: &rusqlite::Connection,
        tables: &[QueryTable],
        copy: Option<&Path>,
        room: &Room<'_>,
    ) -> Result<Self, Failure> {
        let conn = room.open()?;
        for table in tables {
            take_over(sqlite, &table.sql, &conn, &table.name, &names).map_err(of_table)?;
        }
        let (copy, tables) = (copy.map(Path::to_owned), tables.to_vec());
        Ok(Self { copy, tables, memory: room.memory, conn, macros: ViewersMacros::default() })
    }

    /// Whether these are the same rows.
    pub(crate) fn is_of(&self, tables: &[QueryTable], copy: Option<&Path>, memory: u64) -> bool {
        copy.is_some() && self.copy.as_deref() == copy && self.tables == tables && self.memory == memory
    }

    /// Runs what a question asks over the tables.
    pub(crate) fn answer(
        &mut self,
        question: &Question,
        sql: &Gated<'_>,
        folder: Result<&Path, &Unknown>,
    ) -> Result<Answer, Failure> {
        self.macros.prepare(&self.conn, sql.text());
        match question {
            Question::Rows { rows, bytes, .. } => {
                let columns = options::describe(&self.conn, sql)?;
                let size = rows::Size { rows: u64::from(*rows), bytes: *bytes as usize };
                rows::read(&self.conn, sql.text(), columns, size).map(|rows| Answer::Rows(Ok(rows)))
            }
            Question::Export { files, .. } => {
                let folder = folder.map_err(|why| Failure::Unknown(why.clone()))?;
                let columns = options::describe(&self.conn, sql)?;
                export::run(&self.conn, sql, columns, files, folder).map(|exported| Answer::Exported(Ok(exported)))
            }
            _ => match options::run(&self.conn, sql.text()) {
                Ok(()) => Ok(Answer::Accepted(Ok(()))),
                Err(error) => Err(errors::failure(error, sql.text(), 0)),
            },
        }
    }
}

/// Answers what is asked in SQLite's own words. `values` bounds the bytes of options.
pub(crate) fn answer(
    sqlite: &rusqlite::Connection,
    question: &Question,
    folder: Result<&Path, &Unknown>,
    room: &Room<'_>,
    values: u64,
) -> Result<Answer, Failure> {
    Ok(match question {
        Question::Options { sql, limit, .. } => Answer::Options(Ok(sqlite::values(sqlite, sql, *limit, values)?)),
        Question::Rows { sql, rows, bytes, .. } => {
            let size = rows::Size { rows: u64::from(*rows), bytes: *bytes as usize };
            let conn = room.open()?;
            let columns = take_over(sqlite, sql, &conn, TABLE, &places)?;
            Answer::Rows(Ok(rows::read(&conn, &format!("FROM {TABLE}"), columns, size)?))
        }
        Question::Export { sql, files, .. } => {
            let folder = folder.map_err(|why| Failure::Unknown(why.clone()))?;
            let conn = room.open()?;
            let columns = take_over(sqlite, sql, &conn, TABLE, &places)?;
            Answer::Exported(Ok(export::write(&conn, Rows::In(TABLE), columns, files, folder)?))
        }
        _ => {
            let columns = sqlite::describe(sqlite, question.sql())?;
            match question {
                Question::Execute { .. } => Answer::Accepted(Ok(())),
                _ => Answer::Columns(Ok(columns)),
            }
        }
    })
}

/// An error of a table's query is none of the query that reads it: its own object has it.
pub(crate) fn of_table(failure: Failure) -> Failure {
    match failure {
        Failure::Sql(error) => Failure::Unknown(Unknown::new(Reason::OtherError, error.message)),
        unknown => unknown,
    }
}

/// Names that are surely different.
fn places(columns: &[Column]) -> Vec<String> {
    (0..columns.len()).map(export::place).collect()
}

/// The columns' own names; of those with one name, which DuckDB compares without case, the first has it.
fn names(columns: &[Column]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let name = |(at, column): (usize, &Column)| match seen.insert(column.name.to_lowercase()) {
        true => column.name.clone(),
        false => export::place(at),
    };
    columns.iter().enumerate().map(name).collect()
}

/// Runs a query in SQLite and puts its rows into a new table of DuckDB.
fn take_over(
    sqlite: &rusqlite::Connection,
    sql: &str,
    conn: &Connection,
    table: &str,
    names: &dyn Fn(&[Column]) -> Vec<String>,
) -> Result<Vec<Column>, Failure> {
    let failed = |error| match errors::failure(error, "", usize::MAX) {
        // It is about rows that the query of the user doesn't speak of.
        Failure::Sql(error) => {
            let why = format!("the rows of SQLite can't be taken over: {}", error.message);
            Failure::Unknown(Unknown::new(Reason::OtherError, why))
        }
        unknown => unknown,
    };
    let create = |columns: &[Column]| {
        let column = |(column, name): (&Column, String)| format!("{} {}", identifier(&name), column.data_type);
        let columns: Vec<String> = columns.iter().zip(names(columns)).map(column).collect();
        conn.execute_batch(&format!("CREATE TABLE {} ({})", identifier(table), columns.join(", "))).map_err(failed)
    };
    let mut appender = None;
    let put = |row: Vec<Moved>| {
        let appender = match &mut appender {
            Some(appender) => appender,
            none => none.insert(conn.appender(table).map_err(failed)?),
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
    let columns = sqlite::transfer(sqlite, sql, create, put)?;
    if let Some(mut appender) = appender {
        appender.flush().map_err(failed)?;
    }
    Ok(columns)
}
