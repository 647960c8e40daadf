//! The command line: paths, exit codes, what goes to stdout and what to stderr.

use crate::PROGRAM;
use viz_tests::cli::{Run, check_json, run};
use viz_tests::projects::{self, Project};

fn in_repository(args: &[&str]) -> Run {
    run(PROGRAM, &projects::repository(), args)
}

const SHOP: &str = "tests/projects/ecommerce";
const BROKEN: &str = "tests/projects/broken/ecommerce";

#[test]
fn exit_codes() {
    assert_eq!(in_repository(&["--check", SHOP]).status, 0);
    assert_eq!(in_repository(&["--check", BROKEN]).status, 1);
    for wrong in [
        &["--check", "tests/nowhere"][..],
        &["--check", "server"],
        &["--check", "--format", "xml", SHOP],
        &["--check", "--level", "deep", SHOP],
        &["--check", "--baseline", "nowhere.json", SHOP],
        &["--nonsense"],
        &["path/without/check"],
        &["--explain", "no-such-code"],
    ] {
        let run = in_repository(wrong);
        assert_eq!(run.status, 2, "{wrong:?}: {run:?}");
        assert!(run.out.is_empty() && !run.err.is_empty(), "{wrong:?}: {run:?}");
    }
}

/// Hooks and scripts put the names of a project's files behind a command: whoever names the file must not choose an option.
#[test]
fn a_file_that_is_called_like_an_option_is_none() {
    let project = Project::of(&[("project.visivo.yml", "name: p\n")]);
    let outside = tempfile::tempdir().expect("a folder");
    let place = outside.path().join("settings.yml");
    let args: Vec<String> = ["--write-baseline", "--log-file", "--out"]
        .iter()
        .map(|option| format!("{option}={}", place.display()))
        .chain(
            ["--fix", "-q", "--baseline=b.yml", "-h", "-h.yml", "-qh.yml", "--help", "-V", "-V.yml"].map(str::to_owned),
        )
        .collect();
    for face in [&["--check"][..], &["--check", "--skip-unrelated"], &["check"], &["fix"], &["build"]] {
        for arg in &args {
            std::fs::write(&place, "kind: Config\n").expect("can be written");
            project.write(arg, "a: b\n");
            let all: Vec<&str> = face.iter().copied().chain([arg.as_str(), "project.visivo.yml"]).collect();
            let refused = run(PROGRAM, &project.root, &all);
            assert_eq!(refused.status, 2, "{all:?}: {refused:?}");
            assert!(
                refused.out.is_empty()
                    && ["put `--` before", "unexpected argument"].iter().any(|why| refused.err.contains(why)),
                "{all:?}: {refused:?}"
            );
            // Behind `--` it is a path, which belongs to the project.
            let all: Vec<&str> = face.iter().copied().chain(["--no-cache", "--", arg.as_str()]).collect();
            let read = run(PROGRAM, &project.root, &all);
            assert_ne!(read.status, 2, "{all:?}: {read:?}");
            assert_eq!(std::fs::read_to_string(&place).expect("is there"), "kind: Config\n", "{all:?}");
            std::fs::remove_file(project.file(arg)).expect("can be removed");
        }
    }
}

/// Each of these projects would read all others, and what those include, again.
#[test]
fn projects_that_include_each_other_are_bounded_together() {
    let text = "name: p\nincludes: [{path: ../}]\n";
    let names: Vec<String> = (0..70).map(|at| format!("p{at}/project.visivo.yml")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text)).collect();
    let project = Project::of(&files);
    let refused = run(PROGRAM, &project.root, &["check", "--level", "parse"]);
    assert_eq!((refused.status, refused.out.as_str()), (2, ""), "{}", refused.err);
    assert!(refused.err.contains("check fewer projects at once"), "{}", refused.err);
    let alone = run(PROGRAM, &project.root, &["check", "--level", "parse", "p0"]);
    assert_ne!(alone.status, 2, "{alone:?}");
}

/// A file that nothing includes is told of in the nearest project, and in no other.
#[test]
fn a_stray_belongs_to_the_nearest_project() {
    let stray = "models:\n  - name: m\n    sql: select 1\n";
    let project = Project::of(&[
        ("a/project.visivo.yml", "name: a\n"),
        ("a/b/project.visivo.yml", "name: b\n"),
        ("a/b/extra.yml", stray),
    ]);
    let json = check_json(PROGRAM, &project.root, &["--level", "parse", "a", "a/b/extra.yml"]);
    let strays = |at: usize| cli_findings(&json, at).iter().filter(|code| *code == "file-not-included").count();
    assert_eq!((strays(0), strays(1)), (0, 1), "{json}");
}

