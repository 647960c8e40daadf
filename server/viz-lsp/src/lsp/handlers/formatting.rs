//! `textDocument/formatting`, `textDocument/rangeFormatting` and `textDocument/onTypeFormatting`, for who asks for them in the settings.

use crate::host::own::Foreign;
use crate::lsp::session::snapshot::{Request, Subject};
use std::sync::atomic::Ordering;
use tower_lsp::lsp_types::{Position, Range, TextEdit};
use viz_ide::{Reformat, Unformatted};
use viz_text::TextRange;

/// The edits that format a text or a range of it; why it is left as it is, where its findings don't tell.
pub fn format(request: &Request, range: Option<Range>) -> Option<Result<Vec<TextEdit>, String>> {
    let subject = subject(request)?;
    let file = subject.project.file(subject.file);
    if let Some(why) = Foreign::of_file(&subject.project, file) {
        return Some(Err(format!("{} {why}: it is not formatted", file.relative)));
    }
    let offset = |position| request.offset(&subject, position);
    let range = range.map(|range| TextRange::new(offset(range.start), offset(range.end).max(offset(range.start))));
    match viz_ide::format(&file.document, range) {
        Ok(edits) => Some(Ok(edits.into_iter().map(|edit| text_edit(request, &subject, edit)).collect())),
        // Whoever formats when saving saves half a line, too; what is wrong with it is a finding.
        Err(why @ Unformatted::Broken(_)) => {
            tracing::info!("{} {why}", file.relative);
            None
        }
        Err(why) => Some(Err(format!("{} {why}", file.relative))),
    }
}

/// The edit that indents a line that was just begun.
pub fn on_type(request: &Request, at: Position) -> Option<Vec<TextEdit>> {
    let subject = subject(request)?;
    let document = &subject.project.file(subject.file).document;
    let edit = viz_ide::indent_of_new_line(document, request.offset(&subject, at))?;
    Some(vec![text_edit(request, &subject, edit)])
}

/// The text, if texts are formatted.
fn subject(request: &Request) -> Option<Subject> {
    request.state.formats.load(Ordering::SeqCst).then(|| request.subject())?
}

fn text_edit(request: &Request, subject: &Subject, edit: Reformat) -> TextEdit {
    TextEdit::new(request.range(&subject.project, subject.file, edit.range), edit.text)
}
