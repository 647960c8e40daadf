//! Binding on empty tables.

use super::{bind, bind_with, orders, piece, table};
use crate::PureRunner;
use viz_facts::{Reason, SqlErrorKind};

#[test]
fn a_sound_query_binds() {
    for sql in [
        "select city, count(*) from orders group by city having count(*) > 1 order by 2",
        "select \"größe\", \"q\"\"uoted\", parts.\"a b\" from orders; -- all of them",
        "select x from \"other \"\"model\"\"\"",
        "from orders o join \"other \"\"model\"\"\" m on o.order_id = m.x select *",
        // Fails on a row only.
        "select * from orders where order_id = 'abc'",
        "select * from orders where order_id = 'abc' and city in ()",
        "select * from orders where placed > '2024-01-01' and placed < now()",
    ] {
        assert_eq!(bind(sql).unwrap(), Ok(()), "{sql}");
    }
}

#[test]
fn errors_have_kind_message_place_and_candidates() {
    let cases: &[(&str, SqlErrorKind, &str, &str, &[&str])] = &[
        (
            "select citi from orders",
            SqlErrorKind::Binder,
            "Referenced column \"citi\" not found in FROM clause!",
            "citi",
            &["city"],
        ),
        (
            "select 'é',\n\t'😀', order_idd\nfrom orders;",
            SqlErrorKind::Binder,
            "Referenced column \"order_idd\" not found in FROM clause!",
            "order_idd",
            &["order_id", "ordered"],
        ),
        (
            "select\u{a0}\u{a0}citi\u{3000}from orders",
            SqlErrorKind::Binder,
            "Referenced column \"citi\" not found in FROM clause!",
            "citi",
            &["city"],
        ),
        (
            "select * from order_s",
            SqlErrorKind::Catalog,
            "Table with name order_s does not exist!",
            "order_s",
            &["orders"],
        ),
        (
            "select lenght(city) from orders",
            SqlErrorKind::Catalog,
            "Scalar Function with name lenght does not exist!",
            "lenght",
            &["length"],
        ),
        (
            "select o.citi from orders o",
            SqlErrorKind::Binder,
            "Table \"o\" does not have a column named \"citi\"",
            "o.citi",
            &["city"],
        ),
        ("select x.city from orders o", SqlErrorKind::Binder, "Referenced table \"x\" not found!", "x.city", &["o"]),
        (
            "select city from orders where sum(order_id) > 1",
            SqlErrorKind::Binder,
            "WHERE clause cannot contain aggregates!",
            "sum(order_id)",
            &[],
        ),
        (
            "select city from orders order by 5",
            SqlErrorKind::Binder,
            "ORDER term out of range - should be between 1 and 1",
            "5",
            &[],
        ),
    ];
    for (sql, kind, message, at, candidates) in cases {
        let error = bind(sql).unwrap().unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (*kind, *message), "{sql}");
        assert_eq!(piece(sql, &error), *at, "{sql}: {error:?}");
        assert!(
            error.candidates.iter().map(String::as_str).take(candidates.len()).eq(candidates.iter().copied()),
            "{sql}: {error:?}"
        );
        assert_eq!(error.candidates.is_empty(), candidates.is_empty(), "{sql}: {error:?}");
    }
}

#[test]
fn functions_are_candidates_with_their_types() {
    let sql = "select strpos(1, 2, 3) from orders";
    let error = bind(sql).unwrap().unwrap_err();
    assert_eq!(piece(sql, &error), "strpos(1, 2, 3)");
    assert!(!error.message.contains("Candidate"), "{error:?}");
    assert_eq!(error.candidates, ["strpos(string VARCHAR, search_string VARCHAR) -> BIGINT"]);
}

