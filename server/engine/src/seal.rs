//! Tells what this program wrote for this user from what came with a project: a keyed hash, whose key is in the user's own folder.

// The program's own folder, which no project names.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use crate::cache_folder::{cache_folder, create_private};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

/// The key's file, in the cache folder.
const FILE: &str = "seal-key-2";

/// That of versions that let queries read it where the cache folder lay in a folder of data.
const OLD: &str = "seal-key";

/// The seal of a text of the project in a folder, as hexadecimal digits. `None` where there is no folder for the key, or where it lies in the
/// project or its repository, so that the key may have come with them: then nothing can be told apart.
pub fn seal(root: &Path, text: &[u8]) -> Option<String> {
    seal_with(&cache_folder(), root, text)
}

fn seal_with(cache: &Path, root: &Path, text: &[u8]) -> Option<String> {
    let root = viz_files::real_place(root);
    let mut theirs = viz_files::repositories(&root);
    theirs.push(root.clone());
    // No folder on the way is theirs, whatever link in it leads elsewhere.
    let file = cache.join(FILE);
    let mut way = file.ancestors().map(viz_files::real_place);
    if way.any(|place| theirs.iter().any(|folder| place.starts_with(folder))) {
        return None;
    }
    let key = key(cache)?;
    let mut hash = blake3::Hasher::new_keyed(&key);
    let place = root.as_os_str().as_encoded_bytes();
    // Another project's record is none of this one.
    hash.update(&(place.len() as u64).to_le_bytes()).update(place).update(text);
    Some(hash.finalize().to_hex().to_string())
}

/// The user's key; made when it is needed for the first time.
fn key(folder: &Path) -> Option<[u8; 32]> {
    create_private(folder).ok()?;
    drop(std::fs::remove_file(folder.join(OLD)));
    let file = folder.join(FILE);
    read(&file).or_else(|| {
        let mut key = [0; 32];
        getrandom::fill(&mut key).ok()?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&file).and_then(|mut file| file.write_all(&key)) {
            Ok(()) => Some(key),
            // Another process was quicker.
            Err(_) => read(&file),
        }
    })
}

fn read(file: &Path) -> Option<[u8; 32]> {
    let mut key = Vec::new();
    File::open(file).ok()?.take(33).read_to_end(&mut key).ok()?;
    key.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_may_have_come_with_a_project_is_none() {
        let place = tempfile::tempdir().unwrap();
        let top = viz_files::real(place.path()).unwrap();
        for folder in ["repository/.git", "repository/project", "repository/.cache", "elsewhere", "alone/cache"] {
            std::fs::create_dir_all(top.join(folder)).unwrap();
        }
        let sealed = |cache: &str, root: &str| seal_with(&top.join(cache), &top.join(root), b"x");
        for (cache, root) in [
            ("repository/.cache/viz-lsp", "repository/project"),
            ("repository/project/viz-lsp", "repository/project"),
            ("alone/cache", "alone"),
        ] {
            assert_eq!(sealed(cache, root), None, "{cache}");
        }
        let right = sealed("elsewhere", "repository/project").unwrap();
        assert_eq!(sealed("elsewhere", "repository/project"), Some(right.clone()));
        assert_ne!(sealed("elsewhere", "alone"), Some(right), "a record of another project");
        #[cfg(unix)]
        {
            // Neither what the project leads elsewhere, nor a key that is led into it.
            std::os::unix::fs::symlink("../elsewhere", top.join("repository/link")).unwrap();
            assert_eq!(sealed("repository/link", "repository/project"), None);
            std::fs::write(top.join("alone/key"), [0; 32]).unwrap();
            std::fs::create_dir(top.join("led")).unwrap();
            std::os::unix::fs::symlink("../alone/key", top.join("led").join(FILE)).unwrap();
            assert_eq!(sealed("led", "alone"), None);
        }
    }

    #[test]
    fn each_folder_has_one_key() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = key(one.path()).unwrap();
        assert_eq!(key(one.path()), Some(first));
        assert_ne!(key(other.path()), Some(first));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(one.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(other.path().join(FILE), "short").unwrap();
        assert_eq!(key(other.path()), None);
    }
}
