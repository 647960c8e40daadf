//! What tells that a file may have changed, without reading it.

use std::path::Path;
use std::time::SystemTime;

/// Time and size of a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    modified: SystemTime,
    length: u64,
}

impl Stamp {
    /// Of what is there now; `None` if nothing is.
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = viz_files::look(path)?;
        Some(Self { modified: metadata.modified().ok()?, length: metadata.len() })
    }

    /// When it was changed last.
    pub fn modified(&self) -> SystemTime {
        self.modified
    }
}
