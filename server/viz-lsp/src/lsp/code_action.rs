//! `textDocument/codeAction`: the fixes of findings.

use super::capabilities::Client;
use super::convert;
use super::documents::Documents;
use super::publish;
use super::state::{Revision, Snapshot, State};
use crate::place::Place;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;
use tower_lsp::lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Diagnostic, DocumentChanges, NumberOrString,
    OneOf, OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextEdit, Url, WorkspaceEdit,
};
use viz_check::Finding;
use viz_project::{Fix, Project};

/// A request that comes right after an edit waits this long for the check of it.
const PATIENCE: Duration = Duration::from_secs(1);

/// The fixes of findings that touch a range of a text, as it was when the request came.
pub fn code_actions(
    state: &State,
    client: &Client,
    documents: &Documents,
    revision: Revision,
    path: &Path,
    range: Range,
    context: &CodeActionContext,
) -> Vec<CodeActionOrCommand> {
    let wanted = |kind: &CodeActionKind| CodeActionKind::QUICKFIX.as_str().starts_with(kind.as_str());
    if context.only.as_ref().is_some_and(|only| !only.iter().any(wanted)) {
        return Vec::new();
    }
    let snapshots = state.holding_at(path, revision, PATIENCE).unwrap_or_default();
    // Edits since then would move the places that the fixes name.
    if state.is_newer_than(revision) {
        return Vec::new();
    }
    snapshots.iter().flat_map(|snapshot| of_snapshot(snapshot, client, documents, path, range, context)).collect()
}

fn of_snapshot(
    snapshot: &Snapshot,
    client: &Client,
    documents: &Documents,
    path: &Path,
    range: Range,
    context: &CodeActionContext,
) -> Vec<CodeActionOrCommand> {
    let touching = |finding: &&Finding| {
        let Some(place) = Place::of(&snapshot.project, finding.loc).filter(|place| place.file.real == path) else {
            return false;
        };
        let at = convert::range(place.file.lines(), place.range, client.encoding);
        at.start <= range.end && range.start <= at.end
    };
    let action = |finding: &Finding| {
        let fix = finding.fix.as_ref()?;
        let place = Place::of(&snapshot.project, finding.loc)?;
        let at = convert::range(place.file.lines(), place.range, client.encoding);
        let same = |diagnostic: &&Diagnostic| {
            diagnostic.range == at && diagnostic.code == Some(NumberOrString::String(finding.code.to_owned()))
        };
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title: fix.title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(context.diagnostics.iter().filter(same).cloned().collect()),
            edit: Some(edit(&snapshot.project, fix, client, documents)?),
            is_preferred: Some(fix.safe),
            ..CodeAction::default()
        }))
    };
    snapshot.findings.iter().filter(touching).filter_map(action).collect()
}

/// A fix as an edit of the workspace; `None` if a place of it has gone.
fn edit(project: &Project, fix: &Fix, client: &Client, documents: &Documents) -> Option<WorkspaceEdit> {
    let mut by_file: HashMap<Url, (Option<i32>, Vec<TextEdit>)> = HashMap::new();
    for (loc, text) in &fix.edits {
        project.resolve(*loc)?;
        let place = Place::of(project, *loc)?;
        let range = convert::range(place.file.lines(), place.range, client.encoding);
        let version = documents.get(&place.file.real).map(|document| document.version);
        let entry = by_file.entry(publish::uri(&place.file.real, documents)?).or_insert((version, Vec::new()));
        entry.1.push(TextEdit::new(range, text.clone()));
    }
    if !client.versioned_edits {
        return Some(WorkspaceEdit::new(by_file.into_iter().map(|(uri, (_, edits))| (uri, edits)).collect()));
    }
    let edits = by_file.into_iter().map(|(uri, (version, edits))| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    });
    Some(WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits.collect())), ..WorkspaceEdit::default() })
}
