//! What a person meets who uses an editor with a project for the first time.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::projects::Project;
use viz_tests::{Client, Options, cli};

const INSIGHTS: &str = "insights:\n  - name: rev\n    props:\n      type: bar\n";

fn has(all: &[Value], code: &str) -> bool {
    all.iter().any(|finding| finding["code"] == code)
}

/// Neovim takes an item with an edit and without this text as filtered already.
#[test]
fn every_item_says_what_it_is_filtered_by() {
    let project = Project::of(&[("project.visivo.yml", "name: shop\n")]);
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("project.visivo.yml"));
    let end = document.text.len();
    let change = document.replace(end..end, &format!("{INSIGHTS}      mar"));
    client.change(&mut document, vec![change]);
    let at = json!({ "textDocument": { "uri": document.uri }, "position": document.position(document.text.len()) });
    let items = client.request("textDocument/completion", at);
    let items = items.as_array().expect("a list");
    assert!(items.len() > 10 && items.iter().all(|item| item["filterText"] == item["label"]), "{items:#?}");
    assert_eq!(client.shut_down(), 0);
}

/// A file that nothing includes is told of where it is open, and an action includes it.
#[test]
fn a_file_that_nothing_includes() {
    let project = Project::of(&[
        ("project.visivo.yml", "name: shop\nincludes:\n  - path: in.yml\n"),
        ("in.yml", "models: []\n"),
        ("extra.yml", INSIGHTS),
        ("compose.yml", "services: {}\n"),
    ]);
    let mut client = Client::start(PROGRAM, Options::default());
    let other = client.open(&project.file("compose.yml"));
    let extra = client.open(&project.file("extra.yml"));
    let found = client.wait_for(&extra, "what is wrong", |all| has(all, "file-not-included"));
    let params = json!({
        "textDocument": { "uri": extra.uri },
        "range": found[0]["range"],
        "context": { "diagnostics": found },
    });
    let actions = client.request("textDocument/codeAction", params);
    let [action] = actions.as_array().expect("a list").as_slice() else { panic!("one action: {actions:#}") };
    assert_eq!(action["title"], "add it to `includes` in project.visivo.yml");
    let edit = &action["edit"]["documentChanges"][0]["edits"][0];
    assert_eq!(edit["newText"], "  - path: extra.yml\n", "{action:#}");
    assert_eq!(edit["range"]["start"], json!({ "line": 3, "character": 0 }));
    assert!(client.published(&other.uri).is_none_or(|last| last.diagnostics.is_empty()), "it is no part of a project");
    // Included, it is a part like others.
    let mut main = client.open(&project.file("project.visivo.yml"));
    let end = main.text.len();
    let change = main.replace(end..end, "  - path: extra.yml\n");
    client.change(&mut main, vec![change]);
    client.wait_for(&extra, "no more of it", |all| !has(all, "file-not-included"));
    assert_eq!(client.shut_down(), 0);
    let run = cli::run(PROGRAM, &project.root, &["--check", "--level", "parse", "--color", "never", "extra.yml"]);
    assert!(run.out.contains("warning[file-not-included]: `extra.yml` is no part of the project"), "{}", run.out);
    let run = cli::run(PROGRAM, &project.root, &["--check", "--level", "parse", "--deny", "warnings", "compose.yml"]);
    assert_eq!(run.status, 0, "{}", run.out);
}

/// What is new in the line waits for a pause, for the cursor to go elsewhere, or for the text to be saved.
#[test]
fn what_is_typed_is_judged_when_it_is_done() {
    let project = Project::of(&[("project.visivo.yml", "name: shop\ncli_version: 2.2.1\n")]);
    for (pause, ends) in [(150, "a pause"), (10_000, "saving"), (10_000, "a look elsewhere"), (10_000, "another line")]
    {
        let initialization = json!({ "typingPause": pause });
        let mut client = Client::start(PROGRAM, Options { initialization, ..Options::default() });
        let mut document = client.open(&project.file("project.visivo.yml"));
        client.settle(&project.root);
        let end = document.text.len();
        let change = document.replace(end..end, "modles: []");
        client.change(&mut document, vec![change]);
        match ends {
            "saving" => client.save(&document),
            "a look elsewhere" => {
                let at = json!({ "textDocument": { "uri": document.uri }, "position": { "line": 0, "character": 1 } });
                client.request("textDocument/documentHighlight", at);
            }
            "another line" => {
                let change = document.replace(0..0, "# the shop\n");
                client.change(&mut document, vec![change]);
            }
            _ => {}
        }
        client.wait_for(&document, ends, |all| has(all, "unknown-key"));
        assert_eq!(client.shut_down(), 0);
    }
}
