//! `viz-lsp ask`: the tools from a shell.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use viz_tests::projects;

/// The exit status, and what is printed: one line of JSON.
fn ask_with(root: &Path, options: &[&str], tool: &str, arguments: &Value) -> (i32, Value) {
    let output = Command::new(PROGRAM)
        .args(["ask", tool, &arguments.to_string(), "--no-cache", "--root"])
        .arg(root)
        .args(options)
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(text.lines().count(), 1, "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.chars().count() <= viz_agent::MOST_CHARACTERS + 1, "{tool}");
    (output.status.code().expect("it ends"), serde_json::from_str(&text).expect("JSON"))
}

fn ask(tool: &str, arguments: &Value) -> (i32, Value) {
    ask_with(&projects::path("ecommerce"), &[], tool, arguments)
}

#[test]
fn a_dataset_is_found_looked_at_and_asked() {
    let (status, found) = ask("list_datasets", &json!({}));
    assert_eq!((status, &found["models"][0]["name"]), (0, &json!("orders")));
    let (_, schema) = ask("get_schema", &json!({ "dataset": "orders", "detail": "full" }));
    let status = schema["columns"].as_array().expect("a list").iter().find(|column| column["name"] == "status");
    assert_eq!(status.expect("it has it")["values"], json!(["cancelled", "delivered", "returned", "shipped"]));
    let names = |key: &str| -> Vec<Value> {
        schema[key].as_array().expect("a list").iter().map(|one| one["name"].clone()).collect()
    };
    assert!(
        names("metrics").contains(&json!("revenue")) && names("dimensions").contains(&json!("customers.signup_year"))
    );
    let plan = json!({ "from": "orders", "select": ["status", "count(*)"], "order_by": ["status"] });
    let (status, answer) = ask("execute_query_plan", &json!({ "plan": plan }));
    assert_eq!((status, &answer["row_count"], &answer["limit_source"]), (0, &json!(4), &json!("default")));
    assert_eq!(answer["rows"][0][0], "cancelled");
    assert_eq!(answer["columns"][1], json!({ "name": "count", "type": "BIGINT" }));
    let sql = json!({ "dataset": "orders", "sql": "select count(*) as n from orders" });
    let (status, counted) = ask("execute_sql", &sql);
    assert_eq!(status, 0, "{counted}");
    let sum: i64 =
        answer["rows"].as_array().expect("a list").iter().map(|row| row[1].as_i64().expect("a number")).sum();
    assert_eq!(counted["rows"], json!([[sum]]));
}

#[test]
fn wrong_calls_are_answered() {
    let (status, answer) = ask("execute_query_plan", &json!({ "plan": { "from": "ordrs", "select": ["total"] } }));
    assert_eq!((status, &answer["status"], &answer["repaired_plan"]["from"]), (1, &json!("invalid"), &json!("orders")));
    for (tool, arguments) in [
        ("get_schema", json!({})),
        ("get_schema", json!({ "dataset": 1 })),
        ("get_schema", json!({ "dataset": "orders", "details": "full" })),
        ("get_schema", json!({ "dataset": "orders", "detail": "all" })),
        ("list_datasets", json!([])),
    ] {
        let (status, answer) = ask(tool, &arguments);
        assert_eq!((status, &answer["status"]), (1, &json!("invalid")), "{tool} {arguments}");
    }
    let (status, answer) = ask("get_schema", &json!({ "dataset": "order" }));
    assert!(status == 1 && answer["message"].as_str().expect("a text").contains("did you mean `orders`"), "{answer}");
    for sql in [
        "drop table x",
        "select 1; select 2",
        "select * from read_text('/etc/passwd')",
        "set threads = 1",
        "copy x to 'y'",
    ] {
        let (status, answer) = ask("execute_sql", &json!({ "dataset": "orders", "sql": sql }));
        assert_eq!((status, &answer["status"]), (1, &json!("failed")), "{sql}: {answer}");
    }
}

#[test]
fn without_rows_no_value_is_told() {
    let root = projects::path("ecommerce");
    let of = |tool: &str, arguments: Value| ask_with(&root, &["--no-rows"], tool, &arguments).1.to_string();
    let plan = json!({ "from": "orders", "select": ["status"], "where": [{ "column": "status", "op": "=", "value": "canceled" }] });
    let schema = of("get_schema", json!({ "dataset": "orders", "detail": "full" }));
    assert!(schema.contains("coupon_code") && !schema.contains("Salt Lake City"), "{schema}");
    let answers = [
        of("execute_query_plan", json!({ "plan": plan })),
        of("execute_sql", json!({ "dataset": "orders", "sql": "select status from orders" })),
        of("execute_sql", json!({ "dataset": "orders", "sql": "select cast(status as integer) from orders" })),
    ];
    for answer in answers {
        assert!(!answer.contains("cancelled") && !answer.contains("delivered"), "{answer}");
    }
}

#[test]
fn findings_are_told_with_their_places() {
    let root = projects::path("broken/ecommerce");
    let (status, answer) = ask_with(&root, &[], "check_project", &json!({ "severity": "error" }));
    let errors = answer["findings"].as_array().expect("a list");
    assert_eq!((status, &answer["found"]), (0, &answer["counts"]["errors"]));
    assert!(!errors.is_empty());
    for finding in errors {
        assert!(finding["file"].is_string() && finding["line"].is_u64() && finding["severity"] == "error", "{finding}");
    }
    let object = errors.iter().find_map(|finding| finding["object"]["name"].as_str()).expect("an object");
    let (_, of_one) = ask_with(&root, &[], "check_project", &json!({ "object": object, "limit": 1 }));
    assert_eq!(of_one["findings"].as_array().map(Vec::len), Some(1));
    let (_, described) = ask_with(&root, &[], "describe_object", &json!({ "name": object }));
    assert!(described["definition"].as_str().expect("a text").contains(object), "{described}");
    let code = json!({ "code": errors[0]["code"] });
    let (status, page) = ask_with(&root, &[], "explain_finding", &code);
    assert!(status == 0 && page["page"].as_str().expect("a text").starts_with("# "), "{page}");
}

#[test]
fn objects_are_listed_and_described() {
    let (_, counts) = ask("list_objects", &json!({}));
    assert_eq!((&counts["counts"]["insight"], &counts["counts"]["input"]), (&json!(14), &json!(8)));
    let (_, inputs) = ask("list_objects", &json!({ "kind": "input", "search": "CHANNEL" }));
    assert_eq!((&inputs["objects"][0]["name"], &inputs["objects"][0]["options"]), (&json!("channel"), &json!(4)));
    let (_, channel) = ask("describe_object", &json!({ "name": "channel", "search": "we" }));
    assert_eq!((&channel["options"]["values"], &channel["options"]["initially"]), (&json!(["web"]), &json!("web")));
    assert!(
        channel["used_by"]
            .as_array()
            .expect("a list")
            .contains(&json!({ "kind": "insight", "name": "status_by_channel" }))
    );
    let root = projects::path("ecommerce");
    let (_, silent) = ask_with(&root, &["--no-rows"], "describe_object", &json!({ "name": "channel" }));
    assert_eq!(silent["options"], json!({ "count": 4 }));
    let (status, missing) = ask("describe_object", &json!({ "name": "chanel" }));
    assert!(status == 1 && missing["message"].as_str().expect("a text").contains("`channel`"), "{missing}");
}

#[test]
fn without_rows_findings_name_no_option() {
    let root = projects::path("broken/ecommerce");
    let of = |options: &[&str]| ask_with(&root, options, "check_project", &json!({})).1;
    let examples = |answer: &Value| {
        answer["findings"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|one| one["failing"]["examples"].is_array())
            .count()
    };
    assert!(examples(&of(&[])) > 0);
    let silent = of(&["--no-rows"]);
    assert_eq!(examples(&silent), 0);
    assert!(!silent.to_string().contains("O'Fallon"), "{silent}");
}

#[test]
fn an_insight_is_rendered_for_choices() {
    let choices = json!([{ "input": "region", "values": ["South"] }]);
    let (status, answer) =
        ask("render_insight", &json!({ "insight": "revenue_by_month", "choices": choices, "rows": true }));
    assert_eq!((status, &answer["choices"], &answer["defaults"]), (0, &json!({ "region": ["South"] }), &json!([])));
    assert!(answer["sql"].as_str().expect("a text").contains("'South'"), "{answer}");
    assert_eq!((&answer["columns"][1]["name"], &answer["findings"]), (&json!("props.y"), &json!([])));
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(12));
    let (_, usual) = ask("render_insight", &json!({ "insight": "revenue_by_month" }));
    assert_eq!((&usual["choices"], &usual["defaults"]), (&json!({ "region": ["West"] }), &json!(["region"])));
    let wrong = json!([{ "input": "region", "values": ["Nowhere"] }]);
    let (status, wrong) = ask("render_insight", &json!({ "insight": "revenue_by_month", "choices": wrong }));
    assert!(status == 1 && wrong["message"].as_str().expect("a text").contains("no option"), "{wrong}");
    let root = projects::path("ecommerce");
    let (_, silent) =
        ask_with(&root, &["--no-rows"], "render_insight", &json!({ "insight": "orders_by_city", "rows": true }));
    assert!(!silent.to_string().contains("Denver") && silent["row_count"].is_u64(), "{silent}");
}

