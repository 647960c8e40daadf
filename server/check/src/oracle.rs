//! What the reference's loader would say of each file as a whole (`architecture.md`, YAML).
//!
//! The tree is made from pieces, so a fault that the pieces hide must still be found: the oracle reads the whole file.
//! It is slow on large files, so the server asks it after a pause only.

use crate::report::Finding;
use dashmap::DashMap;
use viz_project::{File, Project};
use viz_text::{Encoding, Position, TextDocument, TextRange};

/// Verdicts on files: by the identity of their text, the zero-based line and column of the fault and its message.
pub(crate) type Verdicts = DashMap<blake3::Hash, Option<(u32, u32, String)>>;

/// Faults that no piece of a file shows. Files with syntax findings of their own are left out: one fault, one finding.
pub(crate) fn check_files(project: &Project, verdicts: &Verdicts, findings: &mut Vec<Finding>) {
    let mut current = std::collections::HashSet::new();
    for file in project.files() {
        let identity = identity(file);
        current.insert(identity);
        if file.document.is_empty() || file.document.problems().iter().any(|problem| !is_minor(problem.kind)) {
            continue;
        }
        let verdict = verdicts.entry(identity).or_insert_with(|| viz_syntax::oracle(file.document.text()));
        let Some((line, column, message)) = verdict.as_ref() else { continue };
        let lines: &TextDocument = file.lines();
        let start = lines.offset(Position { line: *line, column: *column }, Encoding::Utf32);
        let end = lines.offset(Position { line: *line, column: u32::MAX }, Encoding::Utf8).max(start);
        findings.push(Finding::new("yaml-syntax", file.document.loc(TextRange::new(start, end)), message.clone()));
    }
    verdicts.retain(|identity, _| current.contains(identity));
}

/// Problems that the loader accepts, or reports in another phase than syntax.
fn is_minor(kind: viz_syntax::ProblemKind) -> bool {
    matches!(
        kind,
        viz_syntax::ProblemKind::DuplicateKey | viz_syntax::ProblemKind::MergeKey | viz_syntax::ProblemKind::CustomTag
    )
}

/// A segment's id names its text, so the ids of all segments name that of the file.
fn identity(file: &File) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for segment in file.document.segments() {
        hasher.update(format!("{:?}", segment.id).as_bytes());
    }
    hasher.finalize()
}
