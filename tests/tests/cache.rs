//! What earlier runs found out, and what a person is told about it: `--runs`, `--no-cache`, `--doctor`.

use crate::PROGRAM;
use serde_json::Value;
use std::path::Path;
use viz_tests::projects::Project;

/// Runs the program with a cache of its own.
fn run(cache: &Path, folder: &Path, args: &[&str]) -> (i32, String) {
    let mut command = viz_tests::cli::program(PROGRAM);
    command.args(args).current_dir(folder).env("XDG_CACHE_HOME", cache).env("HOME", cache).env("LOCALAPPDATA", cache);
    let output = command.output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn check(cache: &Path, project: &Project, more: &[&str]) -> Value {
    let args: Vec<&str> = ["--check", "--quiet", "--format", "json"].iter().chain(more).copied().collect();
    let mut json: Value = serde_json::from_str(&run(cache, &project.root, &args).1).unwrap();
    json["elapsed_ms"] = Value::Null;
    json
}

/// Number of runs that `--runs` lists; each has two lines.
fn runs(cache: &Path) -> usize {
    run(cache, cache, &["--runs", "10000"]).1.lines().filter(|line| line.starts_with("    ")).count()
}

/// Files that were written this moment are not relied upon; these are copies of older ones.
fn age(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => age(&path),
            path => {
                let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
                std::fs::File::options().append(true).open(path).unwrap().set_modified(old).unwrap();
            }
        }
    }
}

#[test]
fn the_second_check_says_the_same_and_runs_nothing() {
    let (cache, project) = (tempfile::tempdir().unwrap(), Project::copy_of("broken/ecommerce"));
    let cache = cache.path();
    age(&project.root);
    assert!(run(cache, cache, &["--runs"]).1.starts_with("no query has been run on a source yet"));
    let first = check(cache, &project, &["--no-cache"]);
    assert_eq!(runs(cache), 0, "nothing is kept");
    assert_eq!(check(cache, &project, &[]), first);
    let asked = runs(cache);
    assert!(asked > 3, "{asked}");
    assert_eq!(check(cache, &project, &[]), first);
    assert_eq!(runs(cache), asked, "nothing was run again");
    assert_eq!(run(cache, cache, &["--runs", "2"]).1.lines().count(), 4);
}

#[test]
fn the_doctor_tells_what_is_there() {
    let (cache, project) = (tempfile::tempdir().unwrap(), Project::copy_of("ecommerce"));
    let (status, said) = run(cache.path(), &project.root.join("data"), &["--doctor"]);
    assert_eq!(status, 0);
    let has = |line: &str| assert!(said.lines().any(|said| said.starts_with(line)), "{line}:\n{said}");
    has("  parser: works");
    has("    statement gate: on");
    has("    DuckDB settings: on");
    has("  source shop_files (duckdb): can be read");
    has(&format!("project: {}", project.root.display()));
    for wall in ["resource limits", "landlock", "seccomp"] {
        assert_eq!(said.matches(&format!("    {wall}: ")).count(), 2, "{wall}:\n{said}");
    }
    let (_, nowhere) = run(cache.path(), cache.path(), &["--doctor"]);
    assert!(nowhere.contains("project: none found"), "{nowhere}");
}

/// A file is looked at again when it has changed, however a query names it.
#[cfg(unix)]
#[test]
fn files_named_by_urls_are_seen_to_change() {
    let (cache, project) = (tempfile::tempdir().unwrap(), Project::of(&[("a.csv", "x\naaa\n")]));
    let file = project.file("a.csv");
    for start in ["file:", "file://"] {
        let name = format!("{start}{}", file.display());
        project.write(
            "project.visivo.yml",
            &format!(
                "name: b\nsources: [{{ name: d, type: duckdb, database: ':memory:' }}]\n\
                 models: [{{ name: m, source: ref(d), sql: \"select x from read_csv('{name}')\" }}]\n\
                 inputs: [{{ name: i, type: single-select, options: \"?{{ select x from ${{ref(m)}} }}\" }}]\n"
            ),
        );
        let told = |wanted: u64| {
            age(&project.root);
            let report = check(cache.path(), &project, &[]);
            assert_eq!(report["projects"][0]["inputs"][0]["options"], wanted, "{name}: {report:#}");
        };
        std::fs::write(&file, "x\naaa\n").unwrap();
        told(1);
        std::fs::write(&file, "x\naaa\nbbb\n").unwrap();
        told(2);
    }
}
