//! Which files belong to a project: the project file and what it includes (1.1 and 1.2 of the format reference).

use crate::codes::Code;
use crate::exclusions::Exclusion;
use crate::files::{FileSystem, ReadError};
use crate::git_reference::{Malformed, git_reference};
use crate::lower::Difference;
use crate::problem::{Fix, Problem};
use crate::schema::{self, Rule, Versions};
use crate::similar::{did_you_mean, similar};
use crate::surroundings::{Standing, Surroundings};
use crate::walk::{Budget, TooMuch, Walk};
use std::path::{Component, Path, PathBuf};
use viz_syntax::{Document, Node, TopValue};
use viz_text::Loc;

/// Where the loader keeps its copies of git repositories (`R-INC-11`).
pub const CACHE_FOLDER: &str = ".visivo_cache";

/// Names of the project file; the first that exists wins (`R-DISC-02`).
pub const PROJECT_FILES: [&str; 2] = ["visivo_project.yml", "project.visivo.yml"];

/// Maximum number of missing folders in which to look for a project file that is open in an editor and not saved yet.
const MOST_MISSING: usize = 32;

/// The project file of a folder.
pub fn project_file(dir: &Path, files: &dyn FileSystem) -> Option<PathBuf> {
    PROJECT_FILES.iter().map(|name| dir.join(name)).find(|path| files.is_file(path))
}

/// The nearest folder at or above a path that holds a project file.
pub fn find_root(path: &Path, files: &dyn FileSystem) -> Option<PathBuf> {
    let folders: Vec<&Path> = path.ancestors().collect();
    // Below a folder that isn't there, there are only texts of an editor, which may name them thousands of folders deep.
    let missing = folders.partition_point(|folder| !files.is_dir(folder) && !files.is_file(folder));
    let (missing, there) = folders.split_at(missing);
    let mut looked_at = missing.iter().take(MOST_MISSING).chain(there);
    looked_at.find(|dir| project_file(dir, files).is_some()).map(|dir| dir.to_path_buf())
}

/// What an include entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// These files, in order.
    Files(Vec<PathBuf>),
    /// A git repository that is not in the cache: its names are not known.
    Unfetched,
}

/// One entry of `includes`, resolved.
#[derive(Debug, Clone)]
pub(crate) struct Include {
    pub path_text: String,
    pub loc: Loc,
    pub target: Result<Target, Box<Problem>>,
    /// Folders and files that were looked for.
    pub watched: Vec<PathBuf>,
    /// What is odd about it, although it names files.
    pub problems: Vec<Problem>,
    /// What works in some format versions only, while none is set.
    pub difference: Option<Difference>,
    /// Whether all files that it names are known.
    pub complete: bool,
    /// The file or folder that it names.
    pub base: PathBuf,
}

/// What includes are resolved with.
pub(crate) struct Includes<'a> {
    pub root: &'a Path,
    pub files: &'a dyn FileSystem,
    pub around: &'a Surroundings,
    /// What looking into folders may still cost.
    pub budget: &'a mut Budget,
    /// The format version, if one is set.
    pub version: Option<schema::Target>,
}

/// More names of a folder are not compared.
const MOST_NAMES: usize = 2_000;

