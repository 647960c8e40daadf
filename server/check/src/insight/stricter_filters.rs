//! Conditions that fail in the viewers' engine only, such as `ln(x)` at zero, where they stand beside others: which of them a row meets
//! first is the engine's choice, and it changes while it runs. So each is evaluated on the data for all rows, and what fails is a warning.

use super::InsightVerdict;
use super::confirm_on_data::{run_by, source_and_tables};
use super::in_1_4;
use super::meant_by_viewers::run_as_viewers;
use super::pieces::piece_of;
use super::plan::{Plan, filled_part};
use super::setting::Setting;
use super::wording::{Failures, counted, duckdb_says, subject};
use crate::insight::combinations::Combination;
use crate::report::Finding;
use viz_facts::{Question, SqlError, Unknown};
use viz_project::{Code, Severity};
use viz_sql::engine_1_4::{Meant, reworded};
use viz_sql::{Clause, Placed};
use viz_text::{Loc, TextRange};

/// Selections that are tried, of all filters of an insight.
const MOST_TRIED: usize = 50;

/// Warns of filters that break in the browser for some rows, if no other keeps these away.
///
/// # Errors
/// While that is under way.
pub(super) fn judge_stricter_filters(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
) -> Result<(), Unknown> {
    let wheres: Vec<&Placed> = setting.composed.placed.iter().filter(|placed| placed.clause == Clause::Where).collect();
    if !in_1_4(setting.project, setting.composed) || wheres.is_empty() {
        return Ok(());
    }
    let first = &plan.combinations[0];
    let texts: Vec<String> =
        wheres.iter().map(|placed| filled_part(setting, plan, placed.range, first).into_text()).collect();
    let stricter = |sql: &str| reworded(sql, Meant::All).map_or(Vec::new(), |words| words.stricter().to_vec());
    // A condition that stands alone is judged with the query.
    if !stricter(&format!("SELECT 1 WHERE {}", texts.join("\n AND "))).is_empty() {
        return Ok(());
    }
    let (mut left, mut missing) = (MOST_TRIED, None);
    for (placed, text) in wheres.iter().zip(&texts) {
        if stricter(text).is_empty() {
            continue;
        }
        let piece = piece_of(setting, plan, placed.range);
        let tried = &piece.selections[..piece.selections.len().min(left)];
        left -= tried.len();
        let mut failing = Vec::new();
        for selection in tried {
            match fails_for_viewers(setting, plan, placed.range, selection) {
                Ok(error) => failing.extend(error.map(|error| (selection, error))),
                Err(why) if why.is_pending() => missing = Some(why),
                Err(_) => {}
            }
        }
        let Some((selection, error)) = failing.first() else { continue };
        let filled = filled_part(setting, plan, placed.range, selection);
        let query = &setting.insight.statements[placed.statement].query;
        let whole = query.text.locate(query.query.body).unwrap_or(query.loc);
        let function = stricter(filled.text()).first().copied();
        let loc: Loc = function.and_then(|range| filled.mapped().locate(range)).unwrap_or(whole);
        let of_inputs = |selection: &Combination| piece.inputs.iter().map(|at| selection[*at]).collect();
        let selections: Vec<Vec<u32>> = failing.iter().map(|(selection, _)| of_inputs(selection)).collect();
        let exact = tried.len() == piece.selections.len();
        let failures = Failures { inputs: &piece.inputs, selections: &selections, grouped: false, exact };
        let counts = (failing.len() < tried.len()).then(|| counted(setting, plan, &failures));
        let when = counts.as_ref().map(|(_, words)| format!(" {words}")).unwrap_or_default();
        let name = function.map(|range| &filled.text()[range]).unwrap_or_default();
        let message = format!(
            "{} may break in the browser{when}: its engine, DuckDB 1.4, fails where `{name}` has no result, and may ask that before the other conditions",
            subject(setting, loc)
        );
        let mut finding = Finding::new(Code::BrowserEngine, loc, message);
        finding.severity = Severity::Warning;
        finding.combinations = counts.map(|(combinations, _)| combinations);
        finding.notes.push(duckdb_says(setting, error));
        finding.help = Some("ask in order: `case when … then … end` evaluates only the branch that is taken".into());
        verdict.findings.push(finding);
    }
    missing.map_or(Ok(()), Err)
}

/// The error of a condition that the viewers' engine doesn't evaluate for all rows of today, and the linked one does.
fn fails_for_viewers(
    setting: &Setting<'_>,
    plan: &Plan,
    condition: TextRange,
    selection: &[u32],
) -> Result<Option<SqlError>, Unknown> {
    let Some(sql) = evaluating(setting, plan, condition, selection) else { return Ok(None) };
    let (source, tables) = source_and_tables(setting)?;
    let run = |sql: String| {
        let (source, tables) = (source.clone(), tables.clone());
        setting.facts.accepted(Question::Execute { source, tables, by: run_by(setting), materialized: false, sql })
    };
    let taken = reworded(&sql, Meant::Taken).map_or_else(|| sql.clone(), |words| words.text().to_owned());
    // Both are asked at once.
    let (by_viewers, here) = (run_as_viewers(setting, sql, run), run(taken));
    Ok(by_viewers?.err().filter(|error| error.kind.is_of_values() && matches!(here, Ok(Ok(())))))
}

/// The query that evaluates a condition for all rows, whatever the others say: what is selected, is.
fn evaluating(setting: &Setting<'_>, plan: &Plan, condition: TextRange, selection: &[u32]) -> Option<String> {
    let composed = setting.composed;
    let of = |clause: Clause| composed.placed.iter().filter(move |placed| placed.clause == clause);
    let selected = of(Clause::Select).map(|placed| placed.range.end()).max()?;
    let first = of(Clause::Where).map(|placed| placed.range.start()).min()?;
    let between = filled_part(setting, plan, TextRange::new(selected, first), selection).into_text();
    let from = &between[between.find("\nFROM ")?..between.rfind("\nWHERE")?];
    let condition = filled_part(setting, plan, condition, selection).into_text();
    Some(format!("SELECT max(viz_condition) FROM (SELECT ({condition}\n) AS viz_condition{from}\n) AS viz_rows"))
}
