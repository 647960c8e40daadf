//! Tools as plain values.

use crate::answer::{Answer, faults};
use crate::plan::{Code, Fault};
use crate::session::Session;
use jsonptr::PointerBuf;
use serde_json::{Map, Value, json};
use viz_project::similar;

/// Something that an assistant can ask for.
#[derive(Clone, Copy)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, for assistants.
    pub description: &'static str,
    /// The JSON Schema of its arguments: a closed object.
    pub input: fn() -> Value,
    /// Whether it changes nothing, whatever is allowed.
    pub reads_only: bool,
    run: fn(&mut Session<'_>, &Arguments) -> Answer,
}

impl Tool {
    /// A tool that changes nothing.
    pub(crate) const fn reading(
        name: &'static str,
        title: &'static str,
        description: &'static str,
        input: fn() -> Value,
        run: fn(&mut Session<'_>, &Arguments) -> Answer,
    ) -> Self {
        Self { name, title, description, input, reads_only: true, run }
    }

    /// A tool that changes files of the project where that is allowed and asked for.
    pub(crate) const fn writing(
        name: &'static str,
        title: &'static str,
        description: &'static str,
        input: fn() -> Value,
        run: fn(&mut Session<'_>, &Arguments) -> Answer,
    ) -> Self {
        Self { reads_only: false, ..Self::reading(name, title, description, input, run) }
    }

    /// Whether a call with these arguments wants to change files.
    pub fn writes(&self, arguments: &Value) -> bool {
        !self.reads_only && arguments["apply"] == true
    }

    /// The answer to these arguments, which holds no value that is to be hidden, and is no larger than an answer may be.
    pub fn call(&self, session: &mut Session<'_>, arguments: &Value) -> Answer {
        let answer = match Arguments::read(&(self.input)(), arguments) {
            Ok(arguments) => (self.run)(session, &arguments),
            Err(wrong) => faults(&wrong),
        };
        answer.finished(session.project)
    }
}

/// The arguments of a call, of which each has the type that the schema says.
pub(crate) struct Arguments(Map<String, Value>);

impl Arguments {
    fn read(schema: &Value, given: &Value) -> Result<Self, Vec<Fault>> {
        let root = PointerBuf::root();
        let empty = json!({});
        let given = if given.is_null() { &empty } else { given };
        let Value::Object(object) = given else {
            return Err(vec![Fault::new(Code::WrongType, &root, given.clone(), "the arguments are an object")]);
        };
        let properties = &schema["properties"];
        let names: Vec<&str> = properties.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let mut wrong = Vec::new();
        for (name, value) in object {
            let at = root.with_trailing_token(name);
            let Some(property) = properties.get(name) else {
                let message = format!("there is no argument `{name}`: {}", told(&names));
                let near = similar(name, names.iter().copied()).into_iter().map(Value::from);
                let mut fault = Fault::new(Code::UnknownKey, &at, value.clone(), message).meant(near, "spelled alike");
                fault.patch = None;
                wrong.push(fault);
                continue;
            };
            if let Some(expected) = property["type"].as_str().filter(|expected| !is(value, expected)) {
                wrong.push(Fault::new(
                    Code::WrongType,
                    &at,
                    value.clone(),
                    format!("`{name}` is of the type {expected}"),
                ));
            } else if let Some(words) = property["enum"].as_array().filter(|words| !words.contains(value)) {
                let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
                let message = format!("`{name}` is one of {}", words.join(", "));
                wrong.push(Fault::new(Code::WrongType, &at, value.clone(), message));
            }
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                let message = format!("the argument `{name}` is missing: {}", told(&names));
                wrong.push(Fault::new(Code::MissingKey, &root.with_trailing_token(name), Value::Null, message));
            }
        }
        if wrong.is_empty() { Ok(Self(object.clone())) } else { Err(wrong) }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.as_u64()
    }
}

fn told(names: &[&str]) -> String {
    if names.is_empty() { "it takes none".to_owned() } else { format!("it takes {}", names.join(", ")) }
}

/// Whether a value is of a type. A plan may be a text, which is read.
fn is(value: &Value, expected: &str) -> bool {
    match expected {
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_object() || value.is_string(),
    }
}
