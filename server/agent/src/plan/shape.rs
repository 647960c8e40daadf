//! Reads a plan from JSON whose spellings are mended, and tells everything that is wrong with its form.

use super::fault::{Code, Fault, add, below, nth, remove, rename};
use super::value::{Condition, Filter, Item, Operand, Order, Plan, What, output};
use super::words::{Agg, Grain, HAVING_KEYS, ITEM_KEYS, ORDER_KEYS, Op, PLAN_KEYS, Takes, WHERE_KEYS, key_meant};
use jsonptr::PointerBuf;
use serde_json::{Map, Value, json};
use viz_project::similar;

/// Elements that a list of a plan may have.
pub const MOST_ELEMENTS: usize = 64;
/// Values that one comparison may list.
pub const MOST_VALUES: usize = 1_000;
/// Bytes that a text of a plan may have.
pub const LONGEST_TEXT: usize = 4_096;
/// Digits that numbers may be rounded to.
const MOST_DIGITS: u64 = 12;

/// What a plan says, as far as its form is right, and what is wrong with it.
pub(crate) fn read(plan: &Value) -> (Plan, Vec<Fault>) {
    let mut reader = Reader { faults: Vec::new(), has_groups: plan.get("having").is_some() };
    let plan = reader.plan(plan);
    (plan, reader.faults)
}

/// Which conditions are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Rows,
    Groups,
}

struct Reader {
    faults: Vec<Fault>,
    /// Whether the plan has conditions on groups.
    has_groups: bool,
}

impl Reader {
    fn plan(&mut self, value: &Value) -> Plan {
        let root = PointerBuf::root();
        let Some(object) = self.object(&root, value, PLAN_KEYS) else { return Plan::default() };
        for key in ["from", "select"] {
            if !object.contains_key(key) {
                let what = if key == "from" { "the model that it asks" } else { "the columns that it wants" };
                let message = format!("a plan has `{key}`: {what}");
                self.faults.push(Fault::new(Code::MissingKey, &below(&root, key), Value::Null, message));
            }
        }
        self.text(&root, object, "from");
        let mut plan = Plan::default();
        plan.select = self.list(&root, object, "select", Self::item);
        plan.is_partly_read = object.get("select").and_then(Value::as_array).map_or(0, Vec::len) != plan.select.len();
        if object.get("select").is_some_and(|select| *select == json!([])) {
            self.push::<()>(
                Code::MissingKey,
                &below(&root, "select"),
                &json!([]),
                "`select` names at least one column",
            );
        }
        plan.rows = self.list(&root, object, "where", |reader, at, value| reader.filter(at, value, Of::Rows));
        plan.groups = self.list(&root, object, "having", |reader, at, value| reader.filter(at, value, Of::Groups));
        if object.contains_key("group_by") {
            let name = |reader: &mut Self, at: &PointerBuf, value: &Value| match value {
                Value::String(name) => Some((at.clone(), name.clone())),
                other => reader.wrong_type(at, other, "the name of a column of `select`"),
            };
            plan.group_by = Some(self.list(&root, object, "group_by", name));
        }
        plan.order_by = self.list(&root, object, "order_by", Self::order);
        plan.limit = self.limit(&root, object);
        plan.dry_run = self.flag(&root, object, "dry_run");
        plan
    }

    fn limit(&mut self, root: &PointerBuf, object: &Map<String, Value>) -> Option<u64> {
        let (at, given) = (below(root, "limit"), object.get("limit")?);
        match given.as_u64() {
            Some(limit) if limit > 0 => Some(limit),
            None if !given.is_number() => self.wrong_type(&at, given, "a whole number"),
            _ => self.push(Code::LimitRange, &at, given, "a limit is a whole number of 1 or more"),
        }
    }

