use super::*;

fn shop() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a%20b?.db");
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(
        "create table orders (city varchar(20), amount decimal(10,2), n integer, note, at date);
         insert into orders values ('Köln', 1.5, 1, x'00', '2024-01-02'), ('Oslo', 2, 2, null, null);
         create view towns as select distinct city from orders;",
    )
    .unwrap();
    drop(conn);
    let copy = folder.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    let conn = open(&path, &copy).unwrap();
    (folder, conn)
}

fn error(conn: &Connection, sql: &str) -> SqlError {
    match describe(conn, sql) {
        Err(Failure::Sql(error)) => error,
        other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn queries_are_told_from_other_statements() {
    for sql in
        ["select 1", "-- the functions\nselect 1", "/* a; b */ with a as (select 1) select * from a", "values (';');"]
    {
        assert!(is_query(sql), "{sql}");
    }
    for sql in ["pragma table_info(t)", "select 1; select 2", "-- select\ndelete from t", ""] {
        assert!(!is_query(sql), "{sql}");
    }
}

#[test]
fn columns_have_the_types_of_their_values() {
    let (_folder, conn) = shop();
    let columns = describe(&conn, "select *, strftime('%Y', at) as year, n || '' as t from orders -- all").unwrap();
    let types: Vec<_> = columns.iter().map(|column| column.data_type.as_str()).collect();
    assert_eq!(types, ["VARCHAR", "DOUBLE", "BIGINT", "BLOB", "VARCHAR", "VARCHAR", "VARCHAR"]);
    let late = "with recursive r(i) as (select 1 union all select i + 1 from r where i < 5000) \
                select case i when 4000 then 'n/a' else i end as v, i from r";
    let types = describe(&conn, late).unwrap();
    assert_eq!(types.iter().map(|column| column.data_type.as_str()).collect::<Vec<_>>(), ["VARCHAR", "BIGINT"]);
    let none = describe(&conn, "select amount, n, at from orders where n > 9").unwrap();
    let types: Vec<_> = none.iter().map(|column| column.data_type.as_str()).collect();
    assert_eq!(types, ["DOUBLE", "BIGINT", "VARCHAR"]);
    let found = values(&conn, "select city from towns order by city;", 1, 100).unwrap();
    assert_eq!((found.values, found.more), (vec![Some("Köln".to_owned())], true));
}

#[test]
fn errors_have_kinds_and_places() {
    let (_folder, conn) = shop();
    let citi = error(&conn, "select citi from orders");
    assert_eq!((citi.kind, citi.offset), (SqlErrorKind::Binder, Some(7)), "{citi:?}");
    assert_eq!(error(&conn, "select * from nowhere").kind, SqlErrorKind::Catalog);
    assert_eq!(error(&conn, "select * frm orders where").kind, SqlErrorKind::Parser);
}

#[test]
fn nothing_but_reading_is_let_through() {
    let (_folder, conn) = shop();
    for sql in [
        "delete from orders",
        "select 1; select 2",
        "select 1; drop table orders",
        "attach 'x.db' as x",
        "pragma user_version",
        "create table x (y)",
        "vacuum into 'x.db'",
        "begin",
        "with a as (select 1) insert into orders (n) select * from a",
        "insert into orders (n) values (1) returning n",
    ] {
        assert_eq!(error(&conn, sql).kind, SqlErrorKind::Refused, "{sql}");
    }
    assert!(matches!(describe(&conn, "select load_extension('x')"), Err(Failure::Sql(_))));
    let set = describe(&conn, "select * from pragma_user_version");
    assert!(matches!(set, Err(Failure::Unknown(why)) if why.code == Reason::FunctionNotRun));
}

/// Only a copy of a database in WAL mode is opened: SQLite makes files beside it.
#[test]
fn no_database_in_wal_mode_is_opened_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("w.db"), folder.path().join("copy.db"));
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch("pragma journal_mode = wal; create table t (x)").unwrap();
    drop(conn);
    assert!(open(&path, &path).is_err_and(|why| why.message.contains("WAL mode")));
    std::fs::copy(&path, &copy).unwrap();
    assert!(open(&path, &copy).is_ok());
    // By the byte that says how it is read, and by a log beside it, whatever the header says.
    let bytes = std::fs::read(&path).unwrap();
    for (modes, log) in [([1, 2], false), ([1, 1], true)] {
        let changed = [&bytes[..18], &modes, &bytes[20..]].concat();
        std::fs::write(&path, changed).unwrap();
        let beside = folder.path().join("w.db-wal");
        if log {
            std::fs::write(&beside, "").unwrap();
        }
        assert!(open(&path, &path).is_err_and(|why| why.message.contains("WAL mode")), "{modes:?}");
        let _ = std::fs::remove_file(beside);
    }
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 2, "nothing is left beside them");
}

/// What Python's `sqlite3` runs is no error: virtual tables, what asks for the schema, mathematics, and views on all of it.
#[test]
fn ordinary_queries_of_sqlite_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.sqlite");
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "create table t (id integer primary key, city text, n real);
             insert into t (city, n) values ('Rome', 4), ('Oslo', 9);
             create virtual table ft using fts5(title);
             insert into ft values ('hello world');
             create virtual table rt using rtree(id, minx, maxx);
             insert into rt values (1, 0, 1);
             create view vft as select * from ft where ft match 'hello';
             create view vp as select name from pragma_table_info('t');
             create view vd as select file from pragma_database_list;",
        )
        .unwrap();
    let conn = open(&path, &path).unwrap();
    for (sql, rows) in [
        ("select title from ft where ft match 'hello'", 1),
        ("select id from rt where minx >= 0", 1),
        ("select sqrt(n), pow(n, 2), log(n), ceil(n) from t", 2),
        ("select name from pragma_table_info('t')", 3),
        ("select name from pragma_table_list where name = 't'", 1),
        ("select * from vft", 1),
        ("select * from vp", 3),
        ("select value from json_each('[1, 2]')", 2),
    ] {
        let found = values(&conn, sql, 10, 1000).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert_eq!(found.values.len(), rows, "{sql}");
    }
    // Where the copy is, is told to nobody.
    for sql in ["select * from vd", "select * from pragma_database_list"] {
        let told = describe(&conn, sql);
        assert!(matches!(&told, Err(Failure::Unknown(why)) if why.code == Reason::FunctionNotRun), "{sql}: {told:?}");
    }
    assert!(matches!(describe(&conn, "insert into ft values ('x') returning title"), Err(Failure::Sql(_))));
    assert!(conn.execute("delete from rt", []).is_err());
}