impl Includes<'_> {
    /// The include entries of a file, in order.
    pub(crate) fn of(&mut self, document: &Document, file: &Path) -> Vec<Include> {
        let Some(TopValue::Items(items)) = document.get("includes").map(|entry| entry.value()) else {
            return Vec::new();
        };
        items.into_iter().filter_map(|item| self.include(item, file)).collect()
    }

    fn include(&mut self, item: Node<'_>, file: &Path) -> Option<Include> {
        let path = item.get("path")?;
        let path_text = path.str()?.trim().to_owned();
        if path_text.is_empty() {
            return None;
        }
        let loc = path.loc();
        // R-INC-01: the folder of the including file is always put before the path, so absolute paths don't work.
        let folder = file.parent().unwrap_or(Path::new(""));
        let base = normalize(&folder.join(path_text.trim_start_matches('/')));
        let mut include = Include {
            path_text,
            loc,
            target: Ok(Target::Unfetched),
            watched: Vec::new(),
            problems: Vec::new(),
            difference: None,
            complete: true,
            base,
        };
        include.target = match self.reading(&mut include) {
            Reading::Git => git(&include.path_text, loc, self.root, self.files, &mut include.watched),
            Reading::Gone => Err(Box::new(gone(&include.path_text, loc))),
            Reading::Local => self.local(item, &mut include, file),
        };
        Some(include)
    }

    /// What a path is taken for: until 2.1 any with `.git` in it is a git reference (`R-INC-08`); since 2.2 there are none, and what
    /// exists comes first (`R-INC-10`). While no version is set, each path is what some version makes of it.
    fn reading(&self, include: &mut Include) -> Reading {
        let (text, path) = (&include.path_text, &include.base);
        if !text.contains(".git") {
            return Reading::Local;
        }
        let repositories = Rule::GitIncludes.versions();
        let difference =
            |what: &str, works_in: Versions| Some(Difference { what: what.to_owned(), works_in, loc: include.loc });
        let exists = self.is_there(path);
        match self.version {
            Some(version) if repositories.contains(version) => Reading::Git,
            Some(_) if !exists && text.contains(".git@") => Reading::Gone,
            None if !exists && text.contains(".git@") => {
                include.difference = difference("a git repository among `includes`", repositories);
                Reading::Git
            }
            None if exists => {
                include.difference = difference("a path with `.git` in it", Versions::since(schema::Target::V2_2));
                Reading::Local
            }
            _ => Reading::Local,
        }
    }

    /// Whether nothing is read there: then nobody looks whether anything is there, either, which would tell what somebody else's
    /// computer holds.
    fn is_out_of_reach(&self, path: &Path) -> bool {
        self.files.confined().is_some() && self.files.standing(path, self.around) == Standing::Outside
    }

    fn is_there(&self, path: &Path) -> bool {
        !self.is_out_of_reach(path) && (self.files.is_file(path) || self.files.is_dir(path))
    }

    /// Files and folders in the same folder of the project that are called nearly like this one.
    fn beside(&mut self, text: &str, path: &Path) -> Vec<String> {
        let Some((folder, name)) = path.parent().zip(path.file_name().and_then(|name| name.to_str())) else {
            return Vec::new();
        };
        let outside = text.split('/').any(|part| part == "..")
            || !matches!(self.files.standing(folder, self.around), Standing::Project);
        let looks = !outside && self.budget.may_suggest();
        let entries = if looks { self.files.list(folder).unwrap_or_default() } else { Vec::new() };
        let names = entries.iter().take(MOST_NAMES).filter_map(|entry| entry.path.file_name()?.to_str());
        let before = text.strip_suffix(name).unwrap_or_default();
        similar(name, names.filter(|name| !name.starts_with('.')))
            .iter()
            .map(|near| format!("{before}{near}"))
            .collect()
    }

    fn local(&mut self, item: Node<'_>, include: &mut Include, file: &Path) -> Result<Target, Box<Problem>> {
        let (text, loc, path, files) = (include.path_text.as_str(), include.loc, &include.base, self.files);
        include.watched.push(path.clone());
        if self.is_out_of_reach(path) {
            return Err(Box::new(not_read(&ReadError::Outside, text, loc, files)));
        }
        if files.is_file(path) {
            return Ok(Target::Files(vec![path.clone()]));
        }
        if !files.is_dir(path) {
            let message = format!("there is no file or folder `{text}` beside `{}`", file_name(file));
            let mut problem = Problem::new(Code::IncludeNotFound, loc, message);
            let below = |text: &str| self.is_there(&normalize(&self.root.join(text)));
            if text.starts_with('/') {
                problem = problem
                    .help("write a path that starts at this file's folder: absolute paths don't work (R-INC-01)");
            } else if file.parent() != Some(self.root) && below(text) {
                problem = problem.help("start the path at this file's folder, not at the project's");
            } else {
                let near = self.beside(text, path);
                problem.help = did_you_mean(&near);
                if let [only] = near.as_slice() {
                    problem = problem.named(loc, only);
                }
            }
            return Err(Box::new(problem));
        }
        if files.standing(path, self.around) == Standing::Private {
            return Err(Box::new(not_read(&ReadError::Private, text, loc, files)));
        }
        let depth = item.get("depth").and_then(|node| node.str()?.parse::<i64>().ok());
        let mut exclusions = Exclusion::all(item).map_err(|(at, why)| {
            let message = format!("the folder `{text}` is not read: {why}; {UNKNOWN_NAMES}");
            Problem::new(Code::IncludeNotRead, at, message).help("write fewer or simpler exclusions")
        })?;
        // R-INC-06: a level is a separator in the part of the folder's path after the include path's text.
        let short = depth.is_some_and(|depth| depth >= 1) && !text.ends_with('/');
        let limit = depth.map(|depth| if short { depth - 1 } else { depth });
        let mut walk = |limit, exclusions: &mut [Exclusion]| {
            Walk::new(path, files, self.around).collect(limit, exclusions, self.budget)
        };
        let walked = walk(limit, &mut exclusions).map_err(|TooMuch { folder, why }| {
            let folder = folder.strip_prefix(path).ok().filter(|below| !below.as_os_str().is_empty());
            let at = folder.map_or_else(String::new, |below| format!(" at `{}`", viz_files::with_slashes(below)));
            let message =
                format!("the folder `{text}` is not read: the search for files in it ends{at}, {why}; {UNKNOWN_NAMES}");
            Problem::new(Code::IncludeNotRead, loc, message).help("name a smaller folder, or set its `depth`")
        })?;
        let found = walked.found;
        include.watched.extend(walked.folders);
        for (folder, why) in &walked.left_out {
            include.complete = false;
            let shown =
                format!("{}/{}", text.trim_end_matches('/'), folder.strip_prefix(path).unwrap_or(folder).display());
            include.problems.push(not_read(why, &shown, loc, files));
        }
        if found.is_empty() && include.complete {
            let mut problem = Problem::new(
                Code::IncludeEmptyFolder,
                loc,
                format!("no `.yml` or `.yaml` file is taken from `{text}`"),
            );
            problem.help = match depth {
                Some(1) if short => {
                    Some(format!("write `{text}/`: without the slash, `depth: 1` takes the folder's own files only"))
                }
                None if exclusions.is_empty() => None,
                _ => Some("look at `depth` and `exclusions`".into()),
            };
            return Err(Box::new(problem));
        }
        include.problems.extend(exclusions.iter().filter_map(Exclusion::problem));
        if short && let Ok(meant) = walk(depth, &mut exclusions) {
            let missed = meant.found.iter().find(|file| !found.contains(file));
            include.problems.extend(missed.map(|missed| too_shallow(item, include, missed)));
        }
        Ok(Target::Files(found))
    }
}

