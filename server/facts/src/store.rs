//! What is known at one moment.

use crate::{Answer, KeyedQuestion, QuestionKey, Unknown};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// The state of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Answered.
    Known {
        /// The answer.
        answer: Arc<Answer>,
        /// When the engine gave it.
        at: SystemTime,
    },
    /// Answered for data that have changed since; still the best there is.
    Stale {
        /// The old answer.
        answer: Arc<Answer>,
        /// When the engine gave it.
        at: SystemTime,
    },
    /// Not answered; the project's lock tells what was so when it was written.
    Locked {
        /// What it tells.
        answer: Arc<Answer>,
        /// When it was written.
        at: SystemTime,
    },
    /// Could not be answered.
    Unknown(Unknown),
}

impl Fact {
    /// The answer, current or not.
    pub fn answer(&self) -> Option<&Arc<Answer>> {
        match self {
            Fact::Known { answer, .. } | Fact::Stale { answer, .. } | Fact::Locked { answer, .. } => Some(answer),
            Fact::Unknown(_) => None,
        }
    }

    /// When the engine answered.
    pub fn at(&self) -> Option<SystemTime> {
        match self {
            Fact::Known { at, .. } | Fact::Stale { at, .. } | Fact::Locked { at, .. } => Some(*at),
            Fact::Unknown(_) => None,
        }
    }
}

/// Maximum number of changes to remember: a keystroke makes a few, the answers of a source thousands.
const REMEMBERED: usize = 4096;

/// All facts that a check may use. What it misses, it asks.
#[derive(Debug, Clone, Default)]
pub struct FactStore {
    facts: FxHashMap<QuestionKey, Fact>,
    /// What the lock tells of questions, whatever is known by now.
    as_of_lock: Arc<FxHashMap<QuestionKey, Arc<Answer>>>,
    generation: u64,
    /// The last changes, oldest first, each with the generation before it.
    changes: VecDeque<(u64, QuestionKey)>,
}

impl FactStore {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is known about a question; `None` if it was never asked.
    pub fn get(&self, question: &KeyedQuestion) -> Option<&Fact> {
        self.facts.get(&question.key())
    }

    /// What is known about the question with this key.
    pub fn get_key(&self, key: QuestionKey) -> Option<&Fact> {
        self.facts.get(&key)
    }

    /// A number that no store with other facts has: equal generations mean equal facts.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The questions whose facts differ from those of that generation; `None` if that was too long ago, or in another store.
    pub fn changed_since(&self, generation: u64) -> Option<impl Iterator<Item = QuestionKey>> {
        let first = if generation == self.generation {
            self.changes.len()
        } else {
            self.changes.binary_search_by_key(&generation, |(before, _)| *before).ok()?
        };
        Some(self.changes.range(first..).map(|(_, key)| *key))
    }

    fn next_generation(&mut self) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        self.generation = NEXT.fetch_add(1, Ordering::Relaxed);
    }

    fn changed(&mut self, key: QuestionKey) {
        if self.changes.len() == REMEMBERED {
            self.changes.pop_front();
        }
        self.changes.push_back((self.generation, key));
        self.next_generation();
    }

    /// Records a fact.
    pub fn insert(&mut self, key: QuestionKey, fact: Fact) {
        self.changed(key);
        self.facts.insert(key, fact);
    }

    /// Forgets a fact, so that it is asked again.
    pub fn remove(&mut self, key: QuestionKey) -> Option<Fact> {
        self.changed(key);
        self.facts.remove(&key)
    }

    /// Marks answers as stale where `changed` says so (the data behind them changed).
    pub fn mark_stale(&mut self, changed: impl Fn(&QuestionKey) -> bool) {
        self.changes.clear();
        self.next_generation();
        for (key, fact) in &mut self.facts {
            if let (true, Fact::Known { answer, at }) = (changed(key), &*fact) {
                *fact = Fact::Stale { answer: Arc::clone(answer), at: *at };
            }
        }
    }

    /// What the answers were when the project was locked, as far as that is known.
    pub fn remember_lock(&mut self, answers: Arc<FxHashMap<QuestionKey, Arc<Answer>>>) {
        self.as_of_lock = answers;
    }

    /// The answer when the project was locked.
    pub fn as_of_lock(&self, key: QuestionKey) -> Option<&Arc<Answer>> {
        self.as_of_lock.get(&key)
    }

    /// Number of facts.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }
}
