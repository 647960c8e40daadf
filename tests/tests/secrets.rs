//! Values of environment variables are used, and shown nowhere.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use viz_tests::projects::{self, Project};
use viz_tests::{Client, Document, Options};

/// What is looked for, in any case: the part of a value that looks the same in every spelling of it.
const CORES: [&str; 6] = ["zebra7secret", "okapi9hidden", "gnu5folder", "quoll3word", "emu8upper", "dingo2cut"];

/// Of the process. Each has something in it that is written otherwise in JSON, SQL, Markdown, URIs or tables.
fn variables() -> Vec<(String, String)> {
    [
        ("MISSING_DATABASE", "data/zebra7secret.duckdb"),
        ("SHOP_USER", "zebra7secret"),
        ("SHOP_HOST", "zebra7secret"),
        ("SPECIAL_NAME", "quoll3word 100%'&\u{e9}\u{1f600}x"),
        ("THERE", "emu8UPPER"),
        ("LONG", &format!("dingo2cut{}", "abc/def-".repeat(40))),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Of the file `.env`.
const FILE: &str =
    "DAMAGED_DATABASE=okapi9hidden\nSHOP_PASSWORD='okapi9hidden \"q\" |`x`\\ %41'\nDOT=a/../gnu5folder\n";

/// Databases that are there, not there, and no databases; every field that may name variables; variables that are not set.
const SOURCES: &str = "\
name: shop
includes:
  - path: rest.yml
sources:
  - name: missing
    type: duckdb
    database: ${env.MISSING_DATABASE}
  - name: missing_special
    type: duckdb
    database: \"data/${env.SPECIAL_NAME}.duckdb\"
  - name: missing_folder
    type: sqlite
    database: x/${env.DOT}/more/shop.sqlite
  - name: missing_long
    type: sqlite
    database: ${env.LONG}
  - name: damaged
    type: duckdb
    database: data/${env.DAMAGED_DATABASE}.duckdb
  - name: there
    type: duckdb
    database: data/${env.THERE}.duckdb
  - name: lite
    type: sqlite
    database: 'data/${env.SPECIAL_NAME}.sqlite'
  - name: memory
    type: duckdb
    database: \":memory:\"
    username: ${env.SHOP_USER}
    password: ${env.SHOP_PASSWORD}
  - name: remote
    type: postgresql
    host: ${env.SHOP_HOST}.example.com
    database: shop-${env.SHOP_USER}
    password: ${env.SHOP_PASSWORD}-${env.NOT_SET}
  - name: snow
    type: snowflake
    account: ${env.SHOP_USER}
    warehouse: ${env.SPECIAL_NAME}
    role: ${env.DOT}
    database: ${env.THERE}
    db_schema: ${env.SHOP_HOST}
    private_key_path: keys/${env.LONG}
    private_key_passphrase: ${env.SHOP_PASSWORD}
  - name: big
    type: bigquery
    project: ${env.SHOP_USER}
    database: ${env.THERE}
    credentials_base64: ${env.SHOP_PASSWORD}
";

/// A model on each of them, an input on the model, an insight on both; and queries whose answers or errors name a database.
fn rest() -> String {
    let sources = [
        "missing",
        "missing_special",
        "missing_folder",
        "missing_long",
        "damaged",
        "there",
        "lite",
        "memory",
        "remote",
        "snow",
        "big",
    ];
    let mut text = String::from("models:\n");
    let query = |source: &str| match source {
        "memory" => "select 1 as id, 'Rome' as city",
        _ => "select id, city from orders",
    };
    for source in sources {
        text += &format!("  - name: of_{source}\n    source: ref({source})\n    sql: {}\n", query(source));
    }
    for (name, source, sql) in [
        ("nothing", "there", "select * from nothing"),
        ("no_schema", "there", "select * from main.ordersx.y"),
        ("no_column", "there", "select citi from orders"),
        ("no_database", "memory", "select * from missing.main.orders"),
        ("no_table", "lite", "select * from nothing"),
        ("no_function", "there", "select frobnicate(city) from orders"),
    ] {
        text += &format!("  - name: {name}\n    source: ref({source})\n    sql: {sql}\n");
    }
    text += "inputs:\n";
    for source in sources {
        text += &format!(
            "  - name: in_{source}\n    type: single-select\n    options: ?{{ select city from ${{ref(of_{source})}} }}\n"
        );
    }
    for (name, sql) in [
        ("in_name", "select current_database() from ${ref(of_there)}"),
        ("in_names", "select database_name from duckdb_databases(), ${ref(of_there)}"),
        ("in_paths", "select path from duckdb_databases(), ${ref(of_there)}"),
        ("in_error", "select error(current_database()) from ${ref(of_there)}"),
        ("in_cast", "select current_database()::int from ${ref(of_there)}"),
        ("in_lines", "select 'a' || chr(10) || '::error::' || coalesce(current_database(), '') from ${ref(of_there)}"),
    ] {
        text += &format!("  - name: {name}\n    type: single-select\n    options: ?{{ {sql} }}\n");
    }
    text += "insights:\n";
    for source in sources {
        text += &format!(
            "  - name: by_{source}\n    props:\n      type: bar\n      x: ?{{ ${{ref(of_{source}).city}} }}\n      y: ?{{ ${{ref(of_{source}).id}} }}\n    interactions:\n      - filter: ?{{ ${{ref(of_{source}).city}} = '${{ref(in_{source}).value}}' }}\n"
        );
    }
    for input in ["in_name", "in_names", "in_paths", "in_error", "in_cast", "in_lines"] {
        text += &format!(
            "  - name: by_{input}\n    props:\n      type: bar\n      x: ?{{ ${{ref(of_there).city}} }}\n      y: ?{{ ${{ref(of_there).id}} }}\n    interactions:\n      - filter: ?{{ ${{ref(of_there).id}} = ${{ref({input}).value}} }}\n"
        );
    }
    text
}

struct Place {
    project: Project,
    cache: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let project = Project::of(&[("project.visivo.yml", SOURCES), ("rest.yml", &rest()), (".env", FILE)]);
        // No run opens a DuckDB database of such a path; here all that is said of it matters.
        project.write(".viz-lsp.yml", "severity:\n  unusable-source: warning\n");
        project.write("data/okapi9hidden.duckdb", "this is no database");
        let data = projects::repository().join("tests/data/secrets");
        fs::copy(data.join("shop.duckdb"), project.file("data/emu8UPPER.duckdb")).expect("can be copied");
        let lite = format!("data/{}.sqlite", variables()[3].1);
        fs::copy(data.join("shop.sqlite"), project.file(&lite)).expect("can be copied");
        Self { project, cache: tempfile::tempdir().expect("a temporary folder") }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = viz_tests::cli::program(PROGRAM);
        command.args(args).current_dir(&self.project.root).envs(variables());
        command.env("VIZ_LSP_LOG", "trace").env("XDG_CACHE_HOME", self.cache.path()).stdin(Stdio::null());
        command
    }

    /// Runs the program, and looks at all that it says. Its output and exit status.
    fn run(&self, args: &[&str]) -> (String, i32) {
        let output = self.command(args).output().expect("it runs");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        tells_nothing(&format!("stdout of {args:?}"), &out);
        tells_nothing(&format!("stderr of {args:?}"), &err);
        for line in out.lines().chain(err.lines()).filter(|_| !args.contains(&"github")) {
            let begins = line.trim_start();
            assert!(
                (!begins.starts_with("::") || begins.starts_with("::: ")) && !line.contains("##["),
                "{args:?}: a command: {line}"
            );
        }
        (out.into_owned(), output.status.code().expect("it wasn't killed"))
    }
}

fn tells_nothing(what: &str, text: &str) {
    let lower = text.to_lowercase();
    for core in CORES {
        let line = lower.lines().find(|line| line.contains(core));
        assert!(line.is_none(), "{what} shows `{core}`: {}", line.unwrap_or_default());
    }
}

/// All files below a folder hold nothing.
fn files_hold_nothing(folder: &Path, looked_at: &mut usize) {
    for entry in fs::read_dir(folder).expect("can be listed").map(|entry| entry.expect("can be listed").path()) {
        if entry.is_dir() {
            files_hold_nothing(&entry, looked_at);
        } else {
            *looked_at += 1;
            tells_nothing(
                &entry.display().to_string(),
                &String::from_utf8_lossy(&fs::read(&entry).expect("can be read")),
            );
        }
    }
}

#[test]
fn a_check_shows_no_value_in_any_format() {
    let place = Place::new();
    for format in ["text", "json", "sarif", "github"] {
        for more in [
            &["-vv"][..],
            &["--quiet", "--level", "parse"],
            &["--level", "execute", "--hostile-options", "-v"],
            &["--no-cache", "--write-baseline", "baseline.json"],
        ] {
            let args: Vec<&str> = ["--check", "--format", format].iter().chain(more).copied().collect();
            let (out, status) = place.run(&args);
            assert!(status < 2, "{out}");
            if format == "json" && more == ["-vv"] {
                let json: Value = serde_json::from_str(&out).expect("JSON");
                let findings = json["projects"][0]["diagnostics"].as_array().expect("a list");
                let codes: Vec<&str> = findings.iter().filter_map(|one| one["code"].as_str()).collect();
                // The test means something: the paths were used, the databases were read, and what is unset is told.
                for code in ["database-missing", "unset-variable", "model-sql"] {
                    assert!(codes.contains(&code), "{code} is not in {codes:?}");
                }
                let shown =
                    ["${env.MISSING_DATABASE}", "data/${env.SPECIAL_NAME}.duckdb", "x/${env.DOT}/more/shop.sqlite"];
                shown.iter().for_each(|shown| assert!(out.contains(shown), "{shown} is not in {out}"));
            }
        }
    }
    tells_nothing("the baseline", &place.project.read("baseline.json"));
    let mut looked_at = 0;
    files_hold_nothing(place.cache.path(), &mut looked_at);
    assert!(looked_at > 0, "there is a cache");
}

/// A project that lists words is not told by what is hidden which of them is a value.
#[test]
fn a_list_of_words_does_not_find_a_value() {
    let mut text = String::from(
        "name: p\nsources:\n  - {name: a, type: postgresql, host: \"${env.PIN}\", password: \"${env.PIN}\"}\n  \
         - {name: b, type: duckdb, database: \"data/${env.PIN}.duckdb\"}\n  \
         - {name: c, type: duckdb, database: \":memory:\", username: \"${env.PIN}\"}\nmodels:\n",
    );
    for number in 0..100 {
        text += &format!("  - {{name: m{number}, source: ref(k{number:04}), sql: select 1 as x}}\n");
        text += &format!("  - {{name: e{number}, source: \"ref(\\x6c{number:04})\", sql: select 1 as x}}\n");
        text += &format!("  - {{name: o{number}, source: ref(c), sql: select 1 as x from n{number:04}}}\n");
    }
    let project = Project::of(&[("project.visivo.yml", &text)]);
    let said = |pin: &str, args: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(args).args(["--no-cache"]).current_dir(&project.root).env("PIN", pin).stdin(Stdio::null());
        let output = command.output().expect("it runs");
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_of_time = |line: &&str| line.starts_with("checked ") || line.contains("\"elapsed");
        out.lines().filter(|line| !is_of_time(line)).collect::<Vec<_>>().join("\n")
    };
    for format in ["text", "json", "sarif", "github"] {
        let args = ["--check", "--format", format];
        let other = said("qqqqq", &args);
        for (pin, word) in [("k0042", "k0042"), ("L0043", "l0043"), ("n0044", "n0044")] {
            let out = said(pin, &args);
            assert!(out.contains(word), "{out}");
            assert!(out == other, "{pin} is told in {format}");
        }
    }
}

