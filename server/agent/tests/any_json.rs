//! Whatever comes as a plan is answered, and what compiles is a plan by the schema.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;
use viz_agent::plan::{Dataset, Understood, schema, understand};
use viz_facts::{Answer, Column, Fact, FactStore, KeyedQuestion, OptionValues, Question, Rows};
use viz_project::{Environment, MemoryFiles, Project};

const PROJECT: &str = "
name: shop
sources: [{name: s, type: duckdb, database: shop.duckdb}]
defaults: {source_name: s}
models:
  - name: orders
    sql: select * from orders_table
    metrics: [{name: revenue, expression: sum(total)}]
    dimensions: [{name: year_of, expression: year(ordered_at)}]
  - name: customers
    sql: select * from customers_table
relations:
  - name: r
    condition: ${ref(orders).customer_id} = ${ref(customers).customer_id}
";

static SHOP: LazyLock<Project> = LazyLock::new(|| {
    let files = MemoryFiles::new([("/p/project.visivo.yml", PROJECT)]);
    Project::load(Path::new("/p"), &files, &Environment::empty())
});

fn column(name: &str, data_type: &str) -> Column {
    Column { name: name.into(), data_type: data_type.into() }
}

/// The answer of a database that has two tables.
fn answer(question: &Question) -> Answer {
    match question {
        Question::Describe { sql, .. } if sql.contains("orders_table") => Answer::Columns(Ok(vec![
            column("customer_id", "BIGINT"),
            column("status", "VARCHAR"),
            column("total", "DOUBLE"),
            column("ordered_at", "TIMESTAMP"),
            column("odd \"name", "VARCHAR"),
        ])),
        Question::Describe { .. } => {
            Answer::Columns(Ok(vec![column("customer_id", "BIGINT"), column("segment", "VARCHAR")]))
        }
        Question::Options { .. } => {
            let values = ["paid", "shipped"].map(|value| Some(value.to_owned())).to_vec();
            Answer::Options(Ok(OptionValues { columns: vec![column("x", "VARCHAR")], values, more: false }))
        }
        _ => Answer::Rows(Ok(Rows {
            columns: vec![column("value", "DOUBLE")],
            values: vec![Vec::new()],
            nulled: vec![0],
            row_count: 0,
            truncated: false,
            milliseconds: 0,
        })),
    }
}

fn understood(plan: &Value) -> Understood {
    let mut facts = FactStore::new();
    for _ in 0..12 {
        let understood = understand(Dataset { project: &SHOP, facts: &facts, shows_values: true }, plan);
        if understood.open.is_empty() {
            return understood;
        }
        for question in &understood.open {
            let question: &KeyedQuestion = question;
            facts.insert(question.key(), Fact::Known { answer: Arc::new(answer(question)), at: SystemTime::now() });
        }
    }
    panic!("it never has enough: {plan}")
}

fn word() -> impl Strategy<Value = String> {
    let words = [
        "orders",
        "order",
        "customers",
        "status",
        "statsu",
        "total",
        "ordered_at",
        "segment",
        "customers.segment",
        "revenue",
        "year_of",
        "odd \"name",
        "sum(total)",
        "count(*)",
        "-total",
        "total desc",
        "sum",
        "count",
        "share",
        "month",
        "=",
        "==",
        "in",
        "between",
        "is null",
        "like",
        "contains",
        "paid",
        "pade",
        "2026-01-01",
        "2026/01/01",
        "5",
        "",
        "'",
        "\"",
        "\\",
        "x.y",
        "*",
        "null",
        "true",
        "ü",
        "\u{0}",
    ];
    prop_oneof![9 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

fn key() -> impl Strategy<Value = String> {
    let keys = [
        "from",
        "table",
        "select",
        "columns",
        "where",
        "filters",
        "having",
        "group_by",
        "order_by",
        "sort",
        "limit",
        "dry_run",
        "column",
        "dimension",
        "metric",
        "metrics",
        "agg",
        "grain",
        "round",
        "as",
        "op",
        "value",
        "values",
        "any",
        "or",
        "by",
        "desc",
        "direction",
        "colum",
    ];
    prop_oneof![12 => prop::sample::select(keys.to_vec()).prop_map(str::to_owned), 1 => word()]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => word().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<String, Value>>())),
        ]
    })
}

/// Something that has the form of a plan, at least at its top.
fn plan() -> impl Strategy<Value = Value> {
    let clauses = prop::collection::vec((key(), json_value()), 0..4);
    (word(), json_value(), clauses).prop_map(|(from, select, clauses)| {
        let mut plan = Map::from_iter([("from".to_owned(), json!(from)), ("select".to_owned(), select)]);
        plan.extend(clauses);
        Value::Object(plan)
    })
}

