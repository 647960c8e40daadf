//! A folder that one process hands to another by its name.

use crate::open::{Identity, Refused};
use std::path::{Path, PathBuf};

/// Where a folder is, and which one it is: its name may lead elsewhere by the time somebody opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Absolute.
    pub path: PathBuf,
    /// `None` on systems that tell no such thing.
    pub identity: Option<Identity>,
}

/// A folder that is held open.
#[derive(Debug)]
pub struct Held {
    path: PathBuf,
    #[cfg(unix)]
    _folder: std::fs::File,
}

impl Handed {
    /// Opens the folder, through no link, if it is still the same.
    ///
    /// # Errors
    /// [`Refused::Link`] or [`Refused::NoFile`] if something else is in its place.
    #[cfg(unix)]
    pub fn open(&self) -> Result<Held, Refused> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        #[cfg(target_os = "linux")]
        let flags = flags | OFlags::PATH;
        let folder = match rustix::fs::open(&self.path, flags, Mode::empty()) {
            Ok(folder) => std::fs::File::from(folder),
            Err(rustix::io::Errno::LOOP | rustix::io::Errno::NOTDIR) => return Err(Refused::Link),
            Err(error) => return Err(std::io::Error::from(error).into()),
        };
        // A folder on the way may be a link by now.
        if Identity::of(&folder.metadata()?) != self.identity {
            return Err(Refused::NoFile("another folder"));
        }
        Ok(Held { path: by_handle(&self.path, &folder), _folder: folder })
    }

    /// Opens the folder.
    ///
    /// # Errors
    /// None on this system.
    #[cfg(not(unix))]
    pub fn open(&self) -> Result<Held, Refused> {
        Ok(Held { path: self.path.clone() })
    }
}

impl Held {
    /// A path for this process alone. On Linux it leads to this folder whatever becomes of its name.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(target_os = "linux")]
fn by_handle(path: &Path, folder: &std::fs::File) -> PathBuf {
    use std::os::fd::AsRawFd;
    let by_handle = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
    // Where /proc is not mounted the name must do.
    if by_handle.is_dir() { by_handle } else { path.to_owned() }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn by_handle(path: &Path, _: &std::fs::File) -> PathBuf {
    path.to_owned()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::Folder;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_takes_a_folders_place_is_not_opened() {
        let place = tempfile::tempdir().unwrap();
        let (out, outside, moved) =
            (place.path().join("out"), place.path().join("outside"), place.path().join("moved"));
        fs::create_dir_all(out.join("lane")).unwrap();
        fs::create_dir_all(outside.join("lane")).unwrap();
        let handed = Folder::open(&out).unwrap().folder(Path::new("lane")).unwrap().handed().unwrap();
        let held = handed.open().unwrap();
        fs::rename(out.join("lane"), &moved).unwrap();
        symlink(&outside, out.join("lane")).unwrap();
        assert_eq!(handed.open().unwrap_err(), Refused::Link);
        fs::remove_file(out.join("lane")).unwrap();
        fs::create_dir(out.join("lane")).unwrap();
        assert_eq!(handed.open().unwrap_err(), Refused::NoFile("another folder"));
        fs::remove_dir_all(&out).unwrap();
        symlink(&outside, &out).unwrap();
        assert_eq!(handed.open().unwrap_err(), Refused::NoFile("another folder"), "a link on the way");
        if cfg!(target_os = "linux") {
            fs::write(held.path().join("x"), "").unwrap();
            assert!(moved.join("x").exists() && !outside.join("lane/x").exists());
        }
    }

    #[test]
    fn identities_survive_the_trip() {
        let identity = Identity { device: 2049, number: u64::MAX };
        assert_eq!(identity.to_string().parse(), Ok(identity));
        assert!("1".parse::<Identity>().is_err());
    }
}
