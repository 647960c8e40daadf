//! The embedded schema: attributes, each different one once, and the way from one to those below it.

use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

static TEXT: &str = include_str!("../schema/plotly.json");

/// The parts of a layout that have a page of their own in plotly's reference.
const LAYOUT_PAGES: &[&str] = &[
    "annotations",
    "coloraxis",
    "geo",
    "images",
    "map",
    "mapbox",
    "polar",
    "scene",
    "selections",
    "shapes",
    "sliders",
    "smith",
    "ternary",
    "updatemenus",
    "xaxis",
    "yaxis",
];

/// The schema, read at the first call.
pub fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> =
        LazyLock::new(|| serde_json::from_str(TEXT).expect("a test reads the embedded file"));
    &SCHEMA
}

/// What plotly knows.
#[derive(Debug, Deserialize)]
pub struct Schema {
    version: String,
    traces: BTreeMap<String, u32>,
    about: BTreeMap<String, u32>,
    layout: u32,
    texts: Vec<String>,
    nodes: Vec<Attribute>,
}

/// Where a path of attributes starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root<'a> {
    /// A trace of this type.
    Trace(&'a str),
    /// A layout.
    Layout,
}

/// What sort of value an attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Attributes of its own.
    Object,
    /// A list of objects.
    List,
    /// Numbers or texts, one per point.
    DataArray,
    /// One of some constants.
    Enumerated,
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// Degrees, or `auto`.
    Angle,
    /// A text.
    String,
    /// A colour.
    Color,
    /// A list of colours.
    Colorlist,
    /// The name of a colour scale, or a list of levels and colours.
    Colorscale,
    /// The name of an axis or another subplot.
    Subplotid,
    /// Words joined by `+`.
    Flaglist,
    /// A list whose items have a meaning by their position.
    InfoArray,
    /// Anything.
    Any,
}

/// A value in the schema.
#[derive(Debug, Deserialize)]
#[serde(from = "serde_json::Value")]
pub enum Constant {
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Any text of this form.
    Pattern(Pattern),
}

impl From<serde_json::Value> for Constant {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Bool(value) => Constant::Boolean(value),
            serde_json::Value::String(text) if text.starts_with("/^") && text.ends_with("$/") => {
                Constant::Pattern(text.into())
            }
            serde_json::Value::String(text) => Constant::Text(text),
            value => Constant::Number(value.as_f64().unwrap_or(f64::NAN)),
        }
    }
}

/// The items of a list.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Items {
    /// Every item is the same.
    Each(u32),
    /// One for each position.
    ByPosition(Vec<u32>),
}

/// An attribute.
#[derive(Debug, Deserialize)]
pub struct Attribute {
    /// What sort of value it has.
    #[serde(rename = "type")]
    pub ty: ValueType,
    /// Whether it may also be a list of such values, one per point.
    #[serde(default)]
    pub list: bool,
    /// What plotly takes when it is absent or not understood.
    pub default: Option<serde_json::Value>,
    /// The smallest number.
    pub min: Option<f64>,
    /// The largest number.
    pub max: Option<f64>,
    /// The constants of an enumeration; of others, those that are usual.
    #[serde(default)]
    pub values: Vec<Constant>,
    /// The words of a list of flags.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Values that stand alone.
    #[serde(default)]
    pub extras: Vec<Constant>,
    /// What the name of a subplot looks like.
    pattern: Option<Pattern>,
    /// The items of a list.
    pub items: Option<Items>,
    /// Whether a list may have any length.
    #[serde(default)]
    pub free: bool,
    /// Whether it is a list of lists.
    pub dimensions: Option<u8>,
    /// Whether further ones are told apart by numbers: `xaxis2`.
    #[serde(default)]
    pub numbered: bool,
    #[serde(default)]
    keys: BTreeMap<String, u32>,
    text: Option<u32>,
}

impl Schema {
    /// The version of plotly that it is of.
    pub fn version(&'static self) -> &'static str {
        &self.version
    }

    /// The types of traces that the project format takes, in alphabetical order.
    pub fn traces(&'static self) -> impl Iterator<Item = &'static str> {
        self.traces.keys().map(String::as_str)
    }

    /// What a type of trace shows, in Markdown.
    pub fn about(&'static self, trace: &str) -> &'static str {
        self.about.get(trace).map_or("", |at| &self.texts[*at as usize])
    }

    /// The attributes of a trace or layout.
    pub fn root(&'static self, root: Root<'_>) -> Option<&'static Attribute> {
        let at = match root {
            Root::Trace(name) => *self.traces.get(name)?,
            Root::Layout => self.layout,
        };
        Some(&self.nodes[at as usize])
    }

    /// The attribute of this name: of an object, or of the objects in a list.
    pub fn child(&'static self, of: &'static Attribute, key: &str) -> Option<&'static Attribute> {
        let object = self.object(of)?;
        if let Some(at) = object.keys.get(key) {
            return Some(&self.nodes[*at as usize]);
        }
        let base = key.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = &key[base.len()..];
        let counts = !number.is_empty() && !number.starts_with('0') && number != "1";
        let found = &self.nodes[*object.keys.get(base).filter(|_| counts)? as usize];
        found.numbered.then_some(found)
    }

    /// The attribute at the end of a path; positions in lists are no part of it.
    pub fn find<'a>(
        &'static self,
        root: Root<'_>,
        path: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'static Attribute> {
        path.into_iter().try_fold(self.root(root)?, |at, key| self.child(at, key))
    }

