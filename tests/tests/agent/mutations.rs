//! Plans as models get them wrong: what is meant is offered, and nothing else is run.

use super::{PROJECTS, checked, plans, understood};
use fastrand::Rng;
use serde_json::{Value, json};

/// Mutations of each plan.
const EACH: usize = 10;

type Mutation = (&'static str, fn(&mut Value, &mut Rng) -> bool);

/// Each says whether the plan has anything for it.
const MUTATIONS: &[Mutation] = &[
    ("a typo in a column", |plan, rng| in_names(plan, rng, &["column"], typo)),
    ("a typo in the model", |plan, rng| {
        plan["from"] = typo(plan["from"].as_str().unwrap_or_default(), rng).into();
        true
    }),
    ("another word for a clause", other_clause),
    ("another spelling of a comparison", other_op),
    ("a wrong literal", wrong_literal),
    ("a value of the wrong type", wrong_type),
    ("a group that is missing", missing_group),
    ("a typo in an aggregate", |plan, rng| in_names(plan, rng, &["agg"], typo)),
    ("a typo in a metric or dimension", |plan, rng| in_names(plan, rng, &["metric", "dimension"], typo)),
    ("a column without its model", |plan, rng| {
        in_names(plan, rng, &["column"], |name, _| name.rsplit_once('.').map_or(name, |(_, last)| last).to_owned())
    }),
    ("a metric as a column", |plan, rng| renamed(plan, rng, "metric", "column")),
    ("a list of one as what is in it", unlisted),
    ("a condition on groups among those on rows", |plan, _| {
        let Some(having) = plan.as_object_mut().and_then(|plan| plan.remove("having")) else { return false };
        plan["where"].as_array_mut().expect("a list").extend(having.as_array().expect("a list").clone());
        true
    }),
    ("a typo in the order", |plan, rng| in_names(plan, rng, &["by"], typo)),
    ("the plan as a text", |plan, _| {
        *plan = Value::String(plan.to_string());
        true
    }),
    ("a typo in a key", |plan, rng| {
        let key = ["column", "value", "metric"][rng.usize(..3)];
        let wrong = typo(key, rng);
        renamed(plan, rng, key, &wrong)
    }),
    ("a comparison left out", |plan, rng| {
        let mut found = objects(plan, &|object| object.get("op").is_some_and(|op| op == "=" || op == "in"));
        rng.shuffle(&mut found);
        found.pop().is_some_and(|object| object.remove("op").is_some())
    }),
    ("a value too many", |plan, _| {
        let found = objects(plan, &|object| object.get("op").is_some_and(|op| op == "is not null")).pop();
        found.is_some_and(|object| object.insert("value".into(), json!("x")).is_none())
    }),
    ("names in capitals", |plan, rng| in_names(plan, rng, &["column", "by"], |name, _| name.to_uppercase())),
    ("a call as a text", |plan, _| {
        let found =
            objects(plan, &|object| object.len() == 2 && object.contains_key("agg") && object.contains_key("column"));
        found.into_iter().next().is_some_and(|object| {
            let call =
                format!("{}({})", object["agg"].as_str().expect("a text"), object["column"].as_str().expect("a text"));
            *object = json!({ "column": call }).as_object().expect("an object").clone();
            true
        })
    }),
    ("an order as SQL", |plan, _| {
        let Some(Value::Array(orders)) = plan.get_mut("order_by") else { return false };
        let Some(by) = orders[0]["by"].as_str() else { return false };
        let word = if orders[0].get("desc").is_some() { "DESC" } else { "ASC" };
        orders[0] = format!("{by} {word}").into();
        true
    }),
];

/// A letter left out, doubled, changed or two exchanged, behind the first one.
fn typo(word: &str, rng: &mut Rng) -> String {
    let start = word.rfind('.').map_or(0, |at| at + 1);
    let (before, word) = word.split_at(start);
    let mut letters: Vec<char> = word.chars().collect();
    let at = if letters.len() < 3 { letters.len() - 1 } else { rng.usize(1..letters.len() - 1) };
    match rng.usize(..4) {
        0 if letters.len() > 3 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        2 if at + 1 < letters.len() && letters[at] != letters[at + 1] => letters.swap(at, at + 1),
        _ => letters[at] = if letters[at] == 'x' { 'z' } else { 'x' },
    }
    before.to_owned() + &letters.into_iter().collect::<String>()
}

type Object = serde_json::Map<String, Value>;

/// The objects of a plan that are so, of all depths but the plan itself.
fn objects<'v>(value: &'v mut Value, is: &dyn Fn(&Object) -> bool) -> Vec<&'v mut Object> {
    fn walk<'v>(value: &'v mut Value, is: &dyn Fn(&Object) -> bool, out: &mut Vec<&'v mut Object>) {
        match value {
            Value::Array(list) => list.iter_mut().for_each(|value| walk(value, is, out)),
            Value::Object(object) => match is(object) {
                true => out.push(object),
                false => object.values_mut().for_each(|value| walk(value, is, out)),
            },
            _ => {}
        }
    }
    let mut out = Vec::new();
    value.as_object_mut().expect("an object").values_mut().for_each(|value| walk(value, is, &mut out));
    out
}