#[test]
fn tables_come_and_go() {
    let mut runner = PureRunner::new();
    let [a, b] = [table("a", &[("x", "INTEGER")]), table("b", &[("y", "VARCHAR")])];
    let changed = table("A", &[("z", "DATE")]);
    let mut ok = |tables: &[_], sql: &str| bind_with(&mut runner, tables, sql).unwrap().is_ok();
    assert!(ok(&[a.clone(), b.clone()], "select x, y from a, b"));
    assert!(ok(std::slice::from_ref(&a), "select x from a"));
    assert!(!ok(std::slice::from_ref(&a), "select y from b"));
    assert!(ok(&[b.clone(), changed.clone()], "select z, y from a, b"));
    assert!(!ok(&[b.clone(), changed], "select x from a"));
    assert!(!ok(&[], "select 1 from a"));
    // Nothing of other questions is offered.
    let error = bind_with(&mut runner, &[b], "select * from aa").unwrap().unwrap_err();
    assert!(!error.candidates.iter().any(|name| name.to_lowercase().contains('a') && name.len() < 3), "{error:?}");
}

#[test]
fn tables_that_cannot_be_are_unknown() {
    let mut runner = PureRunner::new();
    for tables in [
        vec![table("t", &[("x", "NOSUCHTYPE")])],
        vec![table("t", &[("x", "INTEGER); DROP TABLE t; --")])],
        vec![table("t", &[("x", "INTEGER"), ("X", "INTEGER")])],
        vec![table("t", &[("x", "INTEGER")]), table("T", &[("x", "INTEGER")])],
        vec![table("t", &[])],
    ] {
        assert_eq!(bind_with(&mut runner, &tables, "select 1").unwrap_err().code, Reason::ShadowTable, "{tables:?}");
        assert!(bind_with(&mut runner, &orders(), "select city from orders").unwrap().is_ok());
    }
}

#[test]
fn nothing_outside_can_be_read() {
    for sql in [
        "select * from read_csv('Cargo.toml')",
        "from 'Cargo.toml.csv'",
        "from read_text('/etc/passwd')",
        "from glob('*')",
        "from 'https://example.org/x.csv'",
        "from read_parquet('s3://x/y.parquet')",
    ] {
        let code = bind(sql).unwrap_err().code;
        assert!([Reason::FileNotAllowed, Reason::ExtensionMissing, Reason::Network].contains(&code), "{sql}: {code}");
    }
}

#[test]
fn what_needs_another_extension_is_unknown() {
    for (sql, extension) in [
        ("from 'x.gpkg'", "spatial"),
        ("from 'x.xlsx'", "excel"),
        ("from read_xlsx('x.xlsx')", "excel"),
        ("select city collate de from orders", "icu"),
        ("select inet '127.0.0.1'", "inet"),
        ("from sqlite_scan('a', 'b')", "sqlite_scanner"),
        ("select current_setting('s3_region')", "httpfs"),
        ("from pg_timezone_names()", "icu"),
    ] {
        let unknown = bind(sql).unwrap_err();
        assert_eq!(unknown.code, Reason::ExtensionMissing, "{sql}: {unknown:?}");
        assert!(unknown.message.contains(&format!("`{extension}`")), "{sql}: {unknown:?}");
    }
}

#[test]
fn a_function_of_an_extension_that_nothing_loads_is_an_error_at_its_name() {
    for (sql, name) in [
        ("select city, st_x (st_point(1, 2)) from orders", "st_x"),
        ("select 'st_point(', ST_Point(1, 2)", "ST_Point"),
        ("from st_read('x')", "st_read"),
    ] {
        let error = bind(sql).unwrap().unwrap_err();
        assert_eq!(error.kind, SqlErrorKind::Catalog, "{sql}");
        assert!(error.message.contains("exists in the spatial extension"), "{sql}: {error:?}");
        let offset = error.offset.unwrap() as usize;
        assert_eq!(&sql[offset..offset + error.length.unwrap() as usize], name, "{sql}");
    }
}

#[test]
fn an_error_that_no_extension_mends_stays_one() {
    for sql in
        ["select sum(placed) from orders", "select \"time zone\" from orders", "select upper(placed, 1) from orders"]
    {
        assert!(bind(sql).unwrap().is_err(), "{sql}");
    }
}
