//! What the server knows while it runs, and the threads that keep it up to date.

pub(crate) mod analysis;
pub(crate) mod calm;
pub(crate) mod converted;
mod disk;
pub(crate) mod documents;
pub(crate) mod edits;
pub(crate) mod keep_findings;
pub(crate) mod knowledge;
mod last_resort;
pub(crate) mod publish;
pub(crate) mod pull;
pub(crate) mod selection;
pub(crate) mod settings;
pub(crate) mod snapshot;
pub(crate) mod source_queries;
pub(crate) mod state;
pub(crate) mod stats;
pub(crate) mod status;
pub(crate) mod strays;
pub(crate) mod tally;
pub(crate) mod workspace;
