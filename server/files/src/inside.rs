//! Looking below the folders of data alone: whoever may name any path is not to learn what lies elsewhere.

use crate::open::{Kind, kind, real};
use crate::roots::Roots;
use crate::spelling::{MOST_LINKS, lexical, parts};
use std::path::{Component, Path, PathBuf};

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Below a folder of data: there, without links. It need not exist.
    Inside(PathBuf),
    /// Elsewhere, and nobody looked there.
    Outside,
    /// A link leads elsewhere, or `..` comes from there: it may come back.
    Unclear,
}

/// An entry of a folder of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its path, below the listed folder as that was spelled.
    pub path: PathBuf,
    /// What it is, links followed; `None` if one leads elsewhere, or nowhere.
    pub kind: Option<Kind>,
    /// Whether it is a link.
    pub link: bool,
}

impl Roots {
    /// Where an absolute path leads. No link outside of the folders of data is followed, and nothing there is looked for.
    pub fn find(&self, path: &Path) -> Place {
        let named = self.folders().filter_map(|folder| Some((folder, path.strip_prefix(folder).ok()?)));
        let begin = named.max_by_key(|(folder, _)| folder.components().count());
        let (mut at, rest) = match begin {
            Some((folder, rest)) => (real(folder).unwrap_or_else(|_| folder.to_owned()), rest),
            None => (PathBuf::new(), path),
        };
        let places = self.places();
        let is_inside = |at: &Path| places.iter().any(|place| at.starts_with(place));
        let mut rest = parts(rest);
        let mut links = 0;
        let elsewhere = |links| match links {
            // DuckDB takes `..` by the spelling.
            0 if path.components().any(|part| part == Component::ParentDir) && is_inside(&lexical(path)) => {
                Place::Unclear
            }
            0 => Place::Outside,
            _ => Place::Unclear,
        };
        while let Some(part) = rest.pop() {
            match part.components().next() {
                Some(Component::ParentDir) => drop(at.pop()),
                Some(Component::CurDir) | None => {}
                Some(_) => at.push(&part),
            }
            if is_inside(&at) {
                if let Ok(target) = std::fs::read_link(&at) {
                    links += 1;
                    if links > MOST_LINKS {
                        return Place::Unclear;
                    }
                    at.pop();
                    rest.extend(parts(&target));
                }
            } else if !places.iter().any(|place| place.starts_with(&at)) {
                return elsewhere(links);
            }
        }
        if is_inside(&at) { Place::Inside(at) } else { elsewhere(links) }
    }

    /// The entries of a folder of data, sorted by path. `None` if it is elsewhere, or if there are more than the given number.
    pub fn list(&self, folder: &Path, most: usize) -> Option<Vec<Seen>> {
        let Place::Inside(real) = self.find(folder) else { return None };
        let mut seen = Vec::new();
        for (count, entry) in std::fs::read_dir(&real).into_iter().flatten().flatten().enumerate() {
            if count == most {
                return None;
            }
            let Ok(data) = entry.file_type() else { continue };
            let kind = match data.is_symlink() {
                false if data.is_dir() => Some(Kind::Folder),
                false if data.is_file() => Some(Kind::File),
                false => Some(Kind::Other),
                true => match self.find(&entry.path()) {
                    Place::Inside(place) => kind(&place),
                    Place::Outside | Place::Unclear => None,
                },
            };
            seen.push(Seen { path: folder.join(entry.file_name()), kind, link: data.is_symlink() });
        }
        seen.sort_by(|a, b| a.path.cmp(&b.path));
        Some(seen)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::Granted;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_elsewhere_is_looked_for() {
        let place = tempfile::tempdir().unwrap();
        let top = real(place.path()).unwrap();
        for folder in ["project/data", "granted/deep", "elsewhere"] {
            std::fs::create_dir_all(top.join(folder)).unwrap();
        }
        std::fs::write(top.join("project/data/a.csv"), "x").unwrap();
        std::fs::write(top.join("elsewhere/x"), "x").unwrap();
        for (link, target) in [
            ("project/in", "data"),
            ("project/granted", "../granted"),
            ("project/out", "../elsewhere"),
            ("project/none", "../nowhere"),
            ("project/back", "../elsewhere/back"),
            ("elsewhere/back", "../project/data"),
            ("project/round", "round"),
            ("project/data/out.csv", "../../elsewhere/x"),
            ("project/data/gone.csv", "../../elsewhere/gone"),
            ("called", "project"),
        ] {
            symlink(target, top.join(link)).unwrap();
        }
        let mut granted = Granted::none();
        granted.add(&top.join("granted"), &|_| false).unwrap();
        let roots = Roots::of(&top.join("called"), &granted);
        let inside = |name: &str| Place::Inside(top.join(name));
        for (path, expected) in [
            ("called/data/a.csv", inside("project/data/a.csv")),
            ("called/in/none/x", inside("project/data/none/x")),
            ("project/in/../data/a.csv", inside("project/data/a.csv")),
            ("called/../granted/x", inside("granted/x")),
            ("called/granted/deep", inside("granted/deep")),
            ("granted/deep/../../project/x", inside("project/x")),
            // The same whether there is something or not.
            ("elsewhere/x", Place::Outside),
            ("elsewhere/none", Place::Outside),
            ("called/../elsewhere/x", Place::Outside),
            ("called/../elsewhere/none", Place::Outside),
            ("", Place::Outside),
            ("called/out/x", Place::Unclear),
            ("called/out/none", Place::Unclear),
            ("called/none", Place::Unclear),
            ("called/back/a.csv", Place::Unclear),
            ("called/round", Place::Unclear),
            ("elsewhere/../project/a.csv", Place::Unclear),
            ("nowhere/../project/a.csv", Place::Unclear),
        ] {
            assert_eq!(roots.find(&top.join(path)), expected, "{path}");
        }
        let listed = |folder: &str, most| {
            let name = |seen: Seen| (seen.path.file_name().unwrap().to_str().unwrap().to_owned(), seen.kind);
            Some(roots.list(&top.join(folder), most)?.into_iter().map(name).collect::<Vec<_>>())
        };
        let all = [("a.csv", Some(Kind::File)), ("gone.csv", None), ("out.csv", None)];
        assert_eq!(listed("called/in", 3), Some(all.map(|(name, kind)| (name.to_owned(), kind)).to_vec()));
        assert_eq!(listed("called/in", 2), None);
        assert_eq!((listed("called/out", 9), listed("elsewhere", 9)), (None, None));
    }
}
