//! Rows of queries: what comes back, in which form, and how much of it.

use super::{Answer, Engine, EngineConfig, Limits, Question, SourceSpec, code, engine, one, program, project};
use serde_json::{Value, json};
use viz_engine::RunnerKind;
use viz_facts::{QueryTable, Rows, RunBy, SqlErrorKind, Unknown};

fn question(source: &SourceSpec, sql: &str) -> Question {
    Question::Rows {
        source: source.clone(),
        tables: Vec::new(),
        by: RunBy::Source,
        sql: sql.into(),
        rows: 1000,
        bytes: 1 << 20,
    }
}

fn rows(engine: &Engine, question: Question) -> Rows {
    match one(engine, question) {
        Ok(Answer::Rows(Ok(rows))) => rows,
        other => panic!("{other:?}"),
    }
}

/// Each expression in a query of its own, with the JSON form of its value.
pub(super) fn forms() -> Vec<(&'static str, Value)> {
    vec![
        ("true", json!(true)),
        ("-7::tinyint", json!(-7)),
        ("9007199254740992", json!(9007199254740992_u64)),
        ("9007199254740993", json!("9007199254740993")),
        ("18446744073709551615::ubigint", json!("18446744073709551615")),
        ("12::hugeint", json!(12)),
        ("'-170141183460469231731687303715884105728'::hugeint", json!("-170141183460469231731687303715884105728")),
        ("'340282366920938463463374607431768211455'::uhugeint", json!("340282366920938463463374607431768211455")),
        (
            "'-123456789012345678901234567890123456789012345'::bignum",
            json!("-123456789012345678901234567890123456789012345"),
        ),
        ("0::bignum", json!("0")),
        ("0.1::double", json!(0.1)),
        ("0.5::float", json!(0.5)),
        ("'nan'::double", json!(null)),
        ("'-inf'::float", json!(null)),
        ("'infinity'::date", json!(null)),
        ("null::integer", json!(null)),
        ("1.50::decimal(10,2)", json!("1.50")),
        (
            "'-99999999999999999999999999999999999.999'::decimal(38,3)",
            json!("-99999999999999999999999999999999999.999"),
        ),
        ("date '2024-02-29'", json!("2024-02-29")),
        ("date '0044-03-15 (BC)'", json!("-000043-03-15")),
        ("time '08:30:00.25'", json!("08:30:00.25")),
        ("timetz '08:30:00+02:30'", json!("08:30:00+02:30")),
        ("timetz '08:30:00-15:59:59'", json!("08:30:00-15:59:59")),
        ("timestamp '2024-02-29 08:30:00.000001'", json!("2024-02-29T08:30:00.000001")),
        ("'2024-02-29 08:30:00'::timestamp_s", json!("2024-02-29T08:30:00")),
        ("'2024-02-29 08:30:00.123456789'::timestamp_ns", json!("2024-02-29T08:30:00.123456789")),
        ("timestamptz '2024-02-29 08:30:00+02:00'", json!("2024-02-29T06:30:00Z")),
        ("interval '14 months 3 days 90 minutes'", json!("P1Y2M3DT1H30M")),
        ("'Köln \"x\"'", json!("Köln \"x\"")),
        ("'b'::enum('a', 'b')", json!("b")),
        ("'00112233-4455-6677-8899-aabbccddeeff'::uuid", json!("00112233-4455-6677-8899-aabbccddeeff")),
        ("'{\"a\": 1}'::json", json!("{\"a\": 1}")),
        ("'0101001110'::bit", json!("0101001110")),
        ("'\\xDE\\xAD'::blob", json!("3q0=")),
        ("[1, null, 9007199254740993]", json!([1, null, "9007199254740993"])),
        ("[1.5::decimal(3,1)]::decimal(3,1)[1]", json!(["1.5"])),
        ("{'b': 1, 'a': [true]}", json!({"b": 1, "a": [true]})),
        ("map {'k': 1.0::decimal(2,1)}", json!([{"key": "k", "value": "1.0"}])),
        (
            "union_value(tag := 170141183460469231731687303715884105727)",
            json!({"tag": "170141183460469231731687303715884105727"}),
        ),
        ("['nan'::double]", json!([null])),
    ]
}

