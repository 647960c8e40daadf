//! A person edits a project.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::projects::Project;
use viz_tests::{Client, Document, Options};

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().expect("a code")).collect()
}

/// Replaces the one place of `old` by `new` and sends it.
fn edit(client: &mut Client, document: &mut Document, old: &str, new: &str) {
    let place = document.find(old);
    let change = document.replace(place, new);
    client.change(document, vec![change]);
}

#[test]
fn a_typo_comes_and_goes_with_the_right_versions() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    let start = client.wait_for(&document, "all faults", |all| all.len() == 4);
    assert!(codes(&start).contains(&"unknown-column"));

    // `totl` is taken away and `total` typed, character by character; each step is checked for its own version.
    let place = document.find("orders).totl}");
    let mut at = place.start + "orders).".len();
    let gone = document.replace(at..at + "totl".len(), "");
    client.change(&mut document, vec![gone]);
    client.wait_for(&document, "an answer", |_| true);
    let typed = "total";
    for (index, character) in typed.char_indices() {
        let change = document.replace(at..at, &character.to_string());
        at += character.len_utf8();
        client.change(&mut document, vec![change]);
        let so_far = &typed[..=index];
        if so_far == typed {
            let now = client.wait_for(&document, "no typo", |all| !codes(all).contains(&"unknown-column"));
            assert_eq!(now.len(), 3, "the other faults stay: {now:#?}");
        } else {
            let now = client.wait_for(&document, "the typo", |all| codes(all).contains(&"unknown-column"));
            let finding = now.iter().find(|finding| finding["code"] == "unknown-column").unwrap();
            assert!(finding["message"].as_str().unwrap().contains(&format!("`{so_far}`")), "{finding}");
            assert_eq!(finding["range"]["start"], document.position(at - so_far.len()));
            assert_eq!(finding["range"]["end"], document.position(at));
        }
    }
    // And back again.
    edit(&mut client, &mut document, "orders).total}) }", "orders).totl}) }");
    client.wait_for(&document, "the typo again", |all| codes(all).contains(&"unknown-column"));
    let versions: Vec<i32> = client.history(&document.uri).iter().filter_map(|published| published.version).collect();
    assert!(versions.is_sorted() && versions.last() == Some(&document.version), "{versions:?}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn an_edit_elsewhere_moves_findings_and_withdraws_nothing() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    let before = client.wait_for(&document, "all faults", |all| all.len() == 4);
    for _ in 0..5 {
        let change = document.replace(0..0, "# a comment\n");
        client.change(&mut document, vec![change]);
    }
    let after = client.wait_for(&document, "all faults", |all| all.len() == 4);
    for (old, new) in before.iter().zip(&after) {
        assert_eq!(
            old["range"]["start"]["line"].as_u64().unwrap() + 5,
            new["range"]["start"]["line"].as_u64().unwrap()
        );
    }
    let thinnest = client
        .history(&document.uri)
        .iter()
        .skip_while(|published| published.diagnostics.len() < 4)
        .map(|published| published.diagnostics.len())
        .min();
    assert_eq!(thinnest, Some(4), "a finding blinked");
    assert_eq!(client.shut_down(), 0);
}

/// What a key says is told before the binder has spoken, unless a finding would go that the binder may bring back.
#[test]
fn only_what_would_blink_waits_for_the_binder() {
    let told = |client: &mut Client| {
        let report = client.request("viz/report", json!({}));
        report["counters"]["toldBeforeBinder"].as_u64().unwrap_or_default()
    };
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    client.wait_for(&document, "all faults", |all| all.len() == 4);
    let before = told(&mut client);
    edit(&mut client, &mut document, "order_id}), 1) }", "order_id}), 1) + 1 }");
    client.settle(&project.root);
    let at_once = told(&mut client);
    assert!(at_once > before, "nothing at that insight could blink");
    // In the insight whose column is unknown, which only the binder knows.
    edit(&mut client, &mut document, "<> 'cancelled'", "<> 'cancelled' and 1 < 2");
    client.settle(&project.root);
    let all = client.wait_for(&document, "all faults", |all| all.len() == 4);
    assert!(codes(&all).contains(&"unknown-column"));
    let history = client.history(&document.uri);
    let shown = history.iter().skip_while(|published| published.diagnostics.len() < 4);
    assert_eq!(shown.map(|published| published.diagnostics.len()).min(), Some(4), "a finding blinked");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_model_being_edited_keeps_what_the_database_said_of_its_insights() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let insights = client.open(&project.file("insights.yml"));
    let mut models = client.open(&project.file("models.yml"));
    client.settle(&project.root);
    client.wait_for(&insights, "all faults", |all| all.len() == 4);
    let seen = client.history(&insights.uri).len();
    // A new column: the schema has to be asked for again.
    edit(&mut client, &mut models, "as segment\n", "as segment, 1 as one\n");
    client.settle(&project.root);
    let counts: Vec<usize> =
        client.history(&insights.uri)[seen..].iter().map(|published| published.diagnostics.len()).collect();
    assert!(counts.iter().all(|count| *count == 4), "findings blinked: {counts:?}");
    // The column that was missed so far: the finding goes once the database has seen it.
    edit(&mut client, &mut models, "1 as one\n", "1 as totl\n");
    client.wait_for(&insights, "the typo has become a column", |all| !codes(all).contains(&"unknown-column"));
    assert_eq!(client.shut_down(), 0);
}

