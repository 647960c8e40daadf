//! What tells that data have changed: of files, and of all files that a glob names.

use crate::CancelToken;
use crate::database_files::Format;
use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use viz_facts::SourceSpec;
use viz_files::{Granted, Identity, Kind, Place, Reach, Roots, has_wildcards};

/// Bytes at the beginning of a file that are part of its version: DuckDB counts its checkpoints there.
const HEADER: u64 = 12 << 10;

/// A file that was written to so shortly before a query may have been written to during it: clocks of files are coarse.
const COARSE: Duration = Duration::from_millis(20);

/// More files and folders than this are not looked at for one query, and for all that are asked about together.
const MOST: usize = 10_000;
const MOST_TOGETHER: usize = 100_000;

/// What may be looked at: what a query names may be anything.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    roots: Roots,
    /// The files of the sources themselves, wherever they are.
    own: Vec<PathBuf>,
}

impl Judge {
    /// Of queries on these sources of one project.
    pub(crate) fn of<'a>(roots: Roots, sources: impl IntoIterator<Item = &'a SourceSpec>) -> Self {
        let own = sources.into_iter().flat_map(|source| {
            let path = source.path().map(|path| path.reveal().to_owned());
            let format = path.as_deref().zip(Format::of(source));
            let logs = format.into_iter().flat_map(|(path, format)| logs(format, path)).collect::<Vec<_>>();
            path.into_iter().chain(logs)
        });
        Self { own: own.collect(), roots }
    }

    /// Of queries on this one.
    pub(crate) fn of_one(source: &SourceSpec, granted: &Granted) -> Self {
        Self::of(Roots::of(source.root(), granted), [source])
    }

    pub(crate) fn roots(&self) -> &Roots {
        &self.roots
    }

    /// The file that is read under a name: `None` if it is elsewhere, or nobody can tell.
    fn place(&self, path: &Path) -> Option<PathBuf> {
        if self.own.iter().any(|own| own == path) {
            return Some(path.to_owned());
        }
        match self.roots.find(path) {
            Place::Inside(place) => Some(place),
            Place::Outside | Place::Unclear => None,
        }
    }
}

/// The files beside the file that a database's path leads to.
pub(crate) fn logs(format: Format, path: &Path) -> Vec<PathBuf> {
    format.logs(&viz_files::real(path).unwrap_or_else(|_| path.to_owned()))
}

/// Versions of files, each looked up once.
#[derive(Default)]
pub(crate) struct DataVersions {
    /// By the project's folder and the path.
    known: HashMap<(PathBuf, PathBuf), Version>,
    looked_at: usize,
    /// Tells that nobody waits any more.
    stop: Option<CancelToken>,
}

#[derive(Clone, Copy)]
struct Version {
    hash: [u8; 32],
    /// When anything of it changed last.
    changed: SystemTime,
}

impl DataVersions {
    /// None are known yet, and none are looked up after this.
    pub(crate) fn until(stop: &CancelToken) -> Self {
        Self { stop: Some(stop.clone()), ..Self::default() }
    }

    /// The version of all these files together: path, size, times, number and first bytes of each. `None` if they can't all
    /// be looked at.
    pub(crate) fn of(&mut self, paths: &[PathBuf], judge: &Judge) -> Option<[u8; 16]> {
        self.both(paths, judge).map(|version| version.0)
    }

    /// The same, unless something was changed after, or shortly before, that moment.
    pub(crate) fn unchanged_since(&mut self, paths: &[PathBuf], judge: &Judge, moment: SystemTime) -> Option<[u8; 16]> {
        let (version, changed) = self.both(paths, judge)?;
        (changed + COARSE < moment).then_some(version)
    }

    fn both(&mut self, paths: &[PathBuf], judge: &Judge) -> Option<([u8; 16], SystemTime)> {
        let before = MOST.min(MOST_TOGETHER.saturating_sub(self.looked_at));
        let mut left = before;
        let found = self.of_all(paths, judge, &mut left);
        self.looked_at += before - left;
        found
    }

    fn of_all(&mut self, paths: &[PathBuf], judge: &Judge, left: &mut usize) -> Option<([u8; 16], SystemTime)> {
        let (mut all, mut changed) = (blake3::Hasher::new(), SystemTime::UNIX_EPOCH);
        for path in paths {
            let key = (judge.roots.root().to_owned(), path.clone());
            let version = match self.known.get(&key) {
                Some(version) => *version,
                None if self.stop.as_ref().is_some_and(CancelToken::is_cancelled) => return None,
                None => version(path, judge, left)?,
            };
            self.known.insert(key, version);
            all.update(&version.hash);
            changed = changed.max(version.changed);
        }
        let mut short = [0; 16];
        short.copy_from_slice(&all.finalize().as_bytes()[..16]);
        Some((short, changed))
    }
}

fn version(path: &Path, judge: &Judge, left: &mut usize) -> Option<Version> {
    let (mut hash, mut changed) = (blake3::Hasher::new(), SystemTime::UNIX_EPOCH);
    *left = left.checked_sub(1)?;
    add(path, judge, &mut hash, &mut changed)?;
    // A name with wildcards may also be a file's own name.
    if has_wildcards(path.to_str()?) {
        for found in expand(path, &judge.roots, left)? {
            add(&found, judge, &mut hash, &mut changed)?;
        }
    }
    Some(Version { hash: *hash.finalize().as_bytes(), changed })
}

