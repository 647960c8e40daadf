//! The queries that insights compose give the rows that somebody computed by hand (see `tests/golden/README.md`): in the
//! bundled DuckDB, through the program's own worker, and in the browser's engine.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use viz_check::{InputOptions, RenderedQuery, RenderedTable, State, options_of, rendered_query};
use viz_facts::{Answer, Question, SourceSpec};
use viz_project::{ObjectId, Resolution};
use viz_tests::library::{Checked, check};
use viz_tests::{browser, projects};

/// One file of `tests/golden` and the query that our code makes for it.
pub(super) struct Golden {
    pub(super) insight: String,
    pub(super) expected: Value,
    pub(super) query: RenderedQuery,
}

fn folder() -> PathBuf {
    projects::repository().join("tests/golden")
}

pub(super) fn goldens(checked: &Checked, project: &str) -> Vec<Golden> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join(project))
        .expect("it exists")
        .map(|entry| entry.expect("can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 6, "{project}");
    let golden = |path: &PathBuf| {
        let expected: Value = serde_json::from_str(&fs::read_to_string(path).expect("can be read")).expect("JSON");
        let insight = expected["insight"].as_str().expect("a name").to_owned();
        let query = rendered(checked, &insight, &expected["selection"]);
        Golden { insight, expected, query }
    };
    files.iter().map(golden).collect()
}

fn rendered(checked: &Checked, insight: &str, selection: &Value) -> RenderedQuery {
    let Checked { project, facts, options, .. } = checked;
    let selection: Vec<(ObjectId, State)> = selection
        .as_object()
        .expect("a mapping")
        .iter()
        .map(|(name, chosen)| {
            let input = object(checked, name);
            let options =
                options_of(project, facts, input, options.now).unwrap_or_else(|why| panic!("{name}: {why:?}"));
            (input, state(&options, chosen).unwrap_or_else(|missing| panic!("`{missing}` is no option of {name}")))
        })
        .collect();
    rendered_query(project, facts, options.now, object(checked, insight), &selection)
        .unwrap_or_else(|why| panic!("{insight}: {why:?}"))
}

fn object(checked: &Checked, name: &str) -> ObjectId {
    match checked.project.names().resolve(name) {
        Resolution::Object(id) => id,
        other => panic!("{name}: {other:?}"),
    }
}

/// What a control holds when a viewer has chosen this. Only options can be chosen.
fn state(options: &InputOptions, chosen: &Value) -> Result<State, String> {
    let position = |chosen: &Value| {
        let text = text(chosen).unwrap_or_default();
        options.values.iter().position(|option| option.raw() == text).ok_or(text)
    };
    let values = match chosen {
        Value::Array(list) => {
            list.iter().map(|one| Ok(options.values[position(one)?].clone())).collect::<Result<Vec<_>, String>>()?
        }
        Value::Object(range) => options.values[position(&range["start"])?..=position(&range["end"])?].to_vec(),
        one => vec![options.values[position(one)?].clone()],
    };
    Ok(State::of(values))
}

/// A JSON value as a text; `None` for null.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The rows of a model, in the types that its queries see.
pub(super) fn typed_rows(table: &RenderedTable) -> String {
    let columns = table.columns.as_ref().expect("they are known");
    let casts: Vec<String> = columns
        .iter()
        .map(|column| format!("cast(\"{0}\" as {1}) as \"{0}\"", column.name, column.data_type))
        .collect();
    format!("select {} from (\n{}\n)", casts.join(", "), table.sql)
}

/// The rows in the bundled DuckDB. A worker gives one column of texts, so each row comes as one text.
fn rows_of_worker(checked: &mut Checked, query: &RenderedQuery) -> Vec<Vec<Option<String>>> {
    let source = query.tables[0].source.clone().expect("it is known");
    assert!(query.tables.iter().all(|table| table.source == Ok(source.clone())), "models of one source");
    let tables: Vec<String> =
        query.tables.iter().map(|table| format!("\"{}\" as ({})", table.name, typed_rows(table))).collect();
    let names: Vec<String> = (0..query.columns.len()).map(|at| format!("c{at}")).collect();
    let texts: Vec<String> = names.iter().map(|name| format!("coalesce(cast({name} as varchar), chr(30))")).collect();
    let sql = format!(
        "with {}\nselect concat_ws(chr(31), {}) from (\n{}\n) as q({})",
        tables.join(",\n"),
        texts.join(", "),
        query.sql,
        names.join(", ")
    );
    let answer = checked.sources.ask(&[Question::Options { source, sql, limit: 100_000 }]).remove(0);
    let Ok(Answer::Options(Ok(values))) = &answer else { panic!("{answer:?}\n{}", query.sql) };
    let cell = |text: &str| Some(text.to_owned()).filter(|text| text != "\u{1e}");
    let row = |row: &Option<String>| row.as_deref().expect("never NULL").split('\u{1f}').map(cell).collect();
    values.values.iter().map(row).collect()
}

/// The rows in the browser's engine, of all queries of a project.
fn rows_of_browser(root: &Path, goldens: &[Golden]) -> Vec<Vec<Vec<Option<String>>>> {
    let jobs: Vec<Value> = goldens
        .iter()
        .map(|golden| {
            let setup: Vec<String> = golden.query.tables.iter().flat_map(|table| browser_table(root, table)).collect();
            json!({ "setup": setup, "query": golden.query.sql })
        })
        .collect();
    let mut files: Vec<String> = fs::read_dir(root.join("data"))
        .expect("it exists")
        .map(|entry| format!("data/{}", entry.expect("can be listed").file_name().to_string_lossy()))
        .collect();
    files.sort();
    let output = browser::run("browser.mjs", &json!({ "folder": root, "files": files, "jobs": jobs }));
    let results = output["results"].as_array().expect("a list");
    let rows = |(golden, result): (&Golden, &Value)| {
        let rows = result["rows"].as_array();
        let rows = rows.unwrap_or_else(|| panic!("{}: {result}\n{}", golden.insight, golden.query.sql));
        rows.iter().map(|row| row.as_array().expect("a row").iter().map(text).collect()).collect()
    };
    goldens.iter().zip(results).map(rows).collect()
}

fn browser_table(root: &Path, table: &RenderedTable) -> Vec<String> {
    let mut out = Vec::new();
    match table.source.as_ref().expect("it is known") {
        SourceSpec::Csv { path, view, delimiter, has_header, .. } => {
            let path = path.reveal().strip_prefix(root).expect("it belongs to the project").display();
            out.push(format!(
                "create or replace view \"{view}\" as \
                 select * from read_csv('{path}', delim = '{delimiter}', header = {has_header})"
            ));
        }
        SourceSpec::DuckDbMemory { .. } => {}
        // The samples' database holds nothing: their models read files.
        SourceSpec::DuckDbFile { path, .. } if path.reveal().ends_with("empty.duckdb") => {}
        SourceSpec::DuckDbFile { .. } | SourceSpec::Sqlite { .. } => panic!("the browser can't read a database file"),
    }
    out.push(format!("create or replace table \"{}\" as {}", table.name, typed_rows(table)));
    out
}

/// Compares rows with the expected ones, in the order that the file asks for.
pub(super) fn compare(golden: &Golden, rows: &[Vec<Option<String>>], engine: &str) -> Result<(), String> {
    let names: Vec<&str> = golden.query.columns.iter().map(|column| column.key.as_str()).collect();
    let wanted: Vec<&str> =
        golden.expected["columns"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    let fail = |what: String| Err(format!("{} in {engine}: {what}\n{}", golden.insight, golden.query.sql));
    if names != wanted {
        return fail(format!("columns {names:?}, not {wanted:?}"));
    }
    let mut expected: Vec<Vec<Option<String>>> = golden.expected["rows"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| row.as_array().expect("a row").iter().map(text).collect())
        .collect();
    if rows.len() != expected.len() {
        return fail(format!("{} rows, not {}", rows.len(), expected.len()));
    }
    let mut rows = rows.to_vec();
    if let Value::Array(sorts) = &golden.expected["ordered"] {
        let keys: Vec<usize> =
            sorts.iter().map(|sort| wanted.iter().position(|name| sort == name).expect("one of the columns")).collect();
        let of = |rows: &[Vec<Option<String>>]| -> Vec<Vec<Option<String>>> {
            rows.iter().map(|row| keys.iter().map(|key| row[*key].clone()).collect()).collect()
        };
        if let Some(at) = of(&rows).iter().zip(of(&expected)).position(|(a, b)| !same_row(a, &b)) {
            return fail(format!("row {at} is out of order: {:?}, not {:?}", rows[at], expected[at]));
        }
        // Ties come in any order.
        rows.sort_by(|a, b| compare_rows(a, b));
        expected.sort_by(|a, b| compare_rows(a, b));
    } else {
        assert_eq!(golden.expected["ordered"], true, "{}", golden.insight);
    }
    if let Some(at) = rows.iter().zip(&expected).position(|(a, b)| !same_row(a, b)) {
        return fail(format!("row {at} is {:?}, not {:?}", rows[at], expected[at]));
    }
    Ok(())
}

fn compare_rows(a: &[Option<String>], b: &[Option<String>]) -> std::cmp::Ordering {
    let number = |cell: &Option<String>| cell.as_ref().and_then(|text| text.parse::<f64>().ok());
    let cells = a.iter().zip(b).map(|(a, b)| match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    });
    cells.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

fn same_row(a: &[Option<String>], b: &[Option<String>]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a.as_deref(), b.as_deref()))
}

