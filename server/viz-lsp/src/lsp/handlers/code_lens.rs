//! `textDocument/codeLens` and its resolution.

use crate::host::lock;
use crate::lsp::session::snapshot::{Request, Subject};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp::lsp_types::{CodeLens, Command, Location, Position, Range, Url};
use viz_ide::LensKind;
use viz_lock::LOCK_FILE;
use viz_project::ObjectId;

/// What a lens without a command was made for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Data {
    /// The text.
    pub uri: Url,
    /// The references of the object whose name is here; without it the lock of the project.
    pub position: Option<Position>,
}

/// The lenses of a text, as far as the client has the commands for them.
pub fn lenses(request: &Request) -> Option<Vec<CodeLens>> {
    let subject = request.subject()?;
    let uri = request.uri(&subject.project, subject.file)?;
    let found = viz_ide::lenses(&subject.project, &subject.insights, &subject.findings, subject.file);
    let lens = |lens: viz_ide::Lens| {
        let range = request.range(&subject.project, subject.file, lens.range);
        let at = json!({ "textDocument": { "uri": uri }, "position": range.start });
        let command = |title: &str, name: &str, argument: Value| {
            request.commands.has(name).then(|| Command::new(title.to_owned(), name.to_owned(), Some(vec![argument])))
        };
        let command = match &lens.kind {
            LensKind::References if !request.commands.has("viz.showReferences") => return None,
            LensKind::References => {
                let data = serde_json::to_value(Data { uri: uri.clone(), position: Some(range.start) }).ok();
                return Some(CodeLens { range, command: None, data });
            }
            LensKind::Coverage { title, fails: true } => {
                Some(Command::new(title.clone(), "viz.server.nextFailingCombination".to_owned(), Some(vec![at])))
            }
            LensKind::Coverage { title, fails: false } => command(title, "viz.showCoverage", at),
            LensKind::Cost { title } => command(title, "viz.showCoverage", at),
            LensKind::ShowSql => command("show SQL", "viz.showSql", at),
            LensKind::Preview => command("preview", "viz.preview", at),
        };
        Some(CodeLens { range, command: Some(command?), data: None })
    };
    let of_lock = has_lock(request, &subject).then(|| {
        let data = serde_json::to_value(Data { uri: uri.clone(), position: None }).ok();
        CodeLens { range: Range::default(), command: None, data }
    });
    Some(of_lock.into_iter().chain(found.into_iter().filter_map(lens)).collect())
}

/// Whether this is the file that a project begins in, with a lock beside it.
fn has_lock(request: &Request, subject: &Subject) -> bool {
    let root = &subject.project.root;
    let first = viz_project::project_file(root, &request.state.files(&request.documents));
    first.as_ref() == Some(&subject.project.file(subject.file).path) && viz_files::look(&root.join(LOCK_FILE)).is_some()
}

/// A lens with what takes longer to find out: the number of references, or how the lock fits.
pub fn resolve(request: &Request, lens: CodeLens, data: &Data) -> Option<CodeLens> {
    let subject = request.subject()?;
    if data.position.is_none() {
        let argument = json!({ "textDocument": { "uri": data.uri } });
        let command = Command::new(lock_title(&subject), "viz.server.updateLock".to_owned(), Some(vec![argument]));
        return Some(CodeLens { command: Some(command), ..lens });
    }
    let offset = request.offset(&subject, lens.range.start);
    let locations = viz_ide::target_at(&subject.project, subject.file, offset)
        .map(|(target, _)| references(request, &subject, target.object()))
        .unwrap_or_default();
    let title = match locations.len() {
        0 => "not used".to_owned(),
        1 => "1 reference".to_owned(),
        count => format!("{count} references"),
    };
    let arguments =
        vec![json!(request.uri(&subject.project, subject.file)?), json!(lens.range.start), json!(locations)];
    Some(CodeLens { command: Some(Command::new(title, "viz.showReferences".to_owned(), Some(arguments))), ..lens })
}

fn lock_title(subject: &Subject) -> String {
    let lock = match lock::read(&subject.project.root) {
        Ok(Some(found)) => found.lock,
        Ok(None) => return format!("write {LOCK_FILE}"),
        Err(_) => return format!("{LOCK_FILE} can't be used: write it anew"),
    };
    let fits = lock::fits(&subject.project, &lock);
    let parts = [(fits.outdated.len(), "of another query"), (fits.missing.len(), "missing")];
    let parts: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    match parts.is_empty() {
        true => format!("{LOCK_FILE} fits: read the sources again"),
        false => format!("{LOCK_FILE}: {}: update it", parts.join(", ")),
    }
}

fn references(request: &Request, subject: &Subject, id: ObjectId) -> Vec<Location> {
    let found = viz_ide::references_to(&subject.project, id);
    found.into_iter().filter_map(|found| request.location(&subject.project, found.file, found.range)).collect()
}
