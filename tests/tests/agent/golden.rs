//! The golden questions as plans give the golden rows.

use super::{PROJECTS, checked, plans, rows, understood};
use crate::golden::{compare, goldens, text};
use serde_json::Value;
use viz_agent::plan::LimitSource;
use viz_facts::{Rows, TypeKind};

/// Row by row, as texts in the form of the golden files.
fn texts(rows: &Rows) -> Vec<Vec<Option<String>>> {
    let cell = |column: usize, row: usize| {
        let value = text(&rows.values[column][row])?;
        let is_moment = rows.columns[column].data_type.kind() == TypeKind::Timestamp;
        Some(if is_moment { value.replace('T', " ") } else { value })
    };
    (0..rows.row_count as usize).map(|row| (0..rows.columns.len()).map(|column| cell(column, row)).collect()).collect()
}

#[test]
fn plans_give_the_golden_rows() {
    let mut wrong = Vec::new();
    for project in PROJECTS {
        let mut checked = checked(project);
        let goldens = goldens(&checked, project);
        let plans = plans(project);
        assert_eq!(plans.len(), goldens.len(), "{project}");
        for (name, plan) in plans {
            let golden = goldens.iter().find(|golden| golden.insight == name).expect("a golden question");
            let understood = understood(&mut checked, &plan);
            assert_eq!(understood.faults, [], "{project}: {name}");
            assert_eq!(understood.normalized, [], "{project}: {name}");
            assert_eq!(understood.plan, plan, "{project}: {name}");
            let compiled = understood.compiled.expect("nothing is wrong");
            match rows(&mut checked, &compiled) {
                Ok(rows) => {
                    assert!(!rows.truncated, "{name}");
                    let outcome = compare(golden, &texts(&rows), "the worker");
                    wrong.extend(outcome.err().map(|why| format!("{why}\n{}", compiled.readable)));
                }
                Err(why) => wrong.push(why),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn limits_are_told_apart() {
    let mut checked = checked("ecommerce");
    let mut of = |limit: Option<u64>| {
        let mut plan = serde_json::json!({ "from": "orders", "select": [{ "column": "order_id" }] });
        if let Some(limit) = limit {
            plan["limit"] = Value::from(limit);
        }
        let compiled = understood(&mut checked, &plan).compiled.expect("nothing is wrong");
        let rows = rows(&mut checked, &compiled).expect("it runs");
        (compiled.limit.rows, compiled.limit.source, rows.row_count, rows.truncated)
    };
    assert_eq!(of(None), (50, LimitSource::Default, 50, true));
    assert_eq!(of(Some(7)), (7, LimitSource::Plan, 7, true));
    assert_eq!(of(Some(5_000)), (1_000, LimitSource::Cap, 1_000, true));
    let plan = serde_json::json!({ "from": "revenue_targets", "select": [{ "column": "month" }], "limit": 12 });
    let compiled = understood(&mut checked, &plan).compiled.expect("nothing is wrong");
    let rows = rows(&mut checked, &compiled).expect("it runs");
    assert_eq!((rows.row_count, rows.truncated), (12, false), "as many as asked for, and no more");
}
