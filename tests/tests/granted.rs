//! Folders of data outside of the project: what is read of them with the person's word, and that nothing else is a word.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use viz_tests::cli::{Run, check_json, program, run};
use viz_tests::projects::{Project, repository};
use viz_tests::{Client, Options};

/// Reads a database, and files by name, by pattern and as a source; two insights are wrong, which only the data tell.
const SHOP: &str = "name: p
sources:
  - {name: shop, type: duckdb, database: data/shop.duckdb}
  - {name: towns, type: csv, file: data/towns.csv}
models:
  - {name: orders, source: ref(shop), sql: select city from orders}
  - {name: files, source: ref(shop), sql: \"select town, n from read_csv('data/towns.csv')\"}
  - {name: all_files, source: ref(shop), sql: \"select town, n from 'data/t*.csv'\"}
  - {name: sheet, source: ref(towns), sql: select town from towns}
insights:
  - {name: a, props: {type: bar, x: '?{${ref(orders).city}}', y: '?{count(*)}'}}
  - {name: b, props: {type: bar, x: '?{${ref(files).town}}', y: '?{sum(${ref(files).n})}'}}
  - {name: c, props: {type: bar, x: '?{${ref(all_files).town}}', y: '?{sum(${ref(all_files).amount})}'}}
  - {name: e, props: {type: bar, x: '?{${ref(files).town}}', y: '?{sum(${ref(files).town})}'}}
";

const TOWNS: &str = "town,n\nRome,1\nOslo,2\n";

/// The project in `own` has its data, that in `linked` has them behind a link to `mnt/data`.
fn place() -> Project {
    let place = Project::of(&[
        ("own/project.visivo.yml", SHOP),
        ("linked/project.visivo.yml", SHOP),
        ("own/data/towns.csv", TOWNS),
        ("mnt/data/towns.csv", TOWNS),
        ("other/towns.csv", TOWNS),
    ]);
    for data in ["own/data", "mnt/data", "other"] {
        let database = repository().join("tests/data/secrets/shop.duckdb");
        std::fs::copy(database, place.root.join(data).join("shop.duckdb")).unwrap();
    }
    symlink("../mnt/data", place.root.join("linked/data")).unwrap();
    place
}

fn viz_lsp(place: &Project, args: &[&str]) -> Run {
    run(PROGRAM, &place.root.join("linked"), args)
}

/// What is said of the project in a folder, but for where it is and how long it took.
fn said(place: &Project, folder: &str, args: &[&str]) -> Value {
    let json = check_json(PROGRAM, &place.root.join(folder), &[&["--no-cache"], args].concat());
    let project = &json["projects"][0];
    json!({ "findings": project["diagnostics"], "insights": project["insights"] })
}

#[test]
fn a_linked_folder_is_as_good_as_the_projects_own_where_it_is_allowed() {
    let place = place();
    for level in ["bind", "execute"] {
        let own = said(&place, "own", &["--level", level]);
        assert!(own.to_string().contains("unknown-column"), "{own:#}");
        let mut linked = said(&place, "linked", &["--level", level, "--allow-read", "../mnt/data"]);
        let mut own = own;
        for said in [&mut own, &mut linked] {
            without_times(said);
        }
        assert_eq!(linked, own, "{level}");
    }
    let plain = viz_lsp(&place, &["--check", "--no-cache", "--color", "never"]);
    let folder = place.root.join("mnt/data");
    let told = format!("unless you allow it: `--allow-read {}`", folder.display());
    assert!(plain.status == 0 && plain.out.contains(&told) && plain.out.contains("b (parsed only)"), "{plain:?}");
    assert!(plain.out.contains("viz.check.allowRead") && !plain.out.contains("Permission denied"), "{plain:?}");
    // What it says is what helps.
    let helped = viz_lsp(&place, &["--check", "--no-cache", "--allow-read", &folder.display().to_string()]);
    assert!(helped.status == 1 && !helped.out.contains("--allow-read"), "{helped:?}");
}

/// What a query took is another time each time.
fn without_times(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !["milliseconds", "cost", "fingerprint", "path", "file"].contains(&key.as_str()));
            map.values_mut().for_each(without_times);
        }
        Value::Array(list) => list.iter_mut().for_each(without_times),
        _ => {}
    }
}

