//! What is around a project's folder: the repository that it is part of, and what in it is private. It says how far away the
//! files may be that a project names.

use crate::files::ReadError;
use std::path::{Component, Path, PathBuf};
use viz_files::{Private, Reach, Refused, is_private_name};
use viz_secrets::ExposeSecret;

/// The repository around a project, and what in it is private.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The project's folder, without links.
    root: PathBuf,
    repository: PathBuf,
    private: Private,
}

/// How far away a file may be, wherever links lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// Below the project's folder.
    Project,
    /// Below its repository: the nearest folder above that holds `.git`, else the project's folder.
    Repository,
    /// Anywhere.
    Anywhere,
}

/// Where something really is, seen from a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Below its folder.
    Project,
    /// Below its repository.
    Repository,
    /// Elsewhere.
    Outside,
    /// Anywhere, but among what may hold secrets.
    Private,
}

/// Why nothing outside of a project's repository is read: the project may be somebody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confined {
    /// `CI` is `true`: what is checked may come from a pull request.
    Ci,
    /// The user does not trust the workspace.
    Untrusted,
}

impl Confined {
    /// Whether the environment says that this is a CI run.
    pub fn by_environment(environment: &crate::Environment) -> Option<Self> {
        environment
            .get("CI")
            .is_some_and(|value| value.expose_secret().eq_ignore_ascii_case("true"))
            .then_some(Self::Ci)
    }

    /// Why, for people.
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Ci => "`CI` is `true`",
            Self::Untrusted => "the workspace is not trusted",
        }
    }

    /// What to do about it.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Ci => {
                "move it into the repository, or pass `--allow-outside` if you trust everybody who can change the project"
            }
            Self::Untrusted => "trust the workspace, or move it into the repository",
        }
    }
}

impl Surroundings {
    /// Of a folder on the disk.
    pub fn of(root: &Path) -> Self {
        Self { root: viz_files::real_place(root), repository: viz_files::repository(root), private: Private::of(root) }
    }

    /// Of a folder that is no more than a name.
    pub fn by_name(root: &Path) -> Self {
        Self { root: root.to_owned(), repository: root.to_owned(), private: Private::default() }
    }

    /// The content of a file on the disk that is no farther away, and not private: judged by the opened file, so names that change
    /// meanwhile change nothing.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn read(&self, path: &Path, extent: Extent, most: u64) -> Result<Vec<u8>, Refused> {
        if self.private.holds(path) {
            return Err(Refused::Private);
        }
        let reach = match extent {
            Extent::Project => Reach::Below(&self.root),
            Extent::Repository => Reach::Below(&self.repository),
            Extent::Anywhere => Reach::Anywhere,
        };
        let opened = viz_files::open(path, reach)?;
        if self.private.is_one(opened.identity()) {
            return Err(Refused::Private);
        }
        opened.read(most)
    }

    /// Where something on the disk is.
    pub fn standing(&self, path: &Path) -> Standing {
        match self.private.holds(path) {
            true => Standing::Private,
            false => self.of_real(&viz_files::real_place(path)),
        }
    }

    /// Where something is by its name alone.
    pub fn standing_by_name(&self, path: &Path) -> Standing {
        let hidden = |part: Component<'_>| match part {
            Component::Normal(name) => is_private_name(&name.to_string_lossy()),
            _ => false,
        };
        match path.strip_prefix(&self.root).unwrap_or(path).components().any(hidden) {
            true => Standing::Private,
            false => self.of_real(path),
        }
    }

    /// Whether a file of this name may be read.
    ///
    /// # Errors
    /// Why not.
    pub fn allow(&self, path: &Path, extent: Extent) -> Result<(), ReadError> {
        match (self.standing_by_name(path), extent) {
            (Standing::Private, _) => Err(ReadError::Private),
            (_, Extent::Anywhere) | (Standing::Project, _) | (Standing::Repository, Extent::Repository) => Ok(()),
            _ => Err(ReadError::Outside),
        }
    }

    fn of_real(&self, path: &Path) -> Standing {
        if path.starts_with(&self.root) {
            Standing::Project
        } else if path.starts_with(&self.repository) {
            Standing::Repository
        } else {
            Standing::Outside
        }
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
}
