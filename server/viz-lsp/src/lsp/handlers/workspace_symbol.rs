//! `workspace/symbol`.

use crate::lsp::handlers::document_symbol::object_kind;
use crate::lsp::protocol::convert;
use crate::lsp::session::documents::Documents;
use crate::lsp::session::publish;
use crate::lsp::session::state::State;
use std::cmp::Reverse;
use tower_lsp::lsp_types::{Location, SymbolInformation};
use viz_text::Encoding;

/// More than anybody reads.
const LIMIT: usize = 256;

/// The objects of all projects with open texts whose names fit a query, best first.
#[expect(deprecated, reason = "the type has a deprecated field that must be given")]
pub fn workspace_symbols(
    state: &State,
    documents: &Documents,
    encoding: Encoding,
    query: &str,
) -> Vec<SymbolInformation> {
    let mut found = Vec::new();
    for snapshot in state.all() {
        let project = &snapshot.project;
        for symbol in viz_ide::workspace_symbols(project, query, LIMIT) {
            let file = project.file(symbol.file);
            let Some(uri) = publish::uri(&file.real, documents) else { continue };
            let information = SymbolInformation {
                name: symbol.name,
                kind: object_kind(symbol.kind),
                tags: None,
                deprecated: None,
                location: Location::new(uri, convert::range(file.lines(), symbol.range, encoding)),
                container_name: Some(symbol.container),
            };
            found.push((symbol.score, information));
        }
    }
    // Stable: of one score, in the order of the projects.
    found.sort_by_key(|(score, _)| Reverse(*score));
    found.into_iter().take(LIMIT).map(|(_, symbol)| symbol).collect()
}
