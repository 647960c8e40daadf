//! `textDocument/hover`.

use super::convert;
use super::documents::Documents;
use super::state::{Revision, Snapshot, State};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;
use tower_lsp::lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};
use viz_facts::FactStore;
use viz_project::Project;
use viz_text::Encoding;

/// The hover at a position of a text, as it was when the request came. Runs on a thread that may take its time.
pub fn hover(
    state: &State,
    documents: &Documents,
    revision: Revision,
    path: &Path,
    position: Position,
    encoding: Encoding,
) -> Option<Hover> {
    let (project, facts) = project(state, documents, revision, path)?;
    let file = project.file_of(path)?;
    let lines = project.file(file).lines();
    let offset = lines.offset(convert::from_position(position), encoding);
    let facts = facts.read().unwrap_or_else(PoisonError::into_inner);
    let found = viz_ide::hover(&project, &facts, file, offset, SystemTime::now())?;
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: found.markdown }),
        range: Some(convert::range(lines, found.range, encoding)),
    })
}

/// The project that holds a file, in the state of these texts, and what is known about it.
fn project(
    state: &State,
    documents: &Documents,
    revision: Revision,
    path: &Path,
) -> Option<(Arc<Project>, Arc<RwLock<FactStore>>)> {
    let (snapshots, current) = state.holding(path, revision);
    let files = state.files(documents);
    match snapshots.into_iter().next() {
        Some(Snapshot { project, facts, .. }) if current => Some((project, facts)),
        // The analysis has not come that far; reading what has changed takes no time.
        Some(Snapshot { project, facts, .. }) => Some((Arc::new(project.reload(&files, &state.environment)), facts)),
        None => {
            let root = viz_project::find_root(path, &files)?;
            Some((Arc::new(Project::load(&root, &files, &state.environment)), Arc::default()))
        }
    }
}
