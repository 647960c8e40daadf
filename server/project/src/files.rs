//! Reading files, through a trait: the server overlays unsaved text, tests use a map.

use crate::surroundings::{Confined, Extent, Standing, Surroundings};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use viz_files::{Identity, Kind, Reach, Refused};

/// Files over this many bytes are not read.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// A `.env` over this many bytes is not read.
const MAX_VARIABLES_BYTES: u64 = 1 << 20;

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is none.
    #[error("no such file")]
    NotFound,
    /// It is no text in UTF-8 (`R-DISC-07`).
    #[error("it is not UTF-8 from line {line} on")]
    NotUtf8 {
        /// Line of the first byte that does not fit, one-based.
        line: usize,
    },
    /// It is larger than [`MAX_FILE_BYTES`].
    #[error("too large to check ({bytes} bytes)")]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// It is farther away than it may be.
    #[error("it lies outside of the project")]
    Outside,
    /// It is a folder with more entries than are looked at.
    #[error("the folder has more than {most} entries")]
    TooMany {
        /// The bound.
        most: usize,
    },
    /// It may hold secrets.
    #[error("it may hold secrets, so it is not read as data")]
    Private,
    /// The operating system says no.
    #[error("{0}")]
    Io(String),
}

impl From<Refused> for ReadError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotFound => Self::NotFound,
            Refused::Outside(_) => Self::Outside,
            Refused::Private => Self::Private,
            Refused::TooMany { most } => Self::TooMany { most },
            Refused::TooLarge { bytes, .. } => Self::TooLarge { bytes },
            other => Self::Io(other.to_string()),
        }
    }
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// Its path, below the listed folder.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// Whether it is a link.
    pub is_link: bool,
    /// What tells folders apart, where that is known.
    pub identity: Option<Identity>,
}

impl DirEntry {
    /// A plain file.
    pub fn file(path: PathBuf) -> Self {
        Self { path, is_dir: false, is_link: false, identity: None }
    }
}

/// What a project reads from.
pub trait FileSystem {
    /// The text of a file, wherever it is: for files that the user names.
    ///
    /// # Errors
    /// See [`ReadError`].
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError>;
    /// The entries of a folder, sorted by path.
    ///
    /// # Errors
    /// See [`ReadError`].
    fn list(&self, dir: &Path) -> Result<Vec<DirEntry>, ReadError>;
    /// Whether there is a file of this name.
    fn is_file(&self, path: &Path) -> bool;
    /// Whether there is a folder of this name.
    fn is_dir(&self, path: &Path) -> bool;
    /// What tells whether two paths are one file: the same path for both, where that is known.
    fn real(&self, path: &Path) -> PathBuf {
        path.to_path_buf()
    }
    /// What tells whether two paths are one folder, where that is known.
    fn identity(&self, _folder: &Path) -> Option<Identity> {
        None
    }
    /// What is around a project's folder.
    fn surroundings(&self, root: &Path) -> Arc<Surroundings> {
        Arc::new(Surroundings::by_name(root))
    }
    /// Why nothing outside of the project's repository is read, if that is so.
    fn confined(&self) -> Option<Confined> {
        None
    }
    /// Whether data at this real place are read although nothing outside of the repository is: the person allowed it.
    fn is_granted(&self, _place: &Path) -> bool {
        false
    }
    /// The text of a file that a project's text names: no private one, and none farther away than it may be.
    ///
    /// # Errors
    /// See [`ReadError`].
    fn read_from(&self, path: &Path, around: &Surroundings, extent: Extent) -> Result<Arc<str>, ReadError> {
        around.allow(path, extent)?;
        self.read(path)
    }
    /// Where a file or folder is, seen from a project.
    fn standing(&self, path: &Path, around: &Surroundings) -> Standing {
        around.standing_by_name(path)
    }
    /// The text of the project's `.env`. Its values are used, never shown.
    fn variables(&self, root: &Path) -> Option<Arc<str>> {
        self.read(&root.join(".env")).ok()
    }
    /// While it stays the same, nothing is elsewhere than it was, and no text is another but those that the user edits. `None`:
    /// nobody can tell.
    fn epoch(&self) -> Option<u64> {
        None
    }
    /// Whether the user looks at this file's text anyway.
    fn is_open(&self, _path: &Path) -> bool {
        false
    }
}

