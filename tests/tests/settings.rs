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

/// With a cut-off of one, the option with the apostrophe is not among those that are tried. What is set while the session
/// runs counts instead of what was set at its start; what is set no more is the project's own.
fn the_cut_off_changes(configuration: Option<Value>) {
    let project = Project::copy_of("broken/ecommerce");
    project.write(".viz-lsp.yml", "max_combinations: 1\n");
    let initialization = json!({ "maxCombinations": 96 });
    let mut client = Client::start(PROGRAM, Options { configuration, initialization, ..Options::default() });
    let document = client.open(&project.file("insights.yml"));
    let tried = |all: &[Value]| all.iter().any(|finding| finding["code"] == "combination-syntax");
    client.settle(&project.root);
    client.wait_for(&document, "the option that breaks", tried);
    client.configure(json!({ "check": { "maxCombinations": 1 } }));
    client.wait_for(&document, "one combination of each", |all| !tried(all) && all.len() == 3);
    client.configure(json!({ "check": { "maxCombinations": 2 } }));
    client.wait_for(&document, "two combinations of each", tried);
    client.configure(json!({ "check": {} }));
    client.wait_for(&document, "the project's own cut-off", |all| !tried(all));
    // What is told wrong changes nothing.
    client.configure(json!({ "check": { "maxCombinations": 0 } }));
    assert!(client.message().contains("the changed settings are ignored"));
    client.settle(&project.root);
    client.wait_for(&document, "the same as before", |all| !tried(all) && all.len() == 3);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn the_client_tells_the_cut_off() {
    the_cut_off_changes(None);
}

#[test]
fn the_client_is_asked_for_the_cut_off() {
    the_cut_off_changes(Some(json!({ "check": { "maxCombinations": 96 } })));
}

/// Trust is not a matter of configuration: a session that began without it never opens a source.
#[test]
fn trust_does_not_change() {
    let project = Project::copy_of("broken/ecommerce");
    let initialization = json!({ "trusted": false });
    let mut client = Client::start(PROGRAM, Options { initialization, ..Options::default() });
    let document = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    client.configure(json!({ "viz": { "trusted": true, "check": { "trusted": true, "level": "bind" } } }));
    let status = client.settle(&project.root);
    assert!(status["why"].to_string().contains("not trusted"), "{status:#}");
    client.wait_for(&document, "nothing that only data tell", |all| {
        all.iter().all(|finding| finding["code"] != "combination-syntax")
    });
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
