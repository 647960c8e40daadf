//! Which texts pass the statement gate.

use super::{bind, parse, patient, piece, runner};
use crate::Runner;
use crate::spaces;
use viz_facts::{Question, Reason, SqlErrorKind};

const ACCEPTED: &[&str] = &[
    "select 1",
    "select 1;",
    "select 1;;",
    "select 1; -- the end",
    "-- first\nselect 1 /* ; drop table t */",
    "(select 1)",
    "((select 1) union (select 2)) order by 1",
    "from range(3)",
    "from range(3) select range * 2",
    "with a as (select 1) select * from a",
    "with recursive a as (select 1 as i union all select i + 1 from a where i < 5) from a",
    "with a as materialized (select 1) from a",
    "values (1), (2)",
    "table orders",
    "select load, \"drop\", insert from (select 1 as load, 2 as \"drop\", 3 as insert)",
    "select 'copy orders to ''x'''",
    "select $$; drop table t$$",
    "describe select 1",
    "describe orders",
    "show tables",
    "summarize select 1",
    "pivot orders on city in ('x') using sum(order_id)",
    "unpivot orders on city",
    "select * from orders qualify row_number() over (order by city) = 1",
    "select x: 1",
    "select\u{a0}1\u{2003}as\u{3000}x ",
    "\u{feff}select 1",
    "select * from duckdb_external_resources()",
];

const REFUSED: &[(&str, &str)] = &[
    ("", "this is empty"),
    (" ; -- nothing\n", "this is empty"),
    ("insert into orders values (1)", "this is an INSERT"),
    ("with a as (select 1) insert into orders from a", "this is an INSERT"),
    ("update orders set city = 'x'", "this is an UPDATE"),
    ("delete from orders", "this is a DELETE"),
    ("truncate orders", "this is a TRUNCATE"),
    ("drop table orders", "this is a DROP"),
    ("create table x as select 1", "this is a CREATE"),
    ("copy orders to 'x.csv'", "this is a COPY"),
    ("explain select 1", "this is an EXPLAIN"),
    ("explain select 1; drop table orders", "these are 2 statements"),
    ("select 1; select 2", "these are 2 statements"),
    ("select 1; drop table orders", "these are 2 statements"),
    ("/* select */ attach 'x'", "this is an ATTACH"),
    ("load 'x'", "this is a LOAD"),
    ("install x", "this is an INSTALL"),
    ("set memory_limit = '1TB'", "this is a SET"),
    ("use x", "this is a USE"),
    ("pragma version", "this is a PRAGMA"),
    ("call pragma_version()", "this is a CALL"),
    ("prepare p as select 1", "this is a PREPARE"),
    ("export database 'x'", "this is an EXPORT"),
    ("with a as (copy orders to 'x.csv') from a", "this contains a COPY"),
    ("with a as (insert into orders(city) values ('x') returning *) select * from a", "this contains an INSERT"),
    ("with a as (delete from orders returning *) select * from a", "this contains a DELETE"),
    ("with a as (update orders set city = 'x' returning *) select * from a", "this contains an UPDATE"),
    ("select * from (with a as (copy orders to 'x.csv') from a)", "this contains a COPY"),
    ("create table x as pivot orders on city", "this is a CREATE"),
    ("with w as (insert into orders values (1) returning *) pivot w on city", "this contains an INSERT"),
    ("with w as (/**/ Copy (select 1) to 'x.csv') pivot w on city", "this contains a COPY"),
];

#[test]
fn a_single_select_is_accepted() {
    for sql in ACCEPTED {
        assert_eq!(parse(sql), Ok(()), "{sql}");
    }
}

#[test]
fn what_was_accepted_binds() {
    for sql in ACCEPTED {
        let verdict = bind(sql).unwrap_or_else(|unknown| panic!("{sql}: {unknown:?}"));
        assert_eq!(verdict, Ok(()), "{sql}");
    }
}

#[test]
fn anything_else_is_refused_with_its_name() {
    for (sql, what) in REFUSED {
        let error = parse(sql).unwrap_err();
        assert_eq!(error.kind, SqlErrorKind::Refused, "{sql}: {error:?}");
        assert_eq!(error.message, format!("only a single SELECT can be checked here: {what}"), "{sql}");
        assert_eq!(bind(sql).unwrap().unwrap_err(), error, "{sql}");
    }
}

#[test]
fn functions_that_run_other_text_parse_but_do_not_run() {
    for sql in [
        "from query('select 1')",
        "select json_serialize_plan('select nosuch from read_csv(''.env'')')",
        "select JSON_Serialize_Plan(x, optimize := true) from (select 'select 1' as x)",
        "select * from \"QUERY\"('select 1')",
        "from json_execute_serialized_sql('{}')",
        "from checkpoint()",
        "select * from enable_logging()",
        "from (select 1 where exists (from query('select 1')))",
    ] {
        assert_eq!(parse(sql), Ok(()), "{sql}");
        assert_eq!(bind(sql).unwrap_err().code, Reason::FunctionNotRun, "{sql}");
    }
}

#[test]
fn a_pivot_that_needs_its_data_parses_but_does_not_run() {
    for sql in [
        "pivot orders on city using sum(order_id)",
        "from (pivot orders on city using sum(order_id))",
        "with p as (pivot orders on city using sum(order_id)) select * from p",
        "with p(insert, copy) as (select 1, 2) pivot p on (copy) using sum(insert)",
    ] {
        assert_eq!(parse(sql), Ok(()), "{sql}");
        assert_eq!(bind(sql).unwrap_err().code, Reason::DynamicPivot, "{sql}");
    }
}

