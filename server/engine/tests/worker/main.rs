//! Tests with real worker processes. This program is test runner, worker (`--worker …`, as the server starts it) and
//! another program that holds a database (`--hold …`), so that DuckDB is linked once. `--measure` prints what questions
//! cost: `cargo test -p viz-engine --test worker -- --measure`.

// Tests make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod capsules;
mod databases;
mod export;
mod granted;
mod measure;
mod measure_exports;
mod odd_files;
mod private_files;
mod rows;
mod sqlite;
mod supervision;
mod walls;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use viz_engine::{CancelToken, Engine, EngineConfig, Limits, Role, Runner, Walls, WorkerKind, worker_main_behind};
use viz_facts::{Answer, Column, OptionValues, Question, ShadowTable, SourceSpec, SqlErrorKind, Unknown};
use walls::each_wall_stands_alone;

const TESTS: &[(&str, fn())] = &[
    ("questions_are_answered_in_order", questions_are_answered_in_order),
    ("sources_are_described_and_read", databases::sources_are_described_and_read),
    ("relative_files_are_below_the_root", databases::relative_files_are_below_the_root),
    ("untrusted_engines_have_no_sources", databases::untrusted_engines_have_no_sources),
    ("a_slow_source_does_not_delay_parses", supervision::a_slow_source_does_not_delay_parses),
    ("a_text_that_is_not_interruptible_costs_no_other", supervision::a_text_that_is_not_interruptible_costs_no_other),
    ("endless_queries_time_out", supervision::endless_queries_time_out),
    ("a_worker_that_ignores_interrupts_is_killed", supervision::a_worker_that_ignores_interrupts_is_killed),
    (
        "a_query_that_is_not_interruptible_costs_its_worker",
        supervision::a_query_that_is_not_interruptible_costs_its_worker,
    ),
    ("what_holds_a_stuck_query_is_not_asked", supervision::what_holds_a_stuck_query_is_not_asked),
    ("a_killed_source_worker_is_replaced", supervision::a_killed_source_worker_is_replaced),
    ("a_query_survives_the_kill_of_its_worker", supervision::a_query_survives_the_kill_of_its_worker),
    ("a_killed_parse_worker_loses_nothing", supervision::a_killed_parse_worker_loses_nothing),
    ("cancelling_returns_at_once", supervision::cancelling_returns_at_once),
    ("a_locked_database_is_read_from_a_copy", databases::a_locked_database_is_read_from_a_copy),
    ("writers_are_never_in_our_way_nor_we_in_theirs", databases::writers_are_never_in_our_way_nor_we_in_theirs),
    (
        "a_database_that_is_locked_and_too_large_to_copy_is_unknown",
        databases::a_database_that_is_locked_and_too_large_to_copy_is_unknown,
    ),
    ("errors_name_the_users_file", databases::errors_name_the_users_file),
    ("what_a_log_computes_is_not_run", databases::what_a_log_computes_is_not_run),
    ("files_elsewhere_are_read_as_they_are_replaced", databases::files_elsewhere_are_read_as_they_are_replaced),
    ("rows_keep_every_value", rows::rows_keep_every_value),
    ("rows_stop_at_their_limits", rows::rows_stop_at_their_limits),
    ("queries_over_materialized_tables", rows::queries_over_materialized_tables),
    ("rows_of_queries_over_tables", rows::rows_of_queries_over_tables),
    ("exports_keep_every_value", export::exports_keep_every_value),
    ("exports_have_the_right_columns_and_rows", export::exports_have_the_right_columns_and_rows),
    ("exports_of_sqlite_hold_every_row", export::exports_of_sqlite_hold_every_row),
    ("exports_write_to_their_folder_only", export::exports_write_to_their_folder_only),
    (
        "a_folder_that_becomes_a_link_is_not_written_through",
        export::a_folder_that_becomes_a_link_is_not_written_through,
    ),
    ("the_second_start_runs_no_query", capsules::the_second_start_runs_no_query),
    ("changed_data_are_asked_again_and_no_others", capsules::changed_data_are_asked_again_and_no_others),
    ("a_damaged_cache_is_made_anew", capsules::a_damaged_cache_is_made_anew),
    ("values_of_variables_are_in_no_answer_and_no_cache", capsules::values_of_variables_are_in_no_answer_and_no_cache),
    ("many_processes_share_a_cache", capsules::many_processes_share_a_cache),
    ("sqlite_databases_are_read_beside_their_writers", sqlite::sqlite_databases_are_read_beside_their_writers),
    ("each_wall_stands_alone", each_wall_stands_alone),
    ("private_files_have_two_walls", private_files::private_files_have_two_walls),
    ("private_files_are_no_sources", private_files::private_files_are_no_sources),
    ("a_linked_folder_is_read_as_if_it_were_the_projects", granted::a_linked_folder_is_read_as_if_it_were_the_projects),
    (
        "one_allowed_folder_opens_no_other_and_no_private_file",
        granted::one_allowed_folder_opens_no_other_and_no_private_file,
    ),
    ("the_wall_moves_with_an_allowed_folder", granted::the_wall_moves_with_an_allowed_folder),
    (
        "answers_out_of_an_allowed_folder_are_kept_for_it_alone",
        granted::answers_out_of_an_allowed_folder_are_kept_for_it_alone,
    ),
    ("the_programs_own_folder_is_no_data", granted::the_programs_own_folder_is_no_data),
    (
        "a_confined_engine_reads_what_is_allowed_besides_the_repository",
        granted::a_confined_engine_reads_what_is_allowed_besides_the_repository,
    ),
    ("the_wall_moves_with_the_project", private_files::the_wall_moves_with_the_project),
    ("what_is_stored_in_a_database_is_judged_as_text", private_files::what_is_stored_in_a_database_is_judged_as_text),
    ("a_users_macros_stand_for_nothing_of_ours", private_files::a_users_macros_stand_for_nothing_of_ours),
    ("logs_that_are_none_are_not_taken", odd_files::logs_that_are_none_are_not_taken),
    ("the_place_of_copies_is_told_to_no_query", odd_files::the_place_of_copies_is_told_to_no_query),
    ("no_guess_of_a_secret_name_is_told_right", odd_files::no_guess_of_a_secret_name_is_told_right),
    ("odd_files_are_no_sources", odd_files::odd_files_are_no_sources),
    ("a_folder_as_a_table_opens_nothing", odd_files::a_folder_as_a_table_opens_nothing),
    ("a_linked_database_has_its_log_beside_the_real_one", odd_files::a_linked_database_has_its_log_beside_the_real_one),
    ("large_logs_take_no_memory", odd_files::large_logs_take_no_memory),
    ("a_busy_database_holds_no_other_up", odd_files::a_busy_database_holds_no_other_up),
    ("pipes_in_the_cache_are_removed", odd_files::pipes_in_the_cache_are_removed),
    ("links_that_lead_round_are_not_followed", odd_files::links_that_lead_round_are_not_followed),
    ("a_program_that_is_no_worker_is_reported", supervision::a_program_that_is_no_worker_is_reported),
    ("malformed_frames_end_the_worker", supervision::malformed_frames_end_the_worker),
    ("deep_texts_do_not_kill_the_worker", deep_texts_do_not_kill_the_worker),
    ("nothing_is_written", databases::nothing_is_written),
    ("workers_end_with_their_engine", supervision::workers_end_with_their_engine),
    ("many_threads_share_an_engine", supervision::many_threads_share_an_engine),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--worker", kind, rest @ ..] => worker(kind, rest),
        ["--hold", path] => hold(path),
        ["--fixture", path] => fixture(path),
        ["--measure"] => measure::run(),
        ["--measure-exports"] => measure_exports::run(10_000_000),
        ["--measure-exports", rows] => measure_exports::run(rows.parse().unwrap()),
        // None is ignored, and a runner that asks for those must not take all for them.
        ["--list", rest @ ..] if rest.contains(&"--ignored") => ExitCode::SUCCESS,
        ["--list", ..] => {
            TESTS.iter().for_each(|(name, _)| println!("{name}: test"));
            ExitCode::SUCCESS
        }
        args => {
            let filter = args.iter().find(|arg| !arg.starts_with('-')).copied().unwrap_or_default();
            let exact = args.contains(&"--exact");
            let is_meant = |name: &str| if exact { name == filter } else { name.contains(filter) };
            let mut failed = 0;
            for (name, test) in TESTS.iter().filter(|(name, _)| is_meant(name)) {
                let started = Instant::now();
                let result = std::panic::catch_unwind(test);
                let word = if result.is_ok() { "ok" } else { "FAILED" };
                println!("test {name} ... {word} ({:.1} s)", started.elapsed().as_secs_f64());
                failed += u8::from(result.is_err());
            }
            ExitCode::from(failed)
        }
    }
}

