//! `viz.lock`: what a check needs to know of the data, in a file beside the project's (`docs/lock.md`).
//!
//! A lock holds answers of the engine, each under the hash of its question: the columns of models, the options of inputs, whether a
//! query runs. The hash is of what is the same on every machine ([`portable`]), so an answer is found again wherever the project is
//! checked, and never for a query that has changed.
//!
//! Invariant: a file is believed as a whole or not at all ([`read`]), the same lock is the same bytes ([`Lock::to_text`]), and
//! nothing in it says more about the data than [`Keep`] allows. This crate opens no file and knows neither YAML nor DuckDB.

mod diff;
mod hash;
mod keep;
mod lock;
mod read;
mod shapes;
mod write;

pub use diff::{Change, Danger, What, diff};
pub use hash::{Hash, portable};
pub use keep::{kept, no_more_than};
pub use lock::{Given, Lock, Section, SectionKind};
pub use read::{Damaged, is_kept, read};
pub use viz_project::Keep;
pub use write::TooLarge;

/// Name of the file, beside the project file.
pub const LOCK_FILE: &str = "viz.lock";

/// More bytes than this no lock has.
pub const MOST_BYTES: u64 = 1 << 20;

/// Of an input with more options than this, no option is kept.
pub const MOST_OPTIONS: usize = 2_000;

/// Version of the file's form.
pub const VERSION: i64 = 1;
