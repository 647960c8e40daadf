//! What a session knows about a project's questions, and what it has to ask again.

use crate::lsp::session::status::Facts;
use chrono::{DateTime, SecondsFormat, Utc};
use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use rustc_hash::FxHashMap;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use viz_facts::{Answer, Fact, FactStore, KeyedQuestion, QuestionKey};

/// Maximum number of facts about texts to keep: far more than a project needs at one time, far fewer than a day of typing makes.
const RECENT: usize = 100_000;

/// How often to ask again after a failure that may pass (a lock, a timeout). The pause between attempts starts at `PAUSE` and doubles.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// The facts of one project, and when to ask again for those that are missing.
#[derive(Debug, Default)]
pub struct Knowledge {
    facts: Arc<RwLock<FactStore>>,
    /// Questions about sources that were asked so far.
    of_sources: HashSet<QuestionKey>,
    /// Those that nobody has asked yet.
    at_hand: Vec<QuestionKey>,
    /// Questions that could not be answered.
    unknown: HashSet<QuestionKey>,
    /// Questions whose answer is stale and could not be renewed.
    not_renewed: HashSet<QuestionKey>,
    /// Questions of these kinds that may be answered in a moment, and how often that was tried.
    passing: HashSet<QuestionKey>,
    attempts: u32,
    /// Facts about texts, which come and go with every keystroke, oldest first.
    recent: VecDeque<QuestionKey>,
    /// Counts what is learned about sources.
    generation: u64,
    /// What is known of sources, as of that count.
    summary: Option<(u64, Facts)>,
}