/// Who asks does not notice which kind answers.
pub(super) fn kinds_of_runners_give_the_same() {
    let (_folder, root, _) = project();
    let memory = SourceSpec::DuckDbMemory { root };
    let asked = [
        question(&memory, "select 1 as a, 'x' as b"),
        question(&memory, "select 1; select 2"),
        question(&memory, "select nothing"),
        Question::Parse { sql: "select 1".into() },
        Question::Parse { sql: "select from".into() },
    ];
    let answers = |kind: RunnerKind| -> Vec<_> {
        let mut runner = kind.start(EngineConfig::new(program(), true));
        asked.iter().map(|question| runner.run(question, &Limits::default()).map(without_times)).collect()
    };
    assert_eq!(answers(RunnerKind::Process), answers(RunnerKind::InProcess));
    assert_eq!([RunnerKind::Process, RunnerKind::InProcess].map(RunnerKind::name), ["process", "in-process"]);
}

fn without_times(answer: Answer) -> Answer {
    match answer {
        Answer::Rows(Ok(rows)) => Answer::Rows(Ok(Rows { milliseconds: 0, ..rows })),
        other => other,
    }
}

pub(super) fn rows_keep_every_value() {
    let (_folder, root, source) = project();
    let engine = engine();
    let memory = SourceSpec::DuckDbMemory { root };
    let asked: Vec<Question> =
        forms().iter().map(|(sql, _)| question(&memory, &format!("select {sql} as v"))).collect();
    for ((sql, form), answer) in forms().into_iter().zip(engine.ask(&asked)) {
        let Ok(Answer::Rows(Ok(rows))) = answer else { panic!("{sql}: {answer:?}") };
        assert_eq!(rows.values, [[form.clone()]], "{sql}");
        let lost = ["nan", "inf"].iter().any(|word| sql.contains(word));
        assert_eq!((rows.nulled[0], rows.row_count, rows.truncated), (u64::from(lost), 1, false), "{sql}");
    }
    let all =
        rows(&engine, question(&source, "select city, n, n * 1.5 as x, n as x from orders order by n desc -- all"));
    let columns: Vec<_> = all.columns.iter().map(|column| (column.name.as_str(), column.data_type.as_str())).collect();
    assert_eq!(columns, [("city", "VARCHAR"), ("n", "INTEGER"), ("x", "DECIMAL(12,1)"), ("x", "INTEGER")]);
    assert_eq!(json!(all.values), json!([["O'Fallon", "Köln"], [2, 1], ["3.0", "1.5"], [2, 1]]));
    let none = rows(&engine, question(&source, "select city from orders where n > 5"));
    assert_eq!((none.values, none.row_count), (vec![vec![]], 0));
    let variant = one(&engine, question(&memory, "select 1 as a, 'x'::variant as v"));
    assert_eq!(code(&variant), "type-unreadable");
    assert!(variant.unwrap_err().message.contains("`v` has the type VARIANT"));
}

pub(super) fn rows_stop_at_their_limits() {
    let (_folder, root, _) = project();
    let engine = engine();
    let source = SourceSpec::DuckDbMemory { root };
    let limited = |sql: &str, rows: u32, bytes: u32| Question::Rows {
        source: source.clone(),
        tables: Vec::new(),
        by: RunBy::Source,
        sql: sql.into(),
        rows,
        bytes,
    };
    let found = rows(&engine, limited("select range as n from range(10000) order by n desc", 5000, 1 << 20));
    assert_eq!((found.row_count, found.values[0].len(), found.truncated), (5000, 5000, true));
    assert_eq!((&found.values[0][0], &found.values[0][4999]), (&json!(9999), &json!(5000)));
    let exact = rows(&engine, limited("from range(5000)", 5000, 1 << 20));
    assert_eq!((exact.row_count, exact.truncated), (5000, false));
    // Ten bytes and a comma a row.
    let small = rows(&engine, limited("select 'xxxxxxxx' as a, 'nan'::double as b from range(100)", 5000, 160));
    assert_eq!((small.row_count, small.nulled, small.truncated), (10, vec![0, 10], true));
    // It would never end, but nobody reads on.
    assert_eq!(rows(&engine, limited("from range(1000000000000::bigint)", 3, 1000)).values, [[0, 1, 2]]);
}

