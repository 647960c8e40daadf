//! The requests of `docs/requests.md`, and what follows the pinned combination.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::projects::Project;
use viz_tests::{Client, Document, Options};

fn client() -> Client {
    let commands = json!({ "commands": ["viz.showReferences", "viz.showSql", "viz.preview", "viz.showCoverage"] });
    Client::start(PROGRAM, Options { initialization: commands, ..Options::default() })
}

fn settled(name: &str, file: &str) -> (Project, Client, Document) {
    let project = Project::copy_of(name);
    // A busy machine takes its time.
    project.write(".viz-lsp.yml", "timeout: 60\n");
    let mut client = client();
    let document = client.open(&project.file(file));
    client.settle(&project.root);
    (project, client, document)
}

/// Parameters of a request about an insight.
fn of(document: &Document, insight: &str, more: Value) -> Value {
    let mut params = json!({ "textDocument": { "uri": document.uri }, "insight": insight });
    for (key, value) in more.as_object().into_iter().flatten() {
        params[key] = value.clone();
    }
    params
}

#[test]
fn rows_are_flat_columns_for_the_choices_that_were_made() {
    let (project, mut client, document) = settled("ecommerce", "insights.yml");
    let inputs = client.request("viz/inputs", of(&document, "orders_by_city", json!({})));
    let city = &inputs["inputs"][0];
    assert_eq!((&city["name"], &city["multi"], &city["source"]), (&json!("city"), &json!(false), &json!("query")));
    assert!(city["age"].as_f64().is_some() && city["total"].as_u64().unwrap() > 3, "{city:#}");
    assert!(city["location"]["uri"].as_str().unwrap().ends_with("inputs.yml"));
    let first = city["options"][0].clone();
    assert_eq!((&city["selection"], &city["clearable"]), (&json!(["Denver"]), &json!(true)), "{city:#}");

    let rows = client.request("viz/rows", of(&document, "orders_by_city", json!({ "choices": { "city": [first] } })));
    assert!(rows["error"].is_null(), "{rows:#}");
    let count = rows["rowCount"].as_u64().expect("rows") as usize;
    let columns = rows["columns"].as_array().unwrap();
    assert!(count > 0 && columns.iter().all(|column| column["values"].as_array().unwrap().len() == count));
    assert!(columns.iter().all(|column| column["type"].is_string()));
    let x = rows["props"]["x"].as_u64().expect("x is bound") as usize;
    assert!(x < columns.len() && rows["props"]["y"].is_u64(), "{rows:#}");
    assert_eq!(
        (&rows["type"], &rows["dynamic"], &rows["chart"]),
        (&rows["staticProps"]["type"], &json!(true), &json!("city_chart"))
    );
    assert_eq!(rows["layout"]["title"]["text"], "Orders by month");
    assert_eq!(rows["choices"], json!({ "city": [first] }));
    // Fewer rows than there are.
    let few = client.request("viz/rows", of(&document, "orders_by_city", json!({ "limit": 1 })));
    assert_eq!((&few["rowCount"], &few["truncated"]), (&json!(1), &json!(true)), "{few:#}");

    for (choices, code) in [
        (json!({ "city": ["Nowhere"] }), "not-an-option"),
        (json!({ "city": [first, first] }), "not-an-option"),
        (json!({ "city": "x" }), "not-an-option"),
        (json!({ "town": [first] }), "unknown-input"),
    ] {
        let answer = client.request("viz/rows", of(&document, "orders_by_city", json!({ "choices": choices })));
        assert_eq!(answer["error"]["code"], code, "{answer:#}");
    }
    let none = client.request("viz/rows", of(&document, "gone", json!({})));
    assert_eq!(none["error"]["code"], "no-insight");
    let outside = json!({ "textDocument": { "uri": "file:///nowhere.yml" }, "insight": "x" });
    assert_eq!(client.request("viz/rows", outside)["error"]["code"], "no-project");
    let wrong = client.ask("viz/rows", json!({ "insight": "x" }));
    assert_eq!(client.answer(wrong).expect_err("no text")["code"], -32602);
    drop(project);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn every_insight_of_the_samples_has_rows_and_a_split_where_one_is_written() {
    for (name, files) in [("ecommerce", ["insights.yml"].as_slice()), ("support-tickets", &["project.visivo.yml"])] {
        let (project, mut client, document) = settled(name, files[0]);
        let graph = client.request("viz/lineage", json!({ "textDocument": { "uri": document.uri } }));
        let insights: Vec<String> = graph["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|node| node["kind"] == "insight")
            .filter_map(|node| node["name"].as_str().map(str::to_owned))
            .collect();
        assert!(insights.len() > 3, "{graph:#}");
        let mut splits = 0;
        for insight in &insights {
            let rows = client.request("viz/rows", of(&document, insight, json!({})));
            assert!(rows["error"].is_null() && rows["columns"].is_array(), "{insight}: {rows:#}");
            assert!(rows["props"].as_object().is_some_and(|props| !props.is_empty()), "{insight}: {rows:#}");
            assert_eq!(rows["split"].is_u64(), rows["series"].is_array(), "{insight}");
            if let Some(split) = rows["split"].as_u64() {
                splits += 1;
                let values = &rows["columns"][split as usize]["values"];
                let mut count = 0;
                for one in rows["series"].as_array().expect("a list") {
                    for row in one["rows"].as_array().expect("a list") {
                        assert_eq!(values[row.as_u64().expect("a number") as usize], one["value"], "{insight}");
                        count += 1;
                    }
                }
                assert_eq!(rows["rowCount"], count, "{insight}: every row is in one series");
            }
        }
        assert!(splits > 0);
        drop(project);
        assert_eq!(client.shut_down(), 0);
    }
}

#[test]
fn lineage_tells_columns_to_who_asks() {
    let (project, mut client, document) = settled("ecommerce", "insights.yml");
    let about = |columns: bool| json!({ "textDocument": { "uri": document.uri }, "insight": "revenue_by_month", "columns": columns });
    let orders = |graph: &Value| {
        let nodes = graph["nodes"].as_array().expect("a list");
        nodes.iter().find(|node| node["name"] == "orders").expect("it is made from it").clone()
    };
    assert!(orders(&client.request("viz/lineage", about(false)))["columns"].is_null());
    let found = orders(&client.request("viz/lineage", about(true)));
    let columns = found["columns"].as_array().expect("a list");
    let month = columns.iter().find(|column| column["name"] == "order_month").expect("it has it");
    let from = json!([{ "table": "read_csv('data/orders.csv')", "column": "ordered_at" }]);
    assert_eq!(*month, json!({ "name": "order_month", "from": from, "way": "computed", "complete": true }));
    drop(project);
    assert_eq!(client.shut_down(), 0);
}

/// A row's faults are its dashboard's, and objects without a name have their own.
#[test]
fn lineage_counts_what_stands_in_each_object() {
    let text = "name: p\ncharts:\n  - insights: [ref(gone)]\n  - insights: []\ndashboards:\n  - name: d\n    rows:\n      - height: small\n        items:\n          - chart: ref(lost)\n";
    let project = Project::of(&[("project.visivo.yml", text)]);
    let mut client = Client::start(PROGRAM, Options::default());
    let document = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    let graph = client.request("viz/lineage", json!({ "textDocument": { "uri": document.uri } }));
    let errors = |kind: &str| -> Vec<u64> {
        let nodes = graph["nodes"].as_array().expect("a list").iter();
        nodes.filter(|node| node["kind"] == kind).map(|node| node["errors"].as_u64().expect("a number")).collect()
    };
    assert_eq!(errors("dashboard"), [1], "{graph:#}");
    let charts = errors("chart");
    assert!(charts.len() == 2 && charts[0] > charts[1], "{graph:#}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn hover_sql_and_hints_follow_what_is_pinned() {
    let (project, mut client, document) = settled("ecommerce", "insights.yml");
    let page = json!({ "textDocument": { "uri": document.uri }, "input": "city", "limit": 3, "offset": 1 });
    let options = client.request("viz/options", page);
    let second = options["options"][0].as_str().expect("an option").to_owned();
    assert_eq!(options["options"].as_array().unwrap().len(), 3);
    let search = second[..2].to_uppercase();
    let found = json!({ "textDocument": { "uri": document.uri }, "input": "city", "search": search });
    let found = client.request("viz/options", found);
    assert!(found["options"].as_array().unwrap().contains(&json!(second)), "{found:#}");

    let before = client.request("viz/renderedSql", of(&document, "orders_by_city", json!({})));
    assert!(!before["sql"].as_str().unwrap().contains(&second), "{before:#}");
    assert!(before["stored"].as_str().unwrap().contains("${city.value}"));
    let pin = json!({ "textDocument": { "uri": document.uri }, "choices": { "city": [second] } });
    assert_eq!(client.request("viz/pin", pin), json!({ "pinned": { "city": [second] } }));
    let after = client.request("viz/renderedSql", of(&document, "orders_by_city", json!({})));
    assert!(after["sql"].as_str().unwrap().contains(&second), "{after:#}");
    let lines = document.text.lines().count();
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": lines, "character": 0 } });
    let hints =
        client.request("textDocument/inlayHint", json!({ "textDocument": { "uri": document.uri }, "range": range }));
    let shown = hints.as_array().unwrap().iter().any(|hint| {
        hint["label"].as_str().is_some_and(|label| label.contains("(pinned)") && label.contains(&second[..2]))
    });
    assert!(shown, "{hints:#}");
    let status = client.request("viz/status", json!({}));
    assert_eq!(status["projects"][0]["pinned"], json!({ "city": [second] }));
    assert_eq!(status["projects"][0]["insights"]["unchecked"], 0);
    let unpin = json!({ "textDocument": { "uri": document.uri }, "inputs": null });
    assert_eq!(client.request("viz/unpin", unpin), json!({ "pinned": {} }));
    let text = json!({ "textDocument": { "uri": document.uri } });
    assert_eq!(client.request("viz/pinned", text), json!({ "pinned": {} }));
    drop(project);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn failing_combinations_are_walked_through() {
    let (project, mut client, document) = settled("broken/ecommerce", "insights.yml");
    let text = json!({ "textDocument": { "uri": document.uri }, "direction": "next" });
    let first = client.request("viz/nextFailingCombination", text.clone());
    let total = first["total"].as_u64().expect("some combination fails");
    assert_eq!(first["index"], 0);
    let pinned = client.request("viz/pinned", json!({ "textDocument": { "uri": document.uri } }));
    assert_eq!(pinned["pinned"], first["choices"]);
    let name = first["insight"].as_str().expect("an insight").to_owned();
    let sql = client.request("viz/renderedSql", of(&document, &name, json!({})));
    assert_eq!(sql["message"], first["message"], "{sql:#}");
    // Around, and back again.
    for index in 1..total {
        assert_eq!(client.request("viz/nextFailingCombination", text.clone())["index"], index);
    }
    assert_eq!(client.request("viz/nextFailingCombination", text)["index"], 0);
    let back = json!({ "textDocument": { "uri": document.uri }, "direction": "previous" });
    assert_eq!(client.request("viz/nextFailingCombination", back)["index"], total - 1);
    drop(project);
    assert_eq!(client.shut_down(), 0);
}

/// An option whose text is that of no selection at all is pinned as itself.
#[test]
fn an_option_called_nothing_is_no_empty_selection() {
    let project = Project::of(&[(
        "project.visivo.yml",
        "name: p
sources: [{ name: s, type: duckdb, database: \":memory:\" }]
defaults: { source_name: s }
models: [{ name: m, sql: \"select 1 as a\" }]
inputs:
  - { name: pick, type: multi-select, options: [\"1\", (nothing)], display: { default: { values: [\"1\"] } } }
insights:
  - name: i
    props: { type: scatter, x: \"?{ ${ref(m).a} }\", y: \"?{ ${ref(m).a} }\" }
    interactions: [{ filter: \"?{ ${ref(m).a} in (${ref(pick).values}) }\" }]
",
    )]);
    let mut client = client();
    let document = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    let mut next = || client.request("viz/nextFailingCombination", json!({ "textDocument": { "uri": document.uri } }));
    let total = next()["total"].as_u64().expect("some combination fails");
    let choices: Vec<Value> = (0..total).map(|_| next()["choices"].clone()).collect();
    assert!(choices.contains(&json!({ "pick": ["(nothing)"] })), "{choices:#?}");
    assert!(!choices.contains(&json!({ "pick": [] })), "{choices:#?}");
    drop(project);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn commands_lenses_and_a_report() {
    let (project, mut client, document) = settled("broken/ecommerce", "insights.yml");
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": document.uri } }));
    let lenses = lenses.as_array().unwrap();
    let command = |lens: &Value| lens["command"]["command"].as_str().map(str::to_owned);
    assert!(lenses.iter().any(|lens| command(lens).as_deref() == Some("viz.showSql")));
    assert!(lenses.iter().any(|lens| command(lens).as_deref() == Some("viz.server.nextFailingCombination")));
    let open = lenses.iter().find(|lens| lens["command"].is_null()).expect("one of references");
    let resolved = client.request("codeLens/resolve", open.clone());
    assert_eq!(resolved["command"]["command"], "viz.showReferences");
    assert!(resolved["command"]["title"].as_str().unwrap().contains("reference"), "{resolved:#}");

    let commands = client.capabilities["executeCommandProvider"]["commands"].as_array().unwrap().len();
    assert_eq!(commands, 7);
    let params = json!({ "command": "viz.server.pin", "arguments": [{ "textDocument": { "uri": document.uri }, "choices": {} }] });
    assert_eq!(client.request("workspace/executeCommand", params), json!({ "pinned": {} }));
    let unknown = client.ask("workspace/executeCommand", json!({ "command": "rm", "arguments": [] }));
    assert_eq!(client.answer(unknown).expect_err("there is none")["code"], -32602);
    let refreshed = client.request("viz/refreshOptions", json!({}));
    assert!(refreshed["questions"].as_u64().unwrap() > 0, "{refreshed}");
    client.settle(&project.root);
    let report = client.request("viz/report", json!({}));
    assert!(report["timings"]["turn"]["count"].as_u64().unwrap() > 0, "{report:#}");
    assert!(report["counters"]["insightsChecked"].as_u64().unwrap() > 0);
    // No names, texts or values.
    assert!(!report.to_string().contains("city"), "{report:#}");
    assert_eq!(client.shut_down(), 0);
}

/// R-22-80: charts get decimals as numbers from the viewer of 2.1, and as texts from that of 2.2.
#[test]
fn decimals_are_what_the_viewer_of_a_version_makes_of_them() {
    let text = "name: p\nsources: [{ name: local, type: duckdb, database: warehouse.duckdb }]\nmodels:\n  \
                - { name: t, source: ref(local), sql: \"select 'a' as team, 1.50::decimal(9, 2) as paid, 9007199254740993 as id\" }\n\
                insights:\n  - name: i\n    props: { type: bar, x: \"?{ ${ref(t).paid} }\", y: \"?{ ${ref(t).id} }\" }\n";
    for (version, paid) in [("2.1", json!(1.5)), ("2.2", json!("1.50"))] {
        let project =
            Project::of(&[("project.visivo.yml", text), (".viz-lsp.yml", &format!("target: \"{version}\"\n"))]);
        let mut client = Client::start(PROGRAM, Options::default());
        let document = client.open(&project.file("project.visivo.yml"));
        client.settle(&project.root);
        let rows = client.request("viz/rows", of(&document, "i", json!({})));
        let value = |prop: &str| {
            let column = rows["props"][prop].as_u64().unwrap_or_else(|| panic!("{rows:#}"));
            rows["columns"][column as usize]["values"][0].clone()
        };
        assert_eq!(value("x"), paid, "{version}: {rows:#}");
        assert_eq!(value("y"), json!("9007199254740993"), "{version}: it is no number of the browser");
        assert_eq!(client.shut_down(), 0);
    }
}

/// An insight of constants is drawn without rows (R-22-40), also where an input is in it.
#[test]
fn constants_are_drawn_without_rows() {
    let text = "name: p\ninputs: [{ name: how, type: single-select, options: [lines, markers] }]\ninsights:\n  - name: i\n    \
                props: { type: scatter, mode: \"${ref(how).value}\", x: [1, 2], y: [3, 4] }\n";
    let project = Project::of(&[("project.visivo.yml", text)]);
    let mut client = Client::start(PROGRAM, Options::default());
    let document = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    for (choice, mode) in [(json!({}), "lines"), (json!({ "how": ["markers"] }), "markers")] {
        let rows = client.request("viz/rows", of(&document, "i", json!({ "choices": choice })));
        assert_eq!(
            rows["staticProps"],
            json!({ "type": "scatter", "mode": mode, "x": [1, 2], "y": [3, 4] }),
            "{rows:#}"
        );
        assert_eq!(
            (&rows["sql"], &rows["columns"], &rows["rowCount"]),
            (&json!(""), &json!([]), &json!(0)),
            "{rows:#}"
        );
    }
    assert_eq!(client.shut_down(), 0);
}
