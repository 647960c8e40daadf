//! Spellings that are understood, and how they are written here.

use super::value::{last_part, output};
use super::words::{Agg, Grain, Op, Takes};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Something that was spelled otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Normalized {
    /// Where in the plan that was understood, as a JSON pointer.
    pub path: String,
    /// As it was given.
    pub given: Value,
    /// As it was understood.
    pub written: Value,
}

/// What the names of a plan mean.
pub(crate) trait Names {
    /// The key for a name that is given without one, and the name as the project spells it.
    fn named(&self, name: &str) -> Option<(&'static str, String)>;
    /// A name under a key as the project spells it.
    fn spelled(&self, key: &str, name: &str) -> Option<String>;
    /// A model's name as the project spells it.
    fn model(&self, name: &str) -> Option<String>;
}

/// Mends spellings, and lists them.
pub(crate) struct Speller<'a, N> {
    pub(crate) names: &'a N,
    pub(crate) normalized: Vec<Normalized>,
}

/// A plan that is given as a text.
pub(crate) fn from_text(text: &str) -> Result<Value, serde_json::Error> {
    let text = text.trim();
    let inside =
        text.strip_prefix("```json").or_else(|| text.strip_prefix("```")).and_then(|text| text.strip_suffix("```"));
    serde_json::from_str(inside.unwrap_or(text))
}

