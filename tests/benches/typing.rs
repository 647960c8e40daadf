//! A person types into a large project, over stdio: milliseconds from `didChange` to its diagnostics, of completion and
//! hover in between, from the start to the first findings, and the memory after it. Run with
//! `cargo bench -p viz-lsp --profile dev --bench typing [objects]...` (2,000 and 20,000 by default).

// Tests make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use viz_tests::{Client, Document, Options};

const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");

/// Objects in one file.
const IN_A_FILE: usize = 250;

/// Keystrokes.
const KEYS: usize = 400;

fn main() {
    let counts: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let counts = if counts.is_empty() { vec![2_000, 20_000] } else { counts };
    println!("| objects | what | median | p99 | most |\n|---|---|---|---|---|");
    for objects in counts {
        run(objects);
    }
}

fn run(objects: usize) {
    let folder = project(objects);
    let path = folder.path().join("insights_0.yml");
    let first = |label: &str| {
        let started = Instant::now();
        let mut client = Client::start(PROGRAM, Options::default());
        let document = client.open(&path);
        client.wait_for(&document, "the first findings", |_| true);
        row(objects, label, &mut [started.elapsed()]);
        (client, document)
    };
    let (mut client, _) = first("start to first findings, cold");
    client.settle(folder.path());
    assert_eq!(client.shut_down(), 0);
    let (mut client, mut document) = first("start to first findings, warm");
    client.settle(folder.path());

    let place = document.text.find("> 17 ").expect("the first insight has it") + "> 17".len();
    let (mut keys, mut hovers, mut completions) = (Vec::new(), Vec::new(), Vec::new());
    for key in 0..KEYS {
        // Digits come and go, as in a number that is being changed.
        let started = Instant::now();
        let change =
            if key % 2 == 0 { document.replace(place..place, "3") } else { document.replace(place..place + 1, "") };
        client.change(&mut document, vec![change]);
        if key % 5 == 1 {
            let asked = Instant::now();
            client.request("textDocument/completion", at(&document, "${ref(mo", "${ref(mo".len()));
            completions.push(asked.elapsed());
        }
        if key % 5 == 2 {
            let asked = Instant::now();
            client.request("textDocument/hover", at(&document, "'${ref(input_", 9));
            hovers.push(asked.elapsed());
        }
        client.wait_for(&document, "its diagnostics", |_| true);
        if key % 5 == 0 || key % 5 > 2 {
            keys.push(started.elapsed());
        }
        // People are slower than this; the check of the pause comes in between, as it does for them.
        client.quiet_for(Duration::from_millis(if key % 20 == 19 { 400 } else { 15 }));
    }
    row(objects, "keystroke to its findings", &mut keys);
    row(objects, "completion right after a keystroke", &mut completions);
    row(objects, "hover right after a keystroke", &mut hovers);
    let report = client.request("viz/report", json!({}));
    let resident = report["memory"]["resident"].as_u64().unwrap_or(0) >> 20;
    println!(
        "| {objects} | resident memory, MiB | {resident} | | {} |",
        report["memory"]["peak"].as_u64().unwrap_or(0) >> 20
    );
    println!(
        "| {objects} | turns of the analysis | {} ms | {} ms | {} ms |",
        report["timings"]["turn"]["medianMs"], report["timings"]["turn"]["p99Ms"], report["timings"]["turn"]["maxMs"]
    );
    assert_eq!(client.shut_down(), 0);
}

fn at(document: &Document, piece: &str, inside: usize) -> Value {
    let offset = document.text.find(piece).expect("it is there") + inside;
    json!({ "textDocument": { "uri": document.uri }, "position": document.position(offset) })
}

fn row(objects: usize, what: &str, times: &mut [Duration]) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).ceil() as usize].as_secs_f64() * 1000.0;
    println!("| {objects} | {what} | {:.1} ms | {:.1} ms | {:.1} ms |", at(0.5), at(0.99), at(1.0));
}

/// A project of the given number of objects: models, inputs, insights and their charts, in files of a few hundred.
fn project(objects: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("it can be written");
    let (models, inputs) = (objects / 40, objects / 20);
    let insights = (objects - models - inputs) / 2;
    let mut project = String::from(
        "name: large\ndefaults: { source_name: local }\nsources:\n  - { name: local, type: duckdb, database: \":memory:\" }\nincludes:\n  - path: base.yml\n",
    );
    let mut base = String::from("models:\n");
    for at in 0..models {
        base.push_str(&format!(
            "  - name: model_{at}\n    sql: select 'a' as region, {at} as amount, date '2024-01-01' as day\n"
        ));
    }
    base.push_str("inputs:\n");
    for at in 0..inputs {
        base.push_str(&format!(
            "  - name: input_{at}\n    type: single-select\n    options: [\"a\", \"b\", \"c {at}\"]\n"
        ));
    }
    write("base.yml", &base);
    for (number, first) in (0..insights).step_by(IN_A_FILE / 2).enumerate() {
        let all = first..insights.min(first + IN_A_FILE / 2);
        let mut text = String::from("insights:\n");
        for at in all.clone() {
            let (model, input) = (at % models, at % inputs);
            text.push_str(&format!(
                "  - name: insight_{at}\n    props:\n      type: bar\n      x: ?{{ ${{ref(model_{model}).region}} }}\n      y: ?{{ sum(${{ref(model_{model}).amount}}) }}\n    interactions:\n      - filter: ?{{ ${{ref(model_{model}).region}} = '${{ref(input_{input}).value}}' and ${{ref(model_{model}).amount}} > 17 }}\n"
            ));
        }
        text.push_str("charts:\n");
        for at in all {
            text.push_str(&format!("  - name: chart_{at}\n    insights:\n      - ${{ref(insight_{at})}}\n"));
        }
        write(&format!("insights_{number}.yml"), &text);
        project.push_str(&format!("  - path: insights_{number}.yml\n"));
    }
    write("project.visivo.yml", &project);
    folder
}