    fn item(&mut self, at: &PointerBuf, value: &Value) -> Option<Item> {
        let object = self.object(at, value, ITEM_KEYS)?;
        self.text(at, object, "as");
        let round = object.get("round").and_then(|given| match given.as_u64() {
            Some(digits) if digits <= MOST_DIGITS => Some(digits),
            _ => self.wrong_type(&below(at, "round"), given, &format!("a whole number from 0 to {MOST_DIGITS}")),
        });
        let operand = self.operand(at, object)?;
        Some(Item { operand, round, name: output(value)? })
    }

    fn order(&mut self, at: &PointerBuf, value: &Value) -> Option<Order> {
        let object = self.object(at, value, ORDER_KEYS)?;
        let desc = self.flag(at, object, "desc");
        Some(Order { operand: self.operand(at, object)?, desc })
    }

    /// The one thing that an object names.
    fn operand(&mut self, at: &PointerBuf, object: &Map<String, Value>) -> Option<Operand> {
        let before = self.faults.len();
        let agg =
            object.get("agg").map(|given| self.word(&below(at, "agg"), given, Code::UnknownAgg, Agg::of, Agg::ALL));
        let grain = object
            .get("grain")
            .and_then(|given| self.word(&below(at, "grain"), given, Code::UnknownGrain, Grain::of, Grain::ALL));
        let names =
            ["by", "column", "dimension", "metric"].map(|key| self.text(at, object, key).map(|name| (key, name)));
        let mut names = names.into_iter().flatten();
        let (first, second) = (names.next(), names.next());
        if self.faults.len() > before {
            return None;
        }
        if let (Some((first, _)), Some((second, _))) = (&first, &second) {
            let message = format!("`{first}` and `{second}` are two things: write an object for each");
            return self.push(Code::WrongType, &below(at, second), &object[*second], message);
        }
        let what = first.map(|(key, name)| match key {
            "by" => What::Output(name),
            "column" => What::Column(name),
            "dimension" => What::Dimension(name),
            _ => What::Metric(name),
        });
        let only = self.list(at, object, "where", |reader, at, value| reader.filter(at, value, Of::Rows));
        let what = match (agg, what) {
            (Some(agg), what) => self.aggregate(at, object, agg?, what, only)?,
            (None, Some(_)) if object.contains_key("where") => {
                let message =
                    "conditions here count what an aggregate is made of; those on all rows stand beside `select`";
                return self.push(Code::Misplaced, &below(at, "where"), &object["where"], message);
            }
            (None, Some(what)) => what,
            (None, None) => {
                let given = Value::Object(object.clone());
                return self.push(
                    Code::MissingKey,
                    at,
                    &given,
                    "it names nothing: write `column`, `dimension`, `metric` or `agg`",
                );
            }
        };
        if let (Some(grain), What::Metric(_) | What::Output(_) | What::Aggregate { .. }) = (grain, &what) {
            let message = format!("only a column or dimension of dates is cut to a {grain}");
            return self.push(Code::Misplaced, &below(at, "grain"), &object["grain"], message);
        }
        Some(Operand { at: at.clone(), what, grain })
    }

    fn aggregate(
        &mut self,
        at: &PointerBuf,
        object: &Map<String, Value>,
        agg: Agg,
        of: Option<What>,
        only: Vec<Filter>,
    ) -> Option<What> {
        let given = Value::Object(object.clone());
        match &of {
            Some(What::Metric(name)) => {
                let fault = Fault::new(
                    Code::WrongType,
                    &below(at, "agg"),
                    agg.word(),
                    format!("the metric `{name}` is made of many rows already"),
                );
                self.faults.push(fault.mended_by(vec![remove(&below(at, "agg"))]));
                None
            }
            Some(What::Output(_)) => {
                self.push(Code::WrongType, &below(at, "by"), &object["by"], "an aggregate is of a `column`")
            }
            None if !matches!(agg, Agg::Count | Agg::Share) => {
                self.push(Code::MissingKey, &below(at, "column"), &given, format!("`{agg}` is of a `column`"))
            }
            Some(_) if agg == Agg::Share => {
                self.push(Code::WrongType, &below(at, "column"), &given, "`share` is of rows: say which in `where`")
            }
            _ if agg == Agg::Share && only.is_empty() => self.push(
                Code::MissingKey,
                &below(at, "where"),
                &given,
                "`share` is the percent of rows that meet the conditions in `where`",
            ),
            _ => Some(What::Aggregate { agg, of: of.map(Box::new), only }),
        }
    }

