//! Tests of the answering machines in this process, without worker processes (those are in `tests/worker`).

mod bind;
mod gate;
mod icu;
mod sources;
mod stored_names;

use crate::{Limits, PureRunner, Runner, SourceRunner};
use parking_lot::{Mutex, MutexGuard};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use viz_facts::{Answer, Column, OptionValues, Question, ShadowTable, SourceSpec, SqlError, Unknown};

/// One runner for many questions. (Not one per thread: a DuckDB that is closed by a thread's end finds its own thread-local
/// data gone and corrupts the heap.)
fn runner() -> MutexGuard<'static, PureRunner> {
    static RUNNER: LazyLock<Mutex<PureRunner>> = LazyLock::new(Mutex::default);
    RUNNER.lock()
}

/// No answer comes too late, on the busiest machine.
fn patient() -> Limits {
    Limits { timeout: std::time::Duration::from_secs(300), ..Limits::default() }
}

fn parse(sql: &str) -> Result<(), SqlError> {
    let question = Question::Parse { sql: sql.into() };
    match runner().run(&question, &patient()) {
        Ok(Answer::Accepted(verdict)) => verdict,
        other => panic!("{sql}: {other:?}"),
    }
}

fn table(name: &str, columns: &[(&str, &str)]) -> ShadowTable {
    let column = |(name, data_type): &(&str, &str)| Column { name: (*name).into(), data_type: (*data_type).into() };
    ShadowTable { name: name.into(), columns: columns.iter().map(column).collect() }
}

fn orders() -> Vec<ShadowTable> {
    let columns = [
        ("order_id", "INTEGER"),
        ("city", "VARCHAR"),
        ("ordered", "DATE"),
        ("placed", "TIMESTAMP WITH TIME ZONE"),
        ("größe", "DECIMAL(18,3)"),
        ("q\"uoted", "ENUM('a''b', 'c')"),
        ("parts", "STRUCT(\"a b\" INTEGER, c VARCHAR[])"),
    ];
    vec![table("orders", &columns), table("other \"model\"", &[("x", "INTEGER")])]
}

fn bind_with(runner: &mut PureRunner, tables: &[ShadowTable], sql: &str) -> Result<Result<(), SqlError>, Unknown> {
    let question = Question::Bind { tables: tables.into(), sql: sql.into() };
    match runner.run(&question, &patient())? {
        Answer::Accepted(verdict) => Ok(verdict),
        other => panic!("{sql}: {other:?}"),
    }
}

fn bind(sql: &str) -> Result<Result<(), SqlError>, Unknown> {
    bind_with(&mut runner(), &orders(), sql)
}

/// The piece of `sql` at which an error points.
fn piece<'a>(sql: &'a str, error: &SqlError) -> &'a str {
    let start = error.offset.expect("the error has a place") as usize;
    &sql[start..start + error.length.unwrap_or(0) as usize]
}

fn describe(source: &SourceSpec, sql: &str) -> Result<Result<Vec<Column>, SqlError>, Unknown> {
    let question = Question::Describe { source: source.clone(), sql: sql.into() };
    match SourceRunner::new().run(&question, &patient())? {
        Answer::Columns(columns) => Ok(columns),
        other => panic!("{sql}: {other:?}"),
    }
}

fn options(source: &SourceSpec, sql: &str, limit: u32) -> Result<Result<OptionValues, SqlError>, Unknown> {
    let question = Question::Options { source: source.clone(), sql: sql.into(), limit };
    match SourceRunner::new().run(&question, &patient())? {
        Answer::Options(values) => Ok(values),
        other => panic!("{sql}: {other:?}"),
    }
}

fn memory(root: &Path) -> SourceSpec {
    SourceSpec::DuckDbMemory { root: root.to_owned() }
}

fn file(root: &Path, path: PathBuf) -> SourceSpec {
    SourceSpec::DuckDbFile { root: root.to_owned(), path: path.into() }
}

/// All files below a folder with their content: to show that nothing was written.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(snapshot(&path)),
            false => found.push((path.clone(), std::fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}
