//! The situations of `tests/situations`: small projects with data, what is wrong with them, and how far each insight was
//! checked. Above the insights of a project stands what is expected of each:
//!
//!     # expect sales: checked by values, 12 of 12
//!     # expect other: unchecked (has-errors)

use crate::PROGRAM;
use serde_json::Value;
use std::fmt::Write;
use std::sync::OnceLock;
use viz_tests::Shown;
use viz_tests::pages::{self, Example};

/// All situations.
pub fn all() -> Vec<Example> {
    pages::files("situations").iter().flat_map(|(name, page)| pages::examples(name, page)).collect()
}

/// All situations and what one run says of each.
fn checked() -> &'static [(Example, Value)] {
    static CHECKED: OnceLock<Vec<(Example, Value)>> = OnceLock::new();
    CHECKED.get_or_init(|| {
        let examples = all();
        let projects = pages::check(PROGRAM, &examples);
        examples.into_iter().zip(projects).collect()
    })
}

/// Status, judge and coverage of an insight in words.
fn coverage(insight: &Value) -> String {
    let text = |key: &str| insight[key].as_str().unwrap_or_default().to_owned();
    let mut out = text("status");
    if let Some(judge) = insight["judge"].as_str() {
        let _ = write!(out, " by {judge}");
    }
    let (total, covered) = (&insight["combinations"]["total"], &insight["combinations"]["covered"]);
    if out.starts_with("checked") || out.starts_with("partial") {
        let _ = write!(out, ", {covered} of {total}");
    }
    if let Some(code) = insight["why"]["code"].as_str() {
        let _ = write!(out, " ({code})");
    }
    out
}

fn expectations(example: &Example) -> Vec<String> {
    let lines = |(_, text): (&str, String)| -> Vec<String> {
        text.lines().filter_map(|line| line.trim_start().strip_prefix("# expect ").map(str::to_owned)).collect()
    };
    example.texts().flat_map(lines).collect()
}

/// What is wrong with all options of a query is said of the query; how an expression is grouped by, and that its type can't be
/// written, of the expression.
const OF_WHOLE_QUERIES: &[&str] =
    &["date-options", "null-option", "grouped-differently", "grouped-by-sort", "unwritable-type"];

#[test]
fn there_are_enough_and_each_has_a_name_of_its_own() {
    let mut names: Vec<String> = all().into_iter().map(|example| example.heading).collect();
    assert!(names.len() >= 80, "{}", names.len());
    names.sort();
    names.dedup();
    assert!(names.len() >= 80, "{} different headings", names.len());
}

#[test]
fn situations_are_judged_as_they_say() {
    let mut faults = Vec::new();
    for (example, project) in checked() {
        let findings: Vec<Shown> =
            project["diagnostics"].as_array().expect("a list").iter().map(Shown::of_json).collect();
        let mut wrong = example.differences(&findings);
        let insights = project["insights"].as_array().expect("a list").iter();
        let found: Vec<String> = insights
            .map(|insight| format!("{}: {}", insight["name"].as_str().unwrap_or_default(), coverage(insight)))
            .collect();
        let expected = expectations(example);
        wrong.extend(found.iter().filter(|line| !expected.contains(line)).map(|line| format!("# expect {line}")));
        wrong.extend(expected.iter().filter(|line| !found.contains(line)).map(|line| format!("not so: {line}")));
        wrong.extend(
            findings
                .iter()
                .filter(|finding| !OF_WHOLE_QUERIES.contains(&finding.code.as_str()) && is_whole(example, finding))
                .map(|f| format!("too wide: {f:?}")),
        );
        if !wrong.is_empty() {
            faults.push(format!("{}.md:{} {}\n{}\n", example.page, example.line, example.heading, wrong.join("\n")));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Whether a finding covers a whole query of several words, instead of the faulty one.
fn is_whole(example: &Example, finding: &Shown) -> bool {
    let Some(content) = example.files.get(&finding.file) else { return false };
    let text = String::from_utf8_lossy(content);
    let lines: Vec<&str> = text.lines().collect();
    if finding.start.0 != finding.end.0 {
        return true;
    }
    let line: Vec<u16> = lines[finding.start.0 as usize].encode_utf16().collect();
    let of = |range: std::ops::Range<u32>| String::from_utf16_lossy(&line[range.start as usize..range.end as usize]);
    let (before, covered, after) =
        (of(0..finding.start.1), of(finding.start.1..finding.end.1), of(finding.end.1..line.len() as u32));
    let whole = before.trim_end().ends_with("?{") && after.trim_start().starts_with('}');
    let one_reference = covered.starts_with("${") && covered.find('}') == Some(covered.len() - 1);
    whole && covered.trim().contains(' ') && !one_reference
}

#[test]
fn messages_of_situations() {
    let mut out = String::new();
    for (example, project) in checked() {
        for finding in project["diagnostics"].as_array().expect("a list") {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            let _ = writeln!(out, "{}: {}", example.page, example.heading);
            let _ = writeln!(out, "  {}[{}]: {}", text("severity"), text("code"), text("message"));
            for related in finding["related"].as_array().into_iter().flatten() {
                let _ = writeln!(out, "    see: {}", related["message"].as_str().unwrap_or_default());
            }
            for note in finding["notes"].as_array().into_iter().flatten() {
                let _ = writeln!(out, "    note: {}", note.as_str().unwrap_or_default());
            }
            if !text("help").is_empty() {
                let _ = writeln!(out, "    help: {}", text("help"));
            }
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_finding_that_covers_a_query_is_too_wide() {
    let page = "## x\n```yaml project.visivo.yml\n  - filter: ?{ a or b }\n```\n";
    let example = pages::examples("x", page).remove(0);
    let shown = |start: u32, end: u32| Shown {
        file: "project.visivo.yml".into(),
        start: (0, start),
        end: (0, end),
        code: String::new(),
        severity: String::new(),
        message: String::new(),
    };
    assert!(is_whole(&example, &shown(15, 21)));
    assert!(!is_whole(&example, &shown(17, 19)));
}
