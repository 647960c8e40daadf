//! The facts of plotly's own schema: which attributes a trace and a layout have, and which values each of them takes.
//!
//! The facts are embedded (`schema/plotly.json`, under plotly's MIT licence beside it) and read when first asked for.
//! `generate/generate.mjs` makes that file from the npm package `plotly.js`.
//!
//! Invariant: this crate knows plotly and nothing of YAML, queries or projects.

mod color;
mod schema;
mod value;

pub use color::{COLORSCALES, is_color, named_colors, rgba, spellings};
pub use schema::{Attribute, Constant, Items, Pattern, Root, Schema, ValueType, schema};
pub use value::{Given, Misfit};
