//! In the editor the lock is the last resort, tells what has changed since, and can be written anew.

use super::{VALUES, lock};
use crate::PROGRAM;
use serde_json::{Value, json};
use std::path::Path;
use viz_tests::projects::Project;
use viz_tests::{Client, Options};

const SHOP: &str = "name: shop
sources:
  - {name: cities_file, type: csv, file: cities.csv}
models:
  - {name: cities, source: ref(cities_file), sql: 'select * from cities_file'}
inputs:
  - {name: city, type: single-select, options: '?{ select distinct city from ${ref(cities)} }'}
insights:
  - name: visits
    props: {type: bar, x: '?{${ref(cities).city}}', y: '?{count(*)}'}
    interactions: [{filter: \"?{${ref(cities).town} = '${ref(city).value}'}\"}]
";

#[test]
fn without_its_data_a_project_is_checked_by_its_lock() {
    let shop =
        Project::of(&[("project.visivo.yml", SHOP), (".viz-lsp.yml", VALUES), ("cities.csv", "city\nRome\nOslo\n")]);
    assert_eq!(lock(&shop.root).status, 0);
    std::fs::remove_file(shop.file("cities.csv")).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let environment = vec![("XDG_CACHE_HOME".into(), cache.path().display().to_string())];
    let mut client = Client::start(PROGRAM, Options { environment, ..Options::default() });
    client.open(&shop.file("project.visivo.yml"));
    let status = client.settle(&shop.root);
    assert_eq!((&status["facts"]["locked"], &status["facts"]["known"]), (&2.into(), &0.into()), "{status}");
    let codes: Vec<String> = client.findings(&shop.root).into_iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&"unknown-column".to_owned()), "the columns are known: {codes:?}");
    assert_eq!(client.shut_down(), 0);
}

/// The codes of the findings.
fn codes(client: &Client, root: &Path) -> Vec<String> {
    client.findings(root).into_iter().map(|finding| finding.code).collect()
}

/// The title of the lens at the top of the project file.
fn lens(client: &mut Client, uri: &str) -> Option<(String, Value)> {
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }));
    let top = lenses.as_array()?.iter().find(|lens| lens["range"]["end"] == json!({ "line": 0, "character": 0 }))?;
    let command = client.request("codeLens/resolve", top.clone())["command"].clone();
    Some((command["title"].as_str()?.to_owned(), command))
}

#[test]
fn a_new_option_that_breaks_is_told_until_the_lock_is_updated() {
    let text = SHOP.replace(").town}", ").city}");
    let shop =
        Project::of(&[("project.visivo.yml", &text), (".viz-lsp.yml", VALUES), ("cities.csv", "city\nRome\nOslo\n")]);
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&shop.file("project.visivo.yml"));
    client.settle(&shop.root);
    assert_eq!(lens(&mut client, &document.uri), None, "a project without a lock has no lens");

    assert_eq!(lock(&shop.root).status, 0);
    let file = shop.read("viz.lock");
    shop.write("cities.csv", "city\nRome\nOslo\nO'Fallon\n");
    client.save(&document);
    client.settle(&shop.root);
    assert!(codes(&client, &shop.root).contains(&"option-since-lock".to_owned()), "{:?}", codes(&client, &shop.root));

    let (title, command) = lens(&mut client, &document.uri).expect("there is a lock now");
    assert_eq!(title, "viz.lock fits: read the sources again");
    let params = json!({ "command": command["command"], "arguments": command["arguments"] });
    let answer = client.request("workspace/executeCommand", params);
    assert_eq!(answer["written"], true, "{answer}");
    assert_ne!(shop.read("viz.lock"), file);
    assert_eq!(client.message(), "viz.lock written: 1 model, 1 input");
    client.settle(&shop.root);
    let after = codes(&client, &shop.root);
    assert!(
        !after.contains(&"option-since-lock".to_owned()) && !after.is_empty(),
        "what is old still breaks: {after:?}"
    );
    let again = client.request("viz/updateLock", json!({ "textDocument": { "uri": document.uri } }));
    assert_eq!(
        (&again["written"], &again["models"], &again["inputs"]),
        (&false.into(), &1.into(), &1.into()),
        "{again}"
    );

    // The lock is of what is saved; the lens tells of what is typed.
    let typed = text.replace("select distinct city", "select distinct city || ''");
    client.change(&mut document, vec![json!({ "text": typed })]);
    assert_eq!(lens(&mut client, &document.uri).unwrap().0, "viz.lock: 1 of another query: update it");
    let again = client.request("viz/updateLock", json!({ "textDocument": { "uri": document.uri } }));
    assert_eq!(again["written"], false, "{again}");
    shop.write("viz.lock", "<<<<<<< HEAD\n");
    assert_eq!(lens(&mut client, &document.uri).unwrap().0, "viz.lock can't be used: write it anew");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn without_trust_no_lock_is_written() {
    let shop = Project::of(&[("project.visivo.yml", SHOP), ("cities.csv", "city\nRome\n")]);
    let mut client =
        Client::start(PROGRAM, Options { initialization: json!({ "trusted": false }), ..Options::default() });
    let document = client.open(&shop.file("project.visivo.yml"));
    let refused = client.request("viz/updateLock", json!({ "textDocument": { "uri": document.uri } }));
    assert_eq!(refused["error"]["code"], "untrusted", "{refused}");
    assert!(!shop.file("viz.lock").exists());
    assert_eq!(client.shut_down(), 0);
}
