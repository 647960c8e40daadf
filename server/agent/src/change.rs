//! Texts of the project's files with edits put in.

use std::collections::BTreeMap;
use viz_project::Project;
use viz_text::{FileId, Loc, Taken, TextRange, replaced};

/// Edits of files of a project, which touch no other.
#[derive(Default)]
pub(crate) struct Change {
    edits: BTreeMap<FileId, (Taken, Vec<(TextRange, String)>)>,
}

impl Change {
    /// Takes edits in, all or none: `false` if one touches what is taken.
    pub(crate) fn take(&mut self, project: &Project, wanted: Vec<(FileId, TextRange, String)>) -> bool {
        let mut free = |(file, range, _): &(FileId, TextRange, String)| {
            self.edits.get_mut(file).is_none_or(|(taken, _)| taken.is_free(*range))
        };
        if !wanted.iter().all(&mut free) {
            return false;
        }
        for (file, range, text) in wanted {
            let end = if project.file(file).document.text().contains("\r\n") { "\r\n" } else { "\n" };
            let (taken, edits) = self.edits.entry(file).or_default();
            taken.take(range);
            edits.push((range, text.replace('\n', end)));
        }
        true
    }

    /// The files that it is about.
    pub(crate) fn files(&self) -> impl Iterator<Item = FileId> {
        self.edits.keys().copied()
    }

    /// The new texts.
    pub(crate) fn texts(self, project: &Project) -> Vec<(FileId, String)> {
        let text =
            |(file, (_, edits)): (FileId, (Taken, Vec<_>))| (file, replaced(project.file(file).document.text(), edits));
        self.edits.into_iter().map(text).collect()
    }
}

/// Edits at places of files; `None` if a place is none of a file.
pub(crate) fn placed(project: &Project, edits: &[(Loc, String)]) -> Option<Vec<(FileId, TextRange, String)>> {
    let edit = |(loc, text): &(Loc, String)| {
        let (file, range) = project.resolve(*loc)?;
        Some((file, range, text.clone()))
    };
    edits.iter().map(edit).collect()
}
