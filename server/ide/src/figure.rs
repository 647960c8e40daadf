//! What an insight's picture is made of besides its rows: the properties that are no queries, slices, the layout.

use crate::choices::Choices;
use crate::cursor::nodes::node_at;
use viz_check::{Value, numeric_text};
use viz_facts::{FactStore, Unknown};
use viz_project::{Body, Kind, ObjectId, Project, Resolution, StatementKind, Target};
use viz_sql::Accessor;
use viz_syntax::{Node, NodeKind, RefForm, Reference, Typed, query_string, references};
use viz_text::TextRange;

/// A value of YAML as the reference's loader sees it.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    /// Nothing.
    Null,
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Plain>),
    /// Keys with their values, in the order of the text.
    Mapping(Vec<(String, Plain)>),
}

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// `props.type`.
    pub trace: Option<String>,
    /// The properties that are no queries, placeholders replaced (6.6).
    pub statics: Plain,
    /// Path of a property, without `props.` → slice of its column.
    pub slices: Vec<(String, String)>,
    /// Whether the rows are in the order that 2.1 gives to lines, not one that is written (`R-SQL-10`).
    pub sort: Option<Sort>,
}

/// Who orders the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// An interaction of the insight.
    Written,
    /// The default for lines: by x.
    Default,
}

/// What is drawn of an insight for some choices.
///
/// # Errors
/// The reason why what stands for a placeholder is not known.
pub fn drawing(
    project: &Project,
    facts: &FactStore,
    choices: &Choices,
    insight: ObjectId,
    now: chrono::NaiveDateTime,
) -> Result<Drawing, Unknown> {
    let object = project.object(insight);
    let Body::Insight(body) = &object.body else { return Err(Unknown::new("no-insight", "there is no insight here")) };
    let fill = Fill { project, facts, choices, now };
    let statics = static_props(project, insight, &|text| fill.text(text))?;
    let slice = |statement: &viz_project::Statement| {
        let range = statement.query.query.slice_range?;
        let path = statement.key.strip_prefix("props.")?;
        Some((path.to_owned(), statement.query.text.slice(range).to_owned()))
    };
    let trace = body.trace_type.as_ref().map(|ty| ty.text.clone());
    let lines = body.mode.as_ref().is_some_and(|mode| mode.contains("lines"));
    let scatter = matches!(trace.as_deref(), Some("scatter" | "scattergl"));
    let has_x = body.statements.iter().any(|statement| statement.key == "props.x");
    let sort = if body.statements.iter().any(|statement| statement.kind == StatementKind::Sort) {
        Some(Sort::Written)
    } else {
        (lines && scatter && has_x && project.target() == Target::V2_1).then_some(Sort::Default)
    };
    Ok(Drawing { trace, statics, slices: body.statements.iter().filter_map(slice).collect(), sort })
}

/// The layout of a chart, as it is written: choices never get into it (S-14).
pub fn layout(project: &Project, chart: ObjectId) -> Option<Plain> {
    if project.object(chart).kind != Kind::Chart {
        return None;
    }
    Some(plain(node(project, chart)?.get("layout")?))
}

/// The properties of an insight that are no queries, with the placeholders in their texts as they are stored for the
/// browser: `${region.value}` (`R-ACC-01`).
pub fn stored_props(project: &Project, insight: ObjectId) -> Plain {
    let stored = |text: &str| {
        let mut out = String::new();
        let mut done = 0;
        for (found, id, accessor) in placeholders(project, text) {
            out.push_str(&text[done..found.start().into()]);
            out.push_str(&format!("${{{}.{}}}", project.object(id).name_text(), accessor.name()));
            done = found.end().into();
        }
        out.push_str(&text[done..]);
        Ok(Plain::Text(out))
    };
    static_props(project, insight, &stored).unwrap_or(Plain::Null)
}

/// What an object's text says at these keys, as the reference's loader sees it.
pub fn written(project: &Project, id: ObjectId, keys: &[&str]) -> Option<Plain> {
    keys.iter().try_fold(node(project, id)?, |node, key| node.get(key)).map(plain)
}

fn static_props(project: &Project, insight: ObjectId, text: &dyn Fn(&str) -> Filled) -> Result<Plain, Unknown> {
    match node(project, insight).and_then(|node| node.get("props")) {
        Some(props) => Ok(statics(props, text)?.unwrap_or(Plain::Null)),
        None => Ok(Plain::Null),
    }
}

