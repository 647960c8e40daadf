//! `--build`: what is in the files, when they are made again, and that nothing else is ever written.

#[cfg(unix)]
mod killed;

use crate::PROGRAM;
use crate::golden::{Golden, compare, goldens, text};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use viz_tests::library::check;
use viz_tests::projects::Project;
use viz_tests::{browser, cli};

/// A build, and its report.
pub(crate) fn build(project: &Project, args: &[&str]) -> (i32, Value) {
    let all: Vec<&str> = ["--build", "--format", "json"].iter().chain(args).copied().collect();
    let run = cli::run(PROGRAM, &project.root, &all);
    assert!(run.status < 2, "{run:?}");
    let json: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    (run.status, json["projects"][0].clone())
}

/// The objects of a report that came to this end.
pub(crate) fn names(report: &Value, status: &str) -> Vec<String> {
    let objects = report["objects"].as_array().expect("a list").iter();
    let mut names: Vec<String> = objects
        .filter(|object| object["status"] == status)
        .map(|object| object["name"].as_str().expect("a name").to_owned())
        .collect();
    names.sort();
    names
}

/// All files below a folder, by their relative paths, but for the build's own.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut stack = vec![folder.to_owned()];
    while let Some(at) = stack.pop() {
        for entry in fs::read_dir(&at).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() {
                stack.push(path);
            } else if !entry.file_name().to_string_lossy().starts_with(".viz-lsp-build") {
                let relative = path.strip_prefix(folder).expect("is below").to_string_lossy().into_owned();
                found.insert(relative, fs::read(&path).unwrap_or_default());
            }
        }
    }
    found
}

