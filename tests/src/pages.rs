//! Pages of Markdown whose projects are checked: `tests/diagnostics` and `tests/situations`.
//!
//! A page has fenced blocks whose info string is `language file [latin-1|beside|named] [numbers]`; a file that is `named` is named on the
//! command line. A block of a project file begins
//! a project, unless it says `beside`; the blocks behind it are its other files; the numbers are those of rules; blocks before the first `## ` heading belong to all projects of the page. A
//! project has exactly the findings in its annotations: carets below the fault as everywhere ([`annotations`]), with two
//! forms more:
//!
//! * Carets directly behind the `#` stand for the first columns, the `#` with them (`#^` for the first column alone).
//! * `# 17:11-17:13 error[code]: message` names the place (line and column from 1, the end exclusive) where no comment can
//!   stand below it, as in a block scalar.

use crate::annotations::{self, Annotation};
use crate::{Shown, cli, projects};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use viz_project::PROJECT_FILES;

/// A DuckDB database without tables, for models that bring their own rows.
pub const EMPTY_DATABASE: &[u8] = include_bytes!("../data/empty.duckdb");

/// A Monday, for date expressions.
pub const NOW: &str = "2026-03-16T09:00:00";

/// One project of a page.
#[derive(Clone)]
pub struct Example {
    /// The page's name.
    pub page: String,
    /// Line of the page, from 1.
    pub line: usize,
    /// The heading above it.
    pub heading: String,
    /// Numbers of the rules that it shows.
    pub rules: Vec<String>,
    /// Path and content.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The files that the command line names.
    pub named: Vec<String>,
}

impl Example {
    /// Its YAML files.
    pub fn texts(&self) -> impl Iterator<Item = (&str, String)> {
        let is_yaml = |path: &str| path.ends_with(".yml") || path.ends_with(".yaml");
        let files = self.files.iter().filter(move |(path, _)| is_yaml(path));
        files.map(|(path, content)| (path.as_str(), String::from_utf8_lossy(content).into_owned()))
    }

    /// Writes it into a folder, with the database `warehouse.duckdb`, which is empty.
    pub fn write(&self, root: &Path) {
        fs::create_dir_all(root).expect("can be made");
        fs::write(root.join("warehouse.duckdb"), EMPTY_DATABASE).expect("can be written");
        for (path, content) in &self.files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
            fs::write(path, content).expect("can be written");
        }
    }

    /// Its annotations.
    pub fn annotations(&self) -> Vec<Annotation> {
        self.texts().flat_map(|(path, text)| annotations_of(path, &text)).collect()
    }

    /// One line for each finding that is not annotated and each annotation that is not found.
    pub fn differences(&self, findings: &[Shown]) -> Vec<String> {
        let annotations = self.annotations();
        let lost =
            annotations.iter().filter(|a| !findings.iter().any(|f| a.is(f))).map(|a| format!("not found: {a:?}"));
        let missing = findings.iter().filter(|finding| !annotations.iter().any(|annotation| annotation.is(finding)));
        let wrong: Vec<String> = lost.chain(missing.map(as_annotation)).collect();
        if wrong.is_empty() { annotations::differences(&annotations, findings) } else { wrong }
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

/// The pages of a folder of `tests`: names and texts.
pub fn files(folder: &str) -> Vec<(String, String)> {
    let folder = projects::repository().join("tests").join(folder);
    let mut pages: Vec<(String, String)> = fs::read_dir(folder)
        .expect("the folder exists")
        .map(|entry| entry.expect("can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("can be read"))
        })
        .collect();
    pages.sort();
    pages
}

/// The projects of a page.
pub fn examples(name: &str, page: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut shared: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut heading = String::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(text) = line.strip_prefix("## ") {
            text.clone_into(&mut heading);
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let text: String = body.iter().map(|line| format!("{line}\n")).collect();
        let words: Vec<&str> = info.split(' ').collect();
        let (path, mut rest) = match words.as_slice() {
            [_, path, rest @ ..] => (*path, rest),
            _ => panic!("{name}.md:{}: a block needs `language file`", number + 1),
        };
        let content = match rest {
            ["latin-1", more @ ..] => {
                rest = more;
                text.chars().map(|c| u8::try_from(c).expect("is Latin-1")).collect()
            }
            _ => text.into_bytes(),
        };
        let beside = rest.first() == Some(&"beside");
        let named = rest.first() == Some(&"named");
        if beside || named {
            rest = &rest[1..];
        } else if PROJECT_FILES.contains(&path) {
            let (page, line, files) = (name.to_owned(), number + 1, shared.clone());
            found.push(Example { page, line, heading: heading.clone(), rules: Vec::new(), files, named: Vec::new() });
        }
        let common = if found.is_empty() { BTreeMap::new() } else { shared.clone() };
        let files = match found.last_mut() {
            Some(example) => {
                example.rules.extend(rest.iter().map(|rule| (*rule).to_owned()));
                example.named.extend(named.then(|| path.to_owned()));
                &mut example.files
            }
            None if heading.is_empty() => &mut shared,
            None => panic!("{name}.md: the project file stands first"),
        };
        // What stands for all projects of the page may be said otherwise in one of them.
        let before = files.insert(path.to_owned(), content);
        let twice = before.is_some_and(|before| common.get(path) != Some(&before));
        assert!(!twice, "{name}.md: `{path}` stands twice");
    }
    found
}

/// Checks all of them in one run; returns each one's part of the JSON.
pub fn check(program: &str, examples: &[Example]) -> Vec<Value> {
    let folder = TempDir::new().expect("a temporary folder");
    let root = |index: usize| folder.path().join(format!("{index:04}"));
    for (index, example) in examples.iter().enumerate() {
        example.write(&root(index));
    }
    let named = |(index, example): (usize, &Example)| -> Vec<String> {
        let files = example.named.iter().map(|file| root(index).join(file));
        [root(index)].into_iter().chain(files).map(|path| path.display().to_string()).collect()
    };
    let roots: Vec<String> = examples.iter().enumerate().flat_map(named).collect();
    let mut args = vec!["--no-cache", "--now", NOW];
    args.extend(roots.iter().map(String::as_str));
    let json = cli::check_json(program, folder.path(), &args);
    let projects = json["projects"].as_array().expect("a list").clone();
    assert_eq!(projects.len(), examples.len(), "every example is a project of its own");
    let in_order = |(index, project): (usize, &Value)| {
        project["root"].as_str().is_some_and(|shown| shown.ends_with(&format!("{index:04}")))
    };
    assert!(projects.iter().enumerate().all(in_order), "projects are in the order of their folders");
    projects
}

/// A finding as the annotation that is missing.
pub fn as_annotation(finding: &Shown) -> String {
    let Shown { file, start, end, code, severity, message } = finding;
    let carets = "^".repeat(end.1.saturating_sub(start.1).max(1) as usize);
    let column = (start.1 as usize).saturating_sub(1);
    format!("{file}:{}:{}\n#{:column$}{carets} {severity}[{code}]: {message}", start.0 + 1, start.1 + 1, "")
}
