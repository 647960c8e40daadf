//! Insights over SQLite: a model's query is SQLite's, the browser's runs over its rows in DuckDB.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::projects::{self, Project};
use viz_tests::{Client, Options, cli};

/// `typeof` and `iif` are SQLite's own; `/` of whole numbers is whole there and not in DuckDB.
const PROJECT: &str = r#"name: shops
sources: [{ name: lite, type: sqlite, database: shop.sqlite }]
models:
  - name: sales
    source: ref(lite)
    sql: |
      select column1 as shop, column2 as qty, iif(typeof(column2) = 'integer', 'yes', 'no') as whole
      from (values ('North', 7), ('East', 2), ('North', 0))
inputs:
  - { name: shop, type: single-select, options: [North, East] }
  - { name: least, type: single-select, options: ["1", "5", "many"] }
  - { name: by, type: single-select, options: ["2", "4"] }
insights:
  - name: works
    props: { type: bar, x: "?{ ${ref(sales).shop} }", y: "?{ sum(${ref(sales).qty} * 10000000000) / ${ref(by).value} }" }
    interactions: [{ filter: "?{ ${ref(sales).shop} = '${ref(shop).value}' }" }]
  - name: breaks
    props: { type: bar, x: "?{ ${ref(sales).shop} }", y: "?{ count(*) }" }
    interactions: [{ filter: "?{ ${ref(sales).qty} >= '${ref(least).value}' }" }]
  - name: runs_there
    props: { type: bar, x: "?{ ${ref(sales).shop} }", y: "?{ max(typeof(${ref(sales).qty})) }" }
charts: [{ name: all, insights: [ref(works), ref(breaks), ref(runs_there)] }]
dashboards: [{ name: d, rows: [{ height: medium, items: [{ chart: ref(all) }] }] }]
"#;

fn project(text: &str) -> Project {
    let project = Project::of(&[("project.visivo.yml", text)]);
    let database = projects::repository().join("tests/data/secrets/shop.sqlite");
    std::fs::copy(database, project.file("shop.sqlite")).expect("can be copied");
    project
}

#[test]
fn values_are_tried_on_the_rows() {
    let project = project(PROJECT);
    for level in ["bind", "execute"] {
        let json = cli::check_json(PROGRAM, &project.root, &["--level", level]);
        let errors: Vec<String> = cli::findings(&json, 0)
            .iter()
            .filter(|finding| finding.severity != "hint" && finding.severity != "information")
            .map(|finding| format!("{} {} {}", finding.severity, finding.code, finding.message))
            .collect();
        let expected = "error combination-value this filter breaks when `least` is \"many\" (1 of 3 options)";
        assert_eq!(errors, [expected], "{level}");
    }
}

/// The column of a property in a flat file.
fn alias<'a>(flat: &'a Value, property: &str) -> &'a str {
    flat["metadata"]["props_mapping"][property].as_str().expect("a column")
}

#[test]
fn rows_are_shown_and_built() {
    let project = project(&PROJECT.replace(", \"many\"", ""));
    let run = cli::run(PROGRAM, &project.root, &["--build", "--flat"]);
    assert_eq!(run.status, 0, "{run:?}");
    let flat = |name: &str| -> Value {
        let path = project.file(&format!("target/insights/{name}/insight.json"));
        serde_json::from_str(&std::fs::read_to_string(&path).expect("a flat file")).expect("JSON")
    };
    // What the page opens with: the first options.
    let works = flat("works");
    assert_eq!(works["data"][alias(&works, "props.y")], json!([35_000_000_000.0]), "{works:#}");
    let there = flat("runs_there");
    assert_eq!(there["data"][alias(&there, "props.y")], json!(["integer", "integer"]), "{there:#}");

    let mut client = Client::start(PROGRAM, Options::default());
    let document = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    let mut rows = |insight: &str, choices: Value| {
        let params = json!({ "textDocument": { "uri": document.uri }, "insight": insight, "choices": choices });
        client.request("viz/rows", params)
    };
    let works = rows("works", json!({ "by": ["4"] }));
    assert!(works["error"].is_null(), "{works:#}");
    let y = works["props"]["y"].as_u64().expect("y") as usize;
    assert_eq!(works["columns"][y]["values"], json!([17_500_000_000.0]), "{works:#}");
    let there = rows("runs_there", json!({}));
    let y = there["props"]["y"].as_u64().unwrap_or_else(|| panic!("{there:#}")) as usize;
    assert_eq!(there["columns"][y]["values"], json!(["integer", "integer"]), "{there:#}");
}

