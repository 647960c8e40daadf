//! Call hierarchy as lineage: `callers` are what uses an object, `callees` what it uses.

use crate::lsp::handlers::document_symbol::object_kind;
use crate::lsp::session::snapshot::{Request, Subject};
use tower_lsp::lsp_types::{CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Position, Range};
use viz_ide::Call;
use viz_project::ObjectId;
use viz_text::TextRange;

/// Where a hierarchy starts.
pub fn prepare(request: &Request, position: Position) -> Option<Vec<CallHierarchyItem>> {
    let subject = request.subject()?;
    let offset = request.offset(&subject, position);
    let ids = viz_ide::hierarchy_at(&subject.project, subject.file, offset);
    let items: Vec<CallHierarchyItem> = ids.into_iter().filter_map(|id| item(request, &subject, id)).collect();
    (!items.is_empty()).then_some(items)
}

/// What uses an item.
pub fn incoming(request: &Request, of: &CallHierarchyItem) -> Option<Vec<CallHierarchyIncomingCall>> {
    let subject = request.subject()?;
    let id = object(request, &subject, of)?;
    let call = |call: Call| {
        let from = item(request, &subject, call.object)?;
        Some(CallHierarchyIncomingCall { from, from_ranges: ranges(request, &subject, call.object, &call.places) })
    };
    Some(viz_ide::callers(&subject.project, id).into_iter().filter_map(call).collect())
}

/// What an item uses.
pub fn outgoing(request: &Request, of: &CallHierarchyItem) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let subject = request.subject()?;
    let id = object(request, &subject, of)?;
    let call = |call: Call| {
        let to = item(request, &subject, call.object)?;
        Some(CallHierarchyOutgoingCall { to, from_ranges: ranges(request, &subject, id, &call.places) })
    };
    Some(viz_ide::callees(&subject.project, id).into_iter().filter_map(call).collect())
}

/// The object that an item was made of: the one whose name is there.
fn object(request: &Request, subject: &Subject, item: &CallHierarchyItem) -> Option<ObjectId> {
    let offset = request.offset(subject, item.selection_range.start);
    viz_ide::hierarchy_at(&subject.project, subject.file, offset).first().copied()
}

fn ranges(request: &Request, subject: &Subject, in_object: ObjectId, places: &[TextRange]) -> Vec<Range> {
    let file = subject.project.file_of_object(in_object);
    places.iter().map(|place| request.range(&subject.project, file, *place)).collect()
}

fn item(request: &Request, subject: &Subject, id: ObjectId) -> Option<CallHierarchyItem> {
    let project = &subject.project;
    let object = project.object(id);
    let (file, range) = project.resolve(object.loc)?;
    let focus = project.resolve(object.name_loc())?.1;
    let name = match object.name_text() {
        "" => format!("({})", object.kind.name()),
        name => name.to_owned(),
    };
    Some(CallHierarchyItem {
        name,
        kind: object_kind(object.kind),
        tags: None,
        detail: Some(format!("{} · {}", object.kind.name(), project.file(file).relative)),
        uri: request.uri(project, file)?,
        range: request.range(project, file, range.cover(focus)),
        selection_range: request.range(project, file, focus),
        data: None,
    })
}