impl<N: Names> Speller<'_, N> {
    /// The whole plan.
    pub(crate) fn plan(&mut self, plan: &mut Value) {
        let Value::Object(object) = plan else { return };
        for key in ["where", "having", "group_by", "order_by", "limit", "dry_run"] {
            let says_nothing = |value: &Value| value.is_null() || key != "group_by" && *value == json!([]);
            if object.get(key).is_some_and(says_nothing) {
                object.shift_remove(key);
            }
        }
        self.with(object, "", "from", |this, _, value| {
            value.as_str().and_then(|name| this.names.model(name)).map(Value::from)
        });
        for key in ["select", "where", "having", "group_by", "order_by"] {
            self.as_list(object, key);
        }
        self.each(object, "", "select", Self::item);
        self.each(object, "", "where", |this, at, value| this.filter(at, value));
        let outputs: Vec<String> =
            object.get("select").and_then(Value::as_array).into_iter().flatten().filter_map(output).collect();
        self.each(object, "", "having", |this, at, value| {
            this.by(at, value, &outputs);
            this.filter(at, value);
        });
        self.each(object, "", "group_by", |this, at, value| this.group(at, value, &outputs));
        self.each(object, "", "order_by", |this, at, value| this.order(at, value, &outputs));
        self.with(object, "", "limit", |_, _, value| whole(value));
        self.with(object, "", "dry_run", |_, _, value| flag(value));
    }

    fn item(&mut self, at: &str, value: &mut Value) {
        if let Value::String(text) = value
            && let Some(item) = self.item_of_text(text)
        {
            self.put(at, value, item);
        }
        let Value::Object(object) = value else { return };
        self.operand(at, object);
        self.with(object, at, "round", |_, _, value| whole(value));
        self.each(object, at, "where", |this, at, value| this.filter(at, value));
    }

    /// `region`, `sum(amount)`, `sum(amount) as revenue`.
    fn item_of_text(&self, text: &str) -> Option<Value> {
        let lower = text.to_lowercase();
        let (what, name) = match lower.rfind(" as ") {
            Some(at) => (text.get(..at)?.trim(), text.get(at + 4..).map(str::trim)),
            None => (text.trim(), None),
        };
        let mut item = self.call(what).or_else(|| {
            let (key, name) = self.names.named(what).unwrap_or(("column", what.to_owned()));
            Some(Map::from_iter([(key.to_owned(), Value::from(name))]))
        })?;
        if let Some(name) = name {
            item.insert("as".to_owned(), name.into());
        }
        Some(Value::Object(item))
    }

    /// `sum(amount)`, `count(*)`, `count(distinct id)`.
    fn call(&self, text: &str) -> Option<Map<String, Value>> {
        let (function, rest) = text.split_once('(')?;
        let inside = rest.trim_end().strip_suffix(')')?.trim();
        if inside.contains(['(', ')', ',', ' ']) && !inside.to_lowercase().starts_with("distinct ") {
            return None;
        }
        let agg = Agg::understood(function);
        let mut out = Map::new();
        if matches!(inside, "*" | "") {
            out.insert("agg".to_owned(), agg.filter(|agg| *agg == Agg::Count)?.word().into());
            return Some(out);
        }
        let (agg, column) = match inside.get(..9).filter(|word| word.eq_ignore_ascii_case("distinct ")) {
            Some(_) => (agg.filter(|agg| *agg == Agg::Count).map(|_| Agg::CountDistinct)?, inside[9..].trim()),
            None => (agg?, inside),
        };
        out.insert("agg".to_owned(), agg.word().into());
        let (key, name) = self.names.named(column).unwrap_or(("column", column.to_owned()));
        out.insert(key.to_owned(), name.into());
        Some(out)
    }

    /// What an object names.
    fn operand(&mut self, at: &str, object: &mut Map<String, Value>) {
        if let Some(called) = object.get("column").and_then(Value::as_str).and_then(|text| self.call(text))
            && !object.contains_key("agg")
        {
            let given = object.shift_remove("column").unwrap_or_default();
            self.note(at, given, Value::Object(called.clone()));
            object.extend(called);
        }
        if let Some(called) = object.get("agg").and_then(Value::as_str).and_then(|text| self.call(text))
            && !object.contains_key("column")
        {
            let given = object.shift_remove("agg").unwrap_or_default();
            self.note(at, given, Value::Object(called.clone()));
            object.extend(called);
        }
        if object.contains_key("agg") && object.get("column").is_some_and(|column| column == "*") {
            let given = object.shift_remove("column").unwrap_or_default();
            self.note(&format!("{at}/column"), given, Value::Null);
        }
        self.with(object, at, "agg", |_, _, value| respelled(value, |word| Agg::understood(word).map(Agg::word)));
        self.with(object, at, "grain", |_, _, value| respelled(value, |word| Grain::understood(word).map(Grain::word)));
        for key in ["column", "dimension", "metric"] {
            self.with(object, at, key, |this, _, value| {
                value.as_str().and_then(|name| this.names.spelled(key, name)).map(Value::from)
            });
        }
    }

    fn filter(&mut self, at: &str, value: &mut Value) {
        let Value::Object(object) = value else { return };
        if object.contains_key("any") {
            self.each(object, at, "any", |this, at, value| this.filter(at, value));
            return;
        }
        self.shorthand(at, object);
        self.operand(at, object);
        self.each(object, at, "where", |this, at, value| this.filter(at, value));
        self.comparison(at, object);
    }

    /// `{"region": "West"}` for `{"column": "region", "op": "=", "value": "West"}`.
    fn shorthand(&mut self, at: &str, object: &mut Map<String, Value>) {
        let Some((name, value)) = object.iter().next().filter(|_| object.len() == 1) else { return };
        let Some((key @ ("column" | "dimension"), name)) = self.names.named(name) else { return };
        if ["column", "dimension", "metric", "by", "any", "op", "value", "agg"].contains(&name.as_str())
            || value.is_object()
        {
            return;
        }
        let written = Map::from_iter([
            (key.to_owned(), Value::from(name)),
            ("op".to_owned(), "=".into()),
            ("value".to_owned(), value.clone()),
        ]);
        let given = Value::Object(std::mem::replace(object, written.clone()));
        self.note(at, given, Value::Object(written));
    }

    /// `op` and `value`.
    fn comparison(&mut self, at: &str, object: &mut Map<String, Value>) {
        if !object.contains_key("op") && object.contains_key("value") {
            object.insert("op".to_owned(), "=".into());
            self.note(&format!("{at}/op"), Value::Null, "=".into());
        }
        self.part_of_text(at, object);
        self.with(object, at, "op", |_, _, value| respelled(value, |word| Op::understood(word).map(Op::word)));
        let Some(op) = object.get("op").and_then(Value::as_str).and_then(Op::of) else { return };
        let value = object.get("value").cloned();
        let (meant, put) = match (op, &value) {
            (Op::Equal, Some(Value::Array(_))) => (Op::In, value.clone()),
            (Op::Differs, Some(Value::Array(_))) => (Op::NotIn, value.clone()),
            (Op::Equal, Some(Value::Null)) => (Op::IsNull, None),
            (Op::Differs, Some(Value::Null)) => (Op::IsNotNull, None),
            (Op::IsNull | Op::IsNotNull, Some(Value::Null | Value::Bool(true))) => (op, None),
            (op, Some(Value::Array(one))) if op.takes() == Takes::One && one.len() == 1 => (op, one.first().cloned()),
            (op, Some(one)) if op.takes() == Takes::List && !one.is_array() && !one.is_object() && !one.is_null() => {
                (op, Some(json!([one])))
            }
            (Op::Between, Some(Value::Object(ends))) => match ends_of(ends) {
                Some(two) => (op, Some(two)),
                None => return,
            },
            _ => return,
        };
        if meant != op {
            object.insert("op".to_owned(), meant.word().into());
            self.note(&format!("{at}/op"), op.word().into(), meant.word().into());
        }
        if put != value {
            self.note(&format!("{at}/value"), value.unwrap_or_default(), put.clone().unwrap_or_default());
            match put {
                Some(put) => drop(object.insert("value".to_owned(), put)),
                None => drop(object.shift_remove("value")),
            }
        }
    }

    /// `contains`, `starts with`, `ends with`: patterns.
    fn part_of_text(&mut self, at: &str, object: &mut Map<String, Value>) {
        let (Some(op), Some(text)) =
            (object.get("op").and_then(Value::as_str), object.get("value").and_then(Value::as_str))
        else {
            return;
        };
        let (before, after) = match op.to_lowercase().replace(['_', '-', ' '], "").as_str() {
            "contains" | "includes" => ("%", "%"),
            "startswith" | "beginswith" => ("", "%"),
            "endswith" => ("%", ""),
            _ => return,
        };
        let own = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let written = json!({ "op": "like", "value": format!("{before}{own}{after}") });
        self.note(at, json!({ "op": op, "value": text }), written.clone());
        object.extend(written.as_object().cloned().unwrap_or_default());
    }

    /// In conditions on groups and in orders, a bare name is one of the result's columns.
    fn by(&mut self, at: &str, value: &mut Value, outputs: &[String]) {
        let Value::Object(object) = value else { return };
        let Some(Value::String(name)) = object.get("column") else { return };
        let known = outputs.iter().find(|output| output.eq_ignore_ascii_case(name)).cloned();
        if let Some(name) = known.filter(|_| !object.contains_key("agg") && !object.contains_key("grain")) {
            let given = object.shift_remove("column").unwrap_or_default();
            object.insert("by".to_owned(), name.clone().into());
            self.note(at, json!({ "column": given }), json!({ "by": name }));
        }
    }

    fn group(&mut self, at: &str, value: &mut Value, outputs: &[String]) {
        let name = match &*value {
            Value::String(name) => Some(name.clone()),
            object => output(object),
        };
        let Some(name) = name else { return };
        let spelled = outputs.iter().find(|output| output.eq_ignore_ascii_case(&name));
        let spelled = spelled.or_else(|| outputs.iter().find(|output| output.eq_ignore_ascii_case(last_part(&name))));
        let written = Value::from(spelled.cloned().unwrap_or(name));
        self.put(at, value, written);
    }

    /// `revenue`, `-revenue`, `revenue desc`.
    fn order(&mut self, at: &str, value: &mut Value, outputs: &[String]) {
        if let Value::String(text) = &*value {
            let text = text.trim();
            let (name, desc) = match (text.strip_prefix('-'), text.rsplit_once(' ')) {
                (Some(name), _) => (name, true),
                (None, Some((name, word))) if word.eq_ignore_ascii_case("desc") => (name.trim(), true),
                (None, Some((name, word))) if word.eq_ignore_ascii_case("asc") => (name.trim(), false),
                _ => (text, false),
            };
            let written = if desc { json!({ "by": name, "desc": true }) } else { json!({ "by": name }) };
            self.put(at, value, written);
        }
        self.by(at, value, outputs);
        let Value::Object(object) = value else { return };
        self.operand(at, object);
        self.with(object, at, "desc", |_, _, value| flag(value));
        if object.get("desc").is_some_and(|desc| *desc == json!(false)) {
            object.shift_remove("desc"); // as if it were left out
        }
        self.with(object, at, "by", |_, _, value| {
            let name = value.as_str()?;
            outputs.iter().find(|output| output.eq_ignore_ascii_case(name)).cloned().map(Value::from)
        });
    }

    fn as_list(&mut self, object: &mut Map<String, Value>, key: &str) {
        if object.get(key).is_some_and(|value| value.is_string() || value.is_object()) {
            self.with(object, "", key, |_, _, value| Some(json!([value])));
        }
    }

    fn each(
        &mut self,
        object: &mut Map<String, Value>,
        at: &str,
        key: &str,
        mut of: impl FnMut(&mut Self, &str, &mut Value),
    ) {
        let Some(Value::Array(list)) = object.get_mut(key) else { return };
        for (index, value) in list.iter_mut().enumerate() {
            of(self, &format!("{at}/{key}/{index}"), value);
        }
    }

    fn with(
        &mut self,
        object: &mut Map<String, Value>,
        at: &str,
        key: &str,
        to: impl Fn(&Self, &str, &Value) -> Option<Value>,
    ) {
        let Some(value) = object.get_mut(key) else { return };
        if let Some(written) = to(self, at, value) {
            self.put(&format!("{at}/{key}"), value, written);
        }
    }

    fn put(&mut self, at: &str, value: &mut Value, written: Value) {
        if *value != written {
            let given = std::mem::replace(value, written.clone());
            self.note(at, given, written);
        }
    }

    fn note(&mut self, at: &str, given: Value, written: Value) {
        self.normalized.push(Normalized { path: at.to_owned(), given, written });
    }
}

