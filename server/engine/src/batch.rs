//! Questions that somebody waits for.

use crate::capsules::Ran;
use crate::watchdog::Stop;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use viz_facts::{Answer, Unknown};

/// A result, and what was done for it.
pub(crate) type Outcome = (Result<Answer, Unknown>, Option<Ran>);

/// The answers to one call of `ask`, as they come in.
pub(crate) struct Batch {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    answers: Vec<Option<Outcome>>,
    left: usize,
}

impl Batch {
    pub(crate) fn new(questions: usize) -> Arc<Self> {
        let state = State { answers: (0..questions).map(|_| None).collect(), left: questions };
        Arc::new(Self { state: Mutex::new(state), changed: Condvar::new() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Records an answer. Whatever comes after the first, or after the waiter went, is dropped.
    pub(crate) fn resolve(&self, at: usize, answer: Result<Answer, Unknown>) {
        self.resolve_ran(at, answer, None);
    }

    /// The same with what was done for it.
    pub(crate) fn resolve_ran(&self, at: usize, answer: Result<Answer, Unknown>, ran: Option<Ran>) {
        let mut state = self.lock();
        if let Some(slot @ None) = state.answers.get_mut(at) {
            *slot = Some((answer, ran));
            state.left -= 1;
            if state.left == 0 {
                self.changed.notify_all();
            }
        }
    }

    /// Waits for all answers, or until the token is cancelled; what is missing then is `Unknown`. Tells whether
    /// something was missing.
    pub(crate) fn wait(self: &Arc<Self>, token: &CancelToken) -> (Vec<Outcome>, bool) {
        token.register(self);
        let mut state = self.lock();
        while state.left > 0 && !token.is_cancelled() {
            self.changed.wait(&mut state);
        }
        let missing = state.left > 0;
        let answers = std::mem::take(&mut state.answers);
        drop(state);
        token.forget(self);
        let answers = answers.into_iter().map(|answer| answer.unwrap_or_else(|| (Err(Stop::Cancelled.into()), None)));
        (answers.collect(), missing)
    }

    fn wake(&self) {
        // The lock makes sure that a waiter has either not yet looked at the token or already sleeps.
        let _state = self.lock();
        self.changed.notify_all();
    }
}

/// Cancels the questions that were asked with it: the waiting call returns at once.
#[derive(Clone, Default)]
pub struct CancelToken {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    cancelled: AtomicBool,
    waiting: Mutex<Vec<Weak<Batch>>>,
}

impl CancelToken {
    /// A token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives up all questions that were or will be asked with this token.
    pub fn cancel(&self) {
        self.inner.cancelled.store(true, Ordering::SeqCst);
        let waiting = std::mem::take(&mut *self.lock());
        for batch in waiting.iter().filter_map(Weak::upgrade) {
            batch.wake();
        }
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::SeqCst)
    }

    fn register(&self, batch: &Arc<Batch>) {
        self.lock().push(Arc::downgrade(batch));
    }

    fn forget(&self, batch: &Arc<Batch>) {
        self.lock().retain(|other| !std::ptr::eq(other.as_ptr(), Arc::as_ptr(batch)));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Batch>>> {
        self.inner.waiting.lock()
    }
}

impl std::fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CancelToken").field("cancelled", &self.is_cancelled()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_facts::Reason;

    #[test]
    fn answers_come_in_any_order_and_count_once() {
        let batch = Batch::new(2);
        batch.resolve(1, Ok(Answer::Accepted(Ok(()))));
        batch.resolve(1, Err(Unknown::new(Reason::Timeout, "")));
        batch.resolve(0, Err(Unknown::new(Reason::Cancelled, "")));
        let (answers, missing) = batch.wait(&CancelToken::new());
        assert!(answers[0].0.is_err() && answers[1].0.is_ok() && !missing);
        batch.resolve(0, Ok(Answer::Accepted(Ok(()))));
    }

    #[test]
    fn a_cancelled_token_ends_the_wait() {
        let (batch, token) = (Batch::new(1), CancelToken::new());
        let other = token.clone();
        let waiter = std::thread::spawn(move || batch.wait(&other));
        token.cancel();
        let (answers, missing) = waiter.join().unwrap();
        assert!(missing && answers[0].0.as_ref().unwrap_err().code == Reason::Cancelled);
    }
}