    fn filter(&mut self, at: &PointerBuf, value: &Value, of: Of) -> Option<Filter> {
        if of == Of::Rows && at.count() == 2 && ["metric", "agg", "by"].iter().any(|key| value.get(key).is_some()) {
            let message = "this is known of groups only: it belongs into `having`";
            let fault = Fault::new(Code::Misplaced, at, value.clone(), message);
            self.faults.push(fault.mended_by(moved(at, "having", self.has_groups)));
            return None;
        }
        let keys = if of == Of::Rows { WHERE_KEYS } else { HAVING_KEYS };
        let object = self.object(at, value, keys)?;
        if !object.contains_key("any") {
            return self.condition(at, object, of).map(Filter::One);
        }
        if let Some(beside) = object.keys().find(|key| *key != "any" && keys.contains(&key.as_str())) {
            let message = "what stands beside `any` belongs into a condition of its own";
            return self.push(Code::Misplaced, &below(at, beside), &object[beside], message);
        }
        let one = |reader: &mut Self, at: &PointerBuf, value: &Value| {
            let keys: Vec<&str> = keys.iter().copied().filter(|key| *key != "any").collect();
            let object = reader.object(at, value, &keys)?;
            reader.condition(at, object, of)
        };
        let several = self.list(at, object, "any", one);
        if object["any"].as_array().is_some_and(Vec::is_empty) {
            return self.push(Code::OpArity, &below(at, "any"), &object["any"], "`any` has at least one condition");
        }
        Some(Filter::Any(several))
    }

    fn condition(&mut self, at: &PointerBuf, object: &Map<String, Value>, of: Of) -> Option<Condition> {
        let operand = self.operand(at, object);
        let Some(op) = object.get("op") else {
            return self.push(
                Code::MissingKey,
                &below(at, "op"),
                &Value::Object(object.clone()),
                "a condition has an `op`, such as `=`",
            );
        };
        let op = self.word(&below(at, "op"), op, Code::UnknownOp, Op::of, Op::ALL)?;
        let value = self.values(at, object, op)?;
        let operand = operand?;
        debug_assert!(of == Of::Groups || !matches!(operand.what, What::Output(_)), "no key of a condition on rows");
        Some(Condition { operand, op, value })
    }

    /// The values of a comparison, if there are as many as it takes.
    fn values(&mut self, at: &PointerBuf, object: &Map<String, Value>, op: Op) -> Option<Value> {
        let (path, given) = (below(at, "value"), object.get("value"));
        let fault = |message: &str| Fault::new(Code::OpArity, &path, given.cloned().unwrap_or_default(), message);
        let wrong = match (op.takes(), given) {
            (Takes::Nothing, None) => return Some(Value::Null),
            (Takes::Nothing, Some(_)) => fault(&format!("`{op}` takes no value")).mended_by(vec![remove(&path)]),
            (_, None) => fault(&format!("`{op}` compares with a `value`")),
            (Takes::One, Some(Value::Array(_))) => fault(&format!("`{op}` compares with one value")),
            (Takes::One, Some(value)) => return self.scalar(&path, value),
            (Takes::Two, Some(Value::Array(two))) if two.len() == 2 => return self.scalars(&path, two),
            (Takes::Two, Some(_)) => fault("`between` takes a list of two: the least and the greatest value"),
            (Takes::List, Some(Value::Array(list))) if list.is_empty() => {
                fault(&format!("`{op}` takes at least one value"))
            }
            (Takes::List, Some(Value::Array(list))) if list.len() > MOST_VALUES => {
                let message = format!("a list of more than {MOST_VALUES} values");
                Fault::new(Code::TooLarge, &path, list.len(), message)
            }
            (Takes::List, Some(Value::Array(list))) => return self.scalars(&path, list),
            (Takes::List, Some(_)) => fault(&format!("`{op}` takes a list of values")),
        };
        self.faults.push(wrong);
        None
    }

