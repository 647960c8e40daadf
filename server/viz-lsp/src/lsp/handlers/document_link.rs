//! `textDocument/documentLink`.

use crate::lsp::session::publish;
use crate::lsp::session::snapshot::Request;
use tower_lsp::lsp_types::DocumentLink;
use viz_project::FileSystem;

/// The files that a text names.
pub fn links(request: &Request) -> Option<Vec<DocumentLink>> {
    let subject = request.subject()?;
    let files = request.state.files(&request.documents);
    let link = |link: viz_ide::Link| {
        Some(DocumentLink {
            range: request.range(&subject.project, subject.file, link.range),
            target: Some(publish::uri(&files.real(&link.target), &request.documents)?),
            tooltip: None,
            data: None,
        })
    };
    Some(viz_ide::links(&subject.project, &files, subject.file).into_iter().filter_map(link).collect())
}
