//! The JSON Schema of plans, made of the tables that read them (`grammars/query-plan.schema.json`).

use super::compiled::{DEFAULT_LIMIT, MOST_ROWS};
use super::words::{Agg, Grain, HAVING_KEYS, ITEM_KEYS, ORDER_KEYS, Op, PLAN_KEYS, WHERE_KEYS};
use serde_json::{Map, Value, json};

/// The schema: closed objects without references and unions, which some clients don't read.
pub fn schema() -> Value {
    let mut schema = object(PLAN_KEYS, of_plan);
    schema["required"] = json!(["from", "select"]);
    schema
}

fn object(keys: &[&str], of: impl Fn(&str) -> Value) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), of(key))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn list(items: Value, description: &str) -> Value {
    json!({ "type": "array", "items": items, "description": description })
}

fn of_plan(key: &str) -> Value {
    match key {
        "from" => json!({ "type": "string", "description": "the model that is asked" }),
        "select" => list(
            object(ITEM_KEYS, of_operand),
            "the columns of the result; with an aggregate or metric, rows are grouped by the others",
        ),
        "where" => list(object(WHERE_KEYS, of_condition), "conditions on rows; all have to hold"),
        "having" => list(object(HAVING_KEYS, of_condition), "conditions on groups; all have to hold"),
        "group_by" => list(
            json!({ "type": "string" }),
            "may be left out; else the names of all columns of `select` without aggregate",
        ),
        "order_by" => list(object(ORDER_KEYS, of_operand), "what rows are ordered by"),
        "limit" => {
            json!({ "type": "integer", "minimum": 1, "description": format!("rows at most: {DEFAULT_LIMIT} if left out, never more than {MOST_ROWS}") })
        }
        "dry_run" => json!({ "type": "boolean", "description": "compile and bind only" }),
        other => unreachable!("`{other}` is no key of a plan"),
    }
}

fn words<T: std::fmt::Display>(all: &[T], description: &str) -> Value {
    json!({ "type": "string", "enum": all.iter().map(T::to_string).collect::<Vec<_>>(), "description": description })
}

fn of_operand(key: &str) -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    match key {
        "by" => text("a column of the result"),
        "column" => text("a column of the model; `model.column` of one that a relation joins with it"),
        "dimension" => text("a dimension of the project"),
        "metric" => text("a metric of the project"),
        "agg" => words(
            Agg::ALL,
            "made of the `column` of many rows; `count` needs none, `share` is the percent of rows that meet `where`",
        ),
        "grain" => words(Grain::ALL, "what dates are cut to"),
        "where" => {
            list(object(&["column", "dimension", "op", "value"], of_condition), "of which rows the aggregate is made")
        }
        "round" => json!({ "type": "integer", "minimum": 0, "description": "digits behind the point" }),
        "as" => text("its name in the result"),
        "desc" => json!({ "type": "boolean", "description": "greatest first" }),
        other => unreachable!("`{other}` is no key of an operand"),
    }
}

/// Of a condition in `any`, whose words are told beside it.
fn of_short_condition(key: &str) -> Value {
    match key {
        "value" => json!({ "description": "as outside of any" }),
        _ => json!({ "type": "string" }),
    }
}

fn of_condition(key: &str) -> Value {
    match key {
        "op" => words(Op::ALL, ""),
        "value" => {
            json!({ "description": "a text, number or boolean; a list of them for in, not in and between (least, greatest); none for is null, is not null" })
        }
        "any" => {
            let keys = ["column", "dimension", "metric", "by", "op", "value"];
            list(object(&keys, of_short_condition), "conditions of which one has to hold")
        }
        other => of_operand(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// The page for people names every word.
    #[test]
    fn the_page_tells_all_words() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/agents.md");
        let page = std::fs::read_to_string(path).expect("it exists");
        let keys = [PLAN_KEYS, ITEM_KEYS, WHERE_KEYS, HAVING_KEYS, ORDER_KEYS].concat();
        let words = Op::ALL.iter().map(|op| op.word()).chain(Agg::ALL.iter().map(|agg| agg.word()));
        let words = words.chain(Grain::ALL.iter().map(|grain| grain.word())).chain(keys);
        for word in words {
            assert!(page.contains(&format!("`{word}`")), "docs/agents.md does not tell of `{word}`");
        }
    }

    #[test]
    fn the_file_is_that_of_the_tables() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammars/query-plan.schema.json");
        let text = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, &text).expect("can be written");
        }
        assert_eq!(std::fs::read_to_string(&path).expect("it exists"), text, "run this test with UPDATE_SCHEMA=1");
    }
}
