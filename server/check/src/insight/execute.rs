//! The level `execute`: the sampled combinations run on the data of the source.
//!
//! One query for each of them tells how many rows there are, how large they are and what is in them (a hash of all rows in
//! order), and it fails where one of the insight's values fails. Rows themselves never leave the engine.

use super::InsightVerdict;
use super::blame::{Failure, choices_finding};
use super::confirm_on_data::{run_by, source_and_tables};
use super::costs::{Ran, cost, over_budget};
use super::impossible_pairs::impossible_pairs;
use super::meant_by_viewers::run_as_viewers;
use super::origin::is_phantom;
use super::plan::{Plan, render};
use super::setting::Setting;
use super::wording::Failures;
use super::wording::{counted, duckdb_says, in_words};
use crate::facts::Known;
use crate::insight::combinations::Combination;
use crate::insight::witness::{Witness, witnesses};
use crate::report::{Finding, Judge};
use viz_facts::{Answer, Question, Reason, SqlError, Unknown};
use viz_project::{Code, ObjectId};
use viz_text::Loc;

/// What came of running a combination: its rows, as numbers and a hash, or the engine's error.
type Outcome = Result<Ran, SqlError>;

/// Runs these combinations. Errors are findings, and so is what shows nothing or changes nothing.
///
/// # Errors
/// If that could not be found out for all of them, or not yet.
pub(super) fn execute_sample(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    among: &[usize],
) -> Result<(), Unknown> {
    let (source, tables) = source_and_tables(setting)?;
    if !setting.composed.dynamic && !source.runs_in_duckdb() {
        return Err(Unknown::new(Reason::SourceDialect, "its query runs in SQLite"));
    }
    let run = |text: String| {
        let (source, tables, sql) = (source.clone(), tables.clone(), counting_query(&text));
        outcome(setting.facts.get(Question::Rows { source, tables, by: run_by(setting), sql, rows: 1, bytes: ANSWER }))
    };
    let texts = among.iter().map(|at| render(setting, plan, &plan.combinations[*at]));
    // All are asked at once.
    let outcomes: Vec<Result<Outcome, Unknown>> = texts.map(|text| run_as_viewers(setting, text, run)).collect();
    let outcomes: Vec<Outcome> = outcomes.into_iter().collect::<Result<_, _>>()?;
    verdict.report.proof.executed = among.len();
    let combinations: Vec<Combination> = among.iter().map(|at| plan.combinations[*at].clone()).collect();
    run_errors(setting, plan, verdict, among, &combinations, &outcomes);
    let ran = || combinations.iter().zip(&outcomes).filter_map(|(one, outcome)| Some((one, outcome.as_ref().ok()?)));
    verdict.report.cost = cost(setting, plan, ran()).map(Box::new);
    verdict.findings.extend(over_budget(setting, plan, ran()));
    if outcomes.iter().all(Result::is_ok) {
        let shown: Vec<&Ran> = outcomes.iter().flatten().collect();
        without_rows(setting, plan, verdict, &combinations, &shown);
        without_effect(setting, plan, &mut verdict.findings, &combinations, &shown);
    }
    Ok(())
}

fn run_errors(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    among: &[usize],
    combinations: &[Combination],
    outcomes: &[Outcome],
) {
    // These have findings at their places already.
    if verdict.findings.iter().any(|finding| matches!(finding.code, Code::CombinationValue | Code::SqlBind)) {
        return;
    }
    let failing: Vec<bool> = outcomes.iter().map(Result::is_err).collect();
    for witness in witnesses(combinations, &failing) {
        let Err(error) = &outcomes[witness.example] else { continue };
        let at = among[witness.example];
        if witness.always {
            // That the viewers' engine groups otherwise was found by running it.
            let said = duckdb_says(setting, error);
            if verdict.findings.iter().any(|found| found.code == Code::BrowserEngine && found.notes.contains(&said)) {
                continue;
            }
            let message = format!("the query of this insight fails when it runs: {}", in_words(setting, error));
            verdict.findings.push(Finding::new(Code::RunError, verdict.report.loc, message));
        } else {
            let exact = plan.is_complete();
            let failure = Failure { spoken: at, example: at, error, judge: Judge::Execute, exact };
            let mut finding = choices_finding(setting, plan, &witness, &failure);
            finding.help = None;
            finding.fix = None;
            verdict.findings.push(finding);
        }
    }
}