fn cli_findings(json: &serde_json::Value, project: usize) -> Vec<String> {
    viz_tests::cli::findings(json, project).into_iter().map(|finding| finding.code).collect()
}

/// A text that many models share has its faults once for each of them: nobody reads so many.
#[test]
fn faults_of_a_shared_text_are_listed_at_most_so_often() {
    let columns = vec!["1"; 300].join(",");
    let models: String = (0..300).map(|at| format!("- {{name: m{at}, source: ref(s), sql: *t}}\n")).collect();
    let text = format!(
        "name: p\nsources: [{{name: s, type: duckdb, database: ':memory:'}}]\nmodels:\n- {{name: m, source: ref(s), sql: &t \"select {columns}\"}}\n{models}"
    );
    let project = Project::of(&[("project.visivo.yml", &text)]);
    let json = check_json(PROGRAM, &project.root, &["--level", "parse"]);
    let findings = viz_tests::cli::findings(&json, 0);
    let unnamed = findings.iter().filter(|finding| finding.code == "model-sql").count();
    assert!((20..=400).contains(&unnamed), "{unnamed} findings");
    assert!(json.to_string().contains("280 more columns have no name"));
}

#[test]
fn the_shop_runs() {
    let run = in_repository(&["--check", "--no-cache", "--level", "execute", "--format", "json", SHOP]);
    assert_eq!(run.status, 0, "{run:?}");
    let json: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let judges = json["projects"][0]["insights"].as_array().expect("a list").iter().map(|insight| &insight["judge"]);
    assert!(
        judges.clone().count() > 10 && judges.clone().all(|judge| judge == "execute"),
        "{:?}",
        judges.collect::<Vec<_>>()
    );
}

/// Data that can't be reached: the texts are read, which a gate for coverage doesn't take for checked.
#[test]
fn a_gate_does_not_take_reading_for_checking() {
    let project = Project::of(&[(
        "project.visivo.yml",
        "name: p\nsources: [{ name: s, type: duckdb, database: nowhere.duckdb }]\n\
         models: [{ name: m, source: ref(s), sql: select a from t }]\n\
         insights: [{ name: i, props: { type: bar, x: '?{ ${ref(m).misspelt} }' } }]\n",
    )]);
    let gated = |level| run(PROGRAM, &project.root, &["check", "--level", level, "--min-coverage", "90"]);
    let (bound, parsed) = (gated("bind"), gated("parse"));
    assert_eq!(bound.status, 1, "{bound:?}");
    assert!(bound.out.contains("0 of 1 covered") && bound.err.contains("0.0 % of all"), "{bound:?}");
    assert!(parsed.status == 0 && parsed.out.contains("1 of 1 covered"), "{parsed:?}");
}

#[test]
fn a_place_in_another_file_has_no_mark_before_it() {
    let run = in_repository(&["--check", BROKEN, "--color", "never"]);
    assert!(run.out.lines().any(|line| line.trim_start().starts_with("::: tests/")), "{}", run.out);
}

/// In the root of a repository with several projects.
#[test]
fn the_doctor_names_the_projects_below() {
    let project = Project::of(&[("a/project.visivo.yml", "name: a\n"), ("b c/project.visivo.yml", "name: b\n")]);
    let doctor = run(PROGRAM, &project.root, &["doctor"]);
    for folder in ["a", "'b c'"] {
        assert!(doctor.out.contains(&format!("`viz-lsp doctor {folder}`")), "{doctor:?}");
    }
    assert_eq!(run(PROGRAM, &project.root, &["doctor", "nowhere"]).status, 2);
}

#[test]
fn a_clean_run_is_short() {
    let run = in_repository(&["--check", SHOP, "--color", "never"]);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 2, "{run:?}");
    assert!(lines[0].starts_with(&format!("{SHOP}: ")), "{run:?}");
    assert!(lines[1].starts_with("checked ") && lines[1].contains("; 0 errors, 0 warnings ("), "{run:?}");
    assert!(run.err.is_empty(), "{run:?}");
}

