//! The table as a JSON Schema (draft 7), for editors that know YAML but not this format.
//!
//! It accepts what the table accepts in any version; what depends on other objects (names, kinds behind references) is
//! beyond it.

use super::settings::SETTINGS;
use super::tables::{PROJECT, shape};
use super::types::{Field, Kind, Shape, Type};
use super::{HEIGHTS, INTERACTION_DOCS, PALETTES, RESERVED_KEYS};
use serde_json::{Map, Value, json};

/// A whole query string `?{…}` with an optional slice (2.2).
const QUERY: &str = r"^\?\{[^\n]*\S[^\n]*\}(\[(-?\d+|(-?\d+)?:(-?\d+)?(:-?\d+)?|-?\d+(\s*,\s*-?\d+)+)\])?\s*$";
/// A reference as a whole value (`R-REF-06` to `R-REF-08`): `ref(x)`, `${ref(x)}`, or a path `${project…}`.
const REFERENCE: &str = r#"^(ref\(\s*[A-Za-z0-9\s'"_-]+\s*\)|\$\{\s*ref\([A-Za-z0-9\s'"_-]+\)[.\w\[\]]*\s*\}|\$\{[A-Za-z0-9\s'"_.\[\]-]+\})$"#;
const EVALUATION: &str = r"^\s*>\{[\s\S]*\}\s*$";
const BOOLEAN: &str = "^([Tt]rue|TRUE|[Ff]alse|FALSE|[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF|[01TtFfYyNn])$";

/// The schema of project files and of the files that they include.
pub fn json_schema() -> Value {
    Value::Object(document("Visivo project", &PROJECT))
}

/// The schema of `.viz-lsp.yml`.
pub fn settings_schema() -> Value {
    let mut root = document("Settings of viz-lsp", &SETTINGS);
    root.shift_remove("patternProperties");
    Value::Object(root)
}

/// The schema of files that are such a mapping.
fn document(title: &str, shape: &Shape) -> Map<String, Value> {
    let mut writer = Writer { definitions: Map::new() };
    let mut root = Map::new();
    root.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
    root.insert("title".into(), title.into());
    root.extend(writer.fields(shape, shape.fields, shape.name));
    root.insert("definitions".into(), Value::Object(writer.definitions));
    root
}

struct Writer {
    definitions: Map<String, Value>,
}

impl Writer {
    /// A mapping with these fields and, unless it is open, no others.
    fn fields(&mut self, shape: &Shape, fields: &[Field], owner: &str) -> Map<String, Value> {
        let mut properties = Map::new();
        for field in fields {
            let value = self.field(field, owner);
            if let Some(alias) = field.alias {
                let mut older = value.clone();
                older["description"] = format!("Older spelling of `{}`.", field.name).into();
                older["deprecated"] = true.into();
                properties.insert(alias.into(), older);
            }
            properties.insert(field.name.into(), value);
        }
        let mut out = Map::new();
        out.insert("type".into(), "object".into());
        let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        if !required.is_empty() {
            out.insert("required".into(), required.into());
        }
        out.insert("properties".into(), Value::Object(properties));
        if !shape.open {
            // The loader writes these itself: accepted, and not worth a completion.
            out.insert("patternProperties".into(), json!({ format!("^({})$", RESERVED_KEYS.join("|")): {} }));
            out.insert("additionalProperties".into(), false.into());
        }
        out
    }

    fn field(&mut self, field: &Field, owner: &str) -> Value {
        let path = format!("{owner}-{}", field.name);
        let mut value = self.ty(&field.ty, &path);
        if !field.required && field.default.is_empty() {
            match (field.ty, self.definitions.get_mut(&path)) {
                // Its definition is its own: so a fault is reported at its place, not as "none of these".
                (Type::Mapping(_), Some(definition)) => *definition = or_null(definition.take()),
                _ => value = or_null(value),
            }
        }
        if value.get("$ref").is_some() {
            value = json!({ "allOf": [value] }); // beside `$ref`, draft 7 ignores everything
        }
        value["description"] = description(field).into();
        if let Some(default) = default(field) {
            value["default"] = default;
        }
        value
    }

