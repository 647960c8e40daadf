//! Describing and reading sources in this process.

use super::{describe, file, memory, options, patient, snapshot};
use crate::{Limits, Runner, SourceRunner};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use viz_facts::{Answer, Column, Detail, QueryTable, Question, Reason, RunBy, SourceSpec, SqlErrorKind};

/// A project folder with a database whose name needs quotes.
fn project() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("täglich's data.duckdb");
    let conn = duckdb::Connection::open(&path).unwrap();
    conn.execute_batch(
        "create table orders(id integer, city varchar, \"Größe\" decimal(10,2), on_day date, tags varchar[]);
         insert into orders values (1, 'Köln', 1.50, '2024-01-02', ['a']), (2, NULL, 10, '2024-01-01', []), (3, 'O''Fallon', -0.25, NULL, NULL);
         create view towns as select distinct city from orders order by city;
         create view broken as select id from orders; alter table orders rename id to order_id;",
    )
    .unwrap();
    drop(conn);
    (folder, path)
}

fn columns(list: &[(&str, &str)]) -> Vec<Column> {
    list.iter().map(|(name, data_type)| Column { name: (*name).into(), data_type: (*data_type).into() }).collect()
}

fn values(source: &SourceSpec, sql: &str) -> Vec<Option<String>> {
    options(source, sql, 100).unwrap().unwrap().values
}

fn some(list: &[&str]) -> Vec<Option<String>> {
    list.iter().map(|text| Some((*text).to_owned())).collect()
}

#[test]
fn columns_and_types() {
    let (folder, path) = project();
    let before = snapshot(folder.path());
    let source = file(folder.path(), path);
    assert_eq!(
        describe(&source, "select *, order_id + 1 as next, {'a': 1} as s from orders; -- all").unwrap().unwrap(),
        columns(&[
            ("order_id", "INTEGER"),
            ("city", "VARCHAR"),
            ("Größe", "DECIMAL(10,2)"),
            ("on_day", "DATE"),
            ("tags", "VARCHAR[]"),
            ("next", "INTEGER"),
            ("s", "STRUCT(a INTEGER)"),
        ])
    );
    assert_eq!(
        describe(&source, "from \"täglich's data\".main.towns").unwrap().unwrap(),
        columns(&[("city", "VARCHAR")])
    );
    assert_eq!(
        describe(&source, "(select 1 as a, 2 as a)").unwrap().unwrap(),
        columns(&[("a", "INTEGER"), ("a", "INTEGER")])
    );
    assert_eq!(snapshot(folder.path()), before);
}

/// A sequence moves when it is asked, and a source is only read: that is no fault of the query.
#[test]
fn what_writes_to_its_source_is_not_known() {
    let (folder, path) = project();
    duckdb::Connection::open(&path).unwrap().execute_batch("create sequence numbers").unwrap();
    let source = file(folder.path(), path);
    let why = describe(&source, "select nextval('numbers') as n, city from orders").unwrap_err();
    assert_eq!((why.code, why.message.contains("`nextval`")), (Reason::ReadOnly, true), "{why:?}");
    let why = options(&source, "select nextval('numbers')", 5).unwrap_err();
    assert_eq!(why.code, Reason::ReadOnly);
    assert!(describe(&source, "select nextval('number')").unwrap().is_err(), "there is none of that name");
}

#[test]
fn errors_point_into_the_users_text() {
    let (folder, path) = project();
    let source = file(folder.path(), path);
    let error = describe(&source, "select 'ü',\n citi from orders").unwrap().unwrap_err();
    assert_eq!((error.kind, error.offset, error.length), (SqlErrorKind::Binder, Some(14), Some(4)));
    assert_eq!(error.candidates, ["city"]);
    let error = options(&source, "select city from ordrs", 5).unwrap().unwrap_err();
    assert_eq!((error.kind, error.offset, error.length), (SqlErrorKind::Catalog, Some(17), Some(5)));
    assert_eq!(error.candidates, ["orders"]);
    // The fault is in the view's text, so it has no place here.
    let error = describe(&source, "select 1 as one, broken.* from broken").unwrap().unwrap_err();
    assert_eq!((error.kind, error.offset), (SqlErrorKind::Binder, None), "{error:?}");
}

