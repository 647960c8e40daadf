//! Verdicts of earlier checks, kept while what they depend on stays the same (`architecture.md`, invariant 9).

use crate::facts::{Facts, Used};
use crate::inputs::check_input::InputVerdict;
use crate::insight::InsightVerdict;
use crate::insight::compositions::Compositions;
use crate::models::check_expression::ExpressionVerdict;
use crate::models::check_model::ModelVerdict;
use crate::report::Finding;
use crate::run::last_check::Standing;
use dashmap::DashMap;
use parking_lot::Mutex;
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::sync::Arc;
use viz_facts::{FactStore, KeyedQuestion, QuestionKey};
use viz_project::{Kind, ObjectId, Project};
use viz_text::Loc;

/// Verdicts of earlier checks.
#[derive(Default)]
pub struct Memo {
    pub(crate) models: Shelf<ModelVerdict>,
    pub(crate) inputs: Shelf<InputVerdict>,
    pub(crate) expressions: Shelf<ExpressionVerdict>,
    pub(crate) tables: Shelf<Vec<Finding>>,
    pub(crate) insights: Shelf<InsightVerdict>,
    pub(crate) dashboards: Shelf<Vec<Finding>>,
    pub(crate) compositions: Compositions,
    /// The result of the last check.
    standing: Mutex<Standing>,
}

impl Memo {
    /// The objects of the last check that used the answer to a question, in document order.
    pub fn users(&self, key: QuestionKey) -> Vec<ObjectId> {
        self.standing.lock().users(key).to_vec()
    }

    /// Whether the last check used what is known about this question.
    pub fn uses(&self, key: QuestionKey) -> bool {
        self.standing.lock().uses(key)
    }

    /// Takes the result of the last check; a check that runs at the same time starts without one.
    pub(crate) fn take_standing(&self) -> Standing {
        std::mem::take(&mut *self.standing.lock())
    }

    pub(crate) fn keep_standing(&self, standing: Standing) {
        *self.standing.lock() = standing;
    }
}

/// Verdicts on objects of one kind by the object's place, whose segment names its text.
pub(crate) type Shelf<V> = DashMap<Loc, Remembered<V>, FxBuildHasher>;

/// A verdict with everything that it was made from.
pub(crate) struct Remembered<V> {
    /// Identity of the text and settings.
    depends: u64,
    /// The state of the facts when it was last seen to hold.
    generation: u64,
    /// The facts that it was made from.
    pub(crate) used: Arc<[Used]>,
    /// What was asked for it and is not known yet.
    pub(crate) questions: Arc<[KeyedQuestion]>,
    pub(crate) verdict: Arc<V>,
}

impl<V> Clone for Remembered<V> {
    fn clone(&self) -> Self {
        Self {
            depends: self.depends,
            generation: self.generation,
            used: Arc::clone(&self.used),
            questions: Arc::clone(&self.questions),
            verdict: Arc::clone(&self.verdict),
        }
    }
}

/// The verdict on an object, if it still holds.
pub(crate) fn recall<V>(shelf: &Shelf<V>, loc: Loc, depends: u64, facts: &FactStore) -> Option<Remembered<V>> {
    let known = shelf.get(&loc).filter(|known| known.depends == depends)?;
    if known.generation == facts.generation() {
        return Some(known.clone());
    }
    if !known.used.iter().all(|used| used.holds(facts)) {
        return None;
    }
    drop(known);
    let mut known = shelf.get_mut(&loc)?;
    known.generation = facts.generation();
    Some(known.clone())
}

/// Keeps a verdict with the facts that were used for it since they were last taken.
pub(crate) fn remember<V>(shelf: &Shelf<V>, loc: Loc, depends: u64, facts: &Facts<'_>, verdict: V) -> Remembered<V> {
    let (used, questions) = facts.take();
    let verdict = Arc::new(verdict);
    let remembered =
        Remembered { depends, generation: facts.generation(), used: used.into(), questions: questions.into(), verdict };
    shelf.insert(loc, remembered.clone());
    remembered
}

/// Forgets objects that are gone, once they are as many as those that are there.
pub(crate) fn forget<V>(shelf: &Shelf<V>, project: &Project, kinds: &[Kind]) {
    let present = || kinds.iter().flat_map(|kind| project.of_kind(*kind));
    if shelf.len() > 2 * present().count() + 100 {
        let present: FxHashSet<Loc> = present().map(|id| project.object(id).loc).collect();
        shelf.retain(|loc, _| present.contains(loc));
    }
}