/// What a path of an include is taken for.
enum Reading {
    /// A file or a folder.
    Local,
    /// A git reference.
    Git,
    /// A git reference, of which this version knows nothing any more.
    Gone,
}

/// A repository that 2.2 does not include any more.
fn gone(text: &str, loc: Loc) -> Problem {
    let message =
        format!("`{text}` is not included: since 2.2, a project takes nothing from git repositories (R-INC-10)");
    let help = "copy the files into the project, and include them by their path";
    Problem::new(Code::IncludeGitReference, loc, message).help(help).by(Rule::GitIncludes)
}

/// What follows from a file that is not read.
const UNKNOWN_NAMES: &str = "the names it defines are not known, so references to nothing are not reported";

/// A file or folder that is there and is not read.
pub(crate) fn not_read(why: &ReadError, shown: &str, loc: Loc, files: &dyn FileSystem) -> Problem {
    let (reason, help) = match (why, files.confined()) {
        (ReadError::Outside, Some(confined)) => {
            (format!("it lies outside of the project's repository, and {}", confined.why()), confined.help())
        }
        (why, _) => (why.to_string(), "put what the project needs into another file"),
    };
    Problem::new(Code::IncludeNotRead, loc, format!("`{shown}` is not read: {reason}; {UNKNOWN_NAMES}")).help(help)
}

