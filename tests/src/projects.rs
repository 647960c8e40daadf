//! Sample projects.

use crate::pages::EMPTY_DATABASE;
use std::path::{Path, PathBuf};
use std::{env, fs};
use tempfile::TempDir;

/// The folder of a sample project, such as `broken/ecommerce`.
pub fn path(name: &str) -> PathBuf {
    repository().join("tests/projects").join(name)
}

/// The repository. Tests and benches run in the folder of their package, `server/viz-lsp`; a path compiled in would be
/// another clone's where clones share a target folder.
pub fn repository() -> PathBuf {
    let here = env::current_dir().expect("a working directory");
    let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    root.expect("cargo runs tests inside the repository").to_owned()
}

/// A project in a folder of its own, that a test may change.
pub struct Project {
    _folder: TempDir,
    /// The project's folder.
    pub root: PathBuf,
}

impl Project {
    /// A copy of a sample project.
    pub fn copy_of(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it exists").join(name.rsplit('/').next().expect("a name"));
        copy(&path(name), &root);
        Self { _folder: folder, root }
    }

    /// A project of these files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it exists");
        let project = Self { _folder: folder, root };
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// A file of it.
    pub fn file(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The text of a file.
    pub fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.file(relative)).expect("it can be read")
    }

    /// Replaces or adds a file; beside a project that reads `warehouse.duckdb`, that too: a database without tables.
    pub fn write(&self, relative: &str, text: &str) {
        let path = self.file(relative);
        let database = self.file("warehouse.duckdb");
        if text.contains("database: warehouse.duckdb") && !database.exists() {
            fs::write(database, EMPTY_DATABASE).expect("can be written");
        }
        fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("can be made");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("can be listed");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("can be copied");
        }
    }
}
