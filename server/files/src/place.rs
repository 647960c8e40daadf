//! Where something is, or would be.

use crate::open::real;
use crate::spelling::{MOST_LINKS, lexical};
use std::path::{Path, PathBuf};

/// [`real`], as far as anything is there: what doesn't exist (yet) keeps its name in the nearest folder that does, or where the link
/// leads that has its name. A path may be thousands of folders deep; since nothing lies below a folder that isn't there, few of
/// them are looked at.
pub fn real_place(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if let Ok(real) = real(&path) {
            return real;
        }
        let Some((folder, missing)) = nearest(&path, |folder| real(folder).ok()) else { return path };
        let Some((first, rest)) = missing.split_first() else { return folder };
        let first = folder.join(first);
        let below = |mut place: PathBuf| {
            place.extend(rest);
            place
        };
        match std::fs::read_link(&first) {
            Ok(target) => path = below(lexical(&folder.join(target))),
            Err(_) => return below(first),
        }
    }
    path
}

/// What is found of the nearest folder that there is, and the names below it.
fn nearest(path: &Path, find: impl Fn(&Path) -> Option<PathBuf>) -> Option<(PathBuf, Vec<&std::ffi::OsStr>)> {
    let folders: Vec<&Path> = path.ancestors().collect();
    let missing = folders.partition_point(|folder| find(folder).is_none());
    let place = find(folders.get(missing)?)?;
    let names = folders[..missing].iter().rev().map(|folder| folder.file_name());
    Some((place, names.collect::<Option<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Few folders are looked at, however deep a client says that a file lies.
    #[test]
    fn deep_paths_that_are_not_there() {
        for depth in [10, 1_000, 5_000] {
            let looked = std::cell::Cell::new(0);
            let path = PathBuf::from("/p/q").join("a/".repeat(depth));
            let find = |folder: &Path| {
                looked.set(looked.get() + 1);
                folder.ancestors().nth(3).is_none().then(|| Path::new("/real").join(folder.strip_prefix("/").unwrap()))
            };
            let (folder, names) = nearest(&path, find).unwrap();
            let found = folder.join(names.into_iter().collect::<PathBuf>());
            assert_eq!(found, Path::new("/real").join(path.strip_prefix("/").unwrap()));
            assert!(looked.get() < 20, "{depth}: {}", looked.get());
        }
        assert_eq!(nearest(Path::new("a/b"), |_| None), None);
    }

    #[cfg(unix)]
    #[test]
    fn where_things_are_and_would_be() {
        use std::os::unix::fs::symlink;
        let place = tempfile::tempdir().unwrap();
        let top = real(place.path()).unwrap();
        std::fs::create_dir_all(top.join("a/b/c")).unwrap();
        for (target, link) in [
            ("a/b", "link"),
            ("../out/gone", "a/dangling"),
            ("/nowhere/at/all", "a/away"),
            ("a/dangling", "twice"),
            ("missing/../../out", "a/odd"),
            ("round", "round"),
        ] {
            symlink(target, top.join(link)).unwrap();
        }
        for (path, wanted) in [
            ("link/c", "a/b/c"),
            ("link/new/x.yml", "a/b/new/x.yml"),
            ("a/../link", "a/b"),
            ("a/dangling", "out/gone"),
            ("a/dangling/x.yml", "out/gone/x.yml"),
            ("twice", "out/gone"),
            ("a/away/x", "/nowhere/at/all/x"),
            ("a/odd/x", "out/x"),
            ("round", "round"),
        ] {
            assert_eq!(real_place(&top.join(path)), top.join(wanted), "{path}");
        }
    }
}
