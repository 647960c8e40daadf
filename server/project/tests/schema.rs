//! The JSON Schema in `grammars/`: fresh, valid, and of one mind with the table it is made from.

// Tests make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use viz_project::schema::{json_schema, settings_schema};
use viz_project::{Environment, MemoryFiles, Project};
use viz_syntax::{Document, Node, NodeKind, TopValue, Typed};

/// Tests run in their package's folder. (A path compiled in would be another clone's where clones share a target folder.)
fn repository() -> PathBuf {
    PathBuf::from("../..")
}

/// A file as a YAML 1.1 loader reads it; dates are no strings.
fn read(text: &str) -> Value {
    let document = Document::parse(text);
    let mut out = Map::new();
    for entry in document.entries() {
        let value = match entry.value() {
            TopValue::Missing => Value::Null,
            TopValue::Items(items) => items.into_iter().map(value).collect(),
            TopValue::Node(node) => value(node),
        };
        out.insert(entry.name().to_owned(), value);
    }
    Value::Object(out)
}

fn value(node: Node<'_>) -> Value {
    match node.kind() {
        NodeKind::Mapping => {
            node.entries().map(|entry| (entry.name().to_owned(), value(entry.value))).collect::<Map<_, _>>().into()
        }
        NodeKind::Sequence => node.items().map(value).collect(),
        _ => {
            let text = node.str().unwrap_or_default();
            match node.scalar().map(|scalar| scalar.resolved()) {
                Some(Typed::Bool(found)) => found.into(),
                Some(Typed::Int(found)) => found.into(),
                Some(Typed::BigInt) => json!(1e30),
                Some(Typed::Float(found)) => found.into(),
                Some(Typed::Date | Typed::Timestamp) => json!({ "date": text }),
                Some(Typed::Null) => Value::Null,
                _ => text.into(),
            }
        }
    }
}

fn faults(schema: &jsonschema::Validator, text: &str) -> Vec<String> {
    let found = read(text);
    schema.iter_errors(&found).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn validator() -> jsonschema::Validator {
    jsonschema::draft7::new(&json_schema()).expect("the schema is one")
}

#[test]
fn the_files_are_what_the_tables_give() {
    for (name, schema) in [("project", json_schema()), ("settings", settings_schema())] {
        let path = repository().join(format!("grammars/{name}.schema.json"));
        let fresh = format!("{schema:#}\n");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            fs::write(&path, &fresh).expect("it can be written");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let how = "run `UPDATE_SCHEMA=1 cargo test -p viz-project --test schema` and commit the file";
        assert!(committed == fresh, "{name}: {how}");
        assert!(jsonschema::draft7::meta::is_valid(&schema), "{name}");
    }
}

/// The settings on their page have every key, and fit.
#[test]
fn the_page_of_settings_has_every_key() {
    let page = fs::read_to_string(repository().join("docs/settings.md")).expect("it is there");
    let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let schema = jsonschema::draft7::new(&settings_schema()).expect("the schema is one");
    // Settings are YAML 1.2, in which `off` is a text.
    let faults = |text: &str| {
        let found: Value = serde_yaml::from_str(text).expect("YAML");
        schema.iter_errors(&found).map(|error| error.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(faults(example), Vec::<String>::new());
    let wrong = "level: bnd\nmemory: 0\nsede: 1\nseverity: { ignored-key: of, nothing: off }\n";
    assert_eq!(faults(wrong).len(), 5, "{:?}", faults(wrong));
    for field in viz_project::schema::SETTINGS.fields {
        assert!(example.contains(&format!("\n{}:", field.name)) || example.starts_with(field.name), "{}", field.name);
        assert!(page.contains(&format!("| `{}` |", field.name)), "{}", field.name);
    }
}

#[test]
fn sample_projects_fit() {
    let schema = validator();
    let mut files = Vec::new();
    for project in ["ecommerce", "iot-sensors", "support-tickets", "everything"] {
        yaml_files(&repository().join("tests/projects").join(project), &mut files);
    }
    assert!(files.len() > 20, "{files:?}");
    for path in files {
        let faults = faults(&schema, &fs::read_to_string(&path).expect("it can be read"));
        assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
    }
}

/// The project files below a folder: those that are not dbt's, nor settings.
fn yaml_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("it can be listed") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            yaml_files(&path, out);
        } else if name.ends_with(".yml") && !["dbt_project.yml", "profiles.yml", ".viz-lsp.yml"].contains(&&*name) {
            out.push(path);
        }
    }
}

/// What the schema can see of what the table says. The rest depends on other objects or on more than one field.
const OF_THE_TABLE: &[&str] =
    &["unknown-key", "missing-field", "wrong-type", "reference-expected", "query-expected", "no-options"];

