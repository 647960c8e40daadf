//! What insights cost where they are executed: in JSON, in hovers and lenses, and beyond a budget.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::projects::Project;
use viz_tests::{Client, Options, cli};

const SHOP: &str = "\
name: shop
sources: [{ name: warehouse, type: duckdb, database: ':memory:' }]
defaults: { source_name: warehouse }
models:
  - name: orders
    sql: select * from (values ('Rome', 120, 'web'), ('Rome', 80, 'web'), ('Oslo', 30, 'shop')) t(city, amount, channel)
inputs:
  - { name: channel, type: single-select, options: [shop, web] }
insights:
  - name: by_order
    props: { type: scatter, x: '?{ ${ref(orders).city} }', y: '?{ ${ref(orders).amount} }' }
    interactions:
      - filter: ?{ ${ref(orders).channel} = '${ref(channel).value}' }
  - name: all
    props: { type: bar, x: '?{ ${ref(orders).city} }', y: '?{ sum(${ref(orders).amount}) }' }
";

/// The reports on insights, without the times, which are none but numbers.
fn without_times(report: &Value) -> Value {
    let mut insights = report["projects"][0]["insights"].clone();
    for insight in insights.as_array_mut().expect("a list") {
        let cost = insight["cost"].as_object_mut().expect("a cost");
        assert!(cost.remove("milliseconds").is_some_and(|time| time.is_u64()), "{cost:?}");
        assert!(cost.remove("slowest").is_some_and(|choices| choices.is_object()), "{cost:?}");
    }
    insights
}

#[test]
fn the_report_has_the_costs_of_what_ran() {
    let project = Project::of(&[("project.visivo.yml", SHOP)]);
    let bound = cli::check_json(PROGRAM, &project.root, &[]);
    assert!(bound["projects"][0]["insights"].as_array().is_some_and(|all| all.iter().all(|one| one["cost"].is_null())));
    let args = ["--level", "execute", "--no-cache"];
    let run = cli::check_json(PROGRAM, &project.root, &args);
    let of = |name: &str| -> Value {
        let all = run["projects"][0]["insights"].as_array().expect("a list");
        all.iter().find(|one| one["name"] == name).expect("it is there")["cost"].clone()
    };
    // `(Rome, 120)` and `(Rome, 80)`.
    assert_eq!((&of("by_order")["rows"], &of("by_order")["bytes"]), (&json!(2), &json!(21)), "{run:#}");
    assert!(matches!(of("by_order")["slowest"]["channel"].as_str(), Some("shop" | "web")), "{run:#}");
    assert_eq!((&of("all")["rows"], &of("all")["slowest"]), (&json!(2), &json!({})), "{run:#}");
    let again = cli::check_json(PROGRAM, &project.root, &args);
    assert_eq!(without_times(&run), without_times(&again));
    assert_eq!(run["projects"][0]["diagnostics"], again["projects"][0]["diagnostics"]);
}

#[test]
fn a_budget_is_a_warning_and_the_insight_works() {
    let project = Project::of(&[("project.visivo.yml", SHOP)]);
    project.write(".viz-lsp.yml", "level: execute\nbudget: { milliseconds: 600000, rows: 1, bytes: 20 }\n");
    let run = cli::check_json(PROGRAM, &project.root, &["--no-cache"]);
    let found = cli::findings(&run, 0);
    let told: Vec<(&str, &str)> = found.iter().map(|one| (one.severity.as_str(), one.message.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                "warning",
                "this insight is over the budget: it has 2 rows when `channel` is \"web\" (budget: 1 row); it sends 21 bytes when `channel` is \"web\" (budget: 20 bytes)"
            ),
            (
                "warning",
                "this insight is over the budget: it has 2 rows (budget: 1 row); it sends 21 bytes (budget: 20 bytes)"
            ),
        ]
    );
    for insight in run["projects"][0]["insights"].as_array().expect("a list") {
        assert!(matches!(insight["status"].as_str(), Some("checked" | "static")), "{insight}");
    }
    let run = cli::run(PROGRAM, &project.root, &["--check", "--color", "never"]);
    let works = run.out.contains("2 of 2 covered") && run.out.contains("0 errors, 2 warnings");
    assert!(run.status == 0 && works, "{run:?}");
}

#[test]
fn editors_show_costs_where_insights_are_executed() {
    let project = Project::of(&[("project.visivo.yml", SHOP), (".viz-lsp.yml", "level: execute\n")]);
    let initialization = json!({ "commands": ["viz.showCoverage"] });
    let mut client = Client::start(PROGRAM, Options { initialization, ..Options::default() });
    let document = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": document.uri } }));
    let titles: Vec<&str> =
        lenses.as_array().expect("a list").iter().filter_map(|lens| lens["command"]["title"].as_str()).collect();
    assert!(
        titles.iter().any(|title| title.starts_with("at most ") && title.ends_with(" ms, 2 rows, 21 bytes")),
        "{titles:?}"
    );
    let place = document.position(document.find("by_order").start);
    let params = json!({ "textDocument": { "uri": document.uri }, "position": place });
    let hover = client.request("textDocument/hover", params);
    let text = hover["contents"]["value"].as_str().expect("a text");
    assert!(text.contains(" ms, 2 rows, 21 bytes; slowest when "), "{text}");
    // A budget holds as soon as it is written.
    project.write(".viz-lsp.yml", "level: execute\nbudget: { rows: 1 }\n");
    let uri = format!("file://{}", project.file(".viz-lsp.yml").display());
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    client.wait_for(&document, "the budget", |found| found.iter().any(|one| one["code"] == "over-budget"));
    assert_eq!(client.shut_down(), 0);
}
