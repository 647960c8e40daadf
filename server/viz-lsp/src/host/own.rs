//! Which files of a project are its own, so that they may be written: by where they really are, not by what they are called.

use crate::host::paths::real;
use std::path::Path;
use viz_project::{CACHE_FOLDER, File, Project};

/// Why a file of a project is somebody else's. Reads on after the file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// A link leads out of the project's folder.
    Link,
    /// An include names it.
    Outside,
    /// It is part of the copy of a git repository.
    Copy,
}

impl std::fmt::Display for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Link => "is a link to a file outside of the project",
            Self::Outside => "lies outside of the project",
            Self::Copy => "is part of the copy of another repository",
        })
    }
}

impl Foreign {
    /// Why the file at this path is not one of the project's own; `None` if it is.
    pub fn of(root: &Path, path: &Path) -> Option<Self> {
        Self::judge(&real(root), path, &real(path))
    }

    /// The same for a file whose real path is known, as it is in the editor.
    pub fn of_file(project: &Project, file: &File) -> Option<Self> {
        Self::judge(&project.root, &file.path, &file.real)
    }

    fn judge(root: &Path, spelled: &Path, place: &Path) -> Option<Self> {
        let is_copy = |path: &Path| path.strip_prefix(root).is_ok_and(|below| below.starts_with(CACHE_FOLDER));
        if !place.starts_with(root) {
            let spelled = viz_project::normalize(spelled);
            Some(if spelled.starts_with(root) { Self::Link } else { Self::Outside })
        } else {
            (is_copy(place) || is_copy(spelled)).then_some(Self::Copy)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_real_place_counts() {
        use std::os::unix::fs::symlink;
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("p");
        std::fs::create_dir_all(root.join("deep")).unwrap();
        std::fs::create_dir_all(root.join(".visivo_cache/o")).unwrap();
        // A repository in the project's folder (a submodule) belongs to who has the project open.
        std::fs::create_dir_all(root.join("sub/.git")).unwrap();
        for file in ["p/a.yml", "out.yml", "p/.visivo_cache/o/x.yml", "p/sub/a.yml"] {
            std::fs::write(place.path().join(file), "").unwrap();
        }
        symlink("../../out.yml", root.join("deep/link.yml")).unwrap();
        symlink("../a.yml", root.join("deep/inside.yml")).unwrap();
        symlink(&root, place.path().join("other")).unwrap();
        let of = |path: &str| Foreign::of(&root, &root.join(path));
        for own in ["a.yml", "deep/inside.yml", "deep/../a.yml", "../other/a.yml", "new.yml", "sub/a.yml"] {
            assert_eq!(of(own), None, "{own}");
        }
        assert_eq!(of("deep/link.yml"), Some(Foreign::Link));
        assert_eq!(of("../out.yml"), Some(Foreign::Outside));
        assert_eq!(of(".visivo_cache/o/x.yml"), Some(Foreign::Copy));
    }
}
