//! The disk with some texts on top: what comes from stdin, and what was fixed but is not written yet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use viz_files::{Granted, Identity};
use viz_project::{Confined, DirEntry, DiskFiles, Environment, Extent, FileSystem, ReadError, Standing, Surroundings};

/// Texts by absolute path that replace those on the disk.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    texts: BTreeMap<PathBuf, Arc<str>>,
    confined: Option<Confined>,
    granted: Granted,
}

impl Overlay {
    /// No texts; in CI nothing outside of a project's repository is read, unless the command line allows it.
    pub fn new(environment: &Environment, allow_outside: bool) -> Self {
        let confined = Confined::by_environment(environment).filter(|_| !allow_outside);
        Self { confined, ..Self::default() }
    }

    /// With these folders outside, in which data may be read.
    pub fn granting(self, granted: Granted) -> Self {
        Self { granted, ..self }
    }

    /// Puts a text in the place of a file's.
    pub fn insert(&mut self, path: PathBuf, text: impl Into<Arc<str>>) {
        self.texts.insert(path, text.into());
    }

    /// The texts on top.
    pub fn texts(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_path(), &**text))
    }
}

impl FileSystem for Overlay {
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError> {
        self.texts.get(path).map_or_else(|| DiskFiles.read(path), |text| Ok(Arc::clone(text)))
    }

    fn list(&self, dir: &Path) -> Result<Vec<DirEntry>, ReadError> {
        let mut entries = DiskFiles.list(dir)?;
        let on_top = self.texts.keys().filter(|path| path.parent() == Some(dir));
        entries.extend(on_top.map(|path| DirEntry::file(path.clone())));
        entries.sort();
        entries.dedup_by(|a, b| a.path == b.path);
        Ok(entries)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.texts.contains_key(path) || DiskFiles.is_file(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        DiskFiles.is_dir(path)
    }

    fn identity(&self, folder: &Path) -> Option<Identity> {
        DiskFiles.identity(folder)
    }

    fn surroundings(&self, root: &Path) -> Arc<Surroundings> {
        DiskFiles.surroundings(root)
    }

    fn confined(&self) -> Option<Confined> {
        self.confined
    }

    fn is_granted(&self, place: &Path) -> bool {
        self.granted.around(place).is_some()
    }

    fn read_from(&self, path: &Path, around: &Surroundings, extent: Extent) -> Result<Arc<str>, ReadError> {
        match self.texts.get(path) {
            Some(text) => around.allow(path, extent).map(|()| Arc::clone(text)),
            None => DiskFiles.read_from(path, around, extent),
        }
    }

    fn standing(&self, path: &Path, around: &Surroundings) -> Standing {
        around.standing(path)
    }

    fn variables(&self, root: &Path) -> Option<Arc<str>> {
        DiskFiles::variables_of(root, self.confined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cover_files_and_add_new_ones() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("old.yml"), dir.path().join("new.yml"));
        std::fs::write(&old, "disk").unwrap();
        let mut files = Overlay::default();
        files.insert(old.clone(), "top");
        files.insert(new.clone(), "new");
        assert_eq!((&*files.read(&old).unwrap(), &*files.read(&new).unwrap()), ("top", "new"));
        assert!(files.is_file(&new) && !new.exists());
        assert_eq!(files.list(dir.path()).unwrap().len(), 2);
    }
}
