//! The file, which is somebody else's: it may come with a pull request.

use anyhow::Context;
use std::path::Path;
use viz_files::{Folder, Refused};
use viz_lock::{LOCK_FILE, Lock, MOST_BYTES};

/// A lock and its text.
pub struct Found {
    /// What it holds.
    pub lock: Lock,
    /// As it stands in the file.
    pub bytes: Vec<u8>,
}

/// The lock of the project in a folder; `None` if it has none.
///
/// # Errors
/// If it can't be read, or not be believed.
pub fn read(root: &Path) -> anyhow::Result<Option<Found>> {
    let bytes = match Folder::open(root).and_then(|folder| folder.read(Path::new(LOCK_FILE), MOST_BYTES)) {
        Ok(bytes) => Ok(bytes),
        Err(Refused::NotFound) => return Ok(None),
        Err(why) => Err(anyhow::Error::from(why)),
    };
    let found = bytes.and_then(|bytes| Ok(Found { lock: viz_lock::read(&bytes)?, bytes }));
    found.map(Some).with_context(|| format!("can't use {}", root.join(LOCK_FILE).display()))
}

/// Puts a lock in the place of the one in a project's folder, as a whole.
///
/// # Errors
/// If it is too large or can't be written.
pub fn write(root: &Path, text: &str) -> anyhow::Result<()> {
    let written = Folder::open(root).and_then(|folder| folder.replace(Path::new(LOCK_FILE), text.as_bytes()));
    written.with_context(|| format!("can't write {}", root.join(LOCK_FILE).display()))
}
