//! What each version of the format says of the small projects in `tests/versions/checklist.md`: every line of it is checked for every
//! version, and those that are not as they should be are listed here.

use crate::PROGRAM;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use viz_project::{Kind, Target};
use viz_tests::library;
use viz_tests::pages::{self, Example};

/// Lines that are not as they should be yet, each with the version. The test fails if one of them is right.
const NOT_YET: &[(&str, &str)] = &[];

/// What is expected of a line.
#[derive(Debug, Clone, PartialEq)]
enum Verdict {
    /// Nothing worse than an information.
    Ok,
    /// An error of this code: it does not compile, or fails when it runs.
    Fails(String),
    /// A finding of this code: it is silently wrong.
    Wrong(String),
    /// The query is ordered by these columns.
    Ordered(Vec<String>),
}

impl Verdict {
    fn read(text: &str) -> Self {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["ok"] => Verdict::Ok,
            ["C" | "R", code] => Verdict::Fails((*code).to_owned()),
            ["S", code] => Verdict::Wrong((*code).to_owned()),
            ["unordered"] => Verdict::Ordered(Vec::new()),
            ["ordered", columns @ ..] => Verdict::Ordered(columns.iter().map(|column| (*column).to_owned()).collect()),
            _ => panic!("no verdict: {text}"),
        }
    }

    /// What keeps findings from being what is expected.
    fn fault(&self, findings: &[Value]) -> Option<String> {
        let is = |finding: &&Value, severities: &[&str]| {
            severities.contains(&finding["severity"].as_str().unwrap_or_default())
        };
        let bad = || findings.iter().filter(|finding| is(finding, &["error", "warning"]));
        let told = |finding: &Value| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            format!("{}[{}]: {}", text("severity"), text("code"), text("message"))
        };
        let all = || findings.iter().map(told).collect::<Vec<_>>().join("\n    ");
        let code = |finding: &Value, code: &str| finding["code"] == code;
        match self {
            Verdict::Ok | Verdict::Ordered(_) => bad().next().map(|_| all()),
            Verdict::Fails(expected) => {
                let found = findings.iter().any(|finding| code(finding, expected) && is(&finding, &["error"]));
                (!found).then(all)
            }
            Verdict::Wrong(expected) => (!findings.iter().any(|finding| code(finding, expected))).then(all),
        }
    }
}

/// A line of the list: its number and what is expected at each version.
struct Line {
    number: String,
    expected: BTreeMap<&'static str, Verdict>,
    example: Example,
}

fn lines() -> Vec<Line> {
    let page = pages::files("versions").into_iter().find(|(name, _)| name == "checklist").expect("the list is there");
    let line = |example: Example| {
        let (_, text) = example.texts().find(|(path, _)| *path == "project.visivo.yml").expect("has a project file");
        let verdicts = text.lines().find_map(|line| line.strip_prefix("# ")).expect("says what is expected").to_owned();
        let mut expected = BTreeMap::new();
        for part in verdicts.split(", ") {
            let (versions, verdict) = part.split_once(": ").unwrap_or_else(|| panic!("no verdict: {part}"));
            let (first, last) = match versions {
                "all" => ("2.0", "2.2"),
                versions => versions.split_once('-').unwrap_or((versions, versions)),
            };
            let named = Target::ALL.iter().map(|target| target.name()).filter(|name| (first..=last).contains(name));
            expected.extend(named.map(|name| (name, Verdict::read(verdict))));
        }
        assert_eq!(expected.len(), Target::ALL.len(), "{}: every version has its verdict", example.heading);
        let number = example.heading.split(' ').next().unwrap_or_default().to_owned();
        Line { number, expected, example }
    };
    pages::examples("checklist", &page.1).into_iter().map(line).collect()
}

/// The projects of the list, each with the codes that it has in some version, and whether the version refuses it then.
pub(crate) fn verdicts() -> Vec<(Example, BTreeMap<String, bool>)> {
    let codes = |line: &Line| {
        let code = |verdict: &Verdict| match verdict {
            Verdict::Fails(code) => Some((code.clone(), true)),
            Verdict::Wrong(code) => Some((code.clone(), false)),
            _ => None,
        };
        line.expected.values().filter_map(code).collect()
    };
    lines().into_iter().map(|line| (line.example.clone(), codes(&line))).collect()
}

fn at(example: &Example, version: &str) -> Example {
    let mut example = example.clone();
    example.files.insert(".viz-lsp.yml".to_owned(), format!("target: \"{version}\"\n").into_bytes());
    example
}

/// What is not as expected: number and version of each line, and why.
fn faults() -> &'static BTreeMap<(String, &'static str), String> {
    static FAULTS: OnceLock<BTreeMap<(String, &'static str), String>> = OnceLock::new();
    FAULTS.get_or_init(|| {
        let lines = lines();
        let cases: Vec<(&Line, &'static str, &Verdict)> = lines
            .iter()
            .flat_map(|line| line.expected.iter().map(move |(version, verdict)| (line, *version, verdict)))
            .collect();
        let examples: Vec<Example> = cases.iter().map(|(line, version, _)| at(&line.example, version)).collect();
        let mut faults = BTreeMap::new();
        for ((case, example), project) in cases.iter().zip(&examples).zip(pages::check(PROGRAM, &examples)) {
            let (line, version, verdict) = case;
            let findings = project["diagnostics"].as_array().expect("a list");
            let order = || match verdict {
                Verdict::Ordered(columns) => order_fault(example, columns),
                _ => None,
            };
            if let Some(fault) = verdict.fault(findings).or_else(order) {
                faults.insert((line.number.clone(), *version), format!("{verdict:?}, but\n    {fault}"));
            }
        }
        faults
    })
}

/// What the insight of a project is ordered by, if that is not what is expected.
fn order_fault(example: &Example, expected: &[String]) -> Option<String> {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    example.write(folder.path());
    let checked = library::check(PROGRAM, folder.path());
    let project = &checked.project;
    let insight = project.of_kind(Kind::Insight).next().expect("there is an insight");
    let query = viz_check::rendered_query(project, &checked.facts, checked.options.now, insight, &[]);
    let sql = query.expect("it can be rendered").sql;
    let sorts: Vec<&str> =
        sql.split_once("ORDER BY").map_or(Vec::new(), |(_, sorts)| sorts.trim().split(',').collect());
    let found: Vec<&str> =
        sorts.iter().map(|sort| sort.rsplit('.').next().unwrap_or(sort).trim().trim_matches('"')).collect();
    (found != *expected).then(|| format!("ordered by {found:?}: {sql}"))
}

#[test]
fn every_line_is_judged_as_each_version_does() {
    let numbers: Vec<String> = lines().into_iter().map(|line| line.number).collect();
    let unique: std::collections::BTreeSet<&String> = numbers.iter().collect();
    assert_eq!(unique.len(), numbers.len(), "each line has a number of its own");
    let not_yet =
        |(number, version): &(String, &'static str)| NOT_YET.iter().any(|(known, of)| known == number && of == version);
    let new: Vec<String> = faults()
        .iter()
        .filter(|(line, _)| !not_yet(line))
        .map(|((number, version), why)| format!("(\"{number}\", \"{version}\"),\n  {why}"))
        .collect();
    let right: Vec<&(&str, &str)> = NOT_YET
        .iter()
        .filter(|(number, version)| !faults().keys().any(|(wrong, of)| wrong == number && of == version))
        .collect();
    assert!(new.is_empty() && right.is_empty(), "wrong now:\n{}\nright now: {right:?}", new.join("\n"));
}
