//! Writing below one folder.

use crate::handed::Handed;
use crate::open::{Identity, Refused, real};
use cap_fs_ext::DirExt;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions, Permissions};
use std::ffi::OsStr;
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// A folder below which files may be written: through no link, and nowhere else.
///
/// Paths are relative to it. Each folder on the way is opened from the one before, so what is moved or replaced meanwhile
/// can't lead out.
#[derive(Debug)]
pub struct Folder {
    dir: Dir,
    path: PathBuf,
}

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it.
    #[error("somebody else holds the lock")]
    Held,
    /// The file can't be made or opened.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl Folder {
    /// The folder at this path, which links may lead to.
    ///
    /// # Errors
    /// If there is none.
    pub fn open(path: &Path) -> Result<Self, Refused> {
        let path = real(path)?;
        Ok(Self { dir: Dir::open_ambient_dir(&path, ambient_authority())?, path })
    }

    /// The same, made if it is missing, with the folders above it.
    ///
    /// # Errors
    /// If it can't be made or opened.
    pub fn make(path: &Path) -> Result<Self, Refused> {
        std::fs::create_dir_all(path)?;
        Self::open(path)
    }

    /// Its path, without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// This folder, for another process to open.
    ///
    /// # Errors
    /// If its properties can't be read.
    pub fn handed(&self) -> Result<Handed, Refused> {
        let data = self.dir.try_clone()?.into_std_file().metadata()?;
        Ok(Handed { path: self.path.clone(), identity: Identity::of(&data) })
    }

    /// Puts a file with this content in the place of the one at a relative path, or where none is. Nobody ever sees half of
    /// it; a file that is replaced keeps who may read, write and run it, and its other names (hard links) keep the old content. Marks
    /// that lend the rights of its owner (setuid, setgid) are not kept: the owner of the new file is who writes it, perhaps root.
    ///
    /// # Errors
    /// [`Refused::Link`] if the path or a folder on the way is a link, [`Refused::NoFile`] if something else is there.
    pub fn replace(&self, relative: &Path, content: &[u8]) -> Result<(), Refused> {
        self.put(relative, content, None, || ())
    }

    /// The same, if the file still holds `before`: that is looked at last of all, when the new content is on the disk.
    ///
    /// # Errors
    /// As [`Folder::replace`], and [`Refused::Changed`].
    pub fn replace_unchanged(&self, relative: &Path, before: &[u8], content: &[u8]) -> Result<(), Refused> {
        self.put(relative, content, Some(before), || ())
    }

    /// `meanwhile` is what may happen while the new content gets to the disk.
    fn put(
        &self,
        relative: &Path,
        content: &[u8],
        before: Option<&[u8]>,
        meanwhile: impl FnOnce(),
    ) -> Result<(), Refused> {
        let (folder, name) = self.parent(relative, Missing::Refused)?;
        let permissions = match folder.symlink_metadata(name) {
            Ok(data) if data.is_symlink() => return Err(Refused::Link),
            Ok(data) if data.is_dir() => return Err(Refused::NoFile("a folder")),
            Ok(data) if !data.is_file() => return Err(Refused::NoFile("no plain file")),
            Ok(data) => Some(plain(data.permissions())),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        sweep(&folder);
        // Not made of the file's own name, which may be as long as names can be.
        let temporary = format!("{BEFORE}{:08x}{BEHIND}", fastrand::u32(..));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // Nobody reads it who may not read the file.
        #[cfg(unix)]
        if permissions.is_some() {
            cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let mut file = folder.open_with(&temporary, &options)?.into_std();
        let is_unchanged = || match before {
            None => Ok(true),
            Some(before) => {
                let file = crate::open::in_folder(&folder, Path::new(name))?;
                let data = file.metadata()?;
                Ok::<_, Refused>(crate::Opened { file, data }.read(before.len() as u64).is_ok_and(|now| now == before))
            }
        };
        let written = || {
            // Held until it is in place, or this process is gone.
            drop(file.try_lock());
            file.write_all(content)?;
            if let Some(permissions) = permissions {
                File::from_std(file.try_clone()?).set_permissions(permissions)?;
            }
            file.sync_all()?;
            meanwhile();
            if !is_unchanged()? {
                return Err(Refused::Changed);
            }
            Ok(folder.rename(&temporary, &folder, name)?)
        };
        written().inspect_err(|_| drop(folder.remove_file(&temporary)))
    }

    /// A new, empty file at a relative path, for the caller to fill. A file or a link that is there is removed first; the
    /// folders on the way are made.
    ///
    /// # Errors
    /// As [`Folder::replace`], but for links: what they lead to stays as it is.
    pub fn make_file(&self, relative: &Path) -> Result<std::fs::File, Refused> {
        let (folder, name) = self.parent(relative, Missing::Made)?;
        match folder.symlink_metadata(name) {
            Ok(data) if data.is_dir() => return Err(Refused::NoFile("a folder")),
            Ok(data) if data.is_file() || data.is_symlink() => folder.remove_file(name)?,
            Ok(_) => return Err(Refused::NoFile("no plain file")),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        Ok(folder.open_with(name, OpenOptions::new().write(true).create_new(true))?.into_std())
    }

    /// The folder at a relative path, made if it is missing.
    ///
    /// # Errors
    /// As [`Folder::replace`].
    pub fn folder(&self, relative: &Path) -> Result<Self, Refused> {
        Ok(Self { dir: self.descend(relative, Missing::Made)?, path: self.path.join(relative) })
    }

    /// Makes the folder at a relative path, and those on the way.
    ///
    /// # Errors
    /// As [`Folder::replace`].
    pub fn make_folder(&self, relative: &Path) -> Result<(), Refused> {
        self.descend(relative, Missing::Made).map(drop)
    }

    /// Moves a file that is below this folder, over what is in its new place. The folders on the way to that are made.
    ///
    /// # Errors
    /// As [`Folder::replace`].
    pub fn place(&self, from: &Path, to: &Path) -> Result<(), Refused> {
        let (source, from) = self.parent(from, Missing::Refused)?;
        let (target, to) = self.parent(to, Missing::Made)?;
        source.rename(from, &target, to)?;
        Ok(())
    }

    /// Removes the file, or the link, at a relative path.
    ///
    /// # Errors
    /// As [`Folder::replace`].
    pub fn remove(&self, relative: &Path) -> Result<(), Refused> {
        let (folder, name) = self.parent(relative, Missing::Refused)?;
        Ok(folder.remove_file(name)?)
    }

    /// Removes the folder at a relative path if it is empty; a link is none.
    ///
    /// # Errors
    /// As [`Folder::replace`].
    pub fn remove_empty(&self, relative: &Path) -> Result<(), Refused> {
        let (folder, name) = self.parent(relative, Missing::Refused)?;
        Ok(folder.remove_dir(name)?)
    }

    /// Removes what is at a relative path and all that is below it, following no link.
    ///
    /// # Errors
    /// As [`Folder::replace`].
    pub fn remove_all(&self, relative: &Path) -> Result<(), Refused> {
        let (folder, name) = self.parent(relative, Missing::Refused)?;
        match folder.symlink_metadata(name)?.is_dir() {
            true => folder.remove_dir_all(name)?,
            false => folder.remove_file(name)?,
        }
        Ok(())
    }

    /// Whether a regular file, no link, is at a relative path; and its properties.
    pub fn file(&self, relative: &Path) -> Option<std::fs::Metadata> {
        let file = self.open_file(relative).ok()?;
        file.metadata().ok()
    }

    /// The content of a regular file at a relative path, reached through no link.
    ///
    /// # Errors
    /// As [`Folder::replace`], and [`Refused::TooLarge`] above `most` bytes.
    pub fn read(&self, relative: &Path, most: u64) -> Result<Vec<u8>, Refused> {
        let file = self.open_file(relative)?;
        let data = file.metadata()?;
        crate::Opened { file, data }.read(most)
    }

    fn open_file(&self, relative: &Path) -> Result<std::fs::File, Refused> {
        let (folder, name) = self.parent(relative, Missing::Refused)?;
        crate::open::in_folder(&folder, Path::new(name))
    }

    /// The names in this folder.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn names(&self) -> Result<Vec<PathBuf>, Refused> {
        let entries = self.dir.entries()?.map(|entry| Ok(entry?.file_name().into()));
        Ok(entries.collect::<std::io::Result<_>>()?)
    }

    /// Takes the lock of a file right in this folder, which is made if it is missing. It is held while the handle lives.
    ///
    /// # Errors
    /// [`LockError::Held`] if it is taken.
    pub fn lock(&self, name: &OsStr) -> Result<std::fs::File, LockError> {
        match self.dir.symlink_metadata(name).map(|data| (data.is_symlink(), data.is_file())) {
            Ok((true, _)) => return Err(Refused::Link.into()),
            Ok((_, false)) => return Err(Refused::NoFile("no plain file").into()),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        crate::open::without_links(&mut options);
        let file: File = self.dir.open_with(name, &options).map_err(crate::open::link)?;
        let file = file.into_std();
        crate::open::must_be_file(&file.metadata().map_err(Refused::from)?)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => Err(LockError::Held),
            Err(std::fs::TryLockError::Error(error)) => Err(Refused::from(error).into()),
        }
    }

    /// The folder that a relative path's last part is in.
    fn parent<'a>(&self, relative: &'a Path, missing: Missing) -> Result<(Dir, &'a OsStr), Refused> {
        let outside = || Refused::Outside(self.path.clone());
        let name = relative.file_name().ok_or_else(outside)?;
        Ok((self.descend(relative.parent().unwrap_or(Path::new("")), missing)?, name))
    }

    fn descend(&self, relative: &Path, missing: Missing) -> Result<Dir, Refused> {
        let mut folder = self.dir.try_clone()?;
        for part in relative.components() {
            let name = match part {
                Component::Normal(name) => name,
                Component::CurDir => continue,
                _ => return Err(Refused::Outside(self.path.clone())),
            };
            if missing == Missing::Made
                && let Err(error) = folder.create_dir(name)
                && error.kind() != ErrorKind::AlreadyExists
            {
                return Err(error.into());
            }
            folder = match folder.open_dir_nofollow(name) {
                Ok(folder) => folder,
                Err(error) => {
                    return Err(match folder.symlink_metadata(name) {
                        Ok(data) if data.is_symlink() => Refused::Link,
                        Ok(data) if !data.is_dir() => Refused::NoFile("a file where a folder is needed"),
                        _ => error.into(),
                    });
                }
            };
        }
        Ok(folder)
    }
}

