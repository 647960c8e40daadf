//! The browser's own engine, DuckDB-Wasm in Node.js, and what it needs to run a project's queries.

use crate::Worker;
use crate::projects;
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use viz_check::RenderedTable;
use viz_facts::{Answer, Column, Question, SourceSpec};

/// Runs a script of `tests/golden` with this input; returns what it prints.
pub fn run(script: &str, input: &Value) -> Value {
    let folder = projects::repository().join("tests/golden");
    let command = "npm --prefix tests/golden ci";
    let packages = folder.join("node_modules/@duckdb/duckdb-wasm");
    assert!(packages.exists(), "the browser's engine is not installed: run `{command}`");
    let mut node = Command::new("node")
        .arg(folder.join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("Node.js is needed for the browser's engine (then run `{command}`): {error}"));
    serde_json::to_writer(node.stdin.take().expect("it is piped"), input).expect("it reads");
    let output = node.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{script} failed: {} (perhaps `{command}` helps)", output.status);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The rows of a model, read by the bundled DuckDB, as a table for the browser: `{ name, columns, csv }`. Without rows it
/// has no columns (S-39).
pub fn table(sources: &mut Worker, table: &RenderedTable) -> Value {
    let source = table.source.clone().expect("it is known");
    let columns = table.columns.as_ref().expect("they are known");
    let names: Vec<String> = (0..columns.len()).map(|at| format!("c{at}")).collect();
    // What becomes a number on its way is none here; its value decides nothing.
    let value = |(name, column): (&String, &Column)| match column.data_type.as_str() {
        "BIGINT" => format!("try_cast(cast({name} as varchar) as bigint)"),
        _ => name.clone(),
    };
    let cells: Vec<String> = names
        .iter()
        .zip(columns)
        .map(value)
        .map(|value| format!("coalesce('\"' || replace(cast({value} as varchar), '\"', '\"\"') || '\"', '')"))
        .collect();
    // A last cell keeps a row of NULLs from being an empty line.
    let sql =
        format!("select {} || ',\".\"' from (\n{}\n) as q({})", cells.join(" || ',' || "), table.sql, names.join(", "));
    let answer = sources.ask(&[Question::Options { source, sql, limit: 100_000 }]).remove(0);
    let Ok(Answer::Options(Ok(rows))) = &answer else { panic!("{answer:?}\n{}", table.sql) };
    assert!(!rows.more, "`{}` has too many rows for a test", table.model);
    let lines: Vec<&str> = rows.values.iter().map(|row| row.as_deref().expect("never NULL")).collect();
    let columns: Vec<Value> = columns.iter().map(|column| json!([column.name, column.data_type])).collect();
    let columns = if lines.is_empty() { Vec::new() } else { columns };
    json!({ "name": table.name, "columns": columns, "csv": lines.join("\n") })
}

/// The rows of a parquet file below a project's folder, as [`table`] gives them.
pub fn parquet(sources: &mut Worker, root: &std::path::Path, file: &std::path::Path) -> Value {
    let source = SourceSpec::DuckDbMemory { root: root.to_owned() };
    let sql = format!("select * from read_parquet('{}')", file.display().to_string().replace('\'', "''"));
    let question = Question::Describe { source: source.clone(), sql: sql.clone() };
    let columns = match sources.ask(&[question]).remove(0) {
        Ok(Answer::Columns(Ok(columns))) => Ok(columns),
        other => panic!("{}: {other:?}", file.display()),
    };
    let model = file.display().to_string();
    table(sources, &RenderedTable { name: model.clone(), model, sql, source: Ok(source), columns })
}
