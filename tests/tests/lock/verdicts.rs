//! Verdicts by a lock are those with the sources.

use super::{SHOP, VALUES, checked, lock, viz_lsp};
use crate::{PROGRAM, situations};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use viz_tests::cli::{check_json, run};
use viz_tests::pages::NOW;
use viz_tests::projects::Project;

/// Reasons that tell of a source that can't be read, of which no lock can tell anything; and what an earlier run left.
const UNREAD: [&str; 9] = [
    "database-missing",
    "database-unreadable",
    "file-missing",
    "file-not-allowed",
    "file-unreadable",
    "log-unreadable",
    "source-not-supported",
    "timeout",
    "variable-unset",
];

/// Code, file and place of a finding; and the number of combinations, if it counts.
pub fn finding(found: &Value, counted: bool) -> String {
    let combinations = &found["combinations"];
    let counts =
        if counted { format!("{} of {}", combinations["failed"], combinations["total"]) } else { String::new() };
    format!("{} {} {} {counts}", found["code"], found["file"], found["range"])
}

/// Code, file, place and the number of combinations of each finding, and how far each insight is covered.
fn verdict(project: &Value) -> (Vec<String>, Vec<String>) {
    let insight = |insight: &Value| {
        let of = |key: &str| insight[key].to_string();
        format!("{} {} {} {} {}", of("name"), of("status"), of("judge"), of("combinations"), insight["why"]["code"])
    };
    let all = |key: &str, show: &dyn Fn(&Value) -> String| -> Vec<String> {
        project[key].as_array().expect("a list").iter().map(show).collect()
    };
    let mut findings = all("diagnostics", &|found| finding(found, true));
    findings.sort();
    (findings, all("insights", &insight))
}

pub fn is_read(project: &Value) -> bool {
    let text = project.to_string();
    !UNREAD.iter().any(|reason| text.contains(&format!("\"{reason}\""))) && !text.contains("\"unset-variable\"")
}

/// Checks projects, locks them, and checks them by their locks: the two.
pub fn both(folder: &Path, roots: &[PathBuf]) -> Vec<(Value, Value)> {
    let names: Vec<&str> = roots.iter().map(|root| root.to_str().expect("UTF-8")).collect();
    let check = |more: &[&str]| -> Vec<Value> {
        let args = [&["--no-cache", "--now", NOW], more, &names].concat();
        check_json(PROGRAM, folder, &args)["projects"].as_array().expect("a list").clone()
    };
    let with_sources = check(&[]);
    let locked = run(PROGRAM, folder, &[&["lock", "--no-cache", "--now", NOW], names.as_slice()].concat());
    assert!(locked.status < 2, "{locked:?}");
    with_sources.into_iter().zip(check(&["--locked"])).collect()
}

