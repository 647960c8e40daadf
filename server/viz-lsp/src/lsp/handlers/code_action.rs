//! `textDocument/codeAction`: the fixes of findings, all at once, silencing, moving, adding.

use crate::host::place::Place;
use crate::lsp::protocol::client::Client;
use crate::lsp::protocol::convert;
use crate::lsp::session::documents::Documents;
use crate::lsp::session::edits::Edits;
use crate::lsp::session::snapshot::Request;
use crate::lsp::session::state::Snapshot;
use crate::lsp::session::strays;
use std::path::Path;
use std::time::Duration;
use tower_lsp::lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Diagnostic, NumberOrString, Range,
    WorkspaceEdit,
};
use viz_check::Finding;
use viz_ide::ActionKind;
use viz_project::{Code, Fix, Project};
use viz_text::TextRange;

/// Applies all safe fixes of a text.
pub const FIX_ALL: &str = "source.fixAll.viz-lsp";

/// How long a request waits for the check of its text.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// What can be done in a range of a text, as it was when the request came, if that was checked.
pub fn code_actions(
    request: &Request,
    checked: bool,
    range: Range,
    context: &CodeActionContext,
) -> Vec<CodeActionOrCommand> {
    let Request { state, client, documents, revision, path, .. } = request;
    let revision = *revision;
    // A kind is asked for by itself or by what it begins with; some only when asked for.
    let wanted = |kind: &CodeActionKind, on_demand: bool| match &context.only {
        None => !on_demand,
        Some(only) => only.iter().any(|asked| {
            let rest = kind.as_str().strip_prefix(asked.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || asked.as_str().is_empty())
        }),
    };
    let snapshots = if checked { state.holding(path, revision).0 } else { Vec::new() };
    // Edits since then would move the places that the fixes name.
    if state.is_newer_than(revision) {
        return Vec::new();
    }
    let mut out = Vec::new();
    if snapshots.is_empty() && wanted(&CodeActionKind::QUICKFIX, false) {
        out.extend(include(request, context));
    }
    for snapshot in &snapshots {
        if wanted(&CodeActionKind::QUICKFIX, false) {
            out.extend(of_snapshot(snapshot, client, documents, path, range, context));
        }
        out.extend(more(snapshot, client, documents, path, range, &wanted));
    }
    out
}

/// Makes a text that nothing includes a part of its project.
fn include(request: &Request, context: &CodeActionContext) -> Option<CodeActionOrCommand> {
    let Request { state, client, documents, path, .. } = request;
    let files = state.files(documents);
    let snapshots = state.all();
    let snapshot = snapshots.iter().find(|snapshot| strays::is_stray(&snapshot.project, path, documents, &files))?;
    let action = viz_ide::include_file(&snapshot.project, path)?;
    let mut edits = Edits::default();
    for change in action.changes {
        edits.add(&snapshot.project, client, documents, (change.file, change.range, change.text))?;
    }
    let code = NumberOrString::String(Code::FileNotIncluded.name().to_owned());
    let its = |diagnostic: &&Diagnostic| diagnostic.code.as_ref() == Some(&code);
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title: action.title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(context.diagnostics.iter().filter(its).cloned().collect()),
        edit: Some(edits.finish(client)),
        is_preferred: Some(true),
        ..CodeAction::default()
    }))
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
            diagnostic.range == at && diagnostic.code == Some(NumberOrString::String(finding.code.name().to_owned()))
        };
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title: fix.title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(context.diagnostics.iter().filter(same).cloned().collect()),
            edit: Some(edit(&snapshot.project, fix, client, documents)?),
            // The one fix of a finding: what a key for fixing should do.
            is_preferred: Some(true),
            ..CodeAction::default()
        }))
    };
    snapshot.findings.iter().filter(touching).take(viz_ide::MOST_OFFERED).filter_map(action).collect()
}

/// What can be done beside the fixes of single findings.
fn more(
    snapshot: &Snapshot,
    client: &Client,
    documents: &Documents,
    path: &Path,
    range: Range,
    wanted: &dyn Fn(&CodeActionKind, bool) -> bool,
) -> Vec<CodeActionOrCommand> {
    let project = &snapshot.project;
    let Some(file) = project.file_of(path) else { return Vec::new() };
    let lines = project.file(file).lines();
    let offset = |position| lines.offset(convert::from_position(position), client.encoding);
    let (start, end) = (offset(range.start), offset(range.end));
    let range = TextRange::new(start.min(end), end.max(start));
    let facts = snapshot.facts.read();
    let mut found = viz_ide::actions(project, &facts, &snapshot.findings, file, range);
    drop(facts);
    found.extend(viz_ide::fix_all(project, &snapshot.findings, file));
    let action = |action: viz_ide::Action| {
        let (kind, on_demand) = match action.kind {
            ActionKind::QuickFix => (CodeActionKind::QUICKFIX, false),
            ActionKind::FixAll => (CodeActionKind::new(FIX_ALL), true),
            ActionKind::Extract => (CodeActionKind::REFACTOR_EXTRACT, false),
            ActionKind::Inline => (CodeActionKind::REFACTOR_INLINE, false),
        };
        if !wanted(&kind, on_demand) {
            return None;
        }
        let mut edits = Edits::default();
        for change in action.changes {
            edits.add(project, client, documents, (change.file, change.range, change.text))?;
        }
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title: action.title,
            kind: Some(kind),
            edit: Some(edits.finish(client)),
            ..CodeAction::default()
        }))
    };
    found.into_iter().filter_map(action).collect()
}

/// A fix as an edit of the workspace; `None` if a place of it has gone.
fn edit(project: &Project, fix: &Fix, client: &Client, documents: &Documents) -> Option<WorkspaceEdit> {
    let mut edits = Edits::default();
    for (loc, text) in &fix.edits {
        let (file, range) = project.resolve(*loc)?;
        edits.add(project, client, documents, (file, range, text.clone()))?;
    }
    Some(edits.finish(client))
}
