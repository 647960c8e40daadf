//! Links and pipes where a project's files are expected: they lead nowhere, and keep nobody waiting.

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
        assert!(run.err.contains("is a link to a file outside of the project: nothing is written to it"), "{run:?}");
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

/// A shell goes through a link as if it were a folder, and tells so in `PWD`.
#[test]
fn the_current_folder_is_no_way_out_of_the_repository_in_ci() {
    let project =
        Project::of(&[("r/proj/project.visivo.yml", "name: p\n"), ("outside/deep/project.visivo.yml", "name: o\n")]);
    for folder in ["r/.git", "outside/.git"] {
        std::fs::create_dir_all(project.file(folder)).unwrap();
    }
    symlink("../outside", project.root.join("r/dashboards")).unwrap();
    symlink("proj", project.root.join("r/inside")).unwrap();
    symlink("r", project.root.join("same")).unwrap();
    let before = std::fs::read_dir(project.file("outside/deep")).unwrap().count();
    for (folder, fine) in [
        ("r/dashboards/deep", false),
        ("same/dashboards/deep", false),
        ("r/inside", true),
        ("same/proj", true),
        ("outside/deep", true),
    ] {
        for command in ["check", "build", "format", "doctor"] {
            for (ci, stale) in [(true, false), (false, false), (true, true)] {
                if command == "build" && (fine || !ci || stale) {
                    continue;
                }
                let folder = project.root.join(folder);
                let mut program = std::process::Command::new(crate::PROGRAM);
                program.arg(command).env_remove("CI").current_dir(&folder);
                program.env("PWD", if stale { &project.root } else { &folder });
                if ci {
                    program.env("CI", "true");
                }
                let ran = program.output().expect("it runs");
                let said = String::from_utf8_lossy(&ran.stderr);
                let what = format!("{command} in {} (CI {ci}, stale {stale}): {said}", folder.display());
                assert_eq!(ran.status.code() == Some(0), fine || !ci || stale, "{what}");
                assert_eq!(said.contains("the current folder, "), !fine && ci && !stale, "{what}");
            }
        }
    }
    assert_eq!(std::fs::read_dir(project.file("outside/deep")).unwrap().count(), before, "nothing is written outside");
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
    let actions = json!({ "textDocument": { "uri": linked.uri }, "range": whole, "context": { "diagnostics": [] } });
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

/// In CI the words are the same whether anything is there or not: they would tell what the computer of somebody else holds.
#[test]
fn nothing_tells_whether_a_file_outside_is_there_in_ci() {
    let project = Project::of(&[("p/project.visivo.yml", "name: p\n")]);
    let outside = project.file("outside");
    std::fs::create_dir_all(outside.join("here/deep")).unwrap();
    for name in ["here.yml", "here.git", "here/deep/a.yml", "here.csv", "here.duckdb"] {
        std::fs::write(outside.join(name), "models: []\n").unwrap();
    }
    symlink("../outside", project.file("p/out")).unwrap();
    for name in ["here", "gone"] {
        for ending in ["", ".yml", ".csv", ".duckdb"] {
            symlink(format!("../outside/{name}{ending}"), project.file(&format!("p/{name}{ending}"))).unwrap();
        }
    }
    let include = |path: &str| format!("name: p\nincludes:\n  - path: {path}\n");
    let source = |keys: &str| {
        format!(
            "name: p\nsources:\n  - {{name: s, {keys}}}\nmodels:\n  - {{name: m, source: ref(s), sql: select * from s}}\n"
        )
    };
    let said = |text: String, name: &str| {
        std::fs::write(project.file("p/project.visivo.yml"), text.replace("NAME", name)).unwrap();
        let mut program = viz_tests::cli::program(crate::PROGRAM);
        program.args(["--check", "--color", "never", "--no-cache", "--format", "json"]).env("CI", "true");
        let ran = program.current_dir(project.root.join("p")).output().expect("it runs");
        let told = String::from_utf8_lossy(&ran.stdout).replace(name, "NAME");
        // How long it took, and what findings are known by.
        let measured = |line: &&str| ["_ms\"", "milliseconds", "fingerprint"].iter().any(|word| line.contains(word));
        (ran.status.code(), told.lines().filter(|line| !measured(line)).map(str::to_owned).collect::<Vec<_>>())
    };
    for text in [
        include("../outside/NAME.yml"),
        include("../outside/NAME.git"),
        include("../outside/NAME"),
        include("../outside/NAME/deep/a.yml"),
        include("out/NAME.yml"),
        include("out/NAME"),
        include("NAME.yml"),
        include("NAME"),
        source("type: duckdb, database: ../outside/NAME.duckdb"),
        source("type: duckdb, database: NAME.duckdb"),
        source("type: sqlite, database: NAME.duckdb"),
        source("type: sqlite, database: out/NAME.duckdb"),
        source("type: csv, file: NAME.csv"),
        source("type: csv, file: ../outside/NAME.csv"),
    ] {
        assert_eq!(said(text.clone(), "here"), said(text.clone(), "gone"), "{text}");
    }
}
