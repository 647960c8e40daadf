//! What an answer shows, as lines that are the same in every situation.

use super::{LETTERS, Session};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn uri(path: &Path) -> String {
    url::Url::from_file_path(path).expect("absolute").to_string()
}

pub(super) fn list(answer: &Value) -> Vec<Value> {
    answer.as_array().cloned().unwrap_or_default()
}

pub(super) fn names(answer: &Value) -> Vec<String> {
    list(answer).iter().filter_map(|one| one["name"].as_str().map(str::to_owned)).collect()
}

pub(super) fn labels(_: &mut Session, answer: Value) -> Vec<String> {
    let label = |one: &Value| one.get("label").or(one.get("title")).and_then(Value::as_str).map(str::to_owned);
    list(&answer).iter().filter_map(label).collect()
}

pub(super) fn completion(_: &mut Session, answer: Value) -> Vec<String> {
    let items = answer.get("items").unwrap_or(&answer);
    list(items).iter().filter_map(|one| one["label"].as_str().map(str::to_owned)).collect()
}

pub(super) fn hover(session: &mut Session, answer: Value) -> Vec<String> {
    let text = session.text(&session.document.uri.clone(), &answer["range"]);
    let mut lines: Vec<String> =
        answer["contents"]["value"].as_str().expect("a hover").lines().map(str::to_owned).collect();
    lines.push(text);
    // One line of it, for cells that say less.
    let first = lines.iter().find(|line| line.contains("options")).cloned();
    lines.extend(first.map(|line| line.split(" listed").next().unwrap_or(&line).to_owned()));
    lines
}

pub(super) fn signature(_: &mut Session, answer: Value) -> Vec<String> {
    let active = answer["activeSignature"].as_u64().expect("one is active") as usize;
    let label = answer["signatures"][active]["label"].as_str().expect("a label");
    vec![label.split('(').next().unwrap_or(label).to_owned(), answer["activeParameter"].to_string()]
}

pub(super) fn places(session: &mut Session, answer: Value) -> Vec<String> {
    let own = session.document.uri.clone();
    let text = |one: &Value| {
        let uri = one.get("uri").and_then(Value::as_str).unwrap_or(&own);
        session.text(uri, &one["range"])
    };
    list(&answer).iter().map(text).collect()
}

pub(super) fn prepared(_: &mut Session, answer: Value) -> Vec<String> {
    vec![answer["placeholder"].as_str().expect("a name").to_owned()]
}

pub(super) fn edits(session: &mut Session, answer: Value) -> Vec<String> {
    let mut out = Vec::new();
    for file in list(&answer["documentChanges"]) {
        let uri = file["textDocument"]["uri"].as_str().expect("a URI").to_owned();
        for edit in list(&file["edits"]) {
            out.push(format!("{} → {}", session.text(&uri, &edit["range"]), edit["newText"].as_str().expect("a text")));
        }
    }
    out.sort();
    out
}

pub(super) fn hierarchy(session: &mut Session, answer: Value) -> Vec<String> {
    let item = answer[0].clone();
    let mut out = names(&answer);
    for call in list(&session.client.request("callHierarchy/incomingCalls", json!({ "item": item }))) {
        out.push(format!("{} ← {}", item["name"].as_str().unwrap(), call["from"]["name"].as_str().unwrap()));
    }
    for call in list(&session.client.request("callHierarchy/outgoingCalls", json!({ "item": item }))) {
        out.push(format!("{} → {}", item["name"].as_str().unwrap(), call["to"]["name"].as_str().unwrap()));
    }
    out
}

pub(super) fn symbols(_: &mut Session, answer: Value) -> Vec<String> {
    names(&answer)
}

pub(super) fn folds(session: &mut Session, answer: Value) -> Vec<String> {
    let lines: Vec<&str> = session.document.text.lines().collect();
    list(&answer).iter().map(|fold| lines[fold["startLine"].as_u64().unwrap() as usize].trim().to_owned()).collect()
}

pub(super) fn selection(session: &mut Session, answer: Value) -> Vec<String> {
    let (uri, mut step, mut out) = (session.document.uri.clone(), &answer[0], Vec::new());
    while !step.is_null() && out.len() < 2 {
        out.push(session.text(&uri, &step["range"]));
        step = &step["parent"];
    }
    out
}

pub(super) fn tokens(session: &mut Session, answer: Value) -> Vec<String> {
    let (uri, mut line, mut start, mut out) = (session.document.uri.clone(), 0, 0, Vec::new());
    for token in list(&answer["data"]).chunks(5) {
        let [down, right, length, kind, modifiers]: [u64; 5] = std::array::from_fn(|at| token[at].as_u64().unwrap());
        start = if down > 0 { right } else { start + right };
        line += down;
        let position = |character| json!({ "line": line, "character": character });
        let text = session.text(&uri, &json!({ "start": position(start), "end": position(start + length) }));
        out.push(format!("{text} {kind} {modifiers}"));
    }
    // What the letters themselves are is no matter.
    out.retain(|token| !token.starts_with("'é😀'") && !token.starts_with("''") && !token.starts_with("<>"));
    if session.document.text.contains(LETTERS)
        && let Some(at) = out.iter().position(|token| token.starts_with("and "))
    {
        out.remove(at);
    }
    out
}

pub(super) fn hints(_: &mut Session, answer: Value) -> Vec<String> {
    list(&answer).iter().map(|hint| hint["label"].as_str().expect("a label").to_owned()).collect()
}

pub(super) fn lenses(session: &mut Session, answer: Value) -> Vec<String> {
    let mut out = Vec::new();
    for lens in list(&answer) {
        let full = if lens["command"].is_null() { session.client.request("codeLens/resolve", lens) } else { lens };
        out.push(full["command"]["title"].as_str().expect("a title").to_owned());
    }
    out
}

pub(super) fn rows(_: &mut Session, answer: Value) -> Vec<String> {
    assert!(answer["error"].is_null(), "{answer:#}");
    let columns = answer["columns"].as_array().expect("columns").len();
    vec![format!(
        "{} rows, {columns} columns, x {}, y {}",
        answer["rowCount"], answer["props"]["x"], answer["props"]["y"]
    )]
}