    fn ty(&mut self, ty: &Type, path: &str) -> Value {
        match *ty {
            Type::Text | Type::Template | Type::EnvironmentText | Type::Expression(_) => json!({ "type": "string" }),
            Type::Word => json!({ "type": "string", "pattern": r"\w" }),
            Type::Integer => json!({ "type": ["integer", "string"], "pattern": r"^\s*[-+]?\d+\s*$" }),
            Type::IntegerFrom(..) => self.ty(&Type::Integer, path),
            Type::IntegerBetween(from, to) => {
                json!({ "type": ["integer", "string"], "pattern": r"^\s*[-+]?\d+\s*$", "minimum": from, "maximum": to })
            }
            Type::HexColor => json!({ "type": "string" }),
            Type::Colorway => json!({ "anyOf": [
                { "type": "string", "enum": PALETTES },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            ] }),
            Type::Boolean => {
                json!({ "type": ["boolean", "string", "integer"], "pattern": BOOLEAN, "minimum": 0, "maximum": 1 })
            }
            Type::Choice(words) => json!({ "type": "string", "enum": words }),
            Type::IntegerChoice(numbers) => json!({ "type": "integer", "enum": numbers }),
            Type::Plain => json!({ "type": ["string", "number", "boolean"] }),
            Type::Query(_) => json!({ "type": "string", "pattern": QUERY }),
            Type::Evaluation => json!({ "type": "string", "pattern": EVALUATION }),
            Type::Object(kind) => self.kind(kind),
            Type::SourceOfType(ty) => {
                json!({ "allOf": [self.kind(Kind::Source), { "properties": { "type": { "const": ty } } }] })
            }
            Type::ObjectOrReference(kind, _) => json!({ "anyOf": [reference(), self.kind(kind)] }),
            Type::TableData => {
                let (model, insight) = (self.kind(Kind::Model), self.kind(Kind::Insight));
                json!({ "anyOf": [reference(), {
                    "type": "object", "if": { "required": ["sql"] }, "then": model, "else": insight,
                }] })
            }
            Type::MarkdownItem => json!({ "anyOf": [{ "type": "string" }, self.kind(Kind::Markdown)] }),
            Type::List(item) => json!({ "type": "array", "items": self.ty(item, path) }),
            Type::Mapping(shape) => {
                self.define(path.to_owned(), |writer| Value::Object(writer.fields(shape, shape.fields, path)))
            }
            Type::Options => json!({ "anyOf": [
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
                { "type": "string", "pattern": QUERY },
            ] }),
            Type::DefaultValues => json!({ "anyOf": [
                { "type": "array", "items": { "type": ["string", "number", "boolean"] } },
                { "type": "string", "enum": ["all", "none"] },
                { "type": "string", "pattern": QUERY },
            ] }),
            Type::Props => json!({
                "type": "object", "required": ["type"], "properties": { "type": { "type": "string" } },
            }),
            Type::Layout => json!({ "type": "object" }),
            Type::Interaction => self.define("interaction".into(), |_| {
                let property = |(key, doc): &(&str, &str)| {
                    let value = json!({ "type": ["string", "null"], "pattern": QUERY, "description": doc });
                    ((*key).to_owned(), value)
                };
                let properties: Map<String, Value> = INTERACTION_DOCS.iter().map(property).collect();
                json!({ "type": "object", "properties": properties })
            }),
            Type::Height => json!({ "anyOf": [{ "enum": HEIGHTS }, { "type": "integer", "minimum": 1 }] }),
            Type::Level => json!({ "type": ["integer", "string"] }),
            Type::Anything => json!({}),
        }
    }

    fn define(&mut self, name: String, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.definitions.contains_key(&name) {
            self.definitions.insert(name.clone(), Value::Null); // rows hold items, and items rows
            let value = make(self);
            self.definitions.insert(name.clone(), value);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn kind(&mut self, kind: Kind) -> Value {
        self.define(kind.name().to_owned(), |writer| match kind {
            Kind::Dashboard => writer.by_key(kind, &["href", "template"]),
            Kind::Model => writer.by_key(kind, &["args", "models"]),
            _ => writer.shape(shape(kind, |_| false), kind.name()),
        })
    }

    /// A kind whose fields depend on which keys there are.
    fn by_key(&mut self, kind: Kind, keys: &[&str]) -> Value {
        let plain = self.shape(shape(kind, |_| false), kind.name());
        keys.iter().rev().fold(plain, |other, key| {
            let own = self.shape(shape(kind, |has| has == *key), &format!("{}-{key}", kind.name()));
            json!({ "type": "object", "if": { "required": [key] }, "then": own, "else": other })
        })
    }

    fn shape(&mut self, shape: &Shape, owner: &str) -> Value {
        let Some(variants) = &shape.variants else { return Value::Object(self.fields(shape, shape.fields, owner)) };
        let mut cases = Vec::new();
        for (name, more) in variants.cases {
            let fields: Vec<Field> = shape.fields.iter().chain(*more).copied().collect();
            let owner = format!("{owner}-{name}");
            let case = self.define(owner.clone(), |writer| Value::Object(writer.fields(shape, &fields, &owner)));
            let is_case = json!({ "required": [variants.key], "properties": { variants.key: { "const": name } } });
            cases.push(json!({ "if": is_case, "then": case }));
        }
        let deciding = shape.fields.iter().find(|field| field.name == variants.key);
        let deciding = deciding.map_or(Value::Null, |field| self.field(field, owner));
        json!({
            "type": "object",
            "required": [variants.key],
            "properties": { variants.key: deciding },
            "allOf": cases,
        })
    }
}

fn reference() -> Value {
    json!({ "type": "string", "pattern": REFERENCE })
}

/// Null stands for an absent value.
fn or_null(mut value: Value) -> Value {
    if let Some(words) = value.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    if let Some(types) = value.get_mut("type") {
        *types = match types.take() {
            Value::Array(mut types) => {
                types.push("null".into());
                Value::Array(types)
            }
            one => json!([one, "null"]),
        };
    } else if let Some(choices) = value.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.push(json!({ "type": "null" }));
    } else if value.as_object().is_some_and(|members| !members.is_empty()) {
        value = json!({ "anyOf": [value, { "type": "null" }] });
    }
    value
}

fn description(field: &Field) -> String {
    match field.versions.words() {
        Some(versions) => format!("{} ({versions})", field.doc),
        None => field.doc.to_owned(),
    }
}

fn default(field: &Field) -> Option<Value> {
    let text = field.default;
    Some(match field.ty {
        _ if text.is_empty() => return None,
        Type::Integer | Type::IntegerFrom(..) | Type::IntegerChoice(_) => text.parse::<i64>().ok()?.into(),
        Type::Boolean => (text == "true").into(),
        _ => text.into(),
    })
}
