//! The command line.

pub(crate) mod args;
pub(crate) mod ask;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod deep;
mod diff;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod first_steps;
pub(crate) mod for_shells;
pub(crate) mod format;
pub(crate) mod formats;
pub(crate) mod lock;
pub(crate) mod mcp;
pub(crate) mod named;
mod projects_below;
pub(crate) mod query_log;
pub mod targets;
mod together;
