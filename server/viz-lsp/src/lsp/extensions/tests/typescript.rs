//! The types of `docs/requests.md` in TypeScript: `vscode-extension/src/protocol.ts` is made here.
//!
//! `VIZ_LSP_WRITE=1 cargo test --workspace --bin viz-lsp typescript` writes it anew.

// Reads and writes files of the repository.
#![allow(clippy::disallowed_methods)]

use super::failing::{Direction, FailingCombination, NextFailingParams};
use super::inputs::{InputAnswer, InputSource, InputsAnswer};
use super::lineage::{ColumnWay, Edge, LineageAnswer, LineageParams, ModelColumn, Node, ReadColumn};
use super::options::{OptionsAnswer, OptionsParams};
use super::pins::{PinParams, PinnedAnswer, UnpinParams};
use super::rendered::{RenderedColumn, RenderedSqlAnswer, RenderedTable};
use super::rows::{Refused, Rows, RowsColumn, RowsParams, Series, Sort};
use super::*;
use crate::host::lock::Renewed;
use crate::lsp::session::stats::{Memory, Report, Times};
use crate::lsp::session::status::{Combinations, Doing, Engine, Facts, Insights, Status, Tier, Why};
use regex::Regex;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use ts_rs::{Config, TS};

/// What has no type of its own in Rust.
const HEAD: &str = r#"// The server's own requests, as docs/requests.md tells of them.
// Made from the server's types by server/viz-lsp/src/lsp/extensions/tests/typescript.rs, which says how; not to be edited.

export type Value = string | number | null;
export type Selection = Value[] | { from: Value; to: Value };
export type Choices = Record<string, Selection>;
export type Cell = unknown;
export type Position = { line: number; character: number };
export type Location = { uri: string; range: { start: Position; end: Position } };
export type TextDocument = { uri: string };
/** An insight by its place or by its name: parameters of every request about an insight. */
export type Subject = { textDocument: TextDocument; position: Position } | { textDocument: TextDocument; insight: string };
"#;

/// A type in TypeScript: its name and its declaration.
struct Made {
    name: String,
    text: String,
}

fn made<T: TS + 'static>() -> Made {
    let config = Config::new().with_large_int("number");
    let text = T::decl(&config);
    let comments = Regex::new(r"(?s)\s*/\*\*.*?\*/\s*").expect("it is a regular expression");
    let text = comments.replace_all(&text, " ").replace(", }", " }");
    let text = text.strip_suffix(';').unwrap_or(&text).replace("Array<Value[]>", "Value[][]");
    Made { name: T::ident(&config), text: format!("export {text};\n") }
}

/// The methods with the names of their parameters and results, and what else belongs to each of them.
fn sections() -> Vec<(&'static str, Vec<Made>, Made)> {
    let status = vec![
        made::<Doing>(),
        made::<Insights>(),
        made::<Combinations>(),
        made::<Why>(),
        made::<Tier>(),
        made::<Facts>(),
        made::<Engine>(),
        made::<Status>(),
        made::<StatusParams>(),
    ];
    vec![
        ("viz/status", status, made::<Statuses>()),
        (
            "viz/inputs",
            vec![made::<InputSource>(), made::<InputAnswer>(), made::<InsightParams>()],
            made::<InputsAnswer>(),
        ),
        ("viz/options", vec![made::<OptionsParams>()], made::<OptionsAnswer>()),
        ("viz/renderedSql", vec![made::<RenderedTable>(), made::<RenderedColumn>()], made::<RenderedSqlAnswer>()),
        (
            "viz/rows",
            vec![made::<RowsColumn>(), made::<Series>(), made::<Sort>(), made::<RowsParams>()],
            made::<Rows>(),
        ),
        ("viz/pin", vec![made::<PinParams>(), made::<UnpinParams>()], made::<PinnedAnswer>()),
        (
            "viz/nextFailingCombination",
            vec![made::<Direction>(), made::<NextFailingParams>()],
            made::<FailingCombination>(),
        ),
        (
            "viz/lineage",
            vec![
                made::<ReadColumn>(),
                made::<ColumnWay>(),
                made::<ModelColumn>(),
                made::<Node>(),
                made::<Edge>(),
                made::<LineageParams>(),
            ],
            made::<LineageAnswer>(),
        ),
        ("viz/refreshOptions", vec![made::<RefreshParams>()], made::<Refreshed>()),
        ("viz/updateLock", vec![], made::<Renewed>()),
        ("viz/report", vec![made::<Memory>(), made::<Times>(), made::<ReportParams>()], made::<Report>()),
    ]
}

