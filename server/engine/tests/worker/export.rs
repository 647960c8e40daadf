//! Exports: what is in the files, and that nothing is written anywhere else.

use super::rows::forms;
use super::{Answer, Engine, EngineConfig, Question, SourceSpec, code, program, project, snapshot};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use viz_engine::{CancelToken, Export, Limits};
use viz_facts::{ExportFiles, Exported, FlatFile, QueryTable, SqlErrorKind};
use viz_files::{Folder, Handed};

fn exporter(folder: &Path) -> Engine {
    Engine::new(EngineConfig { export: Some(handed(folder)), ..EngineConfig::new(program(), true) })
}

pub(super) fn handed(folder: &Path) -> Handed {
    Folder::open(folder).unwrap().handed().unwrap()
}

fn files(parquet: bool, json: bool) -> ExportFiles {
    let flat = FlatFile { name: "x.json".into(), before: "{\"data\":".into(), after: ",\"query\":1}".into() };
    ExportFiles { parquet: parquet.then(|| "x.parquet".into()), json: json.then_some(flat), names: Vec::new() }
}

fn question(source: &SourceSpec, sql: &str, files: ExportFiles) -> Question {
    Question::Export { source: source.clone(), tables: Vec::new(), sql: sql.into(), files }
}

fn ask(engine: &Engine, question: Question) -> Export {
    engine.export(&question, &Limits::default(), &CancelToken::new())
}

fn exported(engine: &Engine, question: Question) -> Exported {
    match ask(engine, question).answer {
        Ok(Answer::Exported(Ok(exported))) => exported,
        other => panic!("{other:?}"),
    }
}

/// The rows of a parquet file, as DuckDB prints them as JSON, but for numbers that are none.
fn parquet(path: &Path) -> Vec<Value> {
    let conn = duckdb::Connection::open_in_memory().unwrap();
    let sql = format!("select to_json(t)::varchar from read_parquet('{}') t", path.display());
    let mut statement = conn.prepare(&sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let none =
        |text: String| ["-Infinity", "NaN", "-inf", "nan"].iter().fold(text, |text, it| text.replace(it, "null"));
    rows.map(|row| serde_json::from_str(&none(row.unwrap())).unwrap()).collect()
}

/// A folder to export to, with nothing else in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    (folder, out)
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The same forms as those of rows, also if a parquet file is made of the same run.
pub(super) fn exports_keep_every_value() {
    let ((_out, out), (_project, root, _)) = (place(), project());
    let (engine, memory) = (exporter(&out), SourceSpec::DuckDbMemory { root });
    for ((sql, form), both) in forms().into_iter().flat_map(|form| [(form.clone(), false), (form, true)]) {
        let asked = question(&memory, &format!("select {sql} as v, 1 as \"a\"\"b\" ; -- c"), files(both, true));
        let export = ask(&engine, asked);
        let Ok(Answer::Exported(Ok(done))) = &export.answer else { panic!("{sql}: {:?}", export.answer) };
        assert_eq!(done.row_count, 1, "{sql}");
        assert_eq!(read(&out.join("x.json")), json!({"data": {"v": [form], "a\"b": [1]}, "query": 1}), "{sql}");
        let left: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 1 + usize::from(both), "{sql}: {left:?}");
        if both {
            assert_eq!(parquet(&out.join("x.parquet")).len(), 1, "{sql}");
        }
        left.iter().for_each(|name| std::fs::remove_file(out.join(name)).unwrap());
    }
}

