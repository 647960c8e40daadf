//! A database and its logs, as they lie in a project: which of them are what they are called.

use crate::duckdb_log;
use crate::engine::outside_repository;
use crate::sqlite_log;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tempfile::TempDir;
use viz_facts::{Detail, Reason, SourceSpec, Storage, Unknown};
use viz_files::{Identity, Opened, Reach, Refused};

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// DuckDB's.
    DuckDb,
    /// SQLite's.
    Sqlite,
}

/// A file beside a database that holds what is not in it yet, or what is half in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Log {
    DuckDb,
    /// What others write while DuckDB checkpoints.
    DuckDbCheckpoint,
    SqliteAhead,
    /// In use, it means that a transaction is half in the file.
    SqliteRollback,
}

impl Format {
    /// That of a source, if it is a database's.
    pub(crate) fn of(source: &SourceSpec) -> Option<Self> {
        match source.storage() {
            Storage::DuckDbFile => Some(Format::DuckDb),
            Storage::SqliteFile => Some(Format::Sqlite),
            Storage::Memory | Storage::PlainFile => None,
        }
    }

    /// The files beside a database that hold what is not in it yet.
    pub(crate) fn logs(self, path: &Path) -> Vec<PathBuf> {
        self.kinds().iter().map(|log| log.beside(path)).collect()
    }

    fn kinds(self) -> &'static [Log] {
        match self {
            Format::DuckDb => &[Log::DuckDb, Log::DuckDbCheckpoint],
            Format::Sqlite => &[Log::SqliteAhead, Log::SqliteRollback],
        }
    }

    /// Whether a file begins as databases of this format do.
    pub(crate) fn is_of(self, file: &Opened) -> Result<bool, Refused> {
        let first = file.first(16)?;
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

impl Log {
    fn beside(self, database: &Path) -> PathBuf {
        let mut name = database.to_owned().into_os_string();
        name.push(match self {
            Log::DuckDb => ".wal",
            Log::DuckDbCheckpoint => ".wal.checkpoint",
            Log::SqliteAhead => "-wal",
            Log::SqliteRollback => "-journal",
        });
        name.into()
    }

    /// Whether a file begins as such logs do; `None` if there is nothing in it.
    fn begins(self, file: &Opened) -> Result<Option<bool>, Refused> {
        let first = file.first(8)?;
        let done = match self {
            Log::DuckDb | Log::DuckDbCheckpoint | Log::SqliteAhead => first.is_empty(),
            // One that is done with is emptied, or its header is made zero.
            Log::SqliteRollback => first.iter().all(|byte| *byte == 0),
        };
        let is = |magic: &[u8]| first.starts_with(magic) || magic.starts_with(&first);
        Ok((!done).then(|| match self {
            // Field 100 of a record is its kind, a version (98), field 101 is the number: 2, or 3 where it is encrypted. All versions
            // since 0.10 write this.
            Log::DuckDb | Log::DuckDbCheckpoint => is(&[100, 0, 98, 101, 0, 2]) || is(&[100, 0, 98, 101, 0, 3]),
            Log::SqliteAhead => is(&[0x37, 0x7f, 0x06, 0x82]) || is(&[0x37, 0x7f, 0x06, 0x83]),
            Log::SqliteRollback => is(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]),
        }))
    }
}

/// Why a file that is something else than it should be is not read.
pub(crate) fn no_database(path: &Path, format: Format) -> Unknown {
    let message = format!("the file {} is no {} database, or it is damaged", path.display(), format.name());
    Unknown::new(Reason::DatabaseUnreadable, message).with(Detail::NoDatabase(format.name().to_owned()))
}

/// Why a database that is one is not read.
pub(crate) fn unreadable(path: &Path, why: &str) -> Unknown {
    let message = format!("the database {} can't be read: {why}", path.display());
    Unknown::new(Reason::DatabaseUnreadable, message).with(Detail::Unreadable(why.to_owned()))
}

/// What tells that a file has changed; `None` where there is no such file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    database: Stamp,
    logs: Vec<Option<Stamp>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    file: Option<Identity>,
}

impl Stamp {
    fn of(file: &Opened) -> Self {
        Self { length: file.data.len(), modified: file.data.modified().ok(), file: file.identity() }
    }
}

/// A database and its logs, open.
pub(crate) struct Files {
    database: Opened,
    /// Those that hold something, by their kinds.
    logs: Vec<(Log, Option<Opened>)>,
}

/// Why a database is not read.
pub(crate) enum Why {
    /// There is none, or the system does not let us see: told where it is opened.
    Missing,
    Unknown(Unknown),
}

impl From<Unknown> for Why {
    fn from(unknown: Unknown) -> Self {
        Why::Unknown(unknown)
    }
}

