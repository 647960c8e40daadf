//! Writes the rows of a query to files, in one run of the query.
//!
//! A worker that exports is a source worker which may write, and only below one folder. The user's text has passed the gate
//! as one SELECT like any other; the statements that write are made here, and every file has a plain name in that folder.

// Runs in the worker, which can write to the staging folder and nowhere else.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use crate::batch::{Batch, CancelToken};
use crate::capsules;
use crate::column_text::ColumnText;
use crate::data_version::{DataVersions, Judge};
use crate::database::{identifier, literal, path_literal};
use crate::errors::{self, Failure};
use crate::gate::Gated;
use crate::{Engine, Limits};
use duckdb::Connection;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use viz_facts::{Answer, Column, ExportFiles, Exported, FlatFile, Question, Reason, SourceSpec, Unknown};
use viz_files::{Granted, Refused, Roots};

/// What DuckDB may use of memory while it exports: the rest goes to files in the folder.
pub(crate) const MEMORY: &str = "150MB";

/// Why rows are not written where a column has an empty name, as SQLite allows.
const NO_NAME: &str = "a column has an empty name, with which no file can be written: give it one with `as`";

/// Holds the rows where two files are made of them.
const ROWS: &str = "temp.viz_export";

/// Why a worker without a folder exports nothing.
pub(crate) fn not_here() -> Unknown {
    Unknown::new(Reason::NoExport, "this worker writes no files")
}

/// Why a worker has no folder, although it was handed one.
pub(crate) fn no_folder(why: &Refused) -> Unknown {
    let what = match why {
        Refused::Link => "it is a link now".to_owned(),
        Refused::NoFile(what) => format!("{what} is in its place"),
        why => why.to_string(),
    };
    Unknown::new(Reason::FileUnwritable, format!("the folder that its files are made in can't be opened: {what}"))
}

/// What an export gave, and what it depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// Its answer.
    pub answer: Result<Answer, Unknown>,
    /// The files that it read, if nothing else decides what it gives.
    pub reads: Option<Vec<PathBuf>>,
    /// Their version while it ran; `None` if they changed meanwhile or a moment before.
    pub version: Option<[u8; 16]>,
}

impl Engine {
    /// Asks a [`Question::Export`], or another question whose data matter. Blocks. The files of an export are in the
    /// engine's folder afterwards, whole if it was answered.
    pub fn export(&self, question: &Question, limits: &Limits, token: &CancelToken) -> Export {
        let since = SystemTime::now();
        let batch = Batch::new(1);
        if !token.is_cancelled() {
            self.submit(std::iter::once(&Arc::new(question.clone())), limits, &batch);
        }
        let (mut found, missing) = batch.wait(token);
        if missing {
            self.cancel(&batch);
        }
        let (mut answer, ran) = found.remove(0);
        crate::secrets::hide_in(&mut answer, question);
        let judge = question.source().map(|source| (source, Judge::of_one(source, self.granted())));
        let reads = judge
            .as_ref()
            .zip(ran)
            .and_then(|((source, judge), ran)| capsules::files(source, question, &ran.reads, judge));
        let version = reads
            .as_ref()
            .zip(judge.as_ref())
            .and_then(|(files, (_, judge))| DataVersions::default().unchanged_since(files, judge, since));
        Export { answer, reads, version }
    }
}

/// The version of these files together, to compare with [`Export::version`]; `None` if they can't be looked at: but for the files of
/// these sources, only what is below the folders of data is.
pub fn data_version(files: &[PathBuf], roots: &Roots, sources: &[SourceSpec]) -> Option<[u8; 16]> {
    DataVersions::default().of(files, &Judge::of(roots.clone(), sources))
}

/// What gives the answers: this program, its DuckDB, the time zone, the folders outside of projects that it may read.
pub fn identity(program: &Path, granted: &Granted) -> String {
    capsules::reader(program, granted)
}

/// Runs a query whose columns are known, and writes its rows to files in a folder.
pub(crate) fn run(
    conn: &Connection,
    sql: &Gated<'_>,
    columns: Vec<Column>,
    files: &ExportFiles,
    folder: &Path,
) -> Result<Exported, Failure> {
    write(conn, Rows::Of(sql), columns, files, folder)
}

/// Where rows come from.
pub(crate) enum Rows<'a> {
    /// A query.
    Of(&'a Gated<'a>),
    /// A table whose columns are called as [`place`] says.
    In(&'a str),
}

/// What a column is called while it is on its way.
pub(crate) fn place(at: usize) -> String {
    format!("viz_{at}")
}

