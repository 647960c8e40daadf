//! Names that are not known: included repositories that were never fetched, and files that dbt has not made.

use crate::PROGRAM;
use serde_json::Value;
use viz_tests::cli;
use viz_tests::projects::Project;

/// A project in which nearly everything hangs on names that a repository may define.
const PROJECT: &str = "\
name: shop
cli_version: 2.1.0
includes:
  - path: acme/shared.git@v1
defaults:
  source_name: shared_source
  alert_name: shared_alert
sources:
  - name: files
    type: duckdb
    database: warehouse.duckdb
models:
  - name: orders
    source: ref(files)
    sql: select 1 as id, 2 as store_id, 3.5 as total
  - name: stores
    source: ref(files)
    sql: select 2 as store_id, 'Oslo' as city
  - name: returns
    source: ref(shared_source)
    sql: select 1 as id
  - name: by_default
    sql: select 1 as id
metrics:
  - name: rate
    expression: sum(${ref(orders).total}) / ${ref(shared_metric)}
dimensions:
  - name: band
    expression: floor(${ref(shared_dimension)})
relations:
  - name: joined
    condition: ${ref(orders).id} = ${ref(shared_model).id}
inputs:
  - name: picked
    type: single-select
    options: ?{ select id from ${ref(shared_model)} }
insights:
  # The relation may be in the repository.
  - name: unrelated_here
    props:
      type: bar
      x: ?{ ${ref(stores).city} }
      y: ?{ sum(${ref(orders).total}) }
  - name: foreign
    props:
      type: bar
      x: ?{ ${ref(shared_model).month} }
      y: ?{ ${ref(shared_metric)} }
  - name: chosen
    props:
      type: bar
      x: ?{ ${ref(orders).id} }
      y: ?{ ${ref(rate)} }
      name: ${ref(shared_input).value}
    interactions:
      - filter: ?{ ${ref(orders).id} = ${ref(shared_input).value} }
      - filter: ?{ ${ref(orders).id} = ${ref(picked).value} }
charts:
  - name: chart
    insights: [ref(foreign), ref(shared_insight)]
tables:
  - name: table
    data: ref(shared_insight)
  - name: columns
    columns: [\"${ref(shared_insight).x}\"]
dashboards:
  - name: page
    rows:
      - items:
          - chart: ref(shared_chart)
          - table: ref(shared_table)
          - markdown: ref(shared_text)
          - input: ref(shared_input)
";

/// The same names, in the repository.
const SHARED: &str = "\
sources:
  - name: shared_source
    type: duckdb
    database: warehouse.duckdb
models:
  - name: shared_model
    source: ref(shared_source)
    sql: select 1 as id, 'May' as month
metrics:
  - name: shared_metric
    expression: count(${ref(shared_model).id})
dimensions:
  - name: shared_dimension
    expression: ${ref(shared_model).id} / 2
inputs:
  - name: shared_input
    type: single-select
    options: [\"1\", \"2\"]
insights:
  - name: shared_insight
    props:
      type: bar
      x: ?{ ${ref(shared_model).id} }
charts:
  - name: shared_chart
    insights: [ref(shared_insight)]
tables:
  - name: shared_table
    data: ref(shared_insight)
markdowns:
  - name: shared_text
    content: Hello.
relations:
  - name: shared_relation
    condition: ${ref(stores).store_id} = ${ref(orders).store_id}
alerts:
  - name: shared_alert
    if: \">{ any_test_failed() }\"
";

fn check(project: &Project) -> Value {
    cli::check_json(PROGRAM, &project.root, &[])["projects"][0].clone()
}

/// Code, and message, of each finding of a project.
fn found(project: &Value) -> Vec<(&str, &str)> {
    let list = project["diagnostics"].as_array().expect("a list").iter();
    list.map(|one| (one["code"].as_str().expect("a code"), one["message"].as_str().expect("a text"))).collect()
}

#[test]
fn a_repository_that_was_not_fetched_is_told_once_and_nothing_follows() {
    let project = Project::of(&[("project.visivo.yml", PROJECT)]);
    let json = check(&project);
    let codes: Vec<&str> = found(&json).iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["include-not-fetched"], "{:#}", json["diagnostics"]);
    assert_eq!(json["diagnostics"][0]["severity"], "information");
    for insight in json["insights"].as_array().expect("a list") {
        assert!(!matches!(insight["status"].as_str(), Some("checked" | "static")), "{insight:#}");
        assert!(insight["why"]["message"].is_string(), "{insight:#}");
    }
}

#[test]
fn faults_of_their_own_are_found_all_the_same() {
    let text = PROJECT.replace("select 2 as store_id, 'Oslo' as city", "select 2 as store_id, city from nowhere")
        + "    levl: 1\n";
    let project = Project::of(&[("project.visivo.yml", &text)]);
    let json = check(&project);
    let mut codes: Vec<&str> = found(&json).iter().map(|(code, _)| *code).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["include-not-fetched", "model-sql", "unknown-key"], "{:#}", json["diagnostics"]);
}

