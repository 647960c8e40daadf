//! The project that uses everything is clean, for all versions of the format.

use crate::PROGRAM;
use serde_json::Value;
use viz_tests::cli;
use viz_tests::projects::{self, Project};

fn is_clean(json: &Value) {
    let project = &json["projects"][0];
    assert_eq!(project["diagnostics"], Value::Array(Vec::new()), "{:#}", project["diagnostics"]);
    for insight in project["insights"].as_array().expect("a list") {
        assert!(matches!(insight["status"].as_str(), Some("checked" | "static")), "{insight:#}");
    }
    for input in project["inputs"].as_array().expect("a list") {
        assert_eq!(input["status"], "known", "{input:#}");
    }
}

#[test]
fn everything_is_clean_for_2_1() {
    is_clean(&cli::check_json(PROGRAM, &projects::path("everything"), &[]));
    let run = cli::run(PROGRAM, &projects::path("everything"), &["--check", "--deny", "warnings", "--color", "never"]);
    assert_eq!((run.status, run.out.lines().count()), (0, 2), "{run:?}");
    assert!(run.err.is_empty(), "{run:?}");
}

#[test]
fn everything_is_clean_for_2_0() {
    let project = Project::copy_of("everything");
    let text = project.read("project.visivo.yml");
    let older = text.replace("cli_version: 2.1.0", "cli_version: 2.0.3").replace("since-2.1.yml", "until-2.0.yml");
    project.write("project.visivo.yml", &older);
    is_clean(&cli::check_json(PROGRAM, &project.root, &[]));
}

#[test]
fn everything_is_clean_for_2_2() {
    let project = Project::copy_of("everything");
    let text = project.read("project.visivo.yml");
    let included = "  - path: .visivo_cache/acme/house-style@v2/texts.yml\n  - path: since-2.2.yml\n";
    let newer = text
        .replace("cli_version: 2.1.0", "cli_version: 2.2.1")
        .replace("  - path: acme/house-style.git@v2 -- texts.yml\n", included);
    project.write("project.visivo.yml", &format!("{newer}\n{}", project.read("theme-2.2.yml")));
    let charts = project.read("shared/pages/charts.yml").replace("rows_per_page: 15", "rows_per_page: 10");
    project.write("shared/pages/charts.yml", &charts);
    is_clean(&cli::check_json(PROGRAM, &project.root, &[]));
    // Nothing fails on the rows, either; which choices show nothing is a hint.
    let run = cli::check_json(PROGRAM, &project.root, &["--level", "execute"]);
    let findings = cli::findings(&run, 0);
    assert!(findings.iter().all(|finding| finding.code == "no-rows"), "{findings:#?}");
}

#[test]
fn the_target_decides_what_is_wrong() {
    let codes = |project: &Project, args: &[&str]| -> Vec<(String, String)> {
        let findings = cli::findings(&cli::check_json(PROGRAM, &project.root, args), 0);
        findings.into_iter().map(|finding| (finding.severity, finding.code)).collect()
    };
    let project = Project::copy_of("everything");
    let error = |code: &str| ("error".to_owned(), code.to_owned());
    // Seeds, pixels, a text as markdown and tests: 2.0 has none of them, and wants its own version in `cli_version`.
    let mut found = codes(&project, &["--target", "2.0"]);
    found.sort();
    let wanted = ["invalid-value", "reference-expected", "unknown-key", "unknown-key", "version-mismatch"];
    assert_eq!(found, wanted.map(error));
    // Without a target, each is told once, as a warning.
    project.write("project.visivo.yml", &project.read("project.visivo.yml").replace("cli_version: 2.1.0\n", ""));
    let warning = ("warning".to_owned(), "version-difference".to_owned());
    assert_eq!(codes(&project, &[]), vec![warning; 6]);
    assert_eq!(codes(&project, &["--target", "2.1"]), []);
}

/// The sample projects are written for 2.2, and have nothing that 2.1 does not know.
#[test]
fn the_samples_are_clean_for_2_2_and_2_1() {
    for sample in ["ecommerce", "support-tickets", "iot-sensors"] {
        for target in ["2.2", "2.1"] {
            is_clean(&cli::check_json(PROGRAM, &projects::path(sample), &["--target", target]));
        }
    }
}
