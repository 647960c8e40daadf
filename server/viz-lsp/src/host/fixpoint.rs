//! Check, ask, check again, until nothing is left to ask (`verdicts.md` §6).

use crate::host::answerer::{Answerer, Limits};
use crate::host::deadline::Deadline;
use std::collections::HashSet;
use viz_check::{Attention, CheckOptions, Counters, Level, Memo, Report};
use viz_facts::{Fact, FactStore, KeyedQuestion, QuestionKey, SourceSpec};
use viz_project::Project;

/// One turn of the loop.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// 1, 2, …
    pub number: usize,
    /// Questions that are about to be asked.
    pub questions: usize,
}

/// Who answers, within which limits, and until when.
#[derive(Clone, Copy)]
pub struct Answering<'a> {
    /// The engine.
    pub answerer: &'a dyn Answerer,
    /// Those of each question.
    pub limits: Limits,
    /// That of the whole.
    pub deadline: &'a Deadline,
}

/// Runs a check to its end. Every question is asked once, so this ends whatever the answers are; and in time, since what is
/// still open at the deadline is reported as not checked.
pub fn run(
    project: &Project,
    options: &CheckOptions,
    memo: &Memo,
    facts: &mut FactStore,
    answering: Answering<'_>,
    mut on_round: impl FnMut(Round),
) -> Report {
    let deadline = answering.deadline;
    let of_sources = answering.answerer.remembered_of(&opened(project, options));
    for (key, fact) in answering.answerer.remembered().iter().chain(&of_sources) {
        if facts.get_key(*key).is_none() {
            facts.insert(*key, fact.clone());
        }
    }
    let mut asked: HashSet<QuestionKey> = HashSet::new();
    let (mut number, mut total) = (0, Counters::default());
    loop {
        number += 1;
        let attention = Attention { files: None, stop: &|| deadline.is_over() };
        let mut report = viz_check::check_first(project, facts, options, memo, attention);
        tracing::debug!(number, counters = ?report.counters, "checked with what is known so far");
        total += report.counters;
        let questions: Vec<KeyedQuestion> =
            report.questions.iter().filter(|question| asked.insert(question.key())).cloned().collect();
        if questions.is_empty() {
            // Insights are counted as of the last turn; the work is that of all.
            let Counters { insights_checked, insights_remembered, insights_postponed, .. } = report.counters;
            report.counters = Counters { insights_checked, insights_remembered, insights_postponed, ..total };
            postponed(&mut report, deadline);
            return report;
        }
        on_round(Round { number, questions: questions.len() });
        total.called_off += put(&questions, facts, answering);
    }
}

/// The sources that a check with these options may ask.
pub fn opened(project: &Project, options: &CheckOptions) -> Vec<SourceSpec> {
    if !options.trusted || options.level == Level::Parse {
        return Vec::new();
    }
    let mut specs: Vec<SourceSpec> = Vec::new();
    for spec in viz_check::sources(project).into_iter().filter_map(|(_, _, spec)| spec.ok()) {
        if !specs.contains(&spec) {
            specs.push(spec);
        }
    }
    specs
}

/// Says why insights were not looked at.
fn postponed(report: &mut Report, deadline: &Deadline) {
    let is_open = |why: &viz_facts::Unknown| why.is_pending();
    if report.counters.insights_postponed == 0 || !deadline.is_over() {
        return;
    }
    for insight in report.insights.iter_mut() {
        if insight.why.as_ref().is_some_and(is_open) {
            insight.why = Some(deadline.unknown());
        }
    }
}

/// Asks what `questions` wants to know besides, until it wants nothing new.
pub fn ask(facts: &mut FactStore, answering: Answering<'_>, questions: impl Fn(&FactStore) -> Vec<KeyedQuestion>) {
    let mut asked: HashSet<QuestionKey> = HashSet::new();
    loop {
        let new: Vec<KeyedQuestion> =
            questions(facts).into_iter().filter(|question| asked.insert(question.key())).collect();
        if new.is_empty() {
            return;
        }
        put(&new, facts, answering);
    }
}

/// Asks, and keeps the answers; returns how many questions were called off.
fn put(questions: &[KeyedQuestion], facts: &mut FactStore, answering: Answering<'_>) -> usize {
    let Answering { answerer, limits, deadline } = answering;
    let answers = match deadline.is_over() {
        true => vec![None; questions.len()],
        false => answerer.ask(questions, limits, &deadline.cancel),
    };
    let mut called_off = 0;
    for (question, fact) in questions.iter().zip(answers) {
        let late = || {
            called_off += 1;
            Fact::Unknown(deadline.unknown())
        };
        if let Some(fact) = fact.or_else(|| deadline.is_over().then(late)) {
            facts.insert(question.key(), fact);
        }
    }
    called_off
}