#[test]
fn options_are_texts_in_row_order() {
    let (folder, path) = project();
    let before = snapshot(folder.path());
    let source = file(folder.path(), path);
    let found = options(&source, "select city from orders order by order_id; -- c", 2).unwrap().unwrap();
    assert_eq!(found.values, [Some("Köln".to_owned()), None]);
    assert!(found.more && found.columns == columns(&[("city", "VARCHAR")]));
    let all = options(&source, "select city, order_id from orders order by order_id desc", 3).unwrap().unwrap();
    assert_eq!(all.values, [Some("O'Fallon".to_owned()), None, Some("Köln".to_owned())]);
    assert!(!all.more && all.columns.len() == 2);
    assert_eq!(options(&source, "select city from orders where false", 3).unwrap().unwrap().values, []);
    assert_eq!(options(&source, "select city from orders", 0).unwrap().unwrap().values, []);
    assert_eq!(snapshot(folder.path()), before);
}

#[test]
fn values_are_as_the_browser_shows_them() {
    let folder = tempfile::tempdir().unwrap();
    let source = memory(folder.path());
    for (sql, expected) in [
        ("select unnest([1, -2, 9007199254740993])", some(&["1", "-2", "9007199254740993"])),
        ("select unnest([1.5, 2.0, 0.1, 1e21, 1e-7]::double[])", some(&["1.5", "2", "0.1", "1e+21", "1e-7"])),
        ("select 0.1::float", some(&["0.10000000149011612"])),
        ("select unnest([1.50, 2.00, -0.25])", some(&["1.5", "2", "-0.25"])),
        ("select sum(range) from range(5)", some(&["10"])),
        ("select unnest([true, false])", some(&["true", "false"])),
        ("select date '2024-01-02'", some(&["2024-01-02"])),
        ("select timestamp '2024-01-02 03:04:05'", some(&["2024-01-02 03:04:05"])),
        ("select ' a ''b''\n'", some(&[" a 'b'\n"])),
        ("select 'a'::enum('a', 'b')", some(&["a"])),
        ("values ('x'), (null)", vec![Some("x".to_owned()), None]),
        ("with a as (select 3 as n) from a", some(&["3"])),
    ] {
        assert_eq!(values(&source, sql), expected, "{sql}");
    }
    let dates = options(&source, "select date '2024-01-02' as d", 1).unwrap().unwrap();
    assert_eq!(dates.columns, columns(&[("d", "DATE")]));
}

#[test]
fn an_error_on_the_data_is_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let error =
        options(&memory(folder.path()), "select x::int from (values ('1'), ('a')) t(x)", 9).unwrap().unwrap_err();
    assert_eq!((error.kind, error.offset), (SqlErrorKind::Conversion, None), "{error:?}");
}

#[test]
fn a_csv_file_is_a_view() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("städte's.csv");
    std::fs::write(&path, "name;n\nKöln;1\nO'Fallon;2\n").unwrap();
    let csv = |has_header| SourceSpec::Csv {
        root: folder.path().to_owned(),
        path: path.clone().into(),
        view: "my \"towns\"".into(),
        delimiter: ";".into(),
        has_header,
    };
    let before = snapshot(folder.path());
    let sql = "select * from \"my \"\"towns\"\"\"";
    assert_eq!(describe(&csv(true), sql).unwrap().unwrap(), columns(&[("name", "VARCHAR"), ("n", "BIGINT")]));
    assert_eq!(values(&csv(true), sql), some(&["Köln", "O'Fallon"]));
    assert_eq!(values(&csv(false), sql), some(&["name", "Köln", "O'Fallon"]));
    assert_eq!(snapshot(folder.path()), before);

    // A file that changes is read again by the same runner.
    let mut runner = SourceRunner::new();
    let question = Question::Describe { source: csv(true), sql: sql.into() };
    let first = runner.run(&question, &patient()).unwrap();
    std::fs::write(&path, "other\n2024-01-01\n").unwrap();
    assert_ne!(runner.run(&question, &patient()).unwrap(), first);

    std::fs::remove_file(&path).unwrap();
    std::fs::write(path.with_file_name("town.csv"), "name\n").unwrap();
    let why = describe(&csv(true), sql).unwrap_err();
    assert_eq!((why.code, why.detail), (Reason::FileMissing, Some(Detail::Beside(vec!["town.csv".into()]))));
}

#[test]
fn databases_that_cannot_be_opened_are_unknown() {
    let (folder, path) = project();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("noise.duckdb"), b"noise".repeat(5_000)).unwrap();
    std::fs::write(at("empty.duckdb"), b"").unwrap();
    std::fs::write(at("cut.duckdb"), &std::fs::read(&path).unwrap()[..5_000]).unwrap();
    std::fs::create_dir(at("folder.duckdb")).unwrap();
    for (name, code) in [
        ("none.duckdb", Reason::DatabaseMissing),
        ("no/such/folder/x.duckdb", Reason::DatabaseMissing),
        ("noise.duckdb", Reason::DatabaseUnreadable),
        ("empty.duckdb", Reason::DatabaseUnreadable),
        ("cut.duckdb", Reason::DatabaseUnreadable),
        ("folder.duckdb", Reason::DatabaseUnreadable),
    ] {
        let unknown = describe(&file(folder.path(), at(name)), "select 1").unwrap_err();
        assert_eq!(unknown.code, code, "{name}: {unknown:?}");
        assert!(unknown.message.contains(name), "{unknown:?}");
    }
    assert_eq!(describe(&memory(&at("gone")), "select 1").unwrap_err().code, Reason::FolderMissing);
    assert!(!at("none.duckdb").exists());
}

