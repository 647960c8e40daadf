//! `viz/status`: how far a project has been checked.

use serde::Serialize;
use serde_json::Value;
use viz_facts::{Question, Reason};

/// How far a project has been checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The project's folder.
    pub root: String,
    /// What is being done.
    pub state: Doing,
    /// How deep it is checked.
    #[cfg_attr(test, ts(type = "\"parse\" | \"bind\" | \"execute\""))]
    pub level: &'static str,
    /// Whether sources may be opened.
    pub trusted: bool,
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Information.
    pub information: usize,
    /// Hints.
    pub hints: usize,
    /// How far its insights are.
    pub insights: Insights,
    /// How many combinations are judged.
    pub combinations: Combinations,
    /// Why some insights are not checked, once per reason.
    pub why: Vec<Why>,
    /// What is done of each tier.
    #[cfg_attr(test, ts(as = "Vec<Tier>"))]
    pub tiers: [Tier; 3],
    /// What is known of the data.
    pub facts: Facts,
    /// Versions of DuckDB.
    pub engine: Engine,
    /// What is pinned.
    #[cfg_attr(test, ts(type = "Choices | null"))]
    pub pinned: Value,
}

impl Status {
    /// In the form of `docs/requests.md`.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Doing {
    /// Insights are left.
    Checking,
    /// For answers of sources.
    Waiting,
    /// Nothing.
    Done,
}

/// Numbers of insights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Insights {
    /// All.
    pub total: usize,
    /// At the level that was asked for.
    pub checked: usize,
    /// At a lower one.
    pub partial: usize,
    /// Not at all.
    pub unchecked: usize,
}

/// Numbers of combinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Combinations {
    /// All.
    pub total: usize,
    /// Judged.
    pub covered: usize,
}

/// Why insights are not checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Why {
    /// Stable.
    #[cfg_attr(test, ts(type = "string"))]
    pub code: Reason,
    /// In words.
    pub message: String,
    /// How many.
    pub insights: usize,
    /// Which, the first few.
    pub names: Vec<String>,
}

/// A tier of checking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Tier {
    /// `T0`, `T1`, `T2`.
    #[cfg_attr(test, ts(type = "\"T0\" | \"T1\" | \"T2\""))]
    pub tier: &'static str,
    /// `done`, `running`, `open`, `off`.
    #[cfg_attr(test, ts(type = "\"done\" | \"running\" | \"open\" | \"off\""))]
    pub state: &'static str,
    /// Questions that are open.
    pub open: usize,
}

impl Tier {
    /// Whether a question belongs to T0: texts are parsed. What else needs no source is T1.
    pub fn is_parsing(question: &Question) -> bool {
        matches!(question, Question::Parse { .. })
    }
}

/// What is known of the data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Facts {
    /// Questions with an answer.
    pub known: usize,
    /// Questions with an answer of data that have changed since.
    pub stale: usize,
    /// Questions that could not be answered.
    pub unknown: usize,
    /// Questions that no source answers and the lock does.
    pub locked: usize,
    /// When the oldest answer was given.
    pub oldest: Option<String>,
    /// When the newest one was.
    pub newest: Option<String>,
}

/// Versions of DuckDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Engine {
    /// The bundled one.
    pub version: &'static str,
    /// The browser's.
    pub browser: &'static str,
}