/// The places of inputs' accessors in a text.
fn placeholders(project: &Project, text: &str) -> Vec<(TextRange, ObjectId, Accessor)> {
    let placeholder = |found: Reference| {
        let Resolution::Object(id) = project.names().resolve(&found.name) else { return None };
        let Body::Input(_) = &project.object(id).body else { return None };
        Some((found.range, id, Accessor::parse(found.path.as_deref()?)?))
    };
    let found = references(text).into_iter().filter(|found| found.form == RefForm::Context);
    found.filter_map(placeholder).collect()
}

fn node(project: &Project, id: ObjectId) -> Option<Node<'_>> {
    let (file, range) = project.resolve(project.object(id).loc)?;
    node_at(&project.file(file).document, range)
}

fn plain(node: Node<'_>) -> Plain {
    match node.kind() {
        NodeKind::Mapping => {
            let entries = node.entries().filter(|entry| !entry.duplicate);
            Plain::Mapping(entries.map(|entry| (entry.name().to_owned(), plain(entry.value))).collect())
        }
        NodeKind::Sequence => Plain::List(node.items().map(plain).collect()),
        NodeKind::Scalar => scalar(node),
        NodeKind::Alias | NodeKind::Error => Plain::Null,
    }
}

fn scalar(node: Node<'_>) -> Plain {
    let Some(scalar) = node.scalar() else { return Plain::Null };
    match scalar.resolved() {
        Typed::Null => Plain::Null,
        Typed::Bool(value) => Plain::Boolean(value),
        Typed::Int(value) => Plain::Number(value as f64),
        Typed::Float(value) => Plain::Number(value),
        _ => Plain::Text(scalar.value().to_owned()),
    }
}

struct Fill<'a> {
    project: &'a Project,
    facts: &'a FactStore,
    choices: &'a Choices,
    now: chrono::NaiveDateTime,
}

/// What becomes of a text with placeholders.
type Filled = Result<Plain, Unknown>;

/// A node without its queries; `None` for a query, and for a list that holds one (`R-INS-02`). `fill` says what becomes of
/// texts with placeholders.
fn statics(node: Node<'_>, fill: &dyn Fn(&str) -> Filled) -> Result<Option<Plain>, Unknown> {
    Ok(Some(match node.kind() {
        NodeKind::Mapping => {
            let mut out = Vec::new();
            for entry in node.entries().filter(|entry| !entry.duplicate) {
                let value = statics(entry.value, fill)?;
                out.extend(value.map(|value| (entry.name().to_owned(), value)));
            }
            Plain::Mapping(out)
        }
        NodeKind::Sequence => {
            let items: Vec<Option<Plain>> = node.items().map(|item| statics(item, fill)).collect::<Result<_, _>>()?;
            match items.into_iter().collect() {
                Some(items) => Plain::List(items),
                None => return Ok(None),
            }
        }
        NodeKind::Scalar => match node.str() {
            Some(text) if query_string(text).is_some_and(|found| found.is_ok()) => return Ok(None),
            Some(text) if text.contains("${") => fill(text)?,
            _ => scalar(node),
        },
        NodeKind::Alias | NodeKind::Error => Plain::Null,
    }))
}

impl Fill<'_> {
    /// A text with its placeholders replaced (`R-PROP-01`, `R-PROP-02`).
    fn text(&self, text: &str) -> Filled {
        let mut out = String::new();
        let mut done = 0;
        for (found, id, accessor) in placeholders(self.project, text) {
            let (state, _) = self.choices.of(self.project, self.facts, id, self.now)?;
            let value = state.render(accessor);
            if found.start() == 0.into() && usize::from(found.end()) == text.len() {
                return Ok(match (accessor, state.values.as_slice()) {
                    (Accessor::Value | Accessor::First, [Value::Number(number), ..]) => Plain::Number(*number),
                    (Accessor::Last, [.., Value::Number(number)]) => Plain::Number(*number),
                    (Accessor::Min | Accessor::Max, _) if numeric_text(&value).is_some() => {
                        numeric_text(&value).map_or(Plain::Null, Plain::Number)
                    }
                    _ if value == "null" => Plain::Null,
                    _ => Plain::Text(value),
                });
            }
            out.push_str(&text[done..found.start().into()]);
            out.push_str(&value);
            done = found.end().into();
        }
        out.push_str(&text[done..]);
        Ok(match numeric_text(&out).filter(|_| done > 0) {
            Some(number) => Plain::Number(number),
            None => Plain::Text(out),
        })
    }
}
