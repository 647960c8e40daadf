//! What an editor shows, as plain data: functions of `(project, file, offset)`.
//!
//! Invariant: offsets are bytes, results name places as [`viz_text::Loc`]s or byte ranges, and no type of LSP occurs.
//! Each feature is one file. Features work while the text is broken elsewhere.

mod hover;
mod target;

pub use hover::{Hover, hover};
pub use target::{Target, target_at};
