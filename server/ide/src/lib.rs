//! What an editor shows, as plain data: functions of `(project, facts, file, offset)`.
//!
//! Invariant: offsets are bytes, results name places as [`viz_text::Loc`]s or byte ranges, and no type of LSP occurs.
//! Each feature is one file. Features work while the text is broken elsewhere, and at the cursor: what is asked about
//! unfinished text is answered from its lines and indentation (`context`), not from a tree that may lack it.

// Tests make the files that they are about.
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types))]

mod actions;
mod choices;
mod chosen;
mod colors;
mod completion;
mod cursor;
mod definition;
mod describe;
mod document_links;
mod figure;
mod folding;
mod format;
mod fuzzy;
mod highlight;
mod hints;
mod hover;
mod insight_at;
mod lenses;
mod lineage;
mod origins;
mod references;
mod rename;
mod renamed_files;
mod selection;
mod semantic_tokens;
mod signature_help;
mod snapshot;
mod sql_text;
mod symbols;
mod type_definition;

pub use actions::{Action, ActionKind, MOST_OFFERED, TextChange, actions, fix_all, include_file};
pub use choices::{Choices, Wanted, input_named};
pub use chosen::{choose, chosen};
pub use colors::{Color, Presentation, colors, presentations};
pub use completion::{Completion, CompletionItem, CompletionKind, completion, completion_grows, completion_questions};
pub use cursor::target::{Target, target_at};
pub use definition::{Definition, Definitions, definition};
pub use describe::Hover;
pub use document_links::{Link, links};
pub use figure::{Drawing, Sort, drawing, layout};
pub use folding::{Fold, FoldKind, folding};
pub use format::{Reformat, Unformatted, apply, format, indent_of_new_line};
pub use highlight::{Highlight, highlight};
pub use hints::{Hint, HintKind, hints};
pub use hover::hover;
pub use insight_at::{InsightAt, chart_of, insight_at, insight_named};
pub use lenses::{Lens, LensKind, lenses};
pub use lineage::{Call, Lineage, callees, callers, hierarchy_at, lineage, object_around, stations_at};
pub use origins::{Feeds, TableColumn, columns_with_origins, hover_questions};
pub use references::{Reference, references, references_to};
pub use rename::{RenameEdit, prepare_rename, rename};
pub use renamed_files::renamed_files;
pub use selection::selection_ranges;
pub use semantic_tokens::{SemanticToken, TokenKind, semantic_tokens};
pub use signature_help::{Signature, SignatureHelp, signature_help};
pub use snapshot::Snapshot;
pub use sql_text::functions::{Function, function, functions};
pub use symbols::{DocumentSymbol, SymbolKind, WorkspaceSymbol, document_symbols, workspace_symbols};
pub use type_definition::{implementation, type_definition};

#[cfg(test)]
mod tests;
