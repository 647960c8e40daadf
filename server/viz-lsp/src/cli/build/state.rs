//! What earlier builds have written, and out of what: a file in the output folder.

use crate::cli::build::out::Out;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;
use viz_facts::SourceSpec;
use viz_files::{Folder, Granted, Roots};
use viz_project::{MAX_FILE_BYTES, Project};
use viz_secrets::SecretPath;

/// Its name.
pub const FILE: &str = ".viz-lsp-build.json";

/// Of its form. Another one is as good as none.
const VERSION: u32 = 2;

/// The record of earlier builds, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    version: u32,
    /// Tells that this program wrote all else for this user: a state that came with the project is none.
    #[serde(default)]
    seal: String,
    /// Of a build of everything, without errors: what it was made of besides the data.
    pub whole: Option<String>,
    /// By kind and name.
    pub nodes: BTreeMap<String, Built>,
    /// The folder of the project that it is of: in that of another one it is none.
    #[serde(skip)]
    root: PathBuf,
}

/// What was built of one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Built {
    /// What it was made of besides the data.
    pub key: String,
    /// The files that its queries read; paths made of variables as the project writes them.
    pub reads: Vec<PathBuf>,
    /// Their version; `None` if something else decides what the queries give, so that they run each time.
    pub data: Option<String>,
    /// What was written.
    pub files: Vec<Written>,
    /// Whether there is anything to say about it: a build that does nothing says it again.
    pub warnings: Vec<String>,
}

/// A file, and what tells that nobody has changed it since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Relative to the output folder, with `/`.
    pub path: String,
    /// Its length in bytes.
    pub length: u64,
    /// When it was written to last: nanoseconds since 1970.
    modified: u64,
}

impl Written {
    /// A plain file `at` the output folder that is, or will be, at the place `path`; `None` if there is none.
    pub fn of(out: &Folder, at: &Path, path: &str) -> Option<Self> {
        let data = out.file(at)?;
        let modified = data.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let modified = u64::try_from(modified).unwrap_or(u64::MAX);
        Some(Self { path: path.to_owned(), length: data.len(), modified })
    }

    /// Whether the file is as it was written.
    pub fn is_there(&self, out: &Folder) -> bool {
        Self::of(out, Path::new(&self.path), &self.path).is_some_and(|now| now == *self)
    }
}

impl State {
    /// Reads the state of an output folder. A damaged one, or one of somebody else's, is none: everything is built again then.
    pub fn read(out: &Folder, root: &Path) -> Self {
        let text = out.read(Path::new(FILE), MAX_FILE_BYTES).unwrap_or_default();
        let known = |state: &State| state.version == VERSION && state.is_inside() && state.is_ours();
        let state =
            serde_json::from_slice(&text).ok().map(|state| Self { root: root.to_owned(), ..state }).filter(known);
        state.unwrap_or_else(|| Self { root: root.to_owned(), ..Self::default() })
    }

    /// Whether this program wrote it for this user: what it names is opened, and what it says is believed.
    fn is_ours(&self) -> bool {
        !self.seal.is_empty() && self.sealed().is_some_and(|seal| seal == self.seal)
    }

    /// The seal that it should have.
    fn sealed(&self) -> Option<String> {
        let unsealed = Self { seal: String::new(), ..self.clone() };
        viz_engine::seal(&self.root, &serde_json::to_vec(&unsealed).ok()?)
    }

    /// Whether all its files are below the output folder: the state may have come with the project.
    fn is_inside(&self) -> bool {
        let plain =
            |file: &Written| Path::new(&file.path).components().all(|part| matches!(part, Component::Normal(_)));
        self.nodes.values().flat_map(|built| &built.files).all(plain)
    }

    /// Writes it.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&mut self, out: &Out, lane: usize) -> anyhow::Result<()> {
        self.version = VERSION;
        self.seal = self.sealed().unwrap_or_default();
        out.write(FILE, &serde_json::to_string(self)?, lane)
    }
}

impl Built {
    /// Whether the files are there as they were written and the data are the same. `versions` remembers data that were
    /// looked at.
    pub fn is_current(&self, out: &Folder, versions: &mut Versions) -> bool {
        self.data.is_some() && self.files.iter().all(|file| file.is_there(out)) && versions.of(&self.reads) == self.data
    }
}

/// Versions of data, each looked up once.
pub struct Versions {
    known: BTreeMap<Vec<PathBuf>, Option<String>>,
    paths: SourcePaths,
}

impl Versions {
    /// None are known yet. The project tells what paths made of variables lead to.
    pub fn new(paths: SourcePaths) -> Self {
        Self { known: BTreeMap::new(), paths }
    }

