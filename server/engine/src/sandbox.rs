//! Walls around a worker process, whatever SQL it runs.
//!
//! DuckDB's own settings (`database.rs`) and the statement gate (`gate.rs`) are inside the process; the walls here are the
//! kernel's. A worker puts them up itself before it starts another thread or reads its first question, and nothing takes
//! them down: Landlock leaves it nothing to write and only what is declared to read (of the folders of data all but their private
//! files), seccomp leaves it no sockets, no
//! programs to start and no other process to look into, resource limits leave it a bounded amount of memory and files of
//! zero bytes. Each wall is tried on its own and says whether it stands: kernels and containers differ.

#[cfg(target_os = "linux")]
mod landlock;
#[cfg(unix)]
mod limits;
#[cfg(target_os = "linux")]
mod seccomp;

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Which walls a worker puts up. A product's worker puts up [`Walls::ALL`]; only tests leave some out, to show that each
/// stops something on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walls {
    /// The statement gate.
    pub gate: bool,
    /// DuckDB's settings: no external access, locked configuration.
    pub settings: bool,
    /// Landlock.
    pub landlock: bool,
    /// The system call filter.
    pub seccomp: bool,
    /// Resource limits.
    pub limits: bool,
}

impl Walls {
    /// All of them.
    pub const ALL: Walls = Walls { gate: true, settings: true, landlock: true, seccomp: true, limits: true };
    /// None of them.
    pub const NONE: Walls = Walls { gate: false, settings: false, landlock: false, seccomp: false, limits: false };
}

/// One of the kernel's walls, and whether it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wall {
    /// `landlock`, `seccomp` or `resource limits`.
    pub name: String,
    /// What it keeps out, if it stands; why it does not, otherwise.
    pub state: Result<String, String>,
}

impl Wall {
    fn new(name: &str, state: Result<String, String>) -> Self {
        Self { name: name.to_owned(), state }
    }
}

/// What a worker may still do behind its walls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Folders of data, in which everything may be listed, and what of them may be read: the project's, and those that the
    /// person allows.
    pub data: Vec<(PathBuf, viz_files::Rules)>,
    /// Folders of this program with all that is below them, that may be read.
    pub folders: Vec<PathBuf>,
    /// Plain files elsewhere that may be read, by their real paths.
    pub files: Vec<PathBuf>,
    /// The folder below which files may be written, if there is one.
    pub write: Option<PathBuf>,
    /// Bytes of address space.
    pub memory: u64,
}

/// Puts the kernel's walls around this process. Must be called before the process has a second thread: Landlock and
/// seccomp bind the calling thread and the threads that it starts later.
pub(crate) fn confine(needs: &Needs, walls: Walls) -> Vec<Wall> {
    let off = || Err("left out by a test".to_owned());
    vec![
        Wall::new("resource limits", if walls.limits { limits(needs) } else { off() }),
        Wall::new("landlock", if walls.landlock { landlock(needs) } else { off() }),
        Wall::new("seccomp", if walls.seccomp { seccomp() } else { off() }),
    ]
}

#[cfg(unix)]
fn limits(needs: &Needs) -> Result<String, String> {
    limits::set(needs)
}

#[cfg(not(unix))]
fn limits(_: &Needs) -> Result<String, String> {
    Err("there are none on this system: a query's memory is bounded by DuckDB alone".to_owned())
}

#[cfg(target_os = "linux")]
fn landlock(needs: &Needs) -> Result<String, String> {
    landlock::restrict(needs)
}

#[cfg(target_os = "linux")]
fn seccomp() -> Result<String, String> {
    seccomp::filter()
}

#[cfg(not(target_os = "linux"))]
fn landlock(_: &Needs) -> Result<String, String> {
    Err("only Linux has it: files are kept apart by the statement gate and DuckDB's settings alone".to_owned())
}

#[cfg(not(target_os = "linux"))]
fn seccomp() -> Result<String, String> {
    Err("only Linux has it: sockets and programs are kept out by the statement gate and DuckDB's settings alone"
        .to_owned())
}
