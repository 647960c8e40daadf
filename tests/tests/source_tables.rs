//! Insights without inputs run on their source: their sub-queries may read whatever that has. Those with inputs run in the
//! browser, which has the models only.

use crate::PROGRAM;
use viz_tests::cli;
use viz_tests::projects::Project;

const SHOP: &[u8] = include_bytes!("../data/walls/shop.duckdb");

#[test]
fn sub_queries_on_tables_of_the_source() {
    let insight = |name: &str, y: &str, more: &str| {
        format!("  - name: {name}\n    props: {{ type: bar, x: \"?{{ ${{ref(m).x}} }}\", y: \"?{{ {y} }}\" }}\n{more}")
    };
    let chosen = "    interactions: [{ filter: \"?{ ${ref(m).x} > ${ref(least).value} }\" }]\n";
    let text = [
        "name: shop\nsources: [{ name: db, type: duckdb, database: shop.duckdb }]\n",
        "models: [{ name: m, source: ref(db), sql: select 1 as x }]\n",
        "inputs: [{ name: least, type: single-select, options: [\"0\", \"1\"] }]\ninsights:\n",
        &insight("within", "${ref(m).x} in (select x from t)", ""),
        &insight("share", "sum(${ref(m).x}) / (select count(*) + 1 from t)", ""),
        &insight("column", "${ref(m).x} in (select z from t)", ""),
        &insight("table", "${ref(m).x} in (select x from u)", ""),
        &insight("browser", "${ref(m).x} in (select x from t)", chosen),
    ];
    let project = Project::of(&[("project.visivo.yml", &text.concat())]);
    std::fs::write(project.file("shop.duckdb"), SHOP).unwrap();
    let report = cli::check_json(PROGRAM, &project.root, &["--no-cache"])["projects"][0].clone();
    let found = report["diagnostics"].as_array().unwrap().iter().map(|finding| {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        (text(&finding["object"]["name"]), text(&finding["severity"]), text(&finding["message"]))
    });
    let expected = [
        ("column", "error", "`y` fails: there is no column `z`"),
        ("table", "error", "`y` fails: there is no table `u`"),
        ("browser", "error", "`y` fails: there is no table `t`"),
    ];
    let found: Vec<(String, String, String)> = found.collect();
    let found: Vec<_> = found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(found, expected);
}