#[test]
fn a_database_named_like_one_of_duckdbs_own_opens() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["memory.duckdb", "system.db", "temp.duckdb", "main.duckdb", "a.b.duckdb", "1.duckdb"] {
        let path = folder.path().join(name);
        duckdb::Connection::open(&path).unwrap().execute_batch("create table t as select 1 as x").unwrap();
        assert_eq!(values(&file(folder.path(), path), "select x from t"), some(&["1"]), "{name}");
    }
}

#[test]
fn a_database_is_free_between_questions() {
    let (folder, path) = project();
    let source = file(folder.path(), path.clone());
    let mut runner = SourceRunner::new();
    let question = Question::Describe { source, sql: "select city from orders".into() };
    for round in 0..3 {
        assert!(runner.run(&question, &patient()).is_ok());
        let writer = duckdb::Connection::open(&path).unwrap();
        writer.execute_batch(&format!("create table t{round}(x integer)")).unwrap();
    }
}

#[test]
fn a_write_ahead_log_is_read_and_left_alone() {
    let (folder, path) = project();
    let writer = duckdb::Connection::open(&path).unwrap();
    writer.execute_batch("set wal_autocheckpoint = '1TB'; insert into orders(city) values ('late')").unwrap();
    let copy = folder.path().join("copy.duckdb");
    let log = |path: &PathBuf| PathBuf::from(format!("{}.wal", path.display()));
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(log(&path), log(&copy)).unwrap();
    drop(writer);
    let before = snapshot(folder.path());
    assert_eq!(values(&file(folder.path(), copy), "select count(*) from orders"), some(&["4"]));
    assert_eq!(snapshot(folder.path()), before);
}

#[test]
fn a_row_that_cannot_be_read_fails_what_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.csv");
    let rows: String = (0..30_000).map(|n| format!("{n},x\n")).collect();
    std::fs::write(&path, format!("n,name\n{rows}many,y\n")).unwrap();
    let csv = SourceSpec::Csv {
        root: folder.path().to_owned(),
        path: path.clone().into(),
        view: "long".to_owned(),
        delimiter: ",".to_owned(),
        has_header: true,
    };
    let mut runner = SourceRunner::new();
    let mut ask = |sql: &str| {
        let question = Question::Options { source: csv.clone(), sql: sql.into(), limit: 5 };
        runner.run(&question, &patient()).unwrap()
    };
    let failed = |answer: &Answer| matches!(answer, Answer::Options(Err(_)));
    assert!(failed(&ask("select max(n) from long")));
    assert!(!failed(&ask("select distinct name from long")));
    // Mended, it is read anew.
    std::fs::write(&path, format!("n,name\n{rows}30000,y\n")).unwrap();
    assert!(!failed(&ask("select max(n) from long")));
}

#[test]
fn other_files_are_out_of_reach() {
    let (folder, path) = project();
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret.csv");
    std::fs::write(&secret, "a\n1\n").unwrap();
    let source = file(folder.path(), path);
    for sql in [format!("from '{}'", secret.display()), format!("select * from read_text('{}')", secret.display())] {
        assert_eq!(describe(&source, &sql).unwrap_err().code, Reason::FileNotAllowed, "{sql}");
        assert_eq!(options(&source, &sql, 5).unwrap_err().code, Reason::FileNotAllowed, "{sql}");
    }
    let inside = folder.path().join("data.csv");
    std::fs::write(&inside, "a\n1\n").unwrap();
    assert_eq!(values(&source, &format!("select a from '{}'", inside.display())), some(&["1"]));
    let missing = format!("select a from read_csv('{}')", folder.path().join("none.csv").display());
    assert_eq!(describe(&source, &missing).unwrap().unwrap_err().kind, SqlErrorKind::Io);
}

#[test]
fn an_endless_query_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = SourceRunner::new();
    let sql = "select count(*) from range(1000000000000::bigint) a, range(1000000) b";
    let endless = Question::Options { source: memory(folder.path()), sql: sql.into(), limit: 1 };
    // Without the interrupt it takes years.
    let unknown =
        runner.run(&endless, &Limits { timeout: Duration::from_millis(200), ..Limits::default() }).unwrap_err();
    assert_eq!(unknown.code, Reason::Timeout);
    let quick = Question::Options { source: memory(folder.path()), sql: "select 1".into(), limit: 1 };
    assert!(runner.run(&quick, &patient()).is_ok());
}

