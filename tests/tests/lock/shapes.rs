//! Locks without a value of the data: syntax and binding are proven by made-up options.

use super::verdicts::{SAMPLES, both, finding, is_read};
use super::{SHOP, checked, lock, viz_lsp};
use crate::situations;
use serde_json::Value;
use std::path::PathBuf;
use viz_tests::projects::Project;

/// What a text or a type alone decides; of values nothing is said.
const OF_SYNTAX_AND_BINDING: [&str; 12] = [
    "combination-syntax",
    "combination-bind",
    "sql-syntax",
    "sql-bind",
    "model-sql",
    "options-query",
    "options-columns",
    "unknown-column",
    "template-literal",
    "dropped-filter",
    "missing-parentheses",
    "quoted-reference",
];

fn of_texts_and_types(project: &Value) -> Vec<String> {
    let all = project["diagnostics"].as_array().expect("a list").iter();
    let wanted = all.filter(|found| OF_SYNTAX_AND_BINDING.iter().any(|code| found["code"] == *code));
    let mut found: Vec<String> = wanted.map(|found| finding(found, false)).collect();
    found.sort();
    found
}

fn differences(pairs: &[(Value, Value)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (with_sources, locked) in pairs.iter().filter(|(with_sources, _)| is_read(with_sources)) {
        let (real, by_lock) = (of_texts_and_types(with_sources), of_texts_and_types(locked));
        let root = &with_sources["root"];
        wrong.extend(real.iter().filter(|found| !by_lock.contains(found)).map(|gone| format!("{root}: gone {gone}")));
        wrong.extend(by_lock.iter().filter(|found| !real.contains(found)).map(|new| format!("{root}: new {new}")));
    }
    wrong
}

/// The options of a project's inputs with queries.
fn options(sample: &Project) -> Vec<String> {
    let text = sample.read("viz.lock");
    let sections = text.split("\n[").filter(|section| section.starts_with("input.") && section.contains("columns = ["));
    let listed = sections.filter_map(|section| section.split("options = [\n").nth(1)?.split("\n]").next());
    listed.flat_map(|lines| lines.lines().map(|line| line.trim().trim_end_matches(',').to_owned())).collect()
}

#[test]
fn samples_have_the_same_syntax_and_binding() {
    let samples = SAMPLES.map(Project::copy_of);
    let roots = samples.each_ref().map(|sample| sample.root.clone());
    let pairs = both(&roots[0], &roots);
    assert_eq!(differences(&pairs), Vec::<String>::new());
    let said = pairs.iter().filter(|(_, locked)| locked["insights"].to_string().contains("options-made-up")).count();
    assert!(said > 3, "the report says what is not checked");
    for (sample, (_, locked)) in samples.iter().zip(&pairs) {
        let values =
            locked["diagnostics"].as_array().unwrap().iter().filter(|found| found["code"] == "combination-value");
        let made_up: Vec<&Value> = values.filter(|found| found.to_string().contains("made up")).collect();
        assert!(made_up.is_empty(), "no finding about values that nobody has: {made_up:?}");
        let shapes = sample.read("viz.lock");
        sample.write(".viz-lsp.yml", super::VALUES);
        assert_eq!(lock(&sample.root).status, 0);
        let real = options(sample);
        assert!(!real.is_empty() || sample.root.ends_with("ecommerce"));
        let told: Vec<&String> =
            real.iter().filter(|option| option.len() > 3 && shapes.contains(option.as_str())).collect();
        // Numbers of one digit are made up, too.
        let told: Vec<&&String> = told.iter().filter(|option| option.parse::<f64>().is_err()).collect();
        assert!(told.is_empty(), "{told:?}\n{shapes}");
    }
}

#[test]
fn situations_have_the_same_syntax_and_binding() {
    let folder = tempfile::tempdir().unwrap();
    let write = |(index, example): (usize, viz_tests::pages::Example)| {
        let root = folder.path().join(format!("{index:04}"));
        example.write(&root);
        root
    };
    // What fails on the rows alone is a matter of values.
    let of_rows = |example: &viz_tests::pages::Example| {
        example.page == "computed" || example.heading == "A join that compares a number with a text"
    };
    let examples = situations::all().into_iter().filter(|example| !of_rows(example));
    let roots: Vec<PathBuf> = examples.enumerate().map(write).collect();
    assert!(roots.len() > 150);
    let wrong = differences(&both(folder.path(), &roots));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// An apostrophe is found without the name that has it.
#[test]
fn what_an_option_looks_like_is_enough_for_its_syntax() {
    let text = SHOP.replace("('Rome'), ('Oslo')", "('Rome'), ('Oslo'), ('Ville d''Avray')");
    let shop = Project::of(&[("project.visivo.yml", text.as_str())]);
    assert_eq!(lock(&shop.root).status, 0);
    let file = shop.read("viz.lock");
    assert!(file.contains("  [\"xx\", 2],") && file.contains("  [\"x x'x\", 1],") && !file.contains("Rome"), "{file}");
    let by_lock = checked(&shop.root, &["--locked"]);
    assert_eq!(by_lock["diagnostics"][0]["code"], "combination-syntax", "{by_lock}");
    assert!(by_lock["diagnostics"][0]["notes"].to_string().contains("those told here are made up"));
    assert_eq!(by_lock["inputs"][1]["options"], 3, "as many as there are");
    assert_eq!(by_lock["insights"][0]["status"], "partial");
    assert_eq!(by_lock["insights"][0]["why"]["code"], "options-made-up");
    assert_eq!(viz_lsp(&shop.root, &["check", "--locked"]).status, 1);
}

/// Where the option itself counts, what it looks like says nothing.
#[test]
fn what_stands_bare_is_not_judged_by_its_looks() {
    let text = SHOP
        .replace("('Rome'), ('Oslo')", "('amount'), ('region')")
        .replace(
            "x: '?{${ref(cities).city}}', y: '?{count(*)}'",
            "x: '?{${ref(orders).region}}', y: '?{max(${ref(city).value})}'",
        )
        .replace("interactions: [{filter: \"?{${ref(cities).city} = '${ref(city).value}'}\"}]", "description: bare");
    let shop = Project::of(&[("project.visivo.yml", text.as_str())]);
    let with_sources = checked(&shop.root, &[]);
    assert_eq!(lock(&shop.root).status, 0);
    let by_lock = checked(&shop.root, &["--locked"]);
    assert_eq!(by_lock["diagnostics"], with_sources["diagnostics"], "{by_lock}");
    assert_eq!(by_lock["insights"][1]["why"]["code"], "options-made-up", "{by_lock}");
}

#[test]
fn hash_and_none_tell_less() {
    for (word, there, not_there) in [("hash", "count = 2", "shapes ="), ("none", "kept = false", "count =")] {
        let settings = format!("lock:\n  inputs:\n    city: {word}\n");
        let shop = Project::of(&[("project.visivo.yml", SHOP), (".viz-lsp.yml", &settings)]);
        assert_eq!(lock(&shop.root).status, 0);
        let file = shop.read("viz.lock");
        let section = file.split("[input.\"city\"]").nth(1).unwrap().split("\n\n").next().unwrap();
        assert!(section.contains(there) && !section.contains(not_there), "{section}");
        let by_lock = checked(&shop.root, &["--locked"]);
        assert_eq!(by_lock["insights"][1]["why"]["code"], "options-not-kept", "{by_lock}");
        assert_eq!(by_lock["lock"]["missing"], serde_json::json!([]));
    }
}
