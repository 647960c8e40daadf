//! Queries that took too long a moment ago, so that what holds them is not asked, too.
//!
//! DuckDB plans some short texts for hours (forty tables, each the cross join of the one before with itself), and while it plans
//! nothing interrupts it. Each question that holds such a text costs its whole time and a worker. One is enough: a query
//! that can't be planned in its time makes every query around it one. A query that is planned but does not come to its end may
//! have been the slow one of many on the same model, so there it takes some of them.

use crate::watchdog::Stop;
use parking_lot::{Mutex, MutexGuard};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use viz_facts::{Question, SourceSpec, Unknown};

/// So many queries on a model that were planned, but did not end in time, speak for all others on it.
const STRIKES: u32 = 3;

/// A query is asked again after so many times the time that it took, because a server runs for days: then a stuck query costs
/// a small part of the time at most.
const FORGOTTEN: u32 = 30;
const LONGEST: Duration = Duration::from_secs(3600);

/// So many are remembered, and so many texts of models.
const ENTRIES: usize = 64;
const MODELS: usize = 512;

/// Remembers what took too long.
#[derive(Debug, Default)]
pub(crate) struct Stuck {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<Entry>,
    /// What columns were asked of: the texts that others are made of.
    models: VecDeque<(SourceSpec, String)>,
}

#[derive(Debug)]
struct Entry {
    /// `None` for what needs no source; then the text is a [`shape`].
    source: Option<SourceSpec>,
    text: String,
    strikes: u32,
    timeout: Duration,
    until: Instant,
}

impl Stuck {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Takes note of what is asked.
    pub(crate) fn look(&self, question: &Question) {
        let Question::Describe { source, sql } = question else { return };
        let mut state = self.lock();
        if state.models.iter().any(|(of, text)| text == sql && of == source) {
            return;
        }
        if state.models.len() == MODELS {
            state.models.pop_front();
        }
        state.models.push_back((source.clone(), sql.clone()));
    }

    /// Takes note of a question that was not answered in its time.
    pub(crate) fn timed_out(&self, question: &Question, timeout: Duration) {
        let mut state = self.lock();
        let (text, strikes) = match question {
            Question::Describe { sql, .. } => (key(sql).to_owned(), STRIKES),
            _ if question.is_pure() => (shape(question.sql()), STRIKES),
            // The smallest text around that is asked about as such, if there is one.
            _ => {
                let holds = |text: &&str| texts(question).any(|whole| has_text(whole, text));
                let models = state.models.iter().filter(|(source, _)| question.source() == Some(source));
                let model = models.map(|(_, text)| key(text)).filter(holds).max_by_key(|text| text.len());
                (model.unwrap_or_else(|| key(question.sql())).to_owned(), 1)
            }
        };
        let until = Instant::now() + timeout.saturating_mul(FORGOTTEN).min(LONGEST);
        let source = question.source().cloned();
        let known = state.entries.iter_mut().find(|entry| entry.source == source && entry.text == text);
        if let Some(entry) = known {
            let forgotten = entry.until <= Instant::now();
            entry.strikes = if forgotten { strikes } else { entry.strikes + strikes };
            (entry.timeout, entry.until) = (timeout.max(entry.timeout), until);
            return;
        }
        if state.entries.len() == ENTRIES {
            state.entries.pop_front();
        }
        state.entries.push_back(Entry { source, text, strikes, timeout, until });
    }

    /// Why a question is not asked within this time, if it holds what took as long.
    pub(crate) fn why_not(&self, question: &Question, timeout: Duration) -> Option<Unknown> {
        // Rows are asked for by people, who want to see for themselves.
        if matches!(question, Question::Rows { .. }) {
            return None;
        }
        let state = self.lock();
        if state.entries.is_empty() {
            return None;
        }
        let now = Instant::now();
        let shape = question.is_pure().then(|| shape(question.sql()));
        let stuck = state.entries.iter().find(|entry| {
            entry.strikes >= STRIKES
                && entry.until > now
                && entry.timeout >= timeout
                && entry.source.as_ref() == question.source()
                && match &shape {
                    Some(shape) => *shape == entry.text,
                    None => texts(question).any(|whole| has_text(whole, &entry.text)),
                }
        })?;
        let Unknown { code, message, .. } = Stop::Timeout(stuck.timeout).into();
        Some(Unknown::new(code, format!("{message} before, or a part of it did, so it is not run again")))
    }
}

