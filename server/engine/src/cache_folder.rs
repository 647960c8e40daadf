//! Where this program keeps what it may lose: below the user's cache folder, readable by the user alone.

// The program's own folder, which no project names.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use etcetera::BaseStrategy;
use std::fs::{DirBuilder, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// `~/.cache/viz-lsp` or what the system has for it; the folder for temporary files where there is no home.
pub fn cache_folder() -> PathBuf {
    // A relative home would be one in the project.
    let user = etcetera::choose_base_strategy().ok().map(|base| base.cache_dir()).filter(|folder| folder.is_absolute());
    user.unwrap_or_else(std::env::temp_dir).join("viz-lsp")
}

/// A folder that only this user can read. It goes with its owner; what is left of one that was killed goes with the next one.
///
/// Its owner holds the lock of a file in it, which tells that it lives to processes that can't see it: in other containers, on other machines.
pub(crate) struct PrivateFolder {
    /// Always there, until it goes.
    lock: Option<File>,
    path: PathBuf,
}

/// The file that is locked.
const LOCK: &str = ".lock";

/// How the names of folders begin that are not locked yet.
const NEW: &str = "new-";

/// What has no lock is removed after this time.
const LEFT: Duration = Duration::from_secs(24 * 60 * 60);

impl PrivateFolder {
    /// A new one below the cache folder's folder of this name. `None` if none can be made.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let ours = cache_folder();
        let parent = ours.join(name);
        let made = create_private(&ours).and_then(|()| create_private(&parent)).and_then(|()| {
            sweep(&parent);
            Self::below(&parent)
        });
        made.inspect_err(|error| tracing::warn!(folder = %parent.display(), %error, "no private folder could be made"))
            .ok()
    }

    fn below(parent: &Path) -> std::io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let new = builder.prefix(NEW).tempdir_in(parent)?;
        let lock = File::create_new(new.path().join(LOCK))?;
        lock.try_lock()?;
        // Nobody sees it under its own name without a lock.
        let name = new.path().file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(NEW));
        let path = parent.join(name.unwrap_or_default());
        std::fs::rename(new.path(), &path)?;
        let _: PathBuf = new.keep();
        Ok(Self { lock: Some(lock), path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // First: some systems remove no file that is open.
        drop(self.lock.take());
        drop(std::fs::remove_dir_all(&self.path));
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

/// Empties a file of ours that is about to be removed, if it can be.
pub(crate) fn empty(file: &Path) {
    drop(File::options().write(true).truncate(true).open(file));
}

/// Removes the folders whose owners are gone.
fn sweep(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let folder = entry.path();
        let is_new = entry.file_name().as_encoded_bytes().starts_with(NEW.as_bytes());
        let is_left = match File::options().write(true).open(folder.join(LOCK)) {
            Ok(lock) if !is_new => lock.try_lock().is_ok(),
            _ => entry.metadata().and_then(|data| data.modified()).is_ok_and(|at| {
                let age = SystemTime::now().duration_since(at);
                age.is_ok_and(|age| age > LEFT)
            }),
        };
        if is_left {
            drop(std::fs::remove_dir_all(folder));
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    /// What is left of who was killed goes; what has an owner stays, also one whom no process number tells: each opening of a lock is told
    /// from the others, as it is between containers.
    #[test]
    fn what_has_no_owner_any_more_is_removed() {
        let place = tempfile::tempdir().unwrap();
        let [living, killed] = [(), ()].map(|()| PrivateFolder::below(place.path()).unwrap());
        std::fs::create_dir(killed.path().join("copies")).unwrap();
        std::fs::write(killed.path().join("copies/database"), "x").unwrap();
        let left = killed.path().to_owned();
        let mut killed = std::mem::ManuallyDrop::new(killed);
        drop(killed.lock.take());
        let [new, foreign, old] = ["new-1", "12345-abc", "1-abc"].map(|name| place.path().join(name));
        for folder in [&new, &foreign, &old] {
            std::fs::create_dir(folder).unwrap();
        }
        let long_ago = SystemTime::now() - LEFT * 2;
        File::open(&old).unwrap().set_modified(long_ago).unwrap();
        sweep(place.path());
        assert_eq!([&left, &old].map(|folder| folder.exists()), [false; 2]);
        assert_eq!([living.path(), &new, &foreign].map(Path::exists), [true; 3]);
        assert_eq!(mode(living.path()), 0o700);
        let path = living.path().to_owned();
        drop(living);
        assert!(!path.exists());
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
