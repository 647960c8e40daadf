//! Value faults: a text where a number is compared (`verdicts.md` §5.6).
//!
//! Binding accepts `price > 'a week'`; only rows make it fail. Each condition with holes is probed on its own over tables
//! that hold one row of NULLs, so that every constant is converted to the type it is compared with, without any data and
//! whatever other conditions say. What fails there is suspected; one real execution of the insight's query with that
//! choice makes it an error, and without one it stays a warning.

use super::wording::Failures;
use super::{InsightVerdict, Run};
use crate::facts::{Known, pending};
use crate::proof::Class;
use crate::report::{Finding, Severity};
use sqlparser::tokenizer::Token;
use viz_facts::{Answer, QueryTable, Question, ShadowTable, SqlError, SqlErrorKind, Unknown};
use viz_project::StatementKind;
use viz_sql::{Hole, Role, model_query, name_hash, tokenize, upper_null};
use viz_text::TextRange;

/// Selections of one insight that are probed one by one; beyond that values are not judged.
const MAX_PROBES: usize = 2_000;

/// Selections that are probed with one query first. If it runs, all of them are fine.
const BATCH: usize = 100;

/// What a suspected selection turned out to be.
enum Trial {
    /// It fails on the data.
    Fails,
    /// It does not, today.
    Passes,
    /// It could not be tried.
    Untried(Unknown),
}

