//! What tells that data have changed: of files, and of all files that a glob names.

use crate::copies::identity;
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// So many bytes at the beginning of a file are part of its version: DuckDB counts its checkpoints there.
const HEADER: u64 = 12 << 10;

/// A file that was written to so shortly before a query may have been written to during it: clocks of files are coarse.
const COARSE: Duration = Duration::from_millis(20);

/// More files than this are not looked at.
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
    add(path, &mut hash, &mut changed);
    // A name with wildcards may also be a file's own name.
    let text = path.to_str()?;
    if text.contains(['*', '?', '[']) {
        for (count, found) in glob::glob(text).into_iter().flatten().flatten().enumerate() {
            if count == MOST {
                return None;
            }
            add(&found, &mut hash, &mut changed);
        }
    }
    Some(Version { hash: *hash.finalize().as_bytes(), changed })
}

fn add(path: &Path, hash: &mut blake3::Hasher, changed: &mut SystemTime) {
    hash.update(path.as_os_str().as_encoded_bytes());
    let Ok(data) = std::fs::metadata(path) else {
        hash.update(b"\0missing");
        return;
    };
    let nanoseconds = |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    for at in [data.modified().ok(), status_changed(&data)].into_iter().flatten() {
        hash.update(&nanoseconds(at).to_le_bytes());
        *changed = (*changed).max(at);
    }
    hash.update(&data.len().to_le_bytes());
    if let Some((device, number)) = identity(&data) {
        hash.update(&device.to_le_bytes()).update(&number.to_le_bytes());
    }
    // A link may lead anywhere; what a worker may not read is not read here either.
    let is_itself = || std::fs::canonicalize(path).is_ok_and(|real| real == path);
    if data.is_file() && is_itself() {
        let mut first = Vec::new();
        drop(std::fs::File::open(path).and_then(|file| file.take(HEADER).read_to_end(&mut first)));
        hash.update(&first);
    }
}

/// When a file was last renamed, linked or written to, where the system tells.
fn status_changed(data: &std::fs::Metadata) -> Option<SystemTime> {
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
}
