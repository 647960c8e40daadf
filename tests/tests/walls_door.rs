//! The door to the file system: what a project may make the program read and write. Judged from outside, by the file system.

#[cfg(unix)]
mod links;

use crate::PROGRAM;
use std::path::Path;
use viz_tests::cli::{Run, run};
use viz_tests::projects::Project;

/// What nobody may see.
const SECRET: &str = "SEKRET-wombat-90210";

const FORMATS: [&str; 4] = ["text", "json", "sarif", "github"];

fn check(project: &Project, more: &[&str]) -> Run {
    let args = [&["--check", "--level", "parse", "--color", "never", "--no-cache"], more].concat();
    run(PROGRAM, &project.root.join("p"), &args)
}

/// A check as in CI.
fn check_in_ci(project: &Project, more: &[&str]) -> Run {
    let output = viz_tests::cli::program(PROGRAM)
        .args(["--check", "--level", "parse", "--color", "never", "--no-cache"])
        .args(more)
        .env("CI", "true")
        .current_dir(project.root.join("p"))
        .output()
        .expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Run { status: output.status.code().expect("it wasn't killed"), out: text(output.stdout), err: text(output.stderr) }
}

fn including(path: &str) -> String {
    format!("name: p\nincludes:\n  - path: {path}\n")
}

/// All files that may be opened outside of the crates' own rooms, and why.
const EXCEPTED: [(&str, &str); 9] = [
    ("server/files/src/", "the door itself"),
    ("server/engine/src/cache_folder.rs", "the program's own folder"),
    ("server/engine/src/capsules.rs", "its `File` is that of the cache"),
    ("server/engine/src/capsules/file.rs", "the program's own file"),
    ("server/engine/src/column_text.rs", "in the worker, below the staging folder"),
    ("server/engine/src/export.rs", "in the worker, below the staging folder"),
    ("server/engine/src/sandbox/landlock.rs", "in the worker, names what it may still open"),
    ("server/engine/src/seal.rs", "the program's own file"),
    ("server/engine/src/sqlite_log.rs", "private copies in the program's own folder"),
];

