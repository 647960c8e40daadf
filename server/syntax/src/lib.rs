//! YAML as a tree with exact spans that survives broken text, and the small languages inside its strings.
//!
//! A [`Document`] cuts a file into [`Segment`]s, one for each list item of a top-level section, and parses each alone. So
//! a keystroke parses one item, and a fault in one item leaves the others as they are. Places are [`Loc`]s: relative to
//! their segment, whose id is kept as long as its bytes are.
//!
//! A [`Scalar`] gives its content with the place of every byte ([`Scalar::mapped`]). Offsets of [`query_string`],
//! [`references`], [`almost_references`], [`env_references`] and [`cursor`] are bytes of such a content.
//!
//! Invariants: parsing never fails and never panics; [`Document::reparse`] gives what [`Document::parse`] would, but for
//! the ids of segments. This crate knows nothing of objects, files or databases, except for the names of the sections
//! (a bare one at the start of a line is taken as a key without its colon).
//!
//! [`Loc`]: viz_text::Loc

// Tests make the files that they are about.
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types))]

mod alias;
mod almost;
mod breaks;
mod builder;
mod cursor;
mod document;
mod evaluation;
mod events;
mod leaves;
mod line;
mod node;
mod oracle;
mod outline;
mod path;
mod plain;
mod problem;
mod query_string;
mod quoted;
mod recover;
mod reference;
mod reuse;
mod scalar;
mod suppression;
mod tabs;
#[doc(hidden)]
pub mod testing;
mod top;
mod tree;
mod typed;

pub use almost::{AlmostReason, AlmostReference, almost_references};
pub use cursor::{Cursor, cursor};
pub use document::{Counters, Document, Segment, SegmentKind};
pub use evaluation::{EVALUATION_CALLS, Evaluation, EvaluationFault, evaluation};
pub use leaves::Leaf;
pub use node::{Entry, Node, NodeKind, Scalar};
pub use oracle::Refusal;
pub use path::PathStep;
pub use plain::{Plain, node_at};
pub use problem::{Problem, ProblemKind};
pub use query_string::{QueryString, QueryStringError, Slice, query_string};
pub use quoted::{double_quoted, is_plain, quoted, quoted_as};
pub use reference::{
    PathOutside, RefForm, Reference, env_references, is_referable, path_outside, paths_outside, references,
};
pub use scalar::Style;
pub use suppression::Suppression;
pub use top::{TopEntry, TopValue};
pub use typed::Typed;

#[cfg(test)]
mod tests;
