//! What breaks, for whom, and how far that was looked at.
//!
//! [`check`] is a pure function of a [`Project`](viz_project::Project), the [`FactStore`](viz_facts::FactStore) and
//! [`CheckOptions`]: the editor and the command line call it alike. It returns a [`Report`] with the *questions* whose
//! answers would improve it; the host gets them answered by the engine and calls again.
//!
//! Invariants: unknown is never an error and never silence (`verdicts.md`); a finding of DuckDB-dialect syntax is only
//! made once DuckDB's own parser has refused the text. This crate knows neither LSP, stdout nor DuckDB.

mod dashboards;
mod engine_errors;
mod facts;
mod inputs;
mod insight;
mod models;
pub mod proof;
mod report;
mod run;
mod selection;
mod settings;

pub use inputs::options::{InputOptions, OptionSource, option_question, options_of};
pub use inputs::states::{initial_state, states};
pub use insight::rendered::{RenderedColumn, RenderedQuery, RenderedTable, rendered_query};
pub use insight::static_props::{Filled, node_of, placeholders, static_props, stored_props, written};
pub use models::check_model::{columns_of, columns_of_a_run, model_question};
pub use models::source::{source_of_model, source_spec, sources};
pub use report::cost::Cost;
pub use report::findings::Findings;
pub use report::insights::Insights;
pub use report::rule::is_rule;
pub use report::{
    Counters, FailedCombinations, Finding, InputReport, InsightReport, Judge, ObjectName, OptionsStatus, Proof, Report,
    Status,
};
pub use run::check::{check, check_first};
pub use run::memo::Memo;
pub use run::reference_loader::SMALL_FILE;
pub use selection::{State, Value, numeric_text};
pub use settings::{Attention, CheckOptions, Level, MAX_COMBINATIONS};
pub use viz_project::{Code, Severity};