/// Whatever it may tell.
#[test]
fn no_lock_tells_a_value() {
    let place = Place::new();
    for keep in ["values", "shapes", "hash", "none"] {
        place.project.write(".viz-lsp.yml", &format!("lock:\n  default: {keep}\n"));
        for args in [
            &["lock", "-vv"][..],
            &["lock", "--format", "json"],
            &["check", "--locked", "-vv"],
            &["check", "--locked", "--format", "json"],
            &["check"],
        ] {
            place.run(args);
        }
        let lock = place.project.read("viz.lock");
        assert!(lock.contains("[model.\"of_there\"]"), "it tells of what was read: {lock}");
        tells_nothing(keep, &lock);
        // Another name, another answer: what has changed is told.
        place.project.write("viz.lock", &lock.replace("\"city\"", "\"town\""));
        for format in ["text", "json", "github"] {
            let (out, status) = place.run(&["lock", "--diff", "--format", format]);
            assert!(status == 1 && out.contains("of_there"), "{format}: {out}");
        }
    }
}

#[test]
fn no_other_command_shows_a_value() {
    let place = Place::new();
    for args in [
        &["--build"][..],
        &["--build", "--format", "json"],
        &["--build", "--layout", "2.0", "--out", "other", "-vv"],
        &["--build", "--dry-run", "--only", "by_there"],
        &["--build", "--flat", "--only", "by_there"],
        &["--check", "--fix", "--level", "parse"],
        &["--runs"],
        &["--runs", "1000"],
        &["--doctor"],
        &["--doctor", "-vv"],
        &["--explain"],
        &["--explain", "zebra"],
        &["--check", "nowhere\n::error::x"],
        &["--check", "--min-coverage", "100"],
    ] {
        place.run(args);
    }
    let (runs, _) = place.run(&["--runs", "1000"]);
    assert!(runs.contains("data/${env.THERE}.duckdb"), "{runs}");
    let mut looked_at = 0;
    for folder in [place.cache.path(), &place.project.file("target"), &place.project.file("other")] {
        files_hold_nothing(folder, &mut looked_at);
    }
    assert!(looked_at > 10, "something was built");
    // What was built is known again, though its state doesn't tell the paths.
    let (again, _) = place.run(&["--build", "--only", "of_there"]);
    assert!(again.contains("unchanged"), "{again}");
}

