//! Value faults: a text where a number is compared (`verdicts.md` §5.6).
//!
//! Binding accepts `price > 'a week'`; only rows make it fail. Each condition with holes is probed on its own over tables
//! that hold one row, so that it is evaluated without any data and whatever other conditions say:
//!
//! * Over a row of NULLs the only thing that can fail is a constant, converted to the type it is compared with. That is a
//!   fault; one real execution of the insight's query with that choice makes it an error, and without one it is a warning.
//! * Over a row of words it is the data that can fail: `code > 5` converts `code`. Numbers in a column of texts are common,
//!   so that is a fault only if one real execution fails, too.
//!
//! Where choices are texts that are compared as a whole, one text that only the type of texts reads speaks for all of them:
//! if it fits, so does every other. Of the elements of a list, the list of all speaks for those that hold less. Else many
//! selections are probed by one query; only if that fails, each on its own.

use super::InsightVerdict;
use super::blame::blame_query;
use super::confirm_on_data::try_on_data;
use super::over_nothing::fails_over_nothing;
use super::pieces::{Piece, piece_of, probed_pieces};
use super::plan::{Plan, filled_part, render};
use super::probes::{
    BATCH, MAX_BYTES, MAX_PROBES, Probed, Probes, condition, conditions, over_words, runs_over_any_row,
};
use super::setting::Setting;
use super::value_blame::blame_values;
use crate::insight::combinations::Combination;
use crate::insight::confirm_on_data::Trial;
use crate::proof::Class;
use crate::report::{Finding, Judge};
use crate::selection::Value;
use indexmap::IndexMap;
use rustc_hash::FxHashMap;
use std::collections::HashSet;
use std::sync::Arc;
use viz_facts::{ProbeRow, ShadowTable, SqlError, Unknown};
use viz_project::Code;
use viz_sql::{Accessor, Hole};
use viz_text::TextRange;

/// No number, date, boolean, list, JSON or whatever; nor are its backslashes escapes of a BLOB.
const NO_TYPE: &str = "\\viz [{(\\";

/// Judges the values of all selections. `Ok` if all of them were probed.
pub(super) fn judge_values(
    setting: &Setting<'_>,
    plan: &Plan,
    findings: &mut Vec<Finding>,
    tables: &Arc<[ShadowTable]>,
) -> Result<(), Unknown> {
    let mut probes = Probes { facts: setting.facts, tables, left: MAX_PROBES, room: MAX_BYTES };
    let mut missing = None;
    let ranges = probed_pieces(setting);
    let fit = take_any_text(setting, plan, tables, &ranges);
    for (range, any_text) in ranges.into_iter().zip(fit) {
        let probed = any_text.and_then(|any_text| {
            probe_piece(setting, plan, findings, &mut probes, &piece_of(setting, plan, range), any_text)
        });
        missing = probed.err().or(missing);
    }
    missing.map_or(Ok(()), Err)
}

/// Data that can't be converted whatever is chosen, such as texts that a join compares with numbers: the whole query
/// is probed once, and if that fails, executed.
pub(super) fn judge_data(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    tables: &Arc<[ShadowTable]>,
    at: usize,
) -> Result<(), Unknown> {
    if verdict.findings.iter().any(|finding| finding.code == Code::CombinationValue) {
        return Ok(());
    }
    let selection = &plan.combinations[at];
    let error = match setting.facts.accepted(over_words(tables, render(setting, plan, selection))) {
        Ok(Err(error)) if error.kind.is_of_values() => error,
        // What reads more than models can only be tried where it runs.
        Err(why) if !why.is_pending() && !setting.composed.dynamic => {
            return match try_on_data(setting, plan, selection, &[], None)? {
                Trial::Fails(error) => {
                    blame_query(setting, plan, verdict, at, &SqlError { offset: None, ..error }, Judge::Values);
                    Ok(())
                }
                Trial::Passes => Ok(()),
                Trial::Untried(_) => Err(why),
            };
        }
        found => return found.map(drop),
    };
    if let Trial::Fails(on_data) = try_on_data(setting, plan, selection, &[], None)? {
        blame_query(setting, plan, verdict, at, &SqlError { message: on_data.message, ..error }, Judge::Values);
    }
    Ok(())
}

