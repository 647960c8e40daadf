//! Types with time zone, which this build has no functions for.
//!
//! `icu.tsv` holds calls and the types that DuckDB 2.0.0 with the extension `icu` gives them (`-` for an error), as
//! `describe select … as x from t` printed them.

use super::{bind_with, describe, memory, options, patient, table};
use crate::{PureRunner, Runner, SourceRunner};
use viz_facts::{Answer, Question, Reason};

const TABLE: [(&str, &str); 14] = [
    ("i", "INTEGER"),
    ("b", "BIGINT"),
    ("n", "DECIMAL(9,2)"),
    ("f", "DOUBLE"),
    ("s", "VARCHAR"),
    ("d", "DATE"),
    ("ts", "TIMESTAMP"),
    ("tz", "TIMESTAMP WITH TIME ZONE"),
    ("tm", "TIME"),
    ("tt", "TIME WITH TIME ZONE"),
    ("iv", "INTERVAL"),
    ("tn", "TIMESTAMP_NS"),
    ("bo", "BOOLEAN"),
    ("l", "INTEGER[]"),
];

fn calls() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    let lines = include_str!("icu.tsv").lines();
    lines.filter_map(|line| line.split_once('\t')).map(|(call, kind)| (call, Some(kind).filter(|kind| *kind != "-")))
}

/// The table as a part of the query, so that thousands of calls need no file.
fn with_table(call: &str) -> String {
    let columns = TABLE.map(|(name, data_type)| format!("cast(null as {data_type}) as {name}")).join(", ");
    format!("select {call} as x from (select {columns}) t")
}

#[test]
fn verdicts_are_those_of_a_duckdb_with_the_extension() {
    let folder = tempfile::tempdir().unwrap();
    let source = memory(folder.path());
    let mut runner = SourceRunner::new();
    let (mut wrong, mut unknown, mut total) = (Vec::new(), Vec::new(), 0);
    for (call, expected) in calls() {
        total += 1;
        let question = Question::Describe { source: source.clone(), sql: with_table(call) };
        match runner.run(&question, &patient()) {
            Ok(Answer::Columns(Ok(columns))) => {
                if Some(columns[0].data_type.as_str()) != expected {
                    wrong.push(format!("{call}: {} instead of {expected:?}", columns[0].data_type));
                }
            }
            Ok(Answer::Columns(Err(error))) if expected.is_some() => wrong.push(format!("{call}: {error:?}")),
            Ok(_) => {}
            Err(why) => {
                assert_eq!(why.code, Reason::ExtensionMissing, "{call}");
                unknown.extend(expected.is_some().then_some(call));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {total} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(unknown.len() * 20 < total, "{} of {total} are unknown:\n{}", unknown.len(), unknown.join("\n"));
}

#[test]
fn binding_agrees() {
    let mut runner = PureRunner::new();
    let tables = [table("t", &TABLE)];
    for (call, expected) in calls().step_by(4) {
        let verdict = bind_with(&mut runner, &tables, &format!("select {call} as x from t"));
        match verdict {
            Ok(verdict) => assert_eq!(verdict.is_ok(), expected.is_some(), "{call}: {verdict:?}"),
            Err(why) => assert_eq!(why.code, Reason::ExtensionMissing, "{call}"),
        }
    }
}

#[test]
fn the_usual_filters_bind_and_mistakes_beside_them_do_not_become_errors() {
    let mut runner = PureRunner::new();
    let tables = [table("t", &TABLE)];
    let mut verdict = |sql: &str| bind_with(&mut runner, &tables, sql);
    for sql in [
        "select count(*) from t where d >= current_date - 30",
        "select count(*) from t where ts > now() - interval 7 day",
        "select date_trunc('month', tz) as m, count(*) from t group by 1 order by 1",
        "select date_trunc('month', tz), sum(i) from t group by date_trunc('month', tz) having max(tz) < now() - interval '1 day'",
        "select d from t where year(d) = year(current_date) and month(d) between 1 and month(now())",
    ] {
        assert_eq!(verdict(sql), Ok(Ok(())), "{sql}");
    }
    for sql in ["select nope, current_date from t", "select i, tz from t group by date_trunc('month', tz)"] {
        let verdict = verdict(sql);
        assert!(!matches!(verdict, Ok(Ok(()))), "{sql}: {verdict:?}");
    }
}

#[test]
fn values_that_depend_on_the_time_zone_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let source = memory(folder.path());
    for sql in ["select current_date", "select now() - interval 1 day", "select now()::date"] {
        assert!(describe(&source, sql).unwrap().is_ok(), "{sql}");
        assert_eq!(options(&source, sql, 1).unwrap_err().code, Reason::ExtensionMissing, "{sql}");
    }
}