    /// The version of these files together.
    pub fn of(&mut self, files: &[PathBuf]) -> Option<String> {
        let Self { known, paths } = self;
        let look = || paths.version(&files.iter().map(|file| paths.reveal(file)).collect::<Vec<_>>());
        known.entry(files.to_vec()).or_insert_with(look).clone()
    }
}

/// The paths of a project that are made of variables: a state tells them as the project writes them, because the folder may
/// be given away.
#[derive(Debug, Clone)]
pub struct SourcePaths {
    secret: Vec<SecretPath>,
    sources: Vec<SourceSpec>,
    /// Besides the sources only what is below these folders is looked at.
    roots: Roots,
}

impl SourcePaths {
    /// Those of the sources, with the folders of data besides the project's.
    pub fn of(project: &Project, granted: &Granted) -> Self {
        let sources = viz_check::sources(project).into_iter().filter_map(|(_, _, spec)| spec.ok()).collect();
        Self::in_folders(Roots::of(&project.root, granted), sources)
    }

    fn in_folders(roots: Roots, sources: Vec<SourceSpec>) -> Self {
        let secret = sources.iter().filter_map(|spec| spec.path().filter(|path| path.is_secret()).cloned()).collect();
        Self { secret, sources, roots }
    }

    /// The version of these files now.
    pub fn version(&self, files: &[PathBuf]) -> Option<String> {
        viz_engine::data_version(files, &self.roots, &self.sources).map(|version| hex(&version))
    }

    /// The fingerprint of a database file or of a log beside it.
    pub fn hide(&self, file: &Path) -> PathBuf {
        let replaced = |secret: &SecretPath| replaced(file, secret.reveal(), Path::new(&secret.to_string()));
        self.secret.iter().find_map(replaced).unwrap_or_else(|| file.to_owned())
    }

    fn reveal(&self, told: &Path) -> PathBuf {
        let replaced = |secret: &SecretPath| replaced(told, Path::new(&secret.to_string()), secret.reveal());
        self.secret.iter().find_map(replaced).unwrap_or_else(|| told.to_owned())
    }
}

/// A path that begins like another one, and ends as it does itself.
fn replaced(file: &Path, begins: &Path, with: &Path) -> Option<PathBuf> {
    let end = file.to_str()?.strip_prefix(begins.to_str()?)?;
    Some(format!("{}{end}", with.to_str()?).into())
}

/// As text.
pub fn hex(version: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_made_of_a_variable_is_told_as_it_is_written() {
        let secret = SecretPath::new("/p/data/okapi.duckdb".into(), "data/${env.SHOP}.duckdb");
        let roots = Roots::of(Path::new("/p"), &Granted::none());
        let paths = SourcePaths::in_folders(roots, vec![SourceSpec::DuckDbFile { root: "/p".into(), path: secret }]);
        for (file, told) in [
            ("/p/data/okapi.duckdb", "data/${env.SHOP}.duckdb"),
            ("/p/data/okapi.duckdb.wal", "data/${env.SHOP}.duckdb.wal"),
            ("/p/data/a.csv", "/p/data/a.csv"),
        ] {
            assert_eq!(paths.hide(Path::new(file)), Path::new(told));
            assert_eq!(paths.reveal(Path::new(told)), Path::new(file));
        }
    }

    #[test]
    fn a_state_that_names_files_elsewhere_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State { version: VERSION, whole: Some("x".into()), root: "/p".into(), ..State::default() };
        let file = |path: &str| Written { path: path.into(), length: 1, modified: 1 };
        let built = |path: &str| Built {
            key: "k".into(),
            reads: Vec::new(),
            data: None,
            files: vec![file(path)],
            warnings: Vec::new(),
        };
        for (path, good) in [("main/a.json", true), ("../a", false), ("/etc/passwd", false), ("main/../../a", false)] {
            state.nodes = BTreeMap::from([("model:a".to_owned(), built(path))]);
            state.seal = state.sealed().unwrap();
            std::fs::write(folder.path().join(FILE), serde_json::to_string(&state).unwrap()).unwrap();
            assert_eq!(State::read(&Folder::open(folder.path()).unwrap(), Path::new("/p")) == state, good, "{path}");
        }
        let none = State { root: "/p".into(), ..State::default() };
        // What came with the project has another seal, or none: it could name any file.
        state.nodes = BTreeMap::from([("model:a".to_owned(), built("main/a.json"))]);
        for seal in [String::new(), "0".repeat(64)] {
            state.seal = seal;
            std::fs::write(folder.path().join(FILE), serde_json::to_string(&state).unwrap()).unwrap();
            assert_eq!(State::read(&Folder::open(folder.path()).unwrap(), Path::new("/p")), none);
        }
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(State::read(&Folder::open(folder.path()).unwrap(), Path::new("/p")), none);
    }
}
