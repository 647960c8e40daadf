//! Runs of the command line.

use crate::Shown;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What a run gave.
#[derive(Debug)]
pub struct Run {
    /// Exit status.
    pub status: i32,
    /// stdout.
    pub out: String,
    /// stderr.
    pub err: String,
}

/// The program, as a person starts it: what the tests themselves run in is not told to it.
pub fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    command.env_remove("VIZ_LSP_LOG").env_remove("CI");
    command
}

/// Runs the program in a folder.
pub fn run(program: &str, folder: &Path, args: &[&str]) -> Run {
    let output = self::program(program)
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Run { status: output.status.code().expect("it wasn't killed"), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs the program like [`run`], and tells the most memory that it has had at a time (kilobytes, without its workers).
#[cfg(target_os = "linux")]
pub fn run_measured(program: &str, folder: &Path, args: &[&str]) -> (Run, u64) {
    let streams = tempfile::tempdir().expect("a temporary folder");
    let create = |name: &str| std::fs::File::create(streams.path().join(name)).expect("can be made");
    let mut child = self::program(program)
        .args(args)
        .current_dir(folder)
        .stdout(create("out"))
        .stderr(create("err"))
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut peak = 0;
    let status = loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        peak = high.and_then(|high| high.trim().parse().ok()).unwrap_or(peak);
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    let text = |name: &str| std::fs::read_to_string(streams.path().join(name)).expect("output is UTF-8");
    (Run { status: status.code().expect("it wasn't killed"), out: text("out"), err: text("err") }, peak)
}

/// The JSON of a check.
pub fn check_json(program: &str, folder: &Path, args: &[&str]) -> Value {
    let all: Vec<&str> = ["--check", "--format", "json"].iter().chain(args).copied().collect();
    let run = run(program, folder, &all);
    assert!(run.status < 2, "{run:?}");
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// The findings of one project.
pub fn findings(json: &Value, project: usize) -> Vec<Shown> {
    json["projects"][project]["diagnostics"].as_array().expect("a list").iter().map(Shown::of_json).collect()
}
