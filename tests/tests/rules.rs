//! `docs/rules.md`: every number of the format's reference has a decision, and something executed shows it.

use crate::diagnostics::all_examples;
use crate::versions;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use viz_check::Code;
use viz_tests::pages::Example;
use viz_tests::projects;

const SEVERITIES: [&str; 4] = ["error", "warning", "information", "hint"];

/// One row of the table.
struct Row {
    number: String,
    what: String,
    /// Severities, or `behaviour` or `nothing` alone.
    decision: Vec<String>,
    codes: Vec<String>,
    /// `path::function` of a test, or the reason for `nothing`.
    last: String,
}

fn table() -> Vec<Row> {
    let text = fs::read_to_string(projects::repository().join("docs/rules.md")).expect("the table exists");
    let numbered = |line: &&str| ["| R-", "| D-", "| S-"].iter().any(|start| line.starts_with(start));
    text.lines().filter(numbered).map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [number, what, decision, codes, last] = cells.as_slice() else {
        panic!("a row has five cells: {line}");
    };
    Row {
        number: (*number).to_owned(),
        what: (*what).to_owned(),
        decision: decision.split(", ").map(str::to_owned).collect(),
        codes: codes.split_whitespace().map(|code| code.trim_matches('`').to_owned()).collect(),
        last: last.trim_matches('`').to_owned(),
    }
}

/// The examples that are tagged with each number.
fn tagged(examples: &[Example]) -> BTreeMap<&str, Vec<&Example>> {
    let mut found: BTreeMap<&str, Vec<&Example>> = BTreeMap::new();
    for example in examples {
        for rule in &example.rules {
            found.entry(rule).or_default().push(example);
        }
    }
    found
}

#[test]
fn every_number_of_the_reference_has_one_row() {
    let list = |name: &str| fs::read_to_string(projects::repository().join(name)).expect("the list exists");
    let known = list("tests/reference-ids.txt") + &list("tests/reference-ids-2.2.txt");
    let known: Vec<&str> = known.lines().collect();
    let rows = table();
    let mut numbers: Vec<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    numbers.sort_unstable();
    let mut sorted = known.clone();
    sorted.sort_unstable();
    assert_eq!(numbers, sorted);
    assert!(rows.iter().all(|row| !row.what.is_empty()), "each row says what it is about");
}

/// Where the reference lies beside the repository, the committed list of its numbers is compared with it.
#[test]
fn the_list_of_numbers_is_that_of_the_reference() {
    let beside = projects::repository().join("../shared/spec/project-format.md");
    let places = [beside, "/work/shared/spec/project-format.md".into()];
    let Some(text) = places.iter().find_map(|path| fs::read_to_string(path).ok()) else {
        eprintln!("not compared: the reference is not beside the repository");
        return;
    };
    let number = |line: &str| {
        let cell = line.strip_prefix("| ")?.split([' ', '|']).next()?;
        ["R-", "D-", "S-"].iter().any(|start| cell.starts_with(start)).then(|| cell.to_owned())
    };
    let found: Vec<String> = text.lines().filter_map(number).collect();
    let known = fs::read_to_string(projects::repository().join("tests/reference-ids.txt")).expect("the list exists");
    assert_eq!(found, known.lines().collect::<Vec<_>>());
}

