//! `textDocument/inlayHint`.

use crate::lsp::session::snapshot::Request;
use tower_lsp::lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, Range};
use viz_ide::HintKind;
use viz_text::{TextRange, TextSize};

/// The hints of a range of a text.
pub fn hints(request: &Request, range: Range) -> Option<Vec<InlayHint>> {
    let subject = request.subject()?;
    let (start, end) = (request.offset(&subject, range.start), request.offset(&subject, range.end));
    let facts = subject.facts();
    let within = TextRange::new(start.min(end), end.max(start));
    let found = viz_ide::hints(&subject.snapshot(&facts), &subject.insights, subject.file, within);
    let position = |at: TextSize| request.range(&subject.project, subject.file, TextRange::empty(at)).start;
    let hint = |hint: viz_ide::Hint| InlayHint {
        position: position(hint.at),
        label: InlayHintLabel::String(hint.label),
        kind: (hint.kind == HintKind::Type).then_some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: hint.tooltip.map(InlayHintTooltip::String),
        padding_left: (hint.kind != HintKind::Type).then_some(true),
        padding_right: None,
        data: None,
    };
    Some(found.into_iter().map(hint).collect())
}