#[cfg(unix)]
#[test]
fn watching_shows_no_value() {
    let place = Place::new();
    let at = |name: &str| place.cache.path().join(name);
    let file = |name: &str| fs::File::create(at(name)).expect("can be made");
    let mut child = place
        .command(&["--check", "--watch", "-vv"])
        .stdout(file("out"))
        .stderr(file("err"))
        .spawn()
        .expect("it starts");
    let read = |name: &str| fs::read_to_string(at(name)).expect("can be read");
    let wait = |times: usize| {
        let begun = Instant::now();
        while read("err").matches("watching").count() < times {
            assert!(begun.elapsed() < Duration::from_secs(120), "{}", read("err"));
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    wait(1);
    place.project.write("rest.yml", &format!("{}# changed\n", rest()));
    wait(2);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    tells_nothing("stdout", &read("out"));
    tells_nothing("stderr", &read("err"));
}

/// What is asked at a place of a text.
const AT_A_PLACE: [&str; 12] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/typeDefinition",
    "textDocument/implementation",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
    "textDocument/signatureHelp",
    "textDocument/prepareCallHierarchy",
    "viz/renderedSql",
    "viz/inputs",
    "viz/lineage",
];

/// What is asked of a text.
const OF_A_TEXT: [&str; 9] = [
    "textDocument/documentSymbol",
    "textDocument/codeLens",
    "textDocument/documentLink",
    "textDocument/foldingRange",
    "textDocument/semanticTokens/full",
    "textDocument/documentColor",
    "textDocument/diagnostic",
    "viz/pinned",
    "viz/status",
];

/// Everything that an editor may ask of a text, as one text.
fn asked(client: &mut Client, document: &Document) -> String {
    let mut answers = String::new();
    let text = json!({ "uri": document.uri });
    let mut ask = |client: &mut Client, method: &str, parameters: Value| {
        let id = client.ask(method, parameters);
        let answer = client.answer(id);
        answers.push_str(&format!("{method} {answer:?}\n"));
        answer.unwrap_or_default()
    };
    // Over and behind every word; of a long text, of every seventh.
    let step = if document.text.len() > 4000 { 7 } else { 1 };
    let words = document.text.char_indices();
    let starts = words.filter(|(at, c)| c.is_alphanumeric() && !document.text[..*at].ends_with(char::is_alphanumeric));
    for at in starts.map(|(at, _)| at).step_by(step) {
        for method in AT_A_PLACE {
            ask(client, method, json!({ "textDocument": text, "position": document.position(at) }));
        }
    }
    for method in OF_A_TEXT {
        ask(client, method, json!({ "textDocument": text }));
    }
    let whole = json!({ "start": document.position(0), "end": document.position(document.text.len()) });
    ask(client, "textDocument/inlayHint", json!({ "textDocument": text, "range": whole }));
    let context = json!({ "diagnostics": client.published(&document.uri).map(|last| last.diagnostics.clone()).unwrap_or_default() });
    ask(client, "textDocument/codeAction", json!({ "textDocument": text, "range": whole, "context": context }));
    ask(client, "workspace/symbol", json!({ "query": "" }));
    for name in ["in_name", "in_names", "in_paths", "in_lines", "in_there", "in_lite", "in_missing"] {
        let options = ask(client, "viz/options", json!({ "textDocument": text, "input": name }));
        let first = options["options"][0].clone();
        let choices = json!({ name: first });
        let insight = name.replacen("in_", "by_in_", 1);
        for method in
            ["viz/rows", "viz/renderedSql", "viz/nextFailingCombination", "viz/pin", "viz/inputs", "viz/unpin"]
        {
            ask(client, method, json!({ "textDocument": text, "insight": insight, "choices": choices }));
        }
        ask(client, "viz/rows", json!({ "textDocument": text, "insight": name.replacen("in_", "by_", 1) }));
    }
    answers
}

#[test]
fn an_editor_is_shown_no_value() {
    let place = Place::new();
    let log = place.cache.path().join("log.txt");
    let mut options = Options { environment: variables(), log: Some(log.clone()), ..Options::default() };
    options.environment.push(("VIZ_LSP_LOG".into(), "trace".into()));
    options.environment.push(("XDG_CACHE_HOME".into(), place.cache.path().display().to_string()));
    options.abilities = json!({ "completion": { "completionItem": { "snippetSupport": true } } });
    let mut client = Client::start(PROGRAM, options);
    let mut document = client.open(&place.project.file("project.visivo.yml"));
    let rest = client.open(&place.project.file("rest.yml"));
    client.settle(&place.project.root);
    for document in [&document, &rest] {
        tells_nothing("an answer", &asked(&mut client, document));
        tells_nothing("a diagnostic", &format!("{:?}", client.history(&document.uri)));
    }
    // Behind `${env.`, where the names are offered.
    let at = document.find("${env.MISSING_DATABASE}");
    let behind = at.start + "${env.".len();
    let change = document.replace(at, "${env.");
    client.change(&mut document, vec![change]);
    let parameters = json!({ "textDocument": { "uri": document.uri }, "position": document.position(behind) });
    let names = client.request("textDocument/completion", parameters).to_string();
    assert!(names.contains("SHOP_PASSWORD"), "{names}");
    tells_nothing("the names of variables", &names);
    assert_eq!(client.shut_down(), 0);
    let text = fs::read_to_string(&log).expect("a log");
    assert!(text.contains("opening the project"), "it logs: {text}");
    files_hold_nothing(place.cache.path(), &mut 0);
}