/// A worker, started as the server starts its own. A program whose name tells which walls stand leaves out the others.
fn worker(kind: &str, rest: &[&str]) -> ExitCode {
    let walls = match program().file_name().and_then(|name| name.to_str()) {
        Some("only-gate") => Walls { gate: true, ..Walls::NONE },
        Some("only-settings") => Walls { settings: true, ..Walls::NONE },
        Some("only-landlock") => Walls { landlock: true, ..Walls::NONE },
        Some("only-seccomp") => Walls { seccomp: true, ..Walls::NONE },
        Some("only-limits") => Walls { limits: true, ..Walls::NONE },
        Some("no-walls") => Walls::NONE,
        _ => Walls::ALL,
    };
    let values = |name| rest.chunks(2).filter(move |pair| pair[0] == name).map(|pair| PathBuf::from(pair[1]));
    let kind = if kind == "parse" { WorkerKind::Parse } else { WorkerKind::Sources };
    let number = rest.chunks(2).find(|pair| pair[0] == "--write-number").map(|pair| pair[1].parse().unwrap());
    let write = values("--write").next().map(|path| viz_files::Handed { path, identity: number });
    let copies = values("--copies").next();
    let granted = viz_files::Granted::known(values("--granted").collect());
    let closed = values("--closed").collect();
    worker_main_behind(&Role { kind, copies, read: values("--read").collect(), granted, closed, write }, walls)
}

