//! From slots and references to SQL.
//!
//! [`compose`] builds the query of an insight as section 6 of the format reference says, as a [`Template`]: text with
//! *holes* where a viewer's choices go, each byte mapped back to the YAML it came from. [`Template::render`] fills the
//! holes as the browser does (5.5). [`parse`] and [`tokenize`] are sqlparser with byte offsets.
//!
//! Invariant: pure functions of a project, schemas and options. This crate runs nothing and knows neither DuckDB nor LSP.

mod accessor;
mod aggregates;
mod brackets;
pub mod canonical;
pub mod engine_1_4;

mod columns_in_texts;
mod compose;
mod dialect;
mod direction;
mod dropped;
mod expand;
mod fields;
mod filled;
mod grouped;
mod hash;
mod join;
mod lineage;
mod literal;
mod options;
mod order;
mod output;
mod parentheses;
mod parse;
mod part;
mod quoting;
mod rewrite;
mod statics;
mod template;
mod tokens;
mod viewers_tree;
mod windows;

pub use accessor::Accessor;
pub use aggregates::{Shape, foreign_aggregates, is_one_aggregate, shape_of};

pub use brackets::{Nesting, Unpaired, unclosed, unpaired};
pub use compose::{
    Clause, Composed, Placed, Selected, Unread, compose, compose_without, dependent_models, inputs_of, no_model,
};
pub use direction::without_direction;
pub use expand::{Context, quote};
pub use fields::{NoText, OverModels, field, joined};
pub use filled::Filled;
pub use hash::{alias_hash, name_hash};
pub use lineage::{Lineage, LineageColumn, LineageRest, Meaning, Name, Origins, Read, Way, lineage};
pub use options::{model_query, option_query};
pub use output::{OutputColumns, UnnamedColumn, output_columns, own_alias, unnamed_columns};
pub use parse::{ParseError, parse, parse_expression, parse_foreign};
pub use part::Regrouped;
pub use statics::problems_of_statics;
pub use template::{Hole, Role, Template, upper_null};
pub use tokens::{LexError, Token, tokenize};
pub use viewers_tree::Alike;
