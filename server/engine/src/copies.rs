//! Private copies of database files.
//!
//! DuckDB's writers don't wait: they fail at once while any other process holds the file, even for reading. So a source's
//! database is read from a copy that nobody else knows. The file system makes it without copying where it can (reflink);
//! where it can't, files up to a size are copied, and larger ones are opened themselves, for milliseconds.
//!
//! A copy is used until the file or its log (`.wal`) changes. It is only used if both looked the same before and after it
//! was made, so it is never half of one state and half of another.
//!
//! All copies together have one bound ([`Room`]). What has no place there is read as what is too large is.
//!
//! A project may name any file of the user as its database, and lay anything beside it that has the name of a log. Only what
//! begins as a database, and only logs that are plain files beside the real database and begin as such logs do, are taken; what is
//! copied is what was looked at, by its handle. The copies are in a folder that the workers of no other project can read.

use crate::cache_folder::{PrivateFolder, create_private};
use crate::copy_room::{OF_PROCESS, PrivateCopy, Room};
use crate::database_files::{Files, Format, NoCopy, Version, Why};
use parking_lot::{Mutex, MutexGuard};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;
use viz_facts::{Reason, Unknown};
use viz_files::{Granted, Reach, Refused};

/// Waits before another attempt while the file changes.
const RETRIES: [Duration; 4] =
    [Duration::from_millis(10), Duration::from_millis(40), Duration::from_millis(160), Duration::from_millis(640)];

/// The copies of one engine, in a folder of their own that goes with it.
pub(crate) struct Copies {
    /// Made when first needed.
    folder: OnceLock<Option<PrivateFolder>>,
    room: Arc<Room>,
    /// By the project's folder and the file that was copied. Each has a lock of its own: whoever waits for a file that changes
    /// keeps nobody else waiting.
    made: Mutex<ByFile>,
    largest: u64,
    /// Whether only files of a project's repository are copied.
    confined: bool,
    /// Where they are copied from all the same.
    granted: Granted,
}

type ByFile = HashMap<(PathBuf, PathBuf), Arc<Mutex<Slot>>>;

#[derive(Default)]
struct Slot {
    made: Option<Made>,
    /// Whether somebody was told that there is no room for it.
    told: bool,
}

struct Made {
    version: Version,
    copy: Weak<PrivateCopy>,
}

/// What every copy is called. The file's own name may be made of a variable, and what is stored in a database can tell the paths that
/// DuckDB may open while it attaches it: expressions in a log run then, which no gate has seen.
const NAME: &str = "database";

/// How a database file is to be read.
#[derive(Debug, Clone)]
pub(crate) enum Reading {
    /// From this copy, which stays as long as somebody holds it.
    Copy(Arc<PrivateCopy>),
    /// Itself: it is too large to copy, or there is no place for copies.
    Itself,
}

impl Copies {
    /// No copies yet. Files of more than `largest` bytes are only copied where the file system shares their blocks.
    /// If they are `confined`, only files of a project's repository are, and of what is granted.
    pub(crate) fn new(largest: u64, confined: bool, granted: Granted) -> Self {
        Self::in_room(Arc::clone(&OF_PROCESS), largest, confined, granted)
    }

    fn in_room(room: Arc<Room>, largest: u64, confined: bool, granted: Granted) -> Self {
        Self { folder: OnceLock::new(), room, made: Mutex::default(), largest, confined, granted }
    }