fn differences(pairs: &[(Value, Value)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (with_sources, locked) in pairs.iter().filter(|(with_sources, _)| is_read(with_sources)) {
        let ((findings, insights), (by_lock, insights_by_lock)) = (verdict(with_sources), verdict(locked));
        let root = &with_sources["root"];
        let gone =
            findings.iter().filter(|finding| !by_lock.contains(finding)).map(|gone| format!("{root}: gone {gone}"));
        let new = by_lock.iter().filter(|finding| !findings.contains(finding)).map(|new| format!("{root}: new {new}"));
        wrong.extend(gone.chain(new));
        let pairs = insights.iter().zip(&insights_by_lock).filter(|(one, other)| one != other);
        wrong.extend(pairs.map(|(one, other)| format!("{root}: {one}\n    by the lock {other}")));
    }
    wrong
}

/// The sample projects, with and without faults.
pub const SAMPLES: [&str; 7] = [
    "ecommerce",
    "iot-sensors",
    "support-tickets",
    "broken/ecommerce",
    "broken/ecommerce-ten",
    "broken/iot-sensors",
    "broken/support-tickets",
];

#[test]
fn samples_have_the_same_verdicts() {
    let samples = SAMPLES.map(Project::copy_of);
    for sample in &samples {
        sample.write(".viz-lsp.yml", VALUES);
    }
    let roots = samples.each_ref().map(|sample| sample.root.clone());
    let pairs = both(&roots[0], &roots);
    assert_eq!(differences(&pairs), Vec::<String>::new());
    assert!(pairs.iter().all(|(_, locked)| locked["lock"]["missing"] == serde_json::json!([])), "{pairs:?}");
    assert!(pairs.iter().all(|(with_sources, _)| is_read(with_sources)));
}

#[test]
fn situations_have_the_same_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let write = |(index, example): (usize, viz_tests::pages::Example)| {
        let root = folder.path().join(format!("{index:04}"));
        example.write(&root);
        let settings = std::fs::read_to_string(root.join(".viz-lsp.yml")).unwrap_or_default();
        std::fs::write(root.join(".viz-lsp.yml"), format!("{settings}\n{VALUES}")).unwrap();
        root
    };
    let roots: Vec<PathBuf> = situations::all().into_iter().enumerate().map(write).collect();
    let pairs = both(folder.path(), &roots);
    assert!(pairs.iter().filter(|(with_sources, _)| is_read(with_sources)).count() > 80);
    let wrong = differences(&pairs);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_source_is_needed_then() {
    let sample = Project::copy_of("broken/ecommerce-ten");
    sample.write(".viz-lsp.yml", VALUES);
    let before = checked(&sample.root, &[]);
    assert_eq!(lock(&sample.root).status, 0);
    std::fs::remove_dir_all(sample.file("data")).unwrap();
    let after = checked(&sample.root, &["--locked"]);
    assert_eq!(verdict(&before), verdict(&after));
    let text = viz_lsp(&sample.root, &["check", "--locked"]).out;
    assert!(text.contains("no source was opened"), "{text}");
    assert!(text.contains("as viz.lock tells of the data"), "each finding says so: {text}");
}

#[test]
fn the_same_data_are_the_same_bytes() {
    for name in SAMPLES {
        let sample = Project::copy_of(name);
        sample.write(".viz-lsp.yml", VALUES);
        let (first, text) = (lock(&sample.root), sample.read("viz.lock"));
        let (second, again) = (lock(&sample.root), sample.read("viz.lock"));
        assert!(first.out.contains("written") && second.out.contains("is as it was"), "{first:?}{second:?}");
        assert_eq!(text, again);
        assert!(!text.contains(sample.root.to_str().unwrap()), "no path of this machine");
    }
}

/// Facts of another query are not believed, and what is missing is named.
#[test]
fn what_is_outdated_is_named() {
    let shop = Project::of(&[("project.visivo.yml", SHOP), (".viz-lsp.yml", VALUES)]);
    assert_eq!(lock(&shop.root).status, 0);
    let by_lock = checked(&shop.root, &["--locked"]);
    assert_eq!(by_lock["lock"], serde_json::json!({"found": true, "missing": [], "outdated": []}));
    shop.write("project.visivo.yml", &SHOP.replace("'EMEA', 3", "'EMEA', 5"));
    let by_lock = checked(&shop.root, &["--locked"]);
    assert_eq!(by_lock["lock"]["outdated"], serde_json::json!(["model `orders`", "input `region`"]));
    assert_eq!(by_lock["insights"][0]["why"]["code"], "lock-missing");
    assert_eq!(by_lock["insights"][1]["status"], "checked", "the others hold");
    let text = viz_lsp(&shop.root, &["check", "--locked"]).out;
    assert!(text.contains("what other queries gave for model `orders`, input `region`"), "{text}");
    std::fs::remove_file(shop.file("viz.lock")).unwrap();
    let none = viz_lsp(&shop.root, &["check", "--locked"]).out;
    assert!(none.contains("no viz.lock"), "{none}");
    assert_eq!(checked(&shop.root, &["--locked"])["lock"]["found"], false);
}

/// Where a variable names the database, a check by the lock needs it not, and its value is nowhere in the lock.
#[test]
fn variables_need_no_value() {
    let text = SHOP.replace("':memory:'", "'${env.VIZ_TEST_DATABASE}'");
    let shop = Project::of(&[
        ("project.visivo.yml", text.as_str()),
        (".viz-lsp.yml", VALUES),
        (".env", "VIZ_TEST_DATABASE=data_of_ana.duckdb\n"),
    ]);
    std::fs::write(shop.file("data_of_ana.duckdb"), viz_tests::pages::EMPTY_DATABASE).unwrap();
    let before = checked(&shop.root, &[]);
    assert_eq!(before["insights"][0]["status"], "checked", "{before}");
    assert_eq!(lock(&shop.root).status, 0);
    let file = shop.read("viz.lock");
    assert!(!file.contains("data_of_ana"), "{file}");
    std::fs::remove_file(shop.file("data_of_ana.duckdb")).unwrap();
    std::fs::remove_file(shop.file(".env")).unwrap();
    assert_eq!(verdict(&checked(&shop.root, &["--locked"])), verdict(&before));
    // Without its value nothing can be read, and what is known stays.
    assert_eq!(lock(&shop.root).status, 1);
    assert_eq!(shop.read("viz.lock"), file);
}

/// Random changes of a project make no lock lie: what it says of the changed one is what the sources say, or it says nothing.
#[test]
fn random_changes_never_make_it_lie() {
    let shop = Project::of(&[("project.visivo.yml", SHOP), (".viz-lsp.yml", VALUES)]);
    assert_eq!(lock(&shop.root).status, 0);
    let changes: [(&str, &str); 12] = [
        ("'EMEA', 3", "'E''MEA', 3"),
        ("'APAC', 4", "'APAC', 'x'"),
        ("t(region, amount)", "t(area, amount)"),
        ("('Rome'), ('Oslo')", "(1), (2)"),
        ("t(city)", "t(town)"),
        ("order by city", "order by city desc"),
        ("select distinct region", "select region"),
        ("name: orders", "name: sales"),
        ("[up, down]", "[up, \"d'own\"]"),
        ("':memory:'", "'shop.duckdb'"),
        ("name: db", "name: data"),
        ("${ref(city).value}", "${ref(region).value}"),
    ];
    let mut random = fastrand::Rng::with_seed(20261130);
    let mut honest = BTreeMap::new();
    for _ in 0..16 {
        let mut text = SHOP.to_owned();
        for _ in 0..random.usize(1..4) {
            let (from, to) = changes[random.usize(..changes.len())];
            text = text.replace(from, to);
        }
        shop.write("project.visivo.yml", &text);
        let (with_sources, locked) = (checked(&shop.root, &[]), checked(&shop.root, &["--locked"]));
        let ((_, insights), (findings, by_lock)) = (verdict(&with_sources), verdict(&locked));
        for (one, other) in insights.iter().zip(&by_lock) {
            assert!(
                one == other || other.contains("lock-missing") || one.contains("has-errors"),
                "{text}\n{one}\n{other}"
            );
            *honest.entry(one == other).or_insert(0) += 1;
        }
        let real = verdict(&with_sources).0;
        let lies: Vec<&String> = findings.iter().filter(|finding| !real.contains(finding)).collect();
        assert!(lies.is_empty(), "{text}\n{lies:?}\n{real:?}");
    }
    assert!(honest.len() == 2, "both happen: {honest:?}");
}
