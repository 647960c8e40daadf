//! A strict client against everything at once: cancelled requests, files that come and go, texts that are closed while they
//! are checked, many sessions of one text.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use viz_tests::projects::Project;
use viz_tests::{Client, Document, Options};

const METHODS: [&str; 12] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/documentSymbol",
    "textDocument/semanticTokens/full",
    "textDocument/foldingRange",
    "textDocument/inlayHint",
    "textDocument/codeLens",
    "textDocument/documentColor",
    "textDocument/diagnostic",
    "viz/inputs",
    "viz/rows",
];

fn params(document: &Document, at: usize) -> Value {
    let whole = json!({ "start": document.position(0), "end": document.position(document.text.len()) });
    json!({ "textDocument": { "uri": document.uri }, "position": document.position(at), "range": whole })
}

/// Each request is answered once, cancelled or not; edits in between are neither lost nor doubled.
#[test]
fn a_storm_of_cancelled_requests() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    let place = document.find("= '${ref(city).value}'").start + "= '${ref(ci".len();
    let mut random = fastrand::Rng::with_seed(11);
    let mut asked = Vec::new();
    for _ in 0..400 {
        let method = METHODS[random.usize(..METHODS.len())];
        let id = client.ask(method, params(&document, place));
        asked.push((id, method));
        if random.u8(..3) > 0 {
            let (id, _) = asked[random.usize(..asked.len())];
            client.notify("$/cancelRequest", json!({ "id": id }));
        }
        if random.u8(..10) == 0 {
            let end = document.text.len();
            let change = document.replace(end..end, "# x\n");
            client.change(&mut document, vec![change]);
        }
    }
    let mut cancelled = 0;
    for (id, method) in asked {
        if let Err(error) = client.answer(id) {
            assert_eq!(error["code"], -32800, "{method}: {error}");
            cancelled += 1;
        }
    }
    assert!(cancelled > 0, "none was cancelled in time");
    client.settle(&project.root);
    client.wait_for(&document, "all faults", |all| all.len() == 4);
    assert_eq!(client.shut_down(), 0);
}

/// Events about files come in any order, twice, and for files that never were; what counts is the disk.
#[test]
fn events_about_files_in_any_order() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let insights = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    let before = client.findings(&project.root);
    let inputs = project.read("inputs.yml");
    let event =
        |name: &str, kind: u8| json!({ "uri": url::Url::from_file_path(project.file(name)).unwrap(), "type": kind });
    let (created, changed, deleted) = (1, 2, 3);
    std::fs::remove_file(project.file("inputs.yml")).unwrap();
    for events in [
        json!([event("inputs.yml", created), event("inputs.yml", deleted), event("never.yml", changed)]),
        json!([event("data", deleted), event("inputs.yml", deleted)]),
    ] {
        client.notify("workspace/didChangeWatchedFiles", json!({ "changes": events }));
    }
    client.settle(&project.root);
    let without = client.findings(&project.root);
    assert!(without.iter().any(|finding| finding.code == "include-not-found"), "{without:#?}");
    project.write("inputs.yml", &inputs);
    let events = json!([event("inputs.yml", deleted), event("inputs.yml", changed), event("inputs.yml", created)]);
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": events }));
    client.settle(&project.root);
    assert_eq!(client.findings(&project.root), before);
    client.close(&insights);
    assert_eq!(client.shut_down(), 0);
}

/// A text that is closed while it is checked leaves nothing behind that belongs to its unsaved state.
#[test]
fn closed_while_it_is_checked() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let other = client.open(&project.file("inputs.yml"));
    client.settle(&project.root);
    let before = client.findings(&project.root);
    for round in 0..60 {
        let mut document = client.open(&project.file("insights.yml"));
        let text = if round % 2 == 0 { "insights:\n  - name: [\n" } else { "insights: []\n" };
        let change = document.replace_all(text);
        client.change(&mut document, vec![change]);
        if round % 3 == 0 {
            client.ask("textDocument/hover", params(&document, 3));
        }
        client.close(&document);
    }
    client.forget_requests();
    client.settle(&project.root);
    assert_eq!(client.findings(&project.root), before);
    client.close(&other);
    assert_eq!(client.shut_down(), 0);
}

/// The numbers that the server reports of its memory.
fn counted(client: &mut Client) -> BTreeMap<String, u64> {
    let report = client.request("viz/report", json!({}));
    let memory = report["memory"].as_object().expect("numbers");
    memory.iter().filter_map(|(name, number)| Some((name.clone(), number.as_u64()?))).collect()
}

#[test]
fn a_thousand_sessions_of_one_text_without_growth() {
    const PROJECT: &str = "name: small\ninputs:\n  - { name: one, type: single-select, options: [\"a\", \"b\"] }\n";
    let project = Project::of(&[("project.visivo.yml", PROJECT)]);
    let mut client = Client::start(PROGRAM, Options::default());
    let path = project.file("project.visivo.yml");
    let cycle = |client: &mut Client, count: usize| {
        for round in 0..count {
            let mut document = client.open(&path);
            let end = document.text.len();
            let change = document.replace(end..end, &format!("# {round}\n"));
            client.change(&mut document, vec![change]);
            for method in ["textDocument/semanticTokens/full", "textDocument/hover", "viz/inputs"] {
                client.request(method, params(&document, 30));
            }
            client.close(&document);
        }
        // An open text, so that all is settled.
        let document = client.open(&path);
        client.settle(&project.root);
        let numbers = counted(client);
        client.close(&document);
        numbers
    };
    let warm = cycle(&mut client, 100);
    let after = cycle(&mut client, 1000);
    for (name, number) in &after {
        if name == "resident" || name == "peak" {
            // Allocators keep some; a thousand texts, snapshots or lists of tokens would be far more.
            assert!(*number < warm[name] + (16 << 20), "{name}: {} → {number}", warm[name]);
        } else {
            assert_eq!(number, &warm[name], "{name}");
        }
    }
    assert_eq!(client.shut_down(), 0);
}
