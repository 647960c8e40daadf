//! What can be asked of the engine.

use crate::{Column, ExportFiles, QueryTable};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use viz_secrets::SecretPath;

/// Where a query runs: one source of a project, resolved (no environment references left). What variables stand for is not
/// shown, and only serialized inside [`viz_secrets::revealing`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SourceSpec {
    /// An in-memory DuckDB. Relative file names in queries are relative to `root`.
    DuckDbMemory {
        /// The project's folder: the only one below which files may be read.
        root: PathBuf,
    },
    /// A DuckDB database file, only ever read.
    DuckDbFile {
        /// The project's folder: besides `path`, the only one below which files may be read.
        root: PathBuf,
        /// The database file, absolute.
        path: SecretPath,
    },
    /// A SQLite database file, only ever read, in SQLite's own dialect.
    Sqlite {
        /// The project's folder.
        root: PathBuf,
        /// The database file, absolute.
        path: SecretPath,
    },
    /// A CSV file, visible as one view (`R-SRC-02`).
    Csv {
        /// The project's folder.
        root: PathBuf,
        /// The CSV file, absolute.
        path: SecretPath,
        /// Name of the view: the source's name.
        view: String,
        /// Field separator.
        delimiter: String,
        /// Whether the first line holds the column names.
        has_header: bool,
    },
}

/// What a source's data are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// Nothing but memory.
    Memory,
    /// One file that is no database.
    PlainFile,
    /// A file of DuckDB, with logs beside it.
    DuckDbFile,
    /// A file of SQLite, with logs beside it.
    SqliteFile,
}

/// Where the names of a source's tables and columns come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catalog<'a> {
    /// There are none.
    Empty,
    /// It has this one table.
    Table(&'a str),
    /// DuckDB's own views.
    DuckDb,
    /// SQLite's own table.
    Sqlite,
}

impl SourceSpec {
    /// What its data are kept in.
    pub fn storage(&self) -> Storage {
        match self {
            SourceSpec::DuckDbMemory { .. } => Storage::Memory,
            SourceSpec::DuckDbFile { .. } => Storage::DuckDbFile,
            SourceSpec::Sqlite { .. } => Storage::SqliteFile,
            SourceSpec::Csv { .. } => Storage::PlainFile,
        }
    }

    /// Where the names of its tables and columns come from.
    pub fn catalog(&self) -> Catalog<'_> {
        match self {
            SourceSpec::DuckDbMemory { .. } => Catalog::Empty,
            SourceSpec::DuckDbFile { .. } => Catalog::DuckDb,
            SourceSpec::Sqlite { .. } => Catalog::Sqlite,
            SourceSpec::Csv { view, .. } => Catalog::Table(view),
        }
    }

    /// Whether DuckDB runs its queries; else SQLite does.
    pub fn runs_in_duckdb(&self) -> bool {
        self.storage() != Storage::SqliteFile
    }

    /// The project's folder.
    pub fn root(&self) -> &std::path::Path {
        match self {
            SourceSpec::DuckDbMemory { root }
            | SourceSpec::DuckDbFile { root, .. }
            | SourceSpec::Sqlite { root, .. }
            | SourceSpec::Csv { root, .. } => root,
        }
    }

    /// The file that is opened.
    pub fn path(&self) -> Option<&SecretPath> {
        match self {
            SourceSpec::DuckDbMemory { .. } => None,
            SourceSpec::DuckDbFile { path, .. } | SourceSpec::Sqlite { path, .. } | SourceSpec::Csv { path, .. } => {
                Some(path)
            }
        }
    }
}

/// An empty table that stands for a model's result while a query is bound.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ShadowTable {
    /// Table name, unquoted.
    pub name: String,
    /// Columns in order.
    pub columns: Vec<Column>,
}

/// The row of a table that is probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProbeRow {
    /// NULLs: what fails is a constant.
    Nulls,
    /// A value of each type; in texts a word, which is no number, date or boolean.
    Words,
}

/// Whose engine runs a query over tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RunBy {
    /// The source's: whatever is stored in its database can be meant.
    Source,
    /// The browser's, which has the tables and nothing of the source's database.
    Browser,
}

