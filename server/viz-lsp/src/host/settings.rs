//! The settings of a check: what the command line or the session asks for wins over the project's configuration, which
//! wins over the defaults.

use crate::host::answerer::Limits;
use chrono::NaiveDateTime;
use std::time::Duration;
use viz_check::{CheckOptions, Level, MAX_COMBINATIONS};
use viz_engine::{MOST_MEMORY, MOST_VALUES};
use viz_project::Config;

/// Stack of a thread that checks, in bytes: SQL nests, and so does the recursion over it.
pub const STACK: usize = 64 << 20;

/// Those that share the work of a check have it, too. A pool that exists already stays as it is.
pub fn give_every_thread_its_stack() {
    let threads = rayon::ThreadPoolBuilder::new().stack_size(STACK).thread_name(|at| format!("check {at}"));
    if let Err(error) = threads.build_global() {
        tracing::warn!(%error, "the threads of checks have small stacks");
    }
}

/// What was asked for, as far as it was.
#[derive(Debug, Clone, Copy)]
pub struct AskedFor {
    /// How deep to look.
    pub level: Option<Level>,
    /// The cut-off of combinations per insight.
    pub max_combinations: Option<usize>,
    /// Seed of samples.
    pub seed: Option<u64>,
    /// Whether option queries are thought to bring options that would break something.
    pub hostile: Option<bool>,
    /// Seconds that one query may take.
    pub timeout: Option<f64>,
    /// Megabytes that one query may use.
    pub memory: Option<u64>,
    /// Whether sources may be opened.
    pub trusted: bool,
    /// Local time, for date expressions.
    pub now: NaiveDateTime,
}

impl AskedFor {
    /// Nothing, of sources that may be opened.
    pub const fn nothing(now: NaiveDateTime) -> Self {
        Self {
            level: None,
            max_combinations: None,
            seed: None,
            hostile: None,
            timeout: None,
            memory: None,
            trusted: true,
            now,
        }
    }

    /// The options of a check of a project with this configuration.
    pub fn options(&self, config: &Config) -> CheckOptions {
        CheckOptions {
            level: self.level.unwrap_or_else(|| configured_level(config)),
            max_combinations: self.max_combinations.or(config.max_combinations).unwrap_or(MAX_COMBINATIONS),
            seed: self.seed.or(config.seed).unwrap_or_default(),
            hostile: self.hostile.unwrap_or(config.hostile_options),
            trusted: self.trusted,
            oracle: true,
            now: self.now,
        }
    }

    /// The options of a check, and what one query of it may cost.
    pub fn merge(&self, config: &Config) -> (CheckOptions, Limits) {
        (self.options(config), limits(self.timeout, self.memory, config))
    }
}

/// Nobody waits longer for one query, and clocks can't count much further.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// What one query of the engine may cost: seconds and megabytes as asked for, else as the project sets them. What the engine
/// can't keep to is refused where it is read.
pub fn limits(timeout: Option<f64>, memory: Option<u64>, config: &Config) -> Limits {
    let usual = Limits::default();
    Limits {
        timeout: timeout.or(config.timeout).map_or(usual.timeout, seconds),
        memory: memory.or(config.memory).map_or(usual.memory, |memory| memory * MEGABYTE),
        values: config.max_values.map_or(usual.values, |values| values * MEGABYTE),
    }
}

const MEGABYTE: u64 = 1_000_000;

/// What the settings allow is what the engine allows.
const _: () = assert!(MOST_MEMORY == viz_project::MOST_MEMORY * MEGABYTE);
const _: () = assert!(MOST_VALUES == viz_project::MOST_VALUES * MEGABYTE);

/// A time. What is none is refused where it is read; what no clock can count is longer than anybody waits.
pub fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_TIMEOUT).min(LONGEST_TIMEOUT)
}

/// The level that a project asks for.
fn configured_level(config: &Config) -> Level {
    config.level.map_or(Level::Bind, Level::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: AskedFor = AskedFor::nothing(NaiveDateTime::MIN);

    #[test]
    fn what_is_asked_for_wins_over_the_configuration() {
        let config = Config::parse("max_combinations: 7\nseed: 5\ntimeout: 2\nlevel: parse\n").unwrap();
        let asked = AskedFor { seed: Some(9), ..NOTHING };
        let (options, limits) = asked.merge(&config);
        assert_eq!((options.max_combinations, options.seed, limits.timeout), (7, 9, Duration::from_secs(2)));
        assert!(matches!(options.level, Level::Parse));
        let (options, limits) = NOTHING.merge(&Config::default());
        assert_eq!((options.max_combinations, limits), (MAX_COMBINATIONS, Limits::default()));
        let endless = Config::default();
        assert_eq!(super::limits(Some(1e19), None, &endless).timeout, LONGEST_TIMEOUT);
        let config = Config::parse("memory: 200\nmax_values: 3\n").unwrap();
        let limits = |memory| {
            let limits = super::limits(None, memory, &config);
            (limits.memory, limits.values)
        };
        assert_eq!((limits(None), limits(Some(300))), ((200_000_000, 3_000_000), (300_000_000, 3_000_000)));
    }

    #[test]
    fn the_level_of_the_project_or_what_is_asked_for() {
        let config = Config::parse("level: execute\n").unwrap();
        assert_eq!(NOTHING.options(&config).level, Level::Execute);
        assert_eq!(AskedFor { level: Some(Level::Bind), ..NOTHING }.options(&config).level, Level::Bind);
        assert_eq!(
            AskedFor { level: Some(Level::Execute), ..NOTHING }.options(&Config::default()).level,
            Level::Execute
        );
    }
}
