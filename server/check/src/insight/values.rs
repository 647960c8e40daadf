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

use super::{InsightVerdict, Run};
use crate::inputs::states::Value;
use crate::insight::combinations::Combination;
use crate::insight::confirm_on_data::Trial;
use crate::proof::Class;
use crate::report::{Finding, Judge};
use indexmap::IndexMap;
use rustc_hash::FxHashMap;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use viz_facts::{ProbeRow, Question, Reason, ShadowTable, SqlError, SqlErrorKind, Unknown};
use viz_project::{Code, StatementKind};
use viz_sql::{Accessor, Hole, Nesting, tokenize};
use viz_text::TextRange;

/// Maximum number of selections of one insight to probe one by one; if there are more, values are not judged. Also the maximum
/// number of combinations of inputs that meet in one condition; if there are more, each input is probed alone.
const MAX_PROBES: usize = 2_000;

/// Selections in one query.
const BATCH: usize = 200;

/// No number, date, boolean, list, JSON or whatever; nor are its backslashes escapes of a BLOB.
const NO_TYPE: &str = "\\viz [{(\\";

/// A part of the query with one selection.
#[derive(Clone)]
struct Probed {
    text: String,
    /// Whether it changes nothing that stands beside it in one query.
    tame: bool,
}

/// A part of the query, and the selections that it depends on.
pub(super) struct Piece {
    pub range: TextRange,
    /// Positions of its inputs.
    pub inputs: Vec<usize>,
    /// Selections of all inputs; the others have their initial states.
    pub selections: Vec<Combination>,
}

