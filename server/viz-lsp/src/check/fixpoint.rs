//! Check, ask, check again, until nothing is left to ask (`verdicts.md` §6).

use crate::answerer::{Answerer, Cancel, Limits};
use std::collections::HashSet;
use viz_check::{CheckOptions, Counters, Memo, Report};
use viz_facts::{FactStore, Question, QuestionKey};
use viz_project::Project;

/// One turn of the loop.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// 1, 2, …
    pub number: usize,
    /// Questions that are about to be asked.
    pub questions: usize,
}

/// Runs a check to its end. Every question is asked once, so this ends whatever the answers are.
pub fn run(
    project: &Project,
    options: &CheckOptions,
    memo: &Memo,
    facts: &mut FactStore,
    answerer: &dyn Answerer,
    limits: Limits,
    mut on_round: impl FnMut(Round),
) -> Report {
    let mut asked: HashSet<QuestionKey> = HashSet::new();
    let (mut number, mut total) = (0, Counters::default());
    loop {
        number += 1;
        let mut report = viz_check::check(project, facts, options, memo);
        tracing::debug!(number, counters = ?report.counters, "checked with what is known so far");
        total += report.counters;
        let questions: Vec<Question> =
            report.questions.iter().filter(|question| asked.insert(question.key())).cloned().collect();
        if questions.is_empty() {
            // Insights are counted as of the last turn; the work is that of all.
            let Counters { insights_checked, insights_remembered, insights_postponed, .. } = report.counters;
            report.counters = Counters { insights_checked, insights_remembered, insights_postponed, ..total };
            return report;
        }
        on_round(Round { number, questions: questions.len() });
        put(&questions, facts, answerer, limits);
    }
}

/// Asks what `questions` wants to know besides, until it wants nothing new.
pub fn ask(
    facts: &mut FactStore,
    answerer: &dyn Answerer,
    limits: Limits,
    questions: impl Fn(&FactStore) -> Vec<Question>,
) {
    let mut asked: HashSet<QuestionKey> = HashSet::new();
    loop {
        let new: Vec<Question> = questions(facts).into_iter().filter(|question| asked.insert(question.key())).collect();
        if new.is_empty() {
            return;
        }
        put(&new, facts, answerer, limits);
    }
}

fn put(questions: &[Question], facts: &mut FactStore, answerer: &dyn Answerer, limits: Limits) {
    for (question, fact) in questions.iter().zip(answerer.ask(questions, limits, &Cancel::default())) {
        if let Some(fact) = fact {
            facts.insert(question.key(), fact);
        }
    }
}
