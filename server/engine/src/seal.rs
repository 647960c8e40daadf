//! Tells what this program wrote for this user from what came with a project: a keyed hash, whose key is in the user's own folder.

// The program's own folder, which no project names.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use crate::cache_folder::{cache_folder, create_private};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

/// The key's file, in the cache folder.
const FILE: &str = "seal-key";

/// The seal of a text, as hexadecimal digits. `None` where there is no folder for the key: then nothing can be told apart.
pub fn seal(text: &[u8]) -> Option<String> {
    let key = key(&cache_folder())?;
    Some(blake3::keyed_hash(&key, text).to_hex().to_string())
}

/// The user's key; made when it is needed for the first time.
fn key(folder: &Path) -> Option<[u8; 32]> {
    create_private(folder).ok()?;
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