/// Parameters and result of each method.
const METHODS: &[(&str, &str, &str)] = &[
    ("viz/status", "StatusParams", "Statuses"),
    ("viz/inputs", "InsightParams", "Inputs"),
    ("viz/options", "OptionsParams", "Options"),
    ("viz/renderedSql", "InsightParams", "RenderedSql"),
    ("viz/rows", "RowsParams", "Rows"),
    ("viz/pin", "PinParams", "Pinned"),
    ("viz/unpin", "UnpinParams", "Pinned"),
    ("viz/pinned", "TextParams", "Pinned"),
    ("viz/nextFailingCombination", "NextFailingParams", "FailingCombination | null"),
    ("viz/lineage", "LineageParams", "Lineage"),
    ("viz/refreshOptions", "RefreshParams", "Refreshed"),
    ("viz/updateLock", "TextParams", "Renewed"),
    ("viz/report", "ReportParams", "Report"),
];

fn repository() -> PathBuf {
    let here = std::env::current_dir().expect("a working directory");
    here.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).expect("tests run inside").to_owned()
}

fn typescript() -> String {
    let mut out = HEAD.to_owned();
    for one in [made::<TextParams>(), made::<SubjectParams>(), made::<Failure>(), made::<Refused>()] {
        out.push_str(&one.text);
    }
    for (method, parts, answer) in sections() {
        out.push_str(&format!("\n// {method}\n"));
        parts.iter().for_each(|part| out.push_str(&part.text));
        // `Refused` has an error; so a client can tell one from the other.
        let answer = answer.text.strip_suffix(";\n").map(|text| format!("{text} & {{ error?: undefined }};\n"));
        out.push_str(&answer.expect("a declaration ends so"));
    }
    out.push_str("\n/** Parameters and results by method; each may be refused. */\nexport type Requests = {\n");
    for (method, params, result) in METHODS {
        out.push_str(&format!("  \"{method}\": {{ params: {params}; result: {result} }};\n"));
    }
    out.push_str("};\n");
    out
}

#[test]
fn protocol_ts_is_made_of_these_types() {
    let path = repository().join("vscode-extension/src/protocol.ts");
    let made = typescript();
    if std::env::var_os("VIZ_LSP_WRITE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), made, "`typescript.rs` says how it is written anew");
}

/// The section of the docs about a method.
fn section(method: &str) -> String {
    let docs = std::fs::read_to_string(repository().join("docs/requests.md")).unwrap();
    let found = docs
        .split("\n## ")
        .find(|section| section.lines().next().is_some_and(|heading| heading.contains(&format!("`{method}`"))));
    found.unwrap_or_else(|| panic!("docs/requests.md has no section about {method}")).to_owned()
}

fn all(pattern: &str, text: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).expect("it is a regular expression");
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

#[test]
fn the_docs_say_the_same() {
    // Shown once for all requests, and keys of examples.
    let common =
        ["textDocument", "position", "insight", "uri", "range", "line", "character", "from", "to", "start", "end"];
    let examples = ["x", "turns", "insightsChecked", "error"];
    for (method, mut parts, answer) in sections() {
        parts.push(answer);
        let docs = section(method);
        for part in &parts {
            for key in all(r#"[{,;] ?"?([A-Za-z0-9]+)"?\??:"#, &part.text) {
                let shown = docs.contains(&format!("\"{key}\"")) || common.contains(&key.as_str());
                assert!(shown, "docs/requests.md, {method}: `{key}` of {} is missing", part.name);
            }
            for word in all(r#"(?:[=|:] )"([A-Za-z0-9]+)""#, &part.text) {
                assert!(docs.contains(&format!("\"{word}\"")), "docs/requests.md, {method}: \"{word}\" is missing");
            }
        }
        let types: String = parts.iter().map(|part| part.text.as_str()).collect();
        let blocks: String = docs.lines().filter(|line| line.starts_with("    ")).collect::<Vec<_>>().join("\n");
        for key in all(r#""([A-Za-z0-9]+)":"#, &blocks) {
            let known =
                Regex::new(&format!(r#"\b"?{key}"?\??:"#)).expect("it is a regular expression").is_match(&types);
            let known = known || common.contains(&key.as_str()) || examples.contains(&key.as_str());
            assert!(known, "docs/requests.md, {method}: nothing sends `{key}`");
        }
    }
    for (method, ..) in METHODS {
        section(method);
    }
}

/// Each request has its file, named in `register`.
#[test]
fn every_request_is_registered() {
    let source = repository().join("server/viz-lsp/src/lsp");
    let registered = std::fs::read_to_string(source.join(Path::new("own_requests.rs"))).unwrap();
    let own = all(r"::own::<([A-Za-z]+)>\)", &registered).len();
    let others = all(r#"custom_method\("(viz/[A-Za-z]+)""#, &registered).len();
    assert_eq!(own + others, METHODS.len());
}
