//! Files outside of the project: an include, or a link, may name any file of the computer. They are read as YAML, and only what is
//! a project file becomes part of the project. The text of other files is never shown: it may be somebody's secret.

use crate::codes::Code;
use crate::files::ReadError;
use crate::includes::file_name;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::schema::MERGED_KEYS;
use crate::surroundings::Extent;
use std::path::Path;
use std::sync::Arc;
use viz_syntax::{Document, NodeKind, ProblemKind, TopEntry, TopValue};
use viz_text::{FileId, Loc, TextRange};

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// It lies in the project's folder.
    Project,
    /// Only the project's text, or a link, says that it belongs to it.
    Foreign,
}

impl Loader<'_> {
    /// The text of a file that the project names, and whose it is.
    pub(crate) fn read(&self, path: &Path) -> Result<(Arc<str>, Source), ReadError> {
        let read = |extent| self.files.read_from(path, &self.around, extent);
        match read(Extent::Project) {
            Err(ReadError::Outside) if self.files.confined().is_some() => {
                Ok((read(Extent::Repository)?, Source::Foreign))
            }
            Err(ReadError::Outside) => Ok((read(Extent::Anywhere)?, Source::Foreign)),
            read => Ok((read?, Source::Project)),
        }
    }

    /// Takes a file that was just added out again if it is no project file, and says so where it is named.
    pub(crate) fn is_foreign(&mut self, id: FileId, from: Option<Loc>) -> bool {
        let Some((code, what)) = what_else(&self.project.file(id).document) else { return false };
        let Some(file) = self.project.parts().files.pop() else { return false };
        let name = file_name(&file.path);
        // It stays among those that were seen.
        let loc = from.unwrap_or_else(|| {
            let id = self.add_file(file.path, "".into());
            self.project.file(id).document.loc(TextRange::empty(0.into()))
        });
        let message = format!("`{name}` {what}; it lies outside of the project, so nothing of it is shown");
        self.project.parts().problems.push(Problem::new(code, loc, message));
        self.project.parts().names_complete &= code == Code::IgnoredKey;
        true
    }
}

/// What a file is that is no project file.
fn what_else(document: &Document) -> Option<(Code, String)> {
    if document.is_empty() {
        return Some((Code::EmptyFile, "is empty: the project loader refuses it (R-DISC-11)".to_owned()));
    }
    let mapping = "is no project file: that is a mapping of keys to lists of objects";
    if document.root().is_some_and(|root| !matches!(root.kind(), NodeKind::Mapping | NodeKind::Error)) {
        return Some((Code::WrongType, mapping.to_owned()));
    }
    let broken = document.problems().iter().find(|problem| problem.kind == ProblemKind::Syntax);
    if let Some(broken) = broken {
        let start = document.range(broken.loc).map_or(0, |range| usize::from(range.start()));
        let line = 1 + document.text().as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count();
        return Some((Code::YamlSyntax, format!("is no YAML from line {line} on")));
    }
    let is_list =
        |entry: &TopEntry<'_>| entry.name() == "includes" || MERGED_KEYS.iter().any(|(key, _)| entry.name() == *key);
    let lists: Vec<TopEntry<'_>> = document.entries().filter(is_list).collect();
    if lists.iter().any(|entry| matches!(entry.value(), TopValue::Node(_))) {
        return Some((Code::WrongType, mapping.to_owned()));
    }
    let nothing = lists.is_empty() && document.get("dbt").is_none();
    // R-MERGE-02: the project loads all the same.
    nothing.then(|| (Code::IgnoredKey, "has no list of objects, so nothing is taken from it".to_owned()))
}