/// One question. SQL in it is text that a user wrote or that was rendered from it: the engine runs it only after its
/// statement gate (exactly one SELECT).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Question {
    /// Does DuckDB's parser accept this text? Needs no source. Answered by [`crate::Answer::Accepted`].
    Parse {
        /// The text of one query.
        sql: String,
    },
    /// Which columns does this query have on this source? Answered by [`crate::Answer::Columns`].
    Describe {
        /// Where it runs.
        source: SourceSpec,
        /// The query.
        sql: String,
    },
    /// The values of the first column of this query (and how many columns and rows there are). Answered by
    /// [`crate::Answer::Options`].
    Options {
        /// Where it runs.
        source: SourceSpec,
        /// The query.
        sql: String,
        /// Read at most this many rows, plus one to tell that there are more.
        limit: u32,
    },
    /// Does DuckDB's binder accept this query over these empty tables? Needs no source. Answered by
    /// [`crate::Answer::Accepted`].
    Bind {
        /// The tables that exist.
        tables: Arc<[ShadowTable]>,
        /// The query.
        sql: String,
    },
    /// Does this query run over these tables, each holding one row? So constants are converted to the types they are
    /// compared with, without any data. Needs no source. Answered by [`crate::Answer::Accepted`].
    Probe {
        /// The tables that exist.
        tables: Arc<[ShadowTable]>,
        /// What they hold.
        row: ProbeRow,
        /// The query.
        sql: String,
    },
    /// Does this query run on the source's data? Answered by [`crate::Answer::Accepted`].
    Execute {
        /// Where it runs.
        source: SourceSpec,
        /// Tables that it reads, by name, each the result of a query of the source. Where there are any, the query is DuckDB's
        /// on every source: SQLite's rows are taken over for it.
        tables: Vec<QueryTable>,
        /// Who runs it, where there are tables.
        by: RunBy,
        /// Whether the tables' rows are put into tables before the query runs: then DuckDB knows of each column the least and the
        /// greatest value, as the browser does from a model's file. SQLite's rows always are.
        materialized: bool,
        /// The query.
        sql: String,
    },
    /// The rows of this query on the source's data. Answered by [`crate::Answer::Rows`].
    Rows {
        /// Where it runs.
        source: SourceSpec,
        /// Tables that it reads, by name, each the result of a query of the source. Where there are any, the query is DuckDB's
        /// on every source: SQLite's rows are taken over for it.
        tables: Vec<QueryTable>,
        /// Who runs it, where there are tables.
        by: RunBy,
        /// The query.
        sql: String,
        /// Read at most this many rows, plus one to tell that there are more.
        rows: u32,
        /// Read no further once the values take this many bytes as JSON.
        bytes: u32,
    },
    /// Writes all rows of this query to files. Only an engine that has a folder to write to does that. Answered by
    /// [`crate::Answer::Exported`].
    Export {
        /// Where it runs.
        source: SourceSpec,
        /// Tables that it reads, by name, each the result of a query of the source. Where there are any, the query is DuckDB's
        /// on every source: SQLite's rows are taken over for it.
        tables: Vec<QueryTable>,
        /// The query.
        sql: String,
        /// The files.
        files: ExportFiles,
    },
}

impl Question {
    /// Whether the engine can answer without opening a source: allowed at every level and in untrusted workspaces.
    pub fn is_pure(&self) -> bool {
        matches!(self, Question::Parse { .. } | Question::Bind { .. } | Question::Probe { .. })
    }

    /// The text that is asked about.
    pub fn sql(&self) -> &str {
        match self {
            Question::Parse { sql }
            | Question::Describe { sql, .. }
            | Question::Options { sql, .. }
            | Question::Bind { sql, .. }
            | Question::Probe { sql, .. }
            | Question::Execute { sql, .. }
            | Question::Rows { sql, .. }
            | Question::Export { sql, .. } => sql,
        }
    }

    /// The tables that the query reads, each the result of a query of the source.
    pub fn tables(&self) -> &[QueryTable] {
        match self {
            Question::Execute { tables, .. } | Question::Rows { tables, .. } | Question::Export { tables, .. } => {
                tables
            }
            _ => &[],
        }
    }

    /// Whether the query is meant for the browser's engine and reads tables that it has.
    pub fn is_run_by_browser(&self) -> bool {
        let by = match self {
            Question::Execute { by, .. } | Question::Rows { by, .. } => *by,
            _ => RunBy::Source,
        };
        by == RunBy::Browser && !self.tables().is_empty()
    }

    /// The source that has to be opened, if any.
    pub fn source(&self) -> Option<&SourceSpec> {
        match self {
            Question::Describe { source, .. }
            | Question::Options { source, .. }
            | Question::Execute { source, .. }
            | Question::Rows { source, .. }
            | Question::Export { source, .. } => Some(source),
            Question::Parse { .. } | Question::Bind { .. } | Question::Probe { .. } => None,
        }
    }
}