    /// The folder below which all copies are; `None` if there is no place for them.
    fn folder(&self) -> Option<&Path> {
        self.folder.get_or_init(|| PrivateFolder::new("copies")).as_ref().map(PrivateFolder::path)
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
        let slot = Arc::clone(self.lock().entry((root.to_owned(), path.to_owned())).or_default());
        let mut slot = slot.lock();
        let mut waits = RETRIES.iter();
        let granted = || self.granted.around(&viz_files::real_place(path)).map(Path::to_owned);
        let bound = self.confined.then(|| granted().unwrap_or_else(|| viz_files::repository(root)));
        let reach = bound.as_deref().map_or(Reach::Anywhere, Reach::Below);
        loop {
            let files = match Files::open(path, format, reach) {
                Ok(files) => files,
                Err(why) => {
                    self.forget(&mut slot);
                    return match why {
                        Why::Missing => Ok(Reading::Itself),
                        Why::Unknown(unknown) => Err(unknown),
                    };
                }
            };
            let before = files.version();
            if let Some(Made { copy, .. }) = slot.made.as_ref().filter(|made| made.version == before)
                && let Some(copy) = self.room.again(copy)
            {
                return Ok(Reading::Copy(copy));
            }
            self.forget(&mut slot);
            files.judge_logs(path)?;
            let Some(folder) = self.folder_of(root) else { return Ok(Reading::Itself) };
            // What is larger is not begun to be copied, and takes no room where its blocks are shared.
            let bytes = Some(files.bytes()).filter(|bytes| *bytes <= self.largest);
            let (bytes, largest) = bytes.map_or((0, 0), |bytes| (bytes, self.largest));
            let Some(mut place) = self.room.place(bytes) else {
                if !std::mem::replace(&mut slot.told, true) {
                    tracing::warn!(
                        "{}: there are so many copies of databases that no other one is made: it is opened itself, for milliseconds, and \
                         a program that writes to it may have to wait",
                        path.display()
                    );
                }
                return Ok(Reading::Itself);
            };
            let unchanged = || Files::open(path, format, reach).is_ok_and(|now| now.version() == before);
            match files.copy(Path::new(NAME), &folder, largest) {
                Ok((folder, copied)) if unchanged() => {
                    place.shrink(copied);
                    let copy = self.room.keep(folder, NAME, place);
                    slot.made = Some(Made { version: before, copy: Arc::downgrade(&copy) });
                    return Ok(Reading::Copy(copy));
                }
                // It changed meanwhile.
                Ok(_) | Err(NoCopy::Half | NoCopy::Refused(Refused::NotFound)) => {}
                Err(NoCopy::Refused(why)) => {
                    tracing::debug!(path = %path.display(), %why, "could not be copied");
                    return Ok(Reading::Itself);
                }
            }
            match waits.next() {
                Some(wait) => std::thread::sleep(*wait),
                None => {
                    let message = format!("the database {} is being written to", path.display());
                    return Err(Unknown::new(Reason::DatabaseChanging, message));
                }
            }
        }
    }

    fn forget(&self, slot: &mut Slot) {
        if let Some(Made { copy, .. }) = slot.made.take() {
            self.room.forget(&copy);
        }
    }

    fn lock(&self) -> MutexGuard<'_, ByFile> {
        self.made.lock()
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        for slot in self.made.get_mut().values() {
            if let Some(Made { copy, .. }) = &slot.lock().made {
                self.room.forget(copy);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database_files::no_database;
    use std::fs;

    fn log_of(path: &Path) -> PathBuf {
        Format::DuckDb.logs(path).remove(0)
    }

    fn read(reading: Result<Reading, Unknown>) -> (PathBuf, String) {
        match reading {
            Ok(Reading::Copy(copy)) => (copy.path(), fs::read_to_string(copy.path()).unwrap()),
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
        let (path, copies) = (folder.path().join("shop.db"), Copies::new(1 << 20, false, Granted::none()));
        let current = || copies.current(folder.path(), &path, Format::DuckDb);
        assert!(matches!(current(), Ok(Reading::Itself)), "there is nothing to copy");
        fs::write(&path, database("one")).unwrap();
        let (first, text) = read(current());
        assert_eq!((text, first.file_name()), (database("one"), Some(NAME.as_ref())));
        assert_eq!(read(current()).0, first);
        fs::write(log_of(&path), "d\0be\0\x02").unwrap();
        let (second, _) = read(current());
        assert_ne!(second, first);
        assert_eq!(fs::read_to_string(log_of(&second)).unwrap(), "d\0be\0\x02");
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
        let (path, copies) = (folder.path().join("shop.db"), Copies::new(1 << 20, false, Granted::none()));
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
        let (key, copies) = (folder.path().join("id_ed25519"), Copies::new(1 << 20, false, Granted::none()));
        fs::write(&key, "-----BEGIN OPENSSH PRIVATE KEY-----").unwrap();
        let mut wrong = vec![key, folder.path().to_owned()];
        if cfg!(unix) {
            wrong.push("/dev/zero".into());
        }
        for (path, format) in wrong.iter().flat_map(|path| [(path, Format::DuckDb), (path, Format::Sqlite)]) {
            assert_eq!(copies.current(folder.path(), path, format).err(), Some(no_database(path, format)));
        }
        assert!(copies.folder_of(folder.path()).unwrap().read_dir().unwrap().next().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn confined_copies_are_of_files_of_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("root"), folder.path().join("outside.db"));
        fs::create_dir(&root).unwrap();
        for path in [&root.join("own.db"), &outside] {
            fs::write(path, database("one")).unwrap();
        }
        std::os::unix::fs::symlink(&outside, root.join("link.db")).unwrap();
        std::os::unix::fs::symlink("own.db", root.join("inside.db")).unwrap();
        let mut granted = Granted::none();
        let copy = |name: &str, confined, granted: &Granted| {
            Copies::new(1 << 20, confined, granted.clone()).current(&root, &root.join(name), Format::DuckDb)
        };
        for name in ["link.db", "../outside.db"] {
            assert_eq!(copy(name, true, &granted).unwrap_err().code, Reason::OutsideRepository);
            assert!(matches!(copy(name, false, &granted), Ok(Reading::Copy(_))));
        }
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("x.db"), database("one")).unwrap();
        granted.add(&elsewhere, &|_| false).unwrap();
        for name in ["own.db", "inside.db", "../elsewhere/x.db"] {
            assert!(matches!(copy(name, true, &granted), Ok(Reading::Copy(_))));
        }
        assert_eq!(copy("link.db", true, &granted).unwrap_err().code, Reason::OutsideRepository);
    }

    #[test]
    fn what_is_too_large_is_read_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        fs::write(&path, database("12345")).unwrap();
        let copies = Copies::new(4, false, Granted::none());
        // Unless this file system shares blocks.
        let reading = copies.current(folder.path(), &path, Format::DuckDb).unwrap();
        assert!(matches!(reading, Reading::Itself | Reading::Copy(_)));
    }

    /// Bytes on disk of all files below a folder, and how many there are.
    fn below(folder: &Path) -> (usize, u64) {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).fold((0, 0), |sum, entry| {
            let data = entry.metadata().unwrap();
            let (files, bytes) = if data.is_dir() { below(&entry.path()) } else { (1, data.len()) };
            (sum.0 + files, sum.1 + bytes)
        })
    }

