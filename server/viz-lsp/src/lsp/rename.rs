//! `textDocument/prepareRename` and `textDocument/rename`.

use super::request::Request;
use std::collections::BTreeMap;
use tower_lsp::lsp_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position, PrepareRenameResponse, TextDocumentEdit,
    TextEdit, Url, WorkspaceEdit,
};

/// The name at a position, if it can be renamed; else why not.
pub fn prepare_rename(request: &Request, position: Position) -> Option<Result<PrepareRenameResponse, String>> {
    let subject = request.subject()?;
    let offset = request.offset(&subject, position);
    let found = viz_ide::prepare_rename(&subject.project, subject.file, offset).transpose()?;
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
    let edits = match viz_ide::rename(project, subject.file, offset, name) {
        Ok(edits) => edits,
        Err(why) => return Some(Err(why)),
    };
    let mut by_file: BTreeMap<Url, (Option<i32>, Vec<TextEdit>)> = BTreeMap::new();
    for edit in edits {
        let version = request.documents.get(&project.file(edit.file).real).map(|document| document.version);
        let entry = by_file.entry(request.uri(project, edit.file)?).or_insert((version, Vec::new()));
        entry.1.push(TextEdit::new(request.range(project, edit.file, edit.range), edit.text));
    }
    if !request.client.versioned_edits {
        let changes = by_file.into_iter().map(|(uri, (_, edits))| (uri, edits)).collect();
        return Some(Ok(WorkspaceEdit::new(changes)));
    }
    let edits = by_file.into_iter().map(|(uri, (version, edits))| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    });
    let changes = DocumentChanges::Edits(edits.collect());
    Some(Ok(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }))
}
