//! What the reference's loader would say of each file as a whole (`architecture.md`, YAML).
//!
//! The tree is made from pieces, so a fault that the pieces hide must still be found: the oracle reads the whole file.
//! It is slow on large files, so the server asks it after a pause only.

use crate::report::Finding;
use viz_project::{Code, Project};
use viz_text::{Encoding, Position, TextRange};

/// A file of this size (bytes) is read as a whole with every keystroke; a larger one when the keys rest.
pub const SMALL_FILE: usize = 16 << 10;

/// Faults that no piece of a file shows. Files with syntax findings of their own are left out: one fault, one finding.
/// Without `patience`, a large file is not read anew.
pub(crate) fn check_files(project: &Project, patience: bool, findings: &mut Vec<Finding>) {
    for file in project.files() {
        if file.document.is_empty() || file.document.problems().iter().any(|problem| !is_minor(problem.kind)) {
            continue;
        }
        let in_no_time = patience || file.document.text().len() <= SMALL_FILE;
        let refusal = if in_no_time { file.document.refusal() } else { file.document.known_refusal() };
        let Some(refusal) = refusal else { continue };
        let (lines, line) = (file.lines(), refusal.line);
        let start = lines.offset(Position { line, column: refusal.column }, Encoding::Utf32);
        let end = lines.offset(Position { line, column: u32::MAX }, Encoding::Utf8).max(start);
        let loc = file.document.loc(TextRange::new(start, end));
        findings.push(Finding::new(Code::YamlSyntax, loc, refusal.message.clone()));
    }
}

/// Problems that the loader accepts, or reports in another phase than syntax.
fn is_minor(kind: viz_syntax::ProblemKind) -> bool {
    matches!(
        kind,
        viz_syntax::ProblemKind::DuplicateKey
            | viz_syntax::ProblemKind::MergeKey
            | viz_syntax::ProblemKind::CustomTag
            | viz_syntax::ProblemKind::AliasTooLarge
    )
}
