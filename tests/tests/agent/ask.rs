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
