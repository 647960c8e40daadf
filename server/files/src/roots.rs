//! Below which folders the data of a project are read: its own, and those that the person lets it read.

use crate::open::{kind_of, look, real};
use crate::place::real_place;
use crate::private::private_folder;
use crate::spelling::{MOST_LINKS, has_wildcards, lexical, parts};
use std::path::{Component, Path, PathBuf};

/// Folders outside of projects whose data the person lets be read. No project grants any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Granted(Vec<PathBuf>);

/// Why a folder can't be granted. The texts are for people, after the folder's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotGranted {
    /// It has to be the same whatever the current folder is.
    #[error("is no absolute path")]
    Relative,
    /// There is none.
    #[error("does not exist")]
    Missing,
    /// It is a file, say.
    #[error("is no folder")]
    NoFolder,
    /// Nothing would be left outside.
    #[error("is the whole file system")]
    Everything,
    /// DuckDB is told its name as a text.
    #[error("has a name that is not Unicode")]
    NotText,
    /// It, or a folder above it, is one whose files are private.
    #[error("lies in {}, whose files may hold secrets", .0.display())]
    Private(PathBuf),
    /// A link is on the way to it: it may have come with a project, and then whoever changes that chooses what is read.
    #[error("is reached through the link {}, which a change of a project could lead elsewhere: name the folder that it leads to itself, {}", .link.display(), .to.display())]
    Link {
        /// The link.
        link: PathBuf,
        /// Where it leads.
        to: PathBuf,
    },
}

impl Granted {
    /// None.
    pub fn none() -> Self {
        Self::default()
    }

    /// These folders, as they were looked at by [`Granted::add`] in another process.
    pub fn known(folders: Vec<PathBuf>) -> Self {
        Self(folders)
    }

    /// Adds a folder by its absolute path. No link may be on the way to it, but for those in the topmost folder, if `is_project`
    /// does not tell that this is a project's.
    ///
    /// # Errors
    /// See [`NotGranted`].
    pub fn add(&mut self, folder: &Path, is_project: &dyn Fn(&Path) -> bool) -> Result<(), NotGranted> {
        if !folder.is_absolute() {
            return Err(NotGranted::Relative);
        }
        let data = look(folder).ok_or(NotGranted::Missing)?;
        let real = real(folder).map_err(|_| NotGranted::Missing)?;
        if kind_of(&data) != crate::Kind::Folder {
            return Err(NotGranted::NoFolder);
        }
        if real.parent().is_none() {
            return Err(NotGranted::Everything);
        }
        let spelled = lexical(folder);
        if spelled.to_str().is_none() || real.to_str().is_none() {
            return Err(NotGranted::NotText);
        }
        if let Some(private) = [&real, &spelled].into_iter().find_map(|path| private_folder(path)) {
            return Err(NotGranted::Private(private.to_owned()));
        }
        // Nothing tells a link of the person from one that came with a project: an archive, a repository of any kind, beside the
        // project or above it. Only those of the system, right below `/` (`/tmp` of macOS), are in none.
        let of_the_system = |link: &Path| link.parent().is_some_and(|top| top.parent().is_none() && !is_project(top));
        if let Some(link) = links_on(folder).into_iter().find(|link| !of_the_system(link)) {
            return Err(NotGranted::Link { link, to: real });
        }
        // `..` behind a link is another place for DuckDB than for the system.
        let again = self::real(&spelled).is_ok_and(|found| found == real);
        for path in std::iter::once(real).chain(again.then_some(spelled)) {
            if !self.0.contains(&path) {
                self.0.push(path);
            }
        }
        Ok(())
    }

    /// The folders, as they are called and as they really are.
    pub fn folders(&self) -> &[PathBuf] {
        &self.0
    }

    /// Those of them that a real path is below, if any.
    pub fn around(&self, real: &Path) -> Option<&Path> {
        self.0.iter().map(PathBuf::as_path).find(|folder| real.starts_with(folder))
    }
}

/// The folders below which data of one project are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots {
    /// The project's own, as it is called.
    root: PathBuf,
    /// The same without links.
    real: PathBuf,
    granted: Granted,
}

impl Roots {
    /// Of the project in this folder.
    pub fn of(root: &Path, granted: &Granted) -> Self {
        let real = real(root).unwrap_or_else(|_| root.to_owned());
        Self { root: root.to_owned(), real, granted: granted.clone() }
    }

