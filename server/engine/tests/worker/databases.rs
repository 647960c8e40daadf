//! Sources: what is read of them, what is not, and who else may write to them meanwhile.

use super::*;
use viz_facts::Reason;

pub(super) fn sources_are_described_and_read() {
    let (_folder, root, source) = project();
    let mut engine = engine();
    let describe = Question::Describe { source: source.clone(), sql: "select * from orders".into() };
    let Ok(Answer::Columns(Ok(columns))) = engine.run(&describe, &Limits::default()) else { panic!("it has columns") };
    assert_eq!(columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["city", "n"]);
    assert_eq!(values(one(&engine, read(&source, "select city from orders order by n"))), ["Köln", "O'Fallon"]);
    let csv = SourceSpec::Csv {
        root: root.clone(),
        path: root.join("data/towns.csv").into(),
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

pub(super) fn relative_files_are_below_the_root() {
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

pub(super) fn untrusted_engines_have_no_sources() {
    let (_folder, _, source) = project();
    let engine = Engine::new(EngineConfig::new(program(), false));
    let answers = engine.ask(&[read(&source, "select 1"), parse("select 1"), bind("select city from orders")]);
    assert_eq!(code(&answers[0]), "untrusted");
    assert!(accepted(&answers[1]) && accepted(&answers[2]) && !engine.is_trusted());
}

pub(super) fn a_locked_database_is_read_from_a_copy() {
    let (_folder, _, source) = project();
    let path = source.path().expect("the project has a database").reveal();
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
pub(super) fn writers_are_never_in_our_way_nor_we_in_theirs() {
    let (_folder, _, source) = project();
    let path = source.path().expect("the project has a database").reveal();
    let engine = engine();
    std::thread::scope(|scope| {
        let stop = CancelToken::new();
        let asked = scope.spawn({
            let (engine, source, stop) = (&engine, &source, stop.clone());
            move || {
                let mut counts = Vec::new();
                while !stop.is_cancelled() {
                    match one(engine, read(source, "select count(*) from orders")) {
                        Err(unknown) => assert_eq!(unknown.code, Reason::DatabaseChanging, "{unknown:?}"),
                        answer => counts.push(values(answer)[0].parse::<u32>().unwrap()),
                    }
                }
                counts
            }
        });
        let write = |n: usize| {
            let conn = duckdb::Connection::open(path).unwrap_or_else(|error| panic!("{n}: {error}"));
            if n.is_multiple_of(10) {
                conn.execute_batch("insert into orders values ('Rom', 9)").unwrap();
            }
        };
        (0..500).for_each(write);
        stop.cancel();
        let counts = asked.join().unwrap();
        assert!(counts.is_sorted() && !counts.is_empty(), "{counts:?}");
        // The engine has the project open, and nothing to do.
        (500..1000).for_each(write);
    });
    assert_eq!(values(one(&engine, read(&source, "select count(*) from orders"))), ["102"]);
}

pub(super) fn a_database_that_is_locked_and_too_large_to_copy_is_unknown() {
    let (_folder, _, source) = project();
    let path = source.path().expect("the project has a database").reveal();
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

pub(super) fn files_elsewhere_are_read_as_they_are_replaced() {
    let (folder, root, source) = project();
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let csv = elsewhere.join("towns.csv");
    std::fs::write(&csv, "town\nBonn\n").unwrap();
    std::fs::write(elsewhere.join("secret.csv"), "word\nxyzzy\n").unwrap();
    let inside = source.path().expect("the project has a database").reveal();
    let path = elsewhere.join("shop.duckdb");
    std::fs::copy(inside, &path).unwrap();
    let engine = Engine::new(EngineConfig { copy_limit: 0, ..EngineConfig::new(program(), true) });
    let database = SourceSpec::DuckDbFile { root: root.clone(), path: path.into() };
    let sheet = SourceSpec::Csv {
        root,
        path: csv.clone().into(),
        view: "towns".into(),
        delimiter: ",".into(),
        has_header: true,
    };
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

pub(super) fn nothing_is_written() {
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

/// Expressions in a log would run while the database is attached, and nobody has judged them.
pub(super) fn what_a_log_computes_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let path = root.join("zebra7.duckdb");
    logged(&path);
    let (source, own) = (SourceSpec::DuckDbFile { root: root.clone(), path: path.clone().into() }, "select b from t");
    for copy_limit in [512 << 20, 10] {
        let engine = Engine::new(EngineConfig { copy_limit, ..EngineConfig::new(program(), true) });
        let answer = one(&engine, read(&source, own));
        assert_eq!(code(&answer), "log-unreadable", "{answer:?}");
        assert!(answer.unwrap_err().message.contains("`zebra7.duckdb.wal` beside the database"));
    }

    // Nor is one opened by a query.
    let other = SourceSpec::DuckDbMemory { root };
    for sql in [
        "select b from 'zebra7.duckdb'",
        "select b from 'zebra*.duckdb'",
        "from read_duckdb('zebra7.duckdb')",
        "from query_table('zebra7.duckdb')",
    ] {
        let answer = one(&engine(), read(&other, sql));
        assert!(matches!(&answer, Err(why) if why.code == Reason::FunctionNotRun), "{sql}: {answer:?}");
    }
}

/// A database with an expression in its log.
fn logged(path: &Path) {
    let conn = duckdb::Connection::open(path).unwrap();
    conn.execute_batch(
        "set wal_autocheckpoint = '1GB'; pragma disable_checkpoint_on_shutdown;
         create table t (i int); insert into t values (1); checkpoint;
         alter table t add column b varchar default (reverse(current_setting('allowed_paths')::varchar));",
    )
    .unwrap();
    drop(conn);
    assert!(path.with_extension("duckdb.wal").exists(), "the log is there");
}

/// What is said of a damaged database names the file that the user knows.
pub(super) fn errors_name_the_users_file() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let path = root.join("shop.duckdb");
    let conn = duckdb::Connection::open(&path).unwrap();
    conn.execute_batch("create table t as select range i, md5(range::varchar) x from range(400000)").unwrap();
    drop(conn);
    let whole = std::fs::read(&path).unwrap();
    let source = SourceSpec::DuckDbFile { root, path: path.clone().into() };
    for most in [8192, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..most]).unwrap();
        let answer = format!("{:?}", one(&engine(), read(&source, "select sum(i), max(x) from t")));
        assert!(!answer.contains("/copies/") && !answer.contains("/proc/"), "{most}: {answer}");
        assert!(answer.contains("shop.duckdb"), "{most}: {answer}");
    }
}