pub(crate) fn json_file(path: PathBuf) -> Value {
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A project that makes a file for each kind of object.
const SMALL: &str = r#"name: small
defaults: { source_name: local }
sources:
  - { name: local, type: duckdb, database: warehouse.duckdb }
models:
  - { name: towns, sql: "select * from read_csv('towns.csv')" }
  - { name: visits, sql: "select * from read_csv('visits.csv')" }
inputs:
  - { name: town, type: single-select, options: "?{ select distinct town from ${ref(towns)} order by town }" }
insights:
  - name: by_town
    props: { type: bar, x: "?{ ${ref(towns).town} }", y: "?{ sum(${ref(towns).n}) }", name: All }
    interactions: [ { sort: "?{ ${ref(towns).town} }" } ]
  - name: of_town
    props: { type: bar, x: "?{ ${ref(visits).day} }", y: "?{ ${ref(visits).n} }" }
    interactions: [ { filter: "?{ ${ref(visits).town} = '${ref(town).value}'" } ]
  - name: all_visits
    props: { type: scatter, x: "?{ ${ref(visits).day} }", y: "?{ ${ref(visits).n} }" }
"#;

fn small() -> Project {
    let text = SMALL.replace(".value}'\" } ]", ".value}' }\" } ]");
    let project = Project::of(&[
        ("project.visivo.yml", &text),
        ("towns.csv", "town,n\nKöln,1\nFallon,2\nKöln,3\n"),
        ("visits.csv", "town,day,n\nKöln,2024-01-01,1.5\nKöln,2024-01-02,2.5\nFallon,2024-01-01,4\n"),
    ]);
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    for file in ["towns.csv", "visits.csv", "warehouse.duckdb"] {
        let file = fs::File::options().write(true).open(project.file(file)).expect("it is there");
        file.set_modified(long_ago).expect("it can be set");
    }
    // What was written this moment is not relied upon.
    std::thread::sleep(std::time::Duration::from_millis(50));
    project
}

/// The rows of the golden queries, from the files alone: those of static insights from their parquet file, those of others
/// by the stored query in the browser's engine. And the flat files hold what the page opens with.
fn golden(name: &str) {
    let project = Project::copy_of(name);
    let (status, report) = build(&project, &["--flat"]);
    assert_eq!(status, 0, "{report:#}");
    let objects = report["objects"].as_array().expect("a list");
    assert!(objects.iter().all(|object| object["status"] == "built"), "{report:#}");
    let out = project.root.join("target");
    let written: BTreeSet<String> = files(&out).into_keys().collect();
    let said: BTreeSet<String> = objects
        .iter()
        .flat_map(|object| object["files"].as_array().expect("a list"))
        .map(|file| file.as_str().expect("a path").to_owned())
        .chain(["error.json".to_owned()])
        .collect();
    assert_eq!(written, said);

    let mut checked = check(PROGRAM, &project.root);
    let goldens = goldens(&checked, name);
    let tables: Map<String, Value> = written
        .iter()
        .filter(|path| path.ends_with(".parquet"))
        .map(|path| out.join(path))
        .map(|path| (path.display().to_string(), browser::parquet(&mut checked.sources, &project.root, &path)))
        .collect();
    let insights: Vec<&str> = objects
        .iter()
        .filter(|object| object["kind"] == "insight")
        .filter_map(|object| object["name"].as_str())
        .collect();
    let chosen =
        goldens.iter().map(|golden| json!({ "insight": golden.insight, "selection": golden.expected["selection"] }));
    let opening = insights.iter().map(|insight| json!({ "insight": insight, "selection": null }));
    let jobs: Vec<Value> = chosen.chain(opening).collect();
    let output = browser::run("built.mjs", &json!({ "out": out, "tables": tables, "jobs": jobs }));
    let results = output["results"].as_array().expect("a list");
    let rows = |result: &Value| -> Vec<Vec<Option<String>>> {
        let rows = result["rows"].as_array().unwrap_or_else(|| panic!("{result:#}"));
        rows.iter().map(|row| row.as_array().expect("a row").iter().map(text).collect()).collect()
    };
    let (chosen, opening) = results.split_at(goldens.len());
    let mut wrong: Vec<String> = Vec::new();
    for (golden, result) in goldens.iter().zip(chosen) {
        assert_eq!(result["columns"], golden.expected["columns"], "{}: {}", golden.insight, result["error"]);
        wrong.extend(compare(golden, &rows(result), "the browser's engine, over the files").err());
        if !golden.query.dynamic {
            wrong.extend(compare(golden, &flat_rows(&out, &golden.insight), "the flat file").err());
        }
    }
    for (insight, result) in insights.iter().zip(opening) {
        // What the page opens with comes in the same order from both, but for ties.
        let query = checked_query(&checked, insight);
        let expected = json!({ "columns": result["columns"], "rows": result["rows"], "ordered": [] });
        let golden = Golden { insight: (*insight).to_owned(), expected, query };
        wrong.extend(compare(&golden, &flat_rows(&out, insight), "the flat file of what the page opens with").err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    flat_files_are_valid(&out, &insights);
}

fn checked_query(checked: &viz_tests::library::Checked, insight: &str) -> viz_check::RenderedQuery {
    let viz_project::Resolution::Object(id) = checked.project.names().resolve(insight) else { panic!("{insight}") };
    viz_check::rendered_query(&checked.project, &checked.facts, checked.options.now, id, &[]).expect("it has one")
}

/// The rows of a flat file: the split, then the properties.
fn flat_rows(out: &Path, insight: &str) -> Vec<Vec<Option<String>>> {
    let flat = json_file(out.join(format!("insights/{insight}/insight.json")));
    let mapping = flat["metadata"]["props_mapping"].as_object().expect("a mapping");
    let split = flat["metadata"]["split_column"].as_str();
    let names = split.into_iter().chain(mapping.values().filter_map(Value::as_str));
    let columns: Vec<&Vec<Value>> =
        names.map(|name| flat["data"][name].as_array().unwrap_or_else(|| panic!("{insight}: no {name}"))).collect();
    // ISO has a `T` where the expected rows have a space.
    let cell = |value: &Value| {
        text(value).map(|text| match text.split_once('T') {
            Some((day, time)) if day.len() == 10 && time.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("{day} {time}")
            }
            _ => text,
        })
    };
    (0..columns[0].len()).map(|row| columns.iter().map(|column| cell(&column[row])).collect()).collect()
}

fn flat_files_are_valid(out: &Path, insights: &[&str]) {
    let schema = json_file(viz_tests::projects::repository().join("grammars/insight.schema.json"));
    assert!(jsonschema::draft7::meta::is_valid(&schema));
    let validator = jsonschema::draft7::new(&schema).expect("it is a schema");
    for insight in insights {
        let flat = json_file(out.join(format!("insights/{insight}/insight.json")));
        let faults: Vec<String> = validator.iter_errors(&flat).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{insight}: {faults:?}");
        let data = flat["data"].as_object().expect("an object");
        let lengths: BTreeSet<usize> = data.values().map(|column| column.as_array().expect("a list").len()).collect();
        assert_eq!(lengths.len(), 1, "{insight}: {lengths:?}");
        for column in flat["metadata"]["props_mapping"].as_object().expect("an object").values() {
            assert!(data.contains_key(column.as_str().expect("a name")), "{insight}");
        }
    }
    assert!(!validator.is_valid(&json!({ "data": { "a": 1 }, "query": "", "interactions": [], "metadata": {} })));
}

#[test]
fn ecommerce_is_built_and_shows_what_it_must() {
    golden("ecommerce");
}

#[test]
fn support_tickets_is_built_and_shows_what_it_must() {
    golden("support-tickets");
}

#[test]
fn iot_sensors_is_built_and_shows_what_it_must() {
    golden("iot-sensors");
}

/// Section 8: both arrangements, and what goes when the arrangement changes.
#[test]
fn both_layouts() {
    let project = small();
    let out = project.root.join("target");
    let paths = |out: &Path| files(out).into_keys().collect::<Vec<_>>();
    assert_eq!(build(&project, &["--layout", "2.0"]).0, 0);
    assert_eq!(
        paths(&out),
        [
            "error.json",
            "main/files/all_visits.parquet",
            "main/files/by_town.parquet",
            "main/files/town_options.parquet",
            "main/files/visits.parquet",
            "main/inputs/town.json",
            "main/insights/all_visits.json",
            "main/insights/by_town.json",
            "main/insights/of_town.json",
            "main/schemas/local/schema.json",
            "main/schemas/towns/schema.json",
            "main/schemas/visits/schema.json",
        ]
    );
    let schema = json_file(out.join("main/schemas/visits/schema.json"));
    let hash = viz_sql::name_hash("visits");
    assert_eq!(schema, json!({ (&hash): { "town": "TEXT", "day": "DATE", "n": "DOUBLE" } }));
    assert_eq!(build(&project, &["--layout", "2.1"]).0, 0);
    assert_eq!(
        paths(&out),
        [
            "error.json",
            "main/inputs/town.json",
            "main/inputs/town_options.parquet",
            "main/insights/all_visits.json",
            "main/insights/all_visits.parquet",
            "main/insights/by_town.json",
            "main/insights/by_town.parquet",
            "main/insights/of_town.json",
            "main/models/visits.parquet",
            "main/schemas/local.json",
            "main/schemas/towns.json",
            "main/schemas/visits.json",
        ]
    );
    let schema = json_file(out.join("main/schemas/visits.json"));
    assert_eq!(schema[&hash]["day"], "DATE");
    assert_eq!((&schema["model_name"], &schema["model_type"]), (&json!("visits"), &json!("sql")));
    assert_eq!(schema["columns"]["n"], json!({ "type": "DOUBLE", "nullable": true }));
    assert_eq!(schema["metadata"], json!({ "total_columns": 3, "source_dialect": "duckdb" }));

    let insight = json_file(out.join("main/insights/of_town.json"));
    assert_eq!(
        insight.as_object().expect("an object").keys().collect::<Vec<_>>(),
        ["name", "files", "query", "props_mapping", "static_props", "props_slices", "split_key", "type"]
    );
    let file = json!({ "name_hash": hash, "signed_data_file_url": out.join("main/models/visits.parquet") });
    assert_eq!(insight["files"], json!([file]));
    assert!(insight["query"].as_str().expect("a text").contains("= '${town.value}'"), "{insight}");
    let fixed = json_file(out.join("main/insights/by_town.json"));
    assert_eq!(fixed["query"], format!("SELECT * FROM \"{}\"", viz_sql::name_hash("by_town")));
    assert_eq!(fixed["static_props"], json!({ "name": "All" }));
    let input = json_file(out.join("main/inputs/town.json"));
    assert_eq!(
        input.as_object().expect("an object").keys().collect::<Vec<_>>(),
        ["name", "files", "type", "structure", "static_props", "display", "warnings"]
    );
    assert_eq!(input["files"][0]["name_hash"], format!("{}_options", viz_sql::name_hash("town")));
    assert_eq!(input["display"], json!({ "type": "dropdown", "default": { "value": "Fallon" } }));
}

/// Nothing changed: nothing is done. One label: one insight. One CSV file: what reads it.
#[test]
fn only_what_changed_is_built_again() {
    let project = small();
    let (status, report) = build(&project, &["--flat"]);
    assert_eq!((status, names(&report, "built").len()), (0, 7), "{report:#}");
    let before = files(&project.root.join("target"));
    let (_, report) = build(&project, &["--flat"]);
    assert_eq!((names(&report, "unchanged").len(), names(&report, "built").len()), (7, 0));
    assert_eq!(files(&project.root.join("target")), before);

    let text = project.read("project.visivo.yml").replace("name: All", "name: All towns");
    project.write("project.visivo.yml", &text);
    let (_, report) = build(&project, &["--flat"]);
    assert_eq!(names(&report, "built"), ["by_town"], "{report:#}");
    // A comment is no content.
    project.write("project.visivo.yml", &format!("# a comment\n{text}"));
    let (_, report) = build(&project, &["--flat"]);
    assert_eq!(names(&report, "built"), [""; 0], "{report:#}");

    project.write("visits.csv", "town,day,n\nKöln,2024-01-01,7.5\n");
    std::thread::sleep(std::time::Duration::from_millis(50));
    let (_, report) = build(&project, &["--flat"]);
    assert_eq!(names(&report, "built"), ["all_visits", "of_town", "visits"], "{report:#}");
    let flat = json_file(project.file("target/insights/all_visits/insight.json"));
    let data = flat["data"].as_object().expect("an object");
    assert!(data.values().any(|column| *column == json!([7.5])), "{flat}");
    let (_, report) = build(&project, &["--flat"]);
    assert_eq!(names(&report, "built"), [""; 0], "{report:#}");

    // A file that somebody changed or removed is made again.
    fs::remove_file(project.file("target/main/insights/by_town.parquet")).expect("it is there");
    project.write("target/main/inputs/town.json", "{}");
    let (_, report) = build(&project, &["--flat"]);
    assert_eq!(names(&report, "built"), ["by_town", "town"], "{report:#}");
    // What is gone from the project goes from the folder.
    let text = project.read("project.visivo.yml");
    let (rest, _) = text.split_once("  - name: all_visits").expect("it is there");
    project.write("project.visivo.yml", rest);
    let (status, report) = build(&project, &[]);
    assert_eq!(status, 0, "{report:#}");
    let left = files(&project.root.join("target")).into_keys().filter(|path| path.contains("all_visits"));
    assert_eq!(left.count(), 0);
}

/// What reads the time can't be known to be the same.
#[test]
fn what_depends_on_more_than_files_is_built_each_time() {
    let project = small();
    let text = project
        .read("project.visivo.yml")
        .replace("select * from read_csv('towns.csv')", "select *, now() as at from read_csv('towns.csv')");
    project.write("project.visivo.yml", &text);
    build(&project, &[]);
    let (_, report) = build(&project, &[]);
    assert_eq!(names(&report, "built"), ["by_town", "town"], "{report:#}");
}

/// The rest is built, and what is not is listed with its reason.
#[test]
fn what_has_errors_is_left_out_with_what_uses_it() {
    let project = small();
    let text = project.read("project.visivo.yml").replace("read_csv('towns.csv')", "read_csv('nowhere.csv')");
    let remote = "sources:\n  - { name: far, type: postgresql, database: shop, host: db.example }\n";
    let text = text.replace("sources:\n", remote).replace(
        "inputs:\n",
        "  - { name: far_orders, source: \"${ref(far)}\", sql: select * from orders }\ninputs:\n",
    );
    project.write("project.visivo.yml", &text);
    let run = cli::run(PROGRAM, &project.root, &["--build"]);
    assert_eq!(run.status, 1, "{run:?}");
    for line in [
        "error[model-sql]",
        "skipped source `far`: sources of type `postgresql` can't be asked from here",
        "skipped model `towns`: it has errors: the query of the model `towns` fails",
        "skipped model `far_orders`: it uses the source `far`, which is not built",
        "skipped input `town`: it uses the model `towns`, which has errors",
        "skipped insight `of_town`: it uses the model `towns`, which has errors",
        "built insight `all_visits` (3 rows",
        "3 built, 6 skipped, 1 error",
    ] {
        assert!(run.out.contains(line), "no {line:?} in\n{}\n{}", run.out, run.err);
    }
    assert!(!project.file("target/error.json").exists(), "it would say that there are no errors");
    assert!(!project.file("target/main/inputs/town.json").exists());
    // Mended, the rest follows.
    project.write("nowhere.csv", "town,n\nKöln,1\n");
    let (status, report) = build(&project, &[]);
    assert_eq!(
        (status, names(&report, "built")),
        (1, ["by_town", "of_town", "town", "towns"].map(str::to_owned).to_vec())
    );
}

#[test]
fn some_objects_only_and_dry_runs() {
    let project = small();
    let run = cli::run(PROGRAM, &project.root, &["--build", "--dry-run"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.contains("would build insight `by_town`") && run.out.contains("7 to build"), "{}", run.out);
    assert!(!project.file("target").exists(), "a dry run writes nothing");
    let (status, report) = build(&project, &["--only", "town", "--out", "elsewhere/deep", "--jobs", "1"]);
    assert_eq!((status, names(&report, "built")), (0, ["local", "town", "towns"].map(str::to_owned).to_vec()));
    assert!(project.file("elsewhere/deep/main/inputs/town_options.parquet").exists());
    let run = cli::run(PROGRAM, &project.root, &["--build", "--only", "twon"]);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.err.contains("is called `twon`") && run.err.contains("`town`"), "{}", run.err);
}

/// An input that several insights use is built once, before all of them.
#[test]
fn needs_come_first_and_once() {
    let project = small();
    let text = project.read("project.visivo.yml");
    let more = "  - name: again\n    props: { type: box, y: \"?{ ${ref(visits).n} }\" }\n    interactions: [ { filter: \"?{ ${ref(visits).town} = '${ref(town).value}' }\" } ]\n";
    project.write("project.visivo.yml", &format!("{text}{more}"));
    let run = cli::run(PROGRAM, &project.root, &["--build", "--jobs", "4"]);
    let at = |what: &str| {
        let found: Vec<usize> = run.out.match_indices(what).map(|(at, _)| at).collect();
        assert_eq!(found.len(), 1, "{what}: {}", run.out);
        found[0]
    };
    let input = at("built input `town`");
    assert!(at("built model `towns`") < input);
    assert!(input < at("built insight `of_town`") && input < at("built insight `again`"));
}

/// Whatever a project says, nothing is written outside of the output folder.
#[cfg(unix)]
#[test]
fn nothing_else_is_written() {
    use std::os::unix::fs::symlink;
    let project = small();
    let outside = tempfile::tempdir().expect("a temporary folder");
    fs::write(outside.path().join("precious.json"), "{}").expect("it can be written");
    let target = outside.path().display();
    let hostile = format!(
        "  - {{ name: copies, sql: \"copy (select 1 as a) to '{target}/a.csv'\" }}\n  \
           - {{ name: hidden, sql: \"with x as (copy (select 1 as a) to '{target}/b.csv') select 1 as a\" }}\n  \
           - {{ name: attaches, sql: \"attach '{target}/c.duckdb'\" }}\n  \
           - {{ name: ../../../climbs, sql: \"select 1 as a\" }}\n  - {{ name: '..', sql: \"select 1 as a\" }}\n  \
           - {{ name: '{target}/absolute', sql: \"select 1 as a\" }}\n"
    );
    let text = project.read("project.visivo.yml").replace("inputs:\n", &format!("{hostile}inputs:\n"));
    project.write("project.visivo.yml", &text);
    let sources = files(&project.root);
    let (status, report) = build(&project, &["--flat", "--layout", "2.0"]);
    assert_eq!(status, 1);
    let skipped = names(&report, "skipped");
    for name in ["copies", "hidden", "attaches", "../../../climbs", ".."] {
        assert!(skipped.iter().any(|skipped| skipped == name), "{name}: {report:#}");
    }
    assert_eq!(names(&report, "failed"), [""; 0]);
    let mut left = files(&project.root);
    left.retain(|path, _| !path.starts_with("target/"));
    assert_eq!(left, sources);
    assert_eq!(files(outside.path()).into_keys().collect::<Vec<_>>(), ["precious.json"]);

    // Links in the output folder lead nowhere.
    let out = project.root.join("target");
    fs::remove_dir_all(&out).expect("it is there");
    fs::create_dir_all(out.join("main")).expect("it can be made");
    symlink(outside.path(), out.join("main/insights")).expect("it can be made");
    symlink(outside.path().join("precious.json"), out.join("error.json")).expect("it can be made");
    let (status, report) = build(&project, &["--only", "by_town"]);
    assert_eq!((status, names(&report, "failed")), (1, vec!["by_town".to_owned()]), "{report:#}");
    assert!(report.to_string().contains("is a link"), "{report:#}");
    assert_eq!(fs::read_to_string(outside.path().join("precious.json")).expect("it is there"), "{}");
    assert_eq!(files(outside.path()).len(), 1);

    // Nor is the folder itself a link, or the project's own.
    fs::remove_dir_all(&out).expect("it is there");
    symlink(outside.path(), &out).expect("it can be made");
    for (args, why) in [
        (&["--build"][..], "is a link"),
        (&["--build", "--out", "target/deep"], "leads out of the project"),
        (&["--build", "--out", "."], "holds the project itself"),
        (&["--build", "--out", ".."], "holds the project itself"),
        (&["--build", "--out", "towns.csv"], "is a file"),
    ] {
        let run = cli::run(PROGRAM, &project.root, args);
        assert_eq!(run.status, 2, "{args:?}: {run:?}");
        assert!(run.err.contains(why), "{args:?}: {}", run.err);
    }
    assert_eq!(files(outside.path()).len(), 1);
}
