//! Values against brute force: conditions over columns of all types, with random options. Each condition is the only one of
//! its insight and every table has rows, so the check must report exactly the options with which the query really fails.

use crate::PROGRAM;
use crate::golden::typed_rows;
use fastrand::Rng;
use std::fmt::Write;
use viz_check::{State, Value, rendered_query};
use viz_facts::{Answer, QueryTable, Question, RunBy};
use viz_project::{Kind, Resolution};
use viz_tests::library::{self, Checked};

/// A column of each type; no decimals and enums, which the browser sees as other types.
const MODEL: &str = "select * from (values (1, 7::bigint, 'a', '12', 1.5::double, true, date '2025-01-01', timestamp '2025-01-01 10:00:00', ['x']), \
                     (2, 8, 'b', '13', 2.5, false, date '2025-02-01', timestamp '2025-02-01 10:00:00', ['y', 'z'])) \
                     t(i, g, s, n, f, b, d, ts, l)";

const OPTIONS: [&str; 24] = [
    "a",
    "b",
    "1",
    "2",
    "12",
    "-5",
    "1.5",
    "1e3",
    "007",
    "2025-01-01",
    "2025-13-01",
    "2025-01-01 10:00:00",
    "true",
    "false",
    "t",
    "NULL",
    "x y",
    "",
    "99999999999",
    "[x]",
    "{}",
    "\\\\x",
    "10:00",
    "infinity",
];

/// `@` is the placeholder, `#` the column.
const CONDITIONS: [&str; 12] = [
    "# = '@'",
    "# <> '@'",
    "# >= '@'",
    "# in ('@', '1')",
    "# between '@' and '@'",
    "'@' = #",
    "not (# < '@')",
    "# like '@%'",
    "coalesce(#, # ) = '@'",
    "# is distinct from '@'",
    "cast('@' as integer) > 0",
    "try_cast('@' as integer) is null",
];

struct Case {
    condition: String,
    options: Vec<&'static str>,
}

fn cases(random: &mut Rng) -> Vec<Case> {
    let columns = ["i", "g", "s", "n", "f", "b", "d", "ts", "l"];
    let mut out = Vec::new();
    for column in columns {
        for condition in CONDITIONS {
            let mut options: Vec<&str> = OPTIONS.to_vec();
            random.shuffle(&mut options);
            options.truncate(random.usize(2..8));
            out.push(Case { condition: condition.replace('#', &format!("${{ref(rows).{column}}}")), options });
        }
    }
    out
}

fn project(cases: &[Case]) -> String {
    let mut text = format!(
        "name: values\nsources:\n  - {{ name: local, type: duckdb, database: warehouse.duckdb }}\nmodels:\n  - name: rows\n    source: ref(local)\n    \
         sql: |\n      {MODEL}\ninputs:\n"
    );
    for (at, case) in cases.iter().enumerate() {
        let options: Vec<String> = case.options.iter().map(|option| format!("'{option}'")).collect();
        let _ = writeln!(text, "  - {{ name: x{at}, type: single-select, options: [{}] }}", options.join(", "));
    }
    text.push_str("insights:\n");
    for (at, case) in cases.iter().enumerate() {
        let condition = case.condition.replace('@', &format!("${{ref(x{at}).value}}"));
        let _ = writeln!(
            text,
            "  - name: n{at}\n    props: {{ type: box, y: \"?{{ ${{ref(rows).f}} }}\" }}\n    interactions:\n      - filter: >-\n          \
             ?{{ {condition} }}"
        );
    }
    text
}

#[test]
fn options_fail_exactly_where_their_query_does() {
    let mut random = Rng::with_seed(11);
    let cases = cases(&mut random);
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("project.visivo.yml"), project(&cases)).expect("it can be written");
    std::fs::write(folder.path().join("warehouse.duckdb"), viz_tests::pages::EMPTY_DATABASE)
        .expect("it can be written");
    let Checked { project, facts, options, report, mut sources } = library::check(PROGRAM, folder.path());
    let object = |name: &str, kind: Kind| match project.names().resolve(name) {
        Resolution::Object(id) if project.object(id).kind == kind => id,
        other => panic!("{name}: {other:?}"),
    };
    let (mut wrong, mut mixed, mut asked) = (Vec::new(), 0, 0);
    for (at, case) in cases.iter().enumerate() {
        let (insight, input) = (object(&format!("n{at}"), Kind::Insight), object(&format!("x{at}"), Kind::Input));
        let questions: Vec<Question> = case
            .options
            .iter()
            .map(|option| {
                let state = State::of([Value::Text((*option).to_owned())]);
                let query =
                    rendered_query(&project, &facts, options.now, insight, &[(input, state)]).expect("it has one");
                let source = query.tables[0].source.clone().expect("it is known");
                let tables = query.tables.iter().map(|t| QueryTable { name: t.name.clone(), sql: typed_rows(t) });
                Question::Execute {
                    source,
                    tables: tables.collect(),
                    by: RunBy::Browser,
                    materialized: false,
                    sql: query.sql,
                }
            })
            .collect();
        asked += questions.len();
        let fails: Vec<bool> =
            sources.ask(&questions).into_iter().map(|answer| matches!(answer, Ok(Answer::Accepted(Err(_))))).collect();
        let failing = fails.iter().filter(|fails| **fails).count();
        mixed += usize::from(failing > 0 && failing < fails.len());
        let of_this = |finding: &&viz_check::Finding| {
            let name = finding.object.as_ref().and_then(|object| object.name.as_deref());
            name == Some(format!("n{at}").as_str()) && finding.severity == viz_check::Severity::Error
        };
        let told: usize = report
            .findings
            .iter()
            .filter(of_this)
            .map(|finding| finding.combinations.as_ref().map_or(case.options.len(), |counted| counted.failed))
            .sum();
        if told.min(fails.len()) != failing {
            let findings: Vec<&str> =
                report.findings.iter().filter(of_this).map(|finding| finding.message.as_str()).collect();
            wrong
                .push(format!("{} {:?}: {failing} fail ({fails:?}), told: {findings:?}", case.condition, case.options));
        }
    }
    println!("{} conditions, {asked} options, {mixed} conditions with both verdicts", cases.len());
    assert!(mixed * 10 >= cases.len() * 3, "{mixed} of {}", cases.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
