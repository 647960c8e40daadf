//! From the paths of the command line to the projects they belong to.

use crate::cli::projects_below::projects_below;
use crate::host::paths::real;
use anyhow::{Context, anyhow};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use viz_project::FileSystem;

/// A project to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its folder, absolute.
    pub root: PathBuf,
    /// Its folder as people see it.
    pub shown: String,
}

/// Where the command was typed, by its real name: paths of the command line are relative to it.
///
/// # Errors
/// If it can't be told.
pub fn current_folder() -> anyhow::Result<PathBuf> {
    let current = std::env::current_dir().context("can't tell the current folder")?;
    viz_files::real(&current).context("can't tell the current folder")
}

/// The projects of these paths, each once, ordered by root; and the paths that belong to none.
///
/// # Errors
/// If a path can't be read.
pub fn find(paths: &[PathBuf], current: &Path, files: &dyn FileSystem) -> anyhow::Result<(Vec<Target>, Vec<PathBuf>)> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut roots = BTreeMap::new();
    let mut strangers = Vec::new();
    for path in paths {
        let absolute = current.join(path);
        // What exists nowhere but in `files` has no other name.
        let target = if viz_files::look(&absolute).is_some() || !files.is_file(&absolute) {
            viz_files::real(&absolute).with_context(|| format!("can't read {}", path.display()))?
        } else {
            absolute.clone()
        };
        // A link into a project's folder belongs to the project.
        let root =
            [viz_project::normalize(&absolute), target].iter().find_map(|path| viz_project::find_root(path, files));
        match root.map(|root| real(&root)) {
            Some(root) => {
                let shown = shown(&root, current);
                roots.entry(shown.clone()).or_insert(Target { root, shown });
            }
            // From the root of a repository all of its projects are meant.
            None => match projects_below(&absolute)? {
                below if below.is_empty() => strangers.push(path.clone()),
                below => {
                    for root in below.iter().map(|root| real(root)) {
                        let shown = shown(&root, current);
                        roots.entry(shown.clone()).or_insert(Target { root, shown });
                    }
                }
            },
        }
    }
    Ok((roots.into_values().collect(), strangers))
}

/// Why none of these paths belongs to a project.
pub fn no_project(strangers: &[PathBuf], files: &dyn FileSystem) -> anyhow::Error {
    let project_file =
        |path: &PathBuf| viz_project::PROJECT_FILES.iter().map(|name| path.join(name)).find(|file| files.is_dir(file));
    if let Some(folder) = strangers.iter().find_map(project_file) {
        return anyhow!("no project here: {} is a folder, not a file", folder.display());
    }
    if let Some((file, name)) = strangers.iter().find_map(|path| misnamed(path, files)) {
        return anyhow!(
            "no project here: {} is called otherwise than project files are\nhelp: rename it to {name}",
            file.display()
        );
    }
    let what = strangers.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    anyhow!(
        "no project here: neither {what} nor a folder above or below holds a visivo_project.yml or project.visivo.yml\n\
         help: name the project's folder: viz-lsp check PATH; viz-lsp alone shows a first project"
    )
}

/// A file that is called as a project file is, but for its ending, and the name that it should have.
fn misnamed(path: &Path, files: &dyn FileSystem) -> Option<(PathBuf, &'static str)> {
    let folder = if files.is_dir(path) { path } else { path.parent()? };
    let other = |name: &&'static str| {
        let file = folder.join(name).with_extension("yaml");
        files.is_file(&file).then_some((file, *name))
    };
    viz_project::PROJECT_FILES.iter().find_map(other)
}

/// A path relative to the current folder with forward slashes; absolute where it doesn't lie below.
fn shown(path: &Path, current: &Path) -> String {
    match path.strip_prefix(current) {
        Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
        Ok(below) => viz_files::with_slashes(below),
        Err(_) => viz_files::with_slashes(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_project::DiskFiles;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = dir.path().canonicalize().expect("it exists");
        for (path, text) in [
            ("a/project.visivo.yml", "name: a\n"),
            ("a/sub/x.yml", ""),
            ("b/project.visivo.yml", "name: b\n"),
            ("c/y.yml", ""),
        ] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
            std::fs::write(path, text).expect("can be written");
        }
        (dir, root)
    }

    fn names(targets: &[Target]) -> Vec<&str> {
        targets.iter().map(|target| target.shown.as_str()).collect()
    }

    #[test]
    fn each_project_is_checked_once() {
        let (_dir, root) = folder();
        let paths = ["b", "a/sub/x.yml", "a/project.visivo.yml", "a", "c/y.yml"].map(PathBuf::from);
        let (targets, strangers) = find(&paths, &root, &DiskFiles).unwrap();
        assert_eq!(names(&targets), ["a", "b"]);
        assert_eq!(strangers, [PathBuf::from("c/y.yml")]);
    }

    #[test]
    fn at_the_root_of_a_repository_all_projects_are_meant() {
        let (_dir, root) = folder();
        let (targets, strangers) = find(&[], &root, &DiskFiles).unwrap();
        assert_eq!((names(&targets), strangers.len()), (vec!["a", "b"], 0));
    }

    #[test]
    fn the_current_folder_is_the_default() {
        let (_dir, root) = folder();
        assert_eq!(names(&find(&[], &root.join("a"), &DiskFiles).unwrap().0), ["."]);
        let (above, _) = find(&[], &root.join("a/sub"), &DiskFiles).unwrap();
        assert_eq!(above[0].shown, viz_files::with_slashes(&root.join("a")));
    }

    /// R-DISC-04: where the reference goes on with an empty project, a check says that it checked nothing.
    #[test]
    fn no_project_at_all_is_an_error() {
        let (_dir, root) = folder();
        let (targets, strangers) = find(&["c".into()], &root, &DiskFiles).unwrap();
        assert!(targets.is_empty());
        assert!(no_project(&strangers, &DiskFiles).to_string().starts_with("no project here"));
        assert!(find(&["nowhere".into()], &root, &DiskFiles).is_err());
        std::fs::write(root.join("c/project.visivo.yaml"), "name: c\n").unwrap();
        let told = no_project(&[root.join("c")], &DiskFiles).to_string();
        assert!(told.ends_with("help: rename it to project.visivo.yml"), "{told}");
    }
}
