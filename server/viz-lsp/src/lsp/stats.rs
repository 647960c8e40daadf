//! Numbers for a report: how often what was done and how long it took. No texts, names or values.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Durations that are remembered of each thing.
const KEPT: usize = 1000;

/// See the module.
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
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something happened so many times.
    pub fn count(&self, what: &'static str, times: usize) {
        *self.inner().counters.entry(what).or_default() += times as u64;
    }

    /// Something took so long.
    pub fn took(&self, what: &'static str, time: Duration) {
        let mut inner = self.inner();
        let timing = inner.timings.entry(what).or_default();
        timing.count += 1;
        if timing.last.len() == KEPT {
            timing.last.pop_front();
        }
        timing.last.push_back(time);
    }

    /// Everything, as `viz/report` tells it; `memory` is put in as it is.
    pub fn report(&self, memory: Value) -> Value {
        let inner = self.inner();
        let timings: Map<String, Value> =
            inner.timings.iter().map(|(what, timing)| ((*what).to_owned(), timing.shown())).collect();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "uptimeSeconds": self.started.elapsed().as_secs_f64(),
            "memory": memory,
            "counters": inner.counters,
            "timings": timings,
        })
    }
}

impl Timing {
    fn shown(&self) -> Value {
        let mut sorted: Vec<Duration> = self.last.iter().copied().collect();
        sorted.sort();
        let at = |share: f64| {
            let index = ((sorted.len() as f64 - 1.0) * share).ceil() as usize;
            sorted.get(index).map(|time| time.as_secs_f64() * 1000.0)
        };
        json!({ "count": self.count, "medianMs": at(0.5), "p99Ms": at(0.99), "maxMs": at(1.0) })
    }
}

/// Bytes of this process in memory: now, and at most so far. Known on Linux.
pub fn resident() -> (Option<u64>, Option<u64>) {
    let status =
        viz_files::read(Path::new("/proc/self/status"), viz_files::Reach::Anywhere, 1 << 16).unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: u64 = line.trim_start_matches(':').trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes * 1024)
    };
    (field("VmRSS"), field("VmHWM"))
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
        let report = stats.report(Value::Null);
        assert_eq!(report["timings"]["hover"]["count"], 2000);
        assert_eq!(report["timings"]["hover"]["maxMs"], 1999.0);
        assert_eq!(report["timings"]["hover"]["medianMs"], 1500.0);
        assert_eq!(report["counters"]["turns"], 2);
    }
}
