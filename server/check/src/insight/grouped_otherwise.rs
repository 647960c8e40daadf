//! Operators that the viewers' engine groups otherwise than the one that is linked: `a and b ->> 'c'` is `(a and b) ->> 'c'` to it.

use super::blame::error_loc;
use super::confirm_on_data::{Trial, try_on_data};
use super::in_1_4;
use super::plan::{Plan, filled};
use super::setting::Setting;
use super::wording::{duckdb_says, plain_names, subject};
use crate::report::Finding;
use viz_facts::{SqlError, SqlErrorKind, Unknown};
use viz_project::{Code, Fix, Severity};
use viz_sql::engine_1_4::{Regrouped, regrouped};
use viz_text::shorten::shorten;
use viz_text::{Loc, TextRange};

/// Maximum number of letters of an expression that is shown.
const SHOWN: usize = 60;

/// Says where the viewers' engine groups otherwise: an error if it then fails on the data, else a warning, because it means
/// something else there.
///
/// # Errors
/// While that is under way.
pub(super) fn judge_groups(
    setting: &Setting<'_>,
    plan: &Plan,
    findings: &mut Vec<Finding>,
    combination: usize,
) -> Result<(), Unknown> {
    let in_1_4 = in_1_4(setting.project, setting.composed);
    let Some(found) = in_1_4.then(|| first(setting, plan, combination)).flatten() else { return Ok(()) };
    let error = match try_on_data(setting, plan, &plan.combinations[combination], &[], None)? {
        Trial::Fails(error) => Some(error),
        Trial::Passes | Trial::Untried(_) => None,
    };
    findings.push(told(setting, plan, combination, found, error.as_ref()));
    Ok(())
}

/// That a text is grouped otherwise, and what comes of it.
pub(super) fn finding(
    setting: &Setting<'_>,
    plan: &Plan,
    combination: usize,
    error: Option<&SqlError>,
) -> Option<Finding> {
    first(setting, plan, combination).map(|found| told(setting, plan, combination, found, error))
}

fn told(setting: &Setting<'_>, plan: &Plan, combination: usize, found: Regrouped, error: Option<&SqlError>) -> Finding {
    let filled = filled(setting, plan, &plan.combinations[combination]);
    let (text, mapped) = (filled.text(), filled.mapped());
    let loc = mapped.locate(found.operator).unwrap_or_else(|| {
        let error = SqlError {
            kind: SqlErrorKind::Parser,
            message: String::new(),
            offset: Some(found.operator.start().into()),
            length: Some(found.operator.len().into()),
            candidates: Vec::new(),
        };
        error_loc(setting, plan, combination, &error)
    });
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = |range: TextRange| shorten(&one_line(&plain_names(setting, &text[range])), SHOWN).to_string();
    let effect = if error.is_some() { "breaks in the browser" } else { "means something else in the browser" };
    let message = format!(
        "{} {effect}: to its engine, DuckDB 1.4, `{}` is one operand of `{}`",
        subject(setting, loc),
        shown(found.operand),
        &text[found.operator],
    );
    let mut finding = Finding::new(Code::BrowserEngine, loc, message);
    if error.is_none() {
        finding.severity = Severity::Warning;
    }
    finding.notes.extend(error.map(|error| duckdb_says(setting, error)));
    finding.help = Some(format!("put parentheses around `{}`", shown(found.meant)));
    let at = |loc: Loc, offset| Loc::new(loc.segment, TextRange::empty(offset));
    finding.fix = mapped.locate(found.meant).map(|loc| Fix {
        title: "put parentheses around it".into(),
        edits: vec![(at(loc, loc.range.start()), "(".into()), (at(loc, loc.range.end()), ")".into())],
        safe: false,
    });
    finding
}

/// The first operand that only the viewers' engine has. A sign before a value is no operand that anything else takes.
fn first(setting: &Setting<'_>, plan: &Plan, combination: usize) -> Option<Regrouped> {
    let filled = filled(setting, plan, &plan.combinations[combination]);
    let mut found = regrouped(filled.text());
    let is_signed = |found: &Regrouped| {
        found.operand.start() > found.operator.start() && found.inner.start() == found.operand.start()
    };
    found.retain(|found| !is_signed(found));
    found.into_iter().min_by_key(|found| found.operator.start())
}
