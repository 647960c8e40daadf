//! Answers questions about SQLite databases, in SQLite's own dialect.
//!
//! The gate is SQLite's own: a statement is let through if it is the only one, SQLite calls it read-only, and its authorizer saw
//! nothing that reaches beyond the database. So there is no ATTACH, no PRAGMA that sets something, and no function that loads an extension.

use crate::database_files::{Format, no_database, unreadable};
use crate::errors::Failure;
use crate::statement;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, Statement};
use std::path::Path;
use viz_facts::{Column, Detail, OptionValues, Reason, SqlError, SqlErrorKind, Unknown, js_number};
use viz_files::{Reach, Refused};

/// Number of rows to infer column types from, where nothing but the types is asked: SQLite's columns have none of their own, and one text
/// behind many numbers makes a column of texts.
const SAMPLE: usize = 1_000_000;

/// Bytes of memory for all of SQLite.
const MEMORY: u64 = 256 << 20;

/// Opens a database file to read; `file` is the database at `path`, or a copy of it that nobody writes to.
pub(crate) fn open(path: &Path, file: &Path) -> Result<Connection, Unknown> {
    let refused = |error: Error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => no_database(path, Format::Sqlite),
        _ => unreadable(path, &error.to_string()),
    };
    let missing = || {
        let why = Unknown::new(Reason::DatabaseMissing, format!("the database {} does not exist", path.display()));
        match path.parent().is_none_or(|folder| viz_files::look(folder).is_some()) {
            true => why,
            false => why.with(Detail::NoFolder),
        }
    };
    match viz_files::open(file, Reach::Anywhere) {
        Ok(opened) if file == path && has_log(path, &opened) => {
            return Err(unreadable(
                path,
                "it is in WAL mode or has a log beside it, and no copy of it could be made: it is too large, or the log is not its own",
            ));
        }
        Ok(_) => {}
        Err(Refused::NotFound) => return Err(missing()),
        Err(Refused::NoFile(_)) => return Err(no_database(path, Format::Sqlite)),
        // Told by SQLite.
        Err(_) => {}
    }
    let name = file.to_str().ok_or_else(|| Unknown::new(Reason::PathNotText, "the path is not Unicode"))?;
    let name = name.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let copied = if file == path { "" } else { "&immutable=1" };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(format!("file:{name}?mode=ro{copied}"), flags).map_err(refused)?;
    conn.execute_batch(&format!(
        "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA hard_heap_limit = {MEMORY};
         PRAGMA cell_size_check = ON; SELECT count(*) FROM sqlite_schema;"
    ))
    .map_err(refused)?;
    conn.authorizer(Some(only_reads)).map_err(refused)?;
    Ok(conn)
}

/// Whether SQLite would make a log and an index beside a database that is opened in place, even to be read. How it is read is byte 19 of
/// its header; a log that is there is played whatever the header says.
fn has_log(path: &Path, opened: &viz_files::Opened) -> bool {
    let modes = opened.first(20).unwrap_or_default();
    let marked = modes.get(18..20).is_some_and(|modes| modes.contains(&2));
    marked || Format::Sqlite.logs(path).iter().any(|log| viz_files::is_there(log))
}

/// Pragmas that tell something of what is in the database and set nothing. Virtual tables ask for some of them, and each is a table
/// as well (`pragma_table_info`). `database_list` is none of them: it tells where the private copy is.
const TELLING: [&str; 10] = [
    "collation_list",
    "data_version",
    "encoding",
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "table_info",
    "table_list",
    "table_xinfo",
];

fn only_reads(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } if !function_name.eq_ignore_ascii_case("load_extension") => {
            Authorization::Allow
        }
        AuthAction::Pragma { pragma_name, .. } if TELLING.contains(&pragma_name) => Authorization::Allow,
        // R-trees prepare them without running them. A statement of the user's that holds one is not read-only, and the database
        // is open for reading alone.
        AuthAction::Insert { .. } | AuthAction::Update { .. } | AuthAction::Delete { .. } => Authorization::Allow,
        _ => Authorization::Deny,
    }
}

/// The columns of a query, with the DuckDB types that their values take in a run of the project.
pub(crate) fn describe(conn: &Connection, sql: &str) -> Result<Vec<Column>, Failure> {
    scan(conn, sql, SAMPLE)
}

