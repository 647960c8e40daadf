//! The pages of `tests/diagnostics`: what they say is what the program finds.
//!
//! A page has fenced blocks whose info string is `language file [latin-1|beside] [numbers]`. A block of a project file
//! begins a project, unless it says `beside`; the blocks behind it are its other files. The numbers are those of the rules that the project shows
//! (`docs/rules.md`). What stands under `## Fix` has no findings; what stands elsewhere has exactly
//! those in its annotations: carets below the fault as everywhere ([`annotations`]), with two forms more:
//!
//! * Carets directly behind the `#` stand for the first columns, the `#` with them (`#^` for the first column alone).
//! * `# 17:11-17:13 error[code]: message` names the place (line and column from 1, the end exclusive) where no comment can
//!   stand below it, as in a block scalar.

use crate::PROGRAM;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use viz_check::CODES;
use viz_project::PROJECT_FILES;
use viz_tests::annotations::{self, Annotation};
use viz_tests::{Shown, cli, projects};

/// A Monday, for date expressions.
const NOW: &str = "2026-03-16T09:00:00";

/// The pages have at least this many examples.
const EXAMPLES: usize = 300;

/// One project of a page.
#[derive(Clone)]
pub(crate) struct Example {
    /// The page's code.
    pub(crate) code: String,
    /// Line of the page, from 1.
    pub(crate) line: usize,
    /// Whether it stands under `## Fix`.
    fixed: bool,
    /// Numbers of the rules that it shows.
    pub(crate) rules: Vec<String>,
    /// Path and content.
    files: BTreeMap<String, Vec<u8>>,
}

impl Example {
    pub(crate) fn annotations(&self) -> Vec<Annotation> {
        let is_yaml = |path: &str| path.ends_with(".yml") || path.ends_with(".yaml");
        let texts = self.files.iter().filter(|(path, _)| is_yaml(path));
        texts.flat_map(|(path, content)| annotations_of(path, &String::from_utf8_lossy(content))).collect()
    }
}

fn annotations_of(file: &str, text: &str) -> Vec<Annotation> {
    let mut found = annotations::of_text(file, text);
    for annotation in found.iter_mut().filter(|annotation| annotation.columns.0 == 1) {
        let (_, end) = annotation.columns;
        annotation.columns = (0, if end == 2 { 1 } else { end });
    }
    found.extend(text.lines().filter_map(|line| placed(file, line)));
    found
}

/// `# 17:11-17:13 error[code]: message`.
fn placed(file: &str, line: &str) -> Option<Annotation> {
    let (place, label) = line.strip_prefix("# ")?.split_once(' ')?;
    let (start, end) = place.split_once('-')?;
    let numbers = |place: &str| {
        let (line, column) = place.split_once(':')?;
        Some((line.parse::<u32>().ok()? - 1, column.parse::<u32>().ok()? - 1))
    };
    let (start, end) = (numbers(start)?, numbers(end)?);
    assert_eq!(start.0, end.0, "a place lies on one line: {line}");
    let (severity, label) = label.split_once('[')?;
    let (code, message) = label.split_once("]: ")?;
    Some(Annotation {
        file: file.to_owned(),
        line: start.0,
        columns: (start.1, end.1),
        severity: severity.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    })
}

fn page_files() -> Vec<(String, String)> {
    let folder = projects::repository().join("tests/diagnostics");
    let mut pages: Vec<(String, String)> = fs::read_dir(folder)
        .expect("the folder exists")
        .map(|entry| entry.expect("can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let code = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (code, fs::read_to_string(&path).expect("can be read"))
        })
        .collect();
    pages.sort();
    pages
}

fn examples(code: &str, page: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut fixed = false;
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            fixed = heading == "Fix";
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let text: String = body.iter().map(|line| format!("{line}\n")).collect();
        let words: Vec<&str> = info.split(' ').collect();
        let (path, mut rest) = match words.as_slice() {
            [_, path, rest @ ..] => (*path, rest),
            _ => panic!("{code}.md:{}: a block needs `language file`", number + 1),
        };
        let content = match rest {
            ["latin-1", more @ ..] => {
                rest = more;
                text.chars().map(|c| u8::try_from(c).expect("is Latin-1")).collect()
            }
            _ => text.into_bytes(),
        };
        let beside = rest.first() == Some(&"beside");
        if beside {
            rest = &rest[1..];
        } else if PROJECT_FILES.contains(&path) {
            let (code, line) = (code.to_owned(), number + 1);
            found.push(Example { code, line, fixed, rules: Vec::new(), files: BTreeMap::new() });
        }
        let example = found.last_mut().unwrap_or_else(|| panic!("{code}.md: the project file stands first"));
        example.rules.extend(rest.iter().map(|rule| (*rule).to_owned()));
        assert!(example.files.insert(path.to_owned(), content).is_none(), "{code}.md: `{path}` stands twice");
    }
    found
}

