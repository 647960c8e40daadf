//! `textDocument/documentColor` and `textDocument/colorPresentation`.

use crate::lsp::session::snapshot::Request;
use tower_lsp::lsp_types::{Color, ColorInformation, ColorPresentation, Range, TextEdit};
use viz_text::TextRange;

/// The colours of a text.
pub fn colors(request: &Request) -> Option<Vec<ColorInformation>> {
    let subject = request.subject()?;
    let color = |color: viz_ide::Color| {
        let [red, green, blue, alpha] = color.rgba;
        let range = request.range(&subject.project, subject.file, color.range);
        ColorInformation { range, color: Color { red, green, blue, alpha } }
    };
    Some(viz_ide::colors(&subject.project, subject.file).into_iter().map(color).collect())
}

/// The ways to write a colour.
pub fn presentations(request: &Request, color: Color, range: Range) -> Option<Vec<ColorPresentation>> {
    let subject = request.subject()?;
    let (start, end) = (request.offset(&subject, range.start), request.offset(&subject, range.end));
    let within = TextRange::new(start.min(end), end.max(start));
    let rgba = [color.red, color.green, color.blue, color.alpha];
    let shown = |found: viz_ide::Presentation| ColorPresentation {
        label: found.label,
        text_edit: Some(TextEdit::new(request.range(&subject.project, subject.file, found.range), found.text)),
        additional_text_edits: None,
    };
    Some(viz_ide::presentations(&subject.project, subject.file, within, rgba).into_iter().map(shown).collect())
}