#[test]
fn text_shows_the_source() {
    let run = in_repository(&["--check", BROKEN, "--color", "never"]);
    for piece in [
        "error[unknown-column]: ",
        " --> tests/projects/broken/ecommerce/insights.yml:7:31\n",
        "      y: ?{ sum(${ref(orders).totl}) }\n",
        "^^^^",
        "; 4 errors, 0 warnings (",
    ] {
        assert!(run.out.contains(piece), "{piece:?} is not in\n{}", run.out);
    }
    assert!(!run.out.contains('\u{1b}'), "no colours were asked for");
    assert!(in_repository(&["--check", BROKEN, "--color", "always"]).out.contains('\u{1b}'));
    let quiet = in_repository(&["--check", BROKEN, "--quiet"]);
    assert!(quiet.out.contains("error[unknown-column]") && !quiet.out.contains("checked "), "{quiet:?}");
}

#[test]
fn each_project_is_checked_once_whatever_names_it() {
    let json = check_json(
        PROGRAM,
        &projects::repository(),
        &[&format!("{SHOP}/insights.yml"), SHOP, &format!("{SHOP}/project.visivo.yml"), BROKEN],
    );
    let roots: Vec<&str> =
        json["projects"].as_array().unwrap().iter().map(|project| project["root"].as_str().unwrap()).collect();
    assert_eq!(roots, [BROKEN, SHOP]);
    assert_eq!(json["summary"]["errors"], 4);
}

#[test]
fn strangers_are_skipped_with_a_note() {
    let run = in_repository(&["--check", "Cargo.toml", SHOP]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.err.contains("Cargo.toml belongs to no project"), "{run:?}");
}

#[test]
fn the_current_folder_is_the_default() {
    let json = check_json(PROGRAM, &projects::path("ecommerce"), &[]);
    assert_eq!(json["projects"][0]["root"], ".");
}

#[test]
fn an_unreadable_project_file_is_no_finding() {
    let project = Project::of(&[("project.visivo.yml", "")]);
    std::fs::write(project.file("project.visivo.yml"), [b'n', 0xff, 0xfe]).unwrap();
    let run = run(PROGRAM, &project.root, &["--check"]);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.err.contains("UTF-8"), "{run:?}");
}

#[test]
fn parse_level_opens_no_source() {
    let json = check_json(PROGRAM, &projects::path("broken/ecommerce"), &["--level", "parse"]);
    let project = &json["projects"][0];
    for input in project["inputs"].as_array().unwrap().iter().filter(|input| input["source"] == "query") {
        assert_eq!((input["status"].as_str(), input["options"].as_u64()), (Some("unknown"), None), "{input}");
    }
    for insight in project["insights"].as_array().unwrap() {
        assert_ne!(insight["judge"], "bind", "{insight}");
    }
    let codes: Vec<&str> =
        project["diagnostics"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"unknown-reference") && !codes.contains(&"combination-syntax"), "{codes:?}");
}

#[test]
fn baselines_hide_what_they_record() {
    let project = Project::copy_of("broken/ecommerce");
    let run = |args: &[&str]| run(PROGRAM, &project.root, args);
    assert_eq!(run(&["--check", "--write-baseline", "baseline.json"]).status, 1);
    let hidden = run(&["--check", "--baseline", "baseline.json"]);
    assert_eq!(hidden.status, 0, "{hidden:?}");
    assert!(hidden.out.contains(", 4 in the baseline ("), "{hidden:?}");
    // A line above moves everything; a new fault is still told.
    let insights = project.read("insights.yml").replacen("insights:\n", "# moved\ninsights:\n", 1);
    project.write("insights.yml", &insights.replacen("ref(region)", "ref(regionn)", 1));
    let json = check_json(PROGRAM, &project.root, &["--baseline", "baseline.json"]);
    assert_eq!((&json["summary"]["errors"], &json["summary"]["recorded"]), (&1.into(), &4.into()), "{json:#}");
}