    /// The project's folder, as it is called.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All of them, by all of their names: the project's own first.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        let granted = self.granted.folders().iter().map(PathBuf::as_path);
        [self.root.as_path(), self.real.as_path()].into_iter().chain(granted)
    }

    /// All of them without links, each once: what is walked for private files. The project's own first.
    pub fn places(&self) -> Vec<PathBuf> {
        let mut places = vec![self.real.clone()];
        for folder in self.granted.folders() {
            // One that has gone, or become a link, holds nothing.
            if real(folder).is_ok_and(|real| real == *folder) && !places.contains(folder) {
                places.push(folder.clone());
            }
        }
        places
    }

    /// Whether a path is spelled below one of them, and stays there.
    pub fn spell(&self, path: &Path) -> bool {
        let turns_back = path.components().any(|part| part == Component::ParentDir);
        !turns_back && self.folders().any(|folder| path.starts_with(folder))
    }

    /// Whether a path, or the place where it would be, is really below one of them, wherever links lead.
    pub fn hold(&self, path: &Path) -> bool {
        // Where nothing is, `..` is left.
        let place = lexical(&real_place(path));
        place.starts_with(&self.real) || self.granted.around(&place).is_some()
    }

    /// The folder that a path leads to where it leaves the project's: what a link says, or what is written there. No link
    /// outside of the project is looked at.
    pub fn way_out(&self, path: &Path) -> PathBuf {
        let Ok(below) = path.strip_prefix(&self.root).or_else(|_| path.strip_prefix(&self.real)) else {
            return folder_of(&lexical(path));
        };
        let (mut at, mut rest) = (self.real.clone(), parts(below));
        let mut links = 0;
        while let Some(part) = rest.pop() {
            match part.components().next() {
                Some(Component::ParentDir) => drop(at.pop()),
                Some(Component::CurDir) | None => {}
                Some(Component::RootDir | Component::Prefix(_)) => at = part,
                Some(Component::Normal(_)) => at.push(&part),
            }
            if !at.starts_with(&self.real) {
                rest.iter().rev().for_each(|part| at.push(part));
                return folder_of(&lexical(&at));
            }
            if let Ok(target) = std::fs::read_link(&at)
                && links < MOST_LINKS
            {
                links += 1;
                at.pop();
                let target = lexical(&at.join(target));
                match target.strip_prefix(&self.real) {
                    Ok(inside) => {
                        at.clone_from(&self.real);
                        rest.extend(parts(inside));
                    }
                    // More of the way is behind it, so it is a folder.
                    Err(_) if !rest.is_empty() => return target,
                    Err(_) => return folder_of(&target),
                }
            }
        }
        folder_of(&at)
    }
}

/// The folder that a file, or what a pattern stands for, is in.
fn folder_of(path: &Path) -> PathBuf {
    let plain = |part: &Component<'_>| !has_wildcards(&part.as_os_str().to_string_lossy());
    let named: PathBuf = path.components().take_while(plain).collect();
    if named.as_path() != path { named } else { path.parent().unwrap_or(path).to_owned() }
}

