//! Queries run over tables that hold one row, so that conditions are evaluated without any data.

use crate::facts::Facts;
use indexmap::IndexMap;
use std::collections::HashSet;
use std::sync::Arc;
use viz_facts::{ProbeRow, Question, Reason, ShadowTable, SqlError, Unknown};

/// Maximum number of selections of one insight to probe one by one; if there are more, values are not judged. Also the maximum
/// number of combinations of inputs that meet in one condition; if there are more, each input is probed alone.
pub(super) const MAX_PROBES: usize = 2_000;

/// Maximum number of bytes of all selections of all conditions of one insight to probe, many in a query.
pub(super) const MAX_BYTES: usize = 512 << 10;

/// Selections in one query.
pub(super) const BATCH: usize = 200;

/// A part of the query with one selection.
#[derive(Clone)]
pub(super) struct Probed {
    pub text: String,
    /// Whether it changes nothing that stands beside it in one query.
    pub tame: bool,
}

/// The probes of one insight.
pub(super) struct Probes<'a> {
    pub facts: &'a Facts<'a>,
    pub tables: &'a Arc<[ShadowTable]>,
    /// How many selections may still be probed one by one.
    pub left: usize,
    /// How many bytes they may take.
    pub room: usize,
}

impl Probes<'_> {
    /// The error of each text over tables with one row.
    pub(super) fn errors(&mut self, row: ProbeRow, texts: &[Probed]) -> Result<Vec<Option<SqlError>>, Unknown> {
        let tables = self.tables;
        let ask = |sql: String| {
            let question = Question::Probe { tables: Arc::clone(tables), row, sql };
            self.facts.accepted(question).map(Result::err)
        };
        let mut distinct: IndexMap<&str, Option<SqlError>> =
            texts.iter().map(|probed| (probed.text.as_str(), None)).collect();
        let tame: HashSet<&str> =
            texts.iter().filter(|probed| probed.tame).map(|probed| probed.text.as_str()).collect();
        let (together, mut alone): (Vec<&str>, Vec<&str>) = distinct.keys().partition(|text| tame.contains(*text));
        let (mut together, mut missing) = (together, None);
        let bytes: usize = together.iter().map(|text| text.len()).sum();
        if bytes > self.room {
            missing = Some(too_large());
            together.clear();
        } else {
            self.room -= bytes;
        }
        for (number, batch) in together.chunks(BATCH).enumerate() {
            // If the first ones are bad, so are most.
            if number * BATCH == MAX_PROBES && (missing.is_some() || alone.len() >= self.left) {
                missing = missing.or_else(|| Some(too_many(MAX_PROBES)));
                break;
            }
            let all: Vec<String> = batch.iter().map(|text| format!("(({text}\n)) IS NULL")).collect();
            match ask(format!("SELECT {} FROM {}", all.join(",\n"), names(tables))) {
                Ok(None) => {}
                Ok(Some(_)) => alone.extend(batch),
                Err(why) => missing = Some(why),
            }
        }
        if alone.len() > self.left {
            missing = Some(too_many(MAX_PROBES));
            alone.truncate(self.left);
        }
        self.left -= alone.len();
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

/// The question whether a query runs over a row of words.
pub(super) fn over_words(tables: &Arc<[ShadowTable]>, sql: String) -> Question {
    Question::Probe { tables: Arc::clone(tables), row: ProbeRow::Words, sql }
}

/// The question whether a query runs over a row of NULLs.
pub(super) fn over_nulls(tables: &Arc<[ShadowTable]>, sql: String) -> Question {
    Question::Probe { tables: Arc::clone(tables), row: ProbeRow::Nulls, sql }
}

/// The query that evaluates a condition and nothing else.
pub(super) fn condition(text: &str, tables: &[ShadowTable]) -> String {
    conditions(&[text], tables)
}

/// The query that evaluates several.
pub(super) fn conditions(texts: &[&str], tables: &[ShadowTable]) -> String {
    let all: Vec<String> = texts.iter().map(|text| format!("({text}\n)")).collect();
    format!("SELECT {} FROM {}", all.join(", "), names(tables))
}

/// Whether a query runs over either row.
pub(super) fn runs_over_any_row(facts: &Facts<'_>, tables: &Arc<[ShadowTable]>, sql: String) -> Result<bool, Unknown> {
    let found = [over_nulls(tables, sql.clone()), over_words(tables, sql)].map(|question| facts.accepted(question));
    let [nulls, words] = found;
    Ok(nulls?.is_ok() && words?.is_ok())
}

fn too_large() -> Unknown {
    let why = "its filters with all options make too much SQL: the values of some are not judged";
    Unknown::new(Reason::TooManyValues, why)
}

fn too_many(most: usize) -> Unknown {
    let why = format!("more than {most} selections may not fit: the values of the others are not judged");
    Unknown::new(Reason::TooManyValues, why)
}

fn names(tables: &[ShadowTable]) -> String {
    tables.iter().map(|table| format!("\"{}\"", table.name)).collect::<Vec<_>>().join(", ")
}
