//! Tests with real worker processes. This program is test runner, worker (`--worker …`, as the server starts it) and
//! another program that holds a database (`--hold …`), so that DuckDB is linked once. `--measure` prints what questions
//! cost: `cargo test -p viz-engine --test worker -- --measure`.

mod capsules;
mod measure;
mod rows;
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
    ("sources_are_described_and_read", sources_are_described_and_read),
    ("relative_files_are_below_the_root", relative_files_are_below_the_root),
    ("untrusted_engines_have_no_sources", untrusted_engines_have_no_sources),
    ("a_slow_source_does_not_delay_parses", a_slow_source_does_not_delay_parses),
    ("endless_queries_time_out", endless_queries_time_out),
    ("a_worker_that_ignores_interrupts_is_killed", a_worker_that_ignores_interrupts_is_killed),
    ("a_killed_source_worker_is_replaced", a_killed_source_worker_is_replaced),
    ("a_killed_parse_worker_loses_nothing", a_killed_parse_worker_loses_nothing),
    ("cancelling_returns_at_once", cancelling_returns_at_once),
    ("a_locked_database_is_read_from_a_copy", a_locked_database_is_read_from_a_copy),
    ("writers_are_never_in_our_way_nor_we_in_theirs", writers_are_never_in_our_way_nor_we_in_theirs),
    (
        "a_database_that_is_locked_and_too_large_to_copy_is_unknown",
        a_database_that_is_locked_and_too_large_to_copy_is_unknown,
    ),
    ("files_elsewhere_are_read_as_they_are_replaced", files_elsewhere_are_read_as_they_are_replaced),
    ("rows_keep_every_value", rows::rows_keep_every_value),
    ("rows_stop_at_their_limits", rows::rows_stop_at_their_limits),
    ("rows_of_queries_over_tables", rows::rows_of_queries_over_tables),
    ("the_second_start_runs_no_query", capsules::the_second_start_runs_no_query),
    ("changed_data_are_asked_again_and_no_others", capsules::changed_data_are_asked_again_and_no_others),
    ("a_damaged_cache_is_made_anew", capsules::a_damaged_cache_is_made_anew),
    ("many_processes_share_a_cache", capsules::many_processes_share_a_cache),
    ("each_wall_stands_alone", each_wall_stands_alone),
    ("a_program_that_is_no_worker_is_reported", a_program_that_is_no_worker_is_reported),
    ("malformed_frames_end_the_worker", malformed_frames_end_the_worker),
    ("deep_texts_do_not_kill_the_worker", deep_texts_do_not_kill_the_worker),
    ("nothing_is_written", nothing_is_written),
    ("workers_end_with_their_engine", workers_end_with_their_engine),
    ("many_threads_share_an_engine", many_threads_share_an_engine),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--worker", kind, rest @ ..] => worker(kind, rest),
        ["--hold", path] => hold(path),
        ["--measure"] => measure::run(),
        ["--list", ..] => {
            TESTS.iter().for_each(|(name, _)| println!("{name}: test"));
            ExitCode::SUCCESS
        }
        args => {
            let filter = args.iter().find(|arg| !arg.starts_with('-')).copied().unwrap_or_default();
            let mut failed = 0;
            for (name, test) in TESTS.iter().filter(|(name, _)| name.contains(filter)) {
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
    worker_main_behind(&Role { kind, copies: values("--copies").next(), read: values("--read").collect() }, walls)
}

/// Another program: opens a database for writing and keeps it until it is killed.
fn hold(path: &str) -> ExitCode {
    let _conn = duckdb::Connection::open(path).unwrap();
    println!("held");
    std::thread::sleep(Duration::from_secs(60));
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
    let limits = Limits { timeout: Duration::from_millis(timeout) };
    Engine::new(EngineConfig { limits, grace: Duration::from_millis(grace), ..EngineConfig::new(program(), true) })
}

fn parse(sql: impl Into<String>) -> Question {
    Question::Parse { sql: sql.into() }
}

fn bind(sql: &str) -> Question {
    let columns = vec![Column { name: "city".into(), data_type: "VARCHAR".into() }];
    Question::Bind { tables: vec![ShadowTable { name: "orders".into(), columns }], sql: sql.into() }
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
    &answer.as_ref().unwrap_err().code
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
    let source = SourceSpec::DuckDbFile { root: root.clone(), path };
    (folder, root, source)
}

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

fn sources_are_described_and_read() {
    let (_folder, root, source) = project();
    let mut engine = engine();
    let describe = Question::Describe { source: source.clone(), sql: "select * from orders".into() };
    let Ok(Answer::Columns(Ok(columns))) = engine.run(&describe, &Limits::default()) else { panic!("it has columns") };
    assert_eq!(columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["city", "n"]);
    assert_eq!(values(one(&engine, read(&source, "select city from orders order by n"))), ["Köln", "O'Fallon"]);
    let csv = SourceSpec::Csv {
        root: root.clone(),
        path: root.join("data/towns.csv"),
        view: "towns".into(),
        delimiter: ",".into(),
        has_header: true,
    };
    assert_eq!(values(one(&engine, read(&csv, "select town from towns"))), ["Köln", "O'Fallon"]);
    let both =
        [read(&csv, "select n from towns"), read(&source, "select n from orders"), read(&csv, "select 'x' from towns")];
    let answers: Vec<_> = engine.ask(&both).into_iter().map(values).collect();
    assert_eq!(answers, [["1", "2"], ["1", "2"], ["x", "x"]]);
}

fn relative_files_are_below_the_root() {
    let (_folder, root, source) = project();
    let engine = engine();
    let memory = SourceSpec::DuckDbMemory { root: root.clone() };
    for source in [&memory, &source] {
        for from in ["'data/towns.csv'", "read_csv('data/towns.csv')", "'data/*.csv'", "'./data/towns.csv'"] {
            let answer = one(&engine, read(source, &format!("select town from {from}")));
            assert_eq!(values(answer), ["Köln", "O'Fallon"], "{from}");
        }
        let missing = one(&engine, read(source, "select town from read_csv('data/none.csv')"));
        assert!(matches!(&missing, Ok(Answer::Options(Err(error))) if error.kind == SqlErrorKind::Io), "{missing:?}");
        let outside = one(&engine, read(source, "from '../x.csv'"));
        assert_eq!(code(&outside), "file-not-allowed");
    }
    let gone = SourceSpec::DuckDbMemory { root: root.join("gone") };
    assert_eq!(code(&one(&engine, read(&gone, "select 1"))), "folder-missing");
}

fn untrusted_engines_have_no_sources() {
    let (_folder, _, source) = project();
    let engine = Engine::new(EngineConfig::new(program(), false));
    let answers = engine.ask(&[read(&source, "select 1"), parse("select 1"), bind("select city from orders")]);
    assert_eq!(code(&answers[0]), "untrusted");
    assert!(accepted(&answers[1]) && accepted(&answers[2]) && !engine.is_trusted());
}

fn a_slow_source_does_not_delay_parses() {
    let (_folder, _, source) = project();
    let engine = engine_with(2_000, 1_000);
    assert!(accepted(&one(&engine, parse("select 1"))));
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| one(&engine, read(&source, ENDLESS)));
        std::thread::sleep(Duration::from_millis(300));
        for _ in 0..10 {
            let started = Instant::now();
            assert!(accepted(&one(&engine, parse("select 1"))));
            assert!(started.elapsed() < Duration::from_millis(100), "{:?}", started.elapsed());
        }
        assert_eq!(code(&slow.join().unwrap()), "timeout");
    });
}

