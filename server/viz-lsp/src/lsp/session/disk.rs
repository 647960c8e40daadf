//! What projects read from: the disk, cached, with unsaved text on top.

use crate::host::paths;
use crate::host::stamp::Stamp;
use crate::lsp::session::documents::Documents;
use parking_lot::Mutex;
use rustc_hash::FxHasher;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use viz_files::Identity;
use viz_project::{Confined, DirEntry, DiskFiles, Extent, FileSystem, ReadError, Standing, Surroundings};

/// Texts read from the disk. While someone types nothing is looked up again; after anything else that happens (a file is
/// opened, saved, closed, or reported as changed) each text is compared with its file's time and size once.
#[derive(Debug, Default)]
pub struct DiskCache {
    epoch: AtomicU64,
    texts: Mutex<HashMap<PathBuf, Vec<Cached>>>,
    /// Paths without links, each with the epoch in which it was looked up.
    real: Mutex<HashMap<PathBuf, (u64, PathBuf)>>,
    /// What is at paths, each with the epoch in which it was looked up.
    places: Mutex<HashMap<PathBuf, (u64, Place)>>,
    /// What is around projects, each with the epoch in which it was looked up.
    around: Mutex<HashMap<PathBuf, (u64, Arc<Surroundings>)>>,
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    File,
    Folder,
    Neither,
}

/// For which project, and how far away from it, a text was read.
type For = Option<(PathBuf, Extent)>;

#[derive(Debug, Clone)]
struct Cached {
    read_for: For,
    epoch: u64,
    stamp: Option<Stamp>,
    text: Result<Arc<str>, ReadError>,
}

impl DiskCache {
    /// Files may have changed.
    pub fn look_again(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// This file has changed, whatever its time and size say.
    pub fn forget(&self, path: &Path) {
        self.texts().remove(path);
        self.look_again();
    }

    /// Number of texts that are kept.
    pub fn len(&self) -> usize {
        self.texts().len()
    }

    /// The path that tells files apart.
    pub fn real(&self, path: &Path) -> PathBuf {
        let epoch = self.epoch.load(Ordering::SeqCst);
        let mut known = self.real.lock();
        match known.get(path) {
            Some((at, real)) if *at == epoch => real.clone(),
            _ => {
                let real = paths::real(path);
                known.insert(path.to_owned(), (epoch, real.clone()));
                real
            }
        }
    }

    /// What is at a path.
    fn place(&self, path: &Path) -> Place {
        let epoch = self.epoch.load(Ordering::SeqCst);
        if let Some((_, place)) = self.places.lock().get(path).filter(|(at, _)| *at == epoch) {
            return *place;
        }
        let place = match () {
            () if DiskFiles.is_file(path) => Place::File,
            () if DiskFiles.is_dir(path) => Place::Folder,
            () => Place::Neither,
        };
        self.places.lock().insert(path.to_owned(), (epoch, place));
        place
    }

    /// What is around a project's folder.
    pub fn surroundings(&self, root: &Path) -> Arc<Surroundings> {
        let epoch = self.epoch.load(Ordering::SeqCst);
        let mut known = self.around.lock();
        match known.get(root) {
            Some((at, around)) if *at == epoch => Arc::clone(around),
            _ => {
                let around = DiskFiles.surroundings(root);
                known.insert(root.to_owned(), (epoch, Arc::clone(&around)));
                around
            }
        }
    }

    fn texts(&self) -> parking_lot::MutexGuard<'_, HashMap<PathBuf, Vec<Cached>>> {
        self.texts.lock()
    }

    fn read(
        &self,
        path: &Path,
        read_for: For,
        read: impl FnOnce() -> Result<Arc<str>, ReadError>,
    ) -> Result<Arc<str>, ReadError> {
        let epoch = self.epoch.load(Ordering::SeqCst);
        let same = |cached: &&Cached| cached.read_for == read_for;
        let cached = self.texts().get(path).and_then(|all| all.iter().find(same).cloned());
        if let Some(cached) = &cached
            && cached.epoch == epoch
        {
            return cached.text.clone();
        }
        // The stamp is taken first: a write in between makes the next look find a difference.
        let stamp = Stamp::of(path);
        let text = match cached {
            Some(cached) if cached.stamp == stamp && stamp.is_some() => cached.text,
            _ => read(),
        };
        let new = Cached { read_for, epoch, stamp, text: text.clone() };
        let mut texts = self.texts();
        let all = texts.entry(path.to_owned()).or_default();
        all.retain(|cached| cached.read_for != new.read_for);
        all.push(new);
        text
    }
}

/// The disk with the open texts on top.
#[derive(Debug, Clone)]
pub struct Files<'a> {
    /// What the editor holds.
    pub documents: Documents,
    /// What lies below.
    pub disk: &'a DiskCache,
    /// Why nothing outside of a project's repository is read, if that is so.
    pub confined: Option<Confined>,
}