/// How the names of files begin and end that are not in their place yet.
const BEFORE: &str = ".viz-lsp-";
const BEHIND: &str = ".tmp";

/// Files that nobody has touched for so long are not just being made.
const LEFT: Duration = Duration::from_secs(60);

/// So many names are looked at.
const MOST_NAMES: usize = 10_000;

/// Removes what was left by who was killed before he could put it in its place.
fn sweep(folder: &Dir) {
    for entry in folder.entries().into_iter().flatten().take(MOST_NAMES).flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(BEFORE)?.strip_suffix(BEHIND));
        if !number.is_some_and(|number| number.len() == 8 && number.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            continue;
        }
        let Ok(file) = crate::open::in_folder(folder, Path::new(&name)) else { continue };
        let modified = file.metadata().and_then(|data| data.modified()).ok();
        let is_old = modified.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > LEFT);
        if is_old && file.try_lock().is_ok() {
            drop(folder.remove_file(&name));
        }
    }
}

/// What becomes of a folder that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Made,
    Refused,
}

/// Who may read, write and run a file, and nothing besides.
fn plain(permissions: Permissions) -> Permissions {
    #[cfg(unix)]
    let permissions = {
        use cap_std::fs::PermissionsExt;
        Permissions::from_mode(permissions.mode() & 0o777)
    };
    permissions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn who_writes_a_file_lends_no_rights() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let file = place.path().join("a.yml");
        for (before, after) in [(0o4755, 0o755), (0o2775, 0o775), (0o1644, 0o644), (0o7700, 0o700), (0o600, 0o600)] {
            std::fs::write(&file, "old").unwrap();
            std::fs::set_permissions(&file, PermissionsExt::from_mode(before)).unwrap();
            folder.replace(Path::new("a.yml"), b"new").unwrap();
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o7777, after, "{before:o}");
            std::fs::remove_file(&file).unwrap();
        }
    }

    #[test]
    fn what_somebody_saved_meanwhile_stays() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let file = place.path().join("a.yml");
        let names = || folder.names().unwrap();
        for (now, before, done) in
            [("old", "old", true), ("older", "old", false), ("ol", "old", false), ("", "old", false), ("", "", true)]
        {
            std::fs::write(&file, now).unwrap();
            let found = folder.replace_unchanged(Path::new("a.yml"), before.as_bytes(), b"new");
            assert_eq!(found, if done { Ok(()) } else { Err(Refused::Changed) });
            assert_eq!(std::fs::read_to_string(&file).unwrap(), if done { "new" } else { now });
            assert_eq!(names(), [PathBuf::from("a.yml")]);
        }
    }

    /// What is saved while the new content is written is seen: the comparison is the last thing before the file is moved into its place.
    #[test]
    fn what_is_saved_while_the_new_text_is_written_stays() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let file = place.path().join("a.yml");
        std::fs::write(&file, "old").unwrap();
        let save = || std::fs::write(&file, "saved").unwrap();
        assert_eq!(folder.put(Path::new("a.yml"), b"new", Some(b"old"), save), Err(Refused::Changed));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "saved");
        let remove = || std::fs::remove_file(&file).unwrap();
        assert_eq!(folder.put(Path::new("a.yml"), b"new", Some(b"saved"), remove), Err(Refused::NotFound));
        assert!(folder.names().unwrap().is_empty());
    }

    #[test]
    fn what_was_left_by_the_killed_is_removed() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let path = |name: &str| place.path().join(name);
        let (left, held, new) = (".viz-lsp-0123abcd.tmp", ".viz-lsp-0123abce.tmp", ".viz-lsp-0123abcf.tmp");
        let others = [".viz-lsp-0123abcg.tmp", ".viz-lsp-0123abcd.tmp~", ".viz-lsp.yml", "viz-lsp-0123abcd.tmp"];
        for name in [left, held, new].iter().chain(&others) {
            let file = std::fs::File::create(path(name)).unwrap();
            if *name != new {
                file.set_modified(std::time::SystemTime::now() - LEFT * 2).unwrap();
            }
        }
        let lock = std::fs::File::open(path(held)).unwrap();
        lock.try_lock().unwrap();
        folder.replace(Path::new("a.yml"), b"new").unwrap();
        assert!(!path(left).exists());
        assert!([held, new].iter().chain(&others).all(|name| path(name).exists()));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let place = tempfile::tempdir().unwrap();
        let (root, outside) = (place.path().join("root"), place.path().join("outside"));
        for folder in [&root, &outside] {
            std::fs::create_dir(folder).unwrap();
        }
        std::fs::write(outside.join("a"), "old").unwrap();
        std::fs::write(root.join("own"), "old").unwrap();
        std::fs::set_permissions(root.join("own"), PermissionsExt::from_mode(0o640)).unwrap();
        std::fs::hard_link(outside.join("a"), root.join("hard")).unwrap();
        symlink("../outside/a", root.join("link")).unwrap();
        symlink("../outside", root.join("folder")).unwrap();
        let folder = Folder::open(&root).unwrap();
        let write = |path: &str| folder.replace(Path::new(path), b"new");
        assert_eq!(write("link"), Err(Refused::Link));
        assert_eq!(write("folder/a"), Err(Refused::Link));
        assert_eq!(folder.make_folder(Path::new("folder/deep")), Err(Refused::Link));
        assert_eq!(folder.remove(Path::new("folder/a")), Err(Refused::Link));
        assert_eq!(write("folder"), Err(Refused::Link));
        assert!(matches!(write("../outside/a"), Err(Refused::Outside(_))));
        assert!(matches!(write("/etc/none"), Err(Refused::Outside(_))));
        assert_eq!((write("own"), write("hard"), write("new")), (Ok(()), Ok(()), Ok(())));
        let longest = "n".repeat(255);
        assert_eq!(write(&longest), Ok(()), "a name as long as names can be");
        folder.remove(Path::new(&longest)).unwrap();
        assert_eq!(std::fs::metadata(root.join("own")).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(std::fs::read_to_string(outside.join("a")).unwrap(), "old");
        assert_eq!(std::fs::read_to_string(root.join("hard")).unwrap(), "new");
        assert!(matches!(folder.lock(OsStr::new("link")), Err(LockError::Refused(Refused::Link))));
        let held = folder.lock(OsStr::new("lock")).unwrap();
        assert!(matches!(folder.lock(OsStr::new("lock")), Err(LockError::Held)));
        drop(held);
        folder.remove_all(Path::new("folder")).unwrap();
        assert!(outside.join("a").exists() && !root.join("folder").exists());
        symlink("../outside/a", root.join("taken")).unwrap();
        folder.make_file(Path::new("taken")).unwrap().write_all(b"mine").unwrap();
        assert_eq!(std::fs::read_to_string(outside.join("a")).unwrap(), "old");
        assert_eq!(folder.read(Path::new("taken"), 10).unwrap(), b"mine");
        symlink("../outside", root.join("out")).unwrap();
        assert!(matches!(folder.folder(Path::new("out")), Err(Refused::Link)));
        assert_eq!(folder.make_file(Path::new("out/x")).unwrap_err(), Refused::Link);
        std::fs::create_dir(root.join("deep")).unwrap();
        assert_eq!(folder.folder(Path::new("deep/new")).unwrap().path(), folder.path().join("deep/new"));
        assert_eq!(folder.read(Path::new("own"), 10).unwrap(), b"new");
        assert!(folder.file(Path::new("link")).is_none() && folder.file(Path::new("own")).is_some());
        folder.make_folder(Path::new("x/y")).unwrap();
        folder.place(Path::new("new"), Path::new("x/y/z")).unwrap();
        assert_eq!(std::fs::read_dir(root.join("x/y")).unwrap().count(), 1, "no temporary file is left");
    }
}
