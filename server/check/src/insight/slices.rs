//! Single values picked by slices, against the properties that they are bound to (S-29, D-064).
//!
//! The reference reports a number in a property that only takes texts; the other way round the browser shows nothing,
//! without a word. The types are those that the engine gives the columns of the insight's query.

use super::InsightVerdict;
use super::setting::Setting;
use crate::facts::Known;
use crate::report::Finding;
use viz_facts::{Answer, Column, DataType, Question, ShadowTable, SourceSpec, TypeKind};
use viz_plotly::{Attribute, Constant, Root, ValueType, schema};
use viz_project::{Code, Severity, Statement, StatementKind};
use viz_syntax::Slice;

/// What a column's values are in the browser.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Number,
    Text,
    Boolean,
}

/// Judges the slices of properties. `text` is one rendered query that binds. Types that are not known yield nothing.
pub(super) fn judge_slices(setting: &Setting<'_>, verdict: &mut InsightVerdict, tables: &[ShadowTable], text: &str) {
    let sliced = setting.composed.selected.iter().enumerate().filter_map(|(column, selected)| {
        let statement = setting.insight.statements.get(selected.statement)?;
        Some((column, statement, sliced_property(setting, statement)?))
    });
    let sliced: Vec<(usize, &Statement, &'static Attribute)> = sliced.collect();
    if sliced.is_empty() {
        return;
    }
    let source = SourceSpec::DuckDbMemory { root: setting.project.root.clone() };
    let question = Question::Describe { source, sql: over(tables, text) };
    let Known::Answer(answer, _) = setting.facts.get(question) else { return };
    let Answer::Columns(Ok(columns)) = &*answer else { return };
    for (column, statement, attribute) in sliced {
        if let Some(finding) = columns.get(column).and_then(|column| judge(statement, attribute, column)) {
            verdict.findings.push(finding);
        }
    }
}

/// The property of a statement that picks one value of its column.
fn sliced_property(setting: &Setting<'_>, statement: &Statement) -> Option<&'static Attribute> {
    let one = statement.kind == StatementKind::Prop && matches!(statement.query.query.slice, Some(Slice::Index(_)));
    let path = statement.key.strip_prefix("props.").filter(|path| one && !path.ends_with(']'))?;
    let trace = Root::Trace(&setting.insight.trace_type.as_ref()?.text);
    schema().find(trace, path.split('.').map(|key| key.split('[').next().unwrap_or(key)))
}

/// The query with the tables in it, all of them empty.
fn over(tables: &[ShadowTable], text: &str) -> String {
    let column = |column: &Column| format!("null::{} as {}", column.data_type, viz_sql::quote(&column.name));
    let table = |table: &ShadowTable| {
        let columns: Vec<String> = table.columns.iter().map(column).collect();
        format!("{} as (select {} where false)", viz_sql::quote(&table.name), columns.join(", "))
    };
    let tables: Vec<String> = tables.iter().map(table).collect();
    format!("with {} {text}", tables.join(", "))
}

fn judge(statement: &Statement, attribute: &'static Attribute, column: &Column) -> Option<Finding> {
    let class = class(&column.data_type)?;
    let takes = |constant: fn(&Constant) -> bool| attribute.values.iter().any(constant);
    let fails = match (attribute.ty, class) {
        (ValueType::Any, _) => None,
        (ValueType::DataArray | ValueType::InfoArray | ValueType::Colorlist, _) => Some(Severity::Error),
        (ValueType::String, Class::Number) => (!attribute.list).then_some(Severity::Error),
        (ValueType::String, Class::Boolean) => Some(Severity::Error),
        (ValueType::Flaglist | ValueType::Color | ValueType::Colorscale | ValueType::Subplotid, class) => {
            (class != Class::Text).then_some(Severity::Error)
        }
        (ValueType::Enumerated, Class::Number) => {
            (!takes(|value| matches!(value, Constant::Number(_)))).then_some(Severity::Error)
        }
        (ValueType::Enumerated, Class::Boolean) => {
            (!takes(|value| matches!(value, Constant::Boolean(_)))).then_some(Severity::Error)
        }
        (ValueType::Boolean, class) => (class != Class::Boolean).then_some(Severity::Error),
        (ValueType::Number | ValueType::Integer | ValueType::Angle, Class::Boolean) => Some(Severity::Error),
        // A text of digits is taken for a number.
        (ValueType::Number, Class::Text) => Some(Severity::Warning),
        (ValueType::Integer, Class::Text) => attribute.extras.is_empty().then_some(Severity::Warning),
        _ => None,
    };
    let severity = fails?;
    let slice = statement.query.query.slice_range?;
    let loc = statement.query.text.locate(slice).unwrap_or(statement.query.loc);
    let picked = match class {
        Class::Number => "a number",
        Class::Text => "a text",
        Class::Boolean => "a boolean",
    };
    let name = statement.key.strip_prefix("props.").unwrap_or(&statement.key);
    let unless = if severity == Severity::Warning { ": nothing is shown unless it reads as one" } else { "" };
    let message = format!(
        "`{}` gives {picked} (`{}`), and `{name}` must be {}{unless} (S-29)",
        statement.query.text.slice(slice),
        column.data_type,
        attribute.expected()
    );
    let mut finding = Finding::new(Code::SliceType, loc, message);
    finding.severity = severity;
    finding.help = match (attribute.ty, class) {
        (ValueType::DataArray | ValueType::InfoArray | ValueType::Colorlist, _) => Some("remove the slice".into()),
        (ValueType::String, _) => Some("make it a text: `cast(… as varchar)`".into()),
        (ValueType::Number | ValueType::Integer, Class::Text) => Some("make it a number: `cast(… as double)`".into()),
        _ => None,
    };
    Some(finding)
}

/// The class of a type; `None` for dates, lists and all else.
fn class(ty: &DataType) -> Option<Class> {
    match ty.kind() {
        _ if ty.is_number() => Some(Class::Number),
        TypeKind::Text => Some(Class::Text),
        TypeKind::Boolean => Some(Class::Boolean),
        _ => None,
    }
}