#[test]
fn no_other_folder_is_opened_by_one_that_is_allowed() {
    let place = place();
    for other in ["../other", "../own", "."] {
        let shown = viz_lsp(&place, &["--check", "--no-cache", "--allow-read", other]);
        assert!(shown.status == 0 && shown.out.contains("b (parsed only)"), "{other}: {shown:?}");
    }
    // The project leads its link elsewhere.
    std::fs::remove_file(place.root.join("linked/data")).unwrap();
    symlink("../other", place.root.join("linked/data")).unwrap();
    let shown = viz_lsp(&place, &["--check", "--no-cache", "--allow-read", "../mnt/data"]);
    assert!(shown.out.contains(&format!("`--allow-read {}`", place.root.join("other").display())), "{shown:?}");
}

#[test]
fn a_project_asks_and_is_given_nothing() {
    let place = place();
    let folder = place.root.join("mnt/data");
    place.write("linked/.viz-lsp.yml", &format!("read: [data, ../mnt/data, {}, none, .]\n", folder.display()));
    place.write("linked/.env", "CI=false\n");
    for args in [&["--check"][..], &["--check", "--level", "execute"]] {
        let shown = viz_lsp(&place, &[args, &["--no-cache"]].concat());
        assert!(shown.status == 0 && shown.out.contains("b (parsed only)"), "{shown:?}");
    }
    let lines = |args: &[&str]| {
        let shown = viz_lsp(&place, args);
        let lines = shown.out.lines().filter(|line| line.starts_with("  folder "));
        lines.map(|line| line.replace(&folder.display().to_string(), "DATA")).collect::<Vec<_>>()
    };
    let refused = "is not read unless you allow it: `--allow-read DATA`";
    assert_eq!(
        lines(&["doctor"]),
        [
            format!("  folder data (asked for in `read:`): {refused}"),
            format!("  folder ../mnt/data (asked for in `read:`): {refused}"),
            format!("  folder DATA (asked for in `read:`): {refused}"),
            "  folder none (asked for in `read:`): there is no such folder".to_owned(),
            "  folder . (asked for in `read:`): may be read".to_owned(),
        ]
    );
    let allowed = lines(&["doctor", "--allow-read", "../mnt/data"]);
    assert_eq!(allowed[0], "  folder data (asked for in `read:`): may be read");
    assert_eq!(allowed.last().unwrap(), "  folder DATA (`--allow-read`): may be read");
    place.write("linked/.viz-lsp.yml", "read: ../mnt/data\n");
    let shown = viz_lsp(&place, &["--check", "--no-cache"]);
    assert!(shown.out.contains("`read` takes a list, not the text"), "{shown:?}");
}

#[test]
fn what_can_not_be_allowed_stops_a_run() {
    let place = place();
    for command in ["check", "build", "fix", "doctor"] {
        for (folder, why) in [
            ("none", "there is no folder"),
            ("project.visivo.yml", "it is no folder"),
            ("/", "that is the whole file system"),
            ("data", "a change of a project could lead elsewhere: name the folder that it leads to itself"),
        ] {
            let shown = viz_lsp(&place, &[command, "--allow-read", folder]);
            let told = format!("error: `--allow-read {folder}` allows nothing: ");
            assert!(shown.status == 2 && shown.err.starts_with(&told) && shown.err.contains(why), "{shown:?}");
            assert!(shown.out.is_empty() && !place.root.join("linked/target").exists(), "{shown:?}");
        }
    }
}

