//! Many messages at once, and a client that answers nothing.

use crate::PROGRAM;
use serde_json::json;
use viz_tests::projects::Project;
use viz_tests::{Client, Options};

/// 400 messages while the server's own requests stay unanswered: every request is answered once, the last text counts.
#[test]
fn four_hundred_messages_and_a_client_that_never_answers() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options { answers: false, ..Options::default() });
    let mut document = client.open(&project.file("insights.yml"));
    let mut requests = Vec::new();
    for round in 0..200 {
        let change = document.replace(0..0, if round % 2 == 0 { "# 😀\n" } else { "\n" });
        client.change(&mut document, vec![change]);
        let place = document.find("= '${ref(city).value}'").start + "= '${ref(ci".len();
        let params = json!({ "textDocument": { "uri": document.uri }, "position": document.position(place) });
        requests.push((round, client.ask("textDocument/hover", params)));
    }
    for (round, id) in requests {
        let hover = client.answer(id).unwrap_or_else(|error| panic!("hover {round}: {error}"));
        assert!(
            hover["contents"]["value"].as_str().is_some_and(|text| text.contains("city")),
            "hover {round} saw another text: {hover}"
        );
    }
    client.settle(&project.root);
    let all = client.wait_for(&document, "all faults", |all| all.len() == 4);
    assert!(all.iter().all(|finding| finding["range"]["start"]["line"].as_u64().unwrap() > 100), "{all:#?}");
    assert_eq!(client.shut_down(), 0);
}

/// An option query that never ends, and an insight that needs its options.
pub fn add_endless_query(project: &Project, timeout: u32) {
    let input = "
  - name: forever
    type: single-select
    options: ?{ select o.city from ${ref(orders)} o, range(1000000000000) r where hash(o.city || r.range) = 7 }
";
    let insight = "
  - name: never_known
    props:
      type: bar
      x: ?{ ${ref(orders).city} }
      y: ?{ count(*) }
    interactions:
      - filter: ?{ ${ref(orders).city} = '${ref(forever).value}' }
";
    project.write("inputs.yml", &(project.read("inputs.yml") + input));
    project.write("insights.yml", &(project.read("insights.yml") + insight));
    project.write(".viz-lsp.yml", &format!("timeout: {timeout}\n"));
}

/// While a source is stuck, edits are checked and questions answered as ever.
#[test]
fn a_stuck_source_delays_nothing() {
    let project = Project::copy_of("broken/ecommerce");
    add_endless_query(&project, 30);
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("insights.yml"));
    client.wait_for(&document, "what other sources say", |all| all.len() >= 3);
    for round in 0..50 {
        let change = document.replace(0..0, "# x\n");
        client.change(&mut document, vec![change]);
        let all = client.wait_for(&document, "the faults", |all| all.len() >= 3);
        assert!(all.iter().any(|finding| finding["code"] == "sql-syntax"), "round {round}: {all:#?}");
        let place = document.find("ref(city).value}'").start + "ref(ci".len();
        let params = json!({ "textDocument": { "uri": document.uri }, "position": document.position(place) });
        assert!(
            client.request("textDocument/hover", params)["contents"]["value"]
                .as_str()
                .is_some_and(|text| text.contains("city"))
        );
    }
    assert_eq!(client.status(&project.root).expect("a status")["state"], "waiting", "the query is still stuck");
    assert_eq!(client.shut_down(), 0);
}
