//! Functions of SQL.

use crate::cursor::sql_at::sql_at;
use crate::describe::Hover;
use crate::sql_text::functions::function;
use crate::sql_text::select_list::word_at;
use viz_project::Project;
use viz_text::{FileId, TextRange, TextSize};

/// The hover over a function's name in SQL.
pub(crate) fn hover(project: &Project, file: FileId, offset: TextSize) -> Option<Hover> {
    let (text, start) = sql_at(project, file, offset)?;
    let word = word_at(text, offset.checked_sub(start)?)?;
    let rest = text[usize::from(word.end())..].trim_start();
    let found = function(&text[word]).filter(|_| rest.starts_with('('))?;
    Some(Hover { range: TextRange::at(start + word.start(), word.len()), markdown: found.markdown() })
}
