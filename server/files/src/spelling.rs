//! What the text of a path says by itself; nothing is looked at.

use std::path::{Component, Path, PathBuf};

/// Links on one way; the system gives up at as many.
pub(crate) const MOST_LINKS: usize = 40;

/// The parts of a path, the last one first.
pub(crate) fn parts(path: &Path) -> Vec<PathBuf> {
    path.components().rev().map(|part| PathBuf::from(part.as_os_str())).collect()
}

/// A path without `.` and `..`, by its spelling alone.
pub fn lexical(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut out, part| {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
        out
    })
}

/// Whether a name may be a pattern of DuckDB's, which stands for files.
pub fn has_wildcards(name: &str) -> bool {
    name.contains(['*', '?', '['])
}