fn endless_queries_time_out() {
    let (_folder, _, source) = project();
    let engine = engine_with(300, 5_000);
    let started = Instant::now();
    let answers = engine.ask(&[read(&source, ENDLESS), read(&source, "select 'next'")]);
    assert_eq!(code(&answers[0]), "timeout");
    assert_eq!(values(answers[1].clone()), ["next"]);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!(engine.worker_pids().len(), 1);
}

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap().success());
}

/// A stopped process is as deaf as one that hangs in native code.
fn a_worker_that_ignores_interrupts_is_killed() {
    let (_folder, _, source) = project();
    let engine = engine_with(300, 200);
    assert_eq!(values(one(&engine, read(&source, "select 1"))), ["1"]);
    let pid = engine.worker_pids()[0];
    signal(pid, "STOP");
    let started = Instant::now();
    let answers = engine.ask(&[read(&source, "select 2"), read(&source, "select 3")]);
    assert_eq!(code(&answers[0]), "timeout");
    assert_eq!(values(answers[1].clone()), ["3"]);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert!(!engine.worker_pids().contains(&pid));
}

fn a_killed_source_worker_is_replaced() {
    let (_folder, _, source) = project();
    let engine = engine_with(20_000, 1_000);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| engine.ask(&[read(&source, ENDLESS), read(&source, "select 'next'")]));
        while engine.worker_pids().is_empty() {
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(500));
        let pid = *engine.worker_pids().last().unwrap();
        signal(pid, "KILL");
        let answers = asked.join().unwrap();
        assert_eq!(code(&answers[0]), "worker-died");
        assert!(answers[0].as_ref().unwrap_err().message.contains("signal: 9"), "{answers:?}");
        assert_eq!(values(answers[1].clone()), ["next"]);
        assert_eq!(values(one(&engine, read(&source, "select 'again'"))), ["again"]);
        assert!(!engine.worker_pids().contains(&pid));
    });
}

