//! Putting combinations to the judges, one text for each class.

use super::{InsightVerdict, Run};
use crate::insight::combinations::Combination;
use crate::insight::witness::witnesses;
use crate::proof::Key;
use crate::report::{Judge, Status};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;
use viz_facts::{Question, ShadowTable, SqlError, Unknown};
use viz_sql::parse;

/// A set of combinations that one text speaks for.
struct Class {
    /// The text of its first combination.
    text: String,
    /// Indices of combinations.
    members: Vec<usize>,
}

impl Run<'_> {
    /// Puts combinations to a judge, one text for each class. Returns those that passed; `None` while answers are
    /// missing, which the report then says.
    pub(super) fn judge(&self, verdict: &mut InsightVerdict, among: &[usize], judge: Judge) -> Option<Vec<usize>> {
        let mut classes: IndexMap<Result<Key, String>, Class> = IndexMap::new();
        for at in among {
            let text = || self.render(&self.combinations[*at]);
            let key = match self.classes.key(&self.combinations[*at]) {
                Key::Own(_) => Err(text()),
                key => Ok(key),
            };
            let class = classes.entry(key).or_insert_with(|| Class { text: text(), members: Vec::new() });
            class.members.push(*at);
        }
        let tables = if judge == Judge::Bind { self.tables().ok()? } else { Arc::default() };
        let mut errors: Vec<Option<SqlError>> = Vec::with_capacity(classes.len());
        let mut missing = None;
        for (number, class) in classes.values().enumerate() {
            let found = match judge {
                Judge::Parse => self.parsed(&class.text),
                _ => self.bound(&tables, &class.text, number == 0),
            };
            match found {
                Ok(found) => errors.push(found.err()),
                Err(why) => missing = Some(why),
            }
        }
        if let Some(why) = missing {
            if judge == Judge::Parse {
                verdict.report.status = Status::Unchecked;
            } else {
                verdict.report.status = Status::Partial;
            }
            verdict.report.why = Some(why);
            return None;
        }
        if errors.iter().all(Option::is_none) {
            return Some(among.to_vec());
        }
        let mut error_of: HashMap<usize, &SqlError> = HashMap::new();
        for (class, error) in classes.values().zip(&errors) {
            if let Some(error) = error {
                error_of.extend(class.members.iter().map(|at| (*at, error)));
            }
        }
        // The offset of a class's error holds for its first member only; classes are judged by their first.
        let texts: HashMap<usize, usize> =
            classes.values().flat_map(|class| class.members.iter().map(|at| (*at, class.members[0]))).collect();
        let combinations: Vec<Combination> = among.iter().map(|at| self.units(&self.combinations[*at])).collect();
        let failing: Vec<bool> = among.iter().map(|at| error_of.contains_key(at)).collect();
        for witness in witnesses(&combinations, &failing) {
            let at = among[witness.example];
            let Some(error) = error_of.get(&at) else { continue };
            let spoken = texts[&at];
            if witness.always {
                self.always(verdict, spoken, error, judge);
            } else {
                let exact = self.is_exact(verdict);
                verdict.findings.push(self.some(&witness, spoken, at, error, judge, exact));
            }
        }
        Some(among.iter().copied().filter(|at| !error_of.contains_key(at)).collect())
    }

    /// Whether a text parses.
    fn parsed(&self, text: &str) -> Result<Result<(), SqlError>, Unknown> {
        let found = self.facts.accepted(Question::Parse { sql: text.to_owned() });
        if found.as_ref().is_err_and(Unknown::is_pending) {
            self.facts.count(|counters| counters.parses += 1);
            if let Err(error) = parse(text) {
                tracing::trace!(?error, "sqlparser refuses a text; DuckDB decides");
            }
        }
        found
    }

    /// Whether a text binds. The first one is run over one row, which [`Run::data`] wants to know, too: what runs, binds.
    fn bound(&self, tables: &Arc<[ShadowTable]>, text: &str, first: bool) -> Result<Result<(), SqlError>, Unknown> {
        if first {
            match self.facts.accepted(self.over_words(tables, text.to_owned())) {
                Ok(Err(_)) => {}
                Err(why) if !why.is_pending() => {}
                settled => return settled,
            }
        }
        self.facts.accepted(Question::Bind { tables: Arc::clone(tables), sql: text.to_owned() })
    }

    /// Whether the verdict on every combination is known: then what is counted is exact.
    pub(super) fn is_exact(&self, verdict: &InsightVerdict) -> bool {
        self.classes.covered(&self.combinations) == verdict.report.total
    }

    /// The states that a selection of a witness stands for: itself, unless not all combinations were looked at; then all
    /// that are equal in class.
    pub(super) fn group(&self, input: usize, unit: u32) -> Vec<u32> {
        if self.is_complete() { vec![unit] } else { self.classes.group(input, unit).collect() }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.combinations.len() == self.states.iter().fold(1, |product: usize, of| product.saturating_mul(of.len()))
    }

    /// A combination with the first state of each class in place of its own.
    pub(super) fn units(&self, combination: &Combination) -> Combination {
        if self.is_complete() {
            return combination.clone();
        }
        let unit = |(input, state): (usize, &u32)| self.classes.group(input, *state).next().unwrap_or(*state);
        combination.iter().enumerate().map(unit).collect()
    }
}