/// The files that match a pattern, as far as DuckDB's patterns and these agree; `None` if there are too many, or too many folders
/// to look into, or if one leads elsewhere. `**` follows no link, as in DuckDB.
fn expand(pattern: &Path, roots: &Roots, left: &mut usize) -> Option<Vec<PathBuf>> {
    let mut found = vec![PathBuf::new()];
    let mut parts = pattern.components().peekable();
    let mut list = |folder: &Path| {
        let entries = roots.list(folder, *left)?;
        *left = left.checked_sub(entries.len() + 1)?;
        Some(entries)
    };
    while let Some(part) = parts.next() {
        let name = part.as_os_str().to_str()?;
        let last = parts.peek().is_none();
        if !has_wildcards(name) {
            found.iter_mut().for_each(|path| path.push(name));
            continue;
        }
        let mut next = Vec::new();
        if name == "**" {
            let mut open = found;
            while let Some(folder) = open.pop() {
                for entry in list(&folder)? {
                    match entry.kind {
                        Some(Kind::Folder) if !entry.link => open.push(entry.path),
                        Some(Kind::File) if last => next.push(entry.path),
                        // What it leads to, nobody looks at.
                        None if last => return None,
                        _ => {}
                    }
                }
                next.extend((!last).then_some(folder));
            }
        } else {
            // What is no pattern is a name.
            let pattern = glob::Pattern::new(name).ok();
            for folder in &found {
                for entry in list(folder)? {
                    let text = entry.path.file_name().and_then(|text| text.to_str());
                    if !text.is_some_and(|text| pattern.as_ref().is_some_and(|pattern| pattern.matches(text))) {
                        continue;
                    }
                    if last != (entry.kind? == Kind::Folder) {
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

/// Adds one file. `None` for a folder, since nobody can tell what a query reads in it, and for what lies elsewhere.
fn add(path: &Path, judge: &Judge, hash: &mut blake3::Hasher, changed: &mut SystemTime) -> Option<()> {
    hash.update(path.as_os_str().as_encoded_bytes());
    let path = &judge.place(path)?;
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
    // A link may lead anywhere, and secrets are no data; what a worker may not read is not read here either.
    let private = path.iter().any(|part| viz_files::is_private_name(&part.to_string_lossy()));
    if !private
        && viz_files::real(path).is_ok_and(|real| real == *path)
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

    fn judge(root: &Path) -> Judge {
        Judge::of(Roots::of(root, &viz_files::Granted::none()), [])
    }

    fn now(path: &Path) -> Option<[u8; 16]> {
        let root = path.ancestors().find(|above| above.join(".root").exists())?;
        DataVersions::default().of(&[path.to_owned()], &judge(root))
    }

    fn root() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".root"), "").unwrap();
        folder
    }

    #[test]
    fn every_change_is_another_version() {
        let folder = root();
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
        let folder = root();
        let file = folder.path().join("a.csv");
        std::fs::write(&file, "one").unwrap();
        let mut versions = DataVersions::default();
        let paths = [file];
        assert_eq!(versions.unchanged_since(&paths, &judge(folder.path()), SystemTime::now()), None);
        let later = SystemTime::now() + Duration::from_secs(1);
        assert_eq!(
            versions.unchanged_since(&paths, &judge(folder.path()), later),
            versions.of(&paths, &judge(folder.path()))
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_patterns_meet_is_looked_at_and_no_more() {
        use std::os::unix::fs::symlink;
        let folder = root();
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
            expand(&at(pattern), &judge(folder.path()).roots, &mut 100).unwrap().iter().map(name).collect()
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

    #[cfg(unix)]
    #[test]
    fn what_lies_elsewhere_has_no_version_whether_it_is_there_or_not() {
        let (folder, elsewhere) = (root(), tempfile::tempdir().unwrap());
        std::fs::write(elsewhere.path().join("secret.csv"), "x").unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("out")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join("secret.csv"), folder.path().join("data/l.csv")).unwrap();
        let out = elsewhere.path().file_name().unwrap().to_str().unwrap();
        for name in ["out/secret.csv", "out/none.csv", "out/s*", "out/n*", "data/l*", "data/**", "*/secret.csv"] {
            assert_eq!(now(&folder.path().join(name)), None, "{name}");
        }
        for name in ["secret.csv", "none.csv", "s*", "n*"] {
            let path = folder.path().join("..").join(out).join(name);
            assert_eq!(DataVersions::default().of(&[path], &judge(folder.path())), None, "{name}");
        }
        assert!(now(&folder.path().join("data/n*")).is_some());
    }

    #[test]
    fn what_looks_like_patterns_takes_no_more_than_a_bound() {
        let folder = root();
        (0..50).for_each(|at| std::fs::write(folder.path().join(at.to_string()), "").unwrap());
        let judge = judge(folder.path());
        let patterns = |from: usize, count: usize| -> Vec<PathBuf> {
            (from..from + count).map(|at| folder.path().join(format!("a{at}*"))).collect()
        };
        let mut versions = DataVersions::default();
        assert!(versions.of(&patterns(0, 100), &judge).is_some());
        assert_eq!(versions.of(&patterns(100, 1_000), &judge), None, "too many for one query");
        let answers: Vec<_> = (1..40).map(|at| versions.of(&patterns(at * 10_000, 100), &judge).is_some()).collect();
        assert!(answers[0] && !answers[38], "too many for all of them: {answers:?}");
        assert!(versions.looked_at <= MOST_TOGETHER);
        assert!(versions.of(&patterns(0, 100), &judge).is_some(), "what is known is known");
        let token = CancelToken::new();
        token.cancel();
        assert_eq!(DataVersions::until(&token).of(&patterns(0, 1), &judge), None);
    }
}