#[test]
fn in_ci_the_folder_that_is_named_is_read_and_no_other() {
    let place = place();
    let check = |args: &[&str]| {
        let args = [&["--check", "--no-cache", "--color", "never"], args].concat();
        let output = program(PROGRAM).args(args).env("CI", "true").current_dir(place.root.join("linked")).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let plain = check(&[]);
    assert!(plain.contains("lies outside of the project's repository, and `CI` is `true`"), "{plain}");
    assert!(plain.contains("--allow-read") && !plain.contains("unknown-column"), "{plain}");
    assert!(!check(&["--allow-read", "../other"]).contains("unknown-column"));
    let allowed = check(&["--allow-read", "../mnt/data"]);
    assert!(allowed.contains("error[unknown-column]") && !allowed.contains("`CI` is `true`"), "{allowed}");
}

/// A build that read a folder is none of a project that may not.
#[test]
fn what_was_built_of_a_folder_is_built_again_without_it() {
    let place = place();
    let text = "name: shop\nsources:\n  - {name: s, type: duckdb, database: ':memory:'}\nmodels:\n  - {name: m, source: ref(s), sql: \"select * from 'data/towns.csv'\"}\n";
    place.write("linked/project.visivo.yml", text);
    std::thread::sleep(std::time::Duration::from_millis(50));
    let build = |args: &[&str]| viz_lsp(&place, &[&["build", "--color", "never", "--no-cache"], args].concat());
    let allow = ["--allow-read", "../mnt/data"];
    let first = build(&allow);
    assert!(first.status == 0 && first.out.contains("built"), "{first:?}");
    let again = build(&allow);
    assert!(again.status == 0 && again.out.contains("unchanged"), "{again:?}");
    let without = build(&[]);
    assert!(without.out.contains("unless you allow it") && !without.out.contains("unchanged"), "{without:?}");
}

fn session(place: &Project, initialization: Value, configuration: Option<Value>) -> (bool, Option<String>) {
    let root = place.root.join("linked");
    let mut client = Client::start(PROGRAM, Options { initialization, configuration, ..Options::default() });
    client.open(&root.join("project.visivo.yml"));
    client.settle(&root);
    let read = client.findings(&root).iter().any(|found| found.code == "unknown-column");
    let message = client.has_message().then(|| client.message());
    assert_eq!(client.shut_down(), 0);
    (read, message)
}

#[test]
fn the_editors_own_settings_allow_a_folder() {
    let place = place();
    place.write("linked/.viz-lsp.yml", "read: [../mnt/data]\n");
    let data: PathBuf = place.root.join("mnt/data");
    for (options, read) in [
        (json!({}), false),
        (json!({ "allowRead": [data] }), true),
        (json!({ "allowRead": [place.root.join("other")] }), false),
        (json!({ "trusted": false, "allowRead": [data] }), false),
        (json!({ "trusted": false, "allowOutside": true, "allowRead": [data] }), false),
    ] {
        assert_eq!(session(&place, options.clone(), None), (read, None), "{options}");
    }
    // A configuration may be the workspace's.
    let later = json!({ "allowRead": [data], "check": { "allowRead": [data] } });
    assert_eq!(session(&place, json!({}), Some(later)), (false, None));
    // What is wrong is told, and the rest holds.
    let (read, message) = session(&place, json!({ "allowRead": ["mnt/data", data] }), None);
    assert!(read && message.as_ref().is_some_and(|text| text.contains("it is no absolute path")), "{message:?}");
    let (read, message) = session(&place, json!({ "allowRead": Path::new("/mnt") }), None);
    assert!(!read && message.as_ref().is_some_and(|text| text.contains("must be a list of folders")), "{message:?}");
}

#[test]
fn the_editor_watches_an_allowed_folder_and_its_changes_are_checked() {
    let place = place();
    let (root, data) = (place.root.join("linked"), place.root.join("mnt/data"));
    let watches = json!({ "didChangeWatchedFiles": { "dynamicRegistration": true, "relativePatternSupport": true } });
    let options = Options {
        initialization: json!({ "allowRead": [data] }),
        workspace: watches,
        listens: true,
        ..Options::default()
    };
    let mut client = Client::start(PROGRAM, options);
    client.open(&root.join("project.visivo.yml"));
    client.settle(&root);
    let folder = url::Url::from_directory_path(&data).unwrap();
    assert!(client.heard.contains(&format!(r#""baseUri":"{folder}""#)), "{}", client.heard);
    let codes = |client: &Client| client.findings(&root).into_iter().map(|found| found.code).collect::<Vec<_>>();
    assert!(!codes(&client).contains(&"model-sql".to_owned()));
    std::fs::write(data.join("towns.csv"), "city,n\nRome,1\n").unwrap();
    let uri = url::Url::from_file_path(data.join("towns.csv")).unwrap();
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    client.settle(&root);
    assert!(codes(&client).contains(&"model-sql".to_owned()), "{:?}", codes(&client));
    assert_eq!(client.shut_down(), 0);
}
