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
//! Many selections are probed by one query; only if it fails, each on its own.

use super::wording::Failures;
use super::{InsightVerdict, Run};
use crate::combinations::Combination;
use crate::facts::{Known, pending};
use crate::proof::Class;
use crate::report::{Finding, Judge, Severity};
use crate::witness::{Witness, witnesses};
use indexmap::IndexMap;
use sqlparser::tokenizer::Token;
use std::collections::HashSet;
use viz_facts::{Answer, ProbeRow, QueryTable, Question, ShadowTable, SqlError, SqlErrorKind, Unknown};
use viz_project::StatementKind;
use viz_sql::{Hole, Role, model_query, name_hash, tokenize, upper_null};
use viz_text::{TextRange, TextSize};

/// Selections of one insight that are probed one by one; beyond that values are not judged. Of inputs that meet in one
/// condition so many combinations are probed; beyond that each input alone.
const MAX_PROBES: usize = 2_000;

/// Selections in one query.
const BATCH: usize = 200;

/// What a suspected selection turned out to be.
#[derive(Clone)]
enum Trial {
    /// It fails on the data.
    Fails(SqlError),
    /// It does not, today.
    Passes,
    /// It could not be tried.
    Untried(Unknown),
}

/// A part of the query with one selection.
#[derive(Clone)]
struct Probed {
    text: String,
    /// Whether it changes nothing that stands beside it in one query.
    tame: bool,
}

/// A part of the query, and the selections that it depends on.
struct Piece {
    range: TextRange,
    /// Positions of its inputs.
    inputs: Vec<usize>,
    /// Selections of all inputs; the others have their initial states.
    selections: Vec<Combination>,
}

