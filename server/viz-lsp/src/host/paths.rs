//! One path for each file, however a client or a user spells it: through links, in another letter case, percent-encoded,
//! with a small drive letter.

use percent_encoding::percent_decode_str;
use std::path::{Path, PathBuf};
use url::Url;

/// No file has a longer path, in bytes (`PATH_MAX`); to look for one takes time with the square of its folders.
const LONGEST: usize = 4096;

/// The path that a URI names, as it is spelled there; `None` if it names no file.
pub fn spelled(uri: &Url) -> Option<PathBuf> {
    if uri.scheme() != "file" {
        None
    } else if cfg!(windows) {
        windows(uri).map(PathBuf::from)
    } else {
        uri.to_file_path().ok().filter(|path| path.as_os_str().len() <= LONGEST)
    }
}

/// The path that a file URI names on Windows: the drive letter is a capital, whatever the client wrote.
fn windows(uri: &Url) -> Option<String> {
    let path = percent_decode_str(uri.path()).decode_utf8().ok()?.replace('/', "\\");
    if let Some(host) = uri.host_str() {
        return Some(format!("\\\\{}{path}", percent_decode_str(host).decode_utf8().ok()?));
    }
    let path = path.strip_prefix('\\')?;
    let (drive, rest) = (path.chars().next().filter(char::is_ascii_alphabetic)?, path[1..].strip_prefix(':')?);
    let rest = if rest.is_empty() { "\\" } else { rest };
    rest.starts_with('\\').then(|| format!("{}:{rest}", drive.to_ascii_uppercase()))
}

/// The path of a file without links, in the file system's own letter case. What doesn't exist (yet) keeps its name in the
/// nearest folder that does.
pub fn real(path: &Path) -> PathBuf {
    viz_project::normalize(&viz_files::real_place(path))
}

/// What a path that is spelled below a folder must not leave. Both are real paths.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The folder.
    pub folder: PathBuf,
    /// The repository that it is in.
    pub repository: PathBuf,
}

impl Bound {
    /// Of a folder that is a repository itself.
    pub fn of(repository: PathBuf) -> Self {
        Self { folder: repository.clone(), repository }
    }
}

/// The repository that a path leads out of, although it is spelled below a folder in it. What the system makes of `..` behind a link is
/// another place than what is left when it is taken away; neither may be outside.
pub fn left<'a>(path: &Path, bounds: &'a [Bound], real: &dyn Fn(&Path) -> PathBuf) -> Option<&'a Path> {
    let spelled = viz_project::normalize(path);
    let places = [real(path), real(&spelled)];
    let above: Vec<PathBuf> = spelled.ancestors().map(real).collect();
    let out_of = |bound: &&Bound| {
        above.contains(&bound.folder) && places.iter().any(|place| !place.starts_with(&bound.repository))
    };
    bounds.iter().find(out_of).map(|bound| bound.repository.as_path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_forms_name_one_path() {
        let cases = [
            ("file:///C:/x/a.yml", Some(r"C:\x\a.yml")),
            ("file:///c:/x/a.yml", Some(r"C:\x\a.yml")),
            ("file:///c%3A/x/a.yml", Some(r"C:\x\a.yml")),
            ("file:///C%3a/x/a.yml", Some(r"C:\x\a.yml")),
            ("file:///d%3A/K%C3%B6ln%20%231/a.yml", Some(r"D:\Köln #1\a.yml")),
            ("file:///c%3A", Some(r"C:\")),
            ("file:///c:/x/../a.yml", Some(r"C:\a.yml")),
            ("file://server/share/a.yml", Some(r"\\server\share\a.yml")),
            ("file://wsl%24/Debian/a.yml", Some(r"\\wsl$\Debian\a.yml")),
            ("file:///c%3Ax/a.yml", None),
            ("file:///x/a.yml", None),
            ("file:///c%3A/%FF", None),
        ];
        for (uri, path) in cases {
            assert_eq!(Url::parse(uri).ok().as_ref().and_then(windows).as_deref(), path, "{uri}");
        }
    }

    #[test]
    fn only_files_have_paths() {
        assert_eq!(spelled(&Url::parse("untitled:Untitled-1").unwrap()), None);
        assert_eq!(spelled(&Url::parse("git:/p/a.yml").unwrap()), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_also_to_where_nothing_is() {
        assert_eq!(spelled(&Url::parse("file:///a%20b/%63.yml").unwrap()), Some(PathBuf::from("/a b/c.yml")));
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("project")).unwrap();
        std::fs::write(root.join("project/a.yml"), "").unwrap();
        std::os::unix::fs::symlink(root.join("project"), root.join("link")).unwrap();
        std::os::unix::fs::symlink("nowhere.yml", root.join("project/dangling.yml")).unwrap();
        for (path, wanted) in [
            ("link/a.yml", "project/a.yml"),
            ("link/new.yml", "project/new.yml"),
            ("link/new/b.yml", "project/new/b.yml"),
            ("project/../link/a.yml", "project/a.yml"),
            ("link/dangling.yml", "project/nowhere.yml"),
        ] {
            assert_eq!(real(&root.join(path)), root.join(wanted), "{path}");
        }
    }
}