/// All texts that a question runs.
fn texts(question: &Question) -> impl Iterator<Item = &str> {
    std::iter::once(question.sql()).chain(question.tables().iter().map(|table| table.sql.as_str()))
}

/// A query as it stands in others.
fn key(sql: &str) -> &str {
    sql.trim().trim_end_matches(';').trim_end()
}

/// Whether a text stands in another one, and not as a part of words.
fn has_text(whole: &str, text: &str) -> bool {
    let of_word = |char: char| char.is_alphanumeric() || char == '_';
    let (begins, ends) = (text.starts_with(of_word), text.ends_with(of_word));
    !text.is_empty()
        && whole.match_indices(text).any(|(at, found)| {
            !(begins && whole[..at].ends_with(of_word) || ends && whole[at + found.len()..].starts_with(of_word))
        })
}

/// A text without what it holds between quotes, and with no other number than 0: what needs no source is planned alike whatever
/// those are.
fn shape(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let (mut quoted, mut number, mut before) = (false, false, ' ');
    for char in sql.chars() {
        let begins = !(before.is_alphanumeric() || before == '_');
        let digit = char.is_ascii_digit() && (number || begins);
        match char {
            '\'' => {
                quoted = !quoted;
                // The quote that `''` stands for ends nothing.
                if quoted && before != '\'' {
                    out.push(char);
                }
            }
            _ if quoted => {}
            _ if digit && number => {}
            _ => out.push(if digit { '0' } else { char }),
        }
        (number, before) = (digit, char);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_facts::Reason;

    const SECOND: Duration = Duration::from_secs(1);

    fn source() -> SourceSpec {
        SourceSpec::DuckDbMemory { root: "/p".into() }
    }

    fn describe(sql: &str) -> Question {
        Question::Describe { source: source(), sql: sql.into() }
    }

    fn options(sql: &str) -> Question {
        Question::Options { source: source(), sql: sql.into(), limit: 1 }
    }

    #[test]
    fn what_holds_a_query_that_is_not_planned_is_not_asked() {
        let stuck = Stuck::default();
        stuck.timed_out(&describe("from v;"), SECOND);
        let why = stuck.why_not(&options("select a from (from v\n)"), SECOND).unwrap();
        assert_eq!(why.code, Reason::Timeout);
        assert!(why.message.starts_with("the query took longer than 1s before"), "{why:?}");
        for other in ["select a from (from v2)", "select a from w"] {
            assert_eq!(stuck.why_not(&options(other), SECOND), None, "{other}");
        }
        assert_eq!(stuck.why_not(&describe("from v"), SECOND * 2), None, "more time is another question");
        let elsewhere =
            Question::Describe { source: SourceSpec::DuckDbMemory { root: "/q".into() }, sql: "from v".into() };
        assert_eq!(stuck.why_not(&elsewhere, SECOND), None);
    }

    #[test]
    fn some_slow_queries_speak_for_their_model() {
        let stuck = Stuck::default();
        ["select 1 as x, 2 as y", "select * from big"].map(describe).iter().for_each(|model| stuck.look(model));
        let on_model = |column: &str| options(&format!("select {column} from (select * from big)"));
        for column in ["a", "b", "c"] {
            assert_eq!(stuck.why_not(&on_model("d"), SECOND), None);
            stuck.timed_out(&on_model(column), SECOND);
        }
        assert!(stuck.why_not(&on_model("d"), SECOND).is_some());
        assert_eq!(stuck.why_not(&options("select a from (select * from small)"), SECOND), None);
        stuck.timed_out(&describe("from old"), Duration::ZERO);
        assert_eq!(stuck.why_not(&describe("from old"), Duration::ZERO), None, "it is forgotten in time");
    }

    #[test]
    fn choices_do_not_make_another_plan() {
        let stuck = Stuck::default();
        let bind = |sql: &str| Question::Bind { tables: [].into(), sql: sql.into() };
        stuck.timed_out(&bind("select 'a''b', x1 from t where y > 10.5 and z = 'c'"), SECOND);
        assert!(stuck.why_not(&bind("select 'other', x1 from t where y > 7.25 and z = ''"), SECOND).is_some());
        assert_eq!(stuck.why_not(&bind("select 'a', x2 from t where y > 10.5 and z = 'c'"), SECOND), None);
    }
}
