//! Open texts that look like a part of a project and that nothing includes: a diagnostic there, and the action that includes them.

use crate::cli::explain;
use crate::lsp::protocol::convert::{SOURCE, severity};
use crate::lsp::session::disk::Files;
use crate::lsp::session::documents::Documents;
use crate::lsp::session::publish::Layer;
use std::path::Path;
use std::sync::Arc;
use tower_lsp::lsp_types::{CodeDescription, Diagnostic, NumberOrString, Position, Range, Url};
use viz_project::{Code, ConfiguredSeverity, Project};

/// Adds the diagnostics of the open texts that a project should include.
pub fn add(layer: &mut Layer, project: &Project, documents: &Documents, files: &Files<'_>) {
    if project.config().severity.get(Code::FileNotIncluded.name()) == Some(&ConfiguredSeverity::Off) {
        return;
    }
    for (path, document) in documents.iter() {
        if project.file_of(path).is_some() || files.root_of(path).as_deref() != Some(project.root.as_path()) {
            continue;
        }
        let Some(problem) = project.stray(path, &document.whole()) else { continue };
        let end = document.text.line(0).chars().map(|c| c.len_utf16() as u32).sum();
        let diagnostic = Diagnostic {
            range: Range::new(Position::new(0, 0), Position::new(0, end)),
            severity: Some(severity(problem.code.severity())),
            code: Some(NumberOrString::String(problem.code.name().to_owned())),
            code_description: Url::parse(&explain::url(problem.code)).ok().map(|href| CodeDescription { href }),
            source: Some(SOURCE.to_owned()),
            message: problem.message,
            ..Diagnostic::default()
        };
        Arc::make_mut(layer.entry(path.to_owned()).or_default()).push(diagnostic);
    }
}

/// Whether a text is one that a project should include.
pub fn is_stray(project: &Project, path: &Path, documents: &Documents, files: &Files<'_>) -> bool {
    let text = documents.get(path).map(|document| document.whole());
    files.root_of(path).as_deref() == Some(project.root.as_path())
        && text.is_some_and(|text| project.stray(path, &text).is_some())
}
