//! `--watch` and `--stdin-filename`.
#![cfg(unix)]

use crate::PROGRAM;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use viz_tests::projects::Project;

const BROKEN: &str = "name: shop\nincludes:\n  - path: inputs.yml\n";
const GOOD: &str = "inputs:\n  - name: city\n    type: single-select\n    options: [Rome, Oslo]\n";

struct Watch {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Watch {
    fn start(project: &Project, level: &str) -> Self {
        Self::start_in(&project.root, &["--level", level])
    }

    fn start_in(folder: &Path, args: &[&str]) -> Self {
        let mut child = viz_tests::cli::program(PROGRAM)
            .args(["--check", "--watch", "--no-cache", "--color", "never"])
            .args(args)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let out = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, out }
    }

    /// The output of the next check, up to its last line.
    fn next(&mut self) -> String {
        let mut text = String::new();
        while !text.lines().last().is_some_and(|line| line.starts_with("checked ")) {
            assert!(self.out.read_line(&mut text).expect("can be read") > 0, "it ended: {text}");
        }
        text
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn changes_are_checked_again_until_ctrl_c() {
    let project = Project::of(&[("project.visivo.yml", BROKEN)]);
    let mut watch = Watch::start(&project, "parse");
    assert!(watch.next().contains("error[include-not-found]"));
    // A file that was missing.
    project.write("inputs.yml", &GOOD.replace("Oslo", "1"));
    assert!(watch.next().contains("error[wrong-type]"));
    // Written elsewhere and renamed, as many editors do.
    project.write("inputs.yml~", GOOD);
    std::fs::rename(project.file("inputs.yml~"), project.file("inputs.yml")).expect("can be renamed");
    assert!(watch.next().contains("1 input, 0 combinations"));
    // The project file is away for a moment, then back with a fault.
    std::fs::remove_file(project.file("project.visivo.yml")).expect("can be removed");
    project.write("project.visivo.yml", &format!("{BROKEN}nmae: x\n"));
    assert!(watch.next().contains("error[unknown-key]"));
    let interrupt = Command::new("kill").args(["-INT", &watch.child.id().to_string()]).status().expect("kill is there");
    assert!(interrupt.success());
    assert_eq!(watch.child.wait().expect("it ends").code(), Some(1), "the status is that of the last check");
}

/// Files of sources, and files that models read by themselves, are part of what is checked.
#[test]
fn data_are_watched_too() {
    const DATA: &str = "\
name: shop
sources:
  - {name: files, type: csv, file: data/sales.csv}
  - {name: memory, type: duckdb, database: \":memory:\"}
models:
  - name: sales
    source: ${ref(files)}
    sql: select region from files
  - name: parts
    source: ${ref(memory)}
    sql: select part from read_csv('data/parts-*.csv')
";
    let project = Project::of(&[
        ("project.visivo.yml", DATA),
        ("data/sales.csv", "region,amount\nNorth,1\n"),
        ("data/parts-1.csv", "part\nwheel\n"),
    ]);
    let mut watch = Watch::start(&project, "bind");
    assert!(!watch.next().contains("[model-sql]"));
    project.write("data/sales.csv", "area,amount\nNorth,1\n");
    assert!(watch.next().contains("error[model-sql]: the query of the model `sales` fails"));
    project.write("data/sales.csv", "region,amount\nNorth,1\nSouth,2\n");
    assert!(!watch.next().contains("[model-sql]"));
    // A file more for a pattern.
    std::fs::remove_file(project.file("data/parts-1.csv")).expect("can be removed");
    assert!(watch.next().contains("error[model-sql]: the query of the model `parts` fails"));
}

#[test]
fn changes_of_data_in_an_allowed_folder_are_checked_again() {
    let project = Project::of(&[("mnt/towns.csv", "town\nRome\n")]);
    let file = project.file("mnt/towns.csv");
    let text = format!(
        "name: p\nsources:\n  - {{name: s, type: duckdb, database: ':memory:'}}\nmodels:\n  - {{name: m, source: ref(s), sql: \"select town from '{}'\"}}\n",
        file.display()
    );
    project.write("p/project.visivo.yml", &text);
    let mut watch = Watch::start_in(&project.file("p"), &["--allow-read", "../mnt"]);
    assert!(watch.next().contains("0 errors"));
    project.write("mnt/towns.csv", "city\nRome\nOslo\n");
    assert!(watch.next().contains("error[model-sql]: the query of the model `m` fails"));
}

fn with_stdin(project: &Project, text: &str, args: &[&str]) -> (i32, String, String) {
    let mut child = viz_tests::cli::program(PROGRAM)
        .args(["--check", "--level", "parse", "--color", "never"])
        .args(args)
        .current_dir(&project.root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code().expect("it wasn't killed"), text(output.stdout), text(output.stderr))
}

#[test]
fn stdin_stands_for_a_file() {
    let project = Project::of(&[("project.visivo.yml", BROKEN), ("inputs.yml", GOOD)]);
    let (status, out, _) = with_stdin(&project, &GOOD.replace("Oslo", "1"), &["--stdin-filename", "inputs.yml"]);
    assert_eq!(status, 1, "{out}");
    assert!(out.contains(" --> inputs.yml:4:21\n") && out.contains("error[wrong-type]"), "{out}");
    assert_eq!(project.read("inputs.yml"), GOOD, "the file stays as it is");
    let (status, out, err) = with_stdin(&project, GOOD, &["--stdin-filename", "inputs.yml", "."]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
}

#[test]
fn stdin_may_be_a_file_that_is_not_saved_yet() {
    let project = Project::of(&[("project.visivo.yml", BROKEN)]);
    let (status, out, err) = with_stdin(&project, GOOD, &["--stdin-filename", "inputs.yml"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("1 input"), "{out}");
}

#[test]
fn a_text_that_no_project_includes_is_said_to_be_unused() {
    let project = Project::of(&[("project.visivo.yml", "name: shop\n")]);
    let (status, _, err) = with_stdin(&project, "nonsense: [", &["--stdin-filename", "other.yml"]);
    assert_eq!(status, 0);
    assert!(err.contains("the text from stdin is not used"), "{err}");
}

/// More than a file may have is not waited for, however long it goes on.
#[test]
fn endless_stdin_is_refused() {
    let project = Project::of(&[("project.visivo.yml", "name: p\n")]);
    let text = format!("{}#", "# a\n".repeat(64 << 18));
    let (status, _, said) = with_stdin(&project, &text, &["--stdin-filename", "project.visivo.yml"]);
    assert!(status == 2 && said.contains("stdin holds more than 64 MiB"), "{status}: {said}");
}