/// Rows that are put into tables first: then DuckDB knows the least and the greatest value of a column, and leaves out what
/// these decide.
pub(super) fn queries_over_materialized_tables() {
    let (_folder, _, source) = project();
    let engine = engine();
    let over = |table: &str, materialized: bool, sql: &str| {
        let tables = vec![QueryTable { name: "m 1".into(), sql: table.into() }];
        one(
            &engine,
            Question::Execute { source: source.clone(), tables, by: RunBy::Browser, materialized, sql: sql.into() },
        )
    };
    let numbers = "select unnest([1.5, 2.5])::double as v -- all";
    let decided = "select count(*) from \"m 1\" where 0.5 between v and '' or v > 2";
    let runs = |answer: Result<Answer, Unknown>| matches!(answer, Ok(Answer::Accepted(Ok(()))));
    assert!(!runs(over(numbers, false, decided)));
    let answer = over(numbers, true, decided);
    assert!(runs(answer.clone()), "{answer:?}");
    assert!(!runs(over(numbers, true, &decided.replace("0.5", "2"))));
    // Each time anew.
    assert!(runs(over("select 7 as w", true, "with a as (from \"m 1\") select w from a")));
    let Ok(Answer::Accepted(Err(error))) = over("select 7 as w", true, "select ww from \"m 1\"") else {
        panic!("no `ww`")
    };
    assert_eq!((error.kind, error.offset, error.candidates), (SqlErrorKind::Binder, Some(7), vec!["w".to_owned()]));
    let gone = over("select 1 as a", false, "from temp.main.\"m 1\"");
    assert!(!runs(gone.clone()), "{gone:?}");
    for table in
        ["select 1) as x; drop table orders; --", "insert into orders values ('x', 1)", "select 1 /*", "select nothing"]
    {
        let answer = over(table, true, "select 1");
        assert!(!runs(answer.clone()), "{table}: {answer:?}");
    }
}

pub(super) fn rows_of_queries_over_tables() {
    let (_folder, _, source) = project();
    let engine = engine();
    let table = |name: &str, sql: &str| QueryTable { name: name.into(), sql: sql.into() };
    let tables = vec![table("m1 2", "select * from orders -- all"), table("two", "with a as (select 2 as k) from a")];
    let over = |sql: &str| Question::Rows {
        source: source.clone(),
        tables: tables.clone(),
        by: RunBy::Browser,
        sql: sql.into(),
        rows: 10,
        bytes: 1000,
    };
    let sql = "select city from \"m1 2\" join two on n = k";
    assert_eq!(rows(&engine, over(sql)).values, [["O'Fallon"]]);
    assert_eq!(rows(&engine, over("WITH b AS (from two) select k from b")).values, [[2]]);
    for (sql, kind, faulty) in [
        ("select citi from \"m1 2\"", SqlErrorKind::Binder, "citi"),
        ("with b as (from two) select kk from b", SqlErrorKind::Binder, "kk"),
        ("select k from two where k from", SqlErrorKind::Parser, "from"),
    ] {
        let Ok(Answer::Rows(Err(error))) = one(&engine, over(sql)) else { panic!("{sql} is wrong") };
        let at = error.offset.map(|offset| sql[offset as usize..].starts_with(faulty));
        assert_eq!((error.kind, at), (kind, Some(true)), "{sql}: {error:?}");
    }
    let refused = one(&engine, over("insert into orders values ('x', 1)"));
    assert!(matches!(&refused, Ok(Answer::Rows(Err(error))) if error.kind == SqlErrorKind::Refused), "{refused:?}");
}
