//! Clients that ask for diagnostics.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::projects::Project;
use viz_tests::{Client, Document, Options};

fn client(refresh: bool) -> Client {
    let workspace = if refresh { json!({ "diagnostics": { "refreshSupport": true } }) } else { Value::Null };
    let abilities = json!({ "diagnostic": { "dynamicRegistration": false } });
    Client::start(PROGRAM, Options { abilities, workspace, ..Options::default() })
}

fn pull(client: &mut Client, document: &Document, known: Option<&Value>) -> Value {
    let mut params = json!({ "textDocument": { "uri": document.uri }, "identifier": "viz-lsp" });
    if let Some(known) = known {
        params["previousResultId"] = known.clone();
    }
    client.request("textDocument/diagnostic", params)
}

fn codes(report: &Value) -> Vec<&str> {
    let items = report["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|one| one["code"].as_str().expect("a code")).collect()
}

#[test]
fn reports_have_ids_and_nothing_is_sent() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = client(true);
    assert_eq!(client.capabilities["diagnosticProvider"]["workspaceDiagnostics"], true);
    let mut document = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    let report = pull(&mut client, &document, None);
    assert_eq!((&report["kind"], codes(&report).len()), (&json!("full"), 4), "{report:#}");
    let same = pull(&mut client, &document, Some(&report["resultId"]));
    assert_eq!((&same["kind"], &same["resultId"]), (&json!("unchanged"), &report["resultId"]));
    // The answer is about the text of the question.
    for (old, new, known) in
        [("orders).totl}) }", "orders).total}) }", false), ("orders).total}) }", "orders).totl}) }", true)]
    {
        let place = document.find(old);
        let change = document.replace(place, new);
        client.change(&mut document, vec![change]);
        let report = pull(&mut client, &document, Some(&report["resultId"]));
        assert_eq!(codes(&report).contains(&"unknown-column"), known, "{report:#}");
    }
    assert!(client.order.is_empty(), "diagnostics were sent, too: {:?}", client.order);
    let outside = json!({ "textDocument": { "uri": "file:///nowhere.yml" } });
    assert_eq!(client.request("textDocument/diagnostic", outside)["items"], json!([]));
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_question_about_the_workspace_is_parked_until_something_changes() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = client(true);
    let mut document = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = all["items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["uri"] == json!(document.uri)), "{all:#}");
    let known: Vec<Value> = items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    let parked = client.ask("workspace/diagnostic", json!({ "previousResultIds": known }));
    let other = client.ask("workspace/diagnostic", json!({ "previousResultIds": known }));
    let place = document.find(".totl}");
    let change = document.replace(place, ".total}");
    assert!(!client.has_answer(parked));
    client.notify("$/cancelRequest", json!({ "id": other }));
    assert_eq!(client.answer(other).expect_err("it was cancelled")["code"], -32800);
    client.change(&mut document, vec![change]);
    let news = client.answer(parked).expect("an answer");
    assert_eq!(news["items"][0]["uri"], json!(document.uri), "{news:#}");
    // One that is parked at the end hinders nobody.
    client.ask(
        "workspace/diagnostic",
        json!({ "previousResultIds": [{ "uri": document.uri, "value": news["items"][0]["resultId"] }] }),
    );
    client.forget_requests();
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn who_cannot_be_told_to_ask_again_is_sent_everything() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = client(false);
    assert!(client.capabilities["diagnosticProvider"].is_null());
    let document = client.open(&project.file("insights.yml"));
    client.wait_for(&document, "all faults", |all| all.len() == 4);
    assert_eq!(client.shut_down(), 0);
}