#[test]
fn failing_combinations_are_walked_through() {
    let root = projects::path("broken/ecommerce");
    let (_, answer) = ask_with(&root, &[], "check_project", &json!({ "severity": "error" }));
    let failing =
        |finding: &&Value| finding["object"]["kind"] == "insight" && finding["failing"]["examples"].is_array();
    let finding = answer["findings"].as_array().expect("a list").iter().find(failing).expect("a choice that fails");
    let name = &finding["object"]["name"];
    let of = |offset: u64| {
        ask_with(&root, &[], "render_insight", &json!({ "insight": name, "failing": true, "offset": offset }))
    };
    let (status, first) = of(0);
    assert_eq!((status, &first["failing"]["index"]), (0, &json!(0)));
    let codes: Vec<&Value> =
        first["findings"].as_array().expect("a list").iter().map(|finding| &finding["code"]).collect();
    assert!(codes.contains(&&first["failing"]["code"]), "{first}");
    let count = first["failing"]["of"].as_u64().expect("a number");
    let (status, behind) = of(count);
    assert!(status == 1 && behind["message"].as_str().expect("a text").contains("are left out"), "{behind}");
}

#[test]
fn values_of_variables_are_in_no_answer() {
    const PLACE: &str = "place-of-the-database-4711";
    let folder = tempfile::tempdir().expect("a folder");
    let text = "name: shop\n\
                sources: [{name: s, type: duckdb, database: \"${env.SHOP_PLACE}\"}]\n\
                defaults: {source_name: s}\n\
                models: [{name: orders, sql: select * from orders}]\n";
    std::fs::write(folder.path().join("project.visivo.yml"), text).expect("can be written");
    let calls = [
        ("list_datasets", json!({})),
        ("get_schema", json!({ "dataset": "orders" })),
        ("execute_query_plan", json!({ "plan": { "from": "orders", "select": ["x"] } })),
        ("execute_sql", json!({ "dataset": "s", "sql": "select 1" })),
        ("check_project", json!({})),
        ("describe_object", json!({ "name": "s" })),
    ];
    for (tool, arguments) in calls {
        let output = Command::new(PROGRAM)
            .args(["ask", tool, &arguments.to_string(), "--no-cache", "--root"])
            .arg(folder.path())
            .env("SHOP_PLACE", format!("{PLACE}.duckdb"))
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains(PLACE), "{tool}: {said}");
        assert!(tool != "execute_sql" || said.contains("SHOP_PLACE"), "its name stands for it: {said}");
    }
}