#[test]
fn syntax_errors_have_duckdbs_message_and_place() {
    for (sql, message, at) in [
        ("selec 1", "syntax error at or near \"selec\"", "selec"),
        ("select 'é', from where", "syntax error at or near \"where\"", "where"),
        ("select\n  1,\r\n  2 from\n where x", "syntax error at or near \"where\"", "where"),
        ("select\u{a0}'\u{a0}',\u{3000}x from where", "syntax error at or near \"where\"", "where"),
        ("select 1; select (", "syntax error at or near \"(\"", "("),
        ("select '😀' as \"😀\" from t wher x = 1", "syntax error at or near \"x\"", "x"),
    ] {
        let error = parse(sql).unwrap_err();
        assert_eq!(error.kind, SqlErrorKind::Parser, "{sql}");
        assert_eq!(error.message, message, "{sql}");
        assert_eq!(piece(sql, &error), at, "{sql}: {error:?}");
        assert_eq!(bind(sql).unwrap().unwrap_err(), error, "{sql}");
    }
}

#[test]
fn a_string_without_an_end() {
    let error = parse("select 'a").unwrap_err();
    assert_eq!((error.kind, error.offset), (SqlErrorKind::Parser, Some(7)));
}

#[test]
fn an_error_that_duckdb_cannot_print() {
    let error = parse("select x'é'").unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (SqlErrorKind::Parser, "DuckDB's parser rejects this text"));
}

#[test]
fn parameters_parse_but_have_no_value() {
    for sql in ["select ?", "select $1", "select $name", "select 1 where 1 = ?"] {
        assert_eq!(parse(sql), Ok(()), "{sql}");
        let error = bind(sql).unwrap().unwrap_err();
        assert_eq!(error.kind, SqlErrorKind::Other, "{sql}");
        assert!(error.message.contains("parameter"), "{sql}: {error:?}");
    }
}

#[test]
fn long_and_deep_texts_are_judged() {
    let sum = format!("select {}1", "1 + ".repeat(400));
    assert_eq!(parse(&sum), Ok(()));
    let list = format!("select 1 where 1 in ({}1)", "1, ".repeat(100_000));
    assert_eq!(parse(&list), Ok(()));
    // Whatever DuckDB says about thousands of nested brackets, it says it and lives.
    let deep = format!("select {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    let verdict = parse(&deep);
    assert!(verdict.is_ok() || verdict.is_err_and(|error| error.kind == SqlErrorKind::Parser));
    assert_eq!(parse("select 1"), Ok(()));
}

#[test]
fn a_nul_character_does_not_run() {
    for sql in ["select 1 \0", "select 'a\0b'", "select 1 -- \0 x"] {
        let error = bind(sql).unwrap().unwrap_err();
        assert_eq!((error.kind, error.offset), (SqlErrorKind::Parser, sql.find('\0').map(|at| at as u32)), "{sql:?}");
    }
}

/// The verdict on a text with widened spaces must be DuckDB's on the text itself, wherever the spaces stand.
#[test]
fn widening_spaces_changes_no_verdict() {
    let conn = duckdb::Connection::open_in_memory().unwrap();
    let mut judge = conn.prepare("select json_serialize_sql($1::varchar)::varchar").unwrap();
    let mut verdict = |sql: &str| -> Result<usize, String> {
        let json: String = judge.query_row([sql], |row| row.get(0)).unwrap();
        if json.is_empty() {
            return Err(json);
        }
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        match json["error"].as_bool() {
            Some(false) => Ok(json["statements"].as_array().unwrap().len()),
            // Some messages quote the text.
            _ => Err(json["error_message"].to_string().split_whitespace().collect()),
        }
    };
    let pieces = [
        "\u{a0}", "\u{2003}", "\u{3000}", "\u{feff}", "\u{202f}", " ", "select", "1", "'", "''", "\"", "$$", "$t$",
        "$", "é", "--", "\n", "/*", "*/", ",", "a", "from", "e'\\'", ";", "\u{200b}", "x'", "\r",
    ];
    let mut state = 20_241_121_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..5_000 {
        let sql: String = "select "
            .chars()
            .chain((0..next(12)).flat_map(|_| pieces[next(pieces.len())].chars()).collect::<Vec<_>>())
            .collect();
        let wide = spaces::widen(&sql);
        assert_eq!(wide.len(), sql.len());
        assert_eq!(verdict(&wide), verdict(&sql), "{sql:?}");
    }
}

/// For some of these DuckDB's parser would take longer than a query may.
#[test]
fn what_is_nested_too_deep_is_not_handed_over() {
    for (before, after) in [("(", ")"), ("[", "]"), ("{'a': ", "}"), ("case when ", " then 1 end")] {
        for (depth, closed, deep) in [
            (2_000, false, true),
            (50, false, false),
            (50, true, false),
            (600, true, before != "(" && before != "case when "),
        ] {
            let end = if closed { format!("1{}", after.repeat(depth)) } else { String::new() };
            let sql = format!("select {}{end}", before.repeat(depth));
            let parsed = runner().run(&Question::Parse { sql: sql.clone() }, &patient()).map(drop);
            for told in [parsed, bind(&sql).map(drop)] {
                let code = told.as_ref().err().map(|why| why.code);
                assert_eq!(code, deep.then_some(Reason::NestedTooDeep), "{before}: {told:?}");
            }
        }
    }
}
