//! Reading files, through a trait: the server overlays unsaved text, tests use a map.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files over this many bytes are not read.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

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
    /// The operating system says no.
    #[error("{0}")]
    Io(String),
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// Its path, below the listed folder.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_dir: bool,
}

/// What a project reads from.
pub trait FileSystem {
    /// The text of a file.
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
}

/// The disk, without a cache.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskFiles;

impl FileSystem for DiskFiles {
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError> {
        // A pipe or a device may never end, or never begin.
        let data = std::fs::metadata(path).map_err(io_error)?;
        if !data.is_file() {
            return Err(ReadError::Io("it is no file".to_owned()));
        }
        let mut content = Vec::new();
        let file = std::fs::File::open(path).map_err(io_error)?;
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut content).map_err(io_error)?;
        if content.len() as u64 > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge { bytes: data.len() });
        }
        let text = String::from_utf8(content).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            ReadError::NotUtf8 { line: 1 + good.iter().filter(|byte| **byte == b'\n').count() }
        })?;
        Ok(text.into())
    }

    fn list(&self, dir: &Path) -> Result<Vec<DirEntry>, ReadError> {
        let mut entries: Vec<DirEntry> = std::fs::read_dir(dir)
            .map_err(io_error)?
            .filter_map(Result::ok)
            .map(|entry| DirEntry { is_dir: entry.path().is_dir(), path: entry.path() })
            .collect();
        entries.sort();
        Ok(entries)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }
}

fn io_error(error: std::io::Error) -> ReadError {
    match error.kind() {
        std::io::ErrorKind::NotFound => ReadError::NotFound,
        _ => ReadError::Io(error.to_string()),
    }
}

/// Files in memory, for tests.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: std::collections::BTreeMap<PathBuf, Arc<str>>,
}

impl MemoryFiles {
    /// These files; paths are absolute.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { files: files.into_iter().map(|(path, text)| (PathBuf::from(path), text.into())).collect() }
    }

    /// Replaces or adds a file.
    pub fn insert(&mut self, path: &str, text: &str) {
        self.files.insert(PathBuf::from(path), text.into());
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
                entries.insert(DirEntry { path: dir.join(first), is_dir: components.next().is_some() });
            }
        }
        if entries.is_empty() { Err(ReadError::NotFound) } else { Ok(entries.into_iter().collect()) }
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.files.keys().any(|file| file.starts_with(path) && file != path)
    }
}
