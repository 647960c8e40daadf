//! `viz.lock`: what a check says with it in the place of sources, and what becomes of locks that are not as they should be.

mod diff;
mod editor;
mod hostile;
mod merging;
mod shapes;
mod verdicts;

use crate::PROGRAM;
use serde_json::Value;
use std::path::Path;
use viz_tests::cli::{Run, check_json, run};
use viz_tests::pages::NOW;

/// A project whose data stand in its models, so that they can be changed with a text.
const SHOP: &str = "name: shop
sources:
  - {name: db, type: duckdb, database: ':memory:'}
models:
  - {name: orders, source: ref(db), sql: \"select * from (values ('EMEA', 3), ('APAC', 4)) t(region, amount)\"}
  - {name: cities, source: ref(db), sql: \"select * from (values ('Rome'), ('Oslo')) t(city)\"}
inputs:
  - {name: region, type: single-select, options: '?{ select distinct region from ${ref(orders)} }'}
  - {name: city, type: single-select, options: '?{ select city from ${ref(cities)} order by city }'}
  - {name: way, type: single-select, options: [up, down]}
insights:
  - name: revenue_by_region
    props: {type: bar, x: '?{${ref(orders).region}}', y: '?{sum(${ref(orders).amount})}'}
    interactions: [{filter: \"?{${ref(orders).region} = '${ref(region).value}'}\"}]
  - name: visits
    props: {type: bar, x: '?{${ref(cities).city}}', y: '?{count(*)}'}
    interactions: [{filter: \"?{${ref(cities).city} = '${ref(city).value}'}\"}]
";

/// All that may be kept.
const VALUES: &str = "lock:\n  default: values\n";

fn viz_lsp(root: &Path, args: &[&str]) -> Run {
    run(PROGRAM, root, args)
}

fn lock(root: &Path) -> Run {
    viz_lsp(root, &["lock", "--no-cache", "--now", NOW])
}

/// The only project of a check.
fn checked(root: &Path, args: &[&str]) -> Value {
    let all = [&["--no-cache", "--now", NOW], args].concat();
    check_json(PROGRAM, root, &all)["projects"][0].clone()
}
