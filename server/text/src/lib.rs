//! Text as editors see it and text as analyses see it.
//!
//! A [`TextDocument`] is a rope that takes edits in any LSP position encoding; [`Lines`] are those of a text that stays as it is. A [`MappedText`] is a string together
//! with the places in the user's files that each of its bytes came from: decoded YAML scalars and composed SQL are both
//! of this kind, so that a fault found in SQL can be shown on the piece of YAML that caused it. A [`Spliced`] is a text with
//! pieces replaced that knows which byte was which. [`shown`], [`shorten`] and [`markdown`] make
//! text of others harmless where people see it; [`numbers`] writes numbers for them. [`wanted`] ends the reading of texts for somebody who
//! does not wait any more.
//!
//! Invariant: all offsets and ranges are bytes of UTF-8 text. Only [`TextDocument`] and [`Lines`] convert positions, and only the
//! `viz-lsp` crate asks them to. This crate knows neither YAML nor LSP types.

mod document;
mod lines;
mod location;
mod mapped;
pub mod markdown;
pub mod numbers;
pub mod shorten;
pub mod shown;
mod spliced;
mod taken;
pub mod wanted;

pub use document::{Edit, Encoding, Position, TextDocument};
pub use lines::Lines;
pub use location::{FileId, Loc, SegmentId};
pub use mapped::{MappedText, Piece};
pub use spliced::{Spliced, filled};
pub use taken::{Taken, replaced};
pub use text_size::{TextRange, TextSize};
