//! What is printed reaches its reader or is a failure, and does nothing to whoever shows it.

use crate::PROGRAM;
use std::process::Stdio;
use viz_tests::cli::{Run, run};
use viz_tests::projects::{self, Project};

const SHOP: &str = "tests/projects/ecommerce";

/// Every command and format that prints something.
#[cfg(target_os = "linux")]
const COMMANDS: [&[&str]; 13] = [
    &["--check", "--level", "parse", SHOP],
    &["--check", "--level", "parse", "--format", "json", SHOP],
    &["--check", "--level", "parse", "--format", "sarif", SHOP],
    &["--check", "--level", "parse", "--format", "github", "tests/projects/broken/ecommerce"],
    &["--check", "--level", "parse", "tests/projects/broken/ecommerce"],
    &["--check", "--level", "parse", "--watch", SHOP],
    &["--build", "--dry-run", SHOP],
    &["--build", "--dry-run", "--format", "json", SHOP],
    &["--explain"],
    &["--explain", "duplicate-key"],
    &["--runs"],
    &["--doctor"],
    &["--help"],
];

#[cfg(target_os = "linux")]
fn into(args: &[&str], out: &str, err: Stdio) -> (i32, String) {
    let cache = tempfile::tempdir().expect("a temporary folder");
    let full = std::fs::File::options().write(true).open(out).expect("it is there");
    let output = viz_tests::cli::program(PROGRAM)
        .args(args)
        .current_dir(projects::repository())
        .env("XDG_CACHE_HOME", cache.path())
        .env_remove("VIZ_LSP_LOG")
        .stdout(full)
        .stderr(err)
        .output()
        .expect("it runs");
    (output.status.code().expect("it wasn't killed"), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_success() {
    for args in COMMANDS {
        let (status, err) = into(args, "/dev/full", Stdio::piped());
        assert_eq!(status, 2, "{args:?}: {err}");
        assert!(err.contains("error: can't write to stdout: No space left on device"), "{args:?}: {err}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stderr_is_no_success_either() {
    let full = || std::fs::File::options().write(true).open("/dev/full").expect("it is there");
    let project = Project::of(&[("project.visivo.yml", "name: a\n"), ("other.txt", "")]);
    let outside = tempfile::NamedTempFile::new().expect("a temporary file");
    let paths = [project.root.to_str().unwrap(), outside.path().to_str().unwrap()];
    let (status, _) = into(&["--check", paths[0], paths[1]], "/dev/null", full().into());
    assert_eq!(status, 2, "the note can't be written");
    assert_eq!(into(&["--check", "-vv", paths[0]], "/dev/null", full().into()).0, 2, "the log can't be written");
    assert_eq!(into(&["--check", paths[0]], "/dev/null", full().into()).0, 0, "nothing was to be written");
}

/// `| head`: the reader has what it wants.
#[cfg(target_os = "linux")]
#[test]
fn a_closed_pipe_is_the_readers_choice() {
    for (args, status) in [(&["--explain"][..], 0), (COMMANDS[1], 0), (COMMANDS[4], 1)] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = viz_tests::cli::program(PROGRAM)
            .args(args)
            .current_dir(projects::repository())
            .stdout(writer)
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(status), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
}

/// What means something to a terminal, to GitHub's runner and to Azure's agent.
const NASTY: &str = "a\\n::error file=x::pwned\\n  ::add-mask::true\\r::warning::z\\n##[error]no ##vso[task.x]y\\x1b[2J\\x07\\x9b31m\\u202e\\x7f";

fn nasty() -> Project {
    let text = format!(
        "name: shop\n\
         sources:\n  - {{name: \"{NASTY}\", type: duckdb, database: warehouse.duckdb}}\n  - {{name: m, type: \"{NASTY}\"}}\n\
         models:\n\
         - name: \"{NASTY}\"\n    source: ref(m2)\n    sql: \"select 1 as x,\\n::error::sql\\n##[group]g\"\n\
         - name: good\n    source: ref(mem)\n    sql: select 1 as x, 'a' as y\n\
         - name: fails\n    source: ref(mem)\n    sql: \"select error('a' || chr(10) || '::error::run' || chr(27)) as x\"\n\
         inputs:\n\
         - {{name: i, type: single-select, options: [\"{NASTY}\", \"b'\"]}}\n\
         - {{name: \"{NASTY}\", type: single-select, options: [1, \"{NASTY}\"], \"{NASTY}\": 1}}\n\
         insights:\n\
         - name: \"{NASTY}\"\n    props: {{type: bar, x: '?{{ ${{ref(good).x}} }}', \"{NASTY}\": 1}}\n    interactions:\n      - filter: \"?{{ ${{ref(good).y}} = '${{ref(i).value}}' }}\"\n\
         - name: of_fails\n    props: {{type: bar, x: '?{{ ${{ref(fails).x}} }}'}}\n\
         alerts: [{{name: x, if: \"a\\x9b31m\\x9d52;c\\u2028::error::fix\\x85::error::y\"}}]\n\
         \"{NASTY}\": 1\n"
    )
    .replace("\n- ", "\n  - ")
    .replace("sources:\n", "sources:\n  - {name: mem, type: duckdb, database: warehouse.duckdb}\n");
    Project::of(&[("a\n::error::folder\x1b[1m/project.visivo.yml", &text)])
}

/// A text without what only colours it.
fn without_styles(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |out, piece| match piece.split_once('m') {
        Some((style, rest)) if style.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => out + rest,
        _ => out + "\u{1b}[" + piece,
    })
}

fn harmless(what: &str, run: &Run, commands_are_meant: bool) {
    for (stream, text) in [("stdout", without_styles(&run.out)), ("stderr", without_styles(&run.err))] {
        for c in text.chars().filter(|c| *c != '\n') {
            let is_tab = c == '\t';
            let control = c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!control || is_tab, "{what}: {stream} holds {c:?}: {text}");
        }
        for line in text.lines() {
            assert!(!line.contains("##[") && !line.to_lowercase().contains("##vso["), "{what}: {line}");
            let begins = line.trim_start();
            let leads_elsewhere = begins.strip_prefix("::: ").is_some_and(|rest| !rest.contains("::"));
            let is_command = begins.starts_with("::") && !leads_elsewhere;
            let is_ours = commands_are_meant && line.contains(" title=viz-lsp (");
            assert!(!is_command || is_ours, "{what}: {line}");
        }
    }
}

#[test]
fn data_are_shown_and_do_nothing() {
    let project = nasty();
    for args in [
        &["--check"][..],
        &["--check", "--color", "always"],
        &["--check", "--format", "json"],
        &["--check", "--format", "sarif"],
        &["--check", "--format", "github"],
        &["--check", "--level", "execute", "-vv"],
        &["--check", "--format", "text", "--level", "parse", "--quiet"],
        &["--build"],
        &["--build", "--format", "json"],
        &["--runs"],
        &["--doctor"],
        &["--doctor", "a\n::error::folder\x1b[1m"],
        &["--explain", "a\n::error::code"],
        &["--check", "no\n::error::path"],
        &["--check", "--baseline", "no\n::error::path"],
        &["--build", "--only", "no\n::error::name"],
    ] {
        let mut args: Vec<&str> = args.to_vec();
        let folder = "a\n::error::folder\x1b[1m";
        // A path of its own is instead of the folder; what `--only` and `--baseline` name is not.
        let has_path = args.iter().any(|arg| arg.contains("::path")) && !args.contains(&"--baseline");
        if matches!(args[0], "--check" | "--build") && !has_path {
            args.push(folder);
        }
        let run = run(PROGRAM, &project.root, &args);
        assert!(!run.out.is_empty() || !run.err.is_empty(), "{args:?}");
        harmless(&format!("{args:?}"), &run, args.contains(&"github"));
        if args.contains(&"json") {
            serde_json::from_str::<serde_json::Value>(&run.out).expect("JSON");
        }
    }
}

/// Programs that show lines take some of them for commands, and there are more of those programs than anybody knows.
#[test]
fn no_line_begins_with_a_name() {
    for name in ["##teamcity[buildStatus text='x']", "--- x", "+++ x", "^^^ +++"] {
        let text = format!(
            "name: \"{name}\"\ninsights:\n  - name: \"{name}\"\n    props: {{type: bar, x: '?{{ ${{ref(none).x}} }}'}}\n\
             models:\n  - {{name: \"{name}\", sql: select}}\n"
        );
        let project = Project::of(&[(&format!("{name}/project.visivo.yml"), &text)]);
        let path = format!("./{name}");
        for args in [&["--check", &path][..], &["--check", &path, "--level", "parse"], &["--build", &path]] {
            let run = run(PROGRAM, &project.root, args);
            assert!(run.out.contains(name) || run.err.contains(name), "{args:?}: {run:?}");
            for line in run.out.lines().chain(run.err.lines()) {
                assert!(!line.trim_start().starts_with(name), "{args:?}: {line}");
            }
        }
    }
}

/// A file is told by its own name, not by that of another one.
#[cfg(unix)]
#[test]
fn odd_names_of_files_are_told_as_they_are() {
    let project = Project::of(&[
        ("project.visivo.yml", "name: p\nincludes:\n  - path: inc/\n"),
        ("inc/a\nb.yml", "charts: 1\n"),
        ("inc/c\\d.yml", "charts: 1\n"),
        ("inc/e%20#?f.yml", "charts: 1\n"),
    ]);
    let run = |format| run(PROGRAM, &project.root, &["--check", "--format", format]).out;
    let sarif = run("sarif");
    for uri in ["inc/a%0Ab.yml", "inc/c%5Cd.yml", "inc/e%2520%23%3Ff.yml"] {
        assert!(
            sarif.contains(&format!("\"uri\":\"{uri}\"")) || sarif.contains(&format!("\"uri\": \"{uri}\"")),
            "{uri}: {sarif}"
        );
    }
    assert!(run("json").contains(r"inc/c\\d.yml"));
    let text = run("text");
    assert!(text.contains(r"inc/c\d.yml"), "{text}");
}
