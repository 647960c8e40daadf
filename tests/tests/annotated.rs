//! Sample projects say themselves what is wrong with them.

use crate::PROGRAM;
use viz_tests::{annotations, cli, projects};

fn as_annotated(name: &str) -> usize {
    let root = projects::path(name);
    let findings = cli::findings(&cli::check_json(PROGRAM, &root, &[]), 0);
    let annotations = annotations::of_folder(&root);
    let differences = annotations::differences(&annotations, &findings);
    assert!(differences.is_empty(), "{name}:\n{}", differences.join("\n"));
    findings.len()
}

#[test]
fn the_sample_shop_is_clean() {
    assert_eq!(as_annotated("ecommerce"), 0);
}

#[test]
fn the_broken_shop_has_four_faults() {
    assert_eq!(as_annotated("broken/ecommerce"), 4);
}

#[test]
fn the_apostrophe_is_named_with_its_count() {
    let json = cli::check_json(PROGRAM, &projects::path("broken/ecommerce"), &[]);
    let list = json["projects"][0]["diagnostics"].as_array().unwrap();
    let finding = list.iter().find(|finding| finding["code"] == "combination-syntax").expect("it is found");
    assert_eq!(
        finding["combinations"],
        serde_json::json!({ "failed": 1, "total": 12, "examples": [{ "city": "O'Fallon" }] })
    );
    assert!(finding["message"].as_str().unwrap().contains("(1 of 12 options)"), "{finding}");
    assert_eq!(finding["related"][0]["file"], "inputs.yml");
}
