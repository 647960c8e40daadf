//! What tells that data have changed: of files, and of all files that a glob names.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use viz_files::{Identity, Kind, Reach};

/// Bytes at the beginning of a file that are part of its version: DuckDB counts its checkpoints there.
const HEADER: u64 = 12 << 10;

/// A file that was written to so shortly before a query may have been written to during it: clocks of files are coarse.
const COARSE: Duration = Duration::from_millis(20);

/// More files and folders than this are not looked at.
const MOST: usize = 10_000;

/// Versions of files, each looked up once.
#[derive(Default)]
pub(crate) struct DataVersions {
    known: HashMap<PathBuf, Version>,
}

#[derive(Clone, Copy)]
struct Version {
    hash: [u8; 32],
    /// When anything of it changed last.
    changed: SystemTime,
}

impl DataVersions {
    /// The version of all these files together: path, size, times, number and first bytes of each. `None` if they can't all
    /// be looked at.
    pub(crate) fn of(&mut self, paths: &[PathBuf]) -> Option<[u8; 16]> {
        self.both(paths).map(|version| version.0)
    }

    /// The same, unless something was changed after, or shortly before, that moment.
    pub(crate) fn unchanged_since(&mut self, paths: &[PathBuf], moment: SystemTime) -> Option<[u8; 16]> {
        let (version, changed) = self.both(paths)?;
        (changed + COARSE < moment).then_some(version)
    }

    fn both(&mut self, paths: &[PathBuf]) -> Option<([u8; 16], SystemTime)> {
        let mut all = blake3::Hasher::new();
        let mut changed = SystemTime::UNIX_EPOCH;
        for path in paths {
            let version = match self.known.get(path) {
                Some(version) => *version,
                None => {
                    let version = version(path)?;
                    self.known.insert(path.clone(), version);
                    version
                }
            };
            all.update(&version.hash);
            changed = changed.max(version.changed);
        }
        let mut short = [0; 16];
        short.copy_from_slice(&all.finalize().as_bytes()[..16]);
        Some((short, changed))
    }
}

fn version(path: &Path) -> Option<Version> {
    let (mut hash, mut changed) = (blake3::Hasher::new(), SystemTime::UNIX_EPOCH);
    add(path, &mut hash, &mut changed)?;
    // A name with wildcards may also be a file's own name.
    if path.to_str()?.contains(['*', '?', '[']) {
        for found in expand(path)? {
            add(&found, &mut hash, &mut changed)?;
        }
    }
    Some(Version { hash: *hash.finalize().as_bytes(), changed })
}

/// The files that match a pattern, as far as DuckDB's patterns and these agree; `None` if there are too many, or too many folders
/// to look into. `**` follows no link, as in DuckDB.
fn expand(pattern: &Path) -> Option<Vec<PathBuf>> {
    let mut found = vec![PathBuf::new()];
    let mut parts = pattern.components().peekable();
    let mut looked_at = 0;
    let mut list = |folder: &Path| {
        let entries = viz_files::list(folder).unwrap_or_default();
        looked_at += entries.len() + 1;
        (looked_at <= MOST).then_some(entries)
    };
    while let Some(part) = parts.next() {
        let name = part.as_os_str().to_str()?;
        let last = parts.peek().is_none();
        if !name.contains(['*', '?', '[']) {
            found.iter_mut().for_each(|path| path.push(name));
            continue;
        }
        let mut next = Vec::new();
        if name == "**" {
            let mut open = found;
            while let Some(folder) = open.pop() {
                for entry in list(&folder)? {
                    match entry.kind {
                        Kind::Folder if !entry.link => open.push(entry.path),
                        Kind::File if last => next.push(entry.path),
                        _ => {}
                    }
                }
                next.extend((!last).then_some(folder));
            }
        } else {
            // What is no pattern is a name.
            let matches = |name: &str, text: &str| glob::Pattern::new(name).is_ok_and(|pattern| pattern.matches(text));
            for folder in &found {
                for entry in list(folder)? {
                    let fits =
                        entry.path.file_name().and_then(|text| text.to_str()).is_some_and(|text| matches(name, text));
                    if fits && last != (entry.kind == Kind::Folder) {
                        next.push(entry.path);
                    }
                }
            }
        }
        found = next;
    }
    found.sort();
    Some(found)
}