/// S-04: files that `depth` is documented to take, and that are left out for want of a slash.
fn too_shallow(item: Node<'_>, include: &Include, missed: &Path) -> Problem {
    let text = &include.path_text;
    let depth = item.get("depth").map_or(include.loc, |node| node.loc());
    let missed = viz_files::with_slashes(missed.strip_prefix(&include.base).unwrap_or(missed));
    let message = format!(
        "`{text}/{missed}` is not taken: without a slash at the end of the path, the folder itself counts as a level (R-INC-06)"
    );
    let mut problem = Problem::new(Code::IncludeDepth, depth, message).help(format!("write `path: {text}/`"));
    if item.get("path").is_some_and(|node| node.text() == text) {
        problem.fix = Some(Fix::replace(format!("write `{text}/`"), include.loc, format!("{text}/")));
    }
    problem
}

/// `R-INC-08`, `R-INC-10` to `R-INC-12`.
fn git(
    text: &str,
    loc: Loc,
    root: &Path,
    files: &dyn FileSystem,
    watched: &mut Vec<PathBuf>,
) -> Result<Target, Box<Problem>> {
    let reference = git_reference(text).map_err(|lacks| {
        let (lacks, help) = match lacks {
            Malformed::Version => ("has no `@version`", "add `@` and a branch, tag or commit"),
            Malformed::Repository => {
                ("is no `owner/name.git@version`", "write the owner and name on GitHub, nothing else")
            }
            Malformed::File => ("has no file after `--`", "write a file of the repository, or remove `--`"),
        };
        let local = text.starts_with('.') || files.is_file(&root.join(text)) || files.is_dir(&root.join(text));
        let help = if local { "rename it: any path with `.git` in it is taken as a git repository" } else { help };
        let message = format!("`{text}` is taken as a git repository, but {lacks}");
        Box::new(Problem::new(Code::IncludeGitReference, loc, message).help(help))
    })?;
    let sub = reference.file;
    let folder = root.join(CACHE_FOLDER).join(format!("{}@{}", reference.repository, reference.version));
    watched.push(folder.clone());
    if !files.is_dir(&folder) {
        return Ok(Target::Unfetched);
    }
    let path = match sub {
        Some(sub) => Some(normalize(&folder.join(sub))).filter(|path| files.is_file(path)),
        None => project_file(&folder, files),
    };
    let copy = files.real(&folder);
    if path.as_ref().is_some_and(|path| !path.starts_with(&folder) || !files.real(path).starts_with(&copy)) {
        let message = format!("`{text}` leads out of the repository");
        let problem = Problem::new(Code::IncludeGitReference, loc, message);
        return Err(Box::new(problem.help("write a file of the repository after `--`")));
    }
    path.map(|path| Target::Files(vec![path])).ok_or_else(|| {
        let message = format!("the repository's copy in `.visivo_cache` has no `{}`", sub.unwrap_or(PROJECT_FILES[1]));
        Box::new(Problem::new(Code::IncludeNotFound, loc, message))
    })
}