/// Another program: opens a database for writing and keeps it until it is killed.
fn hold(path: &str) -> ExitCode {
    let _conn = duckdb::Connection::open(path).unwrap();
    println!("held");
    std::thread::sleep(Duration::from_secs(60));
    ExitCode::SUCCESS
}

/// Makes `tests/data/secrets/shop.duckdb`, as small as such a file can be: the black-box tests link no DuckDB.
fn fixture(path: &str) -> ExitCode {
    let conn = duckdb::Connection::open_in_memory().unwrap();
    conn.execute_batch(&format!(
        "attach '{path}' as made (block_size 16384); create table made.orders (id integer, city varchar);
         insert into made.orders values (1, 'Rome'), (2, 'Oslo'); checkpoint made; detach made"
    ))
    .unwrap();
    ExitCode::SUCCESS
}

fn holder(path: &Path) -> Child {
    let mut child = Command::new(program()).arg("--hold").arg(path).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "held\n");
    child
}

fn program() -> PathBuf {
    std::env::current_exe().unwrap()
}

fn engine() -> Engine {
    Engine::new(EngineConfig::new(program(), true))
}

fn engine_with(timeout: u64, grace: u64) -> Engine {
    let limits = Limits { timeout: Duration::from_millis(timeout), ..Limits::default() };
    Engine::new(EngineConfig { limits, grace: Duration::from_millis(grace), ..EngineConfig::new(program(), true) })
}

fn parse(sql: impl Into<String>) -> Question {
    Question::Parse { sql: sql.into() }
}

fn bind(sql: &str) -> Question {
    let columns = vec![Column { name: "city".into(), data_type: "VARCHAR".into() }];
    Question::Bind { tables: [ShadowTable { name: "orders".into(), columns }].into(), sql: sql.into() }
}

