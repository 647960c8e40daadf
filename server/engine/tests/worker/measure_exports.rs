//! What exports of ten million rows cost, beside DuckDB's own `COPY TO` of the same query, and the memory that the worker
//! takes. `cargo test -p viz-engine --test worker -- --measure-exports [rows]`.

use super::{Answer, Engine, EngineConfig, Question, SourceSpec, program};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use viz_engine::{CancelToken, Limits};
use viz_facts::{ExportFiles, FlatFile};

/// The best of so many runs counts: others use the machine, too.
const RUNS: usize = 3;

pub(super) fn run(rows: u64) -> ExitCode {
    let sql = format!(
        "select i as n, i * 0.5e0 as half, 'town ' || (i % 1000) as town, date '2020-01-01' + (i % 1000)::integer as day, \
         timestamp '2024-01-01' + interval 1 second * (i % 1000000) as at from range({rows}) t(i)"
    );
    println!(
        "{rows} rows, best of {RUNS}\n\n| what | ours | DuckDB's | ratio | peak of the worker |\n|---|---|---|---|---|"
    );
    for (what, parquet, json) in [("parquet", true, false), ("flat JSON", false, true), ("both in one run", true, true)]
    {
        let ours = best(|folder| ours(&sql, folder, parquet, json));
        let theirs = best(|folder| (theirs(&sql, folder, parquet, json), None));
        let (time, own) = (ours.0.as_secs_f64(), theirs.0.as_secs_f64());
        let peak = ours.1.map_or("?".to_owned(), |peak| format!("{peak} MB"));
        println!("| {what} | {time:.2} s | {own:.2} s | {:.2} | {peak} |", time / own);
    }
    ExitCode::SUCCESS
}

fn best(run: impl Fn(&Path) -> (Duration, Option<u64>)) -> (Duration, Option<u64>) {
    let once = |_| {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path())
    };
    let all: Vec<_> = (0..RUNS).map(once).collect();
    let peak = all.iter().filter_map(|(_, peak)| *peak).max();
    (all.into_iter().map(|(time, _)| time).min().unwrap(), peak)
}

fn ours(sql: &str, folder: &Path, parquet: bool, json: bool) -> (Duration, Option<u64>) {
    let engine =
        Engine::new(EngineConfig { export: Some(super::export::handed(folder)), ..EngineConfig::new(program(), true) });
    let flat = FlatFile { name: "x.json".into(), before: "{\"data\":".into(), after: "}".into() };
    let question = Question::Export {
        source: SourceSpec::DuckDbMemory { root: folder.to_owned() },
        tables: Vec::new(),
        sql: sql.to_owned(),
        files: ExportFiles {
            parquet: parquet.then(|| "x.parquet".to_owned()),
            json: json.then_some(flat),
            names: Vec::new(),
        },
    };
    let started = Instant::now();
    let export = engine.export(
        &question,
        &Limits { timeout: Duration::from_secs(600), ..Limits::default() },
        &CancelToken::new(),
    );
    let time = started.elapsed();
    assert!(matches!(export.answer, Ok(Answer::Exported(Ok(_)))), "{:?}", export.answer);
    (time, engine.worker_pids().first().and_then(|pid| peak(*pid)))
}

/// The most memory that a process has had, in megabytes, where the system tells.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))?;
    Some(high.trim().parse::<u64>().ok()? / 1024)
}

fn theirs(sql: &str, folder: &Path, parquet: bool, json: bool) -> Duration {
    let conn = duckdb::Connection::open_in_memory().unwrap();
    conn.execute_batch("set threads = 2").unwrap();
    let started = Instant::now();
    for (format, wanted) in [("parquet", parquet), ("json", json)] {
        if wanted {
            let to = folder.join(format!("y.{format}"));
            conn.execute_batch(&format!("COPY ({sql}) TO '{}' (FORMAT {format})", to.display())).unwrap();
        }
    }
    started.elapsed()
}
