//! What `--build` writes for 2.2 and for no version before: insights of constants (R-22-41), links between traces (R-22-45), and the order of
//! lines, which the browser's query has, too (R-SQL-10a).

use crate::build::{build, json_file, names};
use serde_json::{Value, json};
use viz_tests::projects::Project;

const PROJECT: &str = r#"name: p
cli_version: VERSION
sources: [{ name: local, type: duckdb, database: warehouse.duckdb }]
models:
  - name: t
    source: ref(local)
    sql: select * from (values (2, 'b', 2.5), (1, 'a', 1.5), (1, 'b', 0.5)) v(id, team, hours)
insights:
  - name: line
    props: { type: scatter, x: "?{ ${ref(t).id} }", y: "?{ ${ref(t).hours} }" }
    interactions: [{ split: "?{ ${ref(t).team} }" }]
  - name: sorted
    props: { type: scatter, x: "?{ ${ref(t).id} }", y: "?{ ${ref(t).hours} }" }
    interactions: [{ sort: "?{ ${ref(t).hours} }" }]
"#;

const SINCE_2_2: &str = r#"  - name: target
    props: { type: scatter, mode: lines, x: [1, 2], y: [3, 4] }
  - name: car
    props: { type: carpet, a: [1, 2], b: [1, 2], y: [1, 2] }
  - name: on_car
    props: { type: contourcarpet, a: [1, 2], b: [1, 2], z: [1, 2], carpet: "${ref(car)}" }
"#;

fn insight(project: &Project, name: &str) -> Value {
    json_file(project.root.join(format!("target/main/insights/{name}.json")))
}

#[test]
fn what_2_2_builds() {
    let text = PROJECT.replace("VERSION", "2.2.1") + SINCE_2_2;
    let project = Project::of(&[("project.visivo.yml", &text)]);
    let (status, report) = build(&project, &[]);
    assert_eq!(status, 0, "{report:#}");
    assert_eq!(names(&report, "failed"), Vec::<String>::new(), "{report:#}");
    let line = insight(&project, "line");
    let of = |key: &str| line["props_mapping"][key].as_str().or(line[key].as_str()).expect("a text").to_owned();
    let order = format!(" ORDER BY \"{}\", \"{}\"", of("split_key"), of("props.x"));
    assert!(of("query").ends_with(&order), "{line:#}");
    let sorted = insight(&project, "sorted");
    assert!(
        !sorted["query"].as_str().expect("a text").contains("ORDER BY"),
        "a written sort is not repeated: {sorted:#}"
    );
    let constant = json!({
        "name": "target", "files": [], "query": null, "props_mapping": {},
        "static_props": { "mode": "lines", "x": [1, 2], "y": [3, 4] },
        "props_slices": {}, "split_key": null, "type": "scatter",
    });
    assert_eq!(insight(&project, "target"), constant);
    assert!(!project.file("target/main/insights/target.parquet").exists(), "there are no rows of constants");
    assert_eq!(insight(&project, "car")["static_props"]["carpet"], "car");
    assert_eq!(insight(&project, "on_car")["static_props"]["carpet"], "car");
    // The paths are those of 2.1.
    let same = Project::of(&[("project.visivo.yml", &text)]);
    let (status, _) = build(&same, &["--layout", "2.1"]);
    assert_eq!((status, insight(&same, "line")["query"].clone()), (0, line["query"].clone()));
}

#[test]
fn what_2_1_builds() {
    let project = Project::of(&[("project.visivo.yml", &PROJECT.replace("VERSION", "2.1.0"))]);
    let (status, report) = build(&project, &[]);
    assert_eq!(status, 0, "{report:#}");
    let line = insight(&project, "line");
    assert!(!line["query"].as_str().expect("a text").contains("ORDER BY"), "{line:#}");
}
