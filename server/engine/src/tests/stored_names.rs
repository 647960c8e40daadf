//! What a user's database stores under the names of DuckDB's own things: for a query of the browser it is not there.

use super::{file, memory, patient};
use crate::{Runner, SourceRunner};
use std::path::Path;
use viz_facts::{Answer, QueryTable, Question, RunBy, SourceSpec};

/// What a text has to name.
const NAMED: &str = "
    create type mood as enum ('fine');
    create table feelings as select 'fine'::mood as f, ['a'] as l;
    create macro lower(x) as upper(x);
    create macro sum(x) as error('the sum of a macro');
    create macro date_trunc(a, b) as error('cut off by a macro');
    create macro nullif(a, b) as error('none of a macro');
    create macro strlen(x) as error('measured by a macro');
    create macro only_here(x) as x;
    create macro range(x) as table select 'of a macro' as range;
    create schema other;
    create macro other.trim(x) as error('cut by a macro');";

/// What pieces of syntax mean.
const UNNAMED: &str = "
    create macro list_value(x) as error('the list of a macro');
    create macro \"||\"(x, y) as error('joined by a macro');";

fn database(folder: &Path, name: &str, stored: &str) -> SourceSpec {
    let path = folder.join(name);
    duckdb::Connection::open(&path).unwrap().execute_batch(stored).unwrap();
    file(folder, path)
}

fn questions(source: &SourceSpec, by: RunBy, table: &str, sql: &str) -> [Question; 3] {
    let tables = || vec![QueryTable { name: "m".into(), sql: table.into() }];
    let execute = |materialized| Question::Execute {
        source: source.clone(),
        tables: tables(),
        by,
        materialized,
        sql: sql.into(),
    };
    let rows =
        Question::Rows { source: source.clone(), tables: tables(), by, sql: sql.into(), rows: 10, bytes: 1 << 16 };
    [execute(false), execute(true), rows]
}

/// The answer, without the time that it took.
fn answer(runner: &mut SourceRunner, question: &Question) -> String {
    let mut answer = runner.run(question, &patient());
    if let Ok(Answer::Rows(Ok(rows))) = &mut answer {
        rows.milliseconds = 0;
    }
    format!("{answer:?}")
}

#[test]
fn the_browsers_queries_see_nothing_that_a_source_stores() {
    let folder = tempfile::tempdir().unwrap();
    let named = database(folder.path(), "shop.duckdb", NAMED);
    let unnamed = database(folder.path(), "other.duckdb", UNNAMED);
    let without = memory(folder.path());
    let (mut one, mut other) = (SourceRunner::new(), SourceRunner::new());
    let table = "select 'Rome' as city, 1 as n, date '2024-05-05' as d";
    for sql in [
        "select lower(city) from m",
        "select main.lower(city) from m",
        "select LOWER (city) as c from m",
        "select sum(n) from m",
        "select date_trunc('month', d) from m",
        "select viz_1_4_date_trunc('month', d), 7 % viz_1_4_divisor(n) from m",
        "select city.lower() from m",
        "select only_here(n) from m",
        "select trim(city) from m",
        "select shop.other.trim(city) from m",
        "select 'fine'::mood from m",
        "select * from m, range(1)",
        "select city from m order by lower(city)",
        "with a as (from m) select lower(city) from a",
        "select nothing_like_it(n) from m",
        "select [n] from m",
        "select city || 'x' from m",
    ] {
        let of_syntax = ["[", "||"].iter().any(|syntax| sql.contains(syntax));
        let with = if of_syntax { &unnamed } else { &named };
        let asked = |source| questions(source, RunBy::Browser, table, sql);
        for (question, plain) in asked(with).iter().zip(&asked(&without)) {
            let (found, meant) = (answer(&mut one, question), answer(&mut other, plain));
            assert_eq!(found, meant, "{sql}");
        }
    }
    // What is stored is there again for whoever may see it.
    let source = &questions(&named, RunBy::Source, "select lower('Rome') as city", "select city from m")[2];
    assert!(answer(&mut one, source).contains("ROME"));
}

/// Models are the source's, and so are the insights that it runs itself.
#[test]
fn what_a_source_runs_sees_what_it_stores() {
    let folder = tempfile::tempdir().unwrap();
    let source = database(folder.path(), "shop.duckdb", NAMED);
    let mut runner = SourceRunner::new();
    let mut rows = |by, table: &str, sql: &str| answer(&mut runner, &questions(&source, by, table, sql)[2]);
    let found = rows(RunBy::Source, "select 'Rome' as city", "select lower(city) as c from m");
    assert!(found.contains("ROME"), "{found}");
    let found = rows(
        RunBy::Browser,
        "select lower('Rome') as city, f, l from feelings",
        "select lower(city), city, f, l from m",
    );
    assert!(found.contains("rome") && found.contains("ROME") && found.contains("fine"), "{found}");
}
