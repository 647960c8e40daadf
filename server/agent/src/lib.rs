//! What a coding assistant can ask of a project, as plain values.
//!
//! A [query plan](plan) is a question on the data as JSON. [`plan::understand`] is a pure function of a project, what is known of its
//! data and the plan: it says everything that is wrong at once, with what would mend it, or gives the SQL.
//!
//! [Tools](TOOLS) are values with a function from a [`Session`] and arguments to an [`Answer`]. Who offers them to whom, by which
//! protocol, is the business of others.
//!
//! Invariant: SQL is made of the project's own expressions, of quoted names and of quoted values; no text of a plan gets into it
//! unquoted. This crate runs nothing, and knows neither DuckDB, LSP nor any protocol of agents.

// Tests make the files that they are about.
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types))]

mod answer;
pub mod plan;
mod run;
mod session;
mod tool;
mod tools;

pub use answer::{Answer, MOST_CHARACTERS, NOTE};
pub use run::Circumstances;
pub use session::{Host, Session};
pub use tool::Tool;
pub use tools::{INSTRUCTIONS, TOOLS, named};