/// Adds one file. `None` for a folder: what a query reads in it, nobody can tell.
fn add(path: &Path, hash: &mut blake3::Hasher, changed: &mut SystemTime) -> Option<()> {
    hash.update(path.as_os_str().as_encoded_bytes());
    let Some(data) = viz_files::look(path) else {
        hash.update(b"\0missing");
        return Some(());
    };
    if data.is_dir() {
        return None;
    }
    let nanoseconds = |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    for at in [data.modified().ok(), status_changed(&data)].into_iter().flatten() {
        hash.update(&nanoseconds(at).to_le_bytes());
        *changed = (*changed).max(at);
    }
    hash.update(&data.len().to_le_bytes());
    if let Some(Identity { device, number }) = Identity::of(&data) {
        hash.update(&device.to_le_bytes()).update(&number.to_le_bytes());
    }
    // A link may lead anywhere; what a worker may not read is not read here either.
    if viz_files::real(path).is_ok_and(|real| real == path)
        && let Ok(first) = viz_files::open(path, Reach::Itself).and_then(|file| file.first(HEADER))
    {
        hash.update(&first);
    }
    Some(())
}

/// When a file was last renamed, linked or written to, where the system tells.
fn status_changed(data: &Metadata) -> Option<SystemTime> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let seconds = u64::try_from(data.ctime()).ok()?;
        let nanoseconds = u32::try_from(data.ctime_nsec()).ok()?;
        Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
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

    fn now(path: &Path) -> Option<[u8; 16]> {
        DataVersions::default().of(&[path.to_owned()])
    }

    #[test]
    fn every_change_is_another_version() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        let missing = now(&file);
        std::fs::write(&file, "one").unwrap();
        let first = now(&file);
        assert_ne!(first, missing);
        assert_eq!(now(&file), first);
        // Same size and same time.
        let time = std::fs::metadata(&file).unwrap().modified().unwrap();
        std::fs::write(&file, "two").unwrap();
        std::fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        assert_ne!(now(&file), first);
        let all = folder.path().join("*.csv");
        let one = now(&all);
        std::fs::write(folder.path().join("b.csv"), "").unwrap();
        assert_ne!(now(&all), one);
    }

    #[test]
    fn what_was_just_written_has_no_version_yet() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        std::fs::write(&file, "one").unwrap();
        let mut versions = DataVersions::default();
        let paths = [file];
        assert_eq!(versions.unchanged_since(&paths, SystemTime::now()), None);
        let later = SystemTime::now() + Duration::from_secs(1);
        assert_eq!(versions.unchanged_since(&paths, later), versions.of(&paths));
    }

    #[cfg(unix)]
    #[test]
    fn what_patterns_meet_is_looked_at_and_no_more() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("data/deep")).unwrap();
        for file in ["data/a.csv", "data/deep/b.csv", "data/deep/[x].csv"] {
            std::fs::write(at(file), "x").unwrap();
        }
        // Two links are enough for a billion ways round; a pipe keeps whoever opens it waiting.
        symlink(".", at("data/l0")).unwrap();
        symlink(".", at("data/l1")).unwrap();
        let fifo = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, at("data/pipe.csv"), rustix::fs::FileType::Fifo, fifo, 0).unwrap();
        let found = |pattern: &str| -> Vec<String> {
            let name = |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().display().to_string();
            expand(&at(pattern)).unwrap().iter().map(name).collect()
        };
        let all = ["data/a.csv", "data/deep/[x].csv", "data/deep/b.csv", "data/pipe.csv"];
        assert_eq!(found("**/*.csv"), all);
        assert_eq!(found("data/*/b.csv"), ["data/deep/b.csv", "data/l0/b.csv", "data/l1/b.csv"]);
        assert_eq!(found("data/?.csv"), ["data/a.csv"]);
        assert_eq!(found("data/deep/[[]x].csv"), ["data/deep/[x].csv"]);
        assert_eq!(found("data/**").len(), 3);
        assert!(now(&at("**/*.csv")).is_some() && now(&at("data/pipe.csv")).is_some());
        assert_eq!(now(&at("data")), None, "nobody can tell what is read in it");
    }
}
