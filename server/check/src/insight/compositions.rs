//! The queries of insights that are being judged: a check asks, is answered and asks again, and in between most queries stay as
//! they were composed.

use super::FromFacts;
use crate::facts::Facts;
use crate::models::check_model::Columns;
use dashmap::DashMap;
use parking_lot::Mutex;
use rustc_hash::FxBuildHasher;
use std::cell::RefCell;
use std::sync::Arc;
use viz_facts::Column;
use viz_project::{Graph, ObjectId, Project};
use viz_sql::{Accessor, Composed, Context, compose};

/// Queries, each with what it was composed of.
#[derive(Default)]
pub(crate) struct Compositions {
    /// Of which objects and which common things: with others, ids and names mean something else.
    of: Mutex<Option<(Arc<Graph>, u64)>>,
    kept: DashMap<ObjectId, Kept, FxBuildHasher>,
}

struct Kept {
    /// The identity of the insight's text and of all that it uses.
    identity: u64,
    /// All that.
    uses: Vec<ObjectId>,
    /// What was asked meanwhile of what is no text, with the answers.
    answers: Vec<Given>,
    composed: Option<Arc<Composed>>,
}

/// An answer to something that composing asks for.
#[derive(PartialEq)]
enum Given {
    Columns(ObjectId, Option<Arc<Vec<Column>>>),
    IsText(ObjectId, Option<bool>),
    Sample(ObjectId, Accessor, Option<String>),
}

impl Compositions {
    /// A check of this project begins.
    pub(crate) fn begin(&self, project: &Project, common: u64) {
        let mut of = self.of.lock();
        let before = of.as_ref().filter(|(_, before)| *before == common);
        match before.and_then(|(graph, _)| project.renumbered_since(graph)) {
            Some(renumbered) if renumbered.is_empty() => return,
            Some(renumbered) => {
                let means_another = |id: &ObjectId| renumbered.iter().any(|range| range.contains(id));
                self.kept.retain(|id, kept| !means_another(id) && !kept.uses.iter().any(means_another));
            }
            None => self.kept.clear(),
        }
        *of = Some((Arc::clone(project.graph()), common));
    }

    /// The query of an insight, which is composed if the one that is kept was made of something else.
    pub(crate) fn of(&self, facts: &Facts<'_>, id: ObjectId, context: &FromFacts<'_>) -> Option<Arc<Composed>> {
        let identity = context.project.identities()[id.index()];
        if let Some(kept) = self.kept.get(&id)
            && kept.identity == identity
            && kept.answers.iter().all(|given| given.holds(context))
        {
            return kept.composed.clone();
        }
        facts.count(|counters| counters.composed += 1);
        let noting = Noting { context, answers: RefCell::default() };
        let composed = compose(context.project, id, &noting).map(Arc::new);
        let uses = context.project.dependencies(id);
        let kept = Kept { identity, uses, answers: noting.answers.into_inner(), composed: composed.clone() };
        self.kept.insert(id, kept);
        composed
    }

    /// Nothing more is asked for an insight.
    pub(crate) fn forget(&self, id: ObjectId) {
        self.kept.remove(&id);
    }
}

impl Given {
    fn holds(&self, context: &FromFacts<'_>) -> bool {
        match self {
            Self::Columns(model, columns) => columns.as_ref() == known(context, *model),
            Self::IsText(input, is_text) => context.is_text(*input) == *is_text,
            Self::Sample(input, accessor, sample) => context.sample(*input, *accessor) == *sample,
        }
    }
}

fn known<'a>(context: &'a FromFacts<'_>, model: ObjectId) -> Option<&'a Arc<Vec<Column>>> {
    match context.columns.get(&model) {
        Some(Columns::Known(columns)) => Some(columns),
        _ => None,
    }
}

/// Answers, and notes what it was asked.
struct Noting<'a> {
    context: &'a FromFacts<'a>,
    answers: RefCell<Vec<Given>>,
}

impl Noting<'_> {
    fn note(&self, given: Given) {
        let mut answers = self.answers.borrow_mut();
        if !answers.contains(&given) {
            answers.push(given);
        }
    }
}

impl Context for Noting<'_> {
    fn columns(&self, model: ObjectId) -> Option<&[Column]> {
        self.note(Given::Columns(model, known(self.context, model).cloned()));
        self.context.columns(model)
    }

    fn is_text(&self, input: ObjectId) -> Option<bool> {
        let is_text = self.context.is_text(input);
        self.note(Given::IsText(input, is_text));
        is_text
    }

    fn sample(&self, input: ObjectId, accessor: Accessor) -> Option<String> {
        let sample = self.context.sample(input, accessor);
        self.note(Given::Sample(input, accessor, sample.clone()));
        sample
    }
}