#[test]
fn nothing_but_the_door_opens_files() {
    let calls = [
        "std::fs::",
        "use std::fs",
        "fs::read",
        "fs::write",
        "fs::copy",
        "fs::rename",
        "fs::remove",
        "fs::create_dir",
        "fs::metadata",
        "fs::symlink_metadata",
        "fs::canonicalize",
        "File::open",
        "File::create",
        "File::options",
        "OpenOptions",
        ".canonicalize(",
        "dunce::canonicalize",
        ".read_dir(",
        ".read_link(",
        ".symlink_metadata(",
        ".exists()",
        "glob::glob(",
        "reflink_copy::",
    ];
    // Types that say what an open file is, and say nothing of a path.
    let types = ["std::fs::File", "std::fs::Metadata", "std::fs::TryLockError"];
    let root = viz_tests::projects::repository();
    let mut found = Vec::new();
    let mut open = vec![root.join("server")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            let shown = path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/");
            if path.is_dir() && !matches!(entry.file_name().to_str(), Some("tests" | "benches" | "target")) {
                open.push(path);
                continue;
            }
            let is_ours = shown.ends_with(".rs") && shown.contains("/src/") && !shown.ends_with("/tests.rs");
            if !is_ours || EXCEPTED.iter().any(|(start, _)| shown.starts_with(start)) {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            // Tests of a module stand at its end.
            let own = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            for (number, line) in own.lines().enumerate() {
                let code = types.iter().fold(line.split("//").next().unwrap_or_default().to_owned(), |code, ty| {
                    code.replace(&format!("{ty}>"), "")
                        .replace(&format!("{ty},"), "")
                        .replace(&format!("{ty})"), "")
                        .replace(&format!("use {ty};"), "")
                });
                if calls.iter().any(|call| code.contains(call)) {
                    found.push(format!("{shown}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "these go past `viz-files`:\n{}", found.join("\n"));
}

#[test]
fn what_is_outside_and_no_project_file_is_never_quoted() {
    for content in [
        format!("{SECRET}\n"),
        format!("root:x:0:0:{SECRET}\nTOKEN={SECRET}\n"),
        format!("- {SECRET}\n"),
        format!("token: {SECRET}\npassword: [{SECRET}\n"),
        format!("token: {SECRET}\n"),
        format!("models: {SECRET}\n"),
        format!("models:\n  - name: a\n  {SECRET}: [\n"),
        format!("? {SECRET}\n"),
        format!("{{{SECRET}: 1}}\n"),
        format!("--- !{SECRET}\n&{SECRET} a: *none\n"),
        format!("%{SECRET}\n"),
        format!("\u{feff}'{SECRET}\n"),
    ] {
        let project =
            Project::of(&[("p/project.visivo.yml", &including("../outside/s.txt")), ("outside/s.txt", &content)]);
        for format in FORMATS {
            for run in [check(&project, &["--format", format]), check_in_ci(&project, &["--format", format])] {
                assert!(run.status < 2, "{run:?}");
                assert!(!run.out.contains(SECRET) && !run.err.contains(SECRET), "{content:?}: {run:?}");
                assert!(run.out.contains("s.txt"), "something is said of it: {content:?}: {run:?}");
            }
        }
    }
}

#[test]
fn what_is_outside_and_a_project_file_is_part_of_the_project() {
    let project = Project::of(&[
        ("p/project.visivo.yml", &including("../outside/models.yml")),
        ("outside/models.yml", "models:\n  - name: m\n    sqll: select 1\n"),
    ]);
    let shown = check(&project, &[]);
    assert!(shown.out.contains("sqll: select 1") && shown.status == 1, "{shown:?}");
    let ci = check_in_ci(&project, &["--format", "text"]);
    assert!(
        ci.status == 0 && ci.out.contains("warning[include-not-read]") && ci.out.contains("--allow-outside"),
        "{ci:?}"
    );
    let allowed = check_in_ci(&project, &["--allow-outside"]);
    assert!(allowed.status == 1 && allowed.out.contains("sqll: select 1"), "{allowed:?}");
    // The repository is as far as CI goes.
    project.write(".git", "gitdir: elsewhere\n");
    let repository = check_in_ci(&project, &[]);
    assert!(repository.status == 1 && repository.out.contains("sqll: select 1"), "{repository:?}");
    // The project can't allow it to itself.
    std::fs::remove_file(project.root.join(".git")).unwrap();
    project.write("p/.env", "CI=false\n");
    assert!(check_in_ci(&project, &[]).out.contains("include-not-read"));
}

#[test]
fn private_files_are_no_includes() {
    for path in [".env", ".env.local", ".visivo/s.yml", "keys/server.pem", "./x/../.env", ".ENV"] {
        let file = path.replace("./x/../", "");
        let project = Project::of(&[
            ("p/project.visivo.yml", &including(path)),
            (&format!("p/{file}"), &format!("TOKEN={SECRET}\n")),
        ]);
        for format in FORMATS {
            let run = check(&project, &["--format", format]);
            assert!(run.status == 0 && run.out.contains("include-not-read"), "{path}: {run:?}");
            assert!(!run.out.contains(SECRET), "{path}: {run:?}");
        }
    }
}

#[test]
fn a_copy_of_a_repository_is_not_left() {
    for sub in ["../../../../outside/s.yml", "x/../../../../../outside/s.yml", "/etc/passwd"] {
        let project = Project::of(&[
            ("p/project.visivo.yml", &including(&format!("o/r.git@v1 -- {sub}"))),
            ("p/.visivo_cache/o/r@v1/x.yml", "models: []\n"),
            ("p/.viz-lsp.yml", "target: '2.1'\n"),
            ("outside/s.yml", &format!("{SECRET}\n")),
        ]);
        let run = check(&project, &[]);
        assert!(!run.out.contains(SECRET) && run.out.contains("error[include-"), "{sub}: {run:?}");
    }
}

#[test]
fn settings_and_dbt_files_that_would_take_long_are_refused() {
    let deep = "[".repeat(100_000);
    let project = Project::of(&[
        ("p/project.visivo.yml", "name: p\ndbt:\n  enabled: true\n"),
        ("p/.viz-lsp.yml", &deep),
        ("p/dbt_project.yml", &deep),
    ]);
    let run = check(&project, &[]);
    assert!(run.status == 1 && run.out.contains("error[configuration]") && run.out.contains("times `[`"), "{run:?}");
}

#[test]
fn exclusions_that_would_take_long_are_refused() {
    let text = format!("{}    exclusions: ['(\\w{{40}}){{40}}']\n", including("d"));
    let files: Vec<(String, &str)> = (0..300).map(|n| (format!("p/d/{n}.yml"), "models: []\n")).collect();
    let mut all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    all.push(("p/project.visivo.yml", &text));
    let run = check(&Project::of(&all), &[]);
    assert!(run.status == 0 && run.out.contains("include-not-read") && run.out.contains("too large"), "{run:?}");
}

#[test]
fn huge_trees_end_with_a_finding() {
    let project = Project::of(&[("p/project.visivo.yml", &including("d"))]);
    let folder = project.root.join("p/d/many");
    std::fs::create_dir_all(&folder).unwrap();
    for number in 0..10_001 {
        std::fs::create_dir(folder.join(number.to_string())).unwrap();
    }
    let run = check(&project, &[]);
    assert!(run.status == 0 && run.out.contains("include-not-read") && run.out.contains("10000 folders"), "{run:?}");
    assert!(run.out.contains("`many/"), "it names the folder: {run:?}");
}

#[test]
fn includes_of_includes_end() {
    let chain: Vec<(String, String)> =
        (0..2_000).map(|n| (format!("p/{n}.yml"), format!("includes:\n  - path: {}.yml\n", n + 1))).collect();
    let mut all: Vec<(&str, &str)> = chain.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let first = including("0.yml");
    all.push(("p/project.visivo.yml", &first));
    let run = check(&Project::of(&all), &[]);
    assert!(run.status == 0 && run.out.contains("include-not-read") && run.out.contains("100 levels"), "{run:?}");
}
