//! What is said of wrong plans: everything at once, causes before effects.

use super::{checked, understood};
use serde_json::{Value, json};
use viz_agent::plan::Fault;

/// Code, place and what is put there instead.
fn told(fault: &Fault) -> String {
    let candidates: Vec<String> = fault.candidates.iter().map(|one| one.value.to_string()).collect();
    format!("{} {} {}", json!(fault.code).as_str().expect("a text"), fault.path, candidates.join(" "))
}

#[test]
fn everything_is_told_at_once() {
    let mut checked = checked("ecommerce");
    let mut of = |plan: Value| -> (Vec<String>, Option<Value>) {
        let understood = understood(&mut checked, &plan);
        assert!(understood.compiled.is_none() || understood.errors().next().is_none());
        (understood.faults.iter().map(told).collect(), understood.repaired)
    };
    let (faults, repaired) = of(json!({
        "from": "oders",
        "filters": [
            { "column": "regoin", "op": "==", "value": "West" },
            { "column": "total", "op": "gte", "value": "100" },
            { "column": "status", "op": "in", "value": "Shipped" },
        ],
        "select": ["order_month", "sum(total) as money", { "metric": "revnue" }],
        "group_by": [],
        "order_by": "-money",
        "limit": "20",
    }));
    let expected = [
        "unknown-key /filters \"where\"",
        "unknown-table /from \"orders\"",
        "unknown-metric /select/2/metric \"revenue\"",
        "unknown-column /where/0/column \"region\"",
        "type-mismatch /where/1/value 100",
        "value-unseen /where/2/value/0 \"shipped\"",
    ];
    assert_eq!(faults, expected);
    let expected = json!({
        "from": "orders",
        "select": [
            { "column": "order_month" },
            { "agg": "sum", "column": "total", "as": "money" },
            { "metric": "revenue" },
        ],
        "where": [
            { "column": "region", "op": "=", "value": "West" },
            { "column": "total", "op": ">=", "value": 100 },
            { "column": "status", "op": "in", "value": ["shipped"] },
        ],
        "group_by": ["order_month"],
        "order_by": [{ "by": "money", "desc": true }],
        "limit": 20,
    });
    assert_eq!(repaired, Some(expected));
}

#[test]
fn what_has_two_meanings_is_not_mended() {
    let mut checked = checked("ecommerce");
    let plans = [
        // No relation leads from products to revenue targets.
        json!({ "from": "products", "select": [{ "column": "category" }, { "column": "revenue_targets.target_revenue" }] }),
        json!({ "from": "orders", "select": [{ "column": "zzz" }] }),
        json!({ "from": "orders", "select": [{ "column": "total" }], "limit": 0 }),
        json!({ "from": "orders", "select": [{ "column": "total" }], "where": [{ "column": "status", "op": "ilike", "value": "a" }, { "column": "city", "op": "=" }] }),
        json!({ "from": "orders", "select": [{ "agg": "sum", "column": "status" }] }),
    ];
    for plan in plans {
        let understood = understood(&mut checked, &plan);
        assert!(understood.errors().next().is_some() && understood.compiled.is_none(), "{plan}");
        assert_eq!(understood.repaired, None, "{plan}");
    }
}

#[test]
fn another_value_is_warned_of_and_the_plan_runs_as_it_is() {
    let mut checked = checked("ecommerce");
    let plan = json!({
        "from": "orders",
        "select": [{ "agg": "count" }],
        "where": [{ "column": "status", "op": "=", "value": "canceled" }],
    });
    let understood = understood(&mut checked, &plan);
    assert_eq!(understood.faults.iter().map(told).collect::<Vec<_>>(), ["value-unseen /where/0/value \"cancelled\""]);
    assert!(understood.compiled.expect("a warning only").readable.contains("'canceled'"));
    assert_eq!(understood.repaired.expect("one value is near")["where"][0]["value"], "cancelled");
}
