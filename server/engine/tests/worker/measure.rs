//! What questions cost through a worker.

use crate::{bind, engine, parse, project, read};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use viz_engine::{DUCKDB_VERSION, Engine};
use viz_facts::Question;

const SHORT: &str =
    "select city, count(*) as n from orders where city in ('Köln', 'O''Fallon') group by city order by n desc";

/// A query as dashboards have them: joins, CTEs, CASE, window functions.
fn long(n: usize) -> String {
    format!(
        "with base as (select city, upper(city) as big, length(city) as l, case when city like 'K%' then 'k' when city \
         is null then 'none' else 'other' end as kind from orders where city <> 'x{n}' and length(city) between 1 and 50), \
         ranked as (select *, row_number() over (partition by kind order by l desc) as place, count(*) over () as total \
         from base), summed as (select kind, sum(l) as s, avg(l) as a, min(big) as lo, max(big) as hi, count(distinct \
         city) as cities from ranked where place <= 10 group by kind having sum(l) > 0) select r.kind, r.big, s.s, \
         s.a, round(100.0 * r.l / nullif(s.s, 0), 2) as share from ranked r join summed s on r.kind = s.kind left join \
         (select city, count(*) as c from orders group by city) o on o.city = r.city where r.place <= 5 order by 1, 2"
    )
}

fn time(what: &str, engine: &Engine, questions: &[Question]) {
    let started = Instant::now();
    let answers = engine.ask(questions);
    let took = started.elapsed();
    let known = answers.iter().filter(|answer| answer.is_ok()).count();
    println!(
        "{what:<58} {:>8.3} ms each, {known} of {}",
        1e3 * took.as_secs_f64() / questions.len() as f64,
        questions.len()
    );
}

fn single(what: &str, engine: &Engine, question: Question) {
    let mut times: Vec<Duration> = (0..100)
        .map(|_| {
            let started = Instant::now();
            assert!(engine.ask(std::slice::from_ref(&question))[0].is_ok());
            started.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "{what:<58} {:>8.3} ms median, {:.3} ms at most",
        1e3 * times[50].as_secs_f64(),
        1e3 * times[99].as_secs_f64()
    );
}

pub fn run() -> ExitCode {
    println!("DuckDB {DUCKDB_VERSION}");
    let (_folder, _, source) = project();
    let engine = engine();
    time("first parse (starts the worker)", &engine, &[parse("select 1")]);
    time("first description (starts the worker)", &engine, &[read(&source, "select city from orders")]);
    single("parse, one at a time, short", &engine, parse(SHORT));
    single("parse, one at a time, long", &engine, parse(long(0)));
    let many = |sql: &dyn Fn(usize) -> String, n| (0..n).map(|at| parse(sql(at))).collect::<Vec<_>>();
    time("parse, 10,000 at once, short", &engine, &many(&|n| format!("{SHORT} -- {n}"), 10_000));
    time("parse, 2,000 at once, long", &engine, &many(&long, 2_000));
    time("parse, 2,000 at once, syntax error", &engine, &many(&|n| format!("select {n} from where"), 2_000));
    single("bind, one at a time, short", &engine, bind(SHORT));
    time("bind, 500 at once, short", &engine, &vec![bind(SHORT); 500]);
    time("bind, 500 at once, long", &engine, &(0..500).map(|n| bind(&long(n))).collect::<Vec<_>>());
    time("bind, 500 at once, error", &engine, &vec![bind("select citi from orders"); 500]);
    let describe = |sql: &str| Question::Describe { source: source.clone(), sql: sql.into() };
    single("describe, one at a time (attach, describe, detach)", &engine, describe("select * from orders"));
    time("describe, 500 at once", &engine, &vec![describe("select * from orders"); 500]);
    single("options, one at a time", &engine, read(&source, "select distinct city from orders"));
    time("options, 500 at once", &engine, &vec![read(&source, "select distinct city from orders"); 500]);
    ExitCode::SUCCESS
}