/// Which conditions take every text, as far as one can speak for all: many are asked about at once.
fn take_any_text(
    setting: &Setting<'_>,
    plan: &Plan,
    tables: &Arc<[ShadowTable]>,
    ranges: &[TextRange],
) -> Vec<Result<bool, Unknown>> {
    let mut out: Vec<Result<bool, Unknown>> = vec![Ok(false); ranges.len()];
    let texts = ranges.iter().enumerate().filter_map(|(at, range)| Some((at, with_any_text(setting, plan, *range)?)));
    let texts: Vec<(usize, String)> = texts.collect();
    for batch in texts.chunks(BATCH) {
        let together: Vec<&str> = batch.iter().map(|(_, text)| text.as_str()).collect();
        let found = runs_over_any_row(setting.facts, tables, conditions(&together, tables));
        for (at, text) in batch {
            out[*at] = match &found {
                Ok(false) if batch.len() > 1 => runs_over_any_row(setting.facts, tables, condition(text, tables)),
                found => found.clone(),
            };
        }
    }
    out
}

/// A condition with a text of no type where choices are texts that are compared as a whole, if that is all it has.
fn with_any_text(setting: &Setting<'_>, plan: &Plan, range: TextRange) -> Option<String> {
    let fits = |hole: usize| plan.classes.is_compared_text(hole) || is_list(setting, plan, hole);
    let text = |hole: usize, _: &Hole| match is_list(setting, plan, hole) {
        true => format!("'{NO_TYPE}','{NO_TYPE}'"),
        false => NO_TYPE.to_owned(),
    };
    setting
        .composed
        .template
        .holes_within(range)
        .all(fits)
        .then(|| setting.composed.template.render_part(range, text).into_text())
}

/// Whether a hole takes a list of texts, as an `IN` compares.
fn is_list(setting: &Setting<'_>, plan: &Plan, hole: usize) -> bool {
    setting.composed.template.holes()[hole].accessor == Accessor::Values && plan.classes.is_listed(hole)
}

/// Of a condition that compares with lists of one input's choices only: the selection with the longest list, if it
/// speaks for all that is in it.
fn values_spoken_for(
    setting: &Setting<'_>,
    plan: &Plan,
    tables: &Arc<[ShadowTable]>,
    piece: &Piece,
) -> Result<HashSet<String>, Unknown> {
    let none = Ok(HashSet::new());
    let [input] = piece.inputs.as_slice() else { return none };
    let state = |selection: &Combination| &plan.states[*input][selection[*input] as usize];
    let longest = piece.selections.iter().max_by_key(|selection| state(selection).values.len());
    let Some(longest) = longest.filter(|longest| state(longest).values.len() > 2) else { return none };
    if !is_tame(plan, piece, longest)
        || !setting.composed.template.holes_within(piece.range).all(|hole| is_list(setting, plan, hole))
    {
        return none;
    }
    let text = filled_part(setting, plan, piece.range, longest).into_text();
    match runs_over_any_row(setting.facts, tables, condition(&text, tables))? {
        true => Ok(state(longest).values.iter().map(Value::raw).collect()),
        false => none,
    }
}

/// Whether a selection changes nothing in a condition but the content of literals.
fn is_tame(plan: &Plan, piece: &Piece, selection: &Combination) -> bool {
    piece.inputs.iter().all(|at| matches!(plan.classes.of(*at, selection[*at]), Class::Regular(_)))
}

/// Whether a selection puts nothing but numbers into a condition.
fn is_of_numbers(setting: &Setting<'_>, plan: &Plan, piece: &Piece, selection: &Combination) -> bool {
    let holes = setting.composed.template.holes();
    setting
        .composed
        .template
        .holes_within(piece.range)
        .all(|hole| plan.classes.is_number(hole, &plan.value(selection, &holes[hole])))
}