#[test]
fn baselines_survive_moves_inside_a_file() {
    let item = |name: &str, option: &str| {
        format!(
            "  - name: {name}\n    type: single-select\n    options:\n      - {option}\n      - {option}\n      - x\n"
        )
    };
    let (a, b) = (item("a", "1"), item("b", "2"));
    let project = Project::of(&[("project.visivo.yml", &format!("name: shop\ninputs:\n{a}{b}"))]);
    let check = |more: &[&str]| {
        let args: Vec<&str> = ["--level", "parse"].iter().chain(more).copied().collect();
        let json = check_json(PROGRAM, &project.root, &args);
        (json["summary"]["errors"].as_u64().unwrap(), json["summary"]["recorded"].as_u64().unwrap())
    };
    assert_eq!(check(&["--write-baseline", "base.json"]), (4, 0));
    let record = project.read("base.json");
    // Objects change places, lines come between them, the indentation and the line ends change.
    let moved = format!("name: shop\ninputs:\n{b}\n\n# moved\n{a}").replace("\n  ", "\n    ").replace('\n', "\r\n");
    project.write("project.visivo.yml", &moved);
    assert_eq!(check(&["--baseline", "base.json"]), (0, 4));
    // One more of what is recorded is new, whichever of them that is.
    project.write("project.visivo.yml", &moved.replacen("- 2", "- 2\r\n        - 2", 1));
    assert_eq!(check(&["--baseline", "base.json"]), (1, 4));
    // What is gone needs no record, and a record can be made anew while another hides it.
    project.write("project.visivo.yml", &moved.replacen("- 1", "- y", 1));
    assert_eq!(check(&["--baseline", "base.json", "--write-baseline", "new.json"]), (0, 3));
    assert_eq!(record.matches("fingerprint").count(), 4);
    assert_eq!(project.read("new.json").matches("fingerprint").count(), 3);
}

#[test]
fn coverage_and_warnings_can_fail_a_check() {
    assert_eq!(in_repository(&["--check", SHOP, "--min-coverage", "50"]).status, 0);
    let low = in_repository(&["--check", SHOP, "--max-combinations", "2", "--min-coverage", "99"]);
    assert_eq!(low.status, 1, "{low:?}");
    assert!(low.err.contains("less than the 99 % asked for"), "{low:?}");
    let project = Project::of(&[("project.visivo.yml", "name: twice\nname: again\n")]);
    assert_eq!(run(PROGRAM, &project.root, &["--check"]).status, 0, "a duplicate key is a warning");
    assert_eq!(run(PROGRAM, &project.root, &["--check", "--deny", "warnings"]).status, 1);
}

#[test]
fn explain_lists_and_prints() {
    let list = in_repository(&["--explain"]);
    assert!(list.out.lines().any(|line| line.starts_with("unknown-column ")), "{list:?}");
    let page = in_repository(&["--explain", "unknown-column"]);
    assert!(page.out.starts_with("# ") && page.status == 0, "{page:?}");
    assert_eq!(in_repository(&["explain", "Unknown_COLUMN"]).out, page.out);
    let near = in_repository(&["--explain", "unknown-colum"]);
    assert!(near.err.contains("did you mean `unknown-column`"), "{near:?}");
}

#[test]
fn version_is_one_line() {
    assert_eq!(in_repository(&["--version"]).out, format!("viz-lsp {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn verbose_output_goes_to_stderr() {
    let run = in_repository(&["--check", BROKEN, "--no-cache", "--format", "json", "-vv"]);
    serde_json::from_str::<serde_json::Value>(&run.out).expect("stdout is JSON alone");
    assert!(run.err.contains("the engine is asked"), "{run:?}");
}

/// R-SRC-04: what runs on another database is not judged by DuckDB, and is listed as not checked; what runs in the browser
/// is DuckDB's whatever the source.
#[test]
fn queries_of_other_databases_are_listed_as_not_checked() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let text = "
name: shop
sources:
  - { name: accounts, type: postgresql, database: accounts }
models:
  - { name: users, source: ref(accounts), sql: 'select * from users' }
inputs:
  - { name: city, type: single-select, options: [Rome, Oslo] }
insights:
  - name: on_postgres
    props: { type: bar, x: '?{ ${ref(users).name}::citext }' }
  - name: in_browser
    props: { type: bar, x: '?{ ${ref(users).name} }' }
    interactions: [{ filter: \"?{ ${ref(users).city} = '${ref(city).value}' and }\" }]
";
    std::fs::write(folder.path().join("project.visivo.yml"), text).expect("can be written");
    let json = check_json(PROGRAM, folder.path(), &["--no-cache"]);
    let insight = |name: &str| {
        let all = json["projects"][0]["insights"].as_array().expect("a list");
        all.iter().find(|insight| insight["name"] == name).expect("it is listed").clone()
    };
    assert_eq!(insight("on_postgres")["status"], "unchecked");
    assert_eq!(insight("on_postgres")["why"]["code"], "source-not-supported");
    let codes: Vec<&str> = json["projects"][0]["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    assert_eq!(codes, ["sql-syntax"], "{json:#}");
}
