//! Answers the questions of [`viz_facts`] with DuckDB.
//!
//! The language server never runs SQL in its own process. An [`Engine`] starts the program's own executable again as a
//! *worker* ([`worker_main`]), sends it questions over its standard input, reads answers from its standard output, and
//! may kill it at any time. There are two kinds of worker ([`WorkerKind`]): one that can only parse and bind (it opens no
//! file and is always there), and one per project folder that opens the project's sources, which exists only in trusted
//! workspaces.
//!
//! ```text
//! Engine::ask ─► worker client (pipelining, deadlines, restarts) ─► process ─► Runner ─► gate ─► DuckDB
//! ```
//!
//! Invariant: only this crate runs SQL, and it runs a text only after the statement gate (`gate.rs`) has said that it is
//! exactly one SELECT that changes nothing. An error of the user's query is an answer
//! ([`viz_facts::SqlError`]); everything that says nothing about the query (a lock, a missing file, a timeout, a dead
//! worker, an extension that this build lacks) is [`viz_facts::Unknown`]. This crate knows neither YAML nor LSP.

// Tests make the files that they are about.
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types))]

mod attach;
mod batch;
mod cache_folder;
mod capsules;
mod cells;
mod column_text;
mod copies;
mod copy_room;
mod data;
mod data_version;
mod database;
mod database_files;
mod digits;
mod duckdb_log;
mod engine;
mod error_place;
mod errors;
mod export;
mod file_names;
mod file_url;
mod functions;
#[doc(hidden)]
pub mod fuzzing;
mod gate;
mod icu;
mod missing;
mod nesting;
mod options;
mod process;
mod protocol;
mod pure;
mod reads;
mod rows;
mod runner;
mod sandbox;
mod seal;
mod secrets;
mod shadow;
mod sources;
mod spaces;
mod sqlite;
mod sqlite_log;
mod sqlite_rows;
mod statement;
mod stored;
mod stuck;
mod told_names;
mod tree;
mod verdicts;
mod viewers_macros;
mod watchdog;
mod worker;
mod worker_slot;

#[cfg(test)]
mod tests;

pub use batch::CancelToken;
pub use cache_folder::cache_folder;
pub use capsules::{Run, newest as newest_runs, newest_asked};
pub use engine::{Engine, EngineConfig};
pub use export::{Export, data_version, identity};
pub use protocol::WorkerKind;
pub use pure::PureRunner;
pub use runner::{Limits, MOST_MEMORY, MOST_VALUES, Runner, RunnerKind};
pub use sandbox::{Wall, Walls};
pub use seal::seal;
pub use sources::SourceRunner;
pub use told_names::asks_for_database_names;
pub use worker::{Role, worker_main, worker_main_behind};

/// The version of DuckDB in this build, as DuckDB prints it. Part of every memo and cache key.
pub const DUCKDB_VERSION: &str = "v2.0.0";
