//! Queries that DuckDB accepts have no finding, and queries with one token changed have DuckDB's verdict: as models, where
//! the whole query is the user's, and as conditions of insights, which are put into a query of ours.

use crate::PROGRAM;
use fastrand::Rng;
use std::collections::BTreeSet;
use std::fmt::Write;
use viz_check::proof::{Kind, Token, lex};
use viz_facts::{Answer, Column, QueryTable, Question, RunBy, ShadowTable, SourceSpec};
use viz_tests::{Worker, cli, projects};

const T: &str = "(values (1, 'a', date '2025-01-01', 1.5::double, true, ['x', 'y']), (2, 'b', date '2025-02-01', 2.5, false, ['z'])) \
                 t(i, s, d, f, b, l)";
const U: &str = "(values (1, 'a'), (3, 'c')) u(i, s)";

/// The queries of `tests/data/queries.sql`, one a line.
fn queries() -> Vec<String> {
    let path = projects::repository().join("tests/data/queries.sql");
    let text = std::fs::read_to_string(path).expect("the queries are there");
    let queries: Vec<String> = text.lines().map(|line| line.replace("{t}", T).replace("{u}", U)).collect();
    assert!(queries.len() >= 500, "{}", queries.len());
    queries
}

/// One token of a text deleted, doubled, swapped with its neighbour, misspelt, or followed by a comma.
fn mutated(text: &str, random: &mut Rng) -> String {
    let tokens: Vec<Token> =
        lex(text).into_iter().filter(|token| !matches!(token.kind, Kind::LineComment | Kind::BlockComment)).collect();
    loop {
        let at = random.usize(0..tokens.len());
        let (token, own) = (tokens[at], tokens[at].text(text));
        let (before, after) = (&text[..token.start], &text[token.end..]);
        let changed = match random.u8(0..5) {
            0 => format!("{before}{after}"),
            1 => format!("{before}{own} {own}{after}"),
            2 if at + 1 < tokens.len() => {
                let next = tokens[at + 1];
                let between = &text[token.end..next.start];
                format!("{before}{}{between}{own}{}", next.text(text), &text[next.end..])
            }
            3 if token.kind == Kind::Word && own.len() > 2 => {
                format!("{before}{}{}{after}", &own[..1], own[1..].chars().rev().collect::<String>())
            }
            _ => format!("{before}{own},{after}"),
        };
        // Another line comment would hide the rest, and white-space at the ends is nobody's matter.
        let comments = |text: &str| text.matches("--").count();
        if changed.trim() != text.trim() && comments(&changed) <= comments(text) && changed.trim() == changed {
            return changed;
        }
    }
}

/// A project with a model for each query; which of them have an error.
fn faulty_models(queries: &[String]) -> BTreeSet<usize> {
    let mut text =
        "name: d\nsources:\n  - { name: local, type: duckdb, database: warehouse.duckdb }\nmodels:\n".to_owned();
    let head = text.lines().count();
    for (at, query) in queries.iter().enumerate() {
        let _ = writeln!(text, "  - name: m{at}\n    source: ref(local)\n    sql: |\n      {query}");
    }
    faulty(&text, |line| (line - head) / 4)
}

/// Which errors a project has, by what `number` makes of their lines.
fn faulty(text: &str, number: impl Fn(usize) -> usize) -> BTreeSet<usize> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("it can be written");
    write("project.visivo.yml", text);
    std::fs::write(folder.path().join("warehouse.duckdb"), viz_tests::pages::EMPTY_DATABASE)
        .expect("it can be written");
    // The browser's older engine is another matter, and so are the names that 2.2 wants for all columns of a model.
    write(".viz-lsp.yml", "browser_engine: '2.0'\ntarget: '2.1'\n");
    let json = cli::check_json(PROGRAM, folder.path(), &[]);
    let errors = cli::findings(&json, 0).into_iter().filter(|finding| finding.severity == "error");
    errors.map(|finding| number(finding.start.0 as usize)).collect()
}

/// What DuckDB itself says of queries; `None` where it can't tell without running them.
fn verdicts(queries: &[String]) -> Vec<Option<bool>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = SourceSpec::DuckDbMemory { root: folder.path().to_owned() };
    let ask = |sql: &String| Question::Describe { source: source.clone(), sql: sql.clone() };
    let questions: Vec<Question> = queries.iter().map(ask).collect();
    let answers = Worker::start(PROGRAM, "sources", folder.path()).ask(&questions);
    answers.into_iter().map(|answer| Some(matches!(answer.ok()?, Answer::Columns(Ok(_))))).collect()
}

#[test]
fn valid_queries_have_no_finding() {
    let queries = queries();
    let refused: Vec<&String> = queries
        .iter()
        .zip(verdicts(&queries))
        .filter(|(_, fine)| *fine == Some(false))
        .map(|(query, _)| query)
        .collect();
    assert!(refused.is_empty(), "DuckDB refuses\n{refused:#?}");
    // Of what is no SELECT the reference makes no model (R-22-62).
    let is_select =
        |query: &String| !["values", "pivot", "unpivot", "table"].iter().any(|word| query.starts_with(word));
    let faulty = faulty_models(&queries);
    let alarms: Vec<&String> = faulty.iter().map(|at| &queries[*at]).filter(|query| is_select(query)).collect();
    assert!(alarms.is_empty(), "false alarms on\n{alarms:#?}");
}

