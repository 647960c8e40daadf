//! Plans that try to get text of theirs into the SQL.

use super::{checked, rows, understood};
use serde_json::{Value, json};
use viz_agent::plan::Code;

/// Texts that would break out of quotes that are not ours.
const TEXTS: &[&str] = &[
    "x' or '1'='1",
    "x'; drop table orders; --",
    "x\\' or 1=1 --",
    "x'' or ''='",
    "'",
    "''",
    "\\",
    "$$ or true $$",
    "e'\\'' or true",
    "x\" or \"1\"=\"1",
    "\u{2019} or 1=1 --",
    "x' /* ",
    "*/ or true",
    "x\n' or true\n--",
    "'||(select content from read_text('/etc/passwd'))||'",
    "${ref(orders).total}",
    "?{ 1 }",
    "%' or true --",
];

#[test]
fn a_text_is_a_value_and_nothing_else() {
    let mut checked = checked("ecommerce");
    for text in TEXTS {
        for (op, value) in [("=", json!(text)), ("in", json!([text])), ("like", json!(text))] {
            let plan = json!({
                "from": "revenue_targets",
                "select": [{ "agg": "count", "as": text }],
                "where": [{ "column": "month", "op": op, "value": value }],
            });
            let understood = understood(&mut checked, &plan);
            assert_eq!(understood.errors().next(), None, "{text}");
            let compiled = understood.compiled.expect("nothing is wrong");
            let rows = match rows(&mut checked, &compiled) {
                Ok(rows) => rows,
                // A pattern may end in its escape, which the engine refuses.
                Err(why) if op == "like" && text.ends_with('\\') => {
                    assert!(why.contains("escape"), "{why}");
                    continue;
                }
                Err(why) => panic!("{text}: {why}"),
            };
            assert_eq!(rows.columns[0].name, *text);
            assert_eq!(rows.values, [[json!(0)]], "{text}");
        }
    }
}

#[test]
fn names_are_looked_up_and_never_written() {
    let mut checked = checked("ecommerce");
    let mut codes =
        |plan: Value| -> Vec<Code> { understood(&mut checked, &plan).errors().map(|fault| fault.code).collect() };
    for text in TEXTS.iter().chain(&[
        "total) from orders; --",
        "*",
        "(select 1)",
        "read_text('/etc/passwd')",
        "orders",
        "count(*)",
    ]) {
        let select = json!([{ "column": "total" }]);
        assert_eq!(codes(json!({ "from": text, "select": select })).is_empty(), *text == "orders", "{text}");
        let column = codes(json!({ "from": "orders", "select": [{ "column": text }] }));
        assert_eq!(column.is_empty(), *text == "count(*)", "{text}: {column:?}");
        for key in ["metric", "dimension", "by", "agg", "grain"] {
            let mut item = json!({ "column": "ordered_at" });
            if key != "grain" && key != "agg" {
                item = json!({});
            }
            item[key] = json!(text);
            let order = codes(json!({ "from": "orders", "select": select, "order_by": [item] }));
            assert!(!order.is_empty() || *text == "count(*)" && key == "agg", "{key}: {text}");
        }
        assert!(
            !codes(
                json!({ "from": "orders", "select": select, "where": [{ "column": "status", "op": text, "value": 1 }] })
            )
            .is_empty()
        );
        assert!(!codes(json!({ "from": "orders", "select": select, "limit": text })).is_empty());
        assert!(!codes(json!({ "from": "orders", "select": select, *text: [] })).is_empty(), "{text}");
    }
}

#[test]
fn large_and_deep_plans_are_refused() {
    let mut checked = checked("ecommerce");
    let mut codes =
        |plan: Value| -> Vec<Code> { understood(&mut checked, &plan).errors().map(|fault| fault.code).collect() };
    let select = json!([{ "column": "total" }]);
    let mut deep = json!({ "column": "status", "op": "=", "value": "x" });
    for _ in 0..50 {
        deep = json!({ "any": [deep] });
    }
    assert!(codes(json!({ "from": "orders", "select": select, "where": [deep] })).contains(&Code::UnknownKey));
    let many: Vec<Value> = (0..100).map(|at| json!({ "column": "total", "as": format!("c{at}") })).collect();
    assert_eq!(codes(json!({ "from": "orders", "select": many })), [Code::TooLarge]);
    let values: Vec<u32> = (0..2_000).collect();
    let of = |value: Value| json!({ "from": "orders", "select": select, "where": [{ "column": "order_id", "op": "in", "value": value }] });
    assert_eq!(codes(of(json!(values))), [Code::TooLarge]);
    let status = |text: String| json!({ "from": "orders", "select": select, "where": [{ "column": "status", "op": "=", "value": text }] });
    assert_eq!(codes(status("x".repeat(5_000))), [Code::TooLarge]);
    assert_eq!(codes(status("a\0b".to_owned())), [Code::WrongType]);
    assert_eq!(codes(json!("{".repeat(100_000))), [Code::NotJson]);
    assert_eq!(codes(json!("[".repeat(100_000))), [Code::NotJson]);
}