/// Whoever writes into a database must not be able to hold up a build: what a view would give is not asked for its columns.
#[test]
fn no_view_that_nothing_uses_is_run() {
    let text = r#"name: p
sources: [{ name: lite, type: sqlite, database: endless.sqlite }]
models: [{ name: m, source: ref(lite), sql: select a from t }]
"#;
    let project = Project::of(&[("project.visivo.yml", text)]);
    let database = projects::repository().join("tests/data/views/endless.sqlite");
    std::fs::copy(database, project.file("endless.sqlite")).expect("can be copied");
    let run = cli::run(PROGRAM, &project.root, &["build", "--format", "json", "--timeout", "2"]);
    let report: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let text = report.to_string();
    assert!(text.contains("`broken` is left out of its schema"), "{text}");
    assert!(!text.contains("`endless` is left out") && !text.contains("`v14` is left out"), "{text}");
    let schema = std::fs::read_to_string(project.file("target/main/schemas/lite.json")).expect("is built");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let columns = |table: &str| schema["tables"][table]["columns"].clone();
    assert_eq!(
        columns("t"),
        json!({
            "a": { "type": "INTEGER", "nullable": false },
            "b": { "type": "VARCHAR(20)", "nullable": true },
            "c": { "type": "NULL", "nullable": true },
        })
    );
    assert_eq!(
        columns("v14"),
        json!({ "a": { "type": "INTEGER", "nullable": true }, "b": { "type": "VARCHAR(20)", "nullable": true } })
    );
    assert_eq!(columns("endless"), json!({ "a": { "type": "NULL", "nullable": true } }));
}

/// Where a build fails, the check says so, and why.
#[test]
fn empty_names_and_nul_characters_are_told_before_a_build_meets_them() {
    let of = |kind: &str, sql: &str, options: &str, filter: &str| {
        let text = format!(
            "name: p\nsources: [{{ name: s, {kind} }}]\nmodels: [{{ name: m, source: ref(s), sql: \"{sql}\" }}]\n\
             inputs: [{{ name: i, type: single-select, options: {options} }}]\n\
             insights: [{{ name: x, props: {{ type: bar, x: \"?{{ ${{ref(m).a}} }}\" }}, interactions: [{{ filter: \"?{{ {filter} }}\" }}] }}]\n"
        );
        let project = project(&text);
        let of = |command: &str| cli::run(PROGRAM, &project.root, &[command, "--color", "never", "."]);
        (of("check"), of("build"))
    };
    let filter = "${ref(m).a} = '${ref(i).value}'";
    let (sqlite, duckdb) = ("type: sqlite, database: shop.sqlite", "type: duckdb, database: ':memory:'");
    let (check, build) = of(sqlite, r#"select 1 as \"\", 'x' as a"#, "[x, y]", filter);
    assert!(check.out.contains("its column 1 has an empty name, with which no file can be written"), "{check:?}");
    assert!(
        format!("{build:?}").contains("a column has an empty name, with which no file can be written"),
        "{build:?}"
    );
    for (sql, options, filter) in [
        (r"select 'a\0b' as a", "[x, y]", filter),
        ("select 'x' as a", r#""?{ select 'a\0b' from ${ref(m)} }""#, filter),
        ("select 'x' as a", "[x, y]", r"${ref(m).a} = '${ref(i).value}' or ${ref(m).a} = 'a\0b'"),
        ("select 'x' as a", r#"["x\0", y]"#, filter),
    ] {
        let (check, build) = of(duckdb, sql, options, filter);
        assert_eq!((check.status, build.status), (1, 1), "{check:?} {build:?}");
        assert!(check.out.contains("there is a NUL character, with which the text of a query ends"), "{check:?}");
    }
}
