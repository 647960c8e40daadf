//! The SQL around the cursor.

use crate::cursor::context::{Content, Spot, context};
use crate::cursor::expected::slot;
use viz_project::Project;
use viz_project::schema::Type;
use viz_text::{FileId, TextSize};

/// The SQL at an offset: the scalar's text up to the end of the line, and where it starts in the file.
pub(crate) fn sql_at(project: &Project, file: FileId, offset: TextSize) -> Option<(&str, TextSize)> {
    let document = &project.file(file).document;
    let context = context(document, offset);
    let (Spot::Value(Content { range, .. }) | Spot::Start { content: Content { range, .. }, .. }) = context.spot else {
        return None;
    };
    let text = document.text().get(std::ops::Range::<usize>::from(range))?;
    let is_sql = text.trim_start().starts_with("?{")
        || slot(&context).is_some_and(|slot| {
            matches!(slot.ty, Type::Expression(_)) || matches!(slot.keys.last(), Some(&("sql" | "expression")))
        });
    is_sql.then_some((text, range.start()))
}
