//! Facts as a check uses them: what is missing is asked, and what was used is remembered.

use crate::report::Counters;
use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;
use viz_facts::{
    Answer, Fact, FactStore, KeyedQuestion, OptionValues, Question, QuestionKey, Reason, SqlError, Unknown,
    parsed_alike, up_to_names,
};

/// What is known about a question.
pub(crate) enum Known {
    /// This answer; whether it is about data that have changed since.
    Answer(Arc<Answer>, bool),
    /// It can't be answered.
    Unknown(Unknown),
    /// It was just asked.
    Pending,
}

/// What a fact was when it was used.
#[derive(Clone)]
pub(crate) struct Used {
    key: QuestionKey,
    fact: Option<Fact>,
}

impl Used {
    /// Its question.
    pub(crate) fn key(&self) -> QuestionKey {
        self.key
    }

    /// Whether the store still says the same.
    pub(crate) fn holds(&self, store: &FactStore) -> bool {
        match (&self.fact, store.get_key(self.key)) {
            (None, None) => true,
            (Some(Fact::Unknown(a)), Some(Fact::Unknown(b))) => a == b,
            (Some(Fact::Known { answer: a, .. }), Some(Fact::Known { answer: b, .. })) => Arc::ptr_eq(a, b),
            (Some(Fact::Stale { answer: a, .. }), Some(Fact::Stale { answer: b, .. }))
            | (Some(Fact::Locked { answer: a, .. }), Some(Fact::Locked { answer: b, .. })) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// The facts of one check.
pub(crate) struct Facts<'a> {
    store: &'a FactStore,
    /// Whether sources may be asked at all; if not, why.
    sources: Result<(), Unknown>,
    used: RefCell<Vec<Used>>,
    asked: RefCell<(HashSet<QuestionKey>, Vec<KeyedQuestion>)>,
    counters: RefCell<Counters>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(store: &'a FactStore, sources: Result<(), Unknown>) -> Self {
        Self { store, sources, used: RefCell::default(), asked: RefCell::default(), counters: RefCell::default() }
    }

    /// What a look-up gives, and the facts that it used.
    pub(crate) fn noting<T>(&self, look_up: impl FnOnce() -> T) -> (T, Arc<[Used]>) {
        let before = self.used.borrow().len();
        let found = look_up();
        let used = self.used.borrow()[before..].into();
        (found, used)
    }

    /// Notes the facts behind something that was looked up before.
    pub(crate) fn note(&self, used: &[Used]) {
        self.used.borrow_mut().extend_from_slice(used);
    }

    /// The options that a question had when the project was locked.
    pub(crate) fn options_of_lock(&self, question: &KeyedQuestion) -> Option<&'a OptionValues> {
        match &**self.store.as_of_lock(question.key())? {
            Answer::Options(Ok(values)) => Some(values),
            _ => None,
        }
    }

    /// The state of the store.
    pub(crate) fn generation(&self) -> u64 {
        self.store.generation()
    }

    /// Looks a question up; asks it if it is new.
    pub(crate) fn get(&self, question: Question) -> Known {
        if let (Some(_), Err(why)) = (question.source(), &self.sources) {
            return Known::Unknown(why.clone());
        }
        let question = KeyedQuestion::from(question);
        self.count(|counters| counters.keys += 1);
        let key = question.key();
        let fact = self.store.get_key(key);
        self.used.borrow_mut().push(Used { key, fact: fact.cloned() });
        if matches!(fact, Some(Fact::Known { .. } | Fact::Unknown(_))) {
            self.count(|counters| counters.known += 1);
        }
        match fact {
            Some(Fact::Known { answer, .. }) => Known::Answer(Arc::clone(answer), false),
            Some(Fact::Stale { answer, .. } | Fact::Locked { answer, .. }) => {
                self.ask(question);
                Known::Answer(Arc::clone(answer), true)
            }
            Some(Fact::Unknown(why)) => Known::Unknown(why.clone()),
            None => {
                self.ask(question);
                Known::Pending
            }
        }
    }

    fn ask(&self, question: KeyedQuestion) {
        let (known, questions) = &mut *self.asked.borrow_mut();
        if known.insert(question.key()) {
            questions.push(question);
        } else {
            // Another insight asks it, too.
            self.count(|counters| counters.asked_again += 1);
        }
    }

    /// What the engine says against a text: the answer to a question of [`Answer::Accepted`].
    ///
    /// # Errors
    /// If that is not known, or not yet.
    pub(crate) fn accepted(&self, question: Question) -> Result<Result<(), SqlError>, Unknown> {
        let (question, names) = up_to_names(question);
        // What the parser takes needs no question of its own; what it refuses is told in its own words.
        if let Question::Parse { sql } = &question
            && let Some(sql) = parsed_alike(sql)
            && self.answered(Question::Parse { sql })?.is_ok()
        {
            return Ok(Ok(()));
        }
        Ok(self.answered(question)?.map_err(|error| names.restored(error)))
    }

    fn answered(&self, question: Question) -> Result<Result<(), SqlError>, Unknown> {
        match self.get(question) {
            Known::Answer(answer, _) => match &*answer {
                Answer::Accepted(result) => Ok(result.clone()),
                _ => Err(Unknown::new(Reason::Engine, "the engine gave an answer of another kind")),
            },
            Known::Unknown(why) => Err(why),
            Known::Pending => Err(Unknown::pending()),
        }
    }

    /// Counts work.
    pub(crate) fn count(&self, add: impl FnOnce(&mut Counters)) {
        add(&mut self.counters.borrow_mut());
    }

    /// The work since the last call.
    pub(crate) fn counted(&self) -> Counters {
        self.counters.take()
    }

    /// What was used since the last call, and what was asked.
    pub(crate) fn take(&self) -> (Vec<Used>, Vec<KeyedQuestion>) {
        let (known, questions) = &mut *self.asked.borrow_mut();
        known.clear();
        (self.used.take(), std::mem::take(questions))
    }
}