/// A metric that many insights use breaks them all: what is open is told first.
#[test]
fn open_files_come_first() {
    let insight = |name: &str, number: usize| {
        format!(
            "  - name: {name}_{number}\n    props:\n      type: bar\n      x: ?{{ ${{ref(orders).city}} }}\n      y: ?{{ ${{ref(total)}} + {number} }}\n"
        )
    };
    let file =
        |name: &str, count: usize| "insights:\n".to_owned() + &(0..count).map(|n| insight(name, n)).collect::<String>();
    let main = "name: shop\nincludes:\n  - path: a_closed.yml\n  - path: b_open.yml\n  - path: c_hub.yml\nsources:\n  - { name: local, type: duckdb, database: warehouse.duckdb }\nmodels:\n  - { name: orders, source: ref(local), sql: \"select 'Rome' as city, 120 as amount\" }\n";
    let hub = "metrics:\n  - name: total\n    expression: sum(${ref(orders).amount})\n";
    let project = Project::of(&[
        ("project.visivo.yml", main),
        ("a_closed.yml", &file("closed", 100)),
        ("b_open.yml", &file("open", 2)),
        ("c_hub.yml", hub),
    ]);
    let mut client = Client::start(PROGRAM, Options::default());
    let open = client.open(&project.file("b_open.yml"));
    let mut hub = client.open(&project.file("c_hub.yml"));
    client.settle(&project.root);
    assert_eq!(client.findings(&project.root), []);
    let seen = client.order.len();
    // Each insight adds a number to what is a text now.
    edit(&mut client, &mut hub, "sum(${ref(orders).amount})", "max(${ref(orders).city})");
    client.settle(&project.root);
    let closed = url::Url::from_file_path(project.file("a_closed.yml")).unwrap().to_string();
    let position = |uri: &str| client.order[seen..].iter().position(|one| one == uri).expect("it has findings");
    assert_eq!(client.findings(&project.root).len(), 102);
    assert!(position(&open.uri) < position(&closed), "{:?}", &client.order[seen..]);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn hover_shows_the_options() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let insights = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    let at = insights.find("= '${ref(city).value}'").start + "= '${ref(ci".len();
    let hover = client.request(
        "textDocument/hover",
        json!({ "textDocument": { "uri": insights.uri }, "position": insights.position(at) }),
    );
    let text = hover["contents"]["value"].as_str().unwrap_or_else(|| panic!("no text: {hover}"));
    for piece in ["city", "12", "O'Fallon", "|"] {
        assert!(text.contains(piece), "{piece:?} is not in\n{text}");
    }
    let nowhere = client.request(
        "textDocument/hover",
        json!({ "textDocument": { "uri": insights.uri }, "position": { "line": 2, "character": 0 } }),
    );
    assert!(nowhere.is_null(), "{nowhere}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_fix_can_be_applied() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    let all = client.wait_for(&document, "the unknown input", |all| codes(all).contains(&"unknown-reference"));
    let finding = all.iter().find(|finding| finding["code"] == "unknown-reference").unwrap();
    let context = json!({ "diagnostics": [finding], "only": ["quickfix"] });
    let params = json!({ "textDocument": { "uri": document.uri }, "range": finding["range"], "context": context });
    let actions = client.request("textDocument/codeAction", params.clone());
    let titles: Vec<&str> = actions.as_array().unwrap().iter().filter_map(|action| action["title"].as_str()).collect();
    assert_eq!(titles[1..], ["add an input `regoin`", "silence `unknown-reference` here"], "{actions:#}");
    let change = &actions[0]["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": document.uri, "version": document.version }));
    assert_eq!(actions[0]["diagnostics"][0], *finding);
    assert_eq!(change["edits"][0]["newText"], "region");
    assert_eq!(finding["data"]["fix"]["edits"][0]["newText"], "region");
    edit(&mut client, &mut document, "ref(regoin)", "ref(region)");
    client.wait_for(&document, "one fault less", |all| all.len() == 3);
    let none = client.request("textDocument/codeAction", params);
    assert_eq!(none, json!([]), "nothing left to fix");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn closed_files_show_what_is_on_the_disk_and_a_closed_project_nothing() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let main = client.open(&project.file("project.visivo.yml"));
    let mut insights = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    edit(&mut client, &mut insights, "orders).totl}) }", "orders).total}) }");
    client.wait_for(&insights, "one fault less", |all| all.len() == 3);
    client.close(&insights);
    client.settle(&project.root);
    let last = client.published(&insights.uri).unwrap();
    assert_eq!((last.version, last.diagnostics.len()), (None, 4), "the edit was not saved");
    client.close(&main);
    while client.published(&insights.uri).is_some_and(|last| !last.diagnostics.is_empty()) {
        client.quiet_for(std::time::Duration::from_millis(50));
    }
    assert_eq!(client.findings(&project.root), []);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn files_outside_of_projects_are_met_with_silence() {
    let folder = Project::of(&[("some.yml", "a: [\n"), ("deep/other.yml", "b: ?{ x }\n")]);
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&folder.file("some.yml"));
    client.open(&folder.file("deep/other.yml"));
    let change = document.replace(0..1, "b");
    client.change(&mut document, vec![change]);
    client.quiet_for(std::time::Duration::from_millis(800));
    assert!(client.history(&document.uri).is_empty());
    let hover = client.request(
        "textDocument/hover",
        json!({ "textDocument": { "uri": document.uri }, "position": { "line": 0, "character": 0 } }),
    );
    assert!(hover.is_null());
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_file_that_changes_on_the_disk_is_read_again() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    assert_eq!(client.findings(&project.root).len(), 4);
    project.write("insights.yml", &project.read("insights.yml").replace("regoin", "region"));
    let uri = url::Url::from_file_path(project.file("insights.yml")).unwrap();
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    client.settle(&project.root);
    assert_eq!(client.findings(&project.root).len(), 3);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn new_data_are_asked_for_when_a_file_is_saved() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let document = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    client.wait_for(&document, "the apostrophe", |all| codes(all).contains(&"combination-syntax"));
    project.write("data/customers.csv", &project.read("data/customers.csv").replace("O'Fallon", "Fallon"));
    client.save(&document);
    client.wait_for(&document, "no apostrophe", |all| !codes(all).contains(&"combination-syntax"));
    assert_eq!(client.shut_down(), 0);
}

/// Not every client tells what changes on disk: places of the text that was read would be others in the new one.
#[test]
fn files_that_changed_unseen_get_no_edits() {
    let text = "name: p\nincludes: [{path: b.yml}]\ninsights:\n  - name: aa\n    props: {type: bar}\n";
    let other = "charts: [{name: c, insights: [ref(aa)]}]\n";
    let project = Project::of(&[("project.visivo.yml", text), ("b.yml", other)]);
    let mut client = Client::start(PROGRAM, Options::default());
    let document = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    let at = document.position(document.find("aa").start);
    let rename = json!({ "textDocument": { "uri": document.uri }, "position": at, "newName": "bb" });
    let edit = client.request("textDocument/rename", rename.clone());
    assert!(edit.to_string().contains("b.yml"), "{edit:#}");
    project.write("b.yml", &format!("# pulled\n{other}"));
    let id = client.ask("textDocument/rename", rename);
    let refused = client.answer(id).expect_err("the places are of another text").to_string();
    assert!(refused.contains("`b.yml` was changed outside of the editor"), "{refused}");
    assert_eq!(client.shut_down(), 0);
}
