//! Numbers for a report: how often what was done and how long it took. No texts, names or values.

use parking_lot::{Mutex, MutexGuard};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Durations that are remembered of each thing.
const KEPT: usize = 1000;

/// What was done since the server started.
#[derive(Debug)]
pub struct Stats {
    started: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    counters: BTreeMap<&'static str, u64>,
    timings: BTreeMap<&'static str, Timing>,
}

#[derive(Debug, Default)]
struct Timing {
    count: u64,
    last: VecDeque<Duration>,
}

impl Default for Stats {
    fn default() -> Self {
        Self { started: Instant::now(), inner: Mutex::default() }
    }
}

impl Stats {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock()
    }

    /// Counts something that happened `times` times.
    pub fn count(&self, what: &'static str, times: usize) {
        *self.inner().counters.entry(what).or_default() += times as u64;
    }

    /// Records how long something took.
    pub fn took(&self, what: &'static str, time: Duration) {
        let mut inner = self.inner();
        let timing = inner.timings.entry(what).or_default();
        timing.count += 1;
        if timing.last.len() == KEPT {
            timing.last.pop_front();
        }
        timing.last.push_back(time);
    }

    /// Everything, with what is in memory.
    pub fn report(&self, memory: Memory) -> Report {
        let inner = self.inner();
        Report {
            version: env!("CARGO_PKG_VERSION"),
            uptime_seconds: self.started.elapsed().as_secs_f64(),
            memory,
            counters: inner.counters.clone(),
            timings: inner.timings.iter().map(|(what, timing)| (*what, timing.shown())).collect(),
        }
    }
}

/// The answer of `viz/report`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The server's version.
    pub version: &'static str,
    /// Since it started.
    pub uptime_seconds: f64,
    /// What is in memory.
    pub memory: Memory,
    /// How often things happened.
    pub counters: BTreeMap<&'static str, u64>,
    /// How long things took.
    pub timings: BTreeMap<&'static str, Times>,
}

/// What is in memory.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    /// Bytes of the process now, where the system tells.
    pub resident: Option<u64>,
    /// Bytes of the process at most so far.
    pub peak: Option<u64>,
    /// Bytes of open texts.
    pub documents: usize,
    /// Open texts.
    pub open_documents: usize,
    /// Facts of all projects.
    pub facts: usize,
    /// Objects of all projects.
    pub objects: usize,
    /// Projects that requests are answered from.
    pub snapshots: usize,
    /// Texts from the disk.
    pub disk_texts: usize,
}

/// How often something was done and how long it took, in milliseconds.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Times {
    /// How often.
    pub count: u64,
    /// Half of the last ones were faster.
    pub median_ms: Option<f64>,
    /// 99 of 100 were faster.
    pub p99_ms: Option<f64>,
    /// The slowest of the last ones.
    pub max_ms: Option<f64>,
}

impl Timing {
    fn shown(&self) -> Times {
        let mut sorted: Vec<Duration> = self.last.iter().copied().collect();
        sorted.sort();
        let at = |share: f64| {
            let index = ((sorted.len() as f64 - 1.0) * share).ceil() as usize;
            sorted.get(index).map(|time| time.as_secs_f64() * 1000.0)
        };
        Times { count: self.count, median_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timings_are_counted_and_sorted() {
        let stats = Stats::default();
        for n in 0..2000 {
            stats.took("hover", Duration::from_millis(n));
        }
        stats.count("turns", 2);
        let report = serde_json::to_value(stats.report(Memory::default())).unwrap();
        assert_eq!(report["timings"]["hover"]["count"], 2000);
        assert_eq!(report["timings"]["hover"]["maxMs"], 1999.0);
        assert_eq!(report["timings"]["hover"]["medianMs"], 1500.0);
        assert_eq!(report["counters"]["turns"], 2);
    }
}
