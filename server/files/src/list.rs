//! Looking into a folder.

use crate::open::{Identity, Kind, Refused, kind_of};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A folder with more entries than this is refused.
pub const MOST_ENTRIES: usize = 100_000;

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path, below the listed folder as that was spelled.
    pub path: PathBuf,
    /// What it is, links followed. What a link leads to may be anywhere.
    pub kind: Kind,
    /// Device and number, links followed: a walk that meets the same folder twice goes round in a circle.
    pub identity: Option<Identity>,
    /// Whether it is a link.
    pub link: bool,
}

/// Whether anything is called so, be it a link that leads nowhere.
pub fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// Whether the entry of this name in a folder is a link, wherever it leads.
pub fn is_link(folder: &Path, name: &OsStr) -> bool {
    std::fs::symlink_metadata(folder.join(name)).is_ok_and(|data| data.is_symlink())
}

/// The entries of a folder, sorted by path, without those that lead nowhere.
///
/// # Errors
/// If there is no such folder, it can't be read, or it has more than [`MOST_ENTRIES`] entries.
pub fn list(folder: &Path) -> Result<Vec<Entry>, Refused> {
    let mut entries = Vec::new();
    for (count, entry) in std::fs::read_dir(folder)?.enumerate() {
        if count == MOST_ENTRIES {
            return Err(Refused::TooMany { most: MOST_ENTRIES });
        }
        let entry = entry?;
        let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let path = entry.path();
        let Ok(data) = std::fs::metadata(&path) else { continue };
        entries.push(Entry { kind: kind_of(&data), identity: Identity::of(&data), link, path });
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}