/// The first column's values as texts, at most `limit` of them.
pub(crate) fn values(conn: &Connection, sql: &str, limit: u32, bytes: u64) -> Result<OptionValues, Failure> {
    let mut found = read(conn, sql, limit as usize + 1)?;
    if found.first.iter().flatten().map(|value| value.len() as u64).sum::<u64>() > bytes {
        return Err(crate::options::too_long(bytes).into());
    }
    let more = found.first.len() > limit as usize;
    let mut values = std::mem::take(&mut found.first);
    values.truncate(limit as usize);
    Ok(OptionValues { columns: found.typed(), values, more })
}

/// What a query gave.
struct Found {
    /// With the declared types.
    columns: Vec<Column>,
    seen: Vec<Seen>,
    first: Vec<Option<String>>,
}

impl Found {
    /// The columns with the types of the values that were seen.
    fn typed(self) -> Vec<Column> {
        let columns = self.columns.into_iter().zip(self.seen);
        columns
            .map(|(column, seen)| Column { data_type: seen.data_type(column.data_type.as_str()).into(), ..column })
            .collect()
    }
}

/// Which kinds of values a column has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    integer: bool,
    real: bool,
    text: bool,
    blob: bool,
}

impl Seen {
    fn look(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => {}
            ValueRef::Integer(_) => self.integer = true,
            ValueRef::Real(_) => self.real = true,
            ValueRef::Text(_) => self.text = true,
            ValueRef::Blob(_) => self.blob = true,
        }
    }

    fn data_type(self, declared: &str) -> &'static str {
        match self {
            Seen { text: true, .. } => "VARCHAR",
            Seen { blob: true, .. } => "BLOB",
            Seen { real: true, .. } => "DOUBLE",
            Seen { integer: true, .. } => "BIGINT",
            // No values: the rules by which SQLite finds a column's affinity.
            _ => {
                let declared = declared.to_uppercase();
                let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
                if has(&["INT"]) {
                    "BIGINT"
                } else if has(&["REAL", "FLOA", "DOUB", "DEC", "NUM"]) {
                    "DOUBLE"
                } else if has(&["BLOB"]) {
                    "BLOB"
                } else {
                    "VARCHAR"
                }
            }
        }
    }
}

fn read(conn: &Connection, sql: &str, most: usize) -> Result<Found, Failure> {
    let mut statement = conn.prepare(sql).map_err(|error| failure(error, sql))?;
    gate(&statement)?;
    let columns: Vec<Column> = statement
        .columns()
        .map(|column| Column {
            name: column.name().to_owned(),
            data_type: column.decl_type().unwrap_or_default().into(),
        })
        .collect();
    let (mut seen, mut first) = (vec![Seen::default(); columns.len()], Vec::new());
    let mut rows = statement.query([]).map_err(|error| failure(error, sql))?;
    while first.len() < most {
        let Some(row) = rows.next().map_err(|error| failure(error, sql))? else { break };
        for (at, seen) in seen.iter_mut().enumerate() {
            seen.look(row.get_ref(at).map_err(|error| failure(error, sql))?);
        }
        first.push(text(row.get_ref(0).map_err(|error| failure(error, sql))?));
    }
    Ok(Found { columns, seen, first })
}

/// All rows of a query, as a table of DuckDB, for which `create` makes room once the columns are known. SQLite's columns have
/// no types, so all rows are looked at before the first is taken over.
pub(crate) fn transfer(
    conn: &Connection,
    sql: &str,
    create: impl FnOnce(&[Column]) -> Result<(), Failure>,
    mut put: impl FnMut(Vec<Moved>) -> Result<(), Failure>,
) -> Result<Vec<Column>, Failure> {
    let columns = scan(conn, sql, usize::MAX)?;
    create(&columns)?;
    let failed = |error| failure(error, sql);
    let mut statement = conn.prepare(sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let moved =
            |(at, column): (usize, &Column)| Ok(moved(row.get_ref(at).map_err(failed)?, column.data_type.as_str()));
        put(columns.iter().enumerate().map(moved).collect::<Result<_, Failure>>()?)?;
    }
    Ok(columns)
}