fn a_killed_parse_worker_loses_nothing() {
    let engine = engine();
    assert!(accepted(&one(&engine, parse("select 1"))));
    for _ in 0..3 {
        let pid = engine.worker_pids()[0];
        std::thread::scope(|scope| {
            let questions: Vec<_> = (0..20_000).map(|n| parse(format!("select {n}"))).collect();
            let engine = &engine;
            let asked = scope.spawn(move || engine.ask(&questions));
            std::thread::sleep(Duration::from_millis(100));
            signal(pid, "KILL");
            let answers = asked.join().unwrap();
            assert!(answers.iter().all(accepted), "{:?}", answers.iter().find(|answer| !accepted(answer)));
        });
    }
}

fn cancelling_returns_at_once() {
    let (_folder, _, source) = project();
    let engine = engine_with(20_000, 2_000);
    let token = CancelToken::new();
    std::thread::scope(|scope| {
        let other = token.clone();
        let engine = &engine;
        let slow = scope.spawn(move || {
            let questions = [read(&source, ENDLESS), read(&source, "select 1"), parse("select 1")];
            (engine.ask_cancellable(&questions, &other), source)
        });
        std::thread::sleep(Duration::from_millis(700));
        let started = Instant::now();
        token.cancel();
        let (answers, source) = slow.join().unwrap();
        assert!(started.elapsed() < Duration::from_millis(200), "{:?}", started.elapsed());
        assert_eq!([code(&answers[0]), code(&answers[1])], ["cancelled", "cancelled"]);
        assert!(accepted(&answers[2]));
        // The worker was interrupted, not killed, and answers the newer request.
        let pids = engine.worker_pids();
        assert_eq!(values(one(engine, read(&source, "select 'newer'"))), ["newer"]);
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
        assert_eq!(engine.worker_pids(), pids);
        assert_eq!(code(&engine.ask_cancellable(&[parse("select 1")], &token)[0]), "cancelled");
    });
}

fn a_locked_database_is_read_from_a_copy() {
    let (_folder, _, source) = project();
    let SourceSpec::DuckDbFile { path, .. } = &source else { panic!("the project has a database") };
    let engine = engine();
    let mut other = holder(path);
    assert_eq!(values(one(&engine, read(&source, "select city from orders"))), ["Köln", "O'Fallon"]);
    other.kill().unwrap();
    other.wait().unwrap();
    // What others write is seen, whether it is in the file or still in its log.
    let writer = duckdb::Connection::open(path).unwrap();
    writer.execute_batch("insert into orders values ('Oslo', 3)").unwrap();
    assert_eq!(values(one(&engine, read(&source, "select city from orders order by n"))).len(), 3);
    writer.execute_batch("insert into orders values ('Rom', 4); checkpoint").unwrap();
    assert_eq!(values(one(&engine, read(&source, "select city from orders order by n"))).len(), 4);
}

/// A writer fails at once while anybody holds the file.
fn writers_are_never_in_our_way_nor_we_in_theirs() {
    let (_folder, _, source) = project();
    let SourceSpec::DuckDbFile { path, .. } = &source else { panic!("the project has a database") };
    let engine = engine();
    std::thread::scope(|scope| {
        let stop = CancelToken::new();
        let asked = scope.spawn({
            let (engine, source, stop) = (&engine, &source, stop.clone());
            move || {
                let mut counts = Vec::new();
                while !stop.is_cancelled() {
                    match one(engine, read(source, "select count(*) from orders")) {
                        Err(unknown) => assert_eq!(unknown.code, "database-changing", "{unknown:?}"),
                        answer => counts.push(values(answer)[0].parse::<u32>().unwrap()),
                    }
                }
                counts
            }
        });
        for n in 0..200 {
            let conn = duckdb::Connection::open(path).unwrap_or_else(|error| panic!("{n}: {error}"));
            conn.execute_batch("insert into orders values ('Rom', 9)").unwrap();
        }
        stop.cancel();
        let counts = asked.join().unwrap();
        assert!(counts.is_sorted() && !counts.is_empty(), "{counts:?}");
    });
    assert_eq!(values(one(&engine, read(&source, "select count(*) from orders"))), ["202"]);
}

fn a_database_that_is_locked_and_too_large_to_copy_is_unknown() {
    let (_folder, _, source) = project();
    let SourceSpec::DuckDbFile { path, .. } = &source else { panic!("the project has a database") };
    let engine = Engine::new(EngineConfig { copy_limit: 0, ..EngineConfig::new(program(), true) });
    let mut other = holder(path);
    let answer = one(&engine, read(&source, "select city from orders"));
    assert_eq!(code(&answer), "database-locked");
    let message = &answer.unwrap_err().message;
    assert!(message.contains(&format!("PID {}", other.id())), "{message}");
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(values(one(&engine, read(&source, "select city from orders"))), ["Köln", "O'Fallon"]);
    // Now the worker has read it; another program may write.
    let mut other = holder(path);
    other.kill().unwrap();
    other.wait().unwrap();
}

