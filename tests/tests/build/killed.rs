//! Builds that are killed or interrupted leave whole files.

use super::*;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A project whose every build writes new files: the rows tell which.
fn write_version(project: &Project, version: usize) {
    let rows: String = (0..3_000).map(|_| format!("{version}\n")).collect();
    project.write("rows.csv", &format!("v\n{rows}"));
}

fn project() -> Project {
    let insight = |at: usize| {
        format!("  - {{ name: i{at}, props: {{ type: scatter, y: \"?{{ ${{ref(rows).v}} + {at} - {at} }}\" }} }}\n")
    };
    let insights: String = (0..8).map(insight).collect();
    let text = format!(
        "name: killed\ndefaults: {{ source_name: local }}\nsources:\n  \
         - {{ name: local, type: duckdb, database: warehouse.duckdb }}\nmodels:\n  \
         - {{ name: rows, sql: \"select * from read_csv('rows.csv')\" }}\ninsights:\n{insights}"
    );
    Project::of(&[("project.visivo.yml", &text)])
}

fn start(project: &Project) -> Child {
    let mut command = viz_tests::cli::program(PROGRAM);
    command.args(["--build", "--flat", "--quiet"]).current_dir(&project.root);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

/// Every file is one that a build has finished. Returns the versions of the flat files.
fn whole(project: &Project) -> BTreeSet<u64> {
    let mut versions = BTreeSet::new();
    for (path, bytes) in files(&project.root.join("target")) {
        if path.starts_with(".viz-lsp-staging") {
            continue;
        }
        if path.ends_with(".parquet") {
            let length = bytes.len();
            assert!(length > 12 && bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{path}");
            let footer = u32::from_le_bytes(bytes[length - 8..length - 4].try_into().expect("four bytes"));
            assert!((footer as usize) < length - 12, "{path}");
            continue;
        }
        let json: Value = serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
        for column in json["data"].as_object().into_iter().flat_map(Map::values) {
            let values: BTreeSet<u64> =
                column.as_array().expect("a list").iter().map(|value| value.as_u64().expect("a number")).collect();
            assert_eq!((column.as_array().map(Vec::len), values.len()), (Some(3_000), 1), "{path}");
            versions.extend(values);
        }
    }
    versions
}

/// When the files of the insights were written.
fn written(project: &Project) -> Vec<Option<std::time::SystemTime>> {
    let insights = project.root.join("target/main/insights");
    let files = fs::read_dir(insights).into_iter().flatten().flatten();
    let mut times: Vec<_> = files.map(|file| file.metadata().and_then(|of| of.modified()).ok()).collect();
    times.sort();
    times
}

#[test]
fn fifty_times_leaves_whole_files() {
    let project = project();
    write_version(&project, 0);
    let started = Instant::now();
    assert!(start(&project).wait().expect("it ends").success());
    let time = started.elapsed().as_micros() as u64;
    let mut random = fastrand::Rng::with_seed(9);
    let (mut mixed, mut round) = (0, 0);
    while round < 50 || mixed == 0 {
        round += 1;
        assert!(round < 500, "no kill hit a build in the midst of its writing");
        write_version(&project, round);
        let before = written(&project);
        let mut child = start(&project);
        match round % 2 {
            0 => std::thread::sleep(Duration::from_micros(random.u64(0..=time))),
            // On a busy machine hardly any moment of all is one of writing.
            _ => while written(&project) == before && child.try_wait().expect("it runs or has ended").is_none() {},
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        mixed += usize::from(whole(&project).len() > 1);
    }
    assert!(start(&project).wait().expect("it ends").success());
    assert_eq!(whole(&project), BTreeSet::from([round as u64]));
    assert!(!files(&project.root.join("target")).keys().any(|path| path.starts_with(".viz-lsp-staging")));
}

/// Ctrl-C, too, and it clears up after itself.
#[test]
fn interrupted_builds_leave_nothing_half_done() {
    let project = project();
    write_version(&project, 0);
    let slow = "select v from read_csv('rows.csv'), range(300000)";
    let text = project.read("project.visivo.yml").replace("select * from read_csv('rows.csv')", slow);
    project.write("project.visivo.yml", &text);
    let child = start(&project);
    let staged = || {
        fs::read_dir(project.file("target"))
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with(".viz-lsp-staging"))
    };
    let started = Instant::now();
    while !staged() && started.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(staged(), "the build did not begin to write");
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("it runs").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert!(!staged());
    let names = files(&project.root.join("target")).into_keys();
    assert_eq!(names.filter(|path| path.contains("main/insights")).count(), 0);
}
