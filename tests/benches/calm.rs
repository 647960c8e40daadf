//! A person types, 120 ms a key: findings that come and go within a second, per 100 keys, and how long the right ones take behind
//! the last key. Run with `cargo bench --workspace --profile dev --bench calm`; it fails where that is too restless.

// Tests make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use viz_tests::projects::Project;
use viz_tests::{Client, Options};

const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");

/// Between two keys.
const KEY: Duration = Duration::from_millis(120);

/// What comes and goes so fast blinks.
const BLINK: Duration = Duration::from_secs(1);

/// At most so many of 100 keys may make something blink.
const MOST: f64 = 3.0;

/// The right findings are there so long after the last key.
const SOON: Duration = Duration::from_millis(500);

/// What is typed where `@` stands, and a word of a finding that is right in the end, if there is one.
const TRACES: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "a new insight",
        "insights:\n",
        "  - name: monthly\n    props:\n      type: bar\n      x: ?{ ${ref(sales).region} }\n      y: ?{ sum(${ref(sales).amuont}) }\n    interactions:\n      - sort: ?{ ${ref(sales).region} }\n",
        Some("amuont"),
    ),
    (
        "a new input",
        "inputs:\n",
        "  - name: product\n    type: single-select\n    options: ?{ select distinct product from ${ref(sales)} }\n    label: Product\n",
        None,
    ),
    (
        "a block in props",
        "      type: bar\n",
        "      marker:\n        color: red\n        opacity: 0.5\n        lime: 1\n",
        Some("lime"),
    ),
    (
        "a condition in a filter",
        "= '${ref(region).value}'",
        " and lower(${ref(sales).prodct}) <> 'gadget'",
        Some("prodct"),
    ),
    ("a new metric", "    metrics:\n", "      - name: largest\n        expression: max(amount)\n", None),
    ("a model's query", "sql: select ", "upper(product) as loud, length(product) as len, ", None),
];

const TEXT: &str = "\
name: shop
defaults:
  source_name: memory
sources:
  - name: memory
    type: duckdb
    database: warehouse.duckdb
models:
  - name: sales
    sql: select * from (values ('North', 3, 'gadget'), ('South', 5, 'lamp')) as t(region, amount, product)
    metrics:
      - name: revenue
        expression: sum(amount)
inputs:
  - name: region
    type: single-select
    options: ?{ select distinct region from ${ref(sales)} }
insights:
  - name: amounts
    props:
      type: bar
      x: ?{ ${ref(sales).region} }
      y: ?{ ${ref(sales).revenue} }
    interactions:
      - filter: ?{ ${ref(sales).region} = '${ref(region).value}' }
charts:
  - name: shown
    insights:
      - ${ref(amounts)}
dashboards:
  - name: home
    rows:
      - height: medium
        items:
          - input: ${ref(region)}
          - chart: ${ref(shown)}
";

/// Findings of a file, by code and message.
type Shown = BTreeSet<(String, String)>;

fn main() -> ExitCode {
    println!("| typed | keys | blinked | per 100 keys | right after |\n|---|---|---|---|---|");
    let (mut keys, mut blinks, mut late) = (0, 0, Duration::ZERO);
    for pulls in [false, true] {
        for (name, place, text, right) in TRACES {
            let found = replay(place, text, *right, pulls);
            let count = text.chars().count();
            let how = if pulls { "asked for" } else { "sent" };
            println!(
                "| {name}, {how} | {count} | {} | {:.1} | {:.2} s |",
                found.blinked.len(),
                found.blinked.len() as f64 * 100.0 / count as f64,
                found.right_after.as_secs_f64()
            );
            for blinked in &found.blinked {
                eprintln!("    blinked: {blinked}");
            }
            (keys, blinks, late) = (keys + count, blinks + found.blinked.len(), late.max(found.right_after));
        }
    }
    let share = blinks as f64 * 100.0 / f64::from(keys as u32);
    println!(
        "\n{share:.1} of 100 keys make something blink; the right ones are there after {:.2} s",
        late.as_secs_f64()
    );
    if share > MOST || late > SOON { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

struct Found {
    blinked: Vec<String>,
    /// After the last key.
    right_after: Duration,
}

/// Types a text behind a place.
fn replay(place: &str, typed: &str, right: Option<&str>, pulls: bool) -> Found {
    let project = Project::of(&[("project.visivo.yml", TEXT)]);
    let abilities = if pulls { json!({ "diagnostic": { "dynamicRegistration": false } }) } else { Value::Null };
    let workspace = if pulls { json!({ "diagnostics": { "refreshSupport": true } }) } else { Value::Null };
    // As people have it.
    let initialization = json!({ "typingPause": null });
    let mut client = Client::start(PROGRAM, Options { abilities, workspace, initialization, ..Options::default() });
    let mut document = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    let mut at = document.text.find(place).expect("it is there") + place.len();
    let mut watch = Watch::default();
    let looks = |client: &mut Client, watch: &mut Watch, uri: &str, time: Duration| {
        let end = Instant::now() + time;
        while Instant::now() < end {
            let shown = if pulls {
                let report = client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }));
                client.quiet_for(Duration::from_millis(20));
                report["items"].as_array().cloned().unwrap_or_default()
            } else {
                client.quiet_for(Duration::from_millis(5));
                client.published(uri).map(|last| last.diagnostics.clone()).unwrap_or_default()
            };
            watch.see(&shown);
        }
    };
    for key in typed.chars() {
        let change = document.replace(at..at, &key.to_string());
        client.change(&mut document, vec![change]);
        at += key.len_utf8();
        let uri = document.uri.clone();
        looks(&mut client, &mut watch, &uri, KEY);
    }
    let last = Instant::now() - KEY;
    let uri = document.uri.clone();
    let is_right = |watch: &Watch| {
        let errors = watch.shown.iter().filter(|(code, _)| code != "unused-object");
        match right {
            Some(word) => watch.shown.iter().any(|(_, message)| message.contains(word)),
            None => errors.count() == 0,
        }
    };
    let mut right_after = Duration::ZERO;
    while !is_right(&watch) && last.elapsed() < Duration::from_secs(20) {
        looks(&mut client, &mut watch, &uri, Duration::from_millis(10));
        right_after = last.elapsed();
    }
    looks(&mut client, &mut watch, &uri, Duration::from_secs(2));
    client.shut_down();
    Found { blinked: watch.blinked, right_after }
}

/// What is shown, and what went as soon as it had come.
#[derive(Default)]
struct Watch {
    shown: Shown,
    since: BTreeMap<(String, String), Instant>,
    blinked: Vec<String>,
    started: bool,
}

impl Watch {
    fn see(&mut self, diagnostics: &[Value]) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let now: Shown = diagnostics.iter().map(|one| (text(&one["code"]), text(&one["message"]))).collect();
        let at = Instant::now();
        for gone in self.shown.difference(&now) {
            if let Some(came) = self.since.remove(gone).filter(|came| at - *came < BLINK) {
                self.blinked.push(format!("{} {} ({:.2} s)", gone.0, gone.1, (at - came).as_secs_f64()));
            }
        }
        // What was there from the beginning did not come.
        for new in now.difference(&self.shown).filter(|_| self.started) {
            self.since.insert(new.clone(), at);
        }
        self.started = true;
        self.shown = now;
    }
}