/// The examples of all pages.
pub(crate) fn all_examples() -> Vec<Example> {
    page_files().iter().flat_map(|(code, page)| examples(code, page)).collect()
}

/// Checks all of them in one run.
fn check(examples: &[Example]) -> Vec<Value> {
    let folder = TempDir::new().expect("a temporary folder");
    let root = |index: usize| folder.path().join(format!("{index:04}"));
    for (index, example) in examples.iter().enumerate() {
        for (path, content) in &example.files {
            let path = root(index).join(path);
            fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
            fs::write(path, content).expect("can be written");
        }
    }
    let roots: Vec<String> = (0..examples.len()).map(|index| root(index).display().to_string()).collect();
    let mut args = vec!["--no-cache", "--now", NOW];
    args.extend(roots.iter().map(String::as_str));
    let json = cli::check_json(PROGRAM, folder.path(), &args);
    let projects = json["projects"].as_array().expect("a list").clone();
    assert_eq!(projects.len(), examples.len(), "every example is a project of its own");
    let in_order = |(index, project): (usize, &Value)| {
        project["root"].as_str().is_some_and(|shown| shown.ends_with(&format!("{index:04}")))
    };
    assert!(projects.iter().enumerate().all(in_order), "projects are in the order of their folders");
    projects
}

fn shown(project: &Value) -> Vec<Shown> {
    project["diagnostics"].as_array().expect("a list").iter().map(Shown::of_json).collect()
}

/// A finding as the annotation that is missing.
fn as_annotation(finding: &Shown) -> String {
    let Shown { file, start, end, code, severity, message } = finding;
    let carets = "^".repeat(end.1.saturating_sub(start.1).max(1) as usize);
    let column = (start.1 as usize).saturating_sub(1);
    format!("{file}:{}:{}\n#{:column$}{carets} {severity}[{code}]: {message}", start.0 + 1, start.1 + 1, "")
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: Vec<String> = page_files().into_iter().map(|(code, _)| code).collect();
    let codes: Vec<&str> = CODES.iter().map(|code| code.name).collect();
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
        let fixed = examples(code, page).into_iter().map(|example| example.fixed).collect::<Vec<bool>>();
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
    for (example, project) in examples.iter().zip(check(&examples)) {
        let findings = shown(&project);
        let annotations = example.annotations();
        let mut wrong: Vec<String> = annotations
            .iter()
            .filter(|a| !findings.iter().any(|f| a.is(f)))
            .map(|a| format!("not found: {a:?}"))
            .collect();
        let missing = findings.iter().filter(|finding| !annotations.iter().any(|annotation| annotation.is(finding)));
        wrong.extend(missing.map(as_annotation));
        if wrong.is_empty() {
            wrong = annotations::differences(&annotations, &findings);
        }
        if !example.fixed && !findings.iter().any(|finding| finding.code == example.code) {
            wrong.push("the page's own code is not found".into());
        }
        let known = |insight: &Value| matches!(insight["status"].as_str(), Some("checked" | "static"));
        let mut insights = project["insights"].as_array().expect("a list").iter();
        if example.fixed && !insights.all(known) {
            wrong.push(format!("an insight of the corrected project is not checked: {}", project["insights"]));
        }
        if !wrong.is_empty() {
            faults.push(format!("{}.md:{}\n{}\n", example.code, example.line, wrong.join("\n")));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn fixes_remove_their_findings() {
    let examples: Vec<Example> = all_examples().into_iter().filter(|example| !example.fixed).collect();
    let mut repaired = Vec::new();
    let mut expected = Vec::new();
    for (example, project) in examples.iter().zip(check(&examples)) {
        for diagnostic in project["diagnostics"].as_array().expect("a list") {
            if let Some(fix) = diagnostic.get("fix").filter(|fix| !fix.is_null()) {
                repaired.push(apply(example, fix));
                expected.push((shown(&project), Shown::of_json(diagnostic)));
            }
        }
    }
    assert!(repaired.len() > 20, "only {} fixes", repaired.len());
    let mut faults = Vec::new();
    for ((example, project), (before, finding)) in repaired.iter().zip(check(&repaired)).zip(&expected) {
        let after = shown(&project);
        let gone = count(&after, finding) < count(before, finding);
        let new: Vec<&Shown> = after.iter().filter(|other| count(&after, other) > count(before, other)).collect();
        if !gone || !new.is_empty() {
            faults.push(format!("{}.md:{}: {finding:?}\ngone: {gone}, new: {new:#?}", example.code, example.line));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
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
    assert_eq!(&run.out, page);
}