    /// The names and attributes of an object, or of the objects in a list, in alphabetical order.
    pub fn children(&'static self, of: &'static Attribute) -> impl Iterator<Item = (&'static str, &'static Attribute)> {
        let keys = self.object(of).map(|object| &object.keys);
        keys.into_iter().flatten().map(|(name, at)| (name.as_str(), &self.nodes[*at as usize]))
    }

    /// What a list holds at a position; `None` beyond its end or if it is no list.
    pub fn item(&'static self, of: &'static Attribute, position: usize) -> Option<&'static Attribute> {
        let at = match of.items.as_ref()? {
            Items::Each(at) => at,
            Items::ByPosition(all) if of.free => all.get(position % all.len().max(1))?,
            Items::ByPosition(all) => all.get(position)?,
        };
        Some(&self.nodes[*at as usize])
    }

    /// The place in plotly's reference of the attribute at the end of a path; below a list, of the list.
    pub fn link(&'static self, root: Root<'_>, path: &[&str]) -> String {
        let mut known = Vec::new();
        let mut at = self.root(root);
        for key in path {
            at = at.and_then(|of| self.child(of, key));
            known.push(key.trim_end_matches(|c: char| c.is_ascii_digit() && at.is_some_and(|at| at.numbered)));
            if at.is_none_or(|at| at.ty == ValueType::List) {
                break;
            }
        }
        let (page, start) = match (root, known.first()) {
            (Root::Trace(name), _) => (name.to_owned(), name),
            (Root::Layout, Some(first)) if LAYOUT_PAGES.contains(first) => (format!("layout/{first}"), "layout"),
            (Root::Layout, _) => ("layout".to_owned(), "layout"),
        };
        let anchor: String = known.iter().map(|key| format!("-{key}")).collect();
        let anchor = if anchor.is_empty() { String::new() } else { format!("#{start}{anchor}") };
        format!("https://plotly.com/javascript/reference/{page}/{anchor}")
    }

    /// What an attribute is for, in Markdown.
    pub fn text(&'static self, of: &'static Attribute) -> &'static str {
        of.text.map_or("", |at| &self.texts[at as usize])
    }

    /// The object itself, or the one that a list consists of.
    fn object(&'static self, of: &'static Attribute) -> Option<&'static Attribute> {
        match of.ty {
            ValueType::Object => Some(of),
            ValueType::List => self.item(of, 0),
            _ => None,
        }
    }
}

impl Attribute {
    /// Whether a text names a subplot of this sort: `x2`, `scene`.
    pub(crate) fn names_subplot(&self, text: &str) -> bool {
        if let Some(pattern) = &self.pattern {
            return pattern.matches(text);
        }
        let base = self.default.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
        let Some(number) = text.strip_prefix(base) else { return false };
        number.is_empty()
            || (number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0') && number != "1")
    }
}

impl Constant {
    /// The text, unless it is a pattern.
    pub fn word(&self) -> Option<&str> {
        match self {
            Constant::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether a text is this one, or is of this pattern.
    pub(crate) fn is_text(&self, text: &str) -> bool {
        match self {
            Constant::Text(own) => own == text,
            Constant::Pattern(pattern) => pattern.matches(text),
            _ => false,
        }
    }
}

impl std::fmt::Display for Constant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Constant::Boolean(value) => write!(f, "{value}"),
            Constant::Number(value) => write!(f, "{value}"),
            Constant::Text(text) => f.write_str(text),
            Constant::Pattern(pattern) => f.write_str(pattern.source()),
        }
    }
}

/// A regular expression between slashes, compiled when first used.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl From<String> for Pattern {
    fn from(source: String) -> Self {
        Self { source, compiled: OnceLock::new() }
    }
}

impl Pattern {
    /// As plotly writes it, between slashes.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    fn matches(&self, text: &str) -> bool {
        let compile = || Regex::new(self.source.trim_matches('/')).ok();
        self.compiled.get_or_init(compile).as_ref().is_some_and(|pattern| pattern.is_match(text))
    }
}
