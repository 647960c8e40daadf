//! What models, sources, tables and expressions are known to hold.

pub(crate) mod check_expression;
pub(crate) mod check_model;
pub(crate) mod check_table;
pub(crate) mod earlier_runs;
mod literal_places;
mod missing;
pub(crate) mod not_run;
pub(crate) mod source;
pub(crate) mod unusable_source;
mod what_was_meant;
