//! The door to the file system: what a project may make the program read and write. Judged from outside, by the file system.

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
const EXCEPTED: [(&str, &str); 8] = [
    ("server/files/src/", "the door itself"),
    ("server/engine/src/cache_folder.rs", "the program's own folder"),
    ("server/engine/src/capsules.rs", "its `File` is that of the cache"),
    ("server/engine/src/capsules/file.rs", "the program's own file"),
    ("server/engine/src/column_text.rs", "in the worker, below the staging folder"),
    ("server/engine/src/export.rs", "in the worker, below the staging folder"),
    ("server/engine/src/sandbox/landlock.rs", "in the worker, names what it may still open"),
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

#[cfg(unix)]
mod links {
    use super::*;
    use serde_json::json;
    use std::os::unix::fs::symlink;
    use viz_tests::{Client, Options};

    fn fifo(path: &Path) {
        let made = rustix::fs::mknodat(
            rustix::fs::CWD,
            path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        );
        made.expect("a pipe can be made");
    }

    /// `/work/shared/cases/walls/fix-through-link.sh`, and the same with a link of a folder.
    #[test]
    fn fixes_go_through_no_link() {
        const FAULTY: &str = "charts:\n  - name: co\n    insights: ref(zz)\n";
        for (include, link, to) in
            [("l.yml", "l.yml", "../outside/m.yml"), ("d/m.yml", "d", "../outside"), ("d", "d", "../outside")]
        {
            let project = Project::of(&[("p/project.visivo.yml", &including(include)), ("outside/m.yml", FAULTY)]);
            symlink(to, project.root.join("p").join(link)).unwrap();
            let run = check(&project, &["--fix"]);
            assert_eq!(project.read("outside/m.yml"), FAULTY, "{include}: {run:?}");
            assert!(
                run.err.contains("is a link to a file outside of the project: nothing is written to it"),
                "{run:?}"
            );
        }
        // What lies in the project is mended in its own place, and the link stays one.
        let project = Project::of(&[("p/project.visivo.yml", &including("l.yml")), ("p/deep/m.yml", FAULTY)]);
        symlink("deep/m.yml", project.root.join("p/l.yml")).unwrap();
        let run = check(&project, &["--fix"]);
        assert_ne!(project.read("p/deep/m.yml"), FAULTY, "{run:?}");
        assert!(project.root.join("p/l.yml").is_symlink());
    }

    #[test]
    fn baselines_go_through_no_link() {
        let project = Project::of(&[("p/project.visivo.yml", "nam: p\n"), ("outside/b.json", "old")]);
        let root = project.root.join("p");
        symlink("../outside/b.json", root.join("link.json")).unwrap();
        symlink("../outside", root.join("folder")).unwrap();
        std::fs::create_dir(root.join("own")).unwrap();
        for (path, written) in
            [("link.json", false), ("folder/b.json", false), ("own/b.json", true), ("../outside/new.json", true)]
        {
            let run = check(&project, &["--write-baseline", path]);
            assert_eq!(run.status < 2, written, "{path}: {run:?}");
            assert!(root.join(path).exists() && project.read("outside/b.json") == "old", "{path}: {run:?}");
        }
        // A file of the project's that it names itself.
        for (path, fine) in
            [("own/b.json", true), ("folder/new.json", false), ("../outside/new.json", false), ("/etc/passwd", false)]
        {
            project.write("p/.viz-lsp.yml", &format!("baseline: {path}\n"));
            let run = check(&project, &[]);
            assert_eq!(run.status < 2, fine, "{path}: {run:?}");
            assert!(!run.err.contains("root:"), "{run:?}");
        }
    }

    /// What the command line names below the repository is in it, in CI.
    #[test]
    fn nothing_that_is_named_leads_out_of_the_repository_in_ci() {
        let project = Project::of(&[
            ("r/proj/project.visivo.yml", "name: p\n"),
            ("outside/project.visivo.yml", "name: o\n"),
            ("outside/b.json", r#"{"version":1,"findings":[]}"#),
        ]);
        let repository = project.root.join("r");
        for folder in ["r/.git", "r/ci", "r/own", "elsewhere"] {
            std::fs::create_dir_all(project.file(folder)).unwrap();
        }
        symlink("../../outside", repository.join("ci/l")).unwrap();
        symlink("r", project.root.join("same")).unwrap();
        let before = std::fs::read_dir(project.file("outside")).unwrap().count();
        let spelled = project.root.join("same/ci/l/x").display().to_string();
        let elsewhere = project.root.join("elsewhere/x").display().to_string();
        for nested in [false, true] {
            if nested {
                std::fs::create_dir(repository.join("proj/.git")).unwrap();
            }
            for (args, fine) in [
                (&["--build", "--out", "ci/l/out", "proj"][..], false),
                (&["--build", "--out", "ci/../ci/l", "proj"], false),
                (&["--build", "ci/l"], false),
                (&["--check", "ci/l"], false),
                (&["--check", "--write-baseline", "ci/l/w.json", "proj"], false),
                (&["--check", "--write-baseline", &spelled, "proj"], false),
                (&["--check", "--baseline", "ci/l/b.json", "proj"], false),
                (&["--check", "--log-file", "ci/l/v.log", "-vv", "proj"], false),
                (&["--doctor", "proj", "--log-file", "ci/l/v.log"], false),
                (&["--doctor", "ci/l"], false),
                (&["--doctor", "ci/l/project.visivo.yml"], false),
                (&["--doctor", "proj"], true),
                (&["--build", "--out", "own/out", "proj"], true),
                (&["--check", "--write-baseline", "own/w.json", "--log-file", "own/v.log", "proj"], true),
                (&["--check", "--write-baseline", &elsewhere, "--log-file", &elsewhere, "proj"], true),
                (&["--check", "--baseline", "../outside/b.json", "proj"], true),
            ] {
                let mut program = std::process::Command::new(crate::PROGRAM);
                let ran = program.args(args).current_dir(&repository).env("CI", "true").output().expect("it runs");
                let said = String::from_utf8_lossy(&ran.stderr);
                assert_eq!(ran.status.code() == Some(0), fine, "{args:?}: {said}");
                assert!(fine || said.contains("leads out of the repository"), "{args:?}: {said}");
                let after = std::fs::read_dir(project.file("outside")).unwrap().count();
                assert_eq!(after, before, "{args:?} writes outside");
            }
        }
    }

    #[test]
    fn links_lead_no_secret_in() {
        let project = Project::of(&[("p/project.visivo.yml", &including("d")), ("p/.env", &format!("A={SECRET}\n"))]);
        let root = project.root.join("p");
        project.write("outside/.ssh/id.yml", &format!("{SECRET}\n"));
        project.write("outside/plain.yml", &format!("{SECRET}\n"));
        project.write("outside/deep/plain.yml", &format!("{SECRET}\n"));
        std::fs::create_dir(root.join("d")).unwrap();
        symlink("../.env", root.join("d/a.yml")).unwrap();
        std::fs::hard_link(root.join(".env"), root.join("d/b.yml")).unwrap();
        symlink("../../outside/.ssh", root.join("d/c")).unwrap();
        symlink("../../outside/plain.yml", root.join("d/d.yml")).unwrap();
        symlink("../../outside/deep", root.join("d/e")).unwrap();
        for format in FORMATS {
            let run = check(&project, &["--format", format]);
            assert!(!run.out.contains(SECRET) && !run.err.contains(SECRET), "{run:?}");
            assert!(run.out.matches("wrong-type").count() >= 2, "the plain ones are told: {run:?}");
            let ci = check_in_ci(&project, &["--format", format]);
            assert!(!ci.out.contains(SECRET) && ci.status == 0, "nothing of it is false: {ci:?}");
        }
        // The project's own two files.
        for name in ["project.visivo.yml", ".viz-lsp.yml"] {
            drop(std::fs::remove_file(root.join(name)));
            symlink("../outside/plain.yml", root.join(name)).unwrap();
            for format in FORMATS {
                let run = check(&project, &["--format", format]);
                assert!(!run.out.contains(SECRET) && !run.err.contains(SECRET), "{name}: {run:?}");
            }
        }
    }

    #[test]
    fn link_loops_end() {
        let project = Project::of(&[("p/project.visivo.yml", &including("d")), ("p/d/a.yml", "models: []\n")]);
        for number in 0..8 {
            symlink(".", project.root.join(format!("p/d/l{number}"))).unwrap();
            symlink("../d", project.root.join(format!("p/d/m{number}"))).unwrap();
        }
        let run = check(&project, &[]);
        assert!(run.status == 0 && !run.out.contains("error["), "{run:?}");
        for path in ["../../../../../../../../../../../../proc", "../../../../../../../../../../../../sys"] {
            let project = Project::of(&[("p/project.visivo.yml", &including(path))]);
            let run = check(&project, &[]);
            assert!(run.status < 2 && run.out.contains("include-"), "{path}: {run:?}");
        }
    }

    #[test]
    fn the_server_answers_whatever_links_lead_to() {
        let text = format!("{}models:\n  - name: m\n    sql: select 1 as x\n", including("d"));
        let project = Project::of(&[("p/project.visivo.yml", &text), ("p/d/a.yml", "models: []\n")]);
        for number in 0..4 {
            symlink(".", project.root.join(format!("p/d/l{number}"))).unwrap();
        }
        symlink("..", project.root.join("p/up")).unwrap();
        let mut client = Client::start(PROGRAM, Options::default());
        client.open(&project.root.join("p/project.visivo.yml"));
        client.settle(&project.root.join("p"));
        assert_eq!(client.shut_down(), 0);
    }

    #[test]
    fn editors_are_offered_no_edits_elsewhere() {
        const USES: &str = "charts:\n  - {name: co, insights: [ref(zz)]}\n  - name: ko\n    insights: ref(zz)\n";
        let text = "name: p\nincludes:\n  - path: l.yml\ninsights:\n  - name: zz\n    props: {type: bar}\n";
        let project = Project::of(&[("p/project.visivo.yml", text), ("outside/m.yml", USES), ("p/own.yml", USES)]);
        let root = project.root.join("p");
        symlink("../outside/m.yml", root.join("l.yml")).unwrap();
        let mut client = Client::start(PROGRAM, Options::default());
        let document = client.open(&root.join("project.visivo.yml"));
        let linked = client.open(&root.join("l.yml"));
        client.settle(&root);
        let at = document.position(document.find("zz").start);
        let place = json!({ "textDocument": { "uri": document.uri }, "position": at, "newName": "yy" });
        let id = client.ask("textDocument/rename", place.clone());
        let refused = client.answer(id).expect_err("a file outside has the name, too").to_string();
        assert!(refused.contains("is a link to a file outside of the project"), "{refused}");
        let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
        let actions =
            json!({ "textDocument": { "uri": linked.uri }, "range": whole, "context": { "diagnostics": [] } });
        let actions = client.request("textDocument/codeAction", actions);
        assert!(!actions.to_string().contains("newText"), "{actions:#}");
        let told = client.published(&linked.uri).map(|told| json!(told.diagnostics).to_string()).unwrap_or_default();
        assert!(told.contains("wrong-type") && !told.contains("newText"), "{told}");
        // The same link into the project is the project's own.
        std::fs::remove_file(root.join("l.yml")).unwrap();
        symlink("own.yml", root.join("l.yml")).unwrap();
        client.close(&linked);
        client.settle(&root);
        let edit = client.request("textDocument/rename", place);
        assert!(edit.to_string().contains("own.yml"), "{edit:#}");
        assert_eq!(client.shut_down(), 0);
    }

    #[test]
    fn untrusted_workspaces_read_nothing_outside_of_their_repository() {
        let models = "models:\n  - name: far\n    sql: select 1 as x\n";
        let text = format!("{}charts: [{{name: c, insights: [ref(nobody)]}}]\n", including("l.yml"));
        let project = Project::of(&[("p/project.visivo.yml", &text), ("outside/m.yml", models)]);
        let root = project.root.join("p");
        symlink("../outside/m.yml", root.join("l.yml")).unwrap();
        for (options, read) in [
            (json!({ "trusted": false }), false),
            (json!({ "trusted": false, "allowOutside": true }), true),
            (json!({ "trusted": true }), true),
        ] {
            let mut client = Client::start(PROGRAM, Options { initialization: options.clone(), ..Options::default() });
            client.open(&root.join("project.visivo.yml"));
            client.settle(&root);
            let found = client.request("workspace/symbol", json!({ "query": "far" }));
            assert_eq!(found.to_string().contains("far"), read, "{options}: {found:#}");
            let codes: Vec<String> = client.findings(&root).iter().map(|found| found.code.clone()).collect();
            assert_eq!(codes.iter().any(|code| code == "include-not-read"), !read, "{options}: {codes:?}");
            assert_eq!(codes.iter().any(|code| code == "unknown-reference"), read, "{options}: {codes:?}");
            assert_eq!(client.shut_down(), 0);
        }
    }

    #[test]
    fn pipes_and_links_in_the_output_folder_stop_a_build() {
        let text = "name: p\nsources:\n  - {name: s, type: duckdb, database: ':memory:'}\nmodels:\n  - {name: m, source: ref(s), sql: select 1 as x}\n";
        for name in [".viz-lsp-build.lock", ".viz-lsp-build.json", "error.json", "target"] {
            for linked in [false, true] {
                let project = Project::of(&[("p/project.visivo.yml", text), ("outside/x", "old")]);
                let target = project.root.join("p/target");
                let place = if name == "target" { target.clone() } else { target.join(name) };
                std::fs::create_dir_all(place.parent().unwrap()).unwrap();
                if linked {
                    symlink(project.root.join("outside/x"), &place).unwrap();
                } else {
                    fifo(&place);
                }
                let run = run(PROGRAM, &project.root.join("p"), &["--build", "--no-cache", "--color", "never"]);
                assert_eq!(project.read("outside/x"), "old", "{name}: {run:?}");
                if name.ends_with(".lock") || name == "target" {
                    assert_eq!(run.status, 2, "{name}: {run:?}");
                }
            }
        }
    }

    #[test]
    fn pipes_where_files_are_expected_keep_nobody_waiting() {
        for name in ["p/project.visivo.yml", "p/.env", "p/.viz-lsp.yml", "p/a.yml"] {
            let project = Project::of(&[("p/x", "")]);
            if name != "p/project.visivo.yml" {
                project.write("p/project.visivo.yml", &including("a.yml"));
            }
            fifo(&project.root.join(name));
            let run = check(&project, &[]);
            assert!(run.status >= 0, "{name}: {run:?}");
        }
    }
}