fn respelled(value: &Value, understood: impl Fn(&str) -> Option<&'static str>) -> Option<Value> {
    value.as_str().and_then(understood).map(Value::from)
}

/// `"20"`, `20.0`.
fn whole(value: &Value) -> Option<Value> {
    let number = match value {
        Value::String(text) => text.trim().parse::<u64>().ok()?,
        Value::Number(number) if number.is_f64() => {
            number.as_f64().filter(|number| number.fract() == 0.0 && (0.0..1e15).contains(number))? as u64
        }
        _ => return None,
    };
    Some(json!(number))
}

/// `"true"`.
fn flag(value: &Value) -> Option<Value> {
    match value.as_str()?.to_lowercase().as_str() {
        "true" | "yes" => Some(json!(true)),
        "false" | "no" => Some(json!(false)),
        _ => None,
    }
}

/// `{"min": 1, "max": 2}`.
fn ends_of(ends: &Map<String, Value>) -> Option<Value> {
    let pairs = [("min", "max"), ("start", "end"), ("from", "to"), ("gte", "lte"), ("low", "high"), ("lower", "upper")];
    let found = pairs.iter().find_map(|(low, high)| Some((ends.get(*low)?, ends.get(*high)?)));
    found.filter(|_| ends.len() == 2).map(|(low, high)| json!([low, high]))
}
