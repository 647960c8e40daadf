//! What an earlier run left in `target/` about databases that are not asked from here (§8).

use crate::PROGRAM;
use serde_json::{Value, json};
use std::fs;
use viz_tests::projects::Project;
use viz_tests::{Client, Options, cli};

const PROJECT: &str = r#"
name: shop
cli_version: "2.1.0"
sources:
  - { name: accounts, type: duckdb, database: warehouse.duckdb }
models:
  - { name: orders, source: ref(accounts), sql: "select city, amount from read_csv('data/orders.csv')" }
inputs:
  - { name: city, type: single-select, options: "?{ select distinct city from ${ref(orders)} order by 1 }" }
insights:
  - name: revenue
    props: { type: bar, x: "?{ ${ref(orders).city} }", y: "?{ sum(${ref(orders).amount}) }" }
    interactions: [{ filter: "?{ ${ref(orders).city} = '${ref(city).value}' }" }]
  - name: cities
    props: { type: bar, x: "?{ ${ref(orders).town} }" }
    interactions: [{ filter: "?{ ${ref(orders).city} = '${ref(city).value}' }" }]
"#;

/// A project on PostgreSQL that was run once, when it was on DuckDB.
fn project() -> Project {
    let project =
        Project::of(&[("project.visivo.yml", PROJECT), ("data/orders.csv", "city,amount\nRome,1\nSt. John's,2\n")]);
    let run = cli::run(PROGRAM, &project.root, &["--build"]);
    assert!(project.file("target/main/inputs/city_options.parquet").is_file(), "{run:?}");
    change(&project, "type: duckdb, database: warehouse.duckdb", "type: postgresql, database: accounts");
    change(&project, "read_csv('data/orders.csv')", "orders");
    fs::remove_dir_all(project.file("data")).unwrap();
    project
}

fn change(project: &Project, from: &str, to: &str) {
    let text = project.read("project.visivo.yml");
    assert!(text.contains(from), "{from}");
    project.write("project.visivo.yml", &text.replace(from, to));
}

/// The codes of the findings, the insight `revenue`, and the input.
fn check(project: &Project) -> (Vec<String>, Value, Value) {
    let mut json = cli::check_json(PROGRAM, &project.root, &["--no-cache"]);
    let mut codes: Vec<String> = cli::findings(&json, 0).into_iter().map(|finding| finding.code).collect();
    codes.retain(|code| code != "unused-object");
    let checked = &mut json["projects"][0];
    (codes, checked["insights"][0].take(), checked["inputs"][0].take())
}

fn is_found(project: &Project) {
    let (codes, insight, input) = check(project);
    // The column `town`, and the option with a quote, whose filter is dropped at build or breaks.
    assert!(codes.contains(&"unknown-column".to_owned()) && codes.len() == 2, "{codes:?}");
    assert_eq!((&insight["status"], &insight["combinations"]["covered"]), (&json!("checked"), &json!(2)), "{insight}");
    assert_eq!(
        (&input["source"], &input["status"], &input["options"]),
        (&json!("artefact"), &json!("stale"), &json!(2))
    );
    assert!(input["run_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{input}");
}

#[test]
fn both_layouts_tell_columns_and_options() {
    let project = project();
    is_found(&project);
    let (main, schema) = (project.file("target/main"), project.file("target/main/schemas/orders"));
    fs::create_dir_all(&schema).unwrap();
    fs::create_dir_all(main.join("files")).unwrap();
    fs::rename(main.join("schemas/orders.json"), schema.join("schema.json")).unwrap();
    fs::rename(main.join("inputs/city_options.parquet"), main.join("files/city_options.parquet")).unwrap();
    is_found(&project);
    fs::remove_dir_all(main).unwrap();
    let (codes, insight, input) = check(&project);
    assert_eq!((codes, &insight["why"]["code"]), (vec![], &json!("source-not-supported")));
    assert_eq!((&input["source"], &input["status"]), (&json!("query"), &json!("unknown")));
}

#[test]
fn columns_of_another_query_are_not_believed() {
    let project = project();
    change(&project, "select city, amount from", "select city, amount, town from");
    let (codes, insight, _) = check(&project);
    assert!(!codes.contains(&"unknown-column".to_owned()), "{codes:?}");
    assert_eq!(insight["why"]["code"], "artefact-outdated", "{insight}");
    // All columns of a table are those that the source's schema tells.
    change(&project, "select city, amount, town from", "select * from");
    let source = |columns: &str| {
        format!(r#"{{ "source_name": "accounts", "tables": {{ "orders": {{ "columns": {{ {columns} }} }} }} }}"#)
    };
    project.write("target/main/schemas/accounts.json", &source(r#""city": {}, "amount": {}, "town": {}"#));
    assert_eq!(check(&project).1["why"]["code"], "artefact-outdated");
    project.write("target/main/schemas/accounts.json", &source(r#""City": {}, "amount": {}"#));
    is_found(&project);
}

#[test]
fn what_is_no_artefact_is_not_believed() {
    let project = project();
    project.write("target/main/schemas/orders.json", "no JSON");
    project.write("target/main/inputs/city_options.parquet", "no parquet");
    let (codes, insight, input) = check(&project);
    assert_eq!((codes, &insight["why"]["code"]), (vec![], &json!("source-not-supported")));
    assert_eq!(input["status"], "unknown");
}

#[test]
fn a_session_takes_over_what_a_new_run_leaves() {
    let project = project();
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    let town = |client: &Client| client.findings(&project.root).iter().any(|finding| finding.code == "unknown-column");
    assert!(town(&client));
    let line = document.text.lines().position(|line| line.contains("name: city")).unwrap();
    let position = json!({ "line": line, "character": 14 });
    let hover =
        client.request("textDocument/hover", json!({ "textDocument": { "uri": document.uri }, "position": position }));
    assert!(hover.to_string().contains("from an earlier run"), "{hover}");
    // The query has the column now, and somebody runs the project.
    let at = document.text.find("select city, amount").unwrap() + "select city, amount".len();
    let changes = vec![document.replace(at..at, ", town")];
    client.change(&mut document, changes);
    let schema = "target/main/schemas/orders.json";
    project.write(schema, &project.read(schema).replacen(r#""BIGINT""#, r#""BIGINT", "town": "TEXT""#, 1));
    let uri = format!("file://{}", project.file(schema).display());
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    client.settle(&project.root);
    assert!(!town(&client), "{:?}", client.findings(&project.root));
    assert_eq!(client.shut_down(), 0);
}