#[test]
fn the_copy_in_the_cache_is_read() {
    let copy = ".visivo_cache/acme/shared@v1/project.visivo.yml";
    let project = Project::of(&[("project.visivo.yml", PROJECT), (copy, SHARED)]);
    let json = check(&project);
    let unknown = |(code, _): &(&str, &str)| matches!(*code, "unknown-reference" | "include-not-fetched");
    assert!(!found(&json).iter().any(unknown), "{:#}", json["diagnostics"]);
    // Now that all names are known, one that nobody defines is a fault.
    project.write(copy, &SHARED.replace("name: shared_text", "name: other_text"));
    let json = check(&project);
    let messages: Vec<&str> =
        found(&json).into_iter().filter(|(code, _)| *code == "unknown-reference").map(|(_, text)| text).collect();
    assert_eq!(messages, ["nothing is called `shared_text`"]);
}

#[test]
fn one_file_of_a_repository() {
    let text = PROJECT.replace("acme/shared.git@v1", "acme/shared.git@v1 -- parts/all.yml");
    let folder = ".visivo_cache/acme/shared@v1";
    let project = Project::of(&[("project.visivo.yml", &text), (&format!("{folder}/parts/all.yml"), SHARED)]);
    assert!(!found(&check(&project)).iter().any(|(code, _)| *code == "unknown-reference"));
    // The copy is there, but not the file: that is a fault of the include, and nothing follows from it.
    let project = Project::of(&[("project.visivo.yml", &text), (&format!("{folder}/other.yml"), SHARED)]);
    let json = check(&project);
    let codes: Vec<&str> = found(&json).iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["include-not-found"], "{:#}", json["diagnostics"]);
}

#[test]
fn what_dbt_has_not_made_is_unknown_by_its_prefix() {
    let text = PROJECT.replace("includes:\n  - path: acme/shared.git@v1\n", "dbt:\n  prefix: shared\n");
    let dbt = [
        ("dbt_project.yml", "profile: x\n"),
        ("profiles.yml", "x: { target: dev, outputs: { dev: {} } }\n"),
        ("target/manifest.json", "{}\n"),
    ];
    let mut files = vec![("project.visivo.yml", text.as_str())];
    files.extend(dbt);
    let project = Project::of(&files);
    let json = check(&project);
    let codes: Vec<&str> = found(&json).iter().map(|(code, _)| *code).filter(|code| *code != "no-join-path").collect();
    assert_eq!(codes, ["dbt-not-generated"], "{:#}", json["diagnostics"]);
    // A disabled block says nothing, and takes nothing away.
    project.write("project.visivo.yml", &text.replace("dbt:\n", "dbt:\n  enabled: false\n"));
    let json = check(&project);
    assert!(found(&json).iter().any(|(code, _)| *code == "unknown-reference"));
    assert!(!found(&json).iter().any(|(code, _)| code.starts_with("dbt")), "{:#}", json["diagnostics"]);
}
