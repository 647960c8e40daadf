//! `preview_fix`: diffs, what a check says after them, and who may write.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const PROJECT: &str = "name: shop
sources: [{name: s, type: duckdb, database: ':memory:'}]
defaults: {source_name: s}
inputs:
  - {name: region, type: single-select, options: ['West', 'East']}
models:
  - {name: orders, sql: \"select 'West' as region, 5 as total\"}
insights:
  - name: by_region
    props: {type: bar, x: '?{ ${ref(orders).region} }', y: '?{ sum(${ref(orders).totl}) }'}
    interactions: [{filter: \"?{ ${ref(orders).region} = '${ref(region).value}' }\"}]
";

fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("project.visivo.yml"), PROJECT).expect("can be written");
    folder
}

fn text(root: &Path) -> String {
    std::fs::read_to_string(root.join("project.visivo.yml")).expect("it exists")
}

fn ask(root: &Path, options: &[&str], tool: &str, arguments: &Value) -> Value {
    let mut command = Command::new(PROGRAM);
    command.args(["ask", tool, &arguments.to_string(), "--no-cache", "--root"]).arg(root).args(options);
    serde_json::from_slice(&command.output().expect("it runs").stdout).expect("JSON")
}

#[test]
fn a_fix_is_shown_with_what_a_check_says_after_it() {
    let shop = shop();
    let root = shop.path();
    let errors = ask(root, &[], "check_project", &json!({ "severity": "error" }));
    let finding = &errors["findings"][0];
    assert_eq!(finding["code"], "unknown-column", "{errors}");
    let fix = ask(root, &[], "preview_fix", &json!({ "fingerprint": finding["fingerprint"] }));
    assert_eq!((&fix["status"], &fix["files"]), (&json!("preview"), &json!(["project.visivo.yml"])), "{fix}");
    let diff = fix["diff"].as_str().expect("a text");
    assert!(diff.starts_with("--- project.visivo.yml\n+++ ") && diff.contains("\n+    props: {type: bar"), "{diff}");
    assert!(diff.contains("(orders).total}") && !diff.contains('\u{1b}'), "{diff}");
    let check = &fix["check"];
    assert_eq!((&check["mended"], &check["errors_after"], &check["new"]), (&json!(1), &json!(0), &json!(0)), "{fix}");
    assert_eq!(text(root), PROJECT, "nothing is written");
    // A guess is not used for all findings of a code, unless that is wanted.
    let all = ask(root, &[], "preview_fix", &json!({ "code": "unknown-column" }));
    assert!(all["message"].as_str().expect("a text").contains("second look"), "{all}");
    let likely = ask(root, &[], "preview_fix", &json!({ "code": "unknown-column", "likely": true }));
    assert_eq!((&likely["diff"], &likely["fixes"][0]["needs_a_second_look"]), (&fix["diff"], &json!(true)));
}

#[test]
fn it_is_written_only_where_that_is_allowed() {
    let shop = shop();
    let root = shop.path();
    let wanted = json!({ "code": "unknown-column", "likely": true, "apply": true });
    let refused = ask(root, &[], "preview_fix", &wanted);
    assert!(refused["message"].as_str().expect("a text").contains("--allow-writes"), "{refused}");
    assert_eq!(text(root), PROJECT);
    let before = ask(root, &[], "check_project", &json!({}))["revision"].clone();
    let same = ask(root, &[], "check_project", &json!({ "since": before }));
    assert_eq!((&same["found"], &same["gone"], &same["revision"]), (&json!(0), &json!(0), &before), "{same}");
    let applied = ask(root, &["--allow-writes"], "preview_fix", &wanted);
    assert_eq!(applied["status"], "applied", "{applied}");
    assert_eq!(text(root), PROJECT.replace("totl", "total"));
    let after = ask(root, &[], "check_project", &json!({ "since": before }));
    assert_eq!((&after["found"], &after["gone"], &after["counts"]["errors"]), (&json!(0), &json!(1), &json!(0)));
    std::fs::write(root.join("project.visivo.yml"), text(root).replace("(region)", "(regio)")).expect("can be written");
    let new = ask(root, &[], "check_project", &json!({ "since": after["revision"] }));
    assert_eq!((&new["found"], &new["findings"][0]["code"]), (&json!(1), &json!("unknown-reference")), "{new}");
    assert_eq!(ask(root, &[], "check_project", &json!({ "since": "x" }))["status"], "failed");
}

#[test]
fn an_object_is_renamed_everywhere() {
    let shop = shop();
    let root = shop.path();
    let rename = |name: &str, to: &str, kind: Option<&str>| {
        let mut rename = json!({ "name": name, "to": to });
        if let Some(kind) = kind {
            rename["kind"] = json!(kind);
        }
        ask(root, &["--allow-writes"], "preview_fix", &json!({ "rename": rename, "apply": true }))
    };
    let done = rename("region", "area", Some("input"));
    assert_eq!((&done["status"], &done["places"]), (&json!("applied"), &json!(2)), "{done}");
    assert!(text(root).contains("{name: area,") && text(root).contains("${ref(area).value}"), "{}", text(root));
    assert!(rename("regio", "x", None)["message"].as_str().expect("a text").contains("nothing is called `regio`"));
    assert!(rename("area", "a.b", None)["message"].as_str().expect("a text").contains("can't hold `.`"));
    assert!(rename("area", "orders", None)["status"] == "failed", "the name is taken");
}

#[test]
fn wrong_calls_say_what_is_wanted() {
    let shop = shop();
    let of = |arguments: Value| ask(shop.path(), &[], "preview_fix", &arguments)["message"].clone();
    let said = |arguments: Value, words: &str| {
        let message = of(arguments);
        assert!(message.as_str().expect("a text").contains(words), "{message}");
    };
    said(json!({}), "one of");
    said(json!({ "code": "unknown-column", "fingerprint": "x" }), "one of");
    said(json!({ "code": "unknown-colum" }), "did you mean `unknown-column`");
    said(json!({ "fingerprint": "0000" }), "no such finding");
    said(json!({ "rename": { "name": "orders" } }), "`to`");
}

/// A fix of an option may hold an option; with `--no-rows` only those are told that can't hold a value of the data.
#[test]
fn without_rows_fixes_hold_no_value() {
    let shop = shop();
    let fix = ask(shop.path(), &["--no-rows"], "preview_fix", &json!({ "code": "unknown-column", "likely": true }));
    assert_eq!(fix["status"], "preview", "{fix}");
    assert!(fix["fixes"][0]["title"].is_null());
}
