//! Projects as one string.
//!
//! ```text
//! //- /project.visivo.yml      a file; without such a line all is the project file
//! //# orders: id INTEGER       the engine knows the columns of this model
//! //@ t: id INTEGER            the engine knows the columns of this table, file or call
//! //? city: Rome, Oslo         the engine knows the options of this input
//! ```
//!
//! `$0` is the cursor. Models of a DuckDB in memory only.

use crate::{Choices, CompletionItem, Hover, Snapshot, completion, hover};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use viz_check::{CheckOptions, Insights, Memo, Report, check};
use viz_facts::{Answer, Column, Fact, FactStore, KeyedQuestion, OptionValues, Question, SourceSpec};
use viz_project::{Body, Environment, Kind, MemoryFiles, ObjectId, Options, Project};
use viz_text::{FileId, TextRange, TextSize};

pub const ROOT: &str = "/p";

/// A project, what is known about it, and a cursor.
pub struct Fixture {
    pub files: MemoryFiles,
    pub project: Project,
    pub facts: FactStore,
    insights: Insights,
    pub file: FileId,
    pub offset: TextSize,
}

/// A day in 2024.
pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_718_000_000)
}

impl Fixture {
    /// Reads a fixture.
    pub fn new(text: &str) -> Self {
        let mut files = MemoryFiles::default();
        let (mut columns, mut tables, mut options) = (Vec::new(), Vec::new(), Vec::new());
        let (mut path, mut content) = ("/project.visivo.yml".to_owned(), String::new());
        let mut cursor = None;
        let mut close = |path: &str, content: &mut String| {
            let path = format!("{ROOT}{path}");
            if let Some(at) = content.find("$0") {
                content.replace_range(at..at + 2, "");
                cursor = Some((path.clone(), TextSize::new(at as u32)));
            }
            files.insert(&path, &std::mem::take(content));
        };
        for line in text.split_inclusive('\n') {
            if let Some(next) = line.strip_prefix("//- ") {
                if !content.is_empty() {
                    close(&path, &mut content);
                }
                path = next.trim().to_owned();
            } else if let Some(found) = line.strip_prefix("//# ") {
                columns.push(found.trim().to_owned());
            } else if let Some(found) = line.strip_prefix("//@ ") {
                tables.push(found.trim().to_owned());
            } else if let Some(found) = line.strip_prefix("//? ") {
                options.push(found.trim().to_owned());
            } else {
                content.push_str(line);
            }
        }
        close(&path, &mut content);
        let project = Project::load(Path::new(ROOT), &files, &Environment::empty());
        let (file, offset) = cursor.map_or((FileId(0), TextSize::new(0)), |(path, offset)| {
            (project.file_of(Path::new(&path)).expect("the cursor is in a file of the project"), offset)
        });
        let mut fixture = Self { files, project, facts: FactStore::new(), insights: Insights::default(), file, offset };
        columns.iter().for_each(|line| fixture.know_columns(line));
        tables.iter().for_each(|line| fixture.know_table(line));
        options.iter().for_each(|line| fixture.know_options(line));
        fixture
    }

    /// A model or input by name.
    pub fn named(&self, kind: Kind, name: &str) -> ObjectId {
        let fits = |id: &ObjectId| {
            let object = self.project.object(*id);
            object.kind == kind && object.name_text() == name
        };
        self.project.ids().find(fits).unwrap_or_else(|| panic!("there is a {} {name}", kind.name()))
    }

    fn know_columns(&mut self, line: &str) {
        let (name, columns) = line.split_once(": ").expect("model: columns");
        let model = self.named(Kind::Model, name);
        let sql = viz_sql::model_query(&self.project, model).expect("SQL").text().to_owned();
        self.describe(sql, columns);
    }

    fn know_table(&mut self, line: &str) {
        let (relation, columns) = line.split_once(": ").expect("table: columns");
        self.describe(format!("select * from {relation}"), columns);
    }

    fn describe(&mut self, sql: String, columns: &str) {
        let source = SourceSpec::DuckDbMemory { root: ROOT.into() };
        let columns = columns.split(", ").map(|column| {
            let (name, data_type) = column.split_once(' ').expect("name and type");
            Column { name: name.into(), data_type: data_type.into() }
        });
        self.learn(&Question::Describe { source, sql }.into(), Answer::Columns(Ok(columns.collect())));
    }

    fn know_options(&mut self, line: &str) {
        let (name, values) = line.split_once(": ").expect("input: options");
        let Body::Input(input) = &self.project.object(self.named(Kind::Input, name)).body else { panic!("an input") };
        let Options::Query(query) = &input.options else { panic!("a query") };
        let question = viz_check::option_question(&self.project, query).expect("a question");
        let values = values.split(", ").map(|value| Some(value.to_owned())).collect();
        let column = Column { name: "option".into(), data_type: "VARCHAR".into() };
        self.learn(&question, Answer::Options(Ok(OptionValues { columns: vec![column], values, more: false })));
    }