/// Something that is nearly a plan.
fn near_plan() -> impl Strategy<Value = Value> {
    let operand = || {
        let keys = prop::sample::select(vec!["column", "dimension", "metric", "by"]);
        let agg =
            prop::option::weighted(0.3, prop::sample::select(vec!["sum", "count", "share", "avg", "median", "max"]));
        let grain = prop::option::weighted(0.2, prop::sample::select(vec!["month", "Day", "hour"]));
        (keys, name(), agg, grain).prop_map(|(key, name, agg, grain)| {
            let mut out = Map::from_iter([(key.to_owned(), json!(name))]);
            out.extend(agg.map(|agg| ("agg".to_owned(), json!(agg))));
            out.extend(grain.map(|grain| ("grain".to_owned(), json!(grain))));
            out
        })
    };
    let condition = move || {
        let ops =
            prop::sample::select(vec!["=", "!=", "<", "in", "not in", "between", "like", "is null", "contains", "gte"]);
        let value = prop_oneof![
            2 => Just(json!("paid")),
            2 => Just(json!(5)),
            1 => Just(json!(["paid", "x"])),
            1 => Just(json!([1, 2])),
            1 => Just(json!({ "min": 1, "max": 9 })),
            2 => word().prop_map(Value::from),
        ];
        (operand(), ops, prop::option::weighted(0.9, value)).prop_map(|(mut out, op, value)| {
            out.insert("op".to_owned(), json!(op));
            out.extend(value.map(|value| ("value".to_owned(), value)));
            Value::Object(out)
        })
    };
    let item = prop_oneof![name().prop_map(Value::from), operand().prop_map(Value::Object)];
    let select = prop::collection::vec(item, 1..4);
    let rows = prop::option::of(prop::collection::vec(condition(), 0..3));
    let groups = prop::option::weighted(0.3, prop::collection::vec(condition(), 1..2));
    let group_by = prop::option::weighted(0.3, prop::collection::vec(name(), 0..3));
    let order = prop::option::of(name());
    (select, rows, groups, group_by, order).prop_map(|(select, rows, groups, group_by, order)| {
        let mut plan = Map::from_iter([("from".to_owned(), json!("orders")), ("select".to_owned(), json!(select))]);
        plan.extend(rows.map(|rows| ("where".to_owned(), json!(rows))));
        plan.extend(groups.map(|groups| ("having".to_owned(), json!(groups))));
        plan.extend(group_by.map(|names| ("group_by".to_owned(), json!(names))));
        plan.extend(order.map(|name| ("order_by".to_owned(), json!(name))));
        Value::Object(plan)
    })
}

fn name() -> impl Strategy<Value = String> {
    let names = [
        "status",
        "total",
        "ordered_at",
        "customers.segment",
        "revenue",
        "year_of",
        "odd \"name",
        "sum(total)",
        "count(*)",
        "segment",
        "Total",
        "statsu",
        "sum_total",
        "count",
    ];
    prop::sample::select(names.to_vec()).prop_map(str::to_owned)
}

static SCHEMA: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| jsonschema::validator_for(&schema()).expect("it is a schema"));

fn hold(plan: &Value) {
    let first = understood(plan);
    assert_eq!(first.compiled.is_some(), first.errors().next().is_none(), "{plan}");
    if first.compiled.is_some() {
        assert!(SCHEMA.is_valid(&first.plan), "{plan} is understood as {}", first.plan);
        let again = understood(&first.plan);
        assert_eq!(
            (&again.plan, again.normalized.len()),
            (&first.plan, 0),
            "what is understood is understood as it is"
        );
    }
    if let Some(repaired) = &first.repaired {
        let repaired = understood(repaired);
        assert!(repaired.compiled.is_some(), "{plan} is mended to {}", repaired.plan);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_plan(plan in plan()) {
        hold(&plan);
    }

    #[test]
    fn nearly_a_plan(plan in near_plan()) {
        hold(&plan);
    }

    /// A text is one token, as a value and as a name, whatever is in it.
    #[test]
    fn any_text_is_one_token(text in any::<String>(), quotes in "['\"\\\\;% -]{0,12}") {
        let text = format!("{text}{quotes}x").replace('\0', "");
        let tokens = |text: &str| -> Vec<String> {
            let plan = json!({
                "from": "orders",
                "select": [{ "column": "total", "as": text }],
                "where": [{ "column": "status", "op": "=", "value": text }, { "column": "status", "op": "like", "value": text }],
            });
            let sql = understood(&plan).compiled.expect("nothing is wrong").sql;
            let tokens = viz_sql::tokenize(&sql).expect("it is SQL");
            tokens.iter().filter(|token| !token.is_space()).map(|token| sql[token.range].to_owned()).collect()
        };
        let name = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let value = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let other = |token: String| if token == "\"x\"" { name(&text) } else if token == "'x'" { value(&text) } else { token };
        let expected: Vec<String> = tokens("x").into_iter().map(other).collect();
        prop_assert_eq!(tokens(&text), expected);
    }

    #[test]
    fn any_value(value in json_value()) {
        hold(&value);
    }
}

#[test]
fn many_plans_are_right() {
    let mut right = 0;
    for select in ["status", "sum(total)", "revenue", "year_of", "customers.segment"] {
        for filter in [json!({ "status": "paid" }), json!([{ "column": "total", "op": "gte", "value": 5 }]), json!([])]
        {
            let plan = json!({ "from": "orders", "select": [select, "count(*)"], "where": filter });
            hold(&plan);
            right += usize::from(understood(&plan).compiled.is_some());
        }
    }
    assert_eq!(right, 15);
}
