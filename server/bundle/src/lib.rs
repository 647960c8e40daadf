//! What a build makes of a project: which files, of what, in which order.
//!
//! [`plan`] is a pure function of a [`Project`](viz_project::Project), the facts that a check gathered about it, and the
//! errors that it found. A [`Plan`] lists the objects that have files (sources, models, inputs, insights), what each needs
//! to be built before it, and its [`Work`]: the texts of its JSON files and the queries whose rows go to others.
//! [`flat_to_traces`] and [`traces_to_flat`] turn the flat columns of a query into one trace per series, and back.
//!
//! Invariant: no file is read or written here and no query is run. The host does that with `viz-engine`.

mod inputs;
mod insights;
mod json;
mod layout;
mod models;
mod plan;
mod schemas;
mod traces;
mod work;

pub use layout::Layout;
pub use plan::{Node, Plan, Settings, Skipped, plan};
pub use schemas::questions;
pub use traces::{Flat, Trace, cohorts, flat_to_traces, series, traces_to_flat};
pub use work::{FlatText, Query, Text, Work, hash};
