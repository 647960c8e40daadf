//! Values of environment variables are used, and shown nowhere.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use viz_tests::projects::Project;
use viz_tests::{Client, Options};

const IN_PROCESS: &str = "zebra7secret";
const IN_FILE: &str = "okapi9hidden";

/// Databases that are there, not there, and no databases; passwords; variables that are not set.
const PROJECT: &str = "\
name: shop
sources:
  - name: missing
    type: duckdb
    database: ${env.MISSING_DATABASE}
  - name: damaged
    type: duckdb
    database: data/${env.DAMAGED_DATABASE}.duckdb
  - name: there
    type: duckdb
    database: \":memory:\"
    username: ${env.SHOP_USER}
    password: ${env.SHOP_PASSWORD}
  - name: remote
    type: postgresql
    host: ${env.SHOP_HOST}.example.com
    database: shop-${env.SHOP_USER}
    password: ${env.SHOP_PASSWORD}-${env.NOT_SET}
models:
  - name: a
    source: ref(missing)
    sql: select * from orders
  - name: b
    source: ref(damaged)
    sql: select * from main.nothing
  - name: c
    source: ref(there)
    sql: select 1 as id, nothing from missing.main.orders
  - name: d
    source: ref(remote)
    sql: select 1 as id
inputs:
  - name: picked
    type: single-select
    options: ?{ select id from ${ref(a)} }
  - name: other
    type: single-select
    options: ?{ select id from ${ref(b)} }
insights:
  - name: of_a
    props:
      type: bar
      x: ?{ ${ref(a).id} }
      y: ?{ ${ref(picked).value} }
  - name: of_b
    props:
      type: bar
      x: ?{ ${ref(b).id} }
      y: ?{ ${ref(other).value} }
";

fn project() -> Project {
    let variables = format!("DAMAGED_DATABASE={IN_FILE}\nSHOP_PASSWORD=\"{IN_FILE}\"\n");
    let project = Project::of(&[("project.visivo.yml", PROJECT), (".env", &variables)]);
    project.write(&format!("data/{IN_FILE}.duckdb"), "this is no database");
    project
}

fn variables() -> Vec<(String, String)> {
    let set = [("MISSING_DATABASE", format!("data/{IN_PROCESS}.duckdb")), ("SHOP_USER", IN_PROCESS.to_owned())];
    let mut all: Vec<(String, String)> = set.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    all.push(("SHOP_HOST".into(), IN_PROCESS.into()));
    all
}

fn tells_nothing(what: &str, text: &str) {
    for secret in [IN_PROCESS, IN_FILE] {
        let line = text.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{what} shows a value: {}", line.unwrap_or_default());
    }
}

#[test]
fn a_check_shows_no_value_in_any_format() {
    let project = project();
    for format in ["text", "json", "sarif", "github"] {
        for more in [&["-vv"][..], &["--quiet"], &["--level", "parse", "-vv"], &["--write-baseline", "baseline.json"]] {
            let output = Command::new(PROGRAM)
                .args(["--check", "--format", format])
                .args(more)
                .current_dir(&project.root)
                .envs(variables())
                .env("VIZ_LSP_LOG", "trace")
                .output()
                .expect("it runs");
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.code().is_some_and(|code| code < 2), "{out}{err}");
            tells_nothing(&format!("stdout of {format} {more:?}"), &out);
            tells_nothing(&format!("stderr of {format} {more:?}"), &err);
            if format == "json" && more == ["-vv"] {
                let json: Value = serde_json::from_str(&out).expect("JSON");
                let codes: Vec<&str> = json["projects"][0]["diagnostics"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter_map(|one| one["code"].as_str())
                    .collect();
                // The test means something: the paths were used, and what is unset is told.
                assert!(codes.contains(&"database-missing") && codes.contains(&"unset-variable"), "{codes:?}");
                assert!(out.contains("MISSING_DATABASE"), "the name is shown");
            }
        }
    }
    tells_nothing("the baseline", &project.read("baseline.json"));
}

#[test]
fn an_editor_is_shown_no_value() {
    let project = project();
    let log = project.file("log.txt");
    let mut options = Options { environment: variables(), log: Some(log.clone()), ..Options::default() };
    options.environment.push(("VIZ_LSP_LOG".into(), "trace".into()));
    options.abilities = json!({ "completion": { "completionItem": { "snippetSupport": true } } });
    let mut client = Client::start(PROGRAM, options);
    let mut document = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    let mut answers = String::new();
    // Over and behind every word of the text.
    let words: Vec<usize> = document
        .text
        .char_indices()
        .filter(|(at, c)| c.is_alphanumeric() && !document.text[..*at].ends_with(char::is_alphanumeric))
        .map(|(at, _)| at)
        .collect();
    for at in words {
        let place = json!({ "textDocument": { "uri": document.uri }, "position": document.position(at) });
        answers.push_str(&client.request("textDocument/hover", place.clone()).to_string());
        answers.push_str(&client.request("textDocument/completion", place).to_string());
        answers.push('\n');
    }
    // Behind `${env.`, where the names are offered.
    let place = document.find("${env.MISSING_DATABASE}");
    let at = place.start + "${env.".len();
    let change = document.replace(place, "${env.");
    client.change(&mut document, vec![change]);
    let parameters = json!({ "textDocument": { "uri": document.uri }, "position": document.position(at) });
    let names = client.request("textDocument/completion", parameters).to_string();
    assert!(names.contains("SHOP_PASSWORD"), "{names}");
    answers.push_str(&names);
    tells_nothing("an answer", &answers);
    tells_nothing("a diagnostic", &format!("{:?}", client.history(&document.uri)));
    assert_eq!(client.shut_down(), 0);
    let log = fs::read_to_string(log).expect("a log");
    assert!(log.contains("opening the project"), "it logs: {log}");
    tells_nothing("the log", &log);
}
