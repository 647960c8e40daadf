//! Ranges list the values that a browser lists: random ones, judged by JavaScript that was written from the format
//! reference alone (`tests/golden/ranges/ranges.mjs`, run by Node.js).

use crate::PROGRAM;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use viz_check::options_of;
use viz_facts::FactStore;
use viz_project::{Environment, MemoryFiles, Project};
use viz_tests::projects;

const CASES: usize = 1500;

/// R-DATE-02, R-DATE-06, R-DATE-07; in a zone with daylight saving time, and in one where that is half an hour.
#[test]
fn random_ranges_are_listed_as_by_javascript() {
    let script = projects::repository().join("tests/golden/ranges/ranges.mjs");
    let (mut compared, mut listed, mut endless) = (0, 0, 0);
    for (seed, zone) in [(20_261, "America/New_York"), (20_262, "Australia/Lord_Howe")] {
        let output = Command::new("node")
            .arg(&script)
            .args([seed.to_string(), CASES.to_string()])
            .env("TZ", zone)
            .output()
            .expect("Node.js is needed: tests/run installs it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let cases: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
        for case in &cases {
            let expected = &case["expected"];
            let found = values(&case["range"], case["now"].as_str().expect("a time"));
            match found {
                Ok(values) => {
                    assert_eq!(expected, &Value::from(values.clone()), "{case}");
                    listed += values.len();
                }
                Err(why) => {
                    assert_eq!((expected, why.as_str()), (&"endless".into(), "endless-range"), "{case}");
                    endless += 1;
                }
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 2 * CASES);
    assert!(listed > 10_000 && endless > 10, "{listed} values, {endless} without end");
}

/// The values of a range at a time, or the code of the reason why there are none.
fn values(range: &Value, now: &str) -> Result<Vec<String>, String> {
    let display =
        range["display"].as_str().map_or(String::new(), |display| format!("    display:\n      type: {display}\n"));
    let text = format!(
        "name: a\ninputs:\n  - name: i\n    type: multi-select\n    range:\n      start: {}\n      end: {}\n      step: {}\n{display}",
        range["start"], range["end"], range["step"]
    );
    let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let input = project.ids().last().expect("there is an input");
    let now = now.parse().expect("a local time");
    let options = options_of(&project, &FactStore::new(), input, now).map_err(|why| why.code.to_string())?;
    Ok(options.values.iter().map(viz_check::Value::raw).collect())
}

/// A time with an offset lies on the day that it is in the zone of the program.
#[test]
fn the_zone_decides_about_times_with_an_offset() {
    let project = projects::Project::of(&[(
        "project.visivo.yml",
        "name: a\ninputs:\n  - name: i\n    type: multi-select\n    range: { start: '2024-03-10', end: '2024-03-11T03:30:00Z', step: 1 day }\n",
    )]);
    let count = |zone: &str| {
        let output = viz_tests::cli::program(PROGRAM)
            .args(["--check", "--level", "parse", "--format", "json"])
            .current_dir(&project.root)
            .env("TZ", zone)
            .output()
            .expect("it runs");
        let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        json["projects"][0]["inputs"][0]["options"].as_u64()
    };
    // Daylight saving time had begun in New York: 23:30 on the tenth, not 22:30.
    assert_eq!((count("UTC"), count("America/New_York")), (Some(2), Some(1)));
}