/// The disk, without a cache.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskFiles;

impl DiskFiles {
    /// The project's `.env`, below its repository if it is confined.
    pub fn variables_of(root: &Path, confined: Option<Confined>) -> Option<Arc<str>> {
        let repository = confined.map(|_| viz_files::repository(root));
        let reach = repository.as_deref().map_or(Reach::Anywhere, Reach::Below);
        text(viz_files::read(&root.join(".env"), reach, MAX_VARIABLES_BYTES).ok()?).ok()
    }
}

impl FileSystem for DiskFiles {
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError> {
        text(viz_files::read(path, Reach::Anywhere, MAX_FILE_BYTES)?)
    }

    fn list(&self, dir: &Path) -> Result<Vec<DirEntry>, ReadError> {
        let entry = |entry: viz_files::Entry| DirEntry {
            is_dir: entry.kind == Kind::Folder,
            is_link: entry.link,
            identity: entry.identity,
            path: entry.path,
        };
        Ok(viz_files::list(dir)?.into_iter().map(entry).collect())
    }

    fn is_file(&self, path: &Path) -> bool {
        viz_files::kind(path) == Some(Kind::File)
    }

    fn is_dir(&self, path: &Path) -> bool {
        viz_files::kind(path) == Some(Kind::Folder)
    }

    fn identity(&self, folder: &Path) -> Option<Identity> {
        viz_files::look(folder).as_ref().and_then(Identity::of)
    }

    fn surroundings(&self, root: &Path) -> Arc<Surroundings> {
        Arc::new(Surroundings::of(root))
    }

    fn read_from(&self, path: &Path, around: &Surroundings, extent: Extent) -> Result<Arc<str>, ReadError> {
        text(around.read(path, extent, MAX_FILE_BYTES)?)
    }

    fn standing(&self, path: &Path, around: &Surroundings) -> Standing {
        around.standing(path)
    }
}

fn text(content: Vec<u8>) -> Result<Arc<str>, ReadError> {
    let text = String::from_utf8(content).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        ReadError::NotUtf8 { line: 1 + good.iter().filter(|byte| **byte == b'\n').count() }
    })?;
    Ok(text.into())
}

/// Files in memory, for tests.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: std::collections::BTreeMap<PathBuf, Arc<str>>,
    /// Number of files that were added.
    added: u64,
}

impl MemoryFiles {
    /// These files; paths are absolute.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { files: files.into_iter().map(|(path, text)| (PathBuf::from(path), text.into())).collect(), added: 0 }
    }

    /// Replaces or adds a file.
    pub fn insert(&mut self, path: &str, text: &str) {
        self.added += u64::from(self.files.insert(PathBuf::from(path), text.into()).is_none());
    }
}

impl FileSystem for MemoryFiles {
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError> {
        self.files.get(path).cloned().ok_or(ReadError::NotFound)
    }

    fn list(&self, dir: &Path) -> Result<Vec<DirEntry>, ReadError> {
        let mut entries = std::collections::BTreeSet::new();
        for path in self.files.keys() {
            let Ok(rest) = path.strip_prefix(dir) else { continue };
            let mut components = rest.components();
            if let Some(first) = components.next() {
                entries.insert(DirEntry { is_dir: components.next().is_some(), ..DirEntry::file(dir.join(first)) });
            }
        }
        if entries.is_empty() { Err(ReadError::NotFound) } else { Ok(entries.into_iter().collect()) }
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    fn epoch(&self) -> Option<u64> {
        Some(self.added)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.files.keys().any(|file| file.starts_with(path) && file != path)
    }
}
