//! Requests of an editor while a person writes: completion, definition, references, symbols.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::projects::Project;
use viz_tests::{Client, Document, Options};

/// A client that knows everything, or nothing.
fn client(able: bool) -> Client {
    let abilities = json!({
        "completion": { "completionItem": {
            "snippetSupport": true,
            "documentationFormat": ["markdown", "plaintext"],
            "insertTextModeSupport": { "valueSet": [1, 2] },
        } },
        "definition": { "linkSupport": true },
        "rename": { "prepareSupport": true },
        "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
    });
    let abilities = if able { abilities } else { Value::Null };
    Client::start(PROGRAM, Options { abilities, ..Options::default() })
}

/// Parameters of a request about a place.
fn at(document: &Document, offset: usize) -> Value {
    json!({ "textDocument": { "uri": document.uri }, "position": document.position(offset) })
}

/// Writes `text` in place of `old` and asks for a completion behind it at once, as editors do.
fn complete(client: &mut Client, document: &mut Document, old: &str, text: &str) -> Value {
    let place = document.find(old);
    let start = place.start;
    let change = document.replace(place, text);
    client.change(document, vec![change]);
    client.request("textDocument/completion", at(document, start + text.len()))
}

fn item<'a>(items: &'a Value, label: &str) -> &'a Value {
    let all = items.as_array().unwrap_or_else(|| panic!("a list: {items}"));
    all.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("{label} is not in {items:#}"))
}

/// Plain hovers, parameters as strings and two ranges only for those who say so.
#[test]
fn clients_get_what_they_can_show() {
    let project = Project::copy_of("ecommerce");
    let ask = |abilities: Value| {
        let mut client = Client::start(PROGRAM, Options { abilities, ..Options::default() });
        let document = client.open(&project.file("insights.yml"));
        let region = document.text.find("ref(region)").expect("it is there") + 6;
        let round = document.text.find("round(").expect("it is there") + "round(".len();
        let hover = client.request("textDocument/hover", at(&document, region));
        let signature = client.request("textDocument/signatureHelp", at(&document, round));
        let items = client.request("textDocument/completion", at(&document, region));
        assert_eq!(client.shut_down(), 0);
        (hover["contents"].clone(), signature["signatures"][0].clone(), item(&items, "region")["textEdit"].clone())
    };
    let (hover, signature, edit) = ask(json!({
        "hover": { "contentFormat": ["plaintext"] },
        "completion": { "completionItem": { "insertReplaceSupport": true } },
    }));
    assert_eq!(hover["kind"], "plaintext");
    assert!(hover["value"].as_str().is_some_and(|text| text.starts_with("input region\n")), "{hover}");
    assert_eq!(signature["parameters"][0]["label"], "x BIGINT", "{signature}");
    assert_eq!(edit["insert"]["start"], edit["replace"]["start"]);
    assert!(edit["insert"]["end"]["character"].as_u64() < edit["replace"]["end"]["character"].as_u64(), "{edit}");
    let (hover, signature, edit) = ask(json!({
        "hover": { "contentFormat": ["markdown", "plaintext"] },
        "signatureHelp": { "signatureInformation": { "parameterInformation": { "labelOffsetSupport": true } } },
    }));
    assert!(hover["value"].as_str().is_some_and(|text| text.starts_with("**input** `region`")), "{hover}");
    assert_eq!(signature["parameters"][0]["label"], json!([6, 14]), "{signature}");
    assert!(edit["range"].is_object(), "{edit}");
}

#[test]
fn completion_sees_the_last_keystroke_and_the_columns_of_the_database() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = client(true);
    let mut insights = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    client.wait_for(&insights, "the columns are known", |all| all.iter().any(|one| one["code"] == "unknown-column"));
    assert!(client.capabilities["completionProvider"]["triggerCharacters"].as_array().is_some());

    let items = complete(&mut client, &mut insights, "= '${ref(city).value}'", "= '${ref(cit");
    let city = item(&items, "city");
    assert_eq!(items[0], *city, "the input that is called like the column comes first");
    assert_eq!(city["textEdit"]["newText"], "city).value}");
    assert!(city["documentation"]["value"].as_str().is_some());
    // Half of the text is gone; the fields of the model are known all the same.
    let items = complete(&mut client, &mut insights, "= '${ref(cit", "= ${ref(orders).");
    let total = item(&items, "total");
    assert_eq!(total["detail"], "DOUBLE", "{total}");
    // A key, with what follows it.
    let end = insights.text.len();
    let change = insights.replace(end..end, "\n  - name: more\n    ");
    client.change(&mut insights, vec![change]);
    let items = client.request("textDocument/completion", at(&insights, insights.text.len()));
    let props = item(&items, "props");
    assert_eq!((&props["insertTextFormat"], &props["insertTextMode"]), (&json!(2), &json!(2)));
    assert_eq!(props["textEdit"]["newText"], "props:\n  type: $0");
    assert_eq!(client.shut_down(), 0);
}

