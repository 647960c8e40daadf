//! Paths as projects write them.

use std::path::Path;

/// A path with forward slashes, as it is shown and compared on every system. Where `\` separates nothing, it is part of a name.
pub fn with_slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}
