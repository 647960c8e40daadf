//! What an editor shows, as plain data: functions of `(project, facts, file, offset)`.
//!
//! Invariant: offsets are bytes, results name places as [`viz_text::Loc`]s or byte ranges, and no type of LSP occurs.
//! Each feature is one file. Features work while the text is broken elsewhere, and at the cursor: what is asked about
//! unfinished text is answered from its lines and indentation (`context`), not from a tree that may lack it.

// Tests make the files that they are about.
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types))]

mod actions;
mod calls;
mod choices;
mod colors;
mod completion;
mod context;
mod definition;
mod drawing;
mod field;
mod folding;
mod from_items;
mod functions;
mod fuzzy;
mod highlight;
mod hints;
mod hover;
mod keywords;
mod kinship;
mod lenses;
mod lineage;
mod links;
mod props;
mod references;
mod rename;
mod renamed_files;
mod select_list;
mod selection;
mod semantic_tokens;
mod slot;
mod subject;
mod symbol;
mod symbols;
mod target;
mod tree;
mod yaml;

pub use actions::{Action, ActionKind, TextChange, actions, fix_all};
pub use calls::{Signature, SignatureHelp, signature_help};
pub use choices::{Choices, Wanted, choose, input_named, is_clearable, is_run};
pub use colors::{Color, Presentation, colors, presentations};
pub use completion::{CompletionItem, CompletionKind, completion, completion_grows, completion_questions};
pub use definition::{Definition, Definitions, definition};
pub use drawing::{Drawing, Plain, Sort, drawing, layout, stored_props, written};
pub use folding::{Fold, FoldKind, folding};
pub use functions::{Function, function, functions};
pub use highlight::{Highlight, highlight};
pub use hints::{Hint, HintKind, Known, hints};
pub use hover::{Hover, hover};
pub use kinship::{implementation, type_definition};
pub use lenses::{Lens, LensKind, lenses};
pub use lineage::{Call, Lineage, callees, callers, hierarchy_at, lineage, object_around};
pub use links::{Link, links};
pub use references::{Reference, references, references_to};
pub use rename::{RenameEdit, prepare_rename, rename};
pub use renamed_files::renamed_files;
pub use selection::selection_ranges;
pub use semantic_tokens::{SemanticToken, TokenKind, semantic_tokens};
pub use subject::{InsightAt, chart_of, insight_at, insight_named};
pub use symbols::{DocumentSymbol, SymbolKind, WorkspaceSymbol, document_symbols, workspace_symbols};
pub use target::{Target, target_at};

#[cfg(test)]
mod tests;
