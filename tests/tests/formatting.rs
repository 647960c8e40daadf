//! Formatting: on the command line, and in editors for who asks for it.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::cli::{Run, run};
use viz_tests::projects::Project;
use viz_tests::{Client, Document, Options};

const BEFORE: &str = "# Läden\r\nname: shop \r\nincludes:\r\n- path: more.yml\r\ninputs:\r\n-   name: city   # of the 😀 shop\r\n    # silenced\r\n    \
                      type: single-select\r\n    options: [ \"1\",  \"2\" ]\r\n";
const AFTER: &str = "# Läden\r\nname: shop\r\nincludes:\r\n  - path: more.yml\r\ninputs:\r\n  - name: city   # of the 😀 shop\r\n    # silenced\r\n    \
                     type: single-select\r\n    options: [ \"1\",  \"2\" ]\r\n";
const MORE: &str = "insights:\n- name: a\n  props:\n      type: bar\n      x: ?{1}\n";
const MORE_AFTER: &str = "insights:\n  - name: a\n    props:\n      type: bar\n      x: ?{ 1 }\n";

fn shop() -> Project {
    Project::of(&[("project.visivo.yml", BEFORE), ("more.yml", MORE), ("alone.yml", MORE)])
}

fn format(project: &Project, more: &[&str]) -> Run {
    let args: Vec<&str> = ["format"].iter().chain(more).copied().collect();
    run(PROGRAM, &project.root, &args)
}

#[test]
fn all_files_of_a_project() {
    let project = shop();
    let check = format(&project, &["--check"]);
    assert_eq!((check.status, project.read("more.yml").as_str()), (1, MORE), "{check:?}");
    assert!(check.out.contains("would format more.yml\n"), "{check:?}");
    assert!(check.out.ends_with("2 files would be formatted\n"), "{check:?}");
    let done = format(&project, &[]);
    assert_eq!((done.status, done.out.as_str()), (0, "2 files formatted\n"), "{done:?}");
    assert_eq!(project.read("project.visivo.yml"), AFTER);
    assert_eq!(project.read("more.yml"), MORE_AFTER);
    assert_eq!(project.read("alone.yml"), MORE, "nothing includes it");
    let again = format(&project, &["--check"]);
    assert_eq!((again.status, again.out.as_str()), (0, "2 files left as they are\n"), "{again:?}");
}

#[test]
fn the_files_that_are_named() {
    let project = shop();
    let one = format(&project, &["more.yml", "alone.yml"]);
    assert_eq!((one.status, one.out.as_str()), (0, "1 file formatted\n"), "{one:?}");
    assert!(one.err.contains("nothing includes alone.yml"), "{one:?}");
    assert_eq!(project.read("project.visivo.yml"), BEFORE);
    assert_eq!(project.read("more.yml"), MORE_AFTER);
    let none = run(PROGRAM, &std::env::temp_dir(), &["format", "/nowhere"]);
    assert_eq!(none.status, 2, "{none:?}");
}

#[test]
fn differences_are_what_patch_reads() {
    let project = shop();
    let diff = format(&project, &["--diff", "more.yml"]);
    let wanted = "--- more.yml\n+++ more.yml\n@@ -1,5 +1,5 @@\n insights:\n-- name: a\n-  props:\n+  - name: a\n+    props:\n       type: bar\n\
                  -      x: ?{1}\n+      x: ?{ 1 }\n";
    assert_eq!((diff.status, diff.out.as_str()), (1, wanted), "{diff:?}");
    assert_eq!(project.read("more.yml"), MORE);
    assert_eq!(diff.err, "1 file would be formatted\n");
}

