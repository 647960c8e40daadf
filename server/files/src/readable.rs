//! What of a project's folder may be read as data: all but its private files.

use crate::open::{Identity, look, real};
use crate::private::{Private, closed, is_private_name, names};
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Not more entries of a folder of data, and of its private folders, are looked at. What is behind is not read.
pub const MOST_WALKED: usize = 100_000;

/// A folder that was changed so shortly before it was listed may have been changed once more within the same tick of the
/// file system's clock.
const COARSE: Duration = Duration::from_millis(20);

/// Which files and folders of a project may be read, found by walking it without following a link.
#[derive(Debug, Clone)]
pub struct Readable {
    rules: Rules,
    private: Private,
    /// The folders that were walked, and when they had last been changed; `None` if that can't be told.
    walked: Vec<(PathBuf, Option<SystemTime>)>,
}

/// What a wall around a reader lets through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Files, and folders with all that is below them, that may be read; with their numbers, since another file may take a name.
    pub whole: Vec<(PathBuf, Option<Identity>)>,
    /// Whether the whole folder was walked. If not, nothing below the folders that weren't may be read, and no file that has several names:
    /// who knows which private one it is.
    pub complete: bool,
}

/// An entry on the walk.
struct Found {
    path: PathBuf,
    folder: bool,
    private: bool,
    identity: Option<Identity>,
    /// Index of the folder it is in, of those that were walked.
    parent: usize,
}

impl Readable {
    /// Walks the project in this folder.
    pub fn of(root: &Path) -> Self {
        Self::within(root, MOST_WALKED)
    }

    fn within(root: &Path, most: usize) -> Self {
        let root = real(root).unwrap_or_else(|_| root.to_owned());
        let mut walked = vec![(root.clone(), changed(&root))];
        let mut found: Vec<Found> = Vec::new();
        let (mut open, mut complete, mut left) = (VecDeque::from([0]), true, most);
        let (mut numbers, closed) = (HashSet::new(), closed());
        let mut unseen: HashSet<PathBuf> = HashSet::new();
        // Breadth first: if the walk ends early, what lies near the top is known.
        while let Some(at) = open.pop_front() {
            let Some(entries) = entries(&walked[at].0, left) else {
                (complete, left) = (false, 0);
                unseen.insert(walked[at].0.clone());
                continue;
            };
            left -= entries.len();
            for (path, folder, identity) in entries {
                let private = path.file_name().is_some_and(|name| is_private_name(&name.to_string_lossy()))
                    || closed.contains(&path);
                if private && folder {
                    complete &= numbers_below(&path, most, &mut numbers);
                } else if private {
                    // Links followed: what a private name leads to is private, too.
                    numbers.extend(identity);
                    numbers.extend(look(&path).as_ref().and_then(Identity::of));
                } else if folder {
                    walked.push((path.clone(), changed(&path)));
                    open.push_back(walked.len() - 1);
                }
                found.push(Found { path, folder, private, identity, parent: at });
            }
        }
        let is_closed = |entry: &Found| {
            entry.private
                || entry.identity.is_some_and(|identity| numbers.contains(&identity))
                || !complete && if entry.folder { unseen.contains(&entry.path) } else { has_names(&entry.path) }
        };
        // Folders that hold something closed, however deep: only what is in them is let through, one by one.
        let mut parted = vec![false; walked.len()];
        parted[0] = true;
        let places: HashMap<&Path, usize> =
            walked.iter().enumerate().map(|(at, (path, _))| (path.as_path(), at)).collect();
        let above: Vec<Option<usize>> = walked.iter().map(|(path, _)| places.get(path.parent()?).copied()).collect();
        let closed: Vec<bool> = found.iter().map(is_closed).collect();
        for (entry, _) in found.iter().zip(&closed).filter(|(_, closed)| **closed) {
            let mut next = Some(entry.parent);
            while let Some(at) = next.filter(|at| !parted[*at] || *at == 0) {
                parted[at] = true;
                next = above[at].filter(|_| at != 0);
            }
        }
        let is_parted = |entry: &Found| entry.folder && places.get(entry.path.as_path()).is_some_and(|at| parted[*at]);
        let whole = found.iter().zip(&closed);
        let whole = whole.filter(|(entry, closed)| parted[entry.parent] && !**closed && !is_parted(entry));
        let whole = whole.map(|(entry, _)| (entry.path.clone(), entry.identity)).collect();
        let mut rules = Rules { whole, complete };
        rules.whole.sort();
        Self { rules, private: Private::numbered(root, numbers, complete, unseen), walked }
    }

