//! When a run of the command line has to come to its end, whatever a project holds.

use crate::host::answerer::Cancel;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use viz_facts::{Reason, Unknown};

/// The time of `--check`, unless someone says otherwise.
pub const USUAL: Duration = Duration::from_secs(600);

/// Extra time after the deadline for what can't be interrupted, such as reading files.
const GRACE: Duration = Duration::from_secs(60);

/// The time that a run may take: after it nothing new is begun, what the engine does is called off, and what is open then
/// is not checked.
pub struct Deadline {
    end: Option<(Instant, Duration)>,
    /// Of the questions that are asked.
    pub cancel: Cancel,
    /// Tells the thread that waits that there is nothing to end any more.
    _running: Option<Sender<()>>,
}

impl Deadline {
    /// From now on; `None`: there is no end.
    pub fn new(time: Option<Duration>) -> Self {
        Self::with(time, || {})
    }

    /// Of a process, which ends with an error where it can't be brought to its end in order.
    pub fn of_process(time: Option<Duration>) -> Self {
        Self::with(time, || {
            crate::host::output::say(
                "error: this took more than a minute longer than `--deadline` allows: nothing is reported",
            );
            std::process::exit(crate::COULD_NOT_RUN.into());
        })
    }

    fn with(time: Option<Duration>, overdue: fn()) -> Self {
        let cancel = Cancel::new();
        let end = time.and_then(|time| Some((Instant::now().checked_add(time)?, time)));
        let running = end.and_then(|(_, time)| {
            let (running, ends) = channel::<()>();
            let token = cancel.clone();
            let wait = move || {
                if ends.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                    token.cancel();
                    if ends.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
                        overdue();
                    }
                }
            };
            // Without the thread the end is met between two questions.
            std::thread::Builder::new().name("deadline".into()).spawn(wait).is_ok().then_some(running)
        });
        Self { end, cancel, _running: running }
    }

    /// Whether it has passed.
    pub fn is_over(&self) -> bool {
        self.end.is_some_and(|(end, _)| Instant::now() >= end)
    }

    /// The time that is left, if it ends.
    pub fn left(&self) -> Option<Duration> {
        self.end.map(|(end, _)| end.saturating_duration_since(Instant::now()))
    }

    /// Why something is not known.
    pub fn unknown(&self) -> Unknown {
        let seconds = self.end.map_or(0.0, |(_, time)| time.as_secs_f64());
        Unknown::new(Reason::OutOfTime, format!("the run was out of time (`--deadline`: {seconds} s)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_called_off_at_the_end() {
        let deadline = Deadline::new(Some(Duration::ZERO));
        while !deadline.cancel.is_cancelled() {
            std::thread::yield_now();
        }
        assert!(deadline.is_over() && deadline.left() == Some(Duration::ZERO));
        assert_eq!(deadline.unknown().message, "the run was out of time (`--deadline`: 0 s)");
    }

    #[test]
    fn without_one_there_is_no_end() {
        for time in [None, Some(Duration::MAX)] {
            let deadline = Deadline::new(time);
            assert!(!deadline.is_over() && deadline.left().is_none() && !deadline.cancel.is_cancelled());
        }
    }
}
