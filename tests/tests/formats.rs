//! Machine-readable output of the whole program.

use crate::PROGRAM;
use serde_json::Value;
use viz_tests::{cli, projects};

const BROKEN: &str = "tests/projects/broken/ecommerce";

#[test]
fn json_is_as_the_contract_has_it() {
    let json = cli::check_json(PROGRAM, &projects::repository(), &[BROKEN]);
    assert_eq!(json["version"], 1);
    assert_eq!(json["tool"]["name"], "viz-lsp");
    let project = &json["projects"][0];
    assert_eq!(project["root"], BROKEN);
    assert_eq!(project["files"][0], "project.visivo.yml");
    for finding in project["diagnostics"].as_array().unwrap() {
        assert!(finding["object"]["kind"].is_string(), "{finding}");
        let fingerprint = finding["fingerprint"].as_str().unwrap();
        assert!(fingerprint.len() == 16 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()), "{finding}");
    }
    for insight in project["insights"].as_array().unwrap() {
        let lacking = insight["status"] == "partial" || insight["status"] == "unchecked";
        assert_eq!(lacking, insight["why"].is_object(), "{insight}");
        let number = |key: &str| insight["combinations"][key].as_u64().unwrap();
        assert!(number("sampled") <= number("covered") && number("covered") <= number("total"), "{insight}");
    }
    assert!(json["elapsed_ms"].is_u64());
}

#[test]
fn json_is_the_same_every_time() {
    let run = || {
        let mut json = cli::check_json(PROGRAM, &projects::repository(), &[BROKEN, "tests/projects/ecommerce"]);
        json["elapsed_ms"] = 0.into();
        json.to_string()
    };
    assert_eq!(run(), run());
}

#[test]
fn github_and_sarif_tell_the_same_findings() {
    let json = cli::check_json(PROGRAM, &projects::repository(), &[BROKEN]);
    let findings = cli::findings(&json, 0);
    let github = cli::run(PROGRAM, &projects::repository(), &["--check", "--format", "github", BROKEN]);
    assert_eq!(github.status, 1);
    for finding in &findings {
        let place = format!("file={BROKEN}/{},line={},", finding.file, finding.start.0 + 1);
        assert!(
            github.out.lines().any(|line| line.starts_with("::error ") && line.contains(&place)),
            "{place} is not in {}",
            github.out
        );
    }
    let sarif = cli::run(PROGRAM, &projects::repository(), &["--check", "--format", "sarif", BROKEN]);
    let sarif: Value = serde_json::from_str(&sarif.out).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), findings.len());
    for (result, finding) in results.iter().zip(&findings) {
        assert_eq!(result["ruleId"], *finding.code);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!(
            (region["startLine"].as_u64(), region["endColumn"].as_u64()),
            (Some(u64::from(finding.start.0) + 1), Some(u64::from(finding.end.1) + 1))
        );
    }
}