/// The problem of a file that can't be read.
pub(crate) fn unreadable(error: &ReadError, loc: Loc, path: &Path) -> Problem {
    Problem::new(Code::UnreadableFile, loc, format!("`{}` can't be read: {error}", file_name(path)))
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A path without `.` and `..`, by its text alone.
pub fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    fn includes(document: &Document, files: &MemoryFiles) -> Vec<Include> {
        let root = Path::new("/p");
        let (around, mut budget) = (Surroundings::by_name(root), Budget::default());
        let version = Some(schema::Target::V2_1);
        let mut includes = Includes { root, files, around: &around, budget: &mut budget, version };
        includes.of(document, Path::new("/p/project.visivo.yml"))
    }

    fn targets(entry: &str) -> Result<Vec<String>, Code> {
        let files = MemoryFiles::new([
            ("/p/project.visivo.yml", ""),
            ("/p/m/a.yml", ""),
            ("/p/m/b.yaml", ""),
            ("/p/m/c.txt", ""),
            ("/p/m/one/d.yml", ""),
            ("/p/m/one/two/e.yml", ""),
            ("/p/.visivo_cache/o/r@v1/project.visivo.yml", ""),
        ]);
        let document = Document::parse(&format!("includes:\n  - {entry}\n"));
        let found = includes(&document, &files);
        match found.into_iter().next().unwrap().target {
            Ok(Target::Files(paths)) => {
                Ok(paths.iter().map(|path| path.strip_prefix("/p").unwrap().to_string_lossy().into_owned()).collect())
            }
            Ok(Target::Unfetched) => Ok(vec!["?".into()]),
            Err(problem) => Err(problem.code),
        }
    }

    #[test]
    fn folders_and_depth_r_inc_04_to_06() {
        // R-INC-05: `depth: 0` takes the folder's own files.
        assert_eq!(targets("path: m").unwrap(), ["m/a.yml", "m/b.yaml", "m/one/d.yml", "m/one/two/e.yml"]);
        assert_eq!(targets("{path: m, depth: 0}").unwrap(), ["m/a.yml", "m/b.yaml"]);
        assert_eq!(targets("{path: m, depth: 1}").unwrap(), ["m/a.yml", "m/b.yaml"]);
        assert_eq!(targets("{path: m/, depth: 1}").unwrap(), ["m/a.yml", "m/b.yaml", "m/one/d.yml"]);
        assert_eq!(targets("{path: m, depth: 2}").unwrap(), ["m/a.yml", "m/b.yaml", "m/one/d.yml"]);
    }

    #[test]
    fn exclusions_r_inc_07() {
        assert_eq!(targets("{path: m, exclusions: [a.yml, two]}").unwrap(), ["m/b.yaml", "m/one/d.yml"]);
        assert_eq!(targets("{path: m, exclusions: ['*/e.yml', '*.yaml']}").unwrap(), ["m/a.yml", "m/one/d.yml"]);
        assert_eq!(targets("{path: m, exclusions: ['^one/']}").unwrap(), ["m/a.yml", "m/b.yaml"]);
    }

    /// R-INC-03.
    #[test]
    fn a_file_is_taken_whatever_its_extension() {
        assert_eq!(targets("path: m/c.txt").unwrap(), ["m/c.txt"]);
    }

    /// R-DISC-01, R-DISC-02.
    #[test]
    fn the_project_of_a_file_is_the_nearest() {
        let files = MemoryFiles::new([
            ("/p/visivo_project.yml", ""),
            ("/p/project.visivo.yml", ""),
            ("/p/m/a.yml", ""),
            ("/p/q/project.visivo.yml", ""),
            ("/p/q/r/b.yml", ""),
            ("/x/project.visivo.yaml", ""),
        ]);
        let root = |path: &str| find_root(Path::new(path), &files);
        assert_eq!(root("/p/m/a.yml").as_deref(), Some(Path::new("/p")));
        assert_eq!(root("/p/q/r/b.yml").as_deref(), Some(Path::new("/p/q")));
        assert_eq!(root("/x/project.visivo.yaml"), None);
        assert_eq!(project_file(Path::new("/p"), &files).as_deref(), Some(Path::new("/p/visivo_project.yml")));
    }

    /// S-04.
    #[test]
    fn what_a_missing_slash_leaves_out_is_told() {
        let files = MemoryFiles::new([("/p/m/a.yml", ""), ("/p/m/one/d.yml", "")]);
        let codes = |entry: &str| -> Vec<Code> {
            let document = Document::parse(&format!("includes:\n  - {entry}\n"));
            let found = includes(&document, &files);
            found[0].problems.iter().map(|problem| problem.code).collect()
        };
        assert_eq!(codes("{path: m, depth: 1}"), [Code::IncludeDepth]);
        for fine in ["{path: m/, depth: 1}", "{path: m, depth: 0}", "{path: m, depth: 2}", "path: m"] {
            assert!(codes(fine).is_empty(), "{fine}");
        }
    }

    #[test]
    fn git_references_r_inc_08_to_12() {
        assert_eq!(targets("path: o/r.git@v1").unwrap(), [".visivo_cache/o/r@v1/project.visivo.yml"]);
        assert_eq!(targets("path: o/r.git@v2").unwrap(), ["?"]);
        assert_eq!(targets("path: o/r.git"), Err(Code::IncludeGitReference));
        assert_eq!(targets("path: .github/x.yml"), Err(Code::IncludeGitReference));
        assert_eq!(targets("path: nowhere.yml"), Err(Code::IncludeNotFound));
        for out in
            ["o/r.git@v1 -- ../../../m/a.yml", "o/r.git@v1 -- /p/m/a.yml", "o/r.git@../../.. -- m/a.yml", "../m.git@v1"]
        {
            assert_eq!(targets(&format!("path: {out}")), Err(Code::IncludeGitReference), "{out}");
        }
    }
}
