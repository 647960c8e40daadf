//! What a person meets who uses an editor with a project for the first time.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::projects::Project;
use viz_tests::{Client, Options, cli};

const INSIGHTS: &str = "insights:\n  - name: rev\n    props:\n      type: bar\n";

fn has(all: &[Value], code: &str) -> bool {
    all.iter().any(|finding| finding["code"] == code)
}

/// Neovim takes an item with an edit and without this text as filtered already.
#[test]
fn every_item_says_what_it_is_filtered_by() {
    let project = Project::of(&[("project.visivo.yml", "name: shop\n")]);
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("project.visivo.yml"));
    let end = document.text.len();
    let change = document.replace(end..end, &format!("{INSIGHTS}      mar"));
    client.change(&mut document, vec![change]);
    let at = json!({ "textDocument": { "uri": document.uri }, "position": document.position(document.text.len()) });
    let items = client.request("textDocument/completion", at);
    let items = items.as_array().expect("a list");
    assert!(items.len() > 10 && items.iter().all(|item| item["filterText"] == item["label"]), "{items:#?}");
    assert_eq!(client.shut_down(), 0);
}

/// A file that nothing includes is told of where it is open, and an action includes it.
#[test]
fn a_file_that_nothing_includes() {
    let project = Project::of(&[
        ("project.visivo.yml", "name: shop\nincludes:\n  - path: in.yml\n"),
        ("in.yml", "models: []\n"),
        ("extra.yml", INSIGHTS),
        ("compose.yml", "services: {}\n"),
    ]);
    let mut client = Client::start(PROGRAM, Options::default());
    let other = client.open(&project.file("compose.yml"));
    let extra = client.open(&project.file("extra.yml"));
    let found = client.wait_for(&extra, "what is wrong", |all| has(all, "file-not-included"));
    let params = json!({
        "textDocument": { "uri": extra.uri },
        "range": found[0]["range"],
        "context": { "diagnostics": found },
    });
    let actions = client.request("textDocument/codeAction", params);
    let [action] = actions.as_array().expect("a list").as_slice() else { panic!("one action: {actions:#}") };
    assert_eq!(action["title"], "add it to `includes` in project.visivo.yml");
    let edit = &action["edit"]["documentChanges"][0]["edits"][0];
    assert_eq!(edit["newText"], "  - path: extra.yml\n", "{action:#}");
    assert_eq!(edit["range"]["start"], json!({ "line": 3, "character": 0 }));
    assert!(client.published(&other.uri).is_none_or(|last| last.diagnostics.is_empty()), "it is no part of a project");
    // Included, it is a part like others.
    let mut main = client.open(&project.file("project.visivo.yml"));
    let end = main.text.len();
    let change = main.replace(end..end, "  - path: extra.yml\n");
    client.change(&mut main, vec![change]);
    client.wait_for(&extra, "no more of it", |all| !has(all, "file-not-included"));
    assert_eq!(client.shut_down(), 0);
    let run = cli::run(PROGRAM, &project.root, &["--check", "--level", "parse", "--color", "never", "extra.yml"]);
    assert!(run.out.contains("warning[file-not-included]: `extra.yml` is no part of the project"), "{}", run.out);
    let run = cli::run(PROGRAM, &project.root, &["--check", "--level", "parse", "--deny", "warnings", "compose.yml"]);
    assert_eq!(run.status, 0, "{}", run.out);
}

/// What is new in the line waits for a pause, for the cursor to go elsewhere, or for the text to be saved.
#[test]
fn what_is_typed_is_judged_when_it_is_done() {
    let project = Project::of(&[("project.visivo.yml", "name: shop\ncli_version: 2.2.1\n")]);
    for (pause, ends) in [(150, "a pause"), (10_000, "saving"), (10_000, "a look elsewhere"), (10_000, "another line")]
    {
        let initialization = json!({ "typingPause": pause });
        let mut client = Client::start(PROGRAM, Options { initialization, ..Options::default() });
        let mut document = client.open(&project.file("project.visivo.yml"));
        client.settle(&project.root);
        let end = document.text.len();
        let change = document.replace(end..end, "modles: []");
        client.change(&mut document, vec![change]);
        match ends {
            "saving" => client.save(&document),
            "a look elsewhere" => {
                let at = json!({ "textDocument": { "uri": document.uri }, "position": { "line": 0, "character": 1 } });
                client.request("textDocument/documentHighlight", at);
            }
            "another line" => {
                let change = document.replace(0..0, "# the shop\n");
                client.change(&mut document, vec![change]);
            }
            _ => {}
        }
        client.wait_for(&document, ends, |all| has(all, "unknown-key"));
        assert_eq!(client.shut_down(), 0);
    }
}