    #[test]
    fn all_copies_together_have_one_bound() {
        let folder = tempfile::tempdir().unwrap();
        let room = Arc::new(Room::new(4, 1_000));
        let both = [false, true].map(|_| Copies::in_room(Arc::clone(&room), 1_000, false, Granted::none()));
        let mut most = (0, 0);
        for round in 0..2 {
            for n in 0..20 {
                let path = folder.path().join(format!("{n}.db"));
                fs::write(&path, database(&"x".repeat(n * 10 + round))).unwrap();
                fs::write(log_of(&path), "d\0be\0\x02").unwrap();
                let copies = &both[n % 2];
                let root = folder.path().join(if n % 3 == 0 { "a" } else { "b" });
                assert!(matches!(copies.current(&root, &path, Format::DuckDb), Ok(Reading::Copy(_))), "{n}");
                assert!(room.taken().0 <= 4 && room.taken().1 <= 1_000, "{:?}", room.taken());
                let on_disk =
                    both.iter().filter_map(Copies::folder).map(below).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
                assert!(on_disk.1 <= 1_000, "{on_disk:?}");
                most = (most.0.max(room.taken().0), most.1.max(on_disk.1));
            }
        }
        assert!(most.0 == 4 && most.1 > 500, "the room is used: {most:?}");
        // What is being read stays, and what has no place besides is opened itself.
        let path = |n: usize| folder.path().join(format!("{n}.db"));
        let read = |n: usize| both[0].current(folder.path(), &path(n), Format::DuckDb);
        let held: Vec<_> = (0..5).map(read).collect();
        let copied: Vec<bool> = held.iter().map(|reading| matches!(reading, Ok(Reading::Copy(_)))).collect();
        assert_eq!(copied, [true, true, true, true, false]);
        drop(held);
        assert!(matches!(read(4), Ok(Reading::Copy(_))));
        drop(both);
        assert_eq!(room.taken(), (0, 0));
    }

    /// A database is as large as it and its logs are together.
    #[test]
    fn logs_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        fs::write(&path, database("12345")).unwrap();
        for end in [".wal", ".wal.checkpoint"] {
            fs::write(folder.path().join(format!("shop.db{end}")), "d\0be\0\x02").unwrap();
        }
        let room = Arc::new(Room::new(4, 1_000));
        let copies = Copies::in_room(Arc::clone(&room), 20, false, Granted::none());
        drop(copies.current(folder.path(), &path, Format::DuckDb).unwrap());
        // None at all, unless this file system shares blocks.
        assert_eq!(room.taken().1, 0);
    }

    #[cfg(unix)]
    #[test]
    fn copies_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let copies = Copies::new(0, false, Granted::none());
        for folder in [copies.folder().unwrap().to_owned(), copies.folder_of(Path::new("/a")).unwrap()] {
            let mode = fs::metadata(folder).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
    }
}