    /// The engine has answered this.
    pub fn learn(&mut self, question: &KeyedQuestion, answer: Answer) {
        self.facts.insert(question.key(), Fact::Known { answer: Arc::new(answer), at: now() });
    }

    /// No source answers any more, and the lock tells what they did.
    pub fn lose_the_sources(&mut self) {
        let of_input = |id: ObjectId| match &self.project.object(id).body {
            Body::Input(input) => match &input.options {
                Options::Query(query) => viz_check::option_question(&self.project, query),
                _ => None,
            },
            _ => viz_check::model_question(&self.project, id),
        };
        let objects = self.project.of_kind(Kind::Model).chain(self.project.of_kind(Kind::Input));
        for question in objects.filter_map(of_input).collect::<Vec<_>>() {
            let Some(answer) = self.facts.get(&question).and_then(Fact::answer).cloned() else { continue };
            self.facts.insert(question.key(), Fact::Locked { answer, at: now() });
        }
    }

    /// What features look at while this is pinned.
    pub fn snapshot<'a>(&'a self, choices: &'a Choices) -> Snapshot<'a> {
        Snapshot { project: &self.project, facts: &self.facts, choices, insights: &self.insights, now: now() }
    }

    /// The check of the project.
    pub fn report(&self) -> Report {
        let now = self.snapshot(&Choices::default()).local();
        let options = CheckOptions { now, ..CheckOptions::default() };
        check(&self.project, &self.facts, &options, &Memo::default())
    }

    /// The hover at the cursor while this is pinned.
    pub fn hover(&self, choices: &Choices) -> Option<Hover> {
        hover(&self.snapshot(choices), self.file, self.offset)
    }

    /// The completion at the cursor.
    pub fn completion(&self) -> Vec<CompletionItem> {
        self.completion_with(&Choices::default())
    }

    /// The completion at the cursor while this is pinned.
    pub fn completion_with(&self, choices: &Choices) -> Vec<CompletionItem> {
        completion(&self.snapshot(choices), &self.files, self.file, self.offset).items
    }

    /// The text of the cursor's file.
    pub fn text(&self) -> &str {
        self.project.file(self.file).document.text()
    }

    /// A place as `file:line:text`.
    pub fn shown(&self, file: FileId, range: TextRange) -> String {
        let text = self.project.file(file).document.text();
        let line = text[..usize::from(range.start())].matches('\n').count() + 1;
        format!("{}:{line}:{}", self.project.file(file).relative, &text[range])
    }

    /// The cursor's file with an item put in.
    pub fn applied(&self, item: &CompletionItem, snippet: bool) -> String {
        let mut text = self.text().to_owned();
        let insert = if snippet { item.snippet.as_ref().unwrap_or(&item.insert) } else { &item.insert };
        text.replace_range(std::ops::Range::<usize>::from(item.replace), insert);
        text
    }

    /// The lines that an item changes, after putting it in.
    pub fn changed(&self, label: &str, snippet: bool) -> String {
        let items = self.completion();
        let item = items.iter().find(|item| item.label == label).unwrap_or_else(|| {
            panic!("{label} is offered: {:?}", items.iter().map(|item| &item.label).collect::<Vec<_>>())
        });
        assert!(item.replace.contains_inclusive(self.offset), "{item:?} at {:?}", self.offset);
        let before: Vec<&str> = self.text().lines().collect();
        let after = self.applied(item, snippet);
        let same = after.lines().zip(&before).take_while(|(a, b)| a == *b).count();
        let tail = after.lines().rev().zip(before.iter().rev()).take_while(|(a, b)| a == *b).count();
        let lines: Vec<&str> = after.lines().collect();
        let end = lines.len().saturating_sub(tail.min(before.len().saturating_sub(same + 1))).max(same);
        lines[same..end].join("\n").trim().to_owned()
    }
}

/// The labels of the completion at the cursor of a fixture.
pub fn labels(text: &str) -> Vec<String> {
    Fixture::new(text).completion().into_iter().map(|item| item.label).collect()
}

/// `label → detail` lines of the completion at the cursor of a fixture.
pub fn listed(text: &str) -> String {
    let items = Fixture::new(text).completion();
    let line = |item: CompletionItem| match item.detail {
        Some(detail) => format!("{} ({detail})", item.label),
        None => item.label,
    };
    items.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The texts of a sample project, as `(path below the project, text)`.
pub fn sample(name: &str) -> Vec<(String, String)> {
    let root = Path::new("../../tests/projects").join(name);
    let mut out = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                let relative = path.strip_prefix(&root).expect("below it").to_string_lossy().replace('\\', "/");
                out.push((format!("/{relative}"), std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    out.sort();
    out
}

/// A fixture of these texts.
pub fn joined(files: &[(String, String)]) -> String {
    files.iter().map(|(path, text)| format!("//- {path}\n{}\n", text.trim_end_matches('\n'))).collect()
}
