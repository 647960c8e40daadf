//! `# viz-lsp: ignore[code] reason` and severities in `.viz-lsp.yml`, on the command line.

use crate::PROGRAM;
use viz_tests::projects::Project;
use viz_tests::{Shown, cli};

/// Code and line of each finding.
fn check(files: &[(&str, &str)], more: &[&str]) -> Vec<(String, u32)> {
    let project = Project::of(files);
    let findings = cli::findings(&cli::check_json(PROGRAM, &project.root, more), 0);
    findings.into_iter().map(|Shown { code, start, .. }| (code, start.0 + 1)).collect()
}

fn found(code: &str, line: u32) -> (String, u32) {
    (code.to_owned(), line)
}

#[test]
fn a_comment_covers_its_line_or_the_next_thing() {
    let text = "\
name: shop
inputs:
  # viz-lsp: ignore[wrong-type]
  - name: a
    type: single-select
    options: [1, x]
  - name: b
    type: single-select
    options: [2, x] # viz-lsp: ignore[wrong-type] numbers are meant
  - name: c
    type: single-select
    # viz-lsp: ignore[wrong-type, unknown-key]
    options:
      - 3
      - x
    colour: red
";
    let expected = [found("unused-suppression", 12), found("unknown-key", 16)];
    assert_eq!(check(&[("project.visivo.yml", text)], &["--level", "parse"]), expected);
}

#[test]
fn the_line_below_a_line_is_not_covered() {
    let text = "name: shop # viz-lsp: ignore[unknown-key]\ncolour: red\n";
    let expected = [found("unused-suppression", 1), found("unknown-key", 2)];
    assert_eq!(check(&[("project.visivo.yml", text)], &["--level", "parse"]), expected);
}

/// At the level `parse` nobody knows whether there is a column `totl`.
#[test]
fn a_comment_is_unused_only_if_that_is_known() {
    let text = |column: &str| {
        format!(
            "name: shop\nsources:\n  - name: db\n    type: duckdb\n    database: warehouse.duckdb\nmodels:\n  - name: orders\n    \
             source: ref(db)\n    sql: select 1 as total\ninsights:\n  - name: sum\n    props:\n      type: bar\n      \
             # viz-lsp: ignore[unknown-column]\n      y: ?{{ ${{ref(orders).{column}}} }}\n"
        )
    };
    assert_eq!(check(&[("project.visivo.yml", &text("total"))], &["--level", "parse"]), []);
    assert_eq!(check(&[("project.visivo.yml", &text("total"))], &[]), [found("unused-suppression", 14)]);
    assert_eq!(check(&[("project.visivo.yml", &text("totl"))], &[]), []);
}

#[test]
fn severities_of_the_project() {
    let text = "name: shop\nname: again\ncolour: red\ninputs: [] # viz-lsp: ignore[wrong-type]\n";
    let severities = |settings: &str| {
        let project = Project::of(&[("project.visivo.yml", text), (".viz-lsp.yml", settings)]);
        let json = cli::check_json(PROGRAM, &project.root, &["--level", "parse"]);
        let all: Vec<String> =
            cli::findings(&json, 0).into_iter().map(|shown| format!("{} {}", shown.severity, shown.code)).collect();
        (all.join(", "), cli::run(PROGRAM, &project.root, &["--check", "--level", "parse"]).status)
    };
    let default = "warning duplicate-key, error unknown-key, warning unused-suppression".to_owned();
    assert_eq!(severities("seed: 1\n"), (default, 1));
    let changed = "error duplicate-key, hint unused-suppression".to_owned();
    let settings = "severity:\n  duplicate-key: error\n  unknown-key: off\n  unused-suppression: hint\n";
    assert_eq!(severities(settings), (changed, 1));
    let (_, status) = severities("severity: { unknown-key: information }\n");
    assert_eq!(status, 0);
}

#[test]
fn a_comment_about_a_finding_that_is_off_is_not_unused() {
    let text = "name: shop\ncolour: red # viz-lsp: ignore[unknown-key]\n";
    let files = [("project.visivo.yml", text), (".viz-lsp.yml", "severity: { unknown-key: off }\n")];
    assert_eq!(check(&files, &["--level", "parse"]), []);
}
