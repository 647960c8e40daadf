//! Lines whose points come in no order that anybody gave them: 2.2 orders fewer of them than 2.1 did (`R-SQL-10`).

use super::setting::Setting;
use crate::report::Finding;
use viz_project::{Code, Rule, Statement, StatementKind};

/// A line without a sort that 2.2 orders by chance (S-58) or not at all, though its `mode` asks for a line (S-57).
pub(super) fn line_order(setting: &Setting<'_>) -> Option<Finding> {
    let (insight, target) = (setting.insight, setting.project.target());
    let trace = insight.trace_type.as_ref().map(|ty| ty.text.as_str());
    let sorted = insight.statements.iter().any(|statement| statement.kind == StatementKind::Sort);
    let bound = |key: &str| insight.statements.iter().find(|statement| statement.key == key);
    if !target.has(Rule::TypedLinesOrdered)
        || !matches!(trace, Some("scatter" | "scattergl"))
        || sorted
        || !setting.composed.default_order.is_empty()
        || bound("props.mode").is_some()
    {
        return None;
    }
    let x = bound("props.x")?;
    let named = insight.mode.as_ref().map(|mode| mode.contains("lines"));
    let several = setting.composed.models.len() > 1;
    let message = match (several, named) {
        (true, None | Some(true)) => {
            "whether the points of this line are in the order of x is a matter of chance: the insight reads several models (S-58)"
        }
        (false, Some(true)) => {
            "the points of this line are in no order: 2.2 orders them by an x that is a plain number, date or time, and by no other (S-57)"
        }
        _ => return None,
    };
    let loc = x.query.text.locate(x.query.query.body).unwrap_or(x.query.loc);
    let mut finding = Finding::new(Code::LineOrder, loc, message);
    finding.help = Some("add a `sort` to the interactions".into());
    finding.rule = Some(Rule::TypedLinesOrdered);
    Some(finding)
}

/// Names the rule where a query fails because lines are ordered by a constant (R-SQL-10d): a number is a place among the columns, a text is
/// nothing at all.
pub(super) fn name_the_order(setting: &Setting<'_>, findings: &mut [Finding]) {
    if setting.composed.default_order.is_empty() || !setting.project.target().has(Rule::TypedLinesOrdered) {
        return;
    }
    let ordered = |statement: &&Statement| statement.kind == StatementKind::Split || statement.key == "props.x";
    let constant = |statement: &&Statement| {
        let body = statement.query.body().trim();
        body.starts_with(|c: char| c == '\'' || c == '-' || c.is_ascii_digit()) && !body.contains("${")
    };
    for statement in setting.insight.statements.iter().filter(ordered).filter(constant) {
        let whole = statement.query.loc;
        let within = |finding: &&mut Finding| finding.code == Code::SqlBind && whole.contains(finding.loc);
        for finding in findings.iter_mut().filter(within) {
            finding.rule = Some(Rule::TypedLinesOrdered);
            finding.notes.push("where no `sort` is written, 2.2 orders a line by its split and x (R-SQL-10)".into());
            let help = || "add a `sort`, set `mode: markers`, or write an expression, such as `2 + 0` (S-47)".into();
            finding.help.get_or_insert_with(help);
        }
    }
}
