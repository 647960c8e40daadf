//! The output folder: nothing is written anywhere else, and no file in it is ever half written.
//!
//! New files are made in a *staging* folder inside it and renamed to their places. While a build runs it holds a lock on
//! the folder, so whatever staging folder it finds was left by a build that was killed.

use anyhow::{Context, anyhow, bail};
use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use viz_files::{Folder, Handed, Kind, LockError, Refused};

/// Held by the one build that writes to the folder.
const LOCK: &str = ".viz-lsp-build.lock";

/// How the names of staging folders begin.
const STAGING: &str = ".viz-lsp-staging-";

/// The folder that a build writes to.
pub struct Out {
    /// What is in it.
    pub folder: Folder,
    /// Held until the end.
    _lock: File,
    /// Relative.
    staging: PathBuf,
}

/// The output folder's path, absolute, if a build of the project in `root` may write there. It need not exist.
///
/// # Errors
/// Why it may not.
pub fn check(path: &Path, root: &Path) -> anyhow::Result<PathBuf> {
    let path = viz_project::normalize(path);
    // A link that leads nowhere is one, too.
    let link = match path.parent().and_then(|parent| Some((parent, path.file_name()?))) {
        Some((parent, name)) => viz_files::is_link(parent, name),
        None => false,
    };
    if link {
        bail!("the output folder {} is a link: name the folder that it leads to", path.display());
    }
    if viz_files::kind(&path).is_some_and(|kind| kind != Kind::Folder) {
        bail!("the output folder {} is a file", path.display());
    }
    // Where it really is, whether or not it exists.
    let real = viz_files::real_place(&path);
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
    /// Makes the folder if there is none, takes its lock and clears what killed builds left. Below the repository of the project in
    /// `root` it is reached through no link.
    ///
    /// # Errors
    /// If it can't be written to, or another build writes there.
    pub fn open(path: &Path, root: &Path) -> anyhow::Result<Self> {
        let top = viz_files::repositories(root).pop().filter(|top| path.starts_with(top));
        let folder = match top.as_deref().and_then(|top| Some((top, path.strip_prefix(top).ok()?))) {
            Some((top, relative)) => Folder::open(top).and_then(|top| top.folder(relative)),
            None => Folder::make(path),
        };
        let folder = folder.with_context(|| format!("can't make the output folder {}", path.display()))?;
        let unwritable = || format!("can't write to the output folder {}", path.display());
        let lock = match folder.lock(OsStr::new(LOCK)) {
            Ok(lock) => lock,
            Err(LockError::Held) => bail!("another build is writing to {}", path.display()),
            Err(LockError::Refused(why)) => return Err(not_there(why, &path.join(LOCK))).with_context(unwritable),
        };
        for name in folder.names().with_context(unwritable)? {
            if name.to_string_lossy().starts_with(STAGING) {
                // A link of this name is nobody's staging folder, and must not become ours.
                folder.remove_all(&name).with_context(unwritable)?;
            }
        }
        let staging = PathBuf::from(format!("{STAGING}{}", std::process::id()));
        Ok(Self { folder, _lock: lock, staging })
    }

    /// Its path, absolute.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A new folder to make files in, relative to this one; `lane` tells it from others of this build.
    ///
    /// # Errors
    /// If it can't be made.
    pub fn staging(&self, lane: usize) -> anyhow::Result<PathBuf> {
        let folder = self.staging.join(lane.to_string());
        self.folder.make_folder(&folder).map_err(|why| not_there(why, &self.path().join(&folder)))?;
        Ok(folder)
    }

    /// A folder below this one, for a worker to make files in.
    ///
    /// # Errors
    /// If it is gone, or a link.
    pub fn handed(&self, folder: &Path) -> anyhow::Result<Handed> {
        let handed = self.folder.folder(folder).and_then(|folder| folder.handed());
        handed.map_err(|why| not_there(why, &self.path().join(folder)))
    }

    /// Puts a finished file from a staging folder in its place.
    ///
    /// # Errors
    /// If it can't be put there, or the place leads elsewhere.
    pub fn place(&self, file: &Path, relative: &str) -> anyhow::Result<()> {
        let target = self.path().join(relative);
        self.folder.place(file, Path::new(relative)).map_err(|why| not_there(why, &target))
    }

    /// Makes a file in a staging folder.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn make(&self, file: &Path, text: &str) -> anyhow::Result<()> {
        let shown = || self.path().join(file);
        let mut made = self.folder.make_file(file).map_err(|why| not_there(why, &shown()))?;
        made.write_all(text.as_bytes()).with_context(|| format!("can't write {}", shown().display()))
    }

    /// Writes a file as a whole.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&self, relative: &str, text: &str, lane: usize) -> anyhow::Result<()> {
        let file = self.staging(lane)?.join("text");
        self.make(&file, text)?;
        self.place(&file, relative)
    }

    /// Removes a file that an earlier build has written.
    pub fn remove(&self, relative: &str) {
        let path = Path::new(relative);
        if self.folder.remove(path).is_err() {
            return;
        }
        // A folder that is empty now was made for the file.
        for folder in path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            if self.folder.remove_empty(folder).is_err() {
                break;
            }
        }
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        drop(self.folder.remove_all(&self.staging));
    }
}

/// Why nothing is written at a path.
fn not_there(why: Refused, path: &Path) -> anyhow::Error {
    let path = path.display();
    match why {
        Refused::Link => anyhow!("{path}, or a folder on the way to it, is a link: nothing is written through it"),
        Refused::NoFile(what) => anyhow!("{path} can't be written: there is {what}"),
        why => anyhow::Error::from(why).context(format!("can't write {path}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

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
        let out = Out::open(&project.join("data"), &project).unwrap();
        let staging = format!("{STAGING}{}", std::process::id());
        std::os::unix::fs::symlink(&outside, project.join("data/main")).unwrap();
        drop(out);
        std::os::unix::fs::symlink(&outside, project.join("data").join(staging)).unwrap();
        let out = Out::open(&project.join("data"), &project).unwrap();
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
        let out = Out::open(&root.join("target"), &root).unwrap();
        assert!(!left.exists());
        assert!(Out::open(&root.join("target"), &root).err().unwrap().to_string().contains("another build"));
        out.write("main/a/b.json", "{}", 0).unwrap();
        assert_eq!(fs::read_to_string(root.join("target/main/a/b.json")).unwrap(), "{}");
        out.remove("main/a/b.json");
        assert!(!root.join("target/main").exists());
        drop(out);
        let left: Vec<_> = fs::read_dir(root.join("target")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [LOCK]);
    }
}
