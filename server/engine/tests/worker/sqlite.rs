//! SQLite databases, while their writers are at work.

use super::{Answer, Engine, EngineConfig, Question, SourceSpec, code, engine, one, program, read, values};
use rusqlite::Connection;

pub(super) fn sqlite_databases_are_read_beside_their_writers() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("shop");
    std::fs::create_dir(&root).unwrap();
    let path = root.join("shop.sqlite");
    let source = SourceSpec::Sqlite { root: root.clone(), path: path.clone().into() };
    let engine = engine();
    let cities = || one(&engine, read(&source, "select distinct city from orders order by city"));
    assert_eq!(code(&cities()), "database-missing");
    for mode in ["delete", "wal"] {
        drop(std::fs::remove_file(&path));
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch(&format!("pragma journal_mode = {mode}; create table orders (city text, n int)")).unwrap();
        writer.execute_batch("insert into orders values ('Köln', 1), ('O''Fallon', 2)").unwrap();
        assert_eq!(values(cities()), ["Köln", "O'Fallon"], "{mode}");
        // In WAL mode this is in the log alone, and the writer stays.
        writer.execute_batch("insert into orders values ('Oslo', 3)").unwrap();
        assert_eq!(values(cities()), ["Köln", "O'Fallon", "Oslo"], "{mode}");
        writer.execute_batch("begin immediate; insert into orders values ('Rom', 4)").unwrap();
        assert_eq!(values(cities()).len(), 3, "{mode}: what is not committed is not there");
        writer.execute_batch("commit").unwrap();
        assert_eq!(values(cities()).len(), 4, "{mode}");
        let describe =
            Question::Describe { source: source.clone(), sql: "select city, n * 1.5 as x from orders".into() };
        let Ok(Answer::Columns(Ok(columns))) = one(&engine, describe) else { panic!("it has columns") };
        assert_eq!(columns.iter().map(|column| column.data_type.as_str()).collect::<Vec<_>>(), ["VARCHAR", "DOUBLE"]);
    }
    let endless = "with recursive r(n) as (select 1 union all select n + 1 from r) select max(n) from r";
    let limits = viz_engine::Limits { timeout: std::time::Duration::from_millis(200), ..Default::default() };
    let quick = Engine::new(EngineConfig { limits, ..EngineConfig::new(program(), true) });
    assert_eq!(code(&one(&quick, read(&source, endless))), "timeout");
    assert_eq!(values(one(&quick, read(&source, "select 1"))), ["1"]);
    std::fs::write(
        &path,
        "this is no database at all, and long enough to be read as one, if anybody tried hard enough to do so",
    )
    .unwrap();
    assert_eq!(code(&cities()), "database-unreadable");
    drop(engine);
    let names: Vec<_> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| name.to_str().unwrap().starts_with("shop.sqlite")), "{names:?}");
}
