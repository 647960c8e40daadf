//! `textDocument/prepareRename`, `textDocument/rename` and `workspace/willRenameFiles`.

use crate::host::own::Foreign;
use crate::lsp::protocol::client::Client;
use crate::lsp::session::documents::Documents;
use crate::lsp::session::edits::Edits;
use crate::lsp::session::snapshot::Request;
use crate::lsp::session::state::State;
use std::path::PathBuf;
use tower_lsp::lsp_types::{Position, PrepareRenameResponse, WorkspaceEdit};

/// The name at a position, if it can be renamed; else why not.
pub fn prepare_rename(request: &Request, position: Position) -> Option<Result<PrepareRenameResponse, String>> {
    let subject = request.subject()?;
    let offset = request.offset(&subject, position);
    let found = viz_ide::prepare_rename(&subject.project, &subject.facts(), subject.file, offset).transpose()?;
    Some(found.map(|(range, placeholder)| PrepareRenameResponse::RangeWithPlaceholder {
        range: request.range(&subject.project, subject.file, range),
        placeholder,
    }))
}

/// The edits that rename what stands at a position; else why that can't be.
pub fn rename(request: &Request, position: Position, name: &str) -> Option<Result<WorkspaceEdit, String>> {
    let subject = request.subject()?;
    let project = &subject.project;
    let offset = request.offset(&subject, position);
    let edits = match viz_ide::rename(project, &subject.facts(), subject.file, offset, name) {
        Ok(edits) => edits,
        Err(why) => return Some(Err(why)),
    };
    let mut all = Edits::default();
    for edit in edits {
        let file = project.file(edit.file);
        if let Some(why) = Foreign::of_file(project, file) {
            return Some(Err(format!("`{}` {why}, and has this name, too: nothing is written to it", file.relative)));
        }
        let place = (edit.file, edit.range, edit.text);
        if all.add(project, &request.client, &request.documents, place).is_none() {
            let why = "was changed outside of the editor: save or open a file of the project, so that it is read again";
            return Some(Err(format!("`{}` {why}", file.relative)));
        }
    }
    Some(Ok(all.finish(&request.client)))
}

/// The edits that keep paths right after files got other names.
pub fn renamed_files(
    state: &State,
    client: &Client,
    documents: &Documents,
    renames: &[(PathBuf, PathBuf)],
) -> Option<WorkspaceEdit> {
    let files = state.files(documents);
    let mut all = Edits::default();
    for snapshot in state.all() {
        let project = snapshot.project.reload(&files, &state.environment);
        let is_own = |change: &viz_ide::TextChange| Foreign::of_file(&project, project.file(change.file)).is_none();
        for change in viz_ide::renamed_files(&project, &files, renames).into_iter().filter(is_own) {
            all.add(&project, client, documents, (change.file, change.range, change.text))?;
        }
    }
    (!all.is_empty()).then(|| all.finish(client))
}
