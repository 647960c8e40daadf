//! `textDocument/references`.

use crate::lsp::session::snapshot::Request;
use tower_lsp::lsp_types::{Location, Position};

/// Where the name at a position is used.
pub fn references(request: &Request, position: Position, declaration: bool) -> Option<Vec<Location>> {
    let subject = request.subject()?;
    let offset = request.offset(&subject, position);
    let found = viz_ide::references(&subject.project, &subject.facts(), subject.file, offset, declaration);
    Some(found.into_iter().filter_map(|found| request.location(&subject.project, found.file, found.range)).collect())
}
