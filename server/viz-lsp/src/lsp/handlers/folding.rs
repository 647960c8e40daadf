//! `textDocument/foldingRange` and `textDocument/selectionRange`.

use crate::lsp::session::snapshot::Request;
use tower_lsp::lsp_types::{FoldingRange, FoldingRangeKind, Position, SelectionRange};
use viz_ide::FoldKind;

/// The folds of a text.
pub fn folding(request: &Request) -> Option<Vec<FoldingRange>> {
    let subject = request.subject()?;
    let fold = |fold: viz_ide::Fold| FoldingRange {
        start_line: fold.start,
        end_line: fold.end,
        kind: match fold.kind {
            FoldKind::Code => None,
            FoldKind::Comment => Some(FoldingRangeKind::Comment),
            FoldKind::Includes => Some(FoldingRangeKind::Imports),
            FoldKind::Region => Some(FoldingRangeKind::Region),
        },
        ..FoldingRange::default()
    };
    Some(viz_ide::folding(&subject.project, subject.file).into_iter().map(fold).collect())
}

/// What to select around each of some positions, step by step.
pub fn selection_ranges(request: &Request, positions: &[Position]) -> Option<Vec<SelectionRange>> {
    let subject = request.subject()?;
    let around = |position: &Position| {
        let offset = request.offset(&subject, *position);
        let ranges = viz_ide::selection_ranges(&subject.project, subject.file, offset).into_iter();
        let steps = ranges.map(|range| request.range(&subject.project, subject.file, range)).rev();
        let around = steps.fold(None, |parent: Option<SelectionRange>, range| {
            Some(SelectionRange { range, parent: parent.map(Box::new) })
        });
        around.unwrap_or_else(|| SelectionRange {
            range: tower_lsp::lsp_types::Range::new(*position, *position),
            parent: None,
        })
    };
    Some(positions.iter().map(around).collect())
}