pub(super) fn exports_have_the_right_columns_and_rows() {
    let ((_out, out), (_project, _, source)) = (place(), project());
    let engine = exporter(&out);
    let table = QueryTable { name: "m".into(), sql: "select * from orders -- all".into() };
    let asked = Question::Export {
        source: source.clone(),
        tables: vec![table],
        sql: "select city as c, n as d, n as d, n::decimal(9,2) / 3 as e, 'nan'::float as f from m order by n desc"
            .into(),
        files: files(true, true),
    };
    let export = ask(&engine, asked);
    let Ok(Answer::Exported(Ok(done))) = export.answer else { panic!("{:?}", export.answer) };
    assert_eq!((done.row_count, done.nulled.as_slice()), (2, &[0, 0, 0, 2][..]));
    assert_eq!(export.reads.as_deref().map(<[PathBuf]>::len), Some(3), "the database and its logs");
    let data = &read(&out.join("x.json"))["data"];
    assert_eq!((&data["c"], &data["d"]), (&json!(["O'Fallon", "Köln"]), &json!([2, 1])));
    let rows = parquet(&out.join("x.parquet"));
    assert_eq!((&rows[0]["c"], &rows[1]["d"], rows[0].as_object().unwrap().len()), (&json!("O'Fallon"), &json!(1), 4));
    assert!(rows[0]["e"].is_f64(), "decimals are doubles: {rows:?}");

    let named = ExportFiles { parquet: Some("o.parquet".into()), json: None, names: vec!["option".into()] };
    assert_eq!(exported(&engine, question(&source, "select city from orders order by 1;", named)).row_count, 2);
    assert_eq!(parquet(&out.join("o.parquet"))[0], json!({"option": "Köln"}));

    let none = exported(
        &engine,
        question(
            &source,
            "select city, n from orders where false",
            ExportFiles {
                json: Some(FlatFile { name: "none.json".into(), before: String::new(), after: String::new() }),
                parquet: Some("none.parquet".into()),
                names: Vec::new(),
            },
        ),
    );
    assert_eq!(none.row_count, 0);
    assert_eq!(read(&out.join("none.json")), json!({"city": [], "n": []}));
    assert!(parquet(&out.join("none.parquet")).is_empty());
}

/// Columns of SQLite have no types: what all rows are decides.
pub(super) fn exports_of_sqlite_hold_every_row() {
    let ((_out, out), (_project, root, _)) = (place(), project());
    let path = root.join("shop.sqlite");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch(
        "create table t (n int, x, y text, b blob);
         with recursive r(i) as (select 1 union all select i + 1 from r where i < 3000)
         insert into t select i, case i when 3000 then 'late' else i end, 'a''b', x'dead' from r;
         insert into t (n) values (9007199254740993)",
    )
    .unwrap();
    let engine = exporter(&out);
    let source = SourceSpec::Sqlite { root, path: path.into() };
    let table = QueryTable { name: "m".into(), sql: "select * from t".into() };
    let sql = "select n, x, y, b, n * 1.5 as f from m order by n";
    let (whole, _) = viz_facts::over_tables(std::slice::from_ref(&table), sql);
    let done = exported(&engine, question(&source, &whole, files(true, true)));
    assert_eq!(done.row_count, 3001);
    let types: Vec<&str> = done.columns.iter().map(|column| column.data_type.as_str()).collect();
    assert_eq!(types, ["BIGINT", "VARCHAR", "VARCHAR", "BLOB", "DOUBLE"]);
    let data = &read(&out.join("x.json"))["data"];
    assert_eq!((&data["x"][0], &data["x"][2999], &data["x"][3000]), (&json!("1"), &json!("late"), &Value::Null));
    assert_eq!(
        (&data["n"][3000], &data["b"][0], &data["y"][0]),
        (&json!("9007199254740993"), &json!("3q0="), &json!("a'b"))
    );
    let rows = parquet(&out.join("x.parquet"));
    assert_eq!((rows.len(), &rows[1]["f"]), (3001, &json!(3.0)));
    // Over tables the query is DuckDB's, and so are its types and functions.
    let duckdb = |sql: &str| {
        let (source, tables) = (source.clone(), vec![table.clone()]);
        let files = ExportFiles { parquet: Some("over.parquet".into()), ..ExportFiles::default() };
        Question::Export { source, tables, sql: sql.into(), files }
    };
    let done = exported(&engine, duckdb("select n, n * 1.5 as f, list_value(x) as l from m order by n"));
    let types: Vec<&str> = done.columns.iter().map(|column| column.data_type.as_str()).collect();
    assert_eq!((done.row_count, types), (3001, vec!["BIGINT", "DECIMAL(21,1)", "VARCHAR[]"]));
    for (sql, kind) in [
        ("select shop from m", SqlErrorKind::Binder),
        ("select x::int from m", SqlErrorKind::Conversion),
        ("delete from m", SqlErrorKind::Refused),
    ] {
        let failed = ask(&engine, duckdb(sql)).answer;
        assert!(matches!(&failed, Ok(Answer::Exported(Err(error))) if error.kind == kind), "{sql}: {failed:?}");
    }
    let secret = out.parent().expect("a folder").join("secret.csv");
    std::fs::write(&secret, "a\n1\n").unwrap();
    for sql in [
        format!("from read_csv('{}')", secret.display()),
        format!("from '{}'", secret.display()),
        "select current_setting('allowed_directories') from m".to_owned(),
        "from glob('**')".to_owned(),
        "from duckdb_settings()".to_owned(),
    ] {
        let outside = ask(&engine, duckdb(&sql)).answer;
        assert!(outside.is_err(), "{sql}: {outside:?}");
    }
    let failed = ask(&engine, question(&source, "delete from t", files(true, false)));
    assert!(matches!(failed.answer, Ok(Answer::Exported(Err(error))) if error.kind == SqlErrorKind::Refused));
}

