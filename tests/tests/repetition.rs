//! One finding per cause, however many places it shows at, and none for what follows from it.

use crate::PROGRAM;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use viz_tests::cli;

const BASE: &str = "\
name: shop
cli_version: \"2.1.0\"
sources:
  - { name: warehouse, type: duckdb, database: warehouse.duckdb }
";

const MODEL: &str = "\
models:
  - name: orders
    source: ref(warehouse)
    sql: select * from (values ('Rome', 120), ('Oslo', 80)) t(city, amount)
";

/// Findings of a project of one file: code, number of related places, and the message.
fn findings(text: &str) -> Vec<(String, usize, String)> {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("warehouse.duckdb"), viz_tests::pages::EMPTY_DATABASE).expect("can be written");
    fs::write(folder.path().join("project.visivo.yml"), text).expect("can be written");
    of_folder(folder.path())
}

fn of_folder(folder: &Path) -> Vec<(String, usize, String)> {
    let json = cli::check_json(PROGRAM, folder, &["--no-cache"]);
    let list = json["projects"][0]["diagnostics"].as_array().expect("a list");
    let text = |finding: &Value, key: &str| finding[key].as_str().expect("a text").to_owned();
    let related = |finding: &Value| finding["related"].as_array().map_or(0, Vec::len);
    list.iter().map(|finding| (text(finding, "code"), related(finding), text(finding, "message"))).collect()
}

/// Twelve insights; `#` stands for the number.
fn twelve(props: &str) -> String {
    let insight = |number: usize| format!("  - name: i{number}\n{}", props.replace('#', &number.to_string()));
    format!("insights:\n{}", (1..=12).map(insight).collect::<String>())
}

#[track_caller]
fn told_once(text: &str, code: &str, related: usize, words: &str) {
    let found = findings(text);
    assert_eq!(found.len(), 1, "{found:#?}");
    let (found_code, count, message) = &found[0];
    assert_eq!((found_code.as_str(), *count), (code, related), "{message}");
    assert!(message.contains(words), "{message}");
}

#[test]
fn a_missing_model() {
    let insights = twelve("    props: { type: bar, x: \"?{ ${ref(ordrs).city} }\" }\n");
    let metrics = "metrics:\n  - { name: total, expression: \"sum(${ref(ordrs).amount})\" }\n";
    told_once(&format!("{BASE}{MODEL}{metrics}{insights}"), "unknown-reference", 12, "`ordrs`");
}

#[test]
fn a_missing_input() {
    let filter = "    interactions: [{ filter: \"?{ ${ref(orders).city} = '${ref(town).value}' }\" }]\n";
    let insights = twelve(&format!("    props: {{ type: bar, x: \"?{{ ${{ref(orders).city}} }}\" }}\n{filter}"));
    told_once(&format!("{BASE}{MODEL}{insights}"), "unknown-reference", 11, "`town`");
}

#[test]
fn a_missing_source() {
    let model = |number: usize| format!("  - {{ name: m{number}, source: ref(warehose), sql: select 1 as a }}\n");
    let models: String = (1..=12).map(model).collect();
    let insights = twelve("    props: { type: bar, x: \"?{ ${ref(m#).a} }\" }\n");
    told_once(&format!("{BASE}models:\n{models}{insights}"), "unknown-reference", 11, "`warehose`");
}

#[test]
fn models_without_any_source() {
    let model = |number: usize| format!("  - {{ name: m{number}, sql: select 1 as a }}\n");
    let models: String = (1..=12).map(model).collect();
    let insights = twelve("    props: { type: bar, x: \"?{ ${ref(m#).a} }\" }\n");
    told_once(&format!("{BASE}models:\n{models}{insights}"), "missing-source", 11, "no `source`");
}

#[test]
fn a_default_source_that_does_not_exist() {
    let model = |number: usize| format!("  - {{ name: m{number}, sql: select 1 as a }}\n");
    let models: String = (1..=12).map(model).collect();
    let defaults = "defaults: { source_name: warehose }\n";
    told_once(&format!("{BASE}{defaults}models:\n{models}"), "unknown-reference", 0, "`warehose`");
}

#[test]
fn a_missing_column() {
    let insights = twelve("    props: { type: bar, x: \"?{ ${ref(orders).town} }\" }\n");
    // The model's own place, and eleven more insights.
    told_once(&format!("{BASE}{MODEL}{insights}"), "unknown-column", 12, "`town`");
}