impl Files<'_> {
    /// The folder of the project that a file belongs to. A link into a project's folder belongs to the project.
    pub fn root_of(&self, path: &Path) -> Option<PathBuf> {
        let spelled = self.documents.all(path).iter().map(|document| document.spelled.as_path());
        let root = spelled.chain([path]).find_map(|path| viz_project::find_root(path, self))?;
        Some(self.real(&root))
    }

    /// The projects of a workspace's folder: the one that it belongs to, else those in the folders right below it.
    pub fn roots_in(&self, folder: &Path) -> Vec<PathBuf> {
        if let Some(root) = viz_project::find_root(folder, self) {
            return vec![self.real(&root)];
        }
        // A linked folder may be anywhere, and its project would be one of its own there.
        let repository = self.confined.map(|_| viz_files::repository(folder));
        let within = |path: &Path| repository.as_ref().is_none_or(|repository| self.real(path).starts_with(repository));
        let below = self.list(folder).unwrap_or_default().into_iter();
        let below = below.filter(|entry| entry.is_dir && within(&entry.path));
        let roots = below.filter(|entry| viz_project::project_file(&entry.path, self).is_some());
        roots.map(|entry| self.real(&entry.path)).collect()
    }
}

impl FileSystem for Files<'_> {
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError> {
        let real = self.real(path);
        match self.documents.get(&real) {
            Some(document) => Ok(document.whole()),
            None => self.disk.read(&real, None, || DiskFiles.read(&real)),
        }
    }

    fn list(&self, dir: &Path) -> Result<Vec<DirEntry>, ReadError> {
        let mut entries = DiskFiles.list(dir)?;
        let real = self.real(dir);
        let unsaved = self.documents.iter().filter(|(path, _)| path.parent() == Some(&real));
        let new: Vec<DirEntry> = unsaved
            .filter_map(|(path, _)| Some(DirEntry::file(dir.join(path.file_name()?))))
            .filter(|new| entries.iter().all(|entry| entry.path != new.path))
            .collect();
        entries.extend(new);
        entries.sort();
        Ok(entries)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.documents.get(&self.real(path)).is_some() || self.disk.place(path) == Place::File
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.disk.place(path) == Place::Folder
    }

    fn real(&self, path: &Path) -> PathBuf {
        self.disk.real(path)
    }

    fn identity(&self, folder: &Path) -> Option<Identity> {
        DiskFiles.identity(folder)
    }

    fn surroundings(&self, root: &Path) -> Arc<Surroundings> {
        self.disk.surroundings(root)
    }

    fn confined(&self) -> Option<Confined> {
        self.confined
    }

    fn read_from(&self, path: &Path, around: &Surroundings, extent: Extent) -> Result<Arc<str>, ReadError> {
        let real = self.real(path);
        if let Some(document) = self.documents.get(&real) {
            return around.allow(&real, extent).map(|()| document.whole());
        }
        let read_for = Some((around.root().to_owned(), extent));
        self.disk.read(&real, read_for, || DiskFiles.read_from(path, around, extent))
    }

    fn standing(&self, path: &Path, around: &Surroundings) -> Standing {
        around.standing(path)
    }

    fn variables(&self, root: &Path) -> Option<Arc<str>> {
        match self.documents.get(&self.real(&root.join(".env"))) {
            Some(document) => Some(document.whole()),
            None => DiskFiles::variables_of(root, self.confined),
        }
    }

    fn epoch(&self) -> Option<u64> {
        let mut open: Vec<&Path> = self.documents.iter().map(|(path, _)| path).collect();
        open.sort_unstable();
        let mut hasher = FxHasher::default();
        (self.disk.epoch.load(Ordering::SeqCst), open, self.confined.is_some()).hash(&mut hasher);
        Some(hasher.finish())
    }

    fn is_open(&self, path: &Path) -> bool {
        self.documents.get(&self.real(path)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower_lsp::lsp_types::Url;

    #[test]
    fn unsaved_text_covers_the_disk_and_the_disk_is_read_once() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a.yml"), dir.path().join("b.yml"));
        std::fs::write(&a, "one").unwrap();
        let disk = DiskCache::default();
        let mut documents = Documents::default();
        let files = |documents: &Documents| Files { documents: documents.clone(), disk: &disk, confined: None };
        let first = files(&documents).read(&a).unwrap();
        std::fs::write(&a, "two!").unwrap();
        assert!(
            Arc::ptr_eq(&first, &files(&documents).read(&a).unwrap()),
            "nothing happened that asks for another look"
        );
        disk.look_again();
        assert_eq!(&*files(&documents).read(&a).unwrap(), "two!");
        documents.open(a.clone(), Url::from_file_path(&a).unwrap(), 1, "unsaved");
        documents.open(b.clone(), Url::from_file_path(&b).unwrap(), 1, "new");
        let files = files(&documents);
        assert_eq!(&*files.read(&a).unwrap(), "unsaved");
        assert!(Arc::ptr_eq(&files.read(&b).unwrap(), &files.read(&b).unwrap()));
        assert!(files.is_file(&b) && !b.exists());
        assert_eq!(files.list(dir.path()).unwrap().len(), 2);
    }

    #[test]
    fn a_missing_file_is_found_once_it_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("late.yml");
        let disk = DiskCache::default();
        let files = Files { documents: Documents::default(), disk: &disk, confined: None };
        assert_eq!(files.read(&path), Err(ReadError::NotFound));
        std::fs::write(&path, "here").unwrap();
        disk.look_again();
        assert_eq!(&*files.read(&path).unwrap(), "here");
        std::fs::write(&path, "this").unwrap();
        disk.forget(&path);
        assert_eq!(&*files.read(&path).unwrap(), "this");
    }
}
