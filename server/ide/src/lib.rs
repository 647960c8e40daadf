//! What an editor shows, as plain data: functions of `(project, facts, file, offset)`.
//!
//! Invariant: offsets are bytes, results name places as [`viz_text::Loc`]s or byte ranges, and no type of LSP occurs.
//! Each feature is one file. Features work while the text is broken elsewhere, and at the cursor: what is asked about
//! unfinished text is answered from its lines and indentation (`context`), not from a tree that may lack it.

mod completion;
mod context;
mod definition;
mod field;
mod fuzzy;
mod highlight;
mod hover;
mod props;
mod references;
mod rename;
mod select_list;
mod slot;
mod symbol;
mod symbols;
mod target;
mod yaml;

pub use completion::{CompletionItem, CompletionKind, completion};
pub use definition::{Definition, Definitions, definition};
pub use highlight::{Highlight, highlight};
pub use hover::{Hover, hover};
pub use references::{Reference, references};
pub use rename::{RenameEdit, prepare_rename, rename};
pub use symbols::{DocumentSymbol, SymbolKind, WorkspaceSymbol, document_symbols, workspace_symbols};
pub use target::{Target, target_at};

#[cfg(test)]
mod tests;
