//! What the benches stand on: generated projects with their database, and tools of others.

use std::path::PathBuf;
use std::process::Command;
use viz_tests::projects::repository;
use viz_tests::shops::Shops;

/// With more tables its database has small blocks: each table takes one or more.
const MANY_TABLES: usize = 1_000;

/// Writes shops with about so many objects into a new folder, with the tables of their database.
pub fn shops(objects: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shops = Shops::of(objects);
    shops.write(folder.path()).expect("it can be written");
    let block = if shops.tables().matches("create table").count() > MANY_TABLES { 16_384 } else { 262_144 };
    let code = format!(
        "import duckdb, sys\ndb = duckdb.connect()\ndb.execute(\"attach 'warehouse.duckdb' as warehouse (block_size {block})\")\n\
         db.execute('use warehouse; begin; ' + open('warehouse.sql').read() + 'commit')"
    );
    run(Command::new(python()).args(["-c", &code]).current_dir(folder.path()));
    folder
}

/// Where tools are that are installed for tests.
fn tools() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache/viz-lsp/tools");
    std::env::var_os("VIZ_LSP_TOOLS").map_or_else(home, PathBuf::from)
}

/// A Python that has what `requirements.txt` lists.
fn python() -> PathBuf {
    let (wanted, folder) = (repository().join("tests/benches/requirements.txt"), tools().join("benches-python"));
    let (python, installed) = (folder.join("bin/python"), folder.join("requirements.txt"));
    if std::fs::read(&wanted).ok() != std::fs::read(&installed).ok() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
        run(Command::new(&python).args(pip).arg(&wanted));
        std::fs::copy(wanted, installed).expect("it can be copied");
    }
    python
}

/// The YAML language server of the version that the tests of editors use; `None` without npm.
#[allow(dead_code, reason = "not every bench that includes this module needs it")]
pub fn yaml_language_server() -> Option<Command> {
    let packages = repository().join("tests/editors");
    let program = packages.join("node_modules/yaml-language-server/out/server/src/server.js");
    if !program.exists() {
        let mut npm = Command::new("npm");
        npm.arg("--prefix").arg(&packages).args(["ci", "--no-audit", "--no-fund"]).stdout(std::process::Stdio::null());
        npm.status().ok().filter(std::process::ExitStatus::success)?;
    }
    let mut command = Command::new("node");
    command.arg(program).arg("--stdio");
    Some(command)
}

/// The numbers among the arguments: how many objects; else these.
pub fn sizes(usual: &[usize]) -> Vec<usize> {
    let told: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if told.is_empty() { usual.to_vec() } else { told }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

/// Bytes as MiB.
#[allow(dead_code, reason = "not every bench that includes this module needs it")]
pub fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Looks at the memory of a process and its workers until it ends; the most that it held.
#[allow(dead_code, reason = "not every bench that includes this module needs it")]
pub fn watch(child: &mut std::process::Child) -> u64 {
    let mut most = 0;
    while child.try_wait().expect("it can be waited for").is_none() {
        most = most.max(viz_tests::usage::memory(child.id()));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    most
}

/// The program that is measured: `$VIZ_LSP`, or the one that was built with the bench.
pub fn program(built: &str) -> String {
    std::env::var("VIZ_LSP").unwrap_or_else(|_| built.to_owned())
}
