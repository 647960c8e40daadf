//! A project of an older version that moves up: what breaks is told by rule, and `--fix` does what is mechanical.

use crate::PROGRAM;
use serde_json::Value;
use viz_tests::cli::{Run, run};
use viz_tests::projects::Project;

/// What somebody wrote for 2.1, in two files.
const OLD: &str = r#"name: shop
includes: [{ path: tables.yml }]
sources: [{ name: local, type: duckdb, database: warehouse.duckdb }]
models:
  - name: orders
    source: ref(local)
    sql: select * from (values (1, 'Rome', 120.5, 'Jan'), (2, 'Oslo', 80.5, 'Feb')) t(id, city, amount, month)
    metrics:
      - { name: revenue, expression: sum(amount) as revenue }
  - { name: counted, source: ref(local), sql: "select id, count(*) from (select 1 as id) group by id" }
inputs:
  - { name: city, type: single-select, options: "?{ select distinct city from ${ref(orders).city} }" }
relations:
  - { name: unused, condition: "${ref(orders)}.id = ${ref(counted)}.id" }
insights:
  - name: by_city
    props: { type: bar, x: "?{ ${ref(orders)}.city }", y: "?{ ${ref(orders).revenue} }" }
    interactions:
      - filter: ?{ ${ref(orders)}.city = '${ref(city).value}' }
  - name: by_month
    props: { type: scatter, mode: lines, x: "?{ ${ref(orders).month} }", y: "?{ ${ref(orders).amount} }" }
"#;

const TABLES: &str = r#"tables:
  - name: pivot
    columns: ["${ref(orders).month}"]
    rows: ["${ref(orders).city}"]
    values: ["coalesce(sum(${ref(orders).amount}), 0)"]
    rows_per_page: 15
    format_cells: { scope: column, min_color: white, max_color: "not a colour" }
dashboards:
  - name: page
    rows: [{ items: [{ width: 0, table: ref(pivot) }] }]
"#;

fn old() -> Project {
    Project::of(&[("project.visivo.yml", OLD), ("tables.yml", TABLES)])
}

fn check(project: &Project, more: &[&str]) -> Run {
    let args: Vec<&str> = ["--check", "--target", "2.2", "--color", "never"].iter().chain(more).copied().collect();
    run(PROGRAM, &project.root, &args)
}

fn breaks(project: &Project) -> Vec<(String, u64, u64)> {
    let run = check(project, &["--format", "json"]);
    let json: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let all = json["projects"][0]["breaks"].as_array().expect("a list").iter();
    all.map(|one| {
        (text(&one["numbers"]), one["count"].as_u64().expect("a number"), one["fixable"].as_u64().expect("a number"))
    })
    .collect()
}

#[test]
fn what_breaks_is_told_by_rule() {
    let project = old();
    let run = check(&project, &[]);
    let (_, summary) = run.out.split_once("what 2.2 does differently").unwrap_or_else(|| panic!("{run:?}"));
    let lines: Vec<&str> = summary.lines().skip(1).take_while(|line| !line.is_empty()).collect();
    let expected = [
        "  an accessor outside of the braces does not compile (R-22-01, since 2.2): 4 places, which `--fix` mends, first at project.visivo.yml:14:33",
        "  values and colours of tables, and what they read, are checked when the project compiles (R-22-10, R-22-11, R-22-12, since 2.2): 3 places, first at tables.yml:5:14",
        "  a metric or dimension that names itself does not compile (R-22-13, since 2.2): 1 place, which `--fix` mends, at project.visivo.yml:9:50",
        "  every column of a model needs a name (R-22-60, since 2.2): 1 place, at project.visivo.yml:10:59",
        "  a column in an option query stands for the query of its values (R-IN-30, since 2.2): 1 place, which `--fix` mends, at project.visivo.yml:12:79",
        "  lines are ordered by their split and by an x that is a number or a time (R-SQL-10, since 2.2): 1 place, at project.visivo.yml:21:49",
        "  a page of a table may have 15 rows, and not 10 (3.11, until 2.1): 1 place, at tables.yml:6:20",
        "  the width of an item is at least 1 (3.13, since 2.2): 1 place, at tables.yml:10:31",
    ];
    assert_eq!(lines, expected);
    // The version that it is written for has nothing against most of it.
    let before = cli_json(&project, "2.1");
    assert_eq!(before["projects"][0]["breaks"], Value::Array(Vec::new()), "{before:#}");
}

fn cli_json(project: &Project, target: &str) -> Value {
    let run = run(PROGRAM, &project.root, &["--check", "--target", target, "--format", "json"]);
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[test]
fn what_is_mechanical_is_fixed_and_right() {
    let project = old();
    let mechanical: Vec<(String, u64, u64)> =
        breaks(&project).into_iter().filter(|(.., fixable)| *fixable > 0).collect();
    let run = check(&project, &["--fix"]);
    assert_eq!(run.status, 1, "what is not mechanical is left: {run:?}");
    let expected = OLD
        .replace("sum(amount) as revenue", "sum(amount)")
        .replace("from ${ref(orders).city}", "from ${ref(orders)}")
        .replace("${ref(orders)}.id = ${ref(counted)}.id", "${ref(orders).id} = ${ref(counted).id}")
        .replace("${ref(orders)}.city", "${ref(orders).city}");
    assert_eq!(project.read("project.visivo.yml"), expected);
    assert_eq!(project.read("tables.yml"), TABLES, "what somebody has to decide is left alone");
    let left = breaks(&project);
    assert!(left.iter().all(|(.., fixable)| *fixable == 0), "{left:?}");
    for (numbers, ..) in mechanical {
        assert!(!left.iter().any(|(other, ..)| *other == numbers), "{numbers}: {left:?}");
    }
    // What is fixed works in the version that it comes from, too.
    let before = cli_json(&project, "2.1");
    let errors: Vec<&Value> = before["projects"][0]["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|finding| finding["severity"] == "error" && finding["file"] == "project.visivo.yml")
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