impl Knowledge {
    /// The facts.
    pub fn facts(&self) -> RwLockReadGuard<'_, FactStore> {
        self.facts.read()
    }

    /// What the answers were when the project was locked.
    pub fn remember_lock(&self, answers: Arc<FxHashMap<QuestionKey, Arc<Answer>>>) {
        self.facts.write().remember_lock(answers);
    }

    /// The facts, for requests.
    pub fn shared(&self) -> Arc<RwLock<FactStore>> {
        Arc::clone(&self.facts)
    }

    fn facts_mut(facts: &RwLock<FactStore>) -> RwLockWriteGuard<'_, FactStore> {
        facts.write()
    }

    /// These questions are about to be asked.
    pub fn note(&mut self, questions: &[KeyedQuestion]) {
        self.of_sources.extend(questions.iter().filter(|question| !question.is_pure()).map(KeyedQuestion::key));
    }

    /// Whether it makes sense to ask a source this: there is no answer, or a stale one that nobody has tried to renew.
    pub fn is_open(&self, question: &KeyedQuestion) -> bool {
        !question.is_pure() && !self.not_renewed.contains(&question.key())
    }

    /// Whether this question was asked of a source.
    pub fn is_of_source(&self, key: QuestionKey) -> bool {
        self.of_sources.contains(&key)
    }

    /// A number that changes with what is known of sources.
    pub fn generation_of_sources(&self) -> u64 {
        self.generation
    }

    /// How much is known of sources, and since when.
    pub fn summary(&mut self) -> Facts {
        if let Some((at, facts)) = self.summary.as_ref().filter(|(at, _)| *at == self.generation) {
            tracing::trace!(at, "what is known of sources has not changed");
            return facts.clone();
        }
        let mut facts = Facts::default();
        let mut times: Vec<SystemTime> = Vec::new();
        let store = self.facts();
        for fact in self.of_sources.iter().filter_map(|key| store.get_key(*key)) {
            match fact {
                Fact::Known { .. } => facts.known += 1,
                Fact::Stale { .. } => facts.stale += 1,
                Fact::Locked { .. } => facts.locked += 1,
                Fact::Unknown(_) => facts.unknown += 1,
            }
            times.extend(fact.at());
        }
        drop(store);
        let shown = |time: &SystemTime| DateTime::<Utc>::from(*time).to_rfc3339_opts(SecondsFormat::Secs, true);
        facts.oldest = times.iter().min().map(shown);
        facts.newest = times.iter().max().map(shown);
        self.summary = Some((self.generation, facts.clone()));
        facts
    }

    /// Records facts about sources, which grow stale with them, before anybody asks.
    pub fn learn_of_sources(&mut self, facts: Vec<(QuestionKey, Fact)>) {
        let keys = facts.iter().map(|(key, _)| *key);
        self.of_sources.extend(keys.clone());
        self.at_hand.extend(keys);
        self.learn(facts);
    }

    /// Forgets what was recorded before anybody asked and is nobody's matter: it is about earlier texts.
    pub fn forget_unused(&mut self, is_used: impl Fn(QuestionKey) -> bool) {
        let mut store = Self::facts_mut(&self.facts);
        for key in self.at_hand.drain(..).filter(|key| !is_used(*key)) {
            self.of_sources.remove(&key);
            store.remove(key);
        }
    }

    /// Records facts.
    fn learn(&mut self, facts: Vec<(QuestionKey, Fact)>) {
        self.learn_or(facts, |_| None);
    }

    /// Records facts; where there are none, an old answer of the last resort.
    pub fn learn_or(&mut self, facts: Vec<(QuestionKey, Fact)>, last_resort: impl Fn(QuestionKey) -> Option<Fact>) {
        if facts.iter().any(|(key, _)| self.of_sources.contains(key)) {
            self.generation += 1;
        }
        let mut store = Self::facts_mut(&self.facts);
        for (key, fact) in facts {
            if matches!(&fact, Fact::Unknown(why) if why.passes()) {
                self.passing.insert(key);
            } else {
                self.passing.remove(&key);
            }
            if let Fact::Unknown(_) = fact {
                // What was known is not taken away because it can't be looked up just now.
                if store.get_key(key).is_some_and(|old| old.answer().is_some()) {
                    self.not_renewed.insert(key);
                    continue;
                }
                if let Some(old) = last_resort(key) {
                    self.not_renewed.insert(key);
                    store.insert(key, old);
                    continue;
                }
                self.unknown.insert(key);
            }
            if !self.of_sources.contains(&key) {
                self.recent.push_back(key);
            }
            store.insert(key, fact);
        }
        for key in self.recent.drain(..self.recent.len().saturating_sub(RECENT)) {
            store.remove(key);
        }
    }

    /// Data may have changed: old answers are stale, what could not be answered may be asked again.
    pub fn refresh(&mut self) {
        self.generation += 1;
        let mut store = Self::facts_mut(&self.facts);
        store.mark_stale(|key| self.of_sources.contains(key));
        let is_locked = |key: &&QuestionKey| matches!(store.get_key(**key), Some(Fact::Locked { .. }));
        let locked: Vec<QuestionKey> = self.of_sources.iter().filter(is_locked).copied().collect();
        for key in self.unknown.drain().chain(locked) {
            store.remove(key);
        }
        self.not_renewed.clear();
        self.passing.clear();
        self.attempts = 0;
    }

    /// After which pause [`Knowledge::retry`] makes sense; `None` if it does not.
    pub fn retry_after(&self) -> Option<Duration> {
        (!self.passing.is_empty() && self.attempts < ATTEMPTS).then(|| PAUSE * 2_u32.pow(self.attempts))
    }

    /// What could not be answered for a reason that passes may be asked again.
    pub fn retry(&mut self) {
        if self.passing.is_empty() {
            self.attempts = 0;
            return;
        }
        self.attempts += 1;
        self.generation += 1;
        let mut store = Self::facts_mut(&self.facts);
        for key in self.passing.drain() {
            if self.unknown.remove(&key) {
                store.remove(key);
            }
            self.not_renewed.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;
    use viz_facts::{Question, Reason, SourceSpec, Unknown};

    fn describe(sql: &str) -> KeyedQuestion {
        Question::Describe { source: SourceSpec::DuckDbMemory { root: "/p".into() }, sql: sql.into() }.into()
    }

    fn known() -> Fact {
        Fact::Known { answer: Arc::new(Answer::Columns(Ok(vec![]))), at: SystemTime::UNIX_EPOCH }
    }

    fn unknown() -> Fact {
        Fact::Unknown(Unknown::new(Reason::DatabaseLocked, "the database is locked"))
    }

    #[test]
    fn an_old_answer_outlives_a_failed_renewal_and_is_not_asked_for_again_at_once() {
        let (mut knowledge, question) = (Knowledge::default(), describe("select 1"));
        knowledge.note(std::slice::from_ref(&question));
        knowledge.learn(vec![(question.key(), known())]);
        knowledge.refresh();
        assert!(matches!(knowledge.facts().get(&question), Some(Fact::Stale { .. })) && knowledge.is_open(&question));
        knowledge.learn(vec![(question.key(), unknown())]);
        assert!(matches!(knowledge.facts().get(&question), Some(Fact::Stale { .. })) && !knowledge.is_open(&question));
        knowledge.refresh();
        assert!(knowledge.is_open(&question));
    }

    #[test]
    fn reasons_that_pass_are_tried_again_but_not_for_ever() {
        let (mut knowledge, locked, wrong) = (Knowledge::default(), describe("select 1"), describe("select 2"));
        knowledge.note(&[locked.clone(), wrong.clone()]);
        let never = || Fact::Unknown(Unknown::new(Reason::ExtensionMissing, "not here"));
        knowledge.learn(vec![(wrong.key(), never())]);
        assert_eq!(knowledge.retry_after(), None);
        for attempt in 0..ATTEMPTS {
            knowledge.learn(vec![(locked.key(), unknown())]);
            assert_eq!(knowledge.retry_after(), Some(PAUSE * 2_u32.pow(attempt)));
            knowledge.retry();
            assert!(knowledge.facts().get(&locked).is_none() && knowledge.facts().get(&wrong).is_some());
        }
        knowledge.learn(vec![(locked.key(), unknown())]);
        assert_eq!(knowledge.retry_after(), None);
        knowledge.refresh();
        knowledge.learn(vec![(locked.key(), unknown())]);
        assert_eq!(knowledge.retry_after(), Some(PAUSE), "a refresh begins anew");
        knowledge.learn(vec![(locked.key(), known())]);
        assert_eq!(knowledge.retry_after(), None);
    }

    #[test]
    fn the_last_resort_is_an_old_answer_until_there_is_another() {
        let (mut knowledge, question) = (Knowledge::default(), describe("select 1"));
        knowledge.note(std::slice::from_ref(&question));
        let answer = Arc::new(Answer::Columns(Ok(vec![])));
        let old = |_| Some(Fact::Locked { answer: Arc::clone(&answer), at: SystemTime::UNIX_EPOCH });
        knowledge.learn_or(vec![(question.key(), unknown())], old);
        assert!(matches!(knowledge.facts().get(&question), Some(Fact::Locked { .. })) && !knowledge.is_open(&question));
        assert_eq!((knowledge.summary().locked, knowledge.summary().stale), (1, 0));
        assert_eq!(knowledge.retry_after(), Some(PAUSE), "the source may be there in a moment");
        knowledge.retry();
        assert!(knowledge.is_open(&question));
        knowledge.learn_or(vec![(question.key(), known())], old);
        assert_eq!((knowledge.summary().locked, knowledge.summary().known), (0, 1));
        knowledge.refresh();
        knowledge.learn_or(vec![(question.key(), unknown())], old);
        assert_eq!(knowledge.summary().locked, 0, "what the source told goes before");
    }

    #[test]
    fn what_could_not_be_answered_is_forgotten_at_a_refresh() {
        let (mut knowledge, question) = (Knowledge::default(), describe("select 1"));
        knowledge.learn(vec![(question.key(), unknown())]);
        assert!(knowledge.facts().get(&question).is_some());
        knowledge.refresh();
        assert!(knowledge.facts().get(&question).is_none());
    }

    #[test]
    fn old_texts_are_forgotten_and_sources_are_not() {
        let (mut knowledge, source) = (Knowledge::default(), describe("select 1"));
        knowledge.note(std::slice::from_ref(&source));
        knowledge.learn(vec![(source.key(), known())]);
        let typed = |n: u128| (QuestionKey(n.to_be_bytes()), known());
        knowledge.learn((0..RECENT as u128 + 5).map(typed).collect());
        assert_eq!(knowledge.facts().len(), RECENT + 1);
        assert!(knowledge.facts().get(&source).is_some());
        assert!(knowledge.facts().get_key(typed(4).0).is_none() && knowledge.facts().get_key(typed(5).0).is_some());
    }
}