/// Writes rows to files in a folder.
pub(crate) fn write(
    conn: &Connection,
    rows: Rows<'_>,
    columns: Vec<Column>,
    files: &ExportFiles,
    folder: &Path,
) -> Result<Exported, Failure> {
    let selected = Selected::of(columns, &files.names);
    if selected.columns.iter().any(|column| column.name.is_empty()) {
        return Err(Failure::Unknown(Unknown::new(Reason::FileUnwritable, NO_NAME)));
    }
    // A place in our statement is no place in the user's text.
    let failed = |error| errors::failure(error, "", usize::MAX);
    let (from, stored) = match rows {
        Rows::Of(sql) => {
            (format!("system.main.query({}) AS viz_rows({})", literal(sql.text()), selected.inner()), false)
        }
        Rows::In(table) => (table.to_owned(), true),
    };
    let (from, nulled, row_count) = match (&files.parquet, &files.json) {
        (None, None) => (None, Vec::new(), 0),
        (Some(_), None) => (Some(from), Vec::new(), 0),
        (parquet, Some(json)) => {
            // Two files of one query: it runs once, and its rows wait in a table.
            let from = match parquet {
                Some(_) if !stored => {
                    let make = format!("CREATE OR REPLACE TEMP TABLE viz_export AS SELECT * FROM {from}");
                    conn.execute_batch(&make).map_err(failed)?;
                    ROWS
                }
                _ => &from,
            };
            let text = format!("SELECT {} FROM {from}", selected.list(|_, name| name.to_owned()));
            let flat = write_json(conn, &text, &selected.columns, json, folder)?;
            (parquet.as_ref().map(|_| from.to_owned()), flat.0, flat.1)
        }
    };
    let row_count = match (&files.parquet, from) {
        (Some(name), Some(from)) => {
            let list =
                selected.list(|column, name| column.data_type.stored_value(name).unwrap_or_else(|| name.to_owned()));
            let to = path_literal(&inside(folder, name)?)?;
            let copy = format!("COPY (SELECT {list} FROM {from}) TO {to} (FORMAT parquet)");
            let rows = conn.execute(&copy, []).map_err(failed)?;
            if files.json.is_some() && !stored {
                conn.execute_batch("DROP TABLE temp.viz_export").map_err(failed)?;
            }
            rows as u64
        }
        _ => row_count,
    };
    let nulled = if nulled.is_empty() { vec![0; selected.columns.len()] } else { nulled };
    Ok(Exported { columns: selected.columns, nulled, row_count })
}

/// The columns that are written: of those with one name the first.
struct Selected {
    all: usize,
    places: Vec<usize>,
    columns: Vec<Column>,
}

impl Selected {
    fn of(columns: Vec<Column>, names: &[String]) -> Self {
        let all = columns.len();
        let (mut places, mut kept) = (Vec::new(), Vec::<Column>::new());
        for (at, mut column) in columns.into_iter().enumerate() {
            if let Some(name) = names.get(at) {
                column.name.clone_from(name);
            }
            if !kept.iter().any(|other| other.name == column.name) {
                places.push(at);
                kept.push(column);
            }
        }
        Self { all, places, columns: kept }
    }

    /// Names that are surely different, for all columns of the query.
    fn inner(&self) -> String {
        (0..self.all).map(place).collect::<Vec<_>>().join(", ")
    }

    fn list(&self, expression: impl Fn(&Column, &str) -> String) -> String {
        let one = |(at, column): (&usize, &Column)| {
            format!("{} AS {}", expression(column, &place(*at)), identifier(&column.name))
        };
        self.places.iter().zip(&self.columns).map(one).collect::<Vec<_>>().join(", ")
    }
}

/// A file of a plain name in the folder.
fn inside(folder: &Path, name: &str) -> Result<PathBuf, Unknown> {
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(plain)), None) if plain == name => Ok(folder.join(name)),
        _ => Err(Unknown::new(Reason::NotAFileName, format!("`{name}` is no plain file name"))),
    }
}

/// Streams the rows of a query into a file, column by column. Memory stays flat: the text of each column but the first
/// waits in a file of its own.
fn write_json(
    conn: &Connection,
    sql: &str,
    columns: &[Column],
    file: &FlatFile,
    folder: &Path,
) -> Result<(Vec<u64>, u64), Failure> {
    let failed = |error| errors::failure(error, "", usize::MAX);
    let unwritable =
        |error: io::Error| Failure::Unknown(Unknown::new(Reason::FileUnwritable, format!("{}: {error}", file.name)));
    let path = inside(folder, &file.name)?;
    let mut texts = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let (path, before) = match at {
            0 => (path.clone(), format!("{}{{{}:[", file.before, name(column))),
            _ => (inside(folder, &format!("{}.column{at}", file.name))?, String::new()),
        };
        texts.push(ColumnText::create(path, &before).map_err(unwritable)?);
    }
    let mut rows = 0;
    let mut statement = conn.prepare(sql).map_err(failed)?;
    for batch in statement.stream_arrow([]).map_err(failed)? {
        let batch = batch.map_err(|error| match crate::rows::unsupported(&error, columns) {
            Some(unknown) => Failure::Unknown(unknown),
            None => failed(error),
        })?;
        for (at, text) in texts.iter_mut().enumerate() {
            text.push(batch.schema().field(at), batch.column(at)).map_err(unwritable)?;
        }
        rows += batch.num_rows() as u64;
    }
    drop(statement);
    let nulled = texts.iter().map(|text| text.nulled.get()).collect();
    join(texts, columns, file, &path).map_err(unwritable)?;
    Ok((nulled, rows))
}

fn name(column: &Column) -> String {
    serde_json::Value::from(column.name.as_str()).to_string()
}

/// Puts the columns one after the other.
fn join(texts: Vec<ColumnText>, columns: &[Column], file: &FlatFile, path: &Path) -> io::Result<()> {
    let mut texts = texts.into_iter();
    let mut whole = match texts.next() {
        Some(first) => first.finish()?,
        None => {
            let mut whole = File::create_new(path)?;
            whole.write_all(format!("{}{{", file.before).as_bytes())?;
            whole
        }
    };
    for (text, column) in texts.zip(columns.iter().skip(1)) {
        whole.write_all(format!("],{}:[", name(column)).as_bytes())?;
        let path = text.path.clone();
        let mut own = text.finish()?;
        own.rewind()?;
        io::copy(&mut own, &mut whole)?;
        std::fs::remove_file(path)?;
    }
    let end = if columns.is_empty() { "}" } else { "]}" };
    whole.write_all(format!("{end}{}", file.after).as_bytes())
}