pub(super) fn exports_write_to_their_folder_only() {
    let ((parent, out), (_project, root, source)) = (place(), project());
    let engine = exporter(&out);
    let outside = parent.path().join("written.csv");
    let copy = format!("copy (select 1) to '{}'", outside.display());
    let hidden = format!("with a as (copy (select 1) to '{}') select 1", outside.display());
    for sql in [copy.as_str(), hidden.as_str(), "create table t (a int)", "insert into orders values ('x', 1)"] {
        match ask(&engine, question(&source, sql, files(true, true))).answer {
            Ok(Answer::Exported(Err(error))) => {
                assert!(matches!(error.kind, SqlErrorKind::Refused | SqlErrorKind::Parser), "{sql}: {error:?}");
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
    let before = (snapshot(parent.path()), snapshot(&root));
    for name in ["../x.parquet", "/tmp/x.parquet", "a/b", "..", ".", "", "a/"] {
        let files = ExportFiles { parquet: Some(name.into()), json: None, names: Vec::new() };
        assert_eq!(code(&ask(&engine, question(&source, "select 1 as a", files)).answer), "not-a-file-name", "{name}");
    }
    assert!((snapshot(parent.path()), snapshot(&root)) == before);
    // Whoever has no such folder writes nothing.
    let plain = Engine::new(EngineConfig::new(program(), true));
    assert_eq!(code(&ask(&plain, question(&source, "select 1 as a", files(true, false))).answer), "no-export");
    assert!((snapshot(parent.path()), snapshot(&root)) == before);
}

/// Whoever runs beside a build can put a link in the folder's place, before the worker starts or between two exports.
pub(super) fn a_folder_that_becomes_a_link_is_not_written_through() {
    let ((parent, out), (_project, _, source)) = (place(), project());
    let (outside, moved) = (parent.path().join("outside"), parent.path().join("moved"));
    std::fs::create_dir(&outside).unwrap();
    let ask_all = |engine: &Engine| {
        [(true, false), (false, true), (true, true)]
            .map(|(parquet, json)| ask(engine, question(&source, "select 1 as a, 2 as b", files(parquet, json))).answer)
    };
    let swap = || {
        std::fs::rename(&out, &moved).unwrap();
        std::os::unix::fs::symlink(&outside, &out).unwrap();
    };
    for name in ["worker", "only-settings", "only-landlock"] {
        let program = super::walls::named(parent.path(), name);
        let config = || EngineConfig { export: Some(handed(&out)), ..EngineConfig::new(program.clone(), true) };
        let (late, early) = (Engine::new(config()), Engine::new(config()));
        assert!(matches!(ask_all(&early)[0], Ok(Answer::Exported(Ok(_)))), "{name}");
        std::fs::read_dir(&out).unwrap().for_each(|file| std::fs::remove_file(file.unwrap().path()).unwrap());
        swap();
        let answers = ask_all(&late);
        assert!(answers.iter().all(|answer| code(answer) == "file-unwritable"), "{name}: {answers:?}");
        drop(ask_all(&early));
        assert_eq!(snapshot(&outside), [], "{name}");
        std::fs::remove_file(&out).unwrap();
        std::fs::rename(&moved, &out).unwrap();
        std::fs::read_dir(&out).unwrap().for_each(|file| std::fs::remove_file(file.unwrap().path()).unwrap());
    }
}