impl Run<'_> {
    /// Judges the values of all selections. `Ok` if all of them were probed.
    pub(super) fn values(&self, verdict: &mut InsightVerdict, tables: &[ShadowTable]) -> Result<(), Unknown> {
        let mut left = MAX_PROBES;
        for statement in self.probed_pieces() {
            for (position, input) in self.query_inputs.iter().enumerate() {
                let holes = self.composed.template.holes();
                let hole = holes.iter().find(|hole| hole.input == *input && statement.contains_range(hole.range));
                let Some(hole) = hole else { continue };
                self.probe_input(verdict, tables, statement, position, hole, &mut left)?;
            }
        }
        Ok(())
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

    fn probe_input(
        &self,
        verdict: &mut InsightVerdict,
        tables: &[ShadowTable],
        statement: TextRange,
        position: usize,
        hole: &Hole,
        left: &mut usize,
    ) -> Result<(), Unknown> {
        let suspected = self.suspected(verdict, tables, statement, position)?;
        let probed = suspected.len().min(*left);
        *left -= probed;
        let mut failed: Vec<(u32, SqlError)> = Vec::new();
        let mut missing = None;
        for state in &suspected[..probed] {
            match self.probe(verdict, tables, statement, position, &[*state]) {
                Ok(Some(error)) if error.kind == SqlErrorKind::Conversion => failed.push((*state, error)),
                Ok(_) => {}
                Err(why) => missing = Some(why),
            }
        }
        if let Some(why) = missing {
            return Err(why);
        }
        let all = probed == suspected.len();
        if let Some((first, error)) = failed.first() {
            let trial = self.execute(verdict, position, *first);
            verdict.findings.push(self.value_finding(position, &failed, all, error, hole, &trial));
        }
        let why = || format!("more than {MAX_PROBES} selections may not fit: the values of the others are not judged");
        if all { Ok(()) } else { Err(Unknown::new("too-many-values", why())) }
    }

    /// The states of an input whose values have to be probed one by one: those of batches that don't run, and those that
    /// could change what stands beside them.
    fn suspected(
        &self,
        verdict: &mut InsightVerdict,
        tables: &[ShadowTable],
        statement: TextRange,
        position: usize,
    ) -> Result<Vec<u32>, Unknown> {
        let tame = |input: usize, state: u32| matches!(self.classes.of(input, state), Class::Regular(_));
        let others = (0..self.states.len()).all(|input| input == position || tame(input, 0));
        let states = 0..self.states[position].len() as u32;
        let (together, mut alone): (Vec<u32>, Vec<u32>) = states.partition(|state| others && tame(position, *state));
        let mut missing = None;
        for batch in together.chunks(BATCH) {
            match self.probe(verdict, tables, statement, position, batch) {
                Ok(None) => {}
                Ok(Some(_)) => alone.extend(batch),
                Err(why) => missing = Some(why),
            }
        }
        alone.sort_unstable();
        missing.map_or(Ok(alone), Err)
    }

    /// Runs a piece of the query with some states of an input, each by itself, over rows of NULLs.
    fn probe(
        &self,
        verdict: &mut InsightVerdict,
        tables: &[ShadowTable],
        statement: TextRange,
        position: usize,
        states: &[u32],
    ) -> Result<Option<SqlError>, Unknown> {
        verdict.counters.casts += 1;
        let piece = |state: &u32| upper_null(&self.filled(statement, &self.fill_state(position, *state)));
        let pieces: Vec<String> = states.iter().map(|state| format!("({}\n)", piece(state))).collect();
        let names: Vec<String> = tables.iter().map(|table| format!("\"{}\"", table.name)).collect();
        let sql = format!("SELECT {} FROM {}", pieces.join(", "), names.join(", "));
        match self.facts.get(&Question::Probe { tables: tables.to_vec(), sql }) {
            Known::Answer(answer, _) => match &*answer {
                Answer::Accepted(Err(error)) => Ok(Some(error.clone())),
                _ => Ok(None),
            },
            Known::Unknown(why) => Err(why),
            Known::Pending => Err(pending()),
        }
    }

    /// The filling of all holes with one state of one input and the initial states of the others.
    fn fill_state(&self, position: usize, state: u32) -> Vec<String> {
        let inputs = &self.query_inputs;
        let fill = |hole: &Hole| {
            let at = inputs.iter().position(|input| *input == hole.input)?;
            let state = self.states[at].get(if at == position { state as usize } else { 0 })?;
            Some(state.render(hole.accessor))
        };
        self.composed.template.holes().iter().map(|hole| fill(hole).unwrap_or_default()).collect()
    }

    /// A part of the template with its holes filled.
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
        out
    }

    /// Runs the insight's query with one state on the source's data.
    fn execute(&self, verdict: &mut InsightVerdict, position: usize, state: u32) -> Trial {
        let values = self.fill_state(position, state);
        let sql = self.composed.template.render(|index, _| values[index].clone());
        let mut tables = Vec::new();
        for model in &self.composed.models {
            let Some(query) = model_query(self.project, *model) else {
                return Trial::Untried(Unknown::new("no-sql", "a model has no SQL"));
            };
            tables.push(QueryTable {
                name: name_hash(self.project.object(*model).name_text()),
                sql: query.text().to_owned(),
            });
        }
        let source = self.composed.models.first().map(|model| crate::sources::source_of_model(self.project, *model));
        let source = match source {
            Some(Ok(source)) => source,
            Some(Err(why)) => return Trial::Untried(why),
            None => return Trial::Untried(Unknown::new("no-model", "the query reads no model")),
        };
        verdict.counters.executions += 1;
        match self.facts.get(&Question::Execute { source, tables, sql }) {
            Known::Answer(answer, _) => match &*answer {
                Answer::Accepted(Err(_)) => Trial::Fails,
                _ => Trial::Passes,
            },
            Known::Unknown(why) => Trial::Untried(why),
            Known::Pending => Trial::Untried(pending()),
        }
    }

    fn value_finding(
        &self,
        position: usize,
        failed: &[(u32, SqlError)],
        exact: bool,
        error: &SqlError,
        hole: &Hole,
        trial: &Trial,
    ) -> Finding {
        let input = self.query_inputs[position];
        let states = &self.states[position];
        let first = self.label(position, failed[0].0);
        let verb = if matches!(trial, Trial::Fails) { "breaks" } else { "breaks once there are rows to compare" };
        let selections: Vec<Vec<u32>> = failed.iter().map(|(state, _)| vec![*state]).collect();
        let (combinations, words) =
            self.counted(&Failures { inputs: &[position], selections: &selections, grouped: false, exact });
        let mut finding =
            Finding::new("combination-value", hole.loc, format!("{} {verb} {words}", self.subject(hole.loc)));
        finding.combinations = Some(combinations);
        finding.notes.push(format!("DuckDB says: {}", self.words(error)));
        match trial {
            Trial::Fails => {}
            Trial::Passes => finding.severity = Severity::Warning,
            Trial::Untried(why) => {
                finding.severity = Severity::Warning;
                finding.notes.push(format!("not tried on the data: {}", why.message));
            }
        }
        let nothing = failed.iter().all(|(state, _)| states[*state as usize].values.is_empty());
        let phantom = self.is_phantom(input, &first);
        finding.help = Some(match (nothing, hole.role) {
            _ if phantom => "write the default as a list: `display: { default: { values: […] } }`".into(),
            (true, Role::InString) => {
                "remove the quotes, or use `try_cast('…' as …)`, which gives NULL when nothing is selected".into()
            }
            _ => "offer only options that fit what they are compared with".into(),
        });
        finding.related.push(self.origin_of_state(input, &first));
        finding
    }
}
