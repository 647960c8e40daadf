//! `# viz-lsp: ignore[code]`: at the end of the line, or above it where that is no place for a comment.

use super::{Action, ActionKind, TextChange, is_silenced_by_comment, line_start};
use viz_check::Finding;
use viz_project::Project;
use viz_syntax::{PathStep, Suppression};
use viz_text::{FileId, TextRange, TextSize};

/// Silences a finding where it stands.
pub(super) fn suppress(project: &Project, finding: &Finding, file: FileId) -> Option<Action> {
    if !is_silenced_by_comment(finding) {
        return None;
    }
    let document = &project.file(file).document;
    let text = document.text();
    let (_, range) = project.resolve(finding.loc)?;
    let title = format!("silence `{}` here", finding.code);
    let done = |range, text| {
        let changes = vec![TextChange { file, range, text }];
        Some(Action { title, kind: ActionKind::QuickFix, changes, code: Some(finding.code) })
    };
    let own_line = line_start(text, range.start());
    // A comment that is there already gets one code more.
    let line_end = text[usize::from(own_line)..].find('\n').map_or(text.len(), |at| usize::from(own_line) + at);
    let line = &text[usize::from(own_line)..line_end];
    let of_line = TextRange::at(own_line, TextSize::of(line));
    let place = |comment: &Suppression| document.range(comment.loc);
    let comments = document.suppressions();
    let next = comments.partition_point(|comment| place(comment).is_some_and(|place| place.start() < own_line));
    if let Some(comment) = comments.get(next).and_then(place).filter(|comment| of_line.contains_range(*comment))
        && let Some(close) = text[comment].find(']')
    {
        let place = comment.start() + TextSize::new(close as u32);
        return done(TextRange::empty(place), format!(", {}", finding.code));
    }
    // The entry around: its first line is where a comment may go.
    let mut start = own_line;
    let mut several_lines = false;
    for step in document.path_at(range.start()) {
        let whole = match step {
            PathStep::Entry(entry) => entry.key.range().cover(entry.value.range()),
            PathStep::Value(node) => node.range(),
            _ => continue,
        };
        let holds_lines = text[whole].trim_end().contains('\n');
        let is_scalar = matches!(step, PathStep::Value(_));
        if let PathStep::Entry(_) = step {
            start = line_start(text, whole.start());
        }
        several_lines |= is_scalar && holds_lines;
    }
    let comment = format!("# viz-lsp: ignore[{}]", finding.code);
    if several_lines || line.contains('#') {
        let indent: String = text[usize::from(start)..].chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        return done(TextRange::empty(start), format!("{indent}{comment}\n"));
    }
    let end = usize::from(own_line) + line.trim_end().len();
    done(TextRange::empty(TextSize::new(end as u32)), format!(" {comment}"))
}
