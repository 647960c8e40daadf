//! The names of items in the slots of a template.

use super::Request;
use super::describe;
use super::item::{CompletionItem, CompletionKind};
use crate::cursor::context::Content;
use viz_project::schema::{TEMPLATE_SLOT, Type};
use viz_project::{ObjectId, Place};
use viz_text::{TextRange, TextSize};

/// What may stand in the slot at the cursor; nothing elsewhere in a template.
pub(super) fn slots(request: &Request<'_>, content: &Content) -> Vec<CompletionItem> {
    let (text, at) = request.content(content);
    let (before, after) = text.split_at(usize::from(at));
    let Some(start) = value_start(before) else { return Vec::new() };
    let end = after.find(['"', '\'', '>', '<', '\n']).unwrap_or(after.len());
    let place = |offset: usize| content.range.start() + TextSize::new(offset as u32);
    let replace = TextRange::new(place(start), place(before.len() + end));
    let project = request.snapshot.project;
    // Others are not looked for (S-46).
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_'))
    };
    let fits = |id: &ObjectId| {
        let object = project.object(*id);
        Place::TemplateSlot.targets().contains(&object.kind) && is_name(object.name_text())
    };
    let item = |id: ObjectId| {
        let object = project.object(id);
        CompletionItem::new(object.name_text(), CompletionKind::Object(object.kind), replace)
            .detail(describe::detail(project, id))
            .documentation(describe::documentation(project, id))
    };
    project.ids().filter(fits).map(item).collect()
}

/// Where the value of a slot's attribute begins, if the text ends in it.
fn value_start(before: &str) -> Option<usize> {
    let tag = before.rfind('<')?;
    let name = tag + before[tag..].to_ascii_lowercase().rfind(TEMPLATE_SLOT)? + TEMPLATE_SLOT.len();
    let rest = before[name..].trim_start().strip_prefix('=')?.trim_start();
    let value = rest.strip_prefix(['"', '\'']).filter(|value| !value.contains(['"', '\'']))?;
    Some(before.len() - value.len())
}

/// Whether the cursor is in a template.
pub(super) fn is_template(request: &Request<'_>) -> bool {
    matches!(request.slot.ty, Type::Template)
}
