//! `--format github`: workflow commands, which GitHub Actions shows as annotations of a pull request.

use crate::host::outcome::{Checked, Outcome};
use crate::host::place::{Place, in_order};
use std::fmt::Write;
use std::path::Path;
use viz_check::{Finding, Severity};
use viz_text::Encoding;
use viz_text::shown::{visible, without_commands};

/// One command per finding. Files are named below the folder that GitHub has checked out, `workspace`, where they are below it.
pub fn render(outcome: &Outcome, workspace: Option<&Path>) -> String {
    let mut text = String::new();
    for checked in &outcome.projects {
        for (finding, place) in in_order(&checked.project, &checked.report) {
            annotation(&mut text, checked, workspace, finding, place);
        }
    }
    text
}

fn annotation(text: &mut String, checked: &Checked, workspace: Option<&Path>, finding: &Finding, place: Place<'_>) {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "notice",
    };
    let (start, end) = place.span(Encoding::Utf32);
    let below = workspace.and_then(|workspace| place.file.path.strip_prefix(workspace).ok());
    let file = below.map_or_else(|| checked.shown_file(&place.file.relative), viz_files::with_slashes);
    let file = property(&file);
    let title = property(&format!("viz-lsp ({})", finding.code));
    let _ = write!(text, "::{command} title={title},file={file},line={}", start.line + 1);
    let _ = write!(text, ",col={},endLine={}", start.column + 1, end.line + 1);
    // Columns are understood within one line only.
    if start.line == end.line {
        let _ = write!(text, ",endColumn={}", end.column.max(start.column + 1) + 1);
    }
    let mut message = finding.message.clone();
    for note in &finding.notes {
        let _ = write!(message, "\nnote: {note}");
    }
    if let Some(help) = &finding.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    let _ = writeln!(text, "::{}", data(&message));
}

/// Escapes a message.
fn data(text: &str) -> String {
    let text = without_commands(&visible(text)).into_owned();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property, whose separators are reserved too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::formats::fixture;

    #[test]
    fn one_command_per_finding() {
        let text = render(&fixture::outcome(), None);
        assert_eq!(text.lines().count(), 2, "{text}");
        let first = text.lines().next().unwrap();
        assert!(
            first.starts_with("::error title=viz-lsp (combination-syntax),file=shop/project.visivo.yml,line=2,col="),
            "{first}"
        );
        assert!(first.contains("%0Ahelp: escape the quote"), "{first}");
    }

    #[test]
    fn separators_are_escaped() {
        assert_eq!(property("a:b,c%d\n"), "a%3Ab%2Cc%25d%0A");
        assert_eq!(data("a:b,c"), "a:b,c");
    }
}