    /// What a wall lets through.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The private files.
    pub fn private(&self) -> &Private {
        &self.private
    }

    /// Whether no folder that was walked has changed since.
    pub fn is_current(&self) -> bool {
        self.walked
            .iter()
            .all(|(path, then)| then.is_some() && look(path).and_then(|data| data.modified().ok()) == *then)
    }
}

/// Whether a file has several names, or none can be told.
fn has_names(path: &Path) -> bool {
    look(path).is_none_or(|data| names(&data) > 1)
}

/// When a folder was changed last, unless that was just now.
fn changed(folder: &Path) -> Option<SystemTime> {
    let at = look(folder)?.modified().ok()?;
    (at + COARSE < SystemTime::now()).then_some(at)
}

/// The files and folders right in a folder, no links and nothing else; `None` if there are more than the given number. One that can't be
/// read has none.
fn entries(folder: &Path, most: usize) -> Option<Vec<(PathBuf, bool, Option<Identity>)>> {
    let device = look(folder).as_ref().and_then(Identity::of).map(|identity| identity.device);
    let mut out = Vec::new();
    for (count, entry) in std::fs::read_dir(folder).into_iter().flatten().flatten().enumerate() {
        if count == most {
            return None;
        }
        let Ok(kind) = entry.file_type() else { continue };
        let private_link = kind.is_symlink() && is_private_name(&entry.file_name().to_string_lossy());
        if kind.is_file() || kind.is_dir() || private_link {
            out.push((entry.path(), kind.is_dir(), number(&entry, device)));
        }
    }
    Some(out)
}

fn number(entry: &std::fs::DirEntry, device: Option<u64>) -> Option<Identity> {
    #[cfg(unix)]
    {
        let number = std::os::unix::fs::DirEntryExt::ino(entry);
        device.map(|device| Identity { device, number })
    }
    #[cfg(not(unix))]
    {
        let _ = (entry, device);
        None
    }
}

