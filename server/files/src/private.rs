//! Files that hold secrets: variables, keys, what git and the project's tools know of their user. They are no data and no
//! includes, whatever other names they have.

use crate::list::{Entry, list};
use crate::open::{Identity, Kind, look, real, repository};
use crate::place::real_place;
use std::collections::HashSet;
use std::fs::Metadata;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, RwLock};

/// Folders all of whose files are private.
const FOLDERS: [&str; 11] = [
    ".git",
    ".visivo",
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".terraform.d",
    ".streamlit",
    ".snowflake",
];

/// Names of files that hold passwords, tokens or keys.
const FILES: [&str; 23] = [
    ".env",
    ".netrc",
    ".pgpass",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".my.cnf",
    ".envrc",
    ".dockercfg",
    ".vault-token",
    ".gitconfig",
    ".yarnrc.yml",
    ".htpasswd",
    "kubeconfig",
    "credentials.json",
    "credentials.toml",
    "credentials.db",
    "access_tokens.db",
    "application_default_credentials.json",
    ".databricks.cfg",
    ".s3cfg",
    ".boto",
    "secrets.toml",
];

/// Beginnings of the names of files with variables or keys.
const BEGINNINGS: [&str; 8] = [".env.", ".env-", ".env_", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "gha-creds-"];

/// Ends of the names of key files.
const ENDS: [&str; 10] = ["pem", "key", "p8", "p12", "pfx", "jks", "keystore", "kdbx", "tfstate", "env"];

/// Ends of `.env.…` and of keys that are there to be read by everybody.
const EXAMPLES: [&str; 6] = ["example", "sample", "template", "dist", "defaults", "pub"];

/// What editors and people put behind the name of a file that they keep.
const KEPT: [&str; 5] = ["~", ".bak", ".old", ".orig", ".swp"];

/// The program's own folders: what it knows of other projects, and the key by which it knows its own records.
static CLOSED: RwLock<Vec<PathBuf>> = RwLock::new(Vec::new());

/// From now on all of this folder is private in this process, below whatever folder of data it lies, also in a project.
pub fn close(folder: &Path) {
    let folder = real_place(folder);
    let mut all = CLOSED.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !all.contains(&folder) {
        all.push(folder);
    }
}

/// The folders that are closed.
pub fn closed() -> Vec<PathBuf> {
    CLOSED.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
}

/// Whether a file or folder of this name (the last part of a path) is private, in any letter case.
pub fn is_private_name(name: &str) -> bool {
    let name = name.to_lowercase();
    let name = KEPT.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let ends_in =
        |ends: &[&str]| name.rsplit_once('.').is_some_and(|(start, end)| !start.is_empty() && ends.contains(&end));
    let begins = BEGINNINGS.iter().any(|beginning| name.starts_with(beginning));
    // What shells and clients of databases keep of what was typed: `.bash_history`.
    let typed = name.starts_with('.') && name.ends_with("_history");
    FOLDERS.contains(&name) || typed || FILES.contains(&name) || ends_in(&ENDS) || (begins && !ends_in(&EXAMPLES))
}

/// The private files of a project, by their numbers, so that they are known under other names, too.
#[derive(Debug, Clone, Default)]
pub struct Private {
    /// The project's folder, and those outside that it may read.
    roots: Vec<Root>,
    numbers: HashSet<Identity>,
}

/// A folder that was looked at for private files.
#[derive(Debug, Clone)]
struct Root {
    /// Without links.
    folder: PathBuf,
    /// There may be more of them: then a file with several names may be one.
    partial: bool,
    /// Folders in it that nobody has looked into.
    unseen: Arc<HashSet<PathBuf>>,
}

