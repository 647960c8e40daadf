//! Reading the project's settings, `.viz-lsp.yml`, and what is wrong with them.

use crate::codes::Code;
use crate::config::{CONFIG_FILE, Config, ConfigError};
use crate::files::ReadError;
use crate::foreign::Source;
use crate::loader::Loader;
use crate::problem::{Fix, Problem};
use crate::similar::{did_you_mean, similar};
use crate::small_yaml;
use std::sync::Arc;
use viz_text::{TextRange, TextSize};

impl Loader<'_> {
    pub(crate) fn read_config(&mut self) -> Option<(ConfigError, Option<Arc<str>>)> {
        let read = self.read(&self.project.root.join(CONFIG_FILE));
        let error = |message: String| ConfigError { line: 0, message };
        let (found, text) = match read {
            Err(ReadError::NotFound) => return None,
            Err(why) => (Err(error(why.to_string())), None),
            Ok((text, source)) => match (Config::parse(&text), source) {
                // What is not the project's may be anything.
                (Err(found), Source::Foreign) => {
                    let message = format!("from line {} on, in a file outside of the project", found.line + 1);
                    (Err(error(message)), None)
                }
                // Its lines would be rendered.
                (Err(found), _) if small_yaml::is_too_large(&text) => (Err(found), None),
                (found, _) => (found, Some(text)),
            },
        };
        match found {
            Ok(config) => {
                self.project.parts().config = config;
                None
            }
            Err(error) => Some((error, text)),
        }
    }

    pub(crate) fn config_problem(&mut self, error: &ConfigError, text: Option<Arc<str>>) {
        let path = self.project.root.join(CONFIG_FILE);
        let id = self.add_file(path, text.unwrap_or_else(|| "".into()));
        let file = self.project.file(id);
        let start: usize = file.document.text().split_inclusive('\n').take(error.line).map(str::len).sum();
        let line = file.document.text()[start..].lines().next().unwrap_or_default();
        let word = error.word();
        let (at, length) = word
            .and_then(|word| Some((line.find(word)?, word.len())))
            .unwrap_or((line.len() - line.trim_start().len(), line.trim().len()));
        let range = TextRange::at(TextSize::new((start + at) as u32), TextSize::new(length as u32));
        let mut problem = Problem::new(
            Code::Configuration,
            file.document.loc(range),
            format!("the settings can't be read: {}", error.message),
        );
        // A key that is there was not meant.
        let is_there = |key: &&str| file.document.get(key).is_some();
        let expected = error.expected().filter(|key| !is_there(key));
        let near = word.map(|word| similar(word, expected)).unwrap_or_default();
        problem.help = did_you_mean(&near);
        if let [only] = near.as_slice() {
            problem.fix = Some(Fix::replace(format!("rename it to `{only}`"), problem.loc, only.clone()));
        }
        self.project.parts().problems.push(problem);
    }
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
