//! The output folder: nothing is written anywhere else, and no file in it is ever half written.
//!
//! New files are made in a *staging* folder inside it and renamed to their places. While a build runs it holds a lock on
//! the folder, so whatever staging folder it finds was left by a build that was killed.

use anyhow::{Context, bail};
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Held by the one build that writes to the folder.
const LOCK: &str = ".viz-lsp-build.lock";

/// How the names of staging folders begin.
const STAGING: &str = ".viz-lsp-staging-";

/// The folder that a build writes to.
pub struct Out {
    /// Its path, absolute.
    pub path: PathBuf,
    /// Held until the end.
    _lock: File,
    staging: PathBuf,
}

/// The output folder's path, absolute, if a build of the project in `root` may write there. It need not exist.
///
/// # Errors
/// Why it may not.
pub fn check(path: &Path, root: &Path) -> anyhow::Result<PathBuf> {
    let path = viz_project::normalize(path);
    match fs::symlink_metadata(&path) {
        Ok(data) if data.is_symlink() => {
            bail!("the output folder {} is a link: name the folder that it leads to", path.display())
        }
        Ok(data) if !data.is_dir() => bail!("the output folder {} is a file", path.display()),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("can't look at the output folder {}", path.display()));
        }
        _ => {}
    }
    // Where it really is, whether or not it exists.
    let existing = path.ancestors().find(|folder| folder.exists()).unwrap_or(&path);
    let real = dunce::canonicalize(existing).with_context(|| format!("can't look at {}", existing.display()))?;
    let real = match path.strip_prefix(existing) {
        Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
        _ => real,
    };
    let inside = path.starts_with(root);
    if inside && !real.starts_with(root) {
        bail!("the output folder {} leads out of the project through a link", path.display());
    }
    if root.starts_with(&real) {
        bail!("the output folder {} holds the project itself: name a folder for the output alone", path.display());
    }
    Ok(real)
}

impl Out {
    /// Makes the folder if there is none, takes its lock and clears what killed builds left.
    ///
    /// # Errors
    /// If it can't be written to, or another build writes there.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("can't make the output folder {}", path.display()))?;
        let lock = path.join(LOCK);
        refuse_link(&lock)?;
        let unwritable = || format!("can't write to the output folder {}", path.display());
        let lock = File::options().create(true).truncate(false).write(true).open(lock).with_context(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("another build is writing to {}", path.display()),
            Err(TryLockError::Error(error)) => return Err(error).with_context(unwritable),
        }
        for entry in fs::read_dir(path).with_context(unwritable)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(STAGING) {
                // A link of this name is nobody's staging folder, and must not become ours.
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => fs::remove_dir_all(entry.path()),
                    _ => fs::remove_file(entry.path()),
                }
                .with_context(unwritable)?;
            }
        }
        let staging = path.join(format!("{STAGING}{}", std::process::id()));
        Ok(Self { path: path.to_owned(), _lock: lock, staging })
    }

    /// A new folder to make files in; `lane` tells it from others of this build.
    ///
    /// # Errors
    /// If it can't be made.
    pub fn staging(&self, lane: usize) -> anyhow::Result<PathBuf> {
        let folder = self.staging.join(lane.to_string());
        fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
        Ok(folder)
    }

    /// Puts a finished file from a staging folder in its place.
    ///
    /// # Errors
    /// If it can't be put there, or the place leads elsewhere.
    pub fn place(&self, file: &Path, relative: &str) -> anyhow::Result<()> {
        let target = self.path.join(relative);
        let mut folder = self.path.clone();
        let parts: Vec<&str> = relative.split('/').collect();
        for part in &parts[..parts.len() - 1] {
            folder.push(part);
            match fs::symlink_metadata(&folder) {
                Ok(data) if data.is_dir() => {}
                Ok(data) if data.is_symlink() => bail!("{} is a link: nothing is written through it", folder.display()),
                Ok(_) => bail!("{} is a file, where a folder is needed", folder.display()),
                Err(_) => match fs::create_dir(&folder) {
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                        return Err(error).with_context(|| format!("can't make {}", folder.display()));
                    }
                    _ => {}
                },
            }
        }
        fs::rename(file, &target).with_context(|| format!("can't write {}", target.display()))
    }

    /// Writes a file as a whole.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&self, relative: &str, text: &str, lane: usize) -> anyhow::Result<()> {
        let file = self.staging(lane)?.join("text");
        fs::write(&file, text).with_context(|| format!("can't write {}", file.display()))?;
        self.place(&file, relative)
    }

    /// Removes a file that an earlier build has written.
    pub fn remove(&self, relative: &str) {
        let path = self.path.join(relative);
        let folders = path.ancestors().skip(1).take_while(|folder| *folder != self.path);
        let linked = |folder: &Path| fs::symlink_metadata(folder).is_ok_and(|data| data.is_symlink());
        if folders.clone().any(linked) {
            return;
        }
        drop(fs::remove_file(&path));
        // A folder that is empty now was made for the file.
        for folder in folders {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.staging));
    }
}