impl Files {
    /// What is at this path now, and beside the file that it leads to.
    pub(crate) fn open(path: &Path, format: Format, reach: Reach<'_>) -> Result<Self, Why> {
        let database = match viz_files::open(path, reach) {
            Ok(file) => file,
            Err(Refused::Outside(_)) => return Err(outside_repository(&path.display()).into()),
            Err(Refused::NoFile(_)) => return Err(no_database(path, format).into()),
            Err(_) => return Err(Why::Missing),
        };
        if format.is_of(&database).is_ok_and(|is| !is) {
            return Err(no_database(path, format).into());
        }
        let Ok(real) = viz_files::real(path) else { return Err(Why::Missing) };
        let mut logs = Vec::new();
        for kind in format.kinds() {
            let log = kind.beside(&real);
            let refused = |why: &str| {
                let name = log.file_name().unwrap_or_default().display();
                let message = format!("the file `{name}` beside the database can't be read: {why}");
                Unknown::new(Reason::LogUnreadable, message).about(name.to_string())
            };
            let opened = match viz_files::open(&log, Reach::Itself) {
                Ok(opened) => opened,
                Err(Refused::NotFound) => {
                    logs.push((*kind, None));
                    continue;
                }
                Err(why) => return Err(refused(&why.to_string()).into()),
            };
            match kind.begins(&opened) {
                Ok(Some(false)) => {
                    return Err(refused(&format!("it does not begin as {}'s logs do", format.name())).into());
                }
                Ok(Some(true)) => logs.push((*kind, Some(opened))),
                Ok(None) => logs.push((*kind, None)),
                Err(why) => return Err(refused(&why.to_string()).into()),
            }
        }
        Ok(Self { database, logs })
    }

    pub(crate) fn version(&self) -> Version {
        let stamp = |(_, log): &(Log, Option<Opened>)| log.as_ref().map(Stamp::of);
        Version { database: Stamp::of(&self.database), logs: self.logs.iter().map(stamp).collect() }
    }

    /// Refuses logs that run expressions when they are read: no gate has seen them.
    pub(crate) fn judge_logs(&self, path: &Path) -> Result<(), Unknown> {
        for (kind, log) in &self.logs {
            let Some(Opened { file, .. }) = log else { continue };
            if !matches!(kind, Log::DuckDb | Log::DuckDbCheckpoint) {
                continue;
            }
            let name = kind.beside(path);
            let name = name.file_name().unwrap_or_default().display();
            let why = match duckdb_log::computes(&mut &*file) {
                Ok(false) => continue,
                Ok(true) => {
                    "it computes values of new columns (`ALTER TABLE`), which nobody has judged: write it into the database with \
                     `CHECKPOINT`"
                        .to_owned()
                }
                Err(error) => error.to_string(),
            };
            let message = format!("the file `{name}` beside the database can't be read: {why}");
            return Err(Unknown::new(Reason::LogUnreadable, message).about(name.to_string()));
        }
        Ok(())
    }

    /// Of the database and its logs.
    pub(crate) fn bytes(&self) -> u64 {
        let logs = self.logs.iter().filter_map(|(_, log)| log.as_ref());
        logs.fold(self.database.data.len(), |sum, log| sum.saturating_add(log.data.len()))
    }

    /// Copies a database and what its log holds into a new folder; how many bytes were copied. Together they are of at most `largest` bytes,
    /// where their blocks can't be shared.
    pub(crate) fn copy(&self, name: &Path, into: &Path, largest: u64) -> Result<(TempDir, u64), NoCopy> {
        let folder = tempfile::Builder::new().prefix("copy").tempdir_in(into)?;
        let copy = folder.path().join(name);
        let mut copied = self.database.copy_to(&copy, largest)?;
        if self.logs.iter().any(|(kind, _)| *kind == Log::SqliteAhead) {
            sqlite_log::without_log(&copy)?;
        }
        for (kind, log) in &self.logs {
            let left = largest - copied;
            match (kind, log) {
                (Log::DuckDb | Log::DuckDbCheckpoint, Some(log)) => copied += log.copy_to(&kind.beside(&copy), left)?,
                (Log::SqliteAhead, Some(log)) if log.data.len() > left => {
                    return Err(Refused::TooLarge { bytes: log.data.len(), most: left }.into());
                }
                (Log::SqliteAhead, Some(log)) => {
                    copied += log.data.len();
                    sqlite_log::settle(&copy, &log.file)?;
                }
                (Log::SqliteRollback, Some(_)) => return Err(NoCopy::Half),
                (_, None) => {}
            }
        }
        Ok((folder, copied))
    }
}

/// Why there is no copy.
pub(crate) enum NoCopy {
    /// A transaction is half in the file.
    Half,
    Refused(Refused),
}

impl From<Refused> for NoCopy {
    fn from(refused: Refused) -> Self {
        NoCopy::Refused(refused)
    }
}