impl Private {
    /// Those of the project in this folder: of the folder itself and of its private folders.
    pub fn of(root: &Path) -> Self {
        let mut numbers = HashSet::new();
        let private =
            |entry: &Entry| entry.path.file_name().is_some_and(|name| is_private_name(&name.to_string_lossy()));
        for entry in list(root).unwrap_or_default().iter().filter(|entry| private(entry)) {
            // A folder's, too: it may be a link, and what is below it has other names then.
            numbers.extend(entry.identity);
            match entry.kind {
                // Outside of the repository nobody looks, not even for names.
                Kind::Folder if entry.link && leads_out(&entry.path, root) => {}
                Kind::Folder => {
                    let below = list(&entry.path).unwrap_or_default();
                    numbers.extend(
                        below.iter().filter(|entry| entry.kind == Kind::File).filter_map(|entry| entry.identity),
                    );
                }
                Kind::File | Kind::Other => {}
            }
        }
        Self::numbered(real(root).unwrap_or_else(|_| root.to_owned()), numbers, true, HashSet::new())
    }

    /// Files with these numbers, in a folder without links on the way to it.
    pub(crate) fn numbered(
        root: PathBuf,
        numbers: HashSet<Identity>,
        complete: bool,
        unseen: HashSet<PathBuf>,
    ) -> Self {
        Self { roots: vec![Root { folder: root, partial: !complete, unseen: Arc::new(unseen) }], numbers }
    }

    /// Those of several folders; the project's own comes first.
    pub fn together<'a>(all: impl IntoIterator<Item = &'a Private>) -> Self {
        all.into_iter().fold(Self::default(), |mut out, one| {
            out.roots.extend(one.roots.iter().cloned());
            out.numbers.extend(&one.numbers);
            out
        })
    }

    /// The innermost folder that a path is in, of those that were looked at.
    fn around(&self, path: &Path) -> Option<&Root> {
        let around = self.roots.iter().filter(|root| path.starts_with(&root.folder));
        around.max_by_key(|root| root.folder.components().count())
    }

    /// The part of a path whose names count. Where the project lies is nobody's choice; a folder outside is as private as those above it.
    fn below<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        let (root, own) = (self.around(path)?, self.roots.first()?);
        if root.folder == own.folder { path.strip_prefix(&own.folder).ok() } else { Some(path) }
    }

    /// Whether what this path leads to is private: by the names on the way to it, as it is spelled and as it really is (below the
    /// project's folder only the part below counts), or by being one of the private files.
    pub fn holds(&self, path: &Path) -> bool {
        let real = real(path).unwrap_or_else(|_| path.to_owned());
        let root = self.around(&real);
        let spelled = self.below(path).is_some_and(named);
        let really = named(self.below(&real).unwrap_or(&real)) || closed().iter().any(|ours| real.starts_with(ours));
        let folders = real.ancestors().skip(1);
        let mut folders = folders
            .take_while(|folder| root.is_some_and(|root| folder.starts_with(&root.folder) && **folder != *root.folder));
        let partial = self.roots.first().into_iter().chain(root).any(|root| root.partial);
        let is_one =
            |data: &Metadata| self.is_one(Identity::of(data)) || (partial && data.is_file() && names(data) > 1);
        spelled
            || really
            || look(path).is_some_and(|data| is_one(&data))
            || folders.any(|folder| look(folder).is_some_and(|data| self.is_one(Identity::of(&data))))
    }

    /// Whether what this path leads to lies where nobody has looked for private files, because there is too much.
    pub fn is_unseen(&self, path: &Path) -> bool {
        let real = real(path).unwrap_or_else(|_| path.to_owned());
        self.roots.iter().any(|root| real.ancestors().any(|folder| root.unseen.contains(folder)))
    }

    /// Whether a file with this number is one of the private files.
    pub fn is_one(&self, number: Option<Identity>) -> bool {
        number.is_some_and(|number| self.numbers.contains(&number))
    }
}

fn leads_out(link: &Path, root: &Path) -> bool {
    !real_place(link).starts_with(repository(root))
}

/// How many names a file has, as far as the system tells.
pub(crate) fn names(data: &Metadata) -> u64 {
    #[cfg(unix)]
    {
        std::os::unix::fs::MetadataExt::nlink(data)
    }
    #[cfg(not(unix))]
    {
        let _ = data;
        1
    }
}

