//! Settings that change while a session runs.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::projects::Project;
use viz_tests::{Client, Options};

/// At the level `parse` no database is asked, so what only it can say goes, and comes back with the level.
fn the_level_changes(configuration: Option<Value>) {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options { configuration, ..Options::default() });
    let document = client.open(&project.file("insights.yml"));
    let has = |all: &[Value], code: &str| all.iter().any(|finding| finding["code"] == code);
    client.settle(&project.root);
    client.wait_for(&document, "all faults", |all| all.len() == 4);
    client.configure(json!({ "check": { "level": "parse", "maxCombinations": null } }));
    let few = client.wait_for(&document, "fewer faults", |all| !has(all, "combination-syntax"));
    assert!(has(&few, "unknown-reference"), "what needs no database stays: {few:#?}");
    client.configure(json!({ "check": {} }));
    client.wait_for(&document, "all faults again", |all| all.len() == 4);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn the_client_tells_what_changes() {
    the_level_changes(None);
}

#[test]
fn the_client_is_asked_what_changed() {
    the_level_changes(Some(Value::Null));
}

/// Its configuration counts from the beginning; and one that never tells it stops nothing.
#[test]
fn the_client_is_asked_at_the_start() {
    let project = Project::copy_of("broken/ecommerce");
    for answers in [true, false] {
        let configuration = Some(json!({ "check": { "level": "parse" } }));
        let mut client = Client::start(PROGRAM, Options { configuration, answers, ..Options::default() });
        let document = client.open(&project.file("insights.yml"));
        client.settle(&project.root);
        let at_parse =
            |all: &[Value]| !all.is_empty() && all.iter().all(|finding| finding["code"] != "combination-syntax");
        client.wait_for(&document, "the faults of its level", |all| at_parse(all) == answers);
        assert_eq!(client.shut_down(), 0);
    }
}

#[test]
fn a_mistake_is_told_and_changes_nothing() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let document = client.open(&project.file("insights.yml"));
    client.configure(json!({ "viz": { "check": { "level": "deep" } } }));
    assert!(client.message().contains("the changed settings are ignored"));
    client.settle(&project.root);
    client.wait_for(&document, "all faults", |all| all.len() == 4);
    assert_eq!(client.shut_down(), 0);
}
