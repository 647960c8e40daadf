//! `textDocument/documentHighlight`.

use crate::lsp::session::snapshot::Request;
use tower_lsp::lsp_types::{DocumentHighlight, DocumentHighlightKind, Position};

/// The places in a text that name what stands at a position.
pub fn highlight(request: &Request, position: Position) -> Option<Vec<DocumentHighlight>> {
    let subject = request.subject()?;
    let offset = request.offset(&subject, position);
    let found = viz_ide::highlight(&subject.project, &subject.facts(), subject.file, offset);
    let convert = |found: viz_ide::Highlight| DocumentHighlight {
        range: request.range(&subject.project, subject.file, found.range),
        kind: Some(if found.is_write { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    };
    Some(found.into_iter().map(convert).collect())
}