/// The columns of a query, with types that hold all values of so many rows.
fn scan(conn: &Connection, sql: &str, most: usize) -> Result<Vec<Column>, Failure> {
    let failed = |error| failure(error, sql);
    let mut found = read(conn, sql, 0)?;
    let mut statement = conn.prepare(sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    for _ in 0..most {
        let Some(row) = rows.next().map_err(failed)? else { break };
        for (at, seen) in found.seen.iter_mut().enumerate() {
            seen.look(row.get_ref(at).map_err(failed)?);
        }
    }
    Ok(found.typed())
}

/// A value on its way from SQLite to a column of DuckDB.
pub(crate) enum Moved {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

fn moved(value: ValueRef<'_>, data_type: &str) -> Moved {
    match (value, data_type) {
        (ValueRef::Null, _) => Moved::Null,
        (ValueRef::Integer(number), "BIGINT") => Moved::Integer(number),
        (ValueRef::Integer(number), "DOUBLE") => Moved::Real(number as f64),
        (ValueRef::Real(number), "DOUBLE") => Moved::Real(number),
        (ValueRef::Blob(bytes), "BLOB") => Moved::Blob(bytes.to_owned()),
        (value, "BLOB") => text(value).map_or(Moved::Null, |text| Moved::Blob(text.into_bytes())),
        (value, _) => text(value).map_or(Moved::Null, Moved::Text),
    }
}

fn gate(statement: &Statement<'_>) -> Result<(), Failure> {
    if statement.readonly() && statement.column_count() > 0 {
        return Ok(());
    }
    Err(Failure::Sql(refused("only a query that reads is run here")))
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(js_number(number)),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn refused(message: &str) -> SqlError {
    SqlError {
        kind: SqlErrorKind::Refused,
        message: message.to_owned(),
        offset: None,
        length: None,
        candidates: Vec::new(),
    }
}

/// Whether a text is one statement and begins as queries do.
fn is_query(sql: &str) -> bool {
    statement::outline(sql).is_some_and(|outline| {
        let keyword = outline.keyword.as_deref();
        outline.statements == 1 && keyword.is_some_and(|word| ["SELECT", "WITH", "VALUES"].contains(&word))
    })
}

fn failure(error: Error, sql: &str) -> Failure {
    let (message, offset) = match &error {
        Error::MultipleStatement => return Failure::Sql(refused("there is more than one statement")),
        Error::SqlInputError { msg, offset, .. } => (msg.clone(), u32::try_from(*offset).ok()),
        Error::SqliteFailure(_, Some(message)) => (message.clone(), None),
        other => (other.to_string(), None),
    };
    match error.sqlite_error_code() {
        // Functions are named: that one which loads extensions is an error wherever the project runs. Of what else is asked for in a
        // query nothing is known.
        Some(ErrorCode::AuthorizationForStatementDenied) if is_query(sql) && !message.contains("function") => {
            let message = "the query asks SQLite for more than rows of the database, so it is not run here";
            return Failure::Unknown(Unknown::new(Reason::FunctionNotRun, message));
        }
        Some(ErrorCode::AuthorizationForStatementDenied) => {
            return Failure::Sql(refused("only a query that reads is run here"));
        }
        Some(ErrorCode::OperationInterrupted) => {
            return Failure::Unknown(Unknown::new(Reason::Cancelled, "the query was interrupted"));
        }
        Some(ErrorCode::OutOfMemory) => {
            let message = "the query needs more memory than the checker gives it";
            return Failure::Unknown(Unknown::new(Reason::OutOfMemory, message));
        }
        Some(
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::SystemIoFailure | ErrorCode::DatabaseBusy,
        ) => {
            let unknown = Unknown::new(Reason::DatabaseUnreadable, format!("the database can't be read: {message}"));
            return Failure::Unknown(unknown.with(Detail::Unreadable(message)));
        }
        _ => {}
    }
    let kind = if message.contains("no such column") || message.contains("ambiguous column") {
        SqlErrorKind::Binder
    } else if message.contains("no such table") || message.contains("no such function") {
        SqlErrorKind::Catalog
    } else if message.contains("syntax error")
        || message.contains("incomplete input")
        || message.contains("unrecognized token")
    {
        SqlErrorKind::Parser
    } else {
        SqlErrorKind::Other
    };
    let offset = offset.filter(|offset| sql.is_char_boundary(*offset as usize));
    Failure::Sql(SqlError { kind, message, offset, length: None, candidates: Vec::new() })
}

#[cfg(test)]
mod tests;
