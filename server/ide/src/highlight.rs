//! Document highlights: the places in one file that name what stands at the cursor.

use crate::references::references;
use viz_facts::FactStore;
use viz_project::Project;
use viz_text::{FileId, TextRange, TextSize};

/// A place to highlight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Highlight {
    /// The bytes of the name.
    pub range: TextRange,
    /// Whether the name is given here, not used.
    pub is_write: bool,
}

/// The places in a file that name what stands at an offset of it, with the offset's own.
pub fn highlight(project: &Project, facts: &FactStore, file: FileId, offset: TextSize) -> Vec<Highlight> {
    references(project, facts, file, offset, true)
        .into_iter()
        .filter(|found| found.file == file)
        .map(|found| Highlight { range: found.range, is_write: found.is_declaration })
        .collect()
}