    fn scalars(&mut self, path: &PointerBuf, values: &[Value]) -> Option<Value> {
        let values: Vec<Option<Value>> =
            values.iter().enumerate().map(|(index, value)| self.scalar(&nth(path, index), value)).collect();
        values.into_iter().collect::<Option<Vec<_>>>().map(Value::Array)
    }

    fn scalar(&mut self, path: &PointerBuf, value: &Value) -> Option<Value> {
        match value {
            Value::String(text) => self.checked(path, text).map(Value::String),
            Value::Number(_) | Value::Bool(_) => Some(value.clone()),
            Value::Null => self.push(Code::OpArity, path, value, "null equals nothing: use `is null` or `is not null`"),
            other => self.wrong_type(path, other, "a text, a number or a boolean"),
        }
    }

    fn list<T>(
        &mut self,
        at: &PointerBuf,
        object: &Map<String, Value>,
        key: &str,
        mut read: impl FnMut(&mut Self, &PointerBuf, &Value) -> Option<T>,
    ) -> Vec<T> {
        let at = below(at, key);
        match object.get(key) {
            None => Vec::new(),
            Some(Value::Array(list)) if list.len() > MOST_ELEMENTS => {
                let message = format!("`{key}` has more than {MOST_ELEMENTS} elements");
                self.faults.push(Fault::new(Code::TooLarge, &at, list.len(), message));
                Vec::new()
            }
            Some(Value::Array(list)) => {
                list.iter().enumerate().filter_map(|(index, value)| read(self, &nth(&at, index), value)).collect()
            }
            Some(other) => self.wrong_type::<()>(&at, other, "a list").map_or_else(Vec::new, |()| Vec::new()),
        }
    }

    fn text(&mut self, at: &PointerBuf, object: &Map<String, Value>, key: &str) -> Option<String> {
        let at = below(at, key);
        match object.get(key)? {
            Value::String(text) if text.trim().is_empty() => self.push(Code::WrongType, &at, &json!(text), "a name"),
            Value::String(text) => self.checked(&at, text),
            other => self.wrong_type(&at, other, "a text"),
        }
    }

    /// A text that SQL can hold.
    fn checked(&mut self, at: &PointerBuf, text: &str) -> Option<String> {
        if text.contains('\0') {
            return self.push(Code::WrongType, at, &json!(text), "no value has a zero byte in it");
        }
        if text.len() > LONGEST_TEXT {
            let message = format!("a text of more than {LONGEST_TEXT} bytes");
            self.faults.push(Fault::new(Code::TooLarge, at, text.len(), message));
            return None;
        }
        Some(text.to_owned())
    }

    fn flag(&mut self, at: &PointerBuf, object: &Map<String, Value>, key: &str) -> bool {
        match object.get(key) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(other) => self.wrong_type::<bool>(&below(at, key), other, "`true` or `false`").unwrap_or_default(),
        }
    }

    fn word<T: Copy + std::fmt::Display>(
        &mut self,
        at: &PointerBuf,
        given: &Value,
        code: Code,
        of: impl Fn(&str) -> Option<T>,
        all: &[T],
    ) -> Option<T> {
        let Some(word) = given.as_str() else { return self.wrong_type(at, given, "a text") };
        if let Some(known) = of(word) {
            return Some(known);
        }
        let words: Vec<String> = all.iter().map(T::to_string).collect();
        let message = format!("`{word}` is none of {}", words.join(", "));
        let near = similar(word, words.iter().map(String::as_str));
        self.faults.push(
            Fault::new(code, at, given.clone(), message).meant(near.into_iter().map(Value::from), "spelled alike"),
        );
        None
    }

    fn object<'v>(&mut self, at: &PointerBuf, value: &'v Value, keys: &[&str]) -> Option<&'v Map<String, Value>> {
        let Value::Object(object) = value else { return self.wrong_type(at, value, "an object") };
        for key in object.keys().filter(|key| !keys.contains(&key.as_str())) {
            let fault = unknown_key(at, object, key, keys);
            self.faults.push(fault);
        }
        Some(object)
    }

    fn push<T>(&mut self, code: Code, at: &PointerBuf, given: &Value, message: impl Into<String>) -> Option<T> {
        self.faults.push(Fault::new(code, at, given.clone(), message));
        None
    }

    fn wrong_type<T>(&mut self, at: &PointerBuf, given: &Value, expected: &str) -> Option<T> {
        self.push(Code::WrongType, at, given, format!("{} is expected here", expected))
    }
}

