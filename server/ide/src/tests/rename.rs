//! Rename.

use super::fixture::Fixture;
use crate::{prepare_rename, rename};
use viz_text::{TextRange, TextSize};

const PROJECT: &str = "\
//- /project.visivo.yml
name: shop
includes:
  - path: models.yml
defaults:
  source_name: files
sources:
  - name: files
    type: duckdb
    database: \":memory:\"
insights:
  - name: sales
    props:
      type: bar
      x: ?{ ${ref(orders).city} }
      y: ?{ ${ref('orders').revenue} + ${ref(double)} }
//- /models.yml
models:
  - name: \"orders\"
    source: ref(files)
    sql: select city, total from t
    metrics:
      - name: revenue
        expression: sum(total)
  - name: other
    sql: select 1 as one
    metrics:
      - name: revenue
        expression: max(one)
metrics:
  - name: double
    expression: 2 * ${ref(orders).revenue}
";

fn at(place: &str) -> Fixture {
    let plain = place.replace('|', "");
    assert!(PROJECT.contains(&plain), "{plain}");
    Fixture::new(&PROJECT.replacen(&plain, &place.replace('|', "$0"), 1))
}

/// The changed lines after a rename.
fn renamed(place: &str, name: &str) -> Result<Vec<String>, String> {
    let fixture = at(place);
    let edits = rename(&fixture.project, &fixture.facts, fixture.file, fixture.offset, name)?;
    let mut lines = Vec::new();
    for (index, file) in fixture.project.files().iter().enumerate() {
        let before = file.document.text();
        let mut after = before.to_owned();
        for edit in edits.iter().rev().filter(|edit| edit.file.0 as usize == index) {
            after.replace_range(std::ops::Range::<usize>::from(edit.range), &edit.text);
        }
        let changed = before.lines().zip(after.lines()).filter(|(a, b)| a != b);
        lines.extend(changed.map(|(_, after)| after.trim().to_owned()));
    }
    Ok(lines)
}

#[test]
fn names_and_references_change_together() {
    assert_eq!(
        renamed("${ref(or|ders).city}", "sold"),
        Ok(vec![
            "x: ?{ ${ref(sold).city} }".into(),
            "y: ?{ ${ref('sold').revenue} + ${ref(double)} }".into(),
            "- name: \"sold\"".into(),
            "expression: 2 * ${ref(sold).revenue}".into(),
        ])
    );
    assert_eq!(
        renamed("name: fi|les", "10"),
        Ok(vec!["source_name: \"10\"".into(), "- name: \"10\"".into(), "source: ref(10)".into()])
    );
    assert_eq!(
        renamed("2 * ${ref(orders).reve|nue}", "income"),
        Ok(vec![
            "y: ?{ ${ref('orders').income} + ${ref(double)} }".into(),
            "- name: income".into(),
            "expression: 2 * ${ref(orders).income}".into(),
        ])
    );
    assert_eq!(renamed("name: sa|les", "sales"), Ok(vec![]));
}

#[test]
fn what_would_break_something_is_refused() {
    let refused = |place: &str, name: &str| renamed(place, name).expect_err("refused");
    assert_eq!(refused("name: sa|les", "double"), "`double` is taken by a metric (models.yml:14)");
    assert_eq!(refused("name: sa|les", "revenue"), "`revenue` is taken by a metric (models.yml:6)");
    assert_eq!(
        refused("name: sa|les", "shop"),
        "the project is called `shop`: every reference to it would be ambiguous"
    );
    assert_eq!(refused("name: sa|les", "a.b"), "a reference can't hold `.`: letters, digits, spaces, `-` and `_` only");
    assert_eq!(refused("name: sa|les", " "), "a name can't be empty");
    assert_eq!(
        refused("ref(dou|ble)", "2x"),
        "`2x` is no name for a metric: letters, digits and `_` only, no digit first"
    );
    assert_eq!(
        refused("      - name: reve|nue\n        expression: sum", "city"),
        "`${ref(orders).city}` is used as a column: it would mean the metric then"
    );
    let columns = renamed("${ref(orders).ci|ty}", "town");
    assert_eq!(
        columns,
        Ok(vec!["x: ?{ ${ref(orders).town} }".into(), "sql: select city as town, total from t".into()])
    );
    assert_eq!(refused("type: b|ar", "x"), "there is no name here");
    // In another model the name is free.
    assert!(renamed("      - name: reve|nue\n        expression: max", "income").is_ok());
}