#[test]
fn what_can_not_be_read_is_left_and_said() {
    let project = shop();
    project.write("more.yml", "insights:\n- name: a\n   - b: c\n");
    let run = format(&project, &[]);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.err.contains("error: more.yml is left as it is: the project loader refuses it at line 3"), "{run:?}");
    assert_eq!(run.out, "1 file formatted, 1 file not readable\n");
    assert_eq!(project.read("project.visivo.yml"), AFTER, "the others are formatted");
    project.write("more.yml", "? insights\n: []\n");
    let run = format(&project, &["--check"]);
    assert_eq!((run.status, run.out.as_str()), (0, "2 files left as they are\n"), "{run:?}");
    assert!(run.err.contains("keys that are written with `? ` are not formatted"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn files_of_others_are_left() {
    let project = Project::of(&[
        ("shop/project.visivo.yml", "name: shop\nincludes:\n  - path: link.yml\n  - path: ../outside.yml\n"),
        ("outside.yml", MORE),
        ("target.yml", MORE),
    ]);
    std::os::unix::fs::symlink("../target.yml", project.file("shop/link.yml")).expect("a link");
    let run = run(PROGRAM, &project.root, &["format", "."]);
    assert_eq!((run.status, run.out.as_str()), (0, "1 file left as it is\n"), "{run:?}");
    assert!(run.err.contains("nothing is written to it"), "{run:?}");
    assert_eq!((project.read("outside.yml").as_str(), project.read("target.yml").as_str()), (MORE, MORE));
}

/// A submodule is the project's own, the copy of a repository that an include names is not.
#[test]
fn repositories_in_the_project() {
    let project = Project::of(&[
        ("project.visivo.yml", "name: shop\nincludes:\n  - path: sub/a.yml\n  - path: .visivo_cache/b/b.yml\n"),
        ("sub/a.yml", MORE),
        ("sub/.git/HEAD", "ref: refs/heads/main\n"),
        (".visivo_cache/b/b.yml", &MORE.replace("name: a", "name: b")),
    ]);
    let run = run(PROGRAM, &project.root, &["format", "."]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_ne!(project.read("sub/a.yml"), MORE, "{run:?}");
    assert!(run.err.contains("is part of the copy of another repository: nothing is written to it"), "{run:?}");
    assert_eq!(project.read(".visivo_cache/b/b.yml"), MORE.replace("name: a", "name: b"));
}

/// The sample projects look as formatting makes them: nobody has to get used to another style.
#[test]
fn the_samples_are_formatted() {
    for name in ["ecommerce", "support-tickets", "iot-sensors", "everything"] {
        let project = Project::copy_of(name);
        let check = format(&project, &["--check", "--diff"]);
        assert_eq!(check.status, 0, "{name}: {check:?}");
    }
}

/// Applies edits as an editor does: positions are of the text before, in UTF-16.
fn apply(text: &str, edits: &Value) -> String {
    let lines = viz_text::Lines::new(text.into());
    let offset = |position: &Value| {
        let number = |name: &str| position[name].as_u64().expect("a number") as u32;
        usize::from(lines.offset(
            viz_text::Position { line: number("line"), column: number("character") },
            viz_text::Encoding::Utf16,
        ))
    };
    let mut edits: Vec<_> = edits.as_array().expect("edits").iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(offset(&edit["range"]["start"])));
    let mut text = text.to_owned();
    for edit in edits {
        let range = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        text.replace_range(range, edit["newText"].as_str().expect("a text"));
    }
    text
}

const OPTIONS: &str = "{\"tabSize\": 4, \"insertSpaces\": true}";

fn ask(client: &mut Client, method: &str, document: &Document, more: Value) -> Value {
    let mut params = json!({ "textDocument": { "uri": document.uri } });
    params["options"] = serde_json::from_str(OPTIONS).expect("JSON");
    for (name, value) in more.as_object().into_iter().flatten() {
        params[name] = value.clone();
    }
    client.request(method, params)
}

fn asked_for() -> Value {
    json!({ "format": { "enable": true } })
}

#[test]
fn editors_that_ask_for_it() {
    let project = shop();
    let mut client = Client::start(PROGRAM, Options { initialization: asked_for(), ..Options::default() });
    let can = |name: &str| client.capabilities[name].clone();
    assert_eq!(can("documentFormattingProvider"), true);
    assert_eq!(can("documentRangeFormattingProvider"), true);
    assert_eq!(can("documentOnTypeFormattingProvider"), json!({ "firstTriggerCharacter": "\n" }));
    let mut document = client.open(&project.file("project.visivo.yml"));
    let edits = ask(&mut client, "textDocument/formatting", &document, json!({}));
    assert_eq!(apply(BEFORE, &edits), AFTER, "{edits:#}");
    // The range of the last item.
    let range = json!({ "range": { "start": { "line": 5, "character": 0 }, "end": { "line": 9, "character": 0 } } });
    let edits = ask(&mut client, "textDocument/rangeFormatting", &document, range.clone());
    let lines: Vec<u64> =
        edits.as_array().unwrap().iter().filter_map(|edit| edit["range"]["start"]["line"].as_u64()).collect();
    assert!(lines.iter().all(|line| (5..9).contains(line)) && !lines.is_empty(), "{edits:#}");
    // A new line below `- name: …`.
    let insert = json!({ "range": { "start": { "line": 5, "character": 36 }, "end": { "line": 5, "character": 36 } }, "text": "\r\n" });
    client.change(&mut document, vec![insert]);
    let at = json!({ "position": { "line": 6, "character": 0 }, "ch": "\n" });
    let edits = ask(&mut client, "textDocument/onTypeFormatting", &document, at);
    assert_eq!(edits[0]["newText"], "    ", "{edits:#}");
    // Half a line: nothing, and no error that would come with each save.
    let half = json!({ "range": { "start": { "line": 6, "character": 0 }, "end": { "line": 6, "character": 0 } }, "text": "x: y: z" });
    client.change(&mut document, vec![half]);
    assert_eq!(ask(&mut client, "textDocument/formatting", &document, json!({})), Value::Null);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn off_unless_asked_for() {
    let project = shop();
    let mut client = Client::start(PROGRAM, Options::default());
    assert_eq!(client.capabilities["documentFormattingProvider"], Value::Null);
    let document = client.open(&project.file("project.visivo.yml"));
    assert_eq!(ask(&mut client, "textDocument/formatting", &document, json!({})), Value::Null);
    assert_eq!(client.shut_down(), 0);
}

/// A client that can be told is told when the setting changes.
#[test]
fn the_setting_changes_while_a_session_runs() {
    let project = shop();
    let abilities = json!({ "formatting": { "dynamicRegistration": true } });
    let configuration = Some(asked_for());
    let mut client = Client::start(PROGRAM, Options { abilities, configuration, ..Options::default() });
    assert_eq!(client.capabilities["documentFormattingProvider"], Value::Null, "it is told later");
    let document = client.open(&project.file("project.visivo.yml"));
    let methods = ["textDocument/formatting", "textDocument/rangeFormatting", "textDocument/onTypeFormatting"];
    client.wait_until("formatting is offered", |client| methods.iter().all(|one| client.registered.contains(*one)));
    let edits = ask(&mut client, "textDocument/formatting", &document, json!({}));
    assert_eq!(apply(BEFORE, &edits), AFTER, "{edits:#}");
    client.configure(json!({ "format": { "enable": false } }));
    client.wait_until("it is taken back", |client| methods.iter().all(|one| !client.registered.contains(*one)));
    assert_eq!(ask(&mut client, "textDocument/formatting", &document, json!({})), Value::Null);
    client.configure(asked_for());
    client.wait_until("it is offered again", |client| methods.iter().all(|one| client.registered.contains(*one)));
    assert_eq!(client.shut_down(), 0);
}
