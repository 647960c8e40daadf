//! What is written in YAML, as JSON.

use serde_json::{Map, Value};
use viz_facts::js_number;
use viz_syntax::Plain;

/// A value of YAML as JSON. Whole numbers have no point.
pub(crate) fn json(plain: &Plain) -> Value {
    match plain {
        Plain::Null => Value::Null,
        Plain::Boolean(value) => Value::from(*value),
        Plain::Number(number) => serde_json::from_str(&js_number(*number)).unwrap_or(Value::Null),
        Plain::Text(text) => Value::from(text.as_str()),
        Plain::List(items) => Value::Array(items.iter().map(json).collect()),
        Plain::Mapping(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), json(value))).collect())
        }
    }
}

/// An object of these keys in their order.
pub(crate) fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}
