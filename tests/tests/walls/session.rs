//! A session of an editor in an attacked place: everything is opened, hovered, renamed and asked for.

use super::entries::ENTRIES;
use super::place::{Place, VARIABLE, shown};
use super::run::{argument, changes};
use crate::PROGRAM;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use url::Url;
use viz_tests::{Client, Document, Options};

fn uri(path: &Path) -> Value {
    Url::from_file_path(path).expect("an absolute path").as_str().into()
}

/// How a server is started in a place.
pub fn options(place: &Place, trusted: bool) -> Options {
    let variable = |name: &str, value: String| (name.to_owned(), value);
    Options {
        environment: vec![
            variable("HOME", argument(place.home.clone())),
            variable("XDG_CACHE_HOME", argument(place.cache.clone())),
            variable("VARIABLE", VARIABLE.to_owned()),
            variable("VIZ_LSP_LOG", "trace".to_owned()),
        ],
        initialization: json!({ "trusted": trusted, "commands": ["viz.showSql", "viz.preview", "viz.pinCombination"] }),
        folders: Some(vec![place.project.clone()]),
        log: Some(place.folder.join("log.txt")),
        abilities: json!({
            "completion": { "completionItem": { "snippetSupport": true } },
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } },
        }),
        workspace: json!({ "fileOperations": { "willRename": true } }),
        listens: true,
        ..Options::default()
    }
}

/// The faults of a session in this place, in which the project can or can't be loaded.
pub fn faults(place: &Place, trusted: bool, loads: bool) -> Vec<String> {
    let before = place.snapshot();
    // A client that waits too long panics; its server is killed then.
    let done = catch_unwind(AssertUnwindSafe(|| converse(place, trusted, loads)));
    let mut faults = match done {
        Ok(faults) => faults,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            vec![format!("the server: {}", text.unwrap_or_default().lines().next().unwrap_or_default())]
        }
    };
    faults.extend(changes(place, &before, &|_| false));
    let log = std::fs::read(place.folder.join("log.txt")).unwrap_or_default();
    faults.extend(shown(&log).map(|line| format!("the log shows a secret: {line}")));
    if String::from_utf8_lossy(&log).contains("viz-lsp made a mistake") {
        faults.push(format!("it panicked: {}", String::from_utf8_lossy(&log)));
    }
    faults
}

fn converse(place: &Place, trusted: bool, loads: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut client = Client::start(PROGRAM, options(place, trusted));
    let main = place.project.join("project.visivo.yml");
    // What the editor itself shows is no secret.
    let text = std::fs::metadata(&main).ok().filter(|data| data.is_file() && data.len() < 1 << 20);
    let text = text.and_then(|_| std::fs::read_to_string(&main).ok()).filter(|text| shown(text.as_bytes()).is_none());
    let text = text.unwrap_or_else(|| "name: unsaved\n".to_owned());
    let document = client.open_as(&main, text);
    let others = ["parts/one.yml", "many/a.yml", "folder/a.yml", ".env", "data/sheet.csv", "dbt4/made.yml"];
    let opened: Vec<Document> = others
        .iter()
        .map(|name| client.open_as(&place.project.join(name), "inputs:\n  - name: typed\n".to_owned()))
        .collect();
    opened.iter().for_each(|document| client.close(document));
    if loads {
        client.settle(&place.project);
    }
    ask_everywhere(&mut client, &document);
    let changed: Vec<Value> = ENTRIES
        .iter()
        .flat_map(|entry| [1, 2, 3].map(|kind| json!({ "uri": uri(&place.folder.join(entry.at)), "type": kind })))
        .collect();
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changed }));
    faults.extend(rename_everything(&mut client, place, &document));
    if loads {
        client.settle(&place.project);
    }
    let hover = json!({ "textDocument": { "uri": document.uri }, "position": { "line": 0, "character": 1 } });
    let last = client.ask("textDocument/hover", hover);
    let _ = client.answer(last);
    faults.extend(shown(client.heard.as_bytes()).map(|line| format!("a message shows a secret: {line}")));
    while client.has_message() {
        client.message();
    }
    match client.shut_down() {
        0 => {}
        status => faults.push(format!("the server ended with status {status}")),
    }
    faults
}