/// Choices that show nothing, unless nothing was chosen, or what stands for no option (S-09).
fn without_rows(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    combinations: &[Combination],
    shown: &[&Ran],
) {
    let empty: Vec<bool> = shown.iter().map(|shown| shown.rows == 0).collect();
    if empty.iter().all(|empty| *empty) {
        // Of an insight without inputs that is an error, which is told.
        if !setting.composed.dynamic {
            return;
        }
        let message = match plan.query_inputs.is_empty() {
            true => "this insight shows nothing: its query finds no rows",
            false => "this insight shows nothing, whatever is chosen: its query finds no rows",
        };
        verdict.findings.push(Finding::new(Code::NoRows, verdict.report.loc, message));
        return;
    }
    let pairs = impossible_pairs(setting, plan, combinations, &empty);
    let told = |witness: &Witness| pairs.iter().any(|(inputs, _)| witness.inputs == *inputs);
    for mut witness in witnesses(combinations, &empty).into_iter().filter(|witness| !told(witness)) {
        let chosen = |selection: &Vec<u32>| {
            let states = witness.inputs.iter().zip(selection);
            states.into_iter().all(|(at, state)| {
                let state = &plan.states[*at][*state as usize];
                !state.values.is_empty() && !is_phantom(setting, plan.query_inputs[*at], state)
            })
        };
        let kept: Vec<Vec<u32>> = witness.selections.iter().filter(|selection| chosen(selection)).cloned().collect();
        witness.selections = kept;
        if let (false, Some(loc)) = (witness.selections.is_empty(), read_at(setting, plan, &witness)) {
            let (inputs, selections) = (&witness.inputs, &witness.selections);
            let failures = Failures { inputs, selections, grouped: false, exact: plan.is_complete() };
            let (combinations, words) = counted(setting, plan, &failures);
            let mut finding = Finding::new(Code::NoRows, loc, format!("this insight shows nothing {words}"));
            finding.combinations = Some(combinations);
            verdict.findings.push(finding);
        }
    }
    verdict.findings.extend(pairs.into_iter().map(|(_, finding)| finding));
}

/// Inputs whose choices all show the same, whatever the other inputs are.
fn without_effect(
    setting: &Setting<'_>,
    plan: &Plan,
    findings: &mut Vec<Finding>,
    combinations: &[Combination],
    shown: &[&Ran],
) {
    if !plan.is_complete() || shown.iter().all(|shown| shown.rows == 0) {
        return;
    }
    for input in (0..plan.query_inputs.len()).filter(|input| plan.states[*input].len() > 1) {
        let mut of_others: std::collections::HashMap<Combination, &Ran> = std::collections::HashMap::new();
        let same = combinations.iter().zip(shown).all(|(combination, shown)| {
            let mut others = combination.clone();
            others[input] = 0;
            of_others.entry(others).or_insert(shown).shows_the_same(shown)
        });
        let hole = setting.composed.template.holes().iter().find(|hole| hole.input == plan.query_inputs[input]);
        if let (true, Some(hole)) = (same, hole) {
            let name = setting.project.object(hole.input).name_text();
            let message = format!("`{name}` changes nothing here: all its choices show the same today");
            findings.push(Finding::new(Code::NoChange, hole.loc, message));
        }
    }
}

/// Where the inputs of a witness are read.
fn read_at(setting: &Setting<'_>, plan: &Plan, witness: &Witness) -> Option<Loc> {
    let inputs: Vec<ObjectId> = witness.inputs.iter().map(|at| plan.query_inputs[*at]).collect();
    setting.composed.template.holes().iter().find(|hole| inputs.contains(&hole.input)).map(|hole| hole.loc)
}

/// The query that counts, measures and hashes the rows of another, with DuckDB's own functions: macros of a source may have their
/// names. The hash of a row reads all its values, so none is left out.
fn counting_query(sql: &str) -> String {
    let size = "system.main.sum(system.main.strlen(system.main.row(*COLUMNS(*))::VARCHAR))";
    let hash = "system.main.md5(system.main.string_agg(system.main.hash(viz_rows)::VARCHAR, ','))";
    format!(
        "SELECT system.main.concat(system.main.count_star(), ':', coalesce({size}, 0), ':', coalesce({hash}, '')) FROM (\n{sql}\n) AS viz_rows"
    )
}

/// More bytes than two numbers and a hash take.
const ANSWER: u32 = 1000;

fn outcome(known: Known) -> Result<Outcome, Unknown> {
    let answer = match known {
        Known::Answer(answer, _) => answer,
        Known::Unknown(why) => return Err(why),
        Known::Pending => return Err(Unknown::pending()),
    };
    let strange = || Unknown::new(Reason::Engine, "the engine gave an answer of another kind");
    match &*answer {
        Answer::Rows(Err(error)) => {
            // What stands behind the first line draws a picture of it.
            let message = error.message.lines().next().unwrap_or_default().to_owned();
            Ok(Err(SqlError { message, ..error.clone() }))
        }
        Answer::Rows(Ok(found)) => {
            let text = found.values.first().and_then(|column| column.first()?.as_str()).ok_or_else(strange)?;
            Ok(Ok(Ran::of(found.milliseconds, text).ok_or_else(strange)?))
        }
        _ => Err(strange()),
    }
}
