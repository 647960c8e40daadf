//! What following the includes came to, kept from snapshot to snapshot: while the disk and all includes stay as they are, nobody
//! has to look where they lead.

use crate::foreign::Source;
use crate::loader::Loader;
use crate::lower::Difference;
use crate::problem::Problem;
use crate::project::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use viz_syntax::{Document, TopEntry, TopValue};
use viz_text::{FileId, Loc};

/// What following the includes of a project came to, besides the files, which are the first ones.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    /// Of the file system: [`crate::FileSystem::epoch`]. `None` if it was not plain: files that can't be read, or that others make.
    epoch: Option<u64>,
    files: usize,
    watched: Vec<PathBuf>,
    problems: Vec<Problem>,
    differences: Vec<Difference>,
    names_complete: bool,
    listed: usize,
}

impl Loader<'_> {
    /// Adds the project's file and all that it includes.
    pub(crate) fn follow_all(&mut self, path: &Path) {
        if self.follow_as_before(path).is_some() {
            return;
        }
        let (watched, problems) = (self.project.watched.len(), self.project.problems.len());
        self.project.parts().files.clear();
        self.follow(path.to_owned(), None);
        self.project.parts().listed = self.listed();
        let followed = Followed {
            epoch: self.files.epoch().filter(|_| self.plain),
            files: self.project.files.len(),
            watched: self.project.watched[watched..].to_vec(),
            problems: self.project.problems[problems..].to_vec(),
            differences: self.differences.clone(),
            names_complete: self.project.names_complete,
            listed: self.project.listed,
        };
        self.project.parts().followed = Arc::new(followed);
    }

    /// The files of the previous snapshot, if following the includes would come to them again.
    fn follow_as_before(&mut self, path: &Path) -> Option<()> {
        let previous = self.previous?;
        let followed = &previous.followed;
        let same_disk = followed.epoch.is_some() && followed.epoch == self.files.epoch();
        if !same_disk || previous.files.first()?.path != path || previous.config != self.project.config {
            return None;
        }
        let mut files = Vec::with_capacity(previous.files.len());
        for before in &previous.files[..followed.files] {
            let (text, Source::Project) = self.read(&before.path).ok()? else { return None };
            if Arc::ptr_eq(before.document.shared_text(), &text) || **before.document.shared_text() == *text {
                files.push(before.clone());
                continue;
            }
            let document = before.document.reparse_shared(text);
            if includes(&before.document) != includes(&document) {
                return None;
            }
            files.push(File::new(before.path.clone(), before.real.clone(), &self.project.root, document));
        }
        self.project.parts().files = files;
        // What an include names depends on it.
        self.choose_target();
        if self.project.read_for() != previous.read_for() {
            return None;
        }
        self.told = (0..followed.files as u32).map(FileId).collect();
        self.differences.clone_from(&followed.differences);
        let followed = Arc::clone(followed);
        let parts = self.project.parts();
        parts.watched.extend_from_slice(&followed.watched);
        parts.problems.extend_from_slice(&followed.problems);
        parts.names_complete = followed.names_complete;
        parts.listed = followed.listed;
        parts.followed = followed;
        Some(())
    }
}

/// All that a file says of other files, and where.
fn includes(document: &Document) -> Vec<(Loc, Option<Vec<Loc>>)> {
    let names_files = |entry: &TopEntry<'_>| ["includes", "dbt"].contains(&entry.name());
    let said = |entry: TopEntry<'_>| {
        let items = match entry.value() {
            TopValue::Missing => None,
            TopValue::Items(items) => Some(items.iter().map(|item| item.loc()).collect()),
            TopValue::Node(node) => Some(vec![node.loc()]),
        };
        (entry.key().loc(), items)
    };
    document.entries().filter(names_files).map(said).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Environment, FileSystem, MemoryFiles, Project};
    use std::path::Path;

    fn files() -> MemoryFiles {
        MemoryFiles::new([
            ("/p/project.visivo.yml", "name: p\nincludes:\n  - path: a.yml\n  - path: d\nmarkdowns:\n- {name: m}\n"),
            ("/p/a.yml", "includes: [{path: b.yml}]\nmarkdowns:\n- {name: a}\n- {name: b}\n"),
            ("/p/b.yml", "markdowns: [{name: c}]\n"),
            ("/p/c.yml", "markdowns: [{name: e}]\n"),
            ("/p/d/e.yml", "markdowns: [{name: f}]\n"),
        ])
    }

    fn shown(project: &Project) -> Vec<String> {
        let place = |loc| project.resolve(loc).map(|(file, range)| (project.file(file).relative.clone(), range));
        let mut all: Vec<String> = project
            .problems()
            .map(|found| format!("{:?} {} {:?}", found.code, found.message, place(found.loc)))
            .collect();
        all.sort();
        all.extend(project.files().iter().map(|file| file.relative.clone()));
        all.extend(project.ids().map(|id| project.object(id).name_text().to_owned()));
        all.extend(project.watched().iter().map(|path| path.display().to_string()));
        all.push(format!("{} {} {:?}", project.names_complete(), project.listed_entries(), project.target()));
        all
    }

    /// Each edit after the other, of any file; a reloaded project is one that is read anew.
    #[test]
    fn what_was_followed_is_what_is_followed_anew() {
        let (mut files, environment) = (files(), Environment::empty());
        let mut project = Project::load(Path::new("/p"), &files, &environment);
        let edits = [
            ("/p/a.yml", "name: a", "name: aa"),
            ("/p/a.yml", "b.yml", "c.yml"),
            ("/p/a.yml", "c.yml", "none.yml"),
            ("/p/a.yml", "none.yml", "b.yml"),
            ("/p/a.yml", "includes:", "#includes:"),
            ("/p/a.yml", "#includes:", "includes:"),
            ("/p/b.yml", "markdowns:", "includes: [{path: c.yml}]\nmarkdowns:"),
            ("/p/b.yml", "name: c", "name: ["),
            ("/p/b.yml", "name: [", "name: c"),
            ("/p/project.visivo.yml", "name: p", "name: p\ncli_version: 2.0.1"),
            ("/p/project.visivo.yml", "- path: d", "- path: d/../d/e.yml"),
            ("/p/project.visivo.yml", "  - path: d/../d/e.yml\n", "  - path: dbt\ndbt: {enabled: true}\n"),
            ("/p/project.visivo.yml", "dbt: {enabled: true}\n", ""),
            ("/p/d/e.yml", "markdowns: [{name: f}]\n", ""),
            ("/p/a.yml", "name: aa", "name: a"),
        ];
        for (path, old, new) in edits {
            let text = files.read(Path::new(path)).expect("it is there");
            assert!(text.contains(old), "{path}: {text}");
            files.insert(path, &text.replacen(old, new, 1));
            project = project.reload(&files, &environment);
            let fresh = Project::load(Path::new("/p"), &files, &environment);
            assert_eq!(shown(&project), shown(&fresh), "{path}: {old} → {new}");
        }
        // Another file is there.
        files.insert("/p/d/late.yml", "markdowns: [{name: late}]\n");
        files.insert("/p/project.visivo.yml", "includes: [{path: d}]\n");
        project = project.reload(&files, &environment);
        files.insert("/p/d/later.yml", "markdowns: [{name: later}]\n");
        project = project.reload(&files, &environment);
        assert_eq!(shown(&project), shown(&Project::load(Path::new("/p"), &files, &environment)));
    }
}
