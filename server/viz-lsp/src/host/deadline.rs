//! When a run of the command line has to come to its end, whatever a project holds: its time is over, or it takes too much memory.

use crate::host::answerer::Cancel;
use crate::host::memory::resident;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use viz_facts::{Reason, Unknown};

/// The time of `--check`, unless someone says otherwise.
pub const USUAL: Duration = Duration::from_secs(600);

/// Extra time after the deadline for what can't be interrupted, such as reading files.
const GRACE: Duration = Duration::from_secs(60);

/// Bytes of this process in memory from which on nothing new is begun. 100,000 objects take a ninth of it.
const FULL: u64 = 4 << 30;

/// Bytes at which it stops, because something that can't be interrupted goes on taking more.
const MOST: u64 = 6 << 30;

/// How often memory is looked at: what can't be interrupted takes a gigabyte in a second.
const LOOK: Duration = Duration::from_millis(50);

/// The time and the memory that a run may take: after it nothing new is begun, what the engine does is called off, and what is
/// open then is not checked.
pub struct Deadline {
    end: Option<(Instant, Duration)>,
    /// Of the questions that are asked.
    pub cancel: Cancel,
    /// Whether it has taken too much memory.
    full: Arc<AtomicBool>,
    /// What is said of what is open at its end; else that the run was out of time.
    over: Option<Unknown>,
    /// Tells the thread that waits that there is nothing to end any more.
    _running: Option<Sender<()>>,
}

impl Deadline {
    /// From now on; `None`: there is no end.
    pub fn new(time: Option<Duration>) -> Self {
        Self::with(time, in_memory, |_| {})
    }

    /// Of a process, which ends with an error where it can't be brought to its end in order.
    pub fn of_process(time: Option<Duration>) -> Self {
        Self::with(time, in_memory, |why| {
            crate::host::output::say(&format!("error: {why}: nothing is reported"));
            std::process::exit(crate::COULD_NOT_RUN.into());
        })
    }

    /// Of a part of the run, which has this time at most; `why` says what becomes of what is open then.
    pub fn of_part(&self, time: Duration, why: Unknown) -> Self {
        match self.end.filter(|_| self.left().is_some_and(|left| left <= time)) {
            Some(end) => Self { end: Some(end), ..Self::new(self.left()) },
            None => Self { over: Some(why), ..Self::new(Some(time)) },
        }
    }

    fn with(time: Option<Duration>, memory: fn() -> u64, overdue: fn(&str)) -> Self {
        let (cancel, full) = (Cancel::new(), Arc::new(AtomicBool::new(false)));
        let end = time.and_then(|time| Some((Instant::now().checked_add(time)?, time)));
        let (running, ends) = channel::<()>();
        let watch = Watch { end: end.map(|(end, _)| end), memory, overdue, cancel: cancel.clone(), full: full.clone() };
        // Without the thread the end is met between two questions.
        let thread = std::thread::Builder::new().name("deadline".into()).spawn(move || watch.run(&ends));
        Self { end, cancel, full, over: None, _running: thread.is_ok().then_some(running) }
    }

    /// Whether it has passed.
    pub fn is_over(&self) -> bool {
        self.is_full() || self.end.is_some_and(|(end, _)| Instant::now() >= end)
    }

    fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// The time that is left, if it ends.
    pub fn left(&self) -> Option<Duration> {
        self.end.map(|(end, _)| end.saturating_duration_since(Instant::now()))
    }

    /// Why something is not known.
    pub fn unknown(&self) -> Unknown {
        if self.is_full() {
            let message = format!("the run took more than {} GB of memory", FULL >> 30);
            return Unknown::new(Reason::OutOfMemory, message);
        }
        if let Some(why) = &self.over {
            return why.clone();
        }
        let seconds = self.end.map_or(0.0, |(_, time)| time.as_secs_f64());
        Unknown::new(Reason::OutOfTime, format!("the run was out of time (`--deadline`: {seconds} s)"))
    }
}

fn in_memory() -> u64 {
    resident().0.unwrap_or(0)
}

/// Looks at the clock and at the memory for as long as a run goes on.
struct Watch {
    end: Option<Instant>,
    memory: fn() -> u64,
    overdue: fn(&str),
    cancel: Cancel,
    full: Arc<AtomicBool>,
}

impl Watch {
    fn run(&self, ends: &Receiver<()>) {
        let (mut late, mut wait) = (false, Duration::ZERO);
        while ends.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            let (memory, now) = ((self.memory)(), Instant::now());
            late |= self.end.is_some_and(|end| now >= end);
            if memory >= FULL {
                self.full.store(true, Ordering::Relaxed);
            }
            if late || memory >= FULL {
                self.cancel.cancel();
            }
            if memory >= MOST {
                (self.overdue)(&format!("this took more than {} GB of memory", MOST >> 30));
            }
            if self.end.is_some_and(|end| now.saturating_duration_since(end) >= GRACE) {
                (self.overdue)("this took more than a minute longer than `--deadline` allows");
            }
            let left = self.end.filter(|_| !late).map_or(LOOK, |end| end.saturating_duration_since(now));
            wait = left.min(LOOK);
        }
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
    fn a_part_has_its_own_time_within_that_of_the_run() {
        let why = Unknown::new(Reason::Timeout, "the views took too long");
        let (short, long) = (Duration::ZERO, Duration::from_secs(1_000_000));
        for run in [None, Some(long)] {
            let part = Deadline::new(run).of_part(short, why.clone());
            assert!(part.is_over() && part.unknown() == why);
        }
        let part = Deadline::new(Some(short)).of_part(long, why);
        assert_eq!(part.unknown().message, "the run was out of time (`--deadline`: 0 s)");
        assert!(part.is_over());
    }

    #[test]
    fn without_one_there_is_no_end() {
        for time in [None, Some(Duration::MAX)] {
            let deadline = Deadline::new(time);
            assert!(!deadline.is_over() && deadline.left().is_none() && !deadline.cancel.is_cancelled());
        }
    }

    #[test]
    fn too_much_memory_ends_a_run_as_its_time_does() {
        for time in [None, Some(Duration::MAX)] {
            let deadline = Deadline::with(time, || FULL, |why| panic!("{why}"));
            while !deadline.cancel.is_cancelled() {
                std::thread::yield_now();
            }
            assert!(deadline.is_over());
            let Unknown { code, message, .. } = deadline.unknown();
            assert_eq!((code, message.as_str()), (Reason::OutOfMemory, "the run took more than 4 GB of memory"));
        }
    }

    #[test]
    fn much_more_memory_stops_it() {
        static STOPPED: AtomicBool = AtomicBool::new(false);
        let deadline = Deadline::with(
            None,
            || MOST,
            |why| {
                assert_eq!(why, "this took more than 6 GB of memory");
                STOPPED.store(true, Ordering::Relaxed);
            },
        );
        while !STOPPED.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        assert!(deadline.is_over());
    }
}