/// The topmost part of a path that is private, with the way to it.
pub(crate) fn private_folder(path: &Path) -> Option<&Path> {
    let closed = closed();
    let is_private = |part: &&Path| {
        let named = part.file_name().is_some_and(|name| is_private_name(&name.to_string_lossy()));
        named || closed.iter().any(|ours| ours == part)
    };
    path.ancestors().filter(is_private).last()
}

fn named(path: &Path) -> bool {
    path.components().any(|part| match part {
        Component::Normal(name) => is_private_name(&name.to_string_lossy()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_private_files() {
        for name in
            [".env", ".ENV", ".env.local", ".git", ".visivo", "server.pem", "rsa_key.p8", "id_ed25519", ".pgpass"]
                .into_iter()
                .chain([
                    ".env~",
                    ".env-prod",
                    "prod.env",
                    "id_ed25519_sk",
                    "id_rsa.old",
                    "x.pem.bak",
                    "gha-creds-1a.json",
                    ".snowflake",
                    ".databricks.cfg",
                    ".bash_history",
                    ".duckdb_history",
                    "credentials.toml",
                ])
        {
            assert!(is_private_name(name), "{name}");
        }
        for name in [
            "env",
            "a.env.yml",
            ".env.example",
            ".visivo_cache",
            ".github",
            "keys.csv",
            "price_history",
            ".key",
            "data.parquet",
            "id_rsa.pub",
        ] {
            assert!(!is_private_name(name), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_below_a_linked_private_folder_is_private() {
        let place = tempfile::tempdir().unwrap();
        let root = real(place.path()).unwrap();
        std::fs::create_dir_all(root.join("store/deep")).unwrap();
        std::fs::write(root.join("store/deep/x"), "x").unwrap();
        std::os::unix::fs::symlink("store", root.join(".git")).unwrap();
        let private = Private::of(&root);
        assert!(private.holds(&root.join("store/deep/x")) && private.holds(&root.join(".git/deep/x")));
    }

    #[test]
    fn all_names_on_the_way_to_a_folder_outside_count() {
        let none = || HashSet::new();
        let both = ["/x/.ssh/project", "/x/.git/shared"]
            .map(|root| Private::numbered(root.into(), none(), true, HashSet::new()));
        let private = Private::together(&both);
        assert!(private.holds(Path::new("/x/.git/shared/a.csv")) && !private.holds(Path::new("/x/.ssh/project/a.csv")));
    }

    #[cfg(unix)]
    #[test]
    fn a_private_folder_elsewhere_is_not_looked_into() {
        let place = tempfile::tempdir().unwrap();
        let (root, elsewhere) = (place.path().join("project"), place.path().join("elsewhere"));
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::create_dir(&elsewhere).unwrap();
        std::fs::write(elsewhere.join("x"), "x").unwrap();
        std::os::unix::fs::symlink(&elsewhere, root.join(".visivo")).unwrap();
        let private = Private::of(&root);
        let number = |path: &Path| look(path).as_ref().and_then(Identity::of);
        assert!(!private.is_one(number(&elsewhere.join("x"))));
        assert!(private.is_one(number(&elsewhere)) && private.holds(&root.join(".visivo/x")));
    }

    #[cfg(unix)]
    #[test]
    fn other_names_of_private_files_are_private() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("project");
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::create_dir_all(root.join("data")).unwrap();
        for file in [".env", ".git/config", "data/a.csv"] {
            std::fs::write(root.join(file), "x").unwrap();
        }
        std::os::unix::fs::symlink("../.env", root.join("data/link.csv")).unwrap();
        std::fs::hard_link(root.join(".env"), root.join("data/hard.csv")).unwrap();
        std::fs::hard_link(root.join(".git/config"), root.join("data/config.csv")).unwrap();
        let private = Private::of(&root);
        for path in
            [".env", "data/../.env", "data/link.csv", "data/hard.csv", "data/config.csv", ".git/config", ".git/none"]
        {
            assert!(private.holds(&root.join(path)), "{path}");
        }
        for path in ["data/a.csv", "data", "none.csv"] {
            assert!(!private.holds(&root.join(path)), "{path}");
        }
    }
}