/// A path as a word of a shell's.
pub fn in_a_shell(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |char: char| char.is_alphanumeric() || "/._-+,:@%=\\".contains(char);
    if path.chars().all(plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// The links on the way along an absolute path, each by the real path of the folder that it is in.
fn links_on(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut at = PathBuf::new();
    let mut rest = parts(path);
    while let Some(part) = rest.pop() {
        match part.components().next() {
            Some(Component::ParentDir) => drop(at.pop()),
            Some(Component::CurDir) | None => {}
            Some(_) => at.push(&part),
        }
        if let Ok(target) = std::fs::read_link(&at)
            && found.len() < MOST_LINKS
        {
            found.push(at.clone());
            at.pop();
            rest.extend(parts(&target));
        }
    }
    found
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let place = tempfile::tempdir().unwrap();
        let top = real(place.path()).unwrap();
        for folder in ["project/inside", "data/deep", "other"] {
            std::fs::create_dir_all(top.join(folder)).unwrap();
        }
        for file in ["project/a.csv", "data/b.csv", "other/c.csv"] {
            std::fs::write(top.join(file), "x").unwrap();
        }
        symlink("../data", top.join("project/data")).unwrap();
        symlink("data", top.join("project/twice")).unwrap();
        symlink("../other/c.csv", top.join("project/c.csv")).unwrap();
        symlink("../other/c.csv", top.join("data/c.csv")).unwrap();
        symlink("data", top.join("called")).unwrap();
        (place, top)
    }

    fn no_project(_: &Path) -> bool {
        false
    }

    #[test]
    fn one_folder_is_granted_and_no_other() {
        let (_place, top) = place();
        let mut granted = Granted::none();
        granted.add(&top.join("other/../data"), &no_project).unwrap();
        assert_eq!(granted.folders(), [top.join("data")]);
        let roots = Roots::of(&top.join("project"), &granted);
        for inside in [
            "project/a.csv",
            "project/data/b.csv",
            "data/none.csv",
            "called/b.csv",
            "project/none/x",
            "project/twice/*.csv",
        ] {
            assert!(roots.hold(&top.join(inside)), "{inside}");
        }
        for outside in ["other/c.csv", "project/c.csv", "data/c.csv", "", "project/data/../other/c.csv", "data.csv"] {
            assert!(!roots.hold(&top.join(outside)), "{outside}");
        }
        assert!(roots.spell(&top.join("data/x")) && !roots.spell(&top.join("data/../other/c.csv")));
        assert_eq!(roots.places(), [top.join("project"), top.join("data")]);
        let none = Roots::of(&top.join("project"), &Granted::none());
        assert!(!none.hold(&top.join("project/data/b.csv")) && none.hold(&top.join("project/a.csv")));
    }

    #[test]
    fn what_can_not_be_granted() {
        use std::os::unix::ffi::OsStrExt;
        let (_place, top) = place();
        let odd = top.join(std::ffi::OsStr::from_bytes(b"\xff"));
        std::fs::create_dir(&odd).unwrap();
        symlink("project", top.join("by")).unwrap();
        let mut granted = Granted::none();
        for private in ["project/.git/deep", "project/inside/.aws", "keys/.ssh"] {
            std::fs::create_dir_all(top.join(private)).unwrap();
        }
        // A pull request can replace a folder by any of these; nothing tells whether `top` is somebody's checkout.
        symlink(".git", top.join("project/shared")).unwrap();
        symlink("inside", top.join("project/twin")).unwrap();
        symlink("data", top.join(".aws")).unwrap();
        let mut add = |path: &Path| granted.add(path, &no_project);
        assert_eq!(add(Path::new("data")), Err(NotGranted::Relative));
        assert_eq!(add(&top.join("none")), Err(NotGranted::Missing));
        assert_eq!(add(&top.join("data/b.csv")), Err(NotGranted::NoFolder));
        assert_eq!(add(Path::new("/")), Err(NotGranted::Everything));
        assert_eq!(add(Path::new("/tmp/..")), Err(NotGranted::Everything));
        assert_eq!(add(&odd), Err(NotGranted::NotText));
        for (link, first) in [
            ("project/data", "project/data"),
            ("project/twice/deep", "project/twice"),
            ("project/data/../data", "project/data"),
            ("project/data/..", "project/data"),
            ("by/data", "by"),
            ("by/inside", "by"),
            ("called", "called"),
            ("project/twin", "project/twin"),
        ] {
            let why = add(&top.join(link)).unwrap_err();
            assert!(matches!(&why, NotGranted::Link { link, .. } if *link == top.join(first)), "{link}: {why:?}");
        }
        for (path, private) in [
            ("project/shared", "project/.git"),
            ("project/shared/deep", "project/.git"),
            ("project/.git/deep", "project/.git"),
            ("project/inside/.aws", "project/inside/.aws"),
            ("keys/.ssh", "keys/.ssh"),
            (".aws", ".aws"),
        ] {
            assert_eq!(add(&top.join(path)), Err(NotGranted::Private(top.join(private))), "{path}");
        }
        for right in ["project/inside", "project/../data", "keys"] {
            assert_eq!(add(&top.join(right)), Ok(()), "{right}");
        }
        assert_eq!(granted.folders().len(), 3);
        // The system's own links are of no project, unless one lies there.
        let (in_top, real_top) = (Path::new("/bin"), real(Path::new("/bin")).unwrap());
        if in_top != real_top {
            assert_eq!(granted.add(in_top, &no_project), Ok(()));
            let why = granted.add(in_top, &|folder: &Path| folder == Path::new("/"));
            assert_eq!(why, Err(NotGranted::Link { link: in_top.into(), to: real_top }));
        }
    }

    #[test]
    fn words_of_a_shell() {
        for (path, word) in
            [("/mnt/data-1", "/mnt/data-1"), ("/a b", "'/a b'"), ("/it's", r"'/it'\''s'"), ("/$(x)", "'/$(x)'")]
        {
            assert_eq!(in_a_shell(Path::new(path)), word);
        }
    }

    #[test]
    fn where_a_way_leads_out() {
        let (_place, top) = place();
        let roots = Roots::of(&top.join("project"), &Granted::none());
        symlink("..", top.join("project/up")).unwrap();
        symlink("round", top.join("project/round")).unwrap();
        for (path, folder) in [
            ("project/data/b.csv", "data"),
            ("project/data/deep/*.csv", "data"),
            ("project/twice/b.csv", "data"),
            ("project/c.csv", "other"),
            ("project/../other/c.csv", "other"),
            ("project/../other/*/x.csv", "other"),
            ("other/c.csv", "other"),
            ("called/b.csv", "called"),
            ("project/up/other/c.csv", ""),
            ("project/round/x", "project/round"),
        ] {
            // The last part of a name of the top itself is no `/`.
            let folder: PathBuf = top.join(folder).components().collect();
            assert_eq!(roots.way_out(&top.join(path)), folder, "{path}");
        }
    }
}
