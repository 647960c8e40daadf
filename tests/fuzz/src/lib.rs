//! What is fuzzed: each [`Target`] is a function of bytes that panics where something does not hold.
//!
//! Two programs run them. `viz-fuzz` (`main.rs`) mutates the seeds at random with the workspace's own compiler, for
//! `tests/run fuzz`. The wrappers in `fuzz/` hand the functions to libFuzzer, which watches what code runs and needs a
//! nightly compiler.

// Seeds are read, and files are made that the engine reads.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

#[cfg(feature = "engine")]
mod duckdb;
mod lexer;
mod mutate;
#[cfg(feature = "engine")]
mod protocol;
pub mod seeds;
#[cfg(feature = "engine")]
mod sqlite_log;
mod yaml;

pub use lexer::lexer;
pub use mutate::mutate;
pub use yaml::{contents, outline, scalars};

/// Something that reads bytes of others.
pub struct Target {
    /// Its name, also that of its wrapper in `fuzz/`.
    pub name: &'static str,
    /// Judges one input.
    pub run: fn(&[u8]),
    /// Inputs to begin with, from tests.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// What mutations put in.
    pub words: &'static [&'static str],
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "outline", run: yaml::outline, seeds: seeds::edited_yaml, words: yaml::WORDS },
    Target { name: "scalars", run: yaml::scalars, seeds: seeds::yaml, words: yaml::WORDS },
    Target { name: "contents", run: yaml::contents, seeds: seeds::contents, words: yaml::PARTS },
    Target { name: "lexer", run: lexer::lexer, seeds: seeds::sql, words: lexer::WORDS },
    #[cfg(feature = "engine")]
    Target { name: "lexer-duckdb", run: duckdb::lexer, seeds: seeds::sql, words: lexer::WORDS },
    #[cfg(feature = "engine")]
    Target { name: "gate", run: duckdb::gate, seeds: seeds::sql, words: lexer::WORDS },
    #[cfg(feature = "engine")]
    Target { name: "sqlite-log", run: sqlite_log::sqlite_log, seeds: sqlite_log::seeds, words: &[] },
    #[cfg(feature = "engine")]
    Target { name: "protocol", run: protocol::protocol, seeds: protocol::seeds, words: protocol::WORDS },
];

/// Bytes as text, whatever they are.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