fn files_elsewhere_are_read_as_they_are_replaced() {
    let (folder, root, source) = project();
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let csv = elsewhere.join("towns.csv");
    std::fs::write(&csv, "town\nBonn\n").unwrap();
    std::fs::write(elsewhere.join("secret.csv"), "word\nxyzzy\n").unwrap();
    let SourceSpec::DuckDbFile { path: inside, .. } = &source else { panic!("the project has a database") };
    let path = elsewhere.join("shop.duckdb");
    std::fs::copy(inside, &path).unwrap();
    let engine = Engine::new(EngineConfig { copy_limit: 0, ..EngineConfig::new(program(), true) });
    let database = SourceSpec::DuckDbFile { root: root.clone(), path };
    let sheet =
        SourceSpec::Csv { root, path: csv.clone(), view: "towns".into(), delimiter: ",".into(), has_header: true };
    assert_eq!(values(one(&engine, read(&database, "select city from orders order by n"))), ["Köln", "O'Fallon"]);
    assert_eq!(values(one(&engine, read(&sheet, "select town from towns"))), ["Bonn"]);
    // Replaced, as tools do that write a new file and rename it.
    let new = elsewhere.join("new.csv");
    std::fs::write(&new, "town\nBonn\nRom\n").unwrap();
    std::fs::rename(new, csv).unwrap();
    assert_eq!(values(one(&engine, read(&sheet, "select town from towns"))), ["Bonn", "Rom"]);
    let secret = format!("from '{}'", elsewhere.join("secret.csv").display());
    assert_eq!(code(&one(&engine, read(&sheet, &secret))), "file-not-allowed");
}

fn a_program_that_is_no_worker_is_reported() {
    for program in ["/nonexistent/viz-lsp", "/bin/true", "/bin/echo"] {
        let engine = Engine::new(EngineConfig::new(program.into(), true));
        let started = Instant::now();
        for _ in 0..3 {
            let answer = one(&engine, parse("select 1"));
            assert!(["worker-died", "worker-unavailable"].contains(&code(&answer)), "{answer:?}");
        }
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }
}

fn malformed_frames_end_the_worker() {
    for noise in [b"hello, worker".as_slice(), &[0, 0, 0, 3, b'{', b'}', b'x'], &[0, 0, 0, 99, b'{']] {
        let mut child = Command::new(program())
            .args(["--worker", "parse"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(noise).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("viz-lsp worker: ") && said.lines().count() == 1, "{said}");
    }
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

fn nothing_is_written() {
    let (_folder, root, source) = project();
    let engine = engine();
    let before = snapshot(&root);
    let texts = [
        "select city from orders",
        "copy orders to 'out.csv'",
        "with a as (copy orders to 'out.csv') from a",
        "with a as (insert into orders values ('x', 1) returning city) from a",
        "create table x as select 1",
        "select 1; copy orders to 'out.csv'",
        "explain select 1; copy orders to 'out.csv'",
        "from query('with a as (copy orders to ''out.csv'') from a')",
        "from json_execute_serialized_sql(json_serialize_sql('with a as (copy orders to ''out.csv'') from a'))",
        "from enable_logging(storage = 'file', storage_path = 'log')",
        "export database 'out'",
        "attach 'new.duckdb'",
        "select * from orders order by random() limit 1",
        "select count(*) from (select distinct hash(range) % 10000000 from range(20000000))",
    ];
    let mut questions = Vec::new();
    for sql in texts {
        questions.push(read(&source, sql));
        questions.push(Question::Describe { source: source.clone(), sql: sql.into() });
        questions.push(bind(sql));
        questions.push(parse(sql));
    }
    engine.ask(&questions);
    drop(engine);
    assert_eq!(snapshot(&root), before);
}

fn workers_end_with_their_engine() {
    let (_folder, _, source) = project();
    let engine = engine();
    engine.ask(&[parse("select 1"), read(&source, "select 1")]);
    let pids = engine.worker_pids();
    assert_eq!(pids.len(), 2);
    drop(engine);
    let started = Instant::now();
    let alive = |pid: &u32| Path::new(&format!("/proc/{pid}/stat")).exists();
    while pids.iter().any(alive) {
        assert!(started.elapsed() < Duration::from_secs(3), "workers outlive their engine");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn many_threads_share_an_engine() {
    let engine = engine();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let engine = &engine;
            scope.spawn(move || {
                for n in 0..50 {
                    let sql = if (n + thread) % 2 == 0 { "select 1" } else { "selec 1" };
                    assert_eq!(accepted(&one(engine, parse(sql))), sql == "select 1");
                }
            });
        }
    });
}