#[test]
fn changed_queries_have_the_verdict_of_duckdb() {
    let mut random = Rng::with_seed(5);
    let changed: Vec<String> = queries().iter().map(|query| mutated(query, &mut random)).collect();
    let verdicts = verdicts(&changed);
    let faulty = faulty_models(&changed);
    let wrong: Vec<String> = (0..changed.len())
        .filter(|at| verdicts[*at].is_some_and(|fine| fine == faulty.contains(at)))
        .map(|at| format!("DuckDB: {:?}, here {}: {}", verdicts[at], !faulty.contains(&at), changed[at]))
        .collect();
    let refused = verdicts.iter().filter(|fine| **fine == Some(false)).count();
    let accepted = verdicts.iter().filter(|fine| **fine == Some(true)).count();
    println!("{} changed queries: DuckDB refuses {refused}, accepts {accepted}", changed.len());
    assert!(
        refused * 10 >= changed.len() * 3 && accepted * 20 >= changed.len(),
        "{refused} refused, {accepted} accepted"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Conditions as a filter holds them.
const CONDITIONS: &[&str] = &[
    "i > 1",
    "s = 'a'",
    "s in ('a', 'b')",
    "d >= '2025-01-01'",
    "not b",
    "f between 0 and 10",
    "s like '%a%'",
    "i is not null",
    "i > 1 and b",
    "(i = 1 or s = 'b')",
    "s is distinct from 'z'",
    "length(s) > 0",
    "i not in (4, 5)",
    "extract(year from d) = 2025",
    "l[1] = 'x'",
    "s ilike 'A'",
    "s glob 'a*'",
    "date_trunc('month', d) = d",
    "case when b then i else 0 end > 0",
    "coalesce(i, 0) + 1 < 10",
    "list_contains(l, 'x')",
    "s ~ '^a'",
    "i % 2 = 0",
    "upper(s) = 'A'",
    "d between date '2025-01-01' and current_date",
    "s || 'x' <> 'ax'",
];

#[test]
fn conditions_of_insights_have_the_verdict_of_duckdb() {
    let mut random = Rng::with_seed(9);
    let mut conditions: Vec<String> = CONDITIONS.iter().map(|text| (*text).to_owned()).collect();
    for condition in CONDITIONS {
        // What closes brackets or begins a comment is judged in the whole query, where more stands than here.
        let alone = |text: &String| lex(text).iter().all(|token| token.kind != Kind::Open);
        conditions.extend((0..8).map(|_| mutated(condition, &mut random)).filter(alone));
    }
    let column = |name: &str, data_type: &str| Column { name: name.into(), data_type: data_type.into() };
    let columns = vec![
        column("i", "INTEGER"),
        column("s", "VARCHAR"),
        column("d", "DATE"),
        column("f", "DOUBLE"),
        column("b", "BOOLEAN"),
        column("l", "VARCHAR[]"),
    ];
    let tables = vec![ShadowTable { name: "t".into(), columns }];
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sql = |condition: &String| format!("SELECT f FROM t WHERE {condition} AND s <> 'q'");
    let accepted = |answer| Some(matches!(Result::ok(answer)?, Answer::Accepted(Ok(()))));
    let bind = |condition: &String| Question::Bind { tables: tables.clone().into(), sql: sql(condition) };
    let questions: Vec<Question> = conditions.iter().map(bind).collect();
    let binds: Vec<Option<bool>> =
        Worker::start(PROGRAM, "parse", folder.path()).ask(&questions).into_iter().map(accepted).collect();
    let run = |condition: &String| Question::Execute {
        source: SourceSpec::DuckDbMemory { root: folder.path().to_owned() },
        tables: vec![QueryTable { name: "t".into(), sql: format!("select * from {T}") }],
        by: RunBy::Browser,
        materialized: false,
        sql: sql(condition),
    };
    let questions: Vec<Question> = conditions.iter().map(run).collect();
    let runs: Vec<Option<bool>> =
        Worker::start(PROGRAM, "sources", folder.path()).ask(&questions).into_iter().map(accepted).collect();
    let mut text = format!(
        "name: d\nsources:\n  - {{ name: local, type: duckdb, database: warehouse.duckdb }}\nmodels:\n  - name: t\n    source: ref(local)\n    \
         sql: |\n      select * from {T}\ninputs:\n  - {{ name: q, type: single-select, options: [q, r] }}\ninsights:\n"
    );
    let head = text.lines().count();
    for (at, condition) in conditions.iter().enumerate() {
        let condition = with_references(condition);
        let _ = writeln!(
            text,
            "  - name: n{at}\n    props: {{ type: box, y: \"?{{ ${{ref(t).f}} }}\" }}\n    interactions:\n      - filter: >-\n          \
             ?{{ {condition} and ${{ref(t).s}} <> '${{ref(q).value}}' }}"
        );
    }
    let faulty = faulty(&text, |line| (line - head) / 5);
    // What binds and fails when it runs may be told.
    let is_wrong = |at: &usize| match faulty.contains(at) {
        true => runs[*at] == Some(true),
        false => binds[*at] == Some(false),
    };
    let wrong: Vec<String> = (0..conditions.len())
        .filter(is_wrong)
        .map(|at| format!("DuckDB: {:?}, here {}: {}", binds[at], !faulty.contains(&at), conditions[at]))
        .collect();
    println!("{} conditions, {} refused", conditions.len(), faulty.len());
    assert!(faulty.len() * 5 >= conditions.len(), "{} of {}", faulty.len(), conditions.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A condition with references in place of its columns.
fn with_references(condition: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    for token in lex(condition).iter().filter(|token| token.kind == Kind::Word && token.end - token.start == 1) {
        let _ = write!(out, "{}${{ref(t).{}}}", &condition[done..token.start], token.text(condition));
        done = token.end;
    }
    out + &condition[done..]
}
