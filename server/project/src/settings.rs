//! Reading the project's settings, `.viz-lsp.yml`, and what is wrong with them.

use crate::codes::{Code, Severity};
use crate::config::{CONFIG_FILE, Config, ConfigError};
use crate::files::ReadError;
use crate::foreign::Source;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::similar::similar_key;
use crate::small_yaml;
use std::sync::Arc;
use viz_syntax::{Document, Entry, TopValue};
use viz_text::{TextRange, TextSize};

/// More severities of unknown findings are not told.
const MOST_UNKNOWN: usize = 100;

/// The settings as they were read.
pub(crate) struct ReadSettings {
    /// What is wrong with them.
    errors: Vec<ConfigError>,
    /// Their text, unless it is not the project's own or too large.
    text: Option<Arc<str>>,
}

impl Loader<'_> {
    /// Reads the settings; `None` if there are none.
    pub(crate) fn read_settings(&mut self) -> Option<ReadSettings> {
        let error = |message: String| ConfigError { line: 0, message };
        let (text, source) = match self.read(&self.project.root.join(CONFIG_FILE)) {
            Err(ReadError::NotFound) => return None,
            Err(why) => return Some(ReadSettings { errors: vec![error(why.to_string())], text: None }),
            Ok(read) => read,
        };
        let (config, mut errors) = Config::parse_each(&text);
        let (own, readable) = (source != Source::Foreign, !small_yaml::is_too_large(&text));
        match errors.first() {
            // What is not the project's may be anything.
            Some(first) if !own => {
                errors = vec![error(format!("from line {} on, in a file outside of the project", first.line + 1))];
            }
            _ => self.project.parts().config = config,
        }
        // Its lines would be rendered.
        Some(ReadSettings { errors, text: Some(text).filter(|_| own && readable) })
    }

    /// Adds the file of the settings, and says what is wrong with them.
    pub(crate) fn settings(&mut self, read: ReadSettings) {
        if read.text.is_none() && read.errors.is_empty() {
            return;
        }
        let id = self.add_file(self.project.root.join(CONFIG_FILE), read.text.unwrap_or_else(|| "".into()));
        let document = self.project.file(id).document.clone();
        let mut problems: Vec<Problem> = read.errors.iter().map(|error| problem(&document, error)).collect();
        problems.extend(unknown_codes(&document));
        self.project.parts().problems.extend(problems);
    }
}

/// A fault as a problem at its word.
fn problem(document: &Document, error: &ConfigError) -> Problem {
    let start: usize = document.text().split_inclusive('\n').take(error.line).map(str::len).sum();
    let line = document.text()[start..].lines().next().unwrap_or_default();
    let word = error.word();
    let (at, length) = word
        .and_then(|word| Some((line.find(word)?, word.len())))
        .unwrap_or((line.len() - line.trim_start().len(), line.trim().len()));
    let range = TextRange::at(TextSize::new((start + at) as u32), TextSize::new(length as u32));
    let message = format!("the settings can't be read: {}", error.message);
    let is_there = |key: &str| document.get(key).is_some();
    let near = word.map(|word| similar_key(word, error.expected(), is_there)).unwrap_or_default();
    Problem::new(Code::Configuration, document.loc(range), message).meant(&document.text()[range], &near)
}

/// Severities of findings that this version doesn't know: another may.
fn unknown_codes(document: &Document) -> Vec<Problem> {
    let Some(TopValue::Node(severities)) = document.get("severity").map(|entry| entry.value()) else {
        return Vec::new();
    };
    let unknown = |entry: &Entry<'_>| !entry.name().is_empty() && Code::named(entry.name()).is_none();
    let problem = |entry: Entry<'_>| {
        let name = entry.name();
        let near = similar_key(name, Code::ALL.iter().map(|code| code.name()), |code| severities.get(code).is_some());
        let message = format!("no finding is called `{name}`: this does nothing");
        let problem = Problem::new(Code::Configuration, entry.key.loc(), message).severity(Severity::Warning);
        problem.help("`viz-lsp explain` lists all codes").meant(entry.key.text(), &near)
    };
    severities.entries().filter(unknown).take(MOST_UNKNOWN).map(problem).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Environment, MemoryFiles, Project};
    use std::path::Path;

    /// What is told of settings that are too large shows no line of them: that would take as long as reading them.
    #[test]
    fn large_settings_are_told_and_not_kept() {
        let text = format!("severity: {{{}}}\n", "a: off, ".repeat(200_000));
        let files = MemoryFiles::new([("/p/project.visivo.yml", "name: p\n"), ("/p/.viz-lsp.yml", text.as_str())]);
        let project = Project::load(Path::new("/p"), &files, &Environment::empty());
        let told: Vec<&str> = project.problems().map(|problem| problem.message.as_str()).collect();
        assert_eq!(told, ["the settings can't be read: the file is larger than 1 MB"]);
        assert!(project.files().iter().all(|file| file.document.text().len() < 100));
    }
}