fn same(a: Option<&str>, b: Option<&str>) -> bool {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<f64>().ok());
    match (number(a), number(b)) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        _ => a == b,
    }
}

fn project(name: &str) {
    let root = projects::path(name).canonicalize().expect("it exists");
    let mut checked = check(PROGRAM, &root);
    let goldens = goldens(&checked, name);
    let mut wrong: Vec<String> = Vec::new();
    for golden in &goldens {
        let rows = rows_of_worker(&mut checked, &golden.query);
        wrong.extend(compare(golden, &rows, "the bundled DuckDB").err());
    }
    for (golden, rows) in goldens.iter().zip(rows_of_browser(&root, &goldens)) {
        wrong.extend(compare(golden, &rows, "the browser's engine").err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn ecommerce() {
    project("ecommerce");
}

#[test]
fn support_tickets() {
    project("support-tickets");
}

#[test]
fn iot_sensors() {
    project("iot-sensors");
}

#[test]
fn what_differs_is_seen() {
    let query = RenderedQuery {
        sql: String::new(),
        runs: String::new(),
        stored: String::new(),
        inputs: Vec::new(),
        tables: Vec::new(),
        columns: ["split", "props.x"]
            .map(|key| viz_check::RenderedColumn { key: key.into(), alias: String::new() })
            .into(),
        default_order: Vec::new(),
        dynamic: true,
        grouped: false,
        quoted: Vec::new(),
    };
    let expected = json!({
        "ordered": ["props.x"],
        "columns": ["split", "props.x"],
        "rows": [["b", 1.0], ["a", 1.0], [null, 2.5]],
    });
    let golden = Golden { insight: "x".into(), expected, query };
    let says = |rows: &[(&str, &str)]| {
        let cell = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let rows: Vec<_> = rows.iter().map(|(a, b)| vec![cell(a), cell(b)]).collect();
        compare(&golden, &rows, "a test").err().map(|why| why.lines().next().unwrap_or_default().to_owned())
    };
    assert_eq!(says(&[("a", "1"), ("b", "1.0"), ("", "2.5000000000001")]), None);
    assert!(says(&[("", "2.5"), ("a", "1"), ("b", "1")]).unwrap().contains("out of order"));
    assert!(says(&[("a", "1"), ("c", "1"), ("", "2.5")]).unwrap().contains("row"));
    assert!(says(&[("a", "1"), ("b", "1"), ("", "2.501")]).unwrap().contains("row"));
    assert!(says(&[("a", "1"), ("b", "1"), ("c", "2.5")]).unwrap().contains("row"));
    assert!(says(&[("a", "1"), ("b", "1")]).unwrap().contains("2 rows, not 3"));
}