/// Each project has as many of these as it has queries.
#[test]
fn what_a_query_says_is_kept_in_short() {
    let (folder, _) = project();
    let source = memory(folder.path());
    for said in ["repeat('a', 5000000)", "repeat('a ', 5000000)"] {
        let error = options(&source, &format!("select error({said})"), 10).unwrap().unwrap_err();
        let length = error.message.chars().count();
        assert!((1_000..=4_001).contains(&length) && error.message.ends_with('…'), "{length}");
    }
}

/// Stand-ins for the viewers' functions, and what holds a CSV file's rows, are the checker's own: no viewer's engine has them, so no text that
/// somebody typed has them either, whichever other query had them made.
#[test]
fn what_only_the_checker_has_is_not_there_for_what_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("towns.csv");
    std::fs::write(&path, "name\nRome\n").unwrap();
    let source = SourceSpec::Csv {
        root: folder.path().to_owned(),
        path: path.into(),
        view: "towns".into(),
        delimiter: ",".into(),
        has_header: true,
    };
    let mut runner = SourceRunner::new();
    let mut ask = |question| runner.run(&question, &patient());
    let execute = |sql: &str| Question::Execute {
        source: source.clone(),
        tables: Vec::new(),
        by: RunBy::Source,
        materialized: false,
        sql: sql.into(),
    };
    // Its own words may have them.
    assert_eq!(ask(execute("select viz_1_4_divisor(1) from towns")), Ok(Answer::Accepted(Ok(()))));
    for name in ["viz_1_4_divisor", "VIZ_1_4_divisor", "\"viz_1_4_Divisor\""] {
        let sql = format!("select 1 + {name}(2) as x from towns");
        let bare = name.trim_matches('"');
        let wanted = format!("Scalar Function with name {bare} does not exist!");
        let is_refused = |error: &viz_facts::SqlError| {
            assert_eq!(error.kind, SqlErrorKind::Catalog);
            assert!(error.message.eq_ignore_ascii_case(&wanted), "{error:?}");
            assert_eq!(super::piece(&sql, error), bare);
        };
        is_refused(&super::parse(&sql).unwrap_err());
        let describe = Question::Describe { source: source.clone(), sql: sql.clone() };
        let Ok(Answer::Columns(Err(error))) = ask(describe) else { panic!("{sql} is described") };
        is_refused(&error);
        let options = Question::Options { source: source.clone(), sql: sql.clone(), limit: 5 };
        let Ok(Answer::Options(Err(error))) = ask(options) else { panic!("{sql} has options") };
        is_refused(&error);
    }
    for table in ["viz_csv", "temp.viz_csv", "temp.main.viz_csv"] {
        let describe = Question::Describe { source: source.clone(), sql: format!("select * from {table}") };
        let answer = ask(describe);
        assert!(matches!(answer, Ok(Answer::Columns(Err(_)))), "{table}: {answer:?}");
    }
}

/// A trial that was stopped may leave tables: no later question meets any.
#[test]
fn no_table_of_a_trial_that_was_stopped_is_met_later() {
    let folder = tempfile::tempdir().unwrap();
    let source = memory(folder.path());
    let trial = |slow: &str| Question::Execute {
        source: source.clone(),
        tables: [("first", "select 1 as a"), ("second", slow)]
            .map(|(name, sql)| QueryTable { name: name.into(), sql: sql.into() })
            .into(),
        by: RunBy::Source,
        materialized: true,
        sql: "select a from first".into(),
    };
    let mut runner = SourceRunner::new();
    let brief = Limits { timeout: Duration::from_millis(300), ..Limits::default() };
    let endless = "select sum(i % 7) as w from range(400000000000) as r(i)";
    for _ in 0..3 {
        let why = runner.run(&trial(endless), &brief).unwrap_err();
        assert_eq!(why.code, Reason::Timeout, "{why:?}");
        assert_eq!(runner.held_sources(), 0, "the source is let go with what was made in it");
        assert_eq!(runner.run(&trial("select 2 as b"), &patient()), Ok(Answer::Accepted(Ok(()))));
        assert_eq!(runner.held_sources(), 1);
        for table in ["first", "second"] {
            let describe = Question::Describe { source: source.clone(), sql: format!("from temp.main.{table}") };
            let answer = runner.run(&describe, &patient());
            assert!(matches!(answer, Ok(Answer::Columns(Err(_)))), "{table}: {answer:?}");
        }
    }
}
