//! The pages of `tests/diagnostics` (see [`viz_tests::pages`]): what they say is what the program finds. What stands under
//! `## Fix` has no findings. The numbers are those of the rules that a project shows (`docs/rules.md`).

use crate::PROGRAM;
use serde_json::Value;
use std::path::Path;
use viz_check::Code;
use viz_tests::pages::{self, Example};
use viz_tests::{Shown, cli};

/// The pages have at least this many examples.
const EXAMPLES: usize = 300;

fn page_files() -> Vec<(String, String)> {
    pages::files("diagnostics")
}

/// The examples of all pages.
pub(crate) fn all_examples() -> Vec<Example> {
    page_files().iter().flat_map(|(code, page)| pages::examples(code, page)).collect()
}

fn is_fix(example: &Example) -> bool {
    example.heading == "Fix"
}

fn shown(project: &Value) -> Vec<Shown> {
    project["diagnostics"].as_array().expect("a list").iter().map(Shown::of_json).collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: Vec<String> = page_files().into_iter().map(|(code, _)| code).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(pages, codes);
}

#[test]
fn there_are_examples_enough() {
    let count = all_examples().len();
    assert!(count >= EXAMPLES, "only {count} examples");
}

#[test]
fn every_page_has_the_same_parts() {
    let pages = page_files();
    for (code, page) in &pages {
        assert!(page.starts_with(&format!("# {code}\n\n")), "{code}.md: the heading is the code");
        let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, ["Why it matters", "Example", "Fix", "See also"], "{code}.md");
        let fixed = pages::examples(code, page).iter().map(is_fix).collect::<Vec<bool>>();
        assert!(fixed.contains(&false) && fixed.contains(&true), "{code}.md: a faulty example and one that works");
        for link in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.strip_suffix(".md").unwrap_or(link);
            assert!(pages.iter().any(|(code, _)| code == target), "{code}.md: the link {link}");
        }
    }
}

#[test]
fn examples_have_the_findings_that_they_say() {
    let examples = all_examples();
    let mut faults = Vec::new();
    for (example, project) in examples.iter().zip(pages::check(PROGRAM, &examples)) {
        let findings = shown(&project);
        let mut wrong = example.differences(&findings);
        if !is_fix(example) && !findings.iter().any(|finding| finding.code == example.page) {
            wrong.push("the page's own code is not found".into());
        }
        let known = |insight: &Value| matches!(insight["status"].as_str(), Some("checked" | "static"));
        let mut insights = project["insights"].as_array().expect("a list").iter();
        if is_fix(example) && !insights.all(known) {
            wrong.push(format!("an insight of the corrected project is not checked: {}", project["insights"]));
        }
        if !wrong.is_empty() {
            faults.push(format!("{}.md:{}\n{}\n", example.page, example.line, wrong.join("\n")));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn fixes_remove_their_findings() {
    let examples: Vec<Example> = all_examples().into_iter().filter(|example| !is_fix(example)).collect();
    let (count, faults) = faults_of_fixes(&examples);
    assert!(count > 20, "only {count} fixes");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// YAML is written in many ways: here all of it is in brackets and double quotes.
#[test]
fn fixes_hold_in_json() {
    let in_json = |example: Example| {
        let mut example = example;
        for (path, content) in &mut example.files {
            if path.ends_with(".yml") || path.ends_with(".yaml") {
                *content = serde_yaml::from_slice::<Value>(content).ok()?.to_string().into_bytes();
            }
        }
        Some(example)
    };
    let mut examples = all_examples();
    // Where a comment cuts a text, JSON holds what is left of it.
    examples.retain(|example| !is_fix(example) && !example.texts().any(|(_, text)| text.contains("begins a comment")));
    let examples: Vec<Example> = examples.into_iter().filter_map(in_json).collect();
    let (count, faults) = faults_of_fixes(&examples);
    assert!(count > 20, "only {count} fixes");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// How many fixes there are, and which don't take their finding away or bring a new one.
fn faults_of_fixes(examples: &[Example]) -> (usize, Vec<String>) {
    let mut repaired = Vec::new();
    let mut expected = Vec::new();
    for (example, project) in examples.iter().zip(pages::check(PROGRAM, examples)) {
        for diagnostic in project["diagnostics"].as_array().expect("a list") {
            if let Some(fix) = diagnostic.get("fix").filter(|fix| !fix.is_null()) {
                repaired.push(apply(example, fix));
                expected.push((shown(&project), Shown::of_json(diagnostic)));
            }
        }
    }
    let mut faults = Vec::new();
    for ((example, project), (before, finding)) in repaired.iter().zip(pages::check(PROGRAM, &repaired)).zip(&expected)
    {
        let after = shown(&project);
        let gone = count(&after, finding) < count(before, finding);
        let new: Vec<&Shown> = after.iter().filter(|other| count(&after, other) > count(before, other)).collect();
        if !gone || !new.is_empty() {
            faults.push(format!("{}.md:{}: {finding:?}\ngone: {gone}, new: {new:#?}", example.page, example.line));
        }
    }
    (repaired.len(), faults)
}

/// How many findings say the same, wherever they are: a fix may move lines.
fn count(findings: &[Shown], finding: &Shown) -> usize {
    findings.iter().filter(|other| other.code == finding.code && other.message == finding.message).count()
}

/// The example with a fix applied.
fn apply(example: &Example, fix: &Value) -> Example {
    let mut example = example.clone();
    let mut edits: Vec<&Value> = fix["edits"].as_array().expect("a list").iter().collect();
    let place = |edit: &Value, side: &str| {
        let at = &edit["range"][side];
        (at["line"].as_u64().expect("a number") as usize, at["character"].as_u64().expect("a number") as usize)
    };
    edits.sort_by_key(|edit| std::cmp::Reverse(place(edit, "start")));
    for edit in edits {
        let path = edit["file"].as_str().expect("a path");
        let content = example.files.get_mut(path).unwrap_or_else(|| panic!("no {path}"));
        let mut text = String::from_utf8(content.clone()).expect("only UTF-8 has fixes");
        let range = offset(&text, place(edit, "start"))..offset(&text, place(edit, "end"));
        text.replace_range(range, edit["text"].as_str().expect("a text"));
        *content = text.into_bytes();
    }
    example
}

/// The byte of a place in UTF-16 code units.
fn offset(text: &str, (line, column): (usize, usize)) -> usize {
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut units = 0;
    let before = text[start..].chars().take_while(|c| {
        units += c.len_utf16();
        units <= column
    });
    start + before.map(char::len_utf8).sum::<usize>()
}

#[test]
fn pages_are_what_explain_prints() {
    let (code, page) = &page_files()[0];
    let run = cli::run(PROGRAM, Path::new("."), &["--explain", code]);
    // Without what only these tests read, and the numbers of rules.
    let line = |line: &str| line.strip_prefix("```yaml ").map_or_else(|| format!("{line}\n"), |_| "```yaml\n".into());
    let rules = regex::Regex::new(r" \((?:[RSD]-[\w-]+(?:, )?)+\)").expect("it is a regular expression");
    let page: String = page.lines().map(line).collect();
    assert!(rules.is_match(&page), "it has some");
    assert_eq!(run.out, rules.replace_all(&page, ""));
}