impl Run<'_> {
    /// Judges the values of all selections. `Ok` if all of them were probed.
    pub(super) fn values(&self, findings: &mut Vec<Finding>, tables: &Arc<[ShadowTable]>) -> Result<(), Unknown> {
        let (mut left, mut missing) = (MAX_PROBES, None);
        let ranges = self.probed_pieces();
        let fit = self.take_any_text(tables, &ranges);
        for (range, any_text) in ranges.into_iter().zip(fit) {
            let probed = any_text
                .and_then(|any_text| self.probe_piece(findings, tables, &self.piece(range), any_text, &mut left));
            missing = probed.err().or(missing);
        }
        missing.map_or(Ok(()), Err)
    }

    /// The question whether a query runs over a row of words.
    pub(super) fn over_words(&self, tables: &Arc<[ShadowTable]>, sql: String) -> Question {
        Question::Probe { tables: Arc::clone(tables), row: ProbeRow::Words, sql }
    }

    /// Data that can't be converted whatever is chosen, such as texts that a join compares with numbers: the whole query
    /// is probed once, and if that fails, executed.
    pub(super) fn data(
        &self,
        verdict: &mut InsightVerdict,
        tables: &Arc<[ShadowTable]>,
        at: usize,
    ) -> Result<(), Unknown> {
        if verdict.findings.iter().any(|finding| finding.code == Code::CombinationValue) {
            return Ok(());
        }
        let selection = &self.combinations[at];
        let error = match self.facts.accepted(self.over_words(tables, self.render(selection)))? {
            Err(error) if error.kind == SqlErrorKind::Conversion => error,
            _ => return Ok(()),
        };
        if let Trial::Fails(on_data) = self.on_data(selection, &[])? {
            self.always(verdict, at, &SqlError { message: on_data.message, ..error }, Judge::Values);
        }
        Ok(())
    }

    /// The selections to probe: all of those that matter if they are few enough, else those of each input alone.
    fn piece(&self, range: TextRange) -> Piece {
        let holes = &self.composed.template.holes()[self.composed.template.holes_within(range)];
        let inputs: BTreeSet<usize> =
            holes.iter().filter_map(|hole| self.positions.get(&hole.input)).copied().collect();
        let inputs: Vec<usize> = inputs.into_iter().collect();
        let counts: Vec<usize> = inputs.iter().map(|at| self.states[*at].len()).collect();
        let product = counts.iter().fold(1_usize, |product, count| product.saturating_mul(*count));
        let joint = inputs.len() == 1 || product <= MAX_PROBES;
        let mut selections = vec![vec![0; self.query_inputs.len()]];
        for (at, count) in inputs.iter().zip(&counts) {
            let more = |selection: &Combination| {
                let selection = selection.clone();
                (0..*count as u32).map(move |state| {
                    let mut next = selection.clone();
                    next[*at] = state;
                    next
                })
            };
            selections = match joint {
                true => selections.iter().flat_map(more).collect(),
                false => {
                    let alone: Vec<Combination> = more(&vec![0; self.query_inputs.len()]).skip(1).collect();
                    selections.into_iter().chain(alone).collect()
                }
            };
        }
        Piece { range, inputs, selections }
    }

    /// The pieces of statements that compare or compute with choices: conditions are taken apart at their ANDs, so that
    /// one that can't be probed keeps no other from it.
    pub(super) fn probed_pieces(&self) -> Vec<TextRange> {
        let mut seen = std::collections::HashSet::new();
        let judged = |kind| kind != StatementKind::Sort;
        let holes = |range: &TextRange| !self.composed.template.holes_within(*range).is_empty();
        let placed =
            self.composed.placed.iter().filter(|placed| {
                judged(self.insight.statements[placed.statement].kind) && seen.insert(placed.statement)
            });
        placed.flat_map(|placed| self.conjuncts(placed.range)).filter(holes).collect()
    }

    /// The operands of the ANDs at the top of an expression.
    fn conjuncts(&self, range: TextRange) -> Vec<TextRange> {
        let Ok(tokens) = tokenize(&self.composed.template.plain()[range]) else { return vec![range] };
        let mut out = Vec::new();
        let (mut nesting, mut between, mut start) = (Nesting::default(), false, range.start());
        for token in &tokens {
            nesting.step(token);
            match nesting.is_top() {
                // An OR beside the ANDs: they are no conditions of their own.
                true if token.is_word("or") => return vec![range],
                true if token.is_word("between") => between = true,
                true if token.is_word("and") && between => between = false,
                true if token.is_word("and") => {
                    out.push(TextRange::new(start, range.start() + token.range.start()));
                    start = range.start() + token.range.end();
                }
                _ => {}
            }
        }
        out.push(TextRange::new(start, range.end()));
        out
    }

    /// Which conditions take every text, as far as one can speak for all: many are asked about at once.
    fn take_any_text(&self, tables: &Arc<[ShadowTable]>, ranges: &[TextRange]) -> Vec<Result<bool, Unknown>> {
        let mut out: Vec<Result<bool, Unknown>> = vec![Ok(false); ranges.len()];
        let texts = ranges.iter().enumerate().filter_map(|(at, range)| Some((at, self.with_any_text(*range)?)));
        let texts: Vec<(usize, String)> = texts.collect();
        for batch in texts.chunks(BATCH) {
            let together: Vec<&str> = batch.iter().map(|(_, text)| text.as_str()).collect();
            let found = self.runs_over_any_row(tables, conditions(&together, tables));
            for (at, text) in batch {
                out[*at] = match &found {
                    Ok(false) if batch.len() > 1 => self.runs_over_any_row(tables, condition(text, tables)),
                    found => found.clone(),
                };
            }
        }
        out
    }

    /// A condition with a text of no type where choices are texts that are compared as a whole, if that is all it has.
    fn with_any_text(&self, range: TextRange) -> Option<String> {
        let fits = |hole: usize| self.classes.is_compared_text(hole) || self.is_list(hole);
        let text = |hole: usize, _: &Hole| match self.is_list(hole) {
            true => format!("'{NO_TYPE}','{NO_TYPE}'"),
            false => NO_TYPE.to_owned(),
        };
        self.composed
            .template
            .holes_within(range)
            .all(fits)
            .then(|| self.composed.template.render_part(range, text).into_text())
    }

    /// Whether a hole takes a list of texts, as an `IN` compares.
    fn is_list(&self, hole: usize) -> bool {
        self.composed.template.holes()[hole].accessor == Accessor::Values && self.classes.is_listed(hole)
    }

    fn runs_over_any_row(&self, tables: &Arc<[ShadowTable]>, sql: String) -> Result<bool, Unknown> {
        let [over_nulls, over_words] = [ProbeRow::Nulls, ProbeRow::Words]
            .map(|row| self.facts.accepted(Question::Probe { tables: Arc::clone(tables), row, sql: sql.clone() }));
        Ok(over_nulls?.is_ok() && over_words?.is_ok())
    }

    /// Of a condition that compares with lists of one input's choices only: the selection with the longest list, if it
    /// speaks for all that is in it.
    fn spoken_for(&self, tables: &Arc<[ShadowTable]>, piece: &Piece) -> Result<HashSet<String>, Unknown> {
        let none = Ok(HashSet::new());
        let [input] = piece.inputs.as_slice() else { return none };
        let state = |selection: &Combination| &self.states[*input][selection[*input] as usize];
        let longest = piece.selections.iter().max_by_key(|selection| state(selection).values.len());
        let Some(longest) = longest.filter(|longest| state(longest).values.len() > 2) else { return none };
        if !self.is_tame(piece, longest)
            || !self.composed.template.holes_within(piece.range).all(|hole| self.is_list(hole))
        {
            return none;
        }
        let text = self.filled_part(piece.range, longest).into_text();
        match self.runs_over_any_row(tables, condition(&text, tables))? {
            true => Ok(state(longest).values.iter().map(Value::raw).collect()),
            false => none,
        }
    }

    /// Whether a selection changes nothing in a condition but the content of literals.
    fn is_tame(&self, piece: &Piece, selection: &Combination) -> bool {
        piece.inputs.iter().all(|at| matches!(self.classes.of(*at, selection[*at]), Class::Regular(_)))
    }

    /// Whether a selection puts nothing but numbers into a condition.
    fn is_of_numbers(&self, piece: &Piece, selection: &Combination) -> bool {
        let holes = self.composed.template.holes();
        self.composed
            .template
            .holes_within(piece.range)
            .all(|hole| self.classes.is_number(hole, &self.value(selection, &holes[hole])))
    }

    fn probe_piece(
        &self,
        findings: &mut Vec<Finding>,
        tables: &Arc<[ShadowTable]>,
        piece: &Piece,
        any_text: bool,
        left: &mut usize,
    ) -> Result<(), Unknown> {
        let spoken_for = if any_text { HashSet::new() } else { self.spoken_for(tables, piece)? };
        let tame = |selection: &Combination| self.is_tame(piece, selection);
        let heard = |selection: &Combination| {
            let state = |at: &usize| &self.states[*at][selection[*at] as usize];
            let known = |at: &usize| state(at).values.iter().all(|value| spoken_for.contains(&value.raw()));
            any_text || !spoken_for.is_empty() && piece.inputs.iter().all(known)
        };
        let settled = |selection: &Combination| tame(selection) && heard(selection);
        let open: Vec<usize> = (0..piece.selections.len()).filter(|at| !settled(&piece.selections[*at])).collect();
        // The first of numbers of one class speaks for the others.
        let mut first: FxHashMap<Vec<Class>, usize> = FxHashMap::default();
        let text = |at: &usize| {
            let selection = &piece.selections[*at];
            let speaker = match tame(selection) && self.is_of_numbers(piece, selection) {
                true => {
                    let classes = piece.inputs.iter().map(|input| self.classes.of(*input, selection[*input])).collect();
                    &piece.selections[*first.entry(classes).or_insert(*at)]
                }
                false => selection,
            };
            Probed { text: self.filled_part(piece.range, speaker).into_text(), tame: tame(selection) }
        };
        let texts: Vec<Probed> = open.iter().map(text).collect();
        let mut before = *left;
        let constants = self.probe(tables, ProbeRow::Nulls, &texts, left);
        if constants.as_ref().is_err_and(Unknown::is_pending) {
            // Most will be fine: so both are asked at once.
            let _ = self.probe(tables, ProbeRow::Words, &texts, &mut before);
        }
        let constants = constants?;
        let is_conversion =
            |error: &Option<SqlError>| error.as_ref().is_some_and(|error| error.kind == SqlErrorKind::Conversion);
        let mut errors: Vec<Option<SqlError>> = vec![None; piece.selections.len()];
        for (at, error) in open.iter().zip(&constants).filter(|(_, error)| is_conversion(error)) {
            errors[*at] = error.clone();
        }
        if let Some(first) = errors.iter().position(Option::is_some) {
            let trial = self.on_data(&piece.selections[first], &piece.inputs)?;
            self.blame_values(findings, piece, &errors, &trial);
        }
        // What failed already, or is no SQL on its own, says nothing about the data.
        let fine: Vec<usize> = (0..open.len()).filter(|at| constants[*at].is_none()).collect();
        let texts: Vec<Probed> = fine.iter().map(|at| texts[*at].clone()).collect();
        let data = self.probe(tables, ProbeRow::Words, &texts, left)?;
        let mut errors: Vec<Option<SqlError>> = vec![None; piece.selections.len()];
        let mut trials: IndexMap<String, Trial> = IndexMap::new();
        for (at, error) in fine.iter().map(|at| open[*at]).zip(data) {
            let Some(error) = error.filter(|error| error.kind == SqlErrorKind::Conversion) else { continue };
            // The type that the data are converted to decides, which the message names without quotes.
            let target: String = error.message.split(['\'', '"']).step_by(2).collect();
            let trial = match trials.get(&target) {
                Some(trial) => trial.clone(),
                None => self.on_data(&piece.selections[at], &piece.inputs)?,
            };
            if let Trial::Fails(on_data) = &trial {
                errors[at] = Some(SqlError { message: on_data.message.clone(), ..error });
            }
            trials.insert(target, trial);
        }
        if let Some(error) = errors.iter().flatten().next() {
            self.blame_values(findings, piece, &errors, &Trial::Fails(error.clone()));
        }
        Ok(())
    }

    /// The error of each text over tables with one row.
    fn probe(
        &self,
        tables: &Arc<[ShadowTable]>,
        row: ProbeRow,
        texts: &[Probed],
        left: &mut usize,
    ) -> Result<Vec<Option<SqlError>>, Unknown> {
        let ask = |sql: String| {
            self.facts.accepted(Question::Probe { tables: Arc::clone(tables), row, sql }).map(Result::err)
        };
        let mut distinct: IndexMap<&str, Option<SqlError>> =
            texts.iter().map(|probed| (probed.text.as_str(), None)).collect();
        let tame: HashSet<&str> =
            texts.iter().filter(|probed| probed.tame).map(|probed| probed.text.as_str()).collect();
        let (together, mut alone): (Vec<&str>, Vec<&str>) = distinct.keys().partition(|text| tame.contains(*text));
        let mut missing = None;
        for (number, batch) in together.chunks(BATCH).enumerate() {
            // If the first ones are bad, so are most.
            if number * BATCH == MAX_PROBES && (missing.is_some() || alone.len() >= *left) {
                missing = missing.or_else(|| Some(too_many()));
                break;
            }
            let all: Vec<String> = batch.iter().map(|text| format!("(({text}\n)) IS NULL")).collect();
            match ask(format!("SELECT {} FROM {}", all.join(",\n"), names(tables))) {
                Ok(None) => {}
                Ok(Some(_)) => alone.extend(batch),
                Err(why) => missing = Some(why),
            }
        }
        if alone.len() > *left {
            missing = Some(too_many());
            alone.truncate(*left);
        }
        *left -= alone.len();
        for text in alone {
            match ask(condition(text, tables)) {
                Ok(error) => drop(distinct.insert(text, error)),
                Err(why) => missing = Some(why),
            }
        }
        match missing {
            Some(why) => Err(why),
            None => Ok(texts.iter().map(|probed| distinct[probed.text.as_str()].clone()).collect()),
        }
    }
}

/// The question whether a query runs over a row of NULLs.
pub(super) fn probed_over_nulls(tables: &Arc<[ShadowTable]>, sql: String) -> Question {
    Question::Probe { tables: Arc::clone(tables), row: ProbeRow::Nulls, sql }
}

/// The query that evaluates a condition and nothing else.
pub(super) fn condition(text: &str, tables: &[ShadowTable]) -> String {
    conditions(&[text], tables)
}

fn conditions(texts: &[&str], tables: &[ShadowTable]) -> String {
    let all: Vec<String> = texts.iter().map(|text| format!("({text}\n)")).collect();
    format!("SELECT {} FROM {}", all.join(", "), names(tables))
}

fn too_many() -> Unknown {
    let why = format!("more than {MAX_PROBES} selections may not fit: the values of the others are not judged");
    Unknown::new(Reason::TooManyValues, why)
}

fn names(tables: &[ShadowTable]) -> String {
    tables.iter().map(|table| format!("\"{}\"", table.name)).collect::<Vec<_>>().join(", ")
}
