//! Interrupts queries that take too long or are not needed any more.
//!
//! DuckDB's interrupt only reaches a query that is running at that moment, so an interrupt is repeated until the question
//! is done. One thread serves all questions of a runner; it sleeps while nothing runs and is not woken for each question
//! of a fast series.

use parking_lot::{Condvar, Mutex, MutexGuard};
use std::sync::Arc;
use std::time::{Duration, Instant};
use viz_facts::{Reason, Unknown};

const REPEAT: Duration = Duration::from_millis(2);

/// Why a query was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Its time was up.
    Timeout(Duration),
    /// Nobody waits for its answer.
    Cancelled,
}

impl From<Stop> for Unknown {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Timeout(after) => Unknown::new(Reason::Timeout, format!("the query took longer than {after:?}")),
            Stop::Cancelled => Unknown::new(Reason::Cancelled, "a newer request made this question unnecessary"),
        }
    }
}

/// A connection whose query can be interrupted from another thread.
pub(crate) trait Interrupt: Send + Sync {
    /// Interrupts the query that runs now, if one does.
    fn interrupt(&self);
}

impl Interrupt for duckdb::InterruptHandle {
    fn interrupt(&self) {
        duckdb::InterruptHandle::interrupt(self);
    }
}

impl Interrupt for rusqlite::InterruptHandle {
    fn interrupt(&self) {
        rusqlite::InterruptHandle::interrupt(self);
    }
}

struct Running {
    id: u64,
    handle: Arc<dyn Interrupt>,
    timeout: Duration,
    deadline: Instant,
    stop: Option<Stop>,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    /// When the thread looks again by itself; it may wait for the deadline of a question that is long done. `None`: never.
    wakes: Option<Instant>,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

/// The watching thread's owner.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
}

/// Cancels questions from another thread.
#[derive(Clone)]
pub(crate) struct Canceller {
    shared: Arc<Shared>,
}

/// A question that is being watched, until it is dropped.
pub(crate) struct Watched {
    shared: Arc<Shared>,
}

impl Watchdog {
    pub(crate) fn new() -> Self {
        let shared = Arc::new(Shared::default());
        let watching = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("sql watchdog".into())
            .spawn(move || watch(&watching))
            .expect("a process that can't start a thread can't answer anything");
        Self { shared }
    }

    pub(crate) fn canceller(&self) -> Canceller {
        Canceller { shared: Arc::clone(&self.shared) }
    }

    /// Watches the queries that run on one connection from now on.
    pub(crate) fn watch(&self, id: u64, timeout: Duration, handle: Arc<dyn Interrupt>) -> Watched {
        let mut state = self.shared.lock();
        let deadline = Instant::now() + timeout;
        state.running = Some(Running { id, handle, timeout, deadline, stop: None });
        if state.wakes.is_none_or(|at| deadline < at) {
            self.shared.changed.notify_one();
        }
        Watched { shared: Arc::clone(&self.shared) }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_one();
    }
}

impl Canceller {
    /// Stops the question with this id if it is the one that runs.
    pub(crate) fn cancel(&self, id: u64) {
        let mut state = self.shared.lock();
        if let Some(running) = state.running.as_mut().filter(|running| running.id == id) {
            running.stop.get_or_insert(Stop::Cancelled);
            self.shared.changed.notify_one();
        }
    }
}

impl Watched {
    /// Whether and why the question was stopped.
    pub(crate) fn stop(&self) -> Option<Stop> {
        self.shared.lock().running.as_ref().and_then(|running| running.stop)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.shared.lock().running = None;
    }
}

fn watch(shared: &Shared) {
    let mut state = shared.lock();
    while !state.closed {
        let now = Instant::now();
        let wait = match &mut state.running {
            None => None,
            Some(running) => {
                if now >= running.deadline {
                    running.stop.get_or_insert(Stop::Timeout(running.timeout));
                }
                match running.stop {
                    Some(_) => {
                        running.handle.interrupt();
                        Some(REPEAT)
                    }
                    None => Some(running.deadline - now),
                }
            }
        };
        state.wakes = wait.map(|time| now + time);
        match wait {
            None => shared.changed.wait(&mut state),
            Some(time) => drop(shared.changed.wait_for(&mut state, time)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};

    struct Told(Sender<()>);

    impl Interrupt for Told {
        fn interrupt(&self) {
            // Who waited may be gone.
            let _ = self.0.send(());
        }
    }

    /// The thread sleeps until the deadline of the last question, if it is not woken for an earlier one.
    #[test]
    fn a_short_limit_behind_a_long_one_holds() {
        let watchdog = Watchdog::new();
        let (sender, told) = channel();
        let sender = Arc::new(Told(sender));
        while watchdog.shared.lock().wakes.is_none() {
            // It has to see the first one.
            let watched = watchdog.watch(1, Duration::from_secs(3_600), sender.clone());
            std::thread::sleep(Duration::from_millis(1));
            drop(watched);
        }
        let watched = watchdog.watch(2, Duration::from_millis(1), sender);
        assert!(told.recv_timeout(Duration::from_secs(120)).is_ok());
        assert_eq!(watched.stop(), Some(Stop::Timeout(Duration::from_millis(1))));
    }
}