/// Every name hovered over, every insight asked for its rows, its options and its SQL.
fn ask_everywhere(client: &mut Client, document: &Document) {
    let text = json!({ "uri": document.uri });
    let mut asked = Vec::new();
    for (number, line) in document.text.lines().enumerate() {
        let Some(at) = line.find("name: ") else { continue };
        let position = json!({ "line": number, "character": at + 6 });
        let place = json!({ "textDocument": text, "position": position });
        for method in ["textDocument/hover", "textDocument/definition"] {
            asked.push(client.ask(method, place.clone()));
        }
        let name = line[at + 6..].trim();
        if let Some(of) = name.strip_prefix("of_") {
            for method in ["viz/rows", "viz/inputs", "viz/renderedSql", "viz/nextFailingCombination", "viz/lineage"] {
                asked.push(client.ask(method, json!({ "textDocument": text, "insight": name })));
            }
            asked.push(client.ask("viz/options", json!({ "textDocument": text, "input": format!("{of}_in") })));
        }
        // A few at a time: who asks for more than the server takes waits.
        while asked.len() > 30 {
            let _ = client.answer(asked.remove(0));
        }
    }
    for method in [
        "textDocument/documentLink",
        "textDocument/documentSymbol",
        "textDocument/codeLens",
        "textDocument/semanticTokens/full",
        "viz/status",
        "viz/report",
        "viz/refreshOptions",
    ] {
        asked.push(client.ask(method, json!({ "textDocument": text })));
    }
    asked.push(client.ask("workspace/symbol", json!({ "query": "" })));
    let behind_path = document.text.lines().position(|line| line.contains("- path:"));
    if let Some(line) = behind_path {
        let position = json!({ "line": line, "character": "  - path: ".len() });
        asked.push(client.ask("textDocument/completion", json!({ "textDocument": text, "position": position })));
    }
    for id in asked {
        let _ = client.answer(id);
    }
}

/// Renames each object and each file, and asks for all fixes: the edits that come back are for files of the project.
fn rename_everything(client: &mut Client, place: &Place, document: &Document) -> Vec<String> {
    let text = json!({ "uri": document.uri });
    let mut edits = Vec::new();
    for (number, line) in document.text.lines().enumerate() {
        let at = line.find("name: ").map(|at| at + 6).or_else(|| line.find("ref(").map(|at| at + 4));
        let Some(at) = at else { continue };
        let position = json!({ "line": number, "character": at + 1 });
        let params = json!({ "textDocument": text, "position": position, "newName": format!("renamed_{number}") });
        let id = client.ask("textDocument/rename", params);
        edits.extend(client.answer(id));
    }
    let end = json!({ "line": document.text.lines().count(), "character": 0 });
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": end });
    let params = json!({ "textDocument": text, "range": range, "context": { "diagnostics": [] } });
    let id = client.ask("textDocument/codeAction", params);
    edits.extend(client.answer(id));
    let files: Vec<Value> = ENTRIES
        .iter()
        .map(|entry| {
            let path = place.folder.join(entry.at);
            json!({ "oldUri": uri(&path), "newUri": uri(&path.with_file_name("renamed.yml")) })
        })
        .collect();
    let id = client.ask("workspace/willRenameFiles", json!({ "files": files }));
    edits.extend(client.answer(id));
    // The text that is open is the editor's, whatever its file is.
    edits
        .iter()
        .flat_map(|edit| outside(edit, place))
        .filter(|uri| *uri != document.uri)
        .map(|uri| format!("an edit would change {uri}"))
        .collect()
}

/// The files that an edit would change and that are not really in the project.
fn outside(edit: &Value, place: &Place) -> Vec<String> {
    let mut named = Vec::new();
    fn collect(value: &Value, named: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("changes", Value::Object(files)) => named.extend(files.keys().cloned()),
                        ("textDocument", Value::Object(of)) => {
                            named.extend(of.get("uri").and_then(Value::as_str).map(str::to_owned));
                        }
                        _ => collect(value, named),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, named)),
            _ => {}
        }
    }
    collect(edit, &mut named);
    let is_outside = |uri: &String| {
        let path = Url::parse(uri).ok().and_then(|uri| uri.to_file_path().ok());
        path.is_none_or(|path| {
            let real = path.canonicalize().unwrap_or(path);
            !real.starts_with(&place.project) || real.starts_with(place.project.join(".visivo_cache"))
        })
    };
    named.sort();
    named.dedup();
    named.into_iter().filter(is_outside).collect()
}