/// What goes on asks for more, in clients that say how.
#[test]
fn more_is_asked_for_where_there_is_more_to_choose() {
    let project = Project::copy_of("ecommerce");
    for commands in [json!(["editor.action.triggerSuggest"]), json!([])] {
        let able = commands != json!([]);
        let abilities = json!({ "completion": { "completionItem": { "snippetSupport": true } } });
        let initialization = json!({ "commands": commands });
        let mut client = Client::start(PROGRAM, Options { abilities, initialization, ..Options::default() });
        let mut insights = client.open(&project.file("insights.yml"));
        let end = insights.text.len();
        let change = insights.replace(end..end, "\n  - name: more\n    ");
        client.change(&mut insights, vec![change]);
        let items = client.request("textDocument/completion", at(&insights, insights.text.len()));
        let again = |label: &str| item(&items, label)["command"]["command"].as_str().is_some();
        assert_eq!((again("props"), again("description")), (able, false), "{items:#}");
        assert_eq!(client.shut_down(), 0);
    }
}

#[test]
fn a_plain_client_gets_plain_answers() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = client(false);
    let mut insights = client.open(&project.file("insights.yml"));
    let end = insights.text.len();
    let change = insights.replace(end..end, "\n  - name: more\n    ");
    client.change(&mut insights, vec![change]);
    let items = client.request("textDocument/completion", at(&insights, insights.text.len()));
    let props = item(&items, "props");
    assert_eq!(props["textEdit"]["newText"], "props:\n      type: ");
    assert!(props["insertTextFormat"].is_null() && props["insertTextMode"].is_null());
    assert!(props["documentation"].is_string(), "{props}");

    let place = insights.find("= '${ref(city).value}'").start + "= '${ref(c".len();
    let found = client.request("textDocument/definition", at(&insights, place));
    assert!(found[0]["uri"].as_str().is_some_and(|uri| uri.ends_with("inputs.yml")), "{found}");
    let outline = client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": insights.uri } }));
    assert!(outline.as_array().is_some_and(|all| all.iter().all(|one| one["location"].is_object())), "{outline}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn names_lead_to_their_objects_and_back() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = client(true);
    let insights = client.open(&project.file("insights.yml"));
    let inputs = client.open(&project.file("inputs.yml"));
    client.settle(&project.root);
    let place = insights.find("= '${ref(city).value}'").start + "= '${ref(c".len();
    let links = client.request("textDocument/definition", at(&insights, place));
    let name = inputs.find("name: city").start + "name: ".len();
    assert_eq!(links[0]["targetUri"], inputs.uri.as_str());
    assert_eq!(links[0]["targetSelectionRange"]["start"], inputs.position(name));
    let mut context = at(&inputs, name);
    context["context"] = json!({ "includeDeclaration": false });
    let uses = client.request("textDocument/references", context.clone());
    let uses = uses.as_array().expect("a list").clone();
    assert!(uses.iter().any(|found| found["uri"] == insights.uri.as_str()), "{uses:#?}");
    context["context"]["includeDeclaration"] = json!(true);
    let all = client.request("textDocument/references", context);
    assert_eq!(all.as_array().map(Vec::len), Some(uses.len() + 1));
    let marked = client.request("textDocument/documentHighlight", at(&inputs, name));
    assert_eq!(marked[0]["kind"], 3, "written here: {marked}");
    let outline = client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": inputs.uri } }));
    assert!(outline[0]["children"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "city")));
    let found = client.request("workspace/symbol", json!({ "query": "cit" }));
    assert_eq!(found[0]["name"], "city", "{found}");
    let nowhere = client.request("textDocument/definition", at(&inputs, 0));
    assert!(nowhere.is_null(), "{nowhere}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_rename_reaches_all_files_or_says_why_not() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = client(true);
    let inputs = client.open(&project.file("inputs.yml"));
    client.settle(&project.root);
    assert_eq!(client.capabilities["renameProvider"]["prepareProvider"], true);
    let name = inputs.find("name: city").start + "name: ".len();
    let prepared = client.request("textDocument/prepareRename", at(&inputs, name));
    assert_eq!(prepared["placeholder"], "city");
    let mut params = at(&inputs, name);
    params["newName"] = json!("town");
    let edit = client.request("textDocument/rename", params.clone());
    let files = edit["documentChanges"].as_array().expect("changes");
    assert!(files.len() > 1, "{edit:#}");
    let open = files.iter().find(|file| file["textDocument"]["uri"] == inputs.uri.as_str()).expect("the open file");
    assert_eq!(open["textDocument"]["version"], 1);
    assert!(files.iter().flat_map(|file| file["edits"].as_array()).flatten().all(|edit| edit["newText"] == "town"));
    params["newName"] = json!("region");
    let id = client.ask("textDocument/rename", params);
    let error = client.answer(id).expect_err("the name is taken");
    assert!(error["message"].as_str().is_some_and(|why| why.contains("`region` is taken by an input")), "{error}");
    assert_eq!(client.shut_down(), 0);
}