fn refuse_link(path: &Path) -> anyhow::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_symlink() => bail!("{} is a link: nothing is written through it", path.display()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = dunce::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(root.join("project/data")).unwrap();
        (dir, root)
    }

    #[test]
    fn some_folders_are_refused() {
        let (_dir, root) = folder();
        let project = root.join("project");
        let says = |path: &Path| check(path, &project).unwrap_err().to_string();
        assert!(says(&project).contains("holds the project itself"));
        assert!(says(&root).contains("holds the project itself"));
        assert!(says(&project.join("data/..")).contains("holds the project itself"));
        fs::write(project.join("file"), "").unwrap();
        assert!(says(&project.join("file")).contains("is a file"));
        assert_eq!(check(&project.join("target"), &project).unwrap(), project.join("target"));
        assert_eq!(check(&root.join("elsewhere/deep"), &project).unwrap(), root.join("elsewhere/deep"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_refused() {
        let (_dir, root) = folder();
        let (project, outside) = (root.join("project"), root.join("outside"));
        fs::create_dir(&outside).unwrap();
        std::os::unix::fs::symlink(&outside, project.join("target")).unwrap();
        let says = |path: &Path| check(path, &project).unwrap_err().to_string();
        assert!(says(&project.join("target")).contains("is a link"));
        assert!(says(&project.join("target/deep")).contains("leads out of the project"));
        let out = Out::open(&project.join("data")).unwrap();
        let staging = format!("{STAGING}{}", std::process::id());
        std::os::unix::fs::symlink(&outside, project.join("data/main")).unwrap();
        drop(out);
        std::os::unix::fs::symlink(&outside, project.join("data").join(staging)).unwrap();
        let out = Out::open(&project.join("data")).unwrap();
        out.write("x.json", "{}", 0).unwrap();
        assert!(out.write("main/x.json", "{}", 0).unwrap_err().to_string().contains("is a link"));
        out.remove("main/x.json");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    }

    #[test]
    fn one_build_at_a_time_and_what_was_killed_is_cleared() {
        let (_dir, root) = folder();
        let left = root.join("target/.viz-lsp-staging-1/0");
        fs::create_dir_all(&left).unwrap();
        fs::write(left.join("x"), "").unwrap();
        let out = Out::open(&root.join("target")).unwrap();
        assert!(!left.exists());
        assert!(Out::open(&root.join("target")).err().unwrap().to_string().contains("another build"));
        out.write("main/a/b.json", "{}", 0).unwrap();
        assert_eq!(fs::read_to_string(root.join("target/main/a/b.json")).unwrap(), "{}");
        out.remove("main/a/b.json");
        assert!(!root.join("target/main").exists());
        drop(out);
        let left: Vec<_> = fs::read_dir(root.join("target")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [LOCK]);
    }
}
