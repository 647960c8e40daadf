//! `textDocument/hover`.

use crate::lsp::protocol::plain_text::plain;
use crate::lsp::session::snapshot::Request;
use tower_lsp::lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

/// The hover at a position.
pub fn hover(request: &Request, position: Position) -> Option<Hover> {
    let subject = request.subject()?;
    let offset = request.offset(&subject, position);
    let facts = subject.facts();
    let found = viz_ide::hover(&subject.snapshot(&facts), subject.file, offset)?;
    // So that the next one can tell more.
    let questions = viz_ide::hover_questions(&subject.project, &facts, subject.file, offset);
    drop(facts);
    if !questions.is_empty() {
        request.state.wonder(&subject.project.root, questions);
    }
    let contents = match request.client.plain_hovers {
        true => MarkupContent { kind: MarkupKind::PlainText, value: plain(&found.markdown) },
        false => MarkupContent { kind: MarkupKind::Markdown, value: found.markdown },
    };
    Some(Hover {
        contents: HoverContents::Markup(contents),
        range: Some(request.range(&subject.project, subject.file, found.range)),
    })
}