impl From<std::io::Error> for NoCopy {
    fn from(error: std::io::Error) -> Self {
        NoCopy::Refused(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copies::{Copies, Reading};
    use std::fs;

    /// What begins as a database does.
    fn database(text: &str) -> String {
        format!("checksumDUCK{text}")
    }

    /// A file is no log because it has the name of one.
    #[cfg(unix)]
    #[test]
    fn logs_are_plain_files_beside_the_real_database_that_begin_as_logs() {
        use std::os::unix::fs::symlink;
        let sqlite = "SQLite format 3\0".to_owned();
        let formats = [
            (
                Format::DuckDb,
                database("x"),
                vec![(".wal", b"d\0be\0\x02\xff\xff".to_vec()), (".wal.checkpoint", b"d\0be\0\x03".to_vec())],
            ),
            (
                Format::Sqlite,
                sqlite,
                vec![
                    ("-wal", [0x37, 0x7f, 6, 0x82].to_vec()),
                    ("-journal", [0xd9, 0xd5, 5, 0xf9, 0x20, 0xa1, 0x63, 0xd7].to_vec()),
                ],
            ),
        ];
        for (format, content, logs) in formats {
            for (end, begins) in logs {
                let place = tempfile::tempdir().unwrap();
                let copies = Copies::new(1 << 20, false, viz_files::Granted::none());
                let path = place.path().join("shop.db");
                let log = place.path().join(format!("shop.db{end}"));
                let secret = place.path().join("secret");
                fs::write(&path, &content).unwrap();
                fs::write(&secret, [begins.as_slice(), b"secret"].concat()).unwrap();
                let current = || copies.current(place.path(), &path, format);
                let clear = || drop(fs::remove_file(&log).or_else(|_| fs::remove_dir(&log)));
                let refused = |kind: &str| {
                    let unknown = current().unwrap_err();
                    assert_eq!(unknown.code, Reason::LogUnreadable, "{kind} {end}");
                    assert!(
                        unknown.message.contains(&format!("`shop.db{end}` beside the database can't be read: it ")),
                        "{unknown:?}"
                    );
                    clear();
                };
                for target in [secret.as_path(), Path::new("/dev/zero"), &log, Path::new("none"), Path::new("/etc")] {
                    symlink(target, &log).unwrap();
                    refused("link");
                }
                fs::create_dir(&log).unwrap();
                refused("folder");
                let fifo = rustix::fs::Mode::from_raw_mode(0o600);
                rustix::fs::mknodat(rustix::fs::CWD, &log, rustix::fs::FileType::Fifo, fifo, 0).unwrap();
                refused("pipe");
                drop(std::os::unix::net::UnixListener::bind(&log).unwrap());
                refused("socket");
                fs::write(&log, "root:x:0:0").unwrap();
                refused("something else");
                fs::write(&log, "").unwrap();
                assert!(matches!(current(), Ok(Reading::Copy(_))), "an empty log is none");
                fs::write(&log, &begins).unwrap();
                match end {
                    "-journal" => assert_eq!(current().unwrap_err().code, Reason::DatabaseChanging),
                    _ => assert!(matches!(current(), Ok(Reading::Copy(_)))),
                }
                clear();
                // The database may be a link: then what is beside the link is no log of it.
                let other = place.path().join("other.db");
                symlink(&path, &other).unwrap();
                symlink(&secret, place.path().join(format!("other.db{end}"))).unwrap();
                let Ok(Reading::Copy(copy)) = copies.current(place.path(), &other, format) else {
                    panic!("it is read")
                };
                assert_eq!(copy.path().parent().unwrap().read_dir().unwrap().count(), 1, "{end}");
            }
        }
    }

    /// What DuckDB itself writes, in all of its forms, begins as a log does.
    #[test]
    fn logs_of_all_storage_versions_are_taken() {
        for version in ["v0.10.2", "v1.0.0", "v1.2.0", "v1.3.0", "v1.4.0", "v1.5.0", "v2.0.0", "latest"] {
            let place = tempfile::tempdir().unwrap();
            let path = place.path().join("shop.db");
            let conn = duckdb::Connection::open_in_memory().unwrap();
            conn.execute_batch(&format!(
                "attach '{}' as shop (storage_version '{version}'); create table shop.t(x int); checkpoint shop;
                 set wal_autocheckpoint = '1TB'; insert into shop.t values (1)",
                path.display()
            ))
            .unwrap();
            let copies = Copies::new(1 << 20, false, viz_files::Granted::none());
            let Ok(Reading::Copy(copy)) = copies.current(place.path(), &path, Format::DuckDb) else {
                panic!("{version}")
            };
            assert_eq!(
                fs::read(Log::DuckDb.beside(&copy.path())).unwrap(),
                fs::read(Log::DuckDb.beside(&path)).unwrap(),
                "{version}"
            );
        }
    }
}
