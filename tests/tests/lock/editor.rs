//! In the editor the lock is the last resort.

use super::lock;
use crate::PROGRAM;
use viz_tests::projects::Project;
use viz_tests::{Client, Options};

const SHOP: &str = "name: shop
sources:
  - {name: cities_file, type: csv, file: cities.csv}
models:
  - {name: cities, source: ref(cities_file), sql: 'select * from cities_file'}
inputs:
  - {name: city, type: single-select, options: '?{ select distinct city from ${ref(cities)} }'}
insights:
  - name: visits
    props: {type: bar, x: '?{${ref(cities).city}}', y: '?{count(*)}'}
    interactions: [{filter: \"?{${ref(cities).town} = '${ref(city).value}'}\"}]
";

#[test]
fn without_its_data_a_project_is_checked_by_its_lock() {
    let settings = "lock: {default: values}\n";
    let shop =
        Project::of(&[("project.visivo.yml", SHOP), (".viz-lsp.yml", settings), ("cities.csv", "city\nRome\nOslo\n")]);
    assert_eq!(lock(&shop.root).status, 0);
    std::fs::remove_file(shop.file("cities.csv")).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let environment = vec![("XDG_CACHE_HOME".into(), cache.path().display().to_string())];
    let mut client = Client::start(PROGRAM, Options { environment, ..Options::default() });
    client.open(&shop.file("project.visivo.yml"));
    let status = client.settle(&shop.root);
    assert_eq!((&status["facts"]["locked"], &status["facts"]["known"]), (&2.into(), &0.into()), "{status}");
    let codes: Vec<String> = client.findings(&shop.root).into_iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&"unknown-column".to_owned()), "the columns are known: {codes:?}");
    assert_eq!(client.shut_down(), 0);
}
