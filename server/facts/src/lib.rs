//! Questions about data and databases, and their answers.
//!
//! `check` and `ide` ask, `engine` answers, the host (the language server or the command line) carries both between
//! them. So nothing but the host links DuckDB, and a check is a pure function of a text and a [`FactStore`].
//!
//! Invariant: a question holds everything that its answer depends on besides the data itself; equal questions have equal
//! answers until the data change. What could not be found out is [`Fact::Unknown`] with a reason, never a guess.
//! This crate knows neither YAML, DuckDB nor LSP.

mod answer;
mod capsule;
mod data_type;
mod export;
mod keyed;
mod names_as_data;
mod number;
mod parsed_alike;
mod query_table;
mod question;
mod reason;
mod rows;
mod store;
mod stored;
mod up_to_names;

pub use answer::{Answer, Column, Detail, OptionValues, SqlError, SqlErrorKind, Unknown};
pub use capsule::Capsule;
pub use data_type::{DataType, TypeKind};
pub use export::{ExportFiles, Exported, FlatFile};
pub use keyed::{KeyedQuestion, QuestionKey};
pub use names_as_data::{could_look_at_names, looks_at_names};
pub use number::js_number;
pub use parsed_alike::parsed_alike;
pub use query_table::{QueryTable, over_tables, with_clause};
pub use question::{Catalog, ProbeRow, Question, RunBy, ShadowTable, SourceSpec, Storage};
pub use reason::Reason;
pub use rows::Rows;
pub use store::{Fact, FactStore};
pub use stored::Unwritable;
pub use up_to_names::{Names, up_to_names};
