//! Where this program keeps what it may lose: below the user's cache folder, readable by the user alone.

// The program's own folder, which no project names.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use etcetera::BaseStrategy;
use std::fs::DirBuilder;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tempfile::TempDir;

#[cfg(not(unix))]
/// Where processes can't be told to be gone, what they left is removed after this time.
const LEFT: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// `~/.cache/viz-lsp` or what the system has for it; the folder for temporary files where there is no home.
pub fn cache_folder() -> PathBuf {
    // A relative home would be one in the project.
    let user = etcetera::choose_base_strategy().ok().map(|base| base.cache_dir()).filter(|folder| folder.is_absolute());
    user.unwrap_or_else(std::env::temp_dir).join("viz-lsp")
}

/// A new folder that only this user can read, below the cache folder's folder of this name. It goes with its owner; what
/// processes that were killed have left there goes now. `None` if no such folder can be made.
pub(crate) fn private_folder(name: &str) -> Option<TempDir> {
    let ours = cache_folder();
    let parent = ours.join(name);
    let made = create_private(&ours).and_then(|()| create_private(&parent)).and_then(|()| {
        sweep(&parent);
        let prefix = format!("{}-", std::process::id());
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        builder.prefix(&prefix).tempdir_in(&parent)
    });
    match made {
        Ok(folder) => Some(folder),
        Err(error) => {
            tracing::warn!(folder = %parent.display(), %error, "no private folder could be made");
            None
        }
    }
}

/// Makes a folder, and those above it, that only this user can read.
///
/// # Errors
/// If it can't be made, or if somebody else made it: what is read from there is believed.
pub(crate) fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
        builder.mode(0o700).create(folder)?;
        // A user may have linked it to another disk; somebody else's link leads wherever he wants.
        let (link, data) = (std::fs::symlink_metadata(folder)?, std::fs::metadata(folder)?);
        let user = rustix::process::geteuid().as_raw();
        if !data.is_dir() || link.uid() != user || data.uid() != user {
            return Err(std::io::Error::other("it is no folder of this user"));
        }
        if data.mode() & 0o077 != 0 {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }
    #[cfg(not(unix))]
    builder.create(folder)
}

/// Removes the folders of processes that are gone.
fn sweep(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let owner = entry.file_name().to_str().and_then(|name| name.split_once('-')?.0.parse().ok());
        let age = entry.metadata().and_then(|data| data.modified()).ok();
        if owner.is_some_and(|pid: u32| is_gone(pid, age)) {
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
}

#[cfg(unix)]
fn is_gone(pid: u32, _: Option<SystemTime>) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_gone(_: u32, modified: Option<SystemTime>) -> bool {
    modified.and_then(|at| SystemTime::now().duration_since(at).ok()).is_some_and(|age| age > LEFT)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_others_could_write_to_is_closed_or_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let (open, link, file) = (folder.path().join("open"), folder.path().join("link"), folder.path().join("file"));
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
        symlink(&open, &link).unwrap();
        create_private(&link).unwrap();
        assert_eq!(mode(&open), 0o700, "the user's own link is followed");
        std::fs::write(&file, "").unwrap();
        assert!(create_private(&file).is_err());
        let new = folder.path().join("a/b");
        create_private(&new).unwrap();
        assert_eq!((mode(&new), mode(new.parent().unwrap())), (0o700, 0o700));
        // Only root can make what is somebody else's.
        if std::os::unix::fs::lchown(&open, Some(12345), None).is_ok() {
            assert!(create_private(&open).is_err() && create_private(&link).is_err());
        }
    }
}
