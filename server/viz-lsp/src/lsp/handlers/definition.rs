//! `textDocument/definition`, `typeDefinition` and `implementation`.

use crate::lsp::session::snapshot::Request;
use tower_lsp::lsp_types::{GotoDefinitionResponse, Location, LocationLink, Position};
use viz_ide::Definitions;
use viz_project::Project;
use viz_text::{FileId, TextSize};

/// A way to get from a name to other places.
pub type Way = fn(&Project, FileId, TextSize) -> Option<Definitions>;

/// Where a way leads from the name at a position: as links, where the client knows them.
pub fn definition(request: &Request, position: Position, way: Way) -> Option<GotoDefinitionResponse> {
    let subject = request.subject()?;
    let project = &subject.project;
    let offset = request.offset(&subject, position);
    let found = way(project, subject.file, offset)?;
    if !request.client.definition_links {
        let location = |target: &viz_ide::Definition| request.location(project, target.file, target.focus);
        let locations: Vec<Location> = found.targets.iter().filter_map(location).collect();
        return Some(GotoDefinitionResponse::Array(locations));
    }
    let origin = request.range(project, subject.file, found.origin);
    let link = |target: &viz_ide::Definition| {
        Some(LocationLink {
            origin_selection_range: Some(origin),
            target_uri: request.uri(project, target.file)?,
            target_range: request.range(project, target.file, target.full),
            target_selection_range: request.range(project, target.file, target.focus),
        })
    };
    Some(GotoDefinitionResponse::Link(found.targets.iter().filter_map(link).collect()))
}
