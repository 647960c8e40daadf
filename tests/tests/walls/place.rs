//! A place to attack in: a project, what is outside of it, a home, a cache and an output folder, all in one temporary folder.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use viz_tests::projects;

/// What files outside hold, and the names of some. `tests/data/walls/secret.parquet` holds it, too.
pub const OUTSIDE: &str = "SEKRET-wombat-90210";

/// The value of a variable of the process.
pub const VARIABLE: &str = "SEKRET-quokka-5567";

/// The value of a variable in `.env`.
pub const DOTENV: &str = "SEKRET-numbat-3181";

/// What `.git/config` and a key file in the project hold.
pub const KEY: &str = "SEKRET-bilby-7745";

/// What no output may hold: the others are its special cases.
const SECRET: &str = "SEKRET-";

/// A part of a project with a fault that `--fix` mends, and no secret.
pub const PART: &str = "inputs:\n  - name: part_of_others\n    type: single-select\n    options: [1, 2]\n";

/// The folders that an attack runs in.
pub struct Place {
    _folder: TempDir,
    /// All is below it.
    pub folder: PathBuf,
    /// The project's folder.
    pub project: PathBuf,
    /// What is not the project's. It holds secrets.
    pub outside: PathBuf,
    /// `HOME`.
    pub home: PathBuf,
    /// `XDG_CACHE_HOME`.
    pub cache: PathBuf,
    /// The output folder of builds.
    pub out: PathBuf,
}

impl Place {
    /// A place with secrets in it, and an empty project.
    pub fn new() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = temporary.path().canonicalize().expect("it exists");
        // Another user may have to come in.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("it is ours");
        let [project, outside, home, cache, out] =
            ["project", "outside", "home", "cache", "out"].map(|name| folder.join(name));
        let place = Self { _folder: temporary, folder, project, outside, home, cache, out };
        for made in [&place.project, &place.outside, &place.home, &place.cache] {
            fs::create_dir(made).expect("can be made");
        }
        place.write("outside/secret.yml", &format!("token: {OUTSIDE}\nkeys:\n  - {OUTSIDE}\n"));
        place.write("outside/secret.csv", &format!("x\n{OUTSIDE}\n"));
        place.write("outside/secret.txt", &format!("{OUTSIDE}:x:0:0\n{OUTSIDE}\n"));
        place.write("outside/secret.json", &format!("[{{\"x\": \"{OUTSIDE}\", \"token\": \"{OUTSIDE}\"}}]\n"));
        place.write("outside/plain.csv", "x\nplain\n");
        place.write("outside/part.yml", PART);
        place.write("outside/own/secret.yml", &format!("{OUTSIDE}\n"));
        place.write(&format!("outside/own/{OUTSIDE}.csv"), &format!("x\n{OUTSIDE}\n"));
        place.write("outside/own/part.yml", &PART.replace("part_of", "folder_of"));
        place.write("project/.env", &format!("DOT={DOTENV}\n"));
        place.write("project/.git/config", &format!("x\n[remote]\n  url = https://{KEY}@example.com\n"));
        place.write("project/server.pem", &format!("x\n{KEY}\n"));
        fs::copy(data("secret.parquet"), place.outside.join("secret.parquet")).expect("can be copied");
        place
    }

    /// Replaces or adds a file.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).expect("it can be read")
    }

    /// Copies a file of `tests/data/walls`.
    pub fn copy(&self, name: &str, to: &str) {
        let to = self.folder.join(to);
        fs::create_dir_all(to.parent().expect("has a folder")).expect("can be made");
        fs::copy(data(name), to).expect("can be copied");
    }

    /// Makes a link; `to` is relative to its folder, or absolute.
    pub fn link(&self, path: &str, to: impl AsRef<Path>) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
        symlink(to, path).expect("can be made");
    }

    /// Makes a pipe that nobody writes to.
    pub fn pipe(&self, path: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
        let (mode, kind) = (rustix::fs::Mode::from_raw_mode(0o644), rustix::fs::FileType::Fifo);
        rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).expect("can be made");
    }

    /// Everything as it is now.
    pub fn snapshot(&self) -> Snapshot {
        let mut files = BTreeMap::new();
        for folder in [&self.project, &self.outside, &self.home, &self.cache, &self.out] {
            look(folder, &self.folder, &mut files);
        }
        Snapshot { files }
    }
}

/// A file of `tests/data/walls`: a DuckDB and a SQLite database with a table `t` of one row, made with a small block size, and
/// a parquet file with [`OUTSIDE`] in its columns `option` and `x`.
fn data(name: &str) -> PathBuf {
    projects::repository().join("tests/data/walls").join(name)
}

/// The line of an output that shows a secret.
pub fn shown(output: &[u8]) -> Option<String> {
    let at = output.windows(SECRET.len()).position(|part| part == SECRET.as_bytes())?;
    let before = output[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let from = before.max(at.saturating_sub(160));
    Some(String::from_utf8_lossy(&output[from..output.len().min(at + 60)]).into_owned())
}

/// Files, links and folders as they were at one time.
#[derive(Debug, PartialEq, Eq)]
pub struct Snapshot {
    files: BTreeMap<String, Seen>,
}

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    File { content: Vec<u8>, length: u64, mode: u32 },
    Link(PathBuf),
    Folder(u32),
    Other(u32),
}

impl Snapshot {
    /// What is wrong with the changes since an earlier look: outside of the cache and the output folder, except for paths that may
    /// change, there are none, and no file that has changed holds a secret.
    pub fn faults(&self, before: &Snapshot, may_change: &dyn Fn(&str) -> bool) -> Vec<String> {
        let all = self.files.keys().chain(before.files.keys()).collect::<std::collections::BTreeSet<_>>();
        let changed: Vec<&String> =
            all.into_iter().filter(|path| self.files.get(*path) != before.files.get(*path)).collect();
        let is_ours = |path: &str| ["cache", "out"].iter().any(|ours| Path::new(path).starts_with(ours));
        let moved = changed.iter().filter(|path| !is_ours(path) && !may_change(path));
        let mut faults: Vec<String> = moved.map(|path| format!("{path} has changed")).collect();
        let leaks = changed.iter().filter_map(|path| match self.files.get(*path)? {
            Seen::File { content, .. } => Some(format!("{path} holds a secret: {}", shown(content)?)),
            _ => None,
        });
        faults.extend(leaks);
        faults
    }
}

/// Larger files are known by their length.
const READ: u64 = 4 << 20;

fn look(path: &Path, base: &Path, found: &mut BTreeMap<String, Seen>) {
    let Ok(data) = fs::symlink_metadata(path) else { return };
    let seen = if data.is_symlink() {
        Seen::Link(fs::read_link(path).unwrap_or_default())
    } else if data.is_dir() {
        Seen::Folder(data.mode())
    } else if data.is_file() {
        let content = if data.len() <= READ { fs::read(path).unwrap_or_default() } else { Vec::new() };
        Seen::File { content, length: data.len(), mode: data.mode() }
    } else {
        Seen::Other(data.mode())
    };
    let name = path.strip_prefix(base).expect("it is below").to_string_lossy().into_owned();
    found.insert(name, seen);
    if data.is_dir() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| look(entry, base, found));
    }
}