/// The numbers of all files below a private folder, except git's objects: what is in them is in the repository. Tells whether
/// there were not too many.
fn numbers_below(folder: &Path, most: usize, numbers: &mut HashSet<Identity>) -> bool {
    let (mut open, mut count) = (vec![folder.to_owned()], 0);
    while let Some(folder) = open.pop() {
        let Some(entries) = entries(&folder, most.saturating_sub(count)) else { return false };
        count += entries.len();
        for (path, is_folder, identity) in entries {
            match is_folder {
                true if path.ends_with(".git/objects") => {}
                true => open.push(path),
                false => numbers.extend(identity),
            }
        }
    }
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn whole(root: &Path, readable: &Readable) -> Vec<String> {
        let real = real(root).unwrap();
        let name = |(path, _): &(PathBuf, _)| path.strip_prefix(&real).unwrap().display().to_string();
        readable.rules().whole.iter().map(name).collect()
    }

    #[test]
    fn private_files_are_left_out_whatever_they_are_called() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("project");
        for folder in [".git/objects/ab", "data/deep/er", "clean/deep", "keys"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in
            [".env", ".git/config", ".git/objects/ab/1", "a.csv", "data/b.csv", "data/deep/c.csv", "clean/deep/d.csv"]
        {
            std::fs::write(root.join(file), "x").unwrap();
        }
        std::fs::write(root.join("keys/server.pem"), "x").unwrap();
        assert_eq!(whole(&root, &Readable::of(&root)), ["a.csv", "clean", "data"]);
        std::fs::hard_link(root.join(".env"), root.join("data/deep/er/hard.csv")).unwrap();
        std::fs::hard_link(root.join(".git/config"), root.join("hard.csv")).unwrap();
        std::os::unix::fs::symlink("../a.csv", root.join("data/.env.link")).unwrap();
        std::os::unix::fs::symlink("..", root.join("clean/round")).unwrap();
        let readable = Readable::of(&root);
        assert_eq!(whole(&root, &readable), ["clean", "data/b.csv", "data/deep/c.csv"]);
        assert!(readable.private().holds(&root.join("data/deep/er/hard.csv")));
        assert!(readable.private().holds(&root.join("hard.csv")) && readable.private().holds(&root.join("a.csv")));
        assert!(!readable.private().holds(&root.join("data/b.csv")));
    }

    #[test]
    fn of_a_folder_that_is_too_large_only_what_was_seen_is_read() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["clean", "data/deep"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for file in
            [".env", "clean/e.csv", "data/.env", "data/a.csv", "data/deep/b.csv", "data/deep/.env", "c.csv", "d.csv"]
        {
            std::fs::write(root.path().join(file), "x").unwrap();
        }
        std::fs::hard_link(root.path().join("data/.env"), root.path().join("data/hard.csv")).unwrap();
        std::fs::hard_link(root.path().join("c.csv"), root.path().join("hard.csv")).unwrap();
        // All; without the deepest folder, without both, and only the entries of the folder itself.
        for (most, expected) in [
            (100, &["c.csv", "clean", "d.csv", "data/a.csv", "data/deep/b.csv", "hard.csv"][..]),
            (11, &["clean", "d.csv", "data/a.csv"]),
        ] {
            let readable = Readable::within(root.path(), most);
            assert_eq!(whole(root.path(), &readable), expected, "{most}");
        }
        let few = Readable::within(root.path(), 6);
        assert_eq!(whole(root.path(), &few), ["d.csv"]);
        for (path, closed) in [("data/a.csv", true), ("data/deep/b.csv", true), ("c.csv", true), ("d.csv", false)] {
            let (private, path) = (few.private(), root.path().join(path));
            assert_eq!(private.holds(&path) || private.is_unseen(&path), closed, "{}", path.display());
        }
        // What a source names is read all the same, unless its name or its number says otherwise.
        assert!(!few.private().holds(&root.path().join("data/a.csv")));
        assert!(few.private().holds(&root.path().join("data/hard.csv")));
        assert!(whole(root.path(), &Readable::within(root.path(), 0)).is_empty());
    }

    #[test]
    fn the_programs_own_folder_is_no_data() {
        let place = tempfile::tempdir().unwrap();
        let root = real(place.path()).unwrap();
        let ours = root.join(".cache/ours");
        std::fs::create_dir_all(ours.join("copies")).unwrap();
        for file in [".cache/ours/seal-key", ".cache/ours/copies/x", ".cache/y", "a.csv"] {
            std::fs::write(root.join(file), "x").unwrap();
        }
        std::fs::hard_link(ours.join("copies/x"), root.join("hard.csv")).unwrap();
        std::os::unix::fs::symlink(".cache/ours/seal-key", root.join("soft.csv")).unwrap();
        crate::private::close(&ours);
        let readable = Readable::of(&root);
        assert_eq!(whole(&root, &readable), [".cache/y", "a.csv"]);
        for path in ["soft.csv", "hard.csv", ".cache/ours/seal-key", ".cache/ours/copies/none", ".cache/ours"] {
            assert!(readable.private().holds(&root.join(path)), "{path}");
        }
        assert!(!readable.private().holds(&root.join(".cache/y")));
        let mut granted = crate::Granted::none();
        let why = granted.add(&ours.join("copies"), &|_| false);
        assert_eq!(why, Err(crate::NotGranted::Private(ours)));
    }

    #[test]
    fn changes_are_noticed() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("data")).unwrap();
        std::fs::write(root.path().join(".env"), "x").unwrap();
        assert!(!Readable::of(root.path()).is_current(), "it was made just now");
        let old = SystemTime::now() - Duration::from_secs(60);
        let set = |folder: &Path| std::fs::File::open(folder).unwrap().set_modified(old).unwrap();
        set(root.path());
        set(&root.path().join("data"));
        let before = Readable::of(root.path());
        assert!(before.is_current());
        std::fs::write(root.path().join("data/new.csv"), "x").unwrap();
        assert!(!before.is_current());
        assert_eq!(Readable::of(root.path()).rules(), before.rules(), "a new file in a folder that is let through");
        std::fs::write(root.path().join("data/key.pem"), "x").unwrap();
        assert_ne!(Readable::of(root.path()).rules(), before.rules());
    }
}
