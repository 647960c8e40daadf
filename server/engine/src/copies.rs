//! Private copies of database files.
//!
//! DuckDB's writers don't wait: they fail at once while any other process holds the file, even for reading. So a source's
//! database is read from a copy that nobody else knows. The file system makes it without copying where it can (reflink);
//! where it can't, files up to a size are copied, and larger ones are opened themselves, for milliseconds.
//!
//! A copy is used until the file or its log (`.wal`) changes. It is only used if both looked the same before and after it
//! was made, so it is never half of one state and half of another.
//!
//! A project may name any file of the user as its database. Only what is a database is copied, and only into a folder that
//! the workers of no other project can read: else SQL could read the copy as a text.

use crate::cache_folder::{create_private, private_folder};
use crate::sqlite_log::{self, is_hot};
use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use viz_facts::Unknown;

/// Waits before another attempt while the file changes.
const RETRIES: [Duration; 4] =
    [Duration::from_millis(10), Duration::from_millis(40), Duration::from_millis(160), Duration::from_millis(640)];

/// The copies of one engine, in a folder of their own that goes with it.
pub(crate) struct Copies {
    /// Made when first needed.
    folder: OnceLock<Option<TempDir>>,
    /// By the project's folder and the file that was copied.
    made: Mutex<HashMap<(PathBuf, PathBuf), Made>>,
    largest: u64,
}

struct Made {
    version: Version,
    /// Holds the copy under the file's own name, which gives the catalogue its name.
    folder: TempDir,
}

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// DuckDB's.
    DuckDb,
    /// SQLite's.
    Sqlite,
}

impl Format {
    /// The files beside a database that hold what is not in it yet.
    pub(crate) fn logs(self, path: &Path) -> Vec<PathBuf> {
        let beside = |end: &str| {
            let mut name = path.to_owned().into_os_string();
            name.push(end);
            PathBuf::from(name)
        };
        match self {
            Format::DuckDb => vec![log_of(path)],
            Format::Sqlite => vec![beside("-wal"), beside("-journal")],
        }
    }

    /// Whether a file begins as databases of this format do.
    fn is_of(self, path: &Path) -> std::io::Result<bool> {
        // A pipe would be waited for.
        if !std::fs::metadata(path)?.is_file() {
            return Ok(false);
        }
        let mut first = Vec::new();
        File::open(path)?.take(16).read_to_end(&mut first)?;
        Ok(match self {
            Format::DuckDb => first.get(8..12) == Some(b"DUCK".as_slice()),
            // SQLite takes an empty file for an empty database.
            Format::Sqlite => first.is_empty() || first == b"SQLite format 3\0",
        })
    }

    fn name(self) -> &'static str {
        match self {
            Format::DuckDb => "DuckDB",
            Format::Sqlite => "SQLite",
        }
    }
}

/// Why a file that is something else than it should be is not read.
pub(crate) fn no_database(path: &Path, format: Format) -> Unknown {
    let message = format!("the file {} is no {} database, or it is damaged", path.display(), format.name());
    Unknown::new("database-unreadable", message)
}

/// What tells that a file has changed; `None` where there is no such file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    database: Option<Stamp>,
    logs: Vec<Option<Stamp>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    file: Option<(u64, u64)>,
}

/// How a database file is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// From this copy.
    Copy(PathBuf),
    /// Itself: it is too large to copy, or there is no place for copies.
    Itself,
}

impl Copies {
    /// No copies yet. Files of more than `largest` bytes are only copied where the file system shares their blocks.
    pub(crate) fn new(largest: u64) -> Self {
        Self { folder: OnceLock::new(), made: Mutex::default(), largest }
    }

    /// The folder below which all copies are; `None` if there is no place for them.
    fn folder(&self) -> Option<&Path> {
        self.folder.get_or_init(|| private_folder("copies")).as_ref().map(TempDir::path)
    }

    /// The folder of the copies for the project in this folder; `None` if there is no place for them.
    pub(crate) fn folder_of(&self, root: &Path) -> Option<PathBuf> {
        let name = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
        let folder = self.folder()?.join(&name[..16]);
        let made = create_private(&folder);
        made.inspect_err(|error| tracing::warn!(folder = %folder.display(), %error, "no place for copies")).ok()?;
        Some(folder)
    }

