//! What the reference's loader would say of each file as a whole (`architecture.md`, YAML).
//!
//! The tree is made from pieces, so a fault that the pieces hide must still be found: the oracle reads the whole file.
//! It is slow on large files, so the server asks it after a pause only.

use crate::report::Finding;
use viz_project::Project;
use viz_text::{Encoding, Position, TextRange};

/// Faults that no piece of a file shows. Files with syntax findings of their own are left out: one fault, one finding.
pub(crate) fn check_files(project: &Project, findings: &mut Vec<Finding>) {
    for file in project.files() {
        if file.document.is_empty() || file.document.problems().iter().any(|problem| !is_minor(problem.kind)) {
            continue;
        }
        let Some(refusal) = file.document.refusal() else { continue };
        let (lines, line) = (file.lines(), refusal.line);
        let start = lines.offset(Position { line, column: refusal.column }, Encoding::Utf32);
        let end = lines.offset(Position { line, column: u32::MAX }, Encoding::Utf8).max(start);
        let loc = file.document.loc(TextRange::new(start, end));
        findings.push(Finding::new("yaml-syntax", loc, refusal.message.clone()));
    }
}

/// Problems that the loader accepts, or reports in another phase than syntax.
fn is_minor(kind: viz_syntax::ProblemKind) -> bool {
    matches!(
        kind,
        viz_syntax::ProblemKind::DuplicateKey | viz_syntax::ProblemKind::MergeKey | viz_syntax::ProblemKind::CustomTag
    )
}