/// Judges one part of the query.
fn probe_piece(
    setting: &Setting<'_>,
    plan: &Plan,
    findings: &mut Vec<Finding>,
    probes: &mut Probes<'_>,
    piece: &Piece,
    any_text: bool,
) -> Result<(), Unknown> {
    let spoken_for = if any_text { HashSet::new() } else { values_spoken_for(setting, plan, probes.tables, piece)? };
    let heard = |selection: &Combination| {
        let state = |at: &usize| &plan.states[*at][selection[*at] as usize];
        let known = |at: &usize| state(at).values.iter().all(|value| spoken_for.contains(&value.raw()));
        any_text || !spoken_for.is_empty() && piece.inputs.iter().all(known)
    };
    let settled = |selection: &Combination| is_tame(plan, piece, selection) && heard(selection);
    let open: Vec<usize> = (0..piece.selections.len()).filter(|at| !settled(&piece.selections[*at])).collect();
    let texts = texts_of(setting, plan, piece, &open);
    let before = probes.left;
    let constants = probes.errors(ProbeRow::Nulls, &texts);
    if constants.as_ref().is_err_and(Unknown::is_pending) {
        // Most will be fine: so both are asked at once.
        let _ = Probes { left: before, ..*probes }.errors(ProbeRow::Words, &texts);
    }
    let constants = constants?;
    judge_constants(setting, plan, findings, piece, open.iter().copied().zip(&constants))?;
    // What failed already, or is no SQL on its own, says nothing about the data.
    let fine: Vec<usize> = (0..open.len()).filter(|at| constants[*at].is_none()).collect();
    let texts: Vec<Probed> = fine.iter().map(|at| texts[*at].clone()).collect();
    let over_words = probes.errors(ProbeRow::Words, &texts)?;
    judge_columns(setting, plan, findings, piece, fine.iter().map(|at| open[*at]).zip(over_words))
}

/// The part's text with each of these selections. The first of numbers of one class speaks for the others.
fn texts_of(setting: &Setting<'_>, plan: &Plan, piece: &Piece, selections: &[usize]) -> Vec<Probed> {
    let mut first: FxHashMap<Vec<Class>, usize> = FxHashMap::default();
    let text = |at: &usize| {
        let selection = &piece.selections[*at];
        let tame = is_tame(plan, piece, selection);
        let speaker = match tame && is_of_numbers(setting, plan, piece, selection) {
            true => {
                let classes = piece.inputs.iter().map(|input| plan.classes.of(*input, selection[*input])).collect();
                &piece.selections[*first.entry(classes).or_insert(*at)]
            }
            false => selection,
        };
        Probed { text: filled_part(setting, plan, piece.range, speaker).into_text(), tame }
    };
    selections.iter().map(text).collect()
}

/// Judges what failed over a row of NULLs: constants. One of them is tried on the data.
fn judge_constants<'a>(
    setting: &Setting<'_>,
    plan: &Plan,
    findings: &mut Vec<Finding>,
    piece: &Piece,
    found: impl Iterator<Item = (usize, &'a Option<SqlError>)>,
) -> Result<(), Unknown> {
    let mut errors: Vec<Option<SqlError>> = vec![None; piece.selections.len()];
    for (at, error) in found {
        errors[at] = error.clone().filter(|error| error.kind.is_of_values());
    }
    if let Some(first) = errors.iter().position(Option::is_some) {
        let trial = try_on_data(setting, plan, &piece.selections[first], &piece.inputs, Some(piece.range))?;
        blame_values(setting, plan, findings, piece, &errors, &trial);
    }
    Ok(())
}

/// Judges what failed over a row of words: columns that are converted. It is a fault if it fails on the data.
fn judge_columns(
    setting: &Setting<'_>,
    plan: &Plan,
    findings: &mut Vec<Finding>,
    piece: &Piece,
    found: impl Iterator<Item = (usize, Option<SqlError>)>,
) -> Result<(), Unknown> {
    let mut errors: Vec<Option<SqlError>> = vec![None; piece.selections.len()];
    let mut trials: IndexMap<String, Trial> = IndexMap::new();
    for (at, error) in found {
        let Some(error) = error.filter(|error| error.kind.is_of_values()) else { continue };
        if fails_over_nothing(setting, plan, piece, &piece.selections[at], &error) {
            errors[at] = Some(error);
            continue;
        }
        // The type that the data are converted to decides, which the message names without quotes.
        let target: String = error.message.split(['\'', '"']).step_by(2).collect();
        let trial = match trials.get(&target) {
            Some(trial) => trial.clone(),
            None => try_on_data(setting, plan, &piece.selections[at], &piece.inputs, None)?,
        };
        if let Trial::Fails(on_data) = &trial {
            errors[at] = Some(SqlError { message: on_data.message.clone(), ..error });
        }
        trials.insert(target, trial);
    }
    if let Some(error) = errors.iter().flatten().next() {
        blame_values(setting, plan, findings, piece, &errors, &Trial::Fails(error.clone()));
    }
    Ok(())
}