    /// A copy of this database file as it is now, for the project in this folder.
    pub(crate) fn current(&self, root: &Path, path: &Path, format: Format) -> Result<Reading, Unknown> {
        let Some(name) = path.file_name() else { return Ok(Reading::Itself) };
        let key = (root.to_owned(), path.to_owned());
        let mut made = self.lock();
        let mut waits = RETRIES.iter();
        loop {
            let before = Version::of(path, format);
            // What is missing is reported where it is opened.
            if before.database.is_none() {
                made.remove(&key);
                return Ok(Reading::Itself);
            }
            if let Some(copy) = made.get(&key).filter(|copy| copy.version == before) {
                return Ok(Reading::Copy(copy.folder.path().join(name)));
            }
            // What can't be opened is reported where it is opened, too.
            if format.is_of(path).is_ok_and(|is| !is) {
                made.remove(&key);
                return Err(no_database(path, format));
            }
            let Some(folder) = self.folder_of(root) else { return Ok(Reading::Itself) };
            let folder = folder.as_path();
            let copied = copy(path, format, &before, folder, self.largest);
            // A rollback journal in use means that a transaction is half in the file.
            let half = format == Format::Sqlite && format.logs(path).last().is_some_and(|journal| is_hot(journal));
            match copied {
                Ok(Some(folder)) if !half && Version::of(path, format) == before => {
                    let file = folder.path().join(name);
                    made.insert(key, Made { version: before, folder });
                    return Ok(Reading::Copy(file));
                }
                // It changed meanwhile.
                Ok(Some(_)) => {}
                Ok(None) => return Ok(Reading::Itself),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::debug!(path = %path.display(), %error, "could not be copied");
                    return Ok(Reading::Itself);
                }
            }
            match waits.next() {
                Some(wait) => std::thread::sleep(*wait),
                None => {
                    let message = format!("the database {} is being written to", path.display());
                    return Err(Unknown::new("database-changing", message));
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(PathBuf, PathBuf), Made>> {
        self.made.lock().expect("no code that holds this lock panics")
    }
}

/// Copies a database and its log into a new folder; `None` if that would take too long.
fn copy(path: &Path, format: Format, version: &Version, into: &Path, largest: u64) -> std::io::Result<Option<TempDir>> {
    let folder = tempfile::Builder::new().prefix("copy").tempdir_in(into)?;
    let logs = format.logs(path);
    let logs = logs.iter().map(PathBuf::as_path).zip(&version.logs);
    for (from, stamp) in std::iter::once((path, &version.database)).chain(logs) {
        let (Some(stamp), Some(name)) = (stamp, from.file_name()) else { continue };
        let to = folder.path().join(name);
        if reflink_copy::reflink(from, &to).is_err() {
            if stamp.length > largest {
                return Ok(None);
            }
            std::fs::copy(from, &to)?;
        }
    }
    if let (Format::Sqlite, Some(name)) = (format, path.file_name()) {
        let copied = folder.path().join(name);
        make_writable(&copied)?;
        for log in format.logs(&copied).iter().take(1) {
            sqlite_log::settle(&copied, log)?;
        }
    }
    Ok(Some(folder))
}

/// The log that DuckDB keeps beside a database.
pub(crate) fn log_of(path: &Path) -> PathBuf {
    let mut log = path.to_owned().into_os_string();
    log.push(".wal");
    log.into()
}

/// A copy has the rights of its original, which may be none to write.
fn make_writable(path: &Path) -> std::io::Result<()> {
    let mut rights = std::fs::metadata(path)?.permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o600);
    #[cfg(not(unix))]
    rights.set_readonly(false);
    std::fs::set_permissions(path, rights)
}

impl Version {
    fn of(path: &Path, format: Format) -> Self {
        Self { database: stamp(path), logs: format.logs(path).iter().map(|log| stamp(log)).collect() }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let data = std::fs::metadata(path).ok()?;
    Some(Stamp { length: data.len(), modified: data.modified().ok(), file: identity(&data) })
}

/// Device and number of a file, where the system tells.
pub(crate) fn identity(data: &Metadata) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((data.dev(), data.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = data;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(reading: Result<Reading, Unknown>) -> (PathBuf, String) {
        match reading {
            Ok(Reading::Copy(path)) => (path.clone(), fs::read_to_string(path).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    /// What begins as a database does.
    fn database(text: &str) -> String {
        format!("checksumDUCK{text}")
    }

    #[test]
    fn a_copy_is_kept_until_the_file_or_its_log_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copies) = (folder.path().join("shop.db"), Copies::new(1 << 20));
        let current = || copies.current(folder.path(), &path, Format::DuckDb);
        assert_eq!(current(), Ok(Reading::Itself), "there is nothing to copy");
        fs::write(&path, database("one")).unwrap();
        let (first, text) = read(current());
        assert_eq!((text, first.file_name()), (database("one"), path.file_name()));
        assert_eq!(read(current()).0, first);
        fs::write(log_of(&path), "log").unwrap();
        let (second, _) = read(current());
        assert_ne!(second, first);
        assert_eq!(fs::read_to_string(log_of(&second)).unwrap(), "log");
        assert!(!first.exists(), "the old copy is gone");
        fs::write(&path, database("three")).unwrap();
        assert_eq!(read(current()).1, database("three"));
        let place = copies.folder().unwrap().to_owned();
        drop(copies);
        assert!(!place.exists());
    }

    #[test]
    fn every_project_has_copies_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copies) = (folder.path().join("shop.db"), Copies::new(1 << 20));
        fs::write(&path, database("one")).unwrap();
        for root in ["/a", "/b"].map(Path::new) {
            let (copy, _) = read(copies.current(root, &path, Format::DuckDb));
            assert!(copy.starts_with(copies.folder_of(root).unwrap()));
        }
        assert_ne!(copies.folder_of(Path::new("/a")), copies.folder_of(Path::new("/b")));
    }

    #[test]
    fn what_is_no_database_is_not_copied() {
        let folder = tempfile::tempdir().unwrap();
        let (key, copies) = (folder.path().join("id_ed25519"), Copies::new(1 << 20));
        fs::write(&key, "-----BEGIN OPENSSH PRIVATE KEY-----").unwrap();
        let mut wrong = vec![key, folder.path().to_owned()];
        if cfg!(unix) {
            wrong.push("/dev/zero".into());
        }
        for (path, format) in wrong.iter().flat_map(|path| [(path, Format::DuckDb), (path, Format::Sqlite)]) {
            assert_eq!(copies.current(folder.path(), path, format), Err(no_database(path, format)));
        }
        assert!(copies.folder_of(folder.path()).unwrap().read_dir().unwrap().next().is_none());
    }

    #[test]
    fn what_is_too_large_is_read_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        fs::write(&path, database("12345")).unwrap();
        let copies = Copies::new(4);
        // Unless this file system shares blocks.
        let reading = copies.current(folder.path(), &path, Format::DuckDb).unwrap();
        assert!(reading == Reading::Itself || reflink_copy::reflink(&path, folder.path().join("other")).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn copies_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let copies = Copies::new(0);
        for folder in [copies.folder().unwrap().to_owned(), copies.folder_of(Path::new("/a")).unwrap()] {
            let mode = fs::metadata(folder).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
    }
}
