//! Projects below a folder that belongs to none: the root of a repository with several of them.

use anyhow::bail;
use std::path::{Path, PathBuf};
use viz_files::Kind;

/// No deeper, and into no more folders.
const DEEPEST: usize = 8;
const MOST_FOLDERS: usize = 10_000;

/// Folders of other programs, where no project of the user's is.
const OTHERS: [&str; 5] = ["node_modules", "target", "venv", "site-packages", "dbt_packages"];

/// The folders below this one that hold a project file, sorted. Neither links nor hidden folders are followed, nor what is inside a project.
///
/// # Errors
/// If a project's file is none that can be read: a check that passes over it would say that all is well.
pub fn projects_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut found, mut looked_into) = (Vec::new(), 0);
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        looked_into += 1;
        if looked_into > MOST_FOLDERS {
            break;
        }
        let Ok(entries) = viz_files::list(&folder) else { continue };
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_project = |entry: &viz_files::Entry| {
            entry.kind == Kind::File && viz_project::PROJECT_FILES.contains(&name(&entry.path).as_str())
        };
        if depth > 0 && entries.iter().any(is_project) {
            found.push(folder);
            continue;
        }
        // One that leads nowhere is no entry.
        let mut files = viz_project::PROJECT_FILES.iter().map(|name| folder.join(name));
        if depth > 0
            && let Some(file) = files.find(|file| viz_files::is_there(file))
        {
            let what = match viz_files::look(&file) {
                None => "a link that leads nowhere",
                Some(data) if data.is_dir() => "a folder, not a file",
                Some(_) => "no plain file",
            };
            bail!("can't read the project's file {}: it is {what}", file.display());
        }
        if depth < DEEPEST {
            let folders = entries.into_iter().filter(|entry| entry.kind == Kind::Folder && !entry.link);
            let ours = folders.filter(|entry| {
                let name = name(&entry.path);
                !name.starts_with('.') && !OTHERS.contains(&name.as_str())
            });
            open.extend(ours.map(|entry| (entry.path, depth + 1)));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_are_found_once_and_not_inside_others() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for path in [
            "b/project.visivo.yml",
            "a/x/visivo_project.yml",
            "a/x/y/project.visivo.yml",
            ".h/project.visivo.yml",
            "node_modules/m/project.visivo.yml",
        ] {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
            std::fs::write(path, "name: a\n").expect("can be written");
        }
        let found = projects_below(dir.path()).expect("all can be read");
        assert_eq!(found, [dir.path().join("a/x"), dir.path().join("b")]);
    }

    #[cfg(unix)]
    #[test]
    fn a_project_whose_file_is_none_is_not_passed_over() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (good, bad) = (dir.path().join("a/project.visivo.yml"), dir.path().join("b/deep/project.visivo.yml"));
        for file in [&good, &bad] {
            std::fs::create_dir_all(file.parent().expect("has a folder")).expect("can be made");
        }
        std::fs::write(&good, "name: a\n").expect("can be written");
        let said = || projects_below(dir.path()).expect_err("it can't be read").to_string();
        std::fs::create_dir(&bad).expect("can be made");
        assert!(said().ends_with("b/deep/project.visivo.yml: it is a folder, not a file"), "{}", said());
        std::fs::remove_dir(&bad).expect("it is there");
        std::os::unix::fs::symlink("nowhere", &bad).expect("can be made");
        assert!(said().ends_with("it is a link that leads nowhere"), "{}", said());
        std::fs::remove_file(&bad).expect("it is there");
        let fifo = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &bad, rustix::fs::FileType::Fifo, fifo, 0).expect("can be made");
        assert!(said().ends_with("it is no plain file"), "{}", said());
    }
}