fn unknown_key(at: &PointerBuf, object: &Map<String, Value>, key: &str, keys: &[&str]) -> Fault {
    let (path, given) = (below(at, key), object[key].clone());
    let message = format!("`{key}` is read by nothing: the keys here are {}", keys.join(", "));
    let fault = Fault::new(Code::UnknownKey, &path, given.clone(), message);
    if let Some(patch) = direction(at, key, &given, keys).or_else(|| fields(at, object, key, &given)) {
        return fault.mended_by(patch);
    }
    let free = |name: &str| keys.contains(&name) && !object.contains_key(name);
    let meant = key_meant(key).iter().copied().filter(|name| free(name)).map(str::to_owned);
    let near = similar(key, keys.iter().copied()).into_iter().filter(|name| free(name));
    let mut names: Vec<String> = meant.collect();
    if names.is_empty() {
        names.extend(near);
    }
    let only = if let [only] = names.as_slice() { Some(only.clone()) } else { None };
    let mut fault = fault.meant(names.into_iter().map(Value::from), "a key here");
    fault.patch = None;
    match only {
        Some(only) => fault.mended_by(vec![rename(&path, &below(at, &only))]),
        None => fault,
    }
}

/// `direction: "desc"` for `desc: true`.
fn direction(at: &PointerBuf, key: &str, given: &Value, keys: &[&str]) -> Option<Vec<json_patch::PatchOperation>> {
    if !keys.contains(&"desc") || !["direction", "dir", "order", "sort"].contains(&key.to_lowercase().as_str()) {
        return None;
    }
    let desc = match given.as_str()?.to_lowercase().as_str() {
        "desc" | "descending" => true,
        "asc" | "ascending" => false,
        _ => return None,
    };
    let path = below(at, key);
    Some(if desc { vec![remove(&path), add(&below(at, "desc"), json!(true))] } else { vec![remove(&path)] })
}

/// `metrics: ["a"]` beside `select`, for `{"metric": "a"}` in it.
fn fields(
    at: &PointerBuf,
    object: &Map<String, Value>,
    key: &str,
    given: &Value,
) -> Option<Vec<json_patch::PatchOperation>> {
    let of = match key.to_lowercase().as_str() {
        "metrics" | "measures" => "metric",
        "dimensions" => "dimension",
        "columns" | "fields" if object.contains_key("select") => "column",
        _ => return None,
    };
    if !at.is_root() {
        return None;
    }
    let select = below(at, "select");
    let mut patch = vec![remove(&below(at, key))];
    if !object.contains_key("select") {
        patch.push(add(&select, json!([])));
    }
    let elements = given.as_array().cloned().unwrap_or_else(|| vec![given.clone()]);
    for element in elements {
        let item = match element {
            Value::String(name) => json!({ of: name }),
            item @ Value::Object(_) => item,
            _ => return None,
        };
        patch.push(add(&below(&select, "-"), item));
    }
    Some(patch)
}

/// An element of a list, at the end of another.
pub(crate) fn moved(at: &PointerBuf, list: &str, is_there: bool) -> Vec<json_patch::PatchOperation> {
    let list = below(&PointerBuf::root(), list);
    let made = (!is_there).then(|| add(&list, json!([])));
    made.into_iter().chain([rename(at, &below(&list, "-"))]).collect()
}
