//! What a check depends on besides texts and facts, and which insights come first.

use rustc_hash::FxHashSet;
use viz_project::ConfiguredLevel;
use viz_text::FileId;

/// The cut-off: up to this many combinations of an insight are rendered and parsed one by one.
pub const MAX_COMBINATIONS: usize = 96;

/// How deep to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Parse only: no source is opened.
    Parse,
    /// Also schemas, option queries and binding.
    Bind,
    /// Also execution.
    Execute,
}

impl From<ConfiguredLevel> for Level {
    fn from(level: ConfiguredLevel) -> Self {
        match level {
            ConfiguredLevel::Parse => Level::Parse,
            ConfiguredLevel::Bind => Level::Bind,
            ConfiguredLevel::Execute => Level::Execute,
        }
    }
}

/// What a check depends on besides text and facts.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckOptions {
    /// How deep to look.
    pub level: Level,
    /// The cut-off per insight.
    pub max_combinations: usize,
    /// Seed of the sample.
    pub seed: u64,
    /// Whether option queries are thought to bring options that would break something.
    pub hostile: bool,
    /// Whether sources may be opened.
    pub trusted: bool,
    /// Whether large files are read as a whole, too, which is slow.
    pub oracle: bool,
    /// Local time, for date expressions.
    pub now: chrono::NaiveDateTime,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            level: Level::Bind,
            max_combinations: MAX_COMBINATIONS,
            seed: 0,
            hostile: false,
            trusted: true,
            oracle: true,
            now: chrono::Local::now().naive_local(),
        }
    }
}

/// Which insights have to be checked anew at once, where somebody waits.
#[derive(Clone, Copy)]
pub struct Attention<'a> {
    /// Those in these files; all if `None`.
    pub files: Option<&'a FxHashSet<FileId>>,
    /// And as long as this doesn't say that it is not worth the time any more.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl Attention<'_> {
    /// All insights, to the end.
    pub const ALL: Attention<'static> = Attention { files: None, stop: &|| false };
}
