//! `viz-lsp --check` of generated companies with shops (`viz_tests::shops`): cold, warm and without opening a source; wall
//! clock, processor time and the most memory of the program and its workers. Run with
//! `cargo bench --workspace --profile dev --bench checks [objects]...` (260 and 2,600 by default).

// Benches make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod ground;

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use viz_tests::usage;

const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");

/// Runs of each kind.
const RUNS: usize = 3;

fn main() {
    adopt();
    println!("| objects | what | median | most |\n|---|---|---|---|");
    for objects in ground::sizes(&[260, 2_600]) {
        measure(objects);
    }
}

fn measure(objects: usize) {
    let folder = ground::shops(objects);
    let cache = tempfile::tempdir().expect("a temporary folder");
    // What was written this moment is not relied upon.
    std::thread::sleep(Duration::from_millis(50));
    let root = folder.path();
    let start = |args: &[&str], out: Stdio| -> Child {
        let mut command = viz_tests::cli::program(&ground::program(PROGRAM));
        command.args(["--check", "--format", "json"]).args(args).arg(root).env("XDG_CACHE_HOME", cache.path());
        command.stdout(out).spawn().unwrap_or_else(|error| panic!("{PROGRAM}: {error}"))
    };
    // The warm ones find what the first one kept.
    let kept = start(&[], Stdio::piped()).wait_with_output().expect("it runs");
    everything_works(&kept.stdout, root);
    reap();
    for (name, args) in [
        ("cold check", &["--no-cache"][..]),
        ("warm check", &[]),
        ("check --level parse", &["--no-cache", "--level", "parse"]),
    ] {
        let (mut walls, mut processor) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let (before, started) = (usage::of_children(), Instant::now());
            start(args, Stdio::null()).wait().expect("it can be waited for");
            walls.push(started.elapsed());
            reap();
            processor.push(usage::of_children() - before);
        }
        row(objects, &format!("{name}, wall clock"), &mut walls);
        row(objects, &format!("{name}, processor"), &mut processor);
        let most = ground::mebibytes(ground::watch(&mut start(args, Stdio::null())));
        reap();
        println!("| {objects} | {name}, most memory with workers, MiB | {most:.0} | |");
    }
}

/// Workers outlive their server by moments. Then they are ours, and their time is counted.
fn adopt() {
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).expect("Linux has that");
}

/// Waits for workers that their server has left behind.
fn reap() {
    #[cfg(target_os = "linux")]
    while rustix::process::wait(rustix::process::WaitOptions::empty()).is_ok_and(|ended| ended.is_some()) {}
}

/// A bench of what is not checked would be none.
fn everything_works(json: &[u8], root: &Path) {
    let report: serde_json::Value = serde_json::from_slice(json).expect("it is JSON");
    let summary = &report["summary"];
    let (errors, unchecked) = (&summary["errors"], &summary["unchecked"]);
    assert!(*errors == 0 && *unchecked == 0, "{}: {summary}", root.display());
}

fn row(objects: usize, what: &str, times: &mut [Duration]) {
    times.sort();
    let at = |index: usize| times[index].as_secs_f64() * 1_000.0;
    println!("| {objects} | {what} | {:.0} ms | {:.0} ms |", at(times.len() / 2), at(times.len() - 1));
}
