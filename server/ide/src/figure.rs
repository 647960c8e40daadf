//! What an insight's picture is made of besides its rows: the properties that are no queries, slices, the layout.

use crate::chosen::chosen;
use crate::snapshot::Snapshot;
use viz_check::{Filled, RenderedQuery, Value, node_of, numeric_text, placeholders, static_props};
use viz_facts::{Reason, Unknown};
use viz_project::{Body, Kind, ObjectId, Project, StatementKind};
use viz_sql::Accessor;
use viz_syntax::Plain;

/// All that a figure needs besides rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// `props.type`.
    pub trace: Option<String>,
    /// The properties that are no queries, placeholders replaced (6.6).
    pub statics: Plain,
    /// Path of a property, without `props.` → slice of its column.
    pub slices: Vec<(String, String)>,
    /// Whether the rows are in the order that lines get by default, not one that is written (`R-SQL-10`).
    pub sort: Option<Sort>,
}

/// Who orders the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// An interaction of the insight.
    Written,
    /// The default for lines: by x, and before that by the split.
    Default,
}

/// What is drawn of an insight for some choices, for which this is its query, if it has one.
///
/// # Errors
/// The reason why what stands for a placeholder is not known.
pub fn drawing(snapshot: &Snapshot<'_>, insight: ObjectId, query: Option<&RenderedQuery>) -> Result<Drawing, Unknown> {
    let project = snapshot.project;
    let object = project.object(insight);
    let Body::Insight(body) = &object.body else {
        return Err(Unknown::new(Reason::NoInsight, "there is no insight here"));
    };
    let statics = static_props(project, insight, &|text| fill(snapshot, text))?;
    let slice = |statement: &viz_project::Statement| {
        let range = statement.query.query.slice_range?;
        let path = statement.key.strip_prefix("props.")?;
        Some((path.to_owned(), statement.query.text.slice(range).to_owned()))
    };
    let trace = body.trace_type.as_ref().map(|ty| ty.text.clone());
    let is_sorted = body.statements.iter().any(|statement| statement.kind == StatementKind::Sort);
    let by_default = query.is_some_and(|query| !query.default_order.is_empty()).then_some(Sort::Default);
    let sort = if is_sorted { Some(Sort::Written) } else { by_default };
    Ok(Drawing { trace, statics, slices: body.statements.iter().filter_map(slice).collect(), sort })
}

/// The layout of a chart, as it is written: choices never get into it (S-14).
pub fn layout(project: &Project, chart: ObjectId) -> Option<Plain> {
    if project.object(chart).kind != Kind::Chart {
        return None;
    }
    Some(Plain::of(node_of(project, chart)?.get("layout")?))
}

/// A text with its placeholders replaced (`R-PROP-01`, `R-PROP-02`).
fn fill(snapshot: &Snapshot<'_>, text: &str) -> Filled {
    let mut out = String::new();
    let mut done = 0;
    for (found, id, accessor) in placeholders(snapshot.project, text) {
        let (state, _) = chosen(snapshot, id)?;
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