fn read(source: &SourceSpec, sql: &str) -> Question {
    Question::Options { source: source.clone(), sql: sql.into(), limit: 100 }
}

fn accepted(answer: &Result<Answer, Unknown>) -> bool {
    matches!(answer, Ok(Answer::Accepted(Ok(()))))
}

fn values(answer: Result<Answer, Unknown>) -> Vec<String> {
    match answer {
        Ok(Answer::Options(Ok(OptionValues { values, .. }))) => values.into_iter().flatten().collect(),
        other => panic!("{other:?}"),
    }
}

fn one(engine: &Engine, question: Question) -> Result<Answer, Unknown> {
    engine.ask(&[question]).remove(0)
}

fn code(answer: &Result<Answer, Unknown>) -> &str {
    answer.as_ref().unwrap_err().code.name()
}

/// A project with a database and a CSV file in a folder whose name is not ASCII.
fn project() -> (tempfile::TempDir, PathBuf, SourceSpec) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("Überblick 📊");
    std::fs::create_dir_all(root.join("data")).unwrap();
    std::fs::write(root.join("data/towns.csv"), "town,n\nKöln,1\nO'Fallon,2\n").unwrap();
    let path = root.join("shop.duckdb");
    let conn = duckdb::Connection::open(&path).unwrap();
    conn.execute_batch("create table orders as select * from (values ('Köln', 1), ('O''Fallon', 2)) t(city, n)")
        .unwrap();
    let source = SourceSpec::DuckDbFile { root: root.clone(), path: path.into() };
    (folder, root, source)
}

/// What ends at all ends before, on the busiest machine.
const HANG: Duration = Duration::from_secs(300);

/// A query that never ends, but can be interrupted.
const ENDLESS: &str = "select count(*) from range(1000000000000::bigint) a, range(1000000) b";

fn questions_are_answered_in_order() {
    let engine = engine();
    let questions: Vec<Question> = (0..3_000)
        .map(|n| match n % 3 {
            0 => parse(format!("select {n}")),
            1 => parse(format!("select {n} from where")),
            _ if n % 100 == 2 => bind("select city from orders"),
            _ => bind("select nope from orders"),
        })
        .collect();
    for (n, answer) in engine.ask(&questions).iter().enumerate() {
        let Ok(Answer::Accepted(verdict)) = answer else { panic!("{n}: {answer:?}") };
        let kind = verdict.as_ref().err().map(|error| error.kind);
        let expected = match n % 3 {
            0 => None,
            1 => Some(SqlErrorKind::Parser),
            _ if n % 100 == 2 => None,
            _ => Some(SqlErrorKind::Binder),
        };
        assert_eq!(kind, expected, "{n}");
    }
    // A large batch has a second worker, where there is a second core.
    assert!((1..=2).contains(&engine.worker_pids().len()));
    assert!(engine.ask(&[]).is_empty());
}

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap().success());
}

fn deep_texts_do_not_kill_the_worker() {
    let engine = engine();
    assert!(accepted(&one(&engine, parse("select 1"))));
    let pids = engine.worker_pids();
    let deep = |n: usize| format!("select {}1{}", "(".repeat(n), ")".repeat(n));
    let nested = |n: usize| format!("select * from {}select 1{}", "(select * from (".repeat(n), "))".repeat(n));
    let questions = [
        parse(deep(900)),
        parse(deep(50_000)),
        parse(nested(200)),
        bind(&nested(200)),
        bind(&deep(900)),
        parse("select 1"),
    ];
    let answers = engine.ask(&questions);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Answer::Accepted(_)))), "{answers:?}");
    assert!(accepted(&answers[5]));
    assert_eq!(engine.worker_pids(), pids);
}

/// All files below a folder, with content.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let content = path.is_file().then(|| std::fs::read(&path).unwrap());
        found.extend(path.is_dir().then(|| snapshot(&path)).into_iter().flatten());
        found.push((path, content));
    }
    found.sort();
    found
}
