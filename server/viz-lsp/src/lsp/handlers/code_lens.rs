//! `textDocument/codeLens` and its resolution.

use crate::lsp::session::snapshot::{Request, Subject};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp::lsp_types::{CodeLens, Command, Location, Position, Url};
use viz_ide::LensKind;
use viz_project::ObjectId;

/// What a lens without a command was made for: the references of the object whose name is here.
#[derive(Debug, Serialize, Deserialize)]
pub struct Data {
    /// The text.
    pub uri: Url,
    /// The object's name.
    pub position: Position,
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
                let data = serde_json::to_value(Data { uri: uri.clone(), position: range.start }).ok();
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
    Some(found.into_iter().filter_map(lens).collect())
}

/// A lens of references with its number.
pub fn resolve(request: &Request, lens: CodeLens) -> Option<CodeLens> {
    let subject = request.subject()?;
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

fn references(request: &Request, subject: &Subject, id: ObjectId) -> Vec<Location> {
    let found = viz_ide::references_to(&subject.project, id);
    found.into_iter().filter_map(|found| request.location(&subject.project, found.file, found.range)).collect()
}
