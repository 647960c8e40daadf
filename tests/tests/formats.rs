//! Machine-readable output of the whole program.

use crate::PROGRAM;
use serde_json::Value;
use viz_tests::projects::Project;
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
fn json_is_documented() {
    let page = std::fs::read_to_string(projects::repository().join("docs/json.md")).expect("the page");
    let example: Value = page
        .split("```json\n")
        .nth(1)
        .and_then(|rest| serde_json::from_str(rest.split("```").next()?).ok())
        .expect("an example");
    /// The members of all objects; those of `examples` are names of inputs.
    fn members(value: &Value, into: &mut std::collections::BTreeSet<String>) {
        match value {
            Value::Object(object) => object.iter().for_each(|(name, value)| {
                into.insert(name.clone());
                if name != "examples" {
                    members(value, into);
                }
            }),
            Value::Array(list) => list.iter().for_each(|value| members(value, into)),
            _ => {}
        }
    }
    let (mut shown, mut written) = Default::default();
    members(&example, &mut shown);
    members(&cli::check_json(PROGRAM, &projects::repository(), &[BROKEN]), &mut written);
    let missing: Vec<_> = written.iter().filter(|name| !page.contains(&format!("\"{name}\""))).collect();
    assert!(missing.is_empty(), "not in docs/json.md: {missing:?}");
    assert!(shown.is_subset(&written), "not printed: {:?}", shown.difference(&written));
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

/// What a sarif run says that is against the official schema.
fn against_the_schema(sarif: &Value) -> Vec<String> {
    let path = projects::repository().join("tests/data/sarif/sarif-schema-2.1.0.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("it is a schema");
    validator.iter_errors(sarif).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Text of several bytes before a fault, a fix of several edits, and names with everything that is special in a URI or in a
/// command of GitHub.
fn awkward() -> Project {
    let text = "name: shop\ninputs:\n  - {label: 😀é, name: a, type: single-select, options: [1, x]}\n  - name: b\n    type: single-select\n    options: [x, y]\n    colour: red\n";
    Project::of(&[("a b,c%20:#?é/project.visivo.yml", text)])
}

#[test]
fn sarif_is_valid() {
    let awkward = awkward();
    for (folder, path) in [(&projects::repository(), BROKEN), (&awkward.root, "a b,c%20:#?é")] {
        let run = cli::run(PROGRAM, folder, &["--check", "--format", "sarif", path]);
        assert_eq!(run.status, 1, "{run:?}");
        let sarif: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(against_the_schema(&sarif), Vec::<String>::new());
        assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    }
    let mut wrong: Value = serde_json::json!({ "version": "2.1.0", "runs": [{}] });
    assert_eq!(against_the_schema(&wrong).len(), 1, "a run without a tool is refused");
    wrong["runs"] = Value::Null;
    assert!(against_the_schema(&wrong).is_empty());
}

#[test]
fn sarif_says_all_that_is_known() {
    let project = awkward();
    let run = cli::run(PROGRAM, &project.root, &["--check", "--level", "parse", "--format", "sarif", "a b,c%20:#?é"]);
    let sarif: Value = serde_json::from_str(&run.out).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "wrong-type");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b,c%2520:%23%3F%C3%A9/project.visivo.yml");
    // The emoji is two code units, the letter with its accent one.
    assert_eq!(
        place["region"],
        serde_json::json!({ "startLine": 3, "startColumn": 58, "endLine": 3, "endColumn": 59 })
    );
    assert_eq!(result["partialFingerprints"]["vizLsp/v1"].as_str().map(str::len), Some(16));
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"], place["artifactLocation"]);
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "\"1\"");
    let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!((&rule["id"], &rule["defaultConfiguration"]["level"]), (&"wrong-type".into(), &"error".into()));
    assert!(rule["helpUri"].as_str().unwrap().ends_with("/tests/diagnostics/wrong-type.md"));
    assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# wrong-type\n"));
}

#[test]
fn github_commands_are_escaped() {
    let project = awkward();
    let run = cli::run(PROGRAM, &project.root, &["--check", "--level", "parse", "--format", "github", "a b,c%20:#?é"]);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 2, "one line for each finding: {run:?}");
    // Columns count characters.
    let place = "file=a b%2Cc%2520%3A#?é/project.visivo.yml,line=3,col=57,endLine=3,endColumn=58::";
    assert!(lines[0].starts_with("::error title=viz-lsp (wrong-type),") && lines[0].contains(place), "{run:?}");
    assert!(lines[1].contains("%0Ahelp: "), "{run:?}");
}