#[test]
fn the_failing_query_of_a_model() {
    let model = "models:\n  - { name: orders, source: ref(warehouse), sql: select * from nowhere }\n";
    let inputs =
        "inputs:\n  - { name: city, type: single-select, options: \"?{ select city from ${ref(orders)} }\" }\n";
    let filter = "    interactions: [{ filter: \"?{ ${ref(orders).city} = '${ref(city).value}' }\" }]\n";
    let insights = twelve(&format!("    props: {{ type: bar, x: \"?{{ ${{ref(orders).city}} }}\" }}\n{filter}"));
    told_once(&format!("{BASE}{model}{inputs}{insights}"), "model-sql", 0, "nowhere");
}

#[test]
fn an_unset_variable() {
    let source = |number: usize| {
        format!("  - {{ name: s{number}, type: postgresql, database: d, password: \"${{env.VIZ_TEST_UNSET}}\" }}\n")
    };
    let sources: String = (1..=12).map(source).collect();
    told_once(&format!("{BASE}{sources}"), "unset-variable", 11, "VIZ_TEST_UNSET");
}

#[test]
fn one_name_given_often() {
    let markdowns = "  - { name: welcome, content: hello }\n".repeat(5);
    // One place is the first, four take its name: told at the second, with the others.
    told_once(&format!("{BASE}markdowns:\n{markdowns}"), "duplicate-name", 4, "`welcome`");
}

#[test]
fn references_to_a_name_given_twice() {
    let markdowns = "markdowns:\n  - { name: orders, content: hello }\n";
    let insights = twelve("    props: { type: bar, x: \"?{ ${ref(orders).city} }\" }\n");
    told_once(&format!("{BASE}{MODEL}{markdowns}{insights}"), "duplicate-name", 1, "`orders`");
}

#[test]
fn a_name_in_lines_that_are_no_yaml() {
    let model = "models:\n  - name: [orders\n    source: ref(warehouse)\n    sql: select 1 as city\n";
    let insights = twelve("    props: { type: bar, x: \"?{ ${ref(orders).city} }\" }\n");
    let found = findings(&format!("{BASE}{insights}{model}"));
    assert!(!found.is_empty() && found.iter().all(|(code, ..)| code == "yaml-syntax"), "{found:#?}");
}

#[test]
fn an_included_file_that_is_not_there() {
    let insights = twelve("    props: { type: bar, x: \"?{ ${ref(orders).city} }\" }\n");
    let includes = "includes:\n  - path: models.yml\n";
    told_once(&format!("{BASE}{includes}{insights}"), "include-not-found", 0, "models.yml");
}

#[test]
fn one_broken_metric_of_many_insights() {
    let metrics = "metrics:\n  - { name: total, expression: \"sum(${ref(orders).amout})\" }\n";
    let insights = twelve("    props: { type: bar, x: \"?{ ${ref(orders).city} }\", y: \"?{ ${ref(total)} }\" }\n");
    told_once(&format!("{BASE}{MODEL}{metrics}{insights}"), "unknown-column", 1, "`amout`");
}

#[test]
fn more_places_than_can_be_listed_are_counted() {
    let insight = |number: usize| {
        format!("  - {{ name: i{number}, props: {{ type: bar, x: \"?{{ ${{ref(ordrs).city}} }}\" }} }}\n")
    };
    let insights: String = (1..=40).map(insight).collect();
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("warehouse.duckdb"), viz_tests::pages::EMPTY_DATABASE).expect("can be written");
    fs::write(folder.path().join("project.visivo.yml"), format!("{BASE}{MODEL}insights:\n{insights}"))
        .expect("can be written");
    let json = cli::check_json(PROGRAM, folder.path(), &["--no-cache"]);
    let list = json["projects"][0]["diagnostics"].as_array().expect("a list");
    assert_eq!(list.len(), 1, "{list:#?}");
    assert_eq!(list[0]["related"].as_array().map(Vec::len), Some(20));
    assert!(list[0]["notes"].to_string().contains("the same at 19 more places"), "{}", list[0]);
}

#[test]
fn one_text_that_repeats_a_reference() {
    let markdowns = format!("markdowns:\n  - name: welcome\n    content: \"{}\"\n", "${ref(orders).city} ".repeat(30));
    told_once(&format!("{BASE}{MODEL}{markdowns}"), "reference-not-replaced", 0, "literally");
}
