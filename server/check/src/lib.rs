//! What breaks, for whom, and how far that was looked at.
//!
//! [`check`] is a pure function of a [`Project`](viz_project::Project), the [`FactStore`](viz_facts::FactStore) and
//! [`CheckOptions`]: the editor and the command line call it alike. It returns a [`Report`] with the *questions* whose
//! answers would improve it; the host gets them answered by the engine and calls again.
//!
//! Invariants: unknown is never an error and never silence (`verdicts.md`); a finding of DuckDB-dialect syntax is only
//! made once DuckDB's own parser has refused the text. This crate knows neither LSP, stdout nor DuckDB.

mod artefacts;
mod browser_engine;
mod check;
mod codes;
mod combinations;
mod dates;
mod expressions;
mod facts;
mod findings;
mod further;
mod inputs;
mod insight;
mod lambda;
mod mask;
mod memo;
mod models;
mod not_run;
mod options;
mod oracle;
pub mod proof;
mod ranges;
mod rendered;
mod repetition;
mod report;
mod shorten;
mod sources;
mod standing;
mod states;
mod suggest;
mod suppression;
mod tables;
mod witness;

pub use check::{Attention, CheckOptions, Level, MAX_COMBINATIONS, check, check_first};
pub use codes::{CODES, Code, code};
pub use memo::Memo;
pub use models::{columns_of, columns_of_a_run};
pub use options::{InputOptions, OptionSource, option_question, options_of};
pub use oracle::SMALL_FILE;
pub use rendered::{RenderedColumn, RenderedQuery, RenderedTable, rendered_query};
pub use report::{
    Counters, FailedCombinations, Finding, InputReport, InsightReport, Judge, ObjectName, OptionsStatus, Report,
    Severity, Status,
};
pub use sources::{source_of_model, source_spec, sources};
pub use states::{State, Value, initial_state, numeric_text, states};