fn in_names(plan: &mut Value, rng: &mut Rng, keys: &[&str], change: impl Fn(&str, &mut Rng) -> String) -> bool {
    let mut found = objects(plan, &|object| keys.iter().any(|key| object.contains_key(*key)));
    rng.shuffle(&mut found);
    for object in found {
        let key = keys.iter().find(|key| object.contains_key(**key)).expect("it has one");
        let name = object[*key].as_str().expect("a text").to_owned();
        let changed = change(&name, rng);
        if changed != name {
            object.insert((*key).into(), changed.into());
            return true;
        }
    }
    false
}

fn renamed(plan: &mut Value, rng: &mut Rng, from: &str, to: &str) -> bool {
    let mut found = objects(plan, &|object| object.contains_key(from) && !object.contains_key(to));
    rng.shuffle(&mut found);
    let Some(object) = found.pop() else { return false };
    let value = object.remove(from).expect("it has it");
    object.insert(to.into(), value);
    true
}

fn other_clause(plan: &mut Value, rng: &mut Rng) -> bool {
    let words = [
        ("where", "filters"),
        ("where", "filter"),
        ("order_by", "sort"),
        ("order_by", "orderBy"),
        ("select", "columns"),
        ("from", "table"),
        ("from", "model"),
        ("group_by", "groupBy"),
        ("limit", "top"),
    ];
    let plan = plan.as_object_mut().expect("an object");
    let found: Vec<_> = words.iter().filter(|(key, _)| plan.contains_key(*key)).collect();
    let (key, other) = found[rng.usize(..found.len())];
    let value = plan.remove(*key).expect("it has it");
    plan.insert((*other).into(), value);
    true
}

fn other_op(plan: &mut Value, rng: &mut Rng) -> bool {
    let words = [
        ("=", "=="),
        ("=", "equals"),
        ("=", "EQ"),
        ("!=", "<>"),
        ("!=", "not_equals"),
        (">=", "gte"),
        (">", "greater than"),
        ("<", "lt"),
        ("in", "IN"),
        ("in", "="),
        ("between", "BETWEEN"),
        ("is not null", "IS_NOT_NULL"),
    ];
    let mut found = objects(plan, &|object| words.iter().any(|(op, _)| object.get("op").is_some_and(|own| own == op)));
    rng.shuffle(&mut found);
    let Some(object) = found.pop() else { return false };
    let of: Vec<_> = words.iter().filter(|(op, _)| object["op"] == *op).collect();
    object.insert("op".into(), of[rng.usize(..of.len())].1.into());
    true
}