impl Run<'_> {
    /// Judges the values of all selections. `Ok` if all of them were probed.
    pub(super) fn values(&self, verdict: &mut InsightVerdict, tables: &[ShadowTable]) -> Result<(), Unknown> {
        let mut left = MAX_PROBES;
        let mut missing = None;
        for range in self.probed_pieces() {
            let piece = self.piece(range);
            missing = self.probe_piece(verdict, tables, &piece, &mut left).err().or(missing);
        }
        missing.map_or(Ok(()), Err)
    }

    /// Data that can't be converted whatever is chosen, such as texts that a join compares with numbers: the whole query
    /// is probed once, and if that fails, executed.
    pub(super) fn data(&self, verdict: &mut InsightVerdict, tables: &[ShadowTable], at: usize) -> Result<(), Unknown> {
        if verdict.findings.iter().any(|finding| finding.code == "combination-value") {
            return Ok(());
        }
        verdict.counters.casts += 1;
        let question = Question::Probe { tables: tables.to_vec(), row: ProbeRow::Words, sql: self.render(at) };
        let error = match self.facts.get(&question) {
            Known::Answer(answer, _) => match &*answer {
                Answer::Accepted(Err(error)) if error.kind == SqlErrorKind::Conversion => error.clone(),
                _ => return Ok(()),
            },
            Known::Unknown(why) => return Err(why),
            Known::Pending => return Err(pending()),
        };
        if let Trial::Fails(on_data) = self.execute(verdict, &self.combinations[at])? {
            self.always(verdict, at, &SqlError { message: on_data.message, ..error }, Judge::Values);
        }
        Ok(())
    }

    /// The selections to probe: all of those that matter if they are few enough, else those of each input alone.
    fn piece(&self, range: TextRange) -> Piece {
        let holes: Vec<&Hole> =
            self.composed.template.holes().iter().filter(|hole| range.contains_range(hole.range)).collect();
        let inputs: Vec<usize> = (0..self.query_inputs.len())
            .filter(|at| holes.iter().any(|hole| hole.input == self.query_inputs[*at]))
            .collect();
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
    fn probed_pieces(&self) -> Vec<TextRange> {
        let mut seen = std::collections::HashSet::new();
        let judged = |kind| kind != StatementKind::Sort;
        let holes =
            |range: &TextRange| self.composed.template.holes().iter().any(|hole| range.contains_range(hole.range));
        let placed =
            self.composed.placed.iter().filter(|placed| {
                judged(self.insight.statements[placed.statement].kind) && seen.insert(placed.statement)
            });
        placed.flat_map(|placed| self.conjuncts(placed.range)).filter(holes).collect()
    }

    /// The operands of the ANDs at the top of an expression.
    fn conjuncts(&self, range: TextRange) -> Vec<TextRange> {
        // Words of the holes' own lengths keep all offsets.
        let plain = self.composed.template.fill(|_, hole| "v".repeat(hole.range.len().into()));
        let Ok(tokens) = tokenize(&plain[range]) else { return vec![range] };
        let mut out = Vec::new();
        let (mut depth, mut between, mut start) = (0_i32, false, range.start());
        for token in &tokens {
            match &token.token {
                Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
                Token::RParen | Token::RBracket | Token::RBrace => depth -= 1,
                _ if token.is_word("case") => depth += 1,
                _ if token.is_word("end") => depth -= 1,
                // An OR beside the ANDs: they are no conditions of their own.
                _ if depth == 0 && token.is_word("or") => return vec![range],
                _ if depth == 0 && token.is_word("between") => between = true,
                _ if depth == 0 && token.is_word("and") && between => between = false,
                _ if depth == 0 && token.is_word("and") => {
                    out.push(TextRange::new(start, range.start() + token.range.start()));
                    start = range.start() + token.range.end();
                }
                _ => {}
            }
        }
        out.push(TextRange::new(start, range.end()));
        out
    }

    fn probe_piece(
        &self,
        verdict: &mut InsightVerdict,
        tables: &[ShadowTable],
        piece: &Piece,
        left: &mut usize,
    ) -> Result<(), Unknown> {
        let text = |selection: &Combination| Probed {
            text: self.filled(piece.range, &self.fill_states(selection)),
            tame: selection
                .iter()
                .enumerate()
                .all(|(at, state)| matches!(self.classes.of(at, *state), Class::Regular(_))),
        };
        let texts: Vec<Probed> = piece.selections.iter().map(text).collect();
        let constants = self.probe(verdict, tables, ProbeRow::Nulls, &texts, left)?;
        let conversion =
            |error: &Option<SqlError>| error.as_ref().is_some_and(|error| error.kind == SqlErrorKind::Conversion);
        let failing: Vec<bool> = constants.iter().map(conversion).collect();
        if let Some(first) = failing.iter().position(|fails| *fails) {
            let trial = self.execute(verdict, &piece.selections[first])?;
            let errors: Vec<Option<SqlError>> = constants.clone();
            self.blame_values(verdict, piece, &failing, &errors, &trial);
        }
        // What failed already, or is no SQL on its own, says nothing about the data.
        let rest: Vec<usize> = (0..texts.len()).filter(|at| constants[*at].is_none()).collect();
        let data = self.probe(
            verdict,
            tables,
            ProbeRow::Words,
            &rest.iter().map(|at| texts[*at].clone()).collect::<Vec<_>>(),
            left,
        )?;
        let mut errors: Vec<Option<SqlError>> = vec![None; texts.len()];
        let mut trials: IndexMap<String, Trial> = IndexMap::new();
        for (at, error) in rest.iter().zip(data) {
            let Some(error) = error.filter(|error| error.kind == SqlErrorKind::Conversion) else { continue };
            // The type that the data are converted to decides, which the message names without quotes.
            let target: String = error.message.split(['\'', '"']).step_by(2).collect();
            let trial = match trials.get(&target) {
                Some(trial) => trial.clone(),
                None => self.execute(verdict, &piece.selections[*at])?,
            };
            if let Trial::Fails(on_data) = &trial {
                errors[*at] = Some(SqlError { message: on_data.message.clone(), ..error });
            }
            trials.insert(target, trial);
        }
        let failing: Vec<bool> = errors.iter().map(Option::is_some).collect();
        if let Some(error) = errors.iter().flatten().next() {
            self.blame_values(verdict, piece, &failing, &errors, &Trial::Fails(error.clone()));
        }
        Ok(())
    }

    /// The error of each text over tables with one row.
    fn probe(
        &self,
        verdict: &mut InsightVerdict,
        tables: &[ShadowTable],
        row: ProbeRow,
        texts: &[Probed],
        left: &mut usize,
    ) -> Result<Vec<Option<SqlError>>, Unknown> {
        let names: Vec<String> = tables.iter().map(|table| format!("\"{}\"", table.name)).collect();
        let from = names.join(", ");
        let mut ask = |sql: String| {
            verdict.counters.casts += 1;
            match self.facts.get(&Question::Probe { tables: tables.to_vec(), row, sql }) {
                Known::Answer(answer, _) => match &*answer {
                    Answer::Accepted(result) => Ok(result.clone().err()),
                    _ => Ok(None),
                },
                Known::Unknown(why) => Err(why),
                Known::Pending => Err(pending()),
            }
        };
        let mut distinct: IndexMap<&str, Option<SqlError>> =
            texts.iter().map(|probed| (probed.text.as_str(), None)).collect();
        let tame: HashSet<&str> =
            texts.iter().filter(|probed| probed.tame).map(|probed| probed.text.as_str()).collect();
        let (together, mut alone): (Vec<&str>, Vec<&str>) = distinct.keys().partition(|text| tame.contains(*text));
        let mut missing = None;
        for batch in together.chunks(BATCH) {
            let all: Vec<String> = batch.iter().map(|text| format!("(({text}\n)) IS NULL")).collect();
            match ask(format!("SELECT {} FROM {from}", all.join(",\n"))) {
                Ok(None) => {}
                Ok(Some(_)) => alone.extend(batch),
                Err(why) => missing = Some(why),
            }
        }
        if alone.len() > *left {
            let why = format!("more than {MAX_PROBES} selections may not fit: the values of the others are not judged");
            missing = Some(Unknown::new("too-many-values", why));
            alone.truncate(*left);
        }
        *left -= alone.len();
        for text in alone {
            match ask(format!("SELECT ({text}\n) FROM {from}")) {
                Ok(error) => drop(distinct.insert(text, error)),
                Err(why) => missing = Some(why),
            }
        }
        match missing {
            Some(why) => Err(why),
            None => Ok(texts.iter().map(|probed| distinct[probed.text.as_str()].clone()).collect()),
        }
    }

    /// The filling of all holes with these states.
    fn fill_states(&self, selection: &[u32]) -> Vec<String> {
        let fill = |hole: &Hole| {
            let at = self.query_inputs.iter().position(|input| *input == hole.input)?;
            Some(self.states[at].get(selection[at] as usize)?.render(hole.accessor))
        };
        self.composed.template.holes().iter().map(|hole| fill(hole).unwrap_or_default()).collect()
    }

    /// A part of the template with its holes filled, as the browser renders it.
    pub(super) fn filled(&self, range: TextRange, values: &[String]) -> String {
        let text = self.composed.template.text();
        let mut out = String::new();
        let mut done = range.start();
        for (hole, value) in
            self.composed.template.holes().iter().zip(values).filter(|(hole, _)| range.contains_range(hole.range))
        {
            out.push_str(text.slice(TextRange::new(done, hole.range.start())));
            out.push_str(value);
            done = hole.range.end();
        }
        out.push_str(text.slice(TextRange::new(done, range.end())));
        upper_null(&out)
    }

    /// Runs the insight's query with one selection on the source's data. `Err` while that is under way.
    fn execute(&self, verdict: &mut InsightVerdict, selection: &[u32]) -> Result<Trial, Unknown> {
        let values = self.fill_states(selection);
        let sql = self.composed.template.render(|index, _| values[index].clone());
        let mut tables = Vec::new();
        for model in &self.composed.models {
            let Some(query) = model_query(self.project, *model) else {
                return Ok(Trial::Untried(Unknown::new("no-sql", "a model has no SQL")));
            };
            tables.push(QueryTable {
                name: name_hash(self.project.object(*model).name_text()),
                sql: query.text().to_owned(),
            });
        }
        let source = self.composed.models.first().map(|model| crate::sources::source_of_model(self.project, *model));
        let source = match source {
            Some(Ok(source)) => source,
            Some(Err(why)) => return Ok(Trial::Untried(why)),
            None => return Ok(Trial::Untried(Unknown::new("no-model", "the query reads no model"))),
        };
        verdict.counters.executions += 1;
        match self.facts.get(&Question::Execute { source, tables, sql }) {
            Known::Answer(answer, _) => match &*answer {
                Answer::Accepted(Err(error)) => Ok(Trial::Fails(error.clone())),
                _ => Ok(Trial::Passes),
            },
            Known::Unknown(why) => Ok(Trial::Untried(why)),
            Known::Pending => Err(pending()),
        }
    }

    fn blame_values(
        &self,
        verdict: &mut InsightVerdict,
        piece: &Piece,
        failing: &[bool],
        errors: &[Option<SqlError>],
        trial: &Trial,
    ) {
        for mut witness in witnesses(&piece.selections, failing) {
            if witness.always {
                witness.inputs = piece.inputs.clone();
                let of_piece = |selection: &Combination| piece.inputs.iter().map(|at| selection[*at]).collect();
                witness.selections = piece.selections.iter().map(of_piece).collect();
            }
            let Some(error) = &errors[witness.example] else { continue };
            let hole = self.hole_of(piece, &witness, error);
            let finding = self.value_finding(&witness, error, hole, trial);
            // Some are refused before any row is read.
            let known = |other: &Finding| other.loc == finding.loc && other.combinations == finding.combinations;
            if !verdict.findings.iter().any(known) {
                verdict.findings.push(finding);
            }
        }
    }

    /// The placeholder in a piece that an error is about: the one at its place, else the first of those responsible.
    fn hole_of(&self, piece: &Piece, witness: &Witness, error: &SqlError) -> &Hole {
        let values = self.fill_states(&piece.selections[witness.example]);
        let holes = self.composed.template.holes();
        let responsible = |hole: &Hole| witness.inputs.iter().any(|at| self.query_inputs[*at] == hole.input);
        let mut inside = Vec::new();
        // The text behind `SELECT (`.
        let mut at = TextSize::of("SELECT (");
        let mut done = piece.range.start();
        for (index, hole) in holes.iter().enumerate().filter(|(_, hole)| piece.range.contains_range(hole.range)) {
            at += hole.range.start() - done;
            let range = TextRange::at(at, TextSize::of(values[index].as_str()));
            (at, done) = (range.end(), hole.range.end());
            if responsible(hole) {
                inside.push((range, index));
            }
        }
        let quoted =
            |value: &str| ['\'', '"'].iter().any(|quote| error.message.contains(&format!("{quote}{value}{quote}")));
        let named = inside.iter().find(|(_, index)| quoted(&values[*index]));
        let offset = error.offset.map(TextSize::new);
        let met = inside.iter().find(|(range, _)| offset.is_some_and(|offset| range.contains_inclusive(offset)));
        named.or(met).or(inside.first()).map_or(&holes[0], |(_, index)| &holes[*index])
    }

    fn value_finding(&self, witness: &Witness, error: &SqlError, hole: &Hole, trial: &Trial) -> Finding {
        let input = hole.input;
        let verb = if matches!(trial, Trial::Fails(_)) { "breaks" } else { "breaks once there are rows to compare" };
        let at = self.query_inputs.iter().position(|other| *other == input).unwrap_or(0);
        let place = witness.inputs.iter().position(|other| *other == at);
        let first = place.map_or_else(String::new, |place| self.label(at, witness.selections[0][place]));
        let (combinations, words) = self.counted(&Failures {
            inputs: &witness.inputs,
            selections: &witness.selections,
            grouped: false,
            exact: true,
        });
        let mut finding =
            Finding::new("combination-value", hole.loc, format!("{} {verb} {words}", self.subject(hole.loc)));
        finding.combinations = Some(combinations);
        finding.notes.push(format!("DuckDB says: {}", self.words(error)));
        match trial {
            Trial::Fails(_) => {}
            Trial::Passes => finding.severity = Severity::Warning,
            Trial::Untried(why) => {
                finding.severity = Severity::Warning;
                finding.notes.push(format!("not tried on the data: {}", why.message));
            }
        }
        let nothing = place.is_some_and(|place| {
            witness.selections.iter().all(|selection| self.states[at][selection[place] as usize].values.is_empty())
        });
        finding.help = Some(match (nothing, hole.role) {
            _ if self.is_phantom(input, &first) => {
                "write the default as a list: `display: { default: { values: […] } }`".into()
            }
            (true, Role::InString) => {
                "remove the quotes, or use `try_cast('…' as …)`, which gives NULL when nothing is selected".into()
            }
            _ => "offer only options that fit what they are compared with".into(),
        });
        finding.related.push(self.origin_of_state(input, &first));
        finding
    }
}