/// What each piece of an insight (of a project, or of a model) is answered with: the fix, else the help.
const ANSWERS: &[(&str, &str)] = &[
    ("      y: ?{ sum(${ref(sales).amount) }\n", "write `${ref(sales).amount}`"),
    ("      y: ?{ ${ref(sales.amount} }\n", "write `${ref(sales).amount}`"),
    ("      y: ?{ sum(ref(sales).amount) }\n", "write `${ref(sales).amount}`"),
    ("      y: ?{ sum(sales.amount) }\n", "write `${ref(sales).amount}`"),
    ("      y: ?{ revenue }\n", "write `${ref(sales).revenue}`"),
    ("      yy: ?{ ${ref(sales).amount} }\n", "did you mean `y`?"),
    ("    interactions:\n      - filter: ?{ ${ref(sales).region} = 'a #1' }\n", "put the whole value in quotes"),
    ("    interactions:\n      - filter: ?{ ${ref(sales).region} = \"North\" }\n", "write `'North'`"),
    (
        "    interactions:\n      - filter: ?{ ${ref(sales).region} = ${ref(one).value} }\n",
        "write `'${ref(one).value}'`",
    ),
    (
        "    interactions:\n      - filter: ?{ ${ref(sales).region} = '${ref(many).values}' }\n",
        "write `in (${ref(many).values})`",
    ),
    (
        "  - name: other\n    props:\n      type: line\n      x: ?{ ${ref(sales).region} }\n",
        "a line is a `scatter` with `mode: lines`",
    ),
];

#[test]
fn mistakes_are_answered_by_what_was_meant() {
    let mut wrong = Vec::new();
    for (piece, answer) in ANSWERS {
        let project = Project::of(&[(
            "project.visivo.yml",
            &format!(
                "name: shop\ncli_version: 2.0.0\nsources:\n  - name: local\n    type: duckdb\n    database: warehouse.duckdb\n\
                 models:\n  - name: sales\n    source: ref(local)\n    sql: select * from (values ('North', 3), ('South', 5)) as t(region, amount)\n    \
                 metrics:\n      - name: revenue\n        expression: sum(amount)\n\
                 inputs:\n  - name: one\n    type: single-select\n    options: [North, South]\n    display: {{ type: dropdown, default: {{ value: North }} }}\n  \
                 - name: many\n    type: multi-select\n    options: [North, South]\n\
                 insights:\n  - name: tried\n    props:\n      type: bar\n      x: ?{{ ${{ref(sales).region}} }}\n{piece}"
            ),
        )]);
        let json = cli::check_json(PROGRAM, &project.root, &["--no-cache"]);
        let found = json["projects"][0]["diagnostics"].as_array().expect("a list");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let said: Vec<String> = found
            .iter()
            .flat_map(|one| [text(&one["fix"]["title"]), text(&one["help"])])
            .filter(|said| !said.is_empty())
            .collect();
        if !said.iter().any(|said| said.contains(answer)) {
            wrong.push(format!("{piece}wanted: {answer}\nsaid: {said:#?}\nof: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A key that is misspelt answers for the key that is missing, the only source is offered, and so is what was meant by a text.
#[test]
fn one_typo_is_one_finding() {
    let project = Project::of(&[(
        "project.visivo.yml",
        "name: shop\nincludes:\n  - more.yml\nsources:\n  - name: local\n    type: duckdb\n    database: warehouse.duckdb\n\
         models:\n  - name: sales\n    sql: select 1 as one\n\
         inputs:\n  - name: a\n    type: single-select\n    optinos: [x, y]\n  - name: b\n    type: single-select\n    \
         options: select distinct one from ${ref(sales)}\n",
    )]);
    let json = cli::check_json(PROGRAM, &project.root, &["--level", "parse"]);
    let found = json["projects"][0]["diagnostics"].as_array().expect("a list");
    let mut said: Vec<String> = found.iter().map(|one| format!("{}: {}", one["code"], one["fix"]["title"])).collect();
    said.sort();
    assert_eq!(
        said,
        [
            "\"missing-source\": \"write `source: ${ref(local)}`\"",
            "\"unknown-key\": \"rename it to `options`\"",
            "\"wrong-type\": \"write `?{ select distinct one from ${ref(sales)} }`\"",
            "\"wrong-type\": \"write `path: more.yml`\"",
        ],
        "{found:#?}"
    );
}
