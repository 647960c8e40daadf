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