/// YAML would read these as something else: a name gets quotes, a column that stands alone in an expression can't have any.
#[test]
fn names_that_yaml_reads_otherwise() {
    for name in ["null", "true", "1e3", "- x", "-", "on"] {
        let lines = renamed("name: fi|les", name);
        let quoted = format!("\"{name}\"");
        if name.starts_with('-') && lines.is_err() {
            continue;
        }
        assert_eq!(
            lines,
            Ok(vec![format!("source_name: {quoted}"), format!("- name: {quoted}"), format!("source: ref({name})")])
        );
    }
    assert_eq!(
        renamed("name: sa|les", "~").expect_err("refused"),
        "a reference can't hold `~`: letters, digits, spaces, `-` and `_` only"
    );
    for name in ["null", "true", "no"] {
        let why = renamed("${ref(orders).ci|ty}", name).expect_err("refused");
        assert_eq!(why, format!("`{name}` is no name for a column: YAML and SQL read it as a value"));
    }
    assert!(renamed("${ref(orders).ci|ty}", "n").is_ok());
    for name in ["order", "select", "left", "table", "index"] {
        let why = renamed("${ref(orders).ci|ty}", name).expect_err("refused");
        assert_eq!(why, format!("`{name}` is no name for a column: it is a word of SQL"));
    }
    assert!(renamed("${ref(orders).ci|ty}", "row").is_ok());
}

#[test]
fn prepared_is_the_name_alone() {
    let fixture = at("name: \"ord|ers\"");
    let found = prepare_rename(&fixture.project, &fixture.facts, fixture.file, fixture.offset);
    let (range, name) = found.expect("it can be renamed").expect("a name");
    assert_eq!((&fixture.text()[range], name.as_str()), ("orders", "orders"));
    let fixture = at("?{ $|{ref(orders).city}");
    assert_eq!(prepare_rename(&fixture.project, &fixture.facts, fixture.file, fixture.offset), Ok(None));
    let start = TextRange::empty(TextSize::new(0)).start();
    assert_eq!(prepare_rename(&fixture.project, &fixture.facts, fixture.file, start), Ok(None));
}

/// A source of files is a view in the queries of its models: they change with it.
#[test]
fn a_view_changes_with_its_source() {
    let text = "\
sources:
  - name: fi$0les
    type: csv
    file: sales.csv
models:
  - name: sales
    source: ${ref(files)}
    sql: select files.day, region from \"files\" where files.day > today()
";
    let renamed = |name: &str| {
        let fixture = Fixture::new(text);
        let edits = rename(&fixture.project, &fixture.facts, fixture.file, fixture.offset, name)?;
        let mut after = fixture.text().to_owned();
        for edit in edits.iter().rev() {
            after.replace_range(std::ops::Range::<usize>::from(edit.range), &edit.text);
        }
        Ok::<_, String>(after)
    };
    let expected = text.replace("$0", "").replace("sales.csv", "_").replace("files", "raw").replace('_', "sales.csv");
    assert_eq!(renamed("raw"), Ok(expected));
    assert!(renamed("my files").expect_err("refused").contains("no word of SQL"));
}

#[test]
fn a_column_is_renamed_from_the_query_that_names_it() {
    assert_eq!(
        renamed("sql: select ci|ty, total", "town"),
        Ok(vec!["x: ?{ ${ref(orders).town} }".into(), "sql: select city as town, total from t".into()])
    );
}