fn wrong_literal(plan: &mut Value, rng: &mut Rng) -> bool {
    let is = |object: &Object| match object.get("value") {
        Some(Value::String(_)) => object.contains_key("column"),
        Some(Value::Array(list)) => object.contains_key("column") && list.iter().all(Value::is_string),
        _ => false,
    };
    let mut found = objects(plan, &is);
    rng.shuffle(&mut found);
    let Some(value) = found.pop().and_then(|object| object.get_mut("value")) else { return false };
    let value = match value {
        Value::Array(list) => {
            let at = rng.usize(..list.len());
            &mut list[at]
        }
        one => one,
    };
    let text = value.as_str().expect("a text").to_owned();
    *value = match text.starts_with("2026-") {
        true => text.replace('-', "/"),
        false if text.len() < 4 => text.to_lowercase(),
        false => typo(&text, rng),
    }
    .into();
    true
}

fn wrong_type(plan: &mut Value, rng: &mut Rng) -> bool {
    let number = |value: &Value| Some(json!(value.as_f64()?.to_string()));
    let mut found = objects(plan, &|object| object.get("value").is_some_and(Value::is_number));
    rng.shuffle(&mut found);
    if let Some(value) = found.pop().and_then(|object| object.get_mut("value")) {
        *value = number(value).expect("a number");
        return true;
    }
    match plan.get_mut("limit") {
        Some(limit) => {
            *limit = number(limit).expect("a number");
            true
        }
        None => match objects(plan, &|object| object.contains_key("desc")).pop() {
            Some(object) => object.insert("desc".into(), "true".into()).is_some(),
            None => false,
        },
    }
}

fn missing_group(plan: &mut Value, rng: &mut Rng) -> bool {
    let Some(Value::Array(groups)) = plan.get_mut("group_by") else { return false };
    // The last one: where names are put back.
    groups.truncate(groups.len() - 1 - rng.usize(..groups.len().min(1)));
    true
}

fn unlisted(plan: &mut Value, rng: &mut Rng) -> bool {
    let plan = plan.as_object_mut().expect("an object");
    let mut keys: Vec<String> = plan
        .iter()
        .filter(|(_, value)| value.as_array().is_some_and(|list| list.len() == 1))
        .map(|(key, _)| key.clone())
        .collect();
    rng.shuffle(&mut keys);
    let Some(key) = keys.pop() else { return false };
    plan[&key] = plan[&key][0].clone();
    true
}

#[test]
fn what_is_meant_is_offered() {
    let (mut count, mut failed, mut others) = (0, Vec::new(), Vec::new());
    for project in PROJECTS {
        let mut checked = checked(project);
        for (number, (name, plan)) in plans(project).into_iter().enumerate() {
            let mut rng = Rng::with_seed(22 + number as u64);
            let mut left: Vec<&Mutation> = MUTATIONS.iter().collect();
            rng.shuffle(&mut left);
            let mut made = 0;
            while made < EACH {
                let (what, mutate) = left.pop().unwrap_or_else(|| panic!("{name}: too few mutations fit"));
                let mut mutated = plan.clone();
                if !mutate(&mut mutated, &mut rng) || mutated == plan {
                    continue;
                }
                made += 1;
                count += 1;
                let understood = understood(&mut checked, &mutated);
                let runs = understood.compiled.is_some() && understood.plan != plan;
                let warned = understood.warnings().next().is_some();
                let is_right = understood.plan == plan || understood.repaired.as_ref() == Some(&plan);
                let told = format!(
                    "{project}: {name}: {what}\n  {mutated}\n  {}\n  repaired: {:?}",
                    serde_json::to_string(&understood.faults).expect("JSON"),
                    understood.repaired.map(|plan| plan.to_string())
                );
                if runs && !warned {
                    others.push(told);
                } else if !is_right {
                    failed.push(told);
                }
            }
        }
    }
    assert_eq!(count, 180);
    eprintln!("{} of {count} are mended", count - failed.len());
    assert!(others.is_empty(), "{} run as something else:\n{}", others.len(), others.join("\n"));
    assert!(failed.len() * 20 <= count, "{} of {count} are not mended:\n{}", failed.len(), failed.join("\n"));
}