/// Findings about a text that the schema may refuse too, but need not.
const BEYOND: &[&str] = &[
    "yaml-syntax",
    "duplicate-key",
    "merge-key",
    "custom-tag",
    "malformed-query",
    "malformed-reference",
    "invalid-value",
    "invalid-display",
    "malformed-expression",
    "ignored-key",
    "removed-syntax",
    "empty-file",
    "query-not-executed",
];

#[test]
fn every_example_of_the_pages_is_judged_as_the_loader_judges_it() {
    let schema = validator();
    let (mut refused, mut accepted, mut faults_found) = (0, 0, Vec::new());
    for entry in fs::read_dir(repository().join("tests/diagnostics")).expect("the pages") {
        let path = entry.expect("a page").path();
        let page = fs::read_to_string(&path).expect("it can be read");
        for block in page.split("```yaml project.visivo.yml").skip(1) {
            let text = block.split("```").next().unwrap_or_default();
            let text = text.split_once('\n').map_or("", |(_, text)| text); // numbers of rules stand before
            let files = MemoryFiles::new([("/p/project.visivo.yml", text)]);
            let project = Project::load(Path::new("/p"), &files, &Environment::empty());
            let codes: Vec<&str> = project.problems().map(|problem| problem.code.name()).collect();
            // The schema knows both versions, the loader here only one.
            let one_version = text.contains("cli_version: \"2.0")
                || project.problems().any(|problem| problem.message.contains(" only, and the target is "));
            // Nor does it know properties, or keys that need each other.
            let unlike = |problem: &viz_project::Problem| {
                ["plotly", "` needs `", " no `name`"].iter().any(|words| problem.message.contains(words))
            };
            if one_version || project.problems().any(unlike) || codes.contains(&"yaml-syntax") {
                continue;
            }
            let found = faults(&schema, text);
            let by_table = codes.iter().any(|code| OF_THE_TABLE.contains(code));
            let open = codes.iter().any(|code| BEYOND.contains(code));
            if by_table && found.is_empty() {
                faults_found.push(format!("{}: accepted, but the loader says {codes:?}\n{text}", path.display()));
            } else if !by_table && !open && !found.is_empty() {
                faults_found.push(format!("{}: {found:#?}\nthe loader says {codes:?}\n{text}", path.display()));
            }
            if by_table { refused += 1 } else { accepted += 1 }
        }
    }
    assert!(faults_found.is_empty(), "{}", faults_found.join("\n"));
    assert!(refused >= 5 && accepted > 50, "{refused} refused, {accepted} accepted");
}

#[test]
fn faults_are_found_where_the_table_has_them() {
    let schema = validator();
    for (text, place) in [
        ("modles: []", ""),
        ("sources: [{name: a, type: duckdb}]", "/sources/0"),
        ("sources: [{name: a, type: duckdb, database: x, port: many}]", "/sources/0/port"),
        ("sources: [{name: a, type: oracle, database: x}]", "/sources/0/type"),
        ("models: [{name: a, sql: select 1, source: files}]", "/models/0/source"),
        ("relations: [{name: a, condition: x, join_type: outer}]", "/relations/0/join_type"),
        ("inputs: [{name: a, type: single-select, options: [1]}]", "/inputs/0/options"),
        ("inputs: [{name: a, type: single-select, options: [x], display: {type: chips}}]", "/inputs/0/display/type"),
        ("insights: [{name: a, props: {type: bar}, interactions: [{filter: x}]}]", "/insights/0/interactions/0/filter"),
        ("dashboards: [{name: a, rows: [{height: tall, items: []}]}]", "/dashboards/0/rows/0/height"),
        ("dashboards: [{name: a, rows: [{}]}]", "/dashboards/0/rows/0"),
        ("alerts: [{name: a, destinations: [ref(x)]}]", "/alerts/0/destinations/0"),
        ("tests: [{name: a, assertions: ['x == 1']}]", "/tests/0/assertions/0"),
    ] {
        let faults = faults(&schema, text);
        assert!(faults.iter().any(|fault| fault.starts_with(&format!("{place}:"))), "{text}: {faults:#?}");
    }
    for text in [
        "targets: [{name: a, type: csv, file: x.csv}]",
        "models: [{name: a, args: [ls]}, {name: b, sql: select 1, models: [ref(a)]}]",
        "models: [{name: a, sql: select 1, target: \"${ref( my source )}\"}]",
        "inputs: [{name: a, type: multi-select, range: {start: 1, end: today, step: 1 day}}]",
        "tables: [{name: a, data: \"${project.insights[0]}\"}]",
        "charts:",
    ] {
        assert_eq!(faults(&schema, text), Vec::<String>::new(), "{text}");
    }
}