#[test]
fn what_a_row_says_is_shown_by_something_executed() {
    let pages = all_examples();
    let verdicts = versions::verdicts();
    let examples: Vec<Example> = pages.into_iter().chain(verdicts.iter().map(|(line, _)| line.clone())).collect();
    let tagged = tagged(&examples);
    // What the lines of the check list say: it is silent about how bad a finding is that no version reports.
    let of_lines = |row: &Row| {
        let about = |line: &&(Example, BTreeMap<String, bool>)| line.0.rules.contains(&row.number);
        let severities = |(code, error): (String, bool)| match error {
            true => vec![(code, "error".to_owned())],
            false => SEVERITIES.iter().map(|severity| (code.clone(), (*severity).to_owned())).collect(),
        };
        let codes = verdicts.iter().filter(about).flat_map(|(_, codes)| codes.clone());
        codes.flat_map(severities).collect::<Vec<_>>()
    };
    let mut faults = Vec::new();
    let mut fault = |row: &Row, what: String| faults.push(format!("{}: {what}", row.number));
    for row in table() {
        let unknown: Vec<&String> = row.codes.iter().filter(|name| Code::named(name).is_none()).collect();
        if !unknown.is_empty() {
            fault(&row, format!("there is no code {unknown:?}"));
        }
        let examples = tagged.get(row.number.as_str()).map_or(&[][..], Vec::as_slice);
        match row.decision.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["nothing"] if row.last.is_empty() => fault(&row, "`nothing` needs its reason".into()),
            ["nothing"] => {}
            ["behaviour"] if row.last.is_empty() => {
                if examples.is_empty() {
                    fault(&row, "no example is tagged with it, and no test is named".into());
                }
            }
            ["behaviour"] => {
                if let Err(why) = test_exists(&row) {
                    fault(&row, why);
                }
            }
            severities => {
                let found: BTreeSet<(String, String)> = examples
                    .iter()
                    .flat_map(|example| example.annotations())
                    .map(|annotation| (annotation.code, annotation.severity))
                    .chain(of_lines(&row))
                    .filter(|(code, _)| row.codes.contains(code))
                    .collect();
                for severity in severities {
                    if !SEVERITIES.contains(severity) {
                        fault(&row, format!("there is no decision `{severity}`"));
                    } else if !found.iter().any(|(_, shown)| shown == severity) {
                        fault(&row, format!("no example that is tagged with it has such a {severity}"));
                    }
                }
                for name in row.codes.iter().filter(|name| !found.iter().any(|(shown, _)| shown == *name)) {
                    fault(&row, format!("no example that is tagged with it has a finding `{name}`"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Whether the test that a row names exists, in a file that names the row's number.
fn test_exists(row: &Row) -> Result<(), String> {
    let Some((path, name)) = row.last.split_once("::") else {
        return Err(format!("`{}` is no `path::function`", row.last));
    };
    let text = fs::read_to_string(projects::repository().join(path)).map_err(|error| format!("{path}: {error}"))?;
    let Some(at) = text.find(&format!("fn {name}(")) else { return Err(format!("{path} has no test `{name}`")) };
    if !text[..at].trim_end().ends_with("#[test]") {
        return Err(format!("`{name}` is no test"));
    }
    if !text.contains(&row.number) {
        return Err(format!("{path} does not name {}", row.number));
    }
    Ok(())
}

#[test]
fn tags_are_numbers_of_the_reference() {
    let rows = table();
    let numbers: BTreeSet<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    for example in all_examples() {
        let unknown: Vec<&String> = example.rules.iter().filter(|rule| !numbers.contains(rule.as_str())).collect();
        assert!(unknown.is_empty(), "{}.md:{}: there is no rule {unknown:?}", example.page, example.line);
    }
}

#[test]
fn little_is_decided_to_be_nothing() {
    let rows = table();
    let of = |start: &str| rows.iter().filter(|row| row.number.starts_with(start)).count();
    let nothing: Vec<&str> =
        rows.iter().filter(|row| row.decision == ["nothing"]).map(|row| row.number.as_str()).collect();
    assert!(nothing.len() * 10 <= of("R-"), "more than a tenth: {nothing:?}");
    assert!(nothing.iter().all(|number| number.starts_with("R-")), "{nothing:?}");
    // What the reference reports, and what it does that nobody expects, is said to the user.
    let silent = |row: &&Row| !row.number.starts_with("R-") && row.decision.iter().any(|word| word == "behaviour");
    let silent: Vec<&str> = rows.iter().filter(silent).map(|row| row.number.as_str()).collect();
    assert!(silent.is_empty(), "{silent:?}");
}
