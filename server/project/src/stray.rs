//! Files in a project's folder that look like a part of it and that nothing includes: nothing in them is checked, or run.

use crate::codes::Code;
use crate::includes::{CACHE_FOLDER, PROJECT_FILES};
use crate::problem::Problem;
use crate::project::Project;
use crate::schema::MERGED_KEYS;
use std::path::Path;
use viz_syntax::{Document, TopValue};
use viz_text::{TextRange, TextSize};

impl Project {
    /// What is to be said of a file, if it is one: YAML below the project's folder with lists of objects and nothing else, which
    /// is not a part of the project. It is said where the file could be included.
    pub fn stray(&self, path: &Path, text: &str) -> Option<Problem> {
        let below = path.strip_prefix(&self.root).ok()?;
        let is_yaml = path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml");
        let is_project = PROJECT_FILES.iter().any(|name| path.ends_with(name));
        let made = below.starts_with(CACHE_FOLDER) || below.starts_with("target");
        if !is_yaml || is_project || made || self.file_of(path).is_some() || !is_part(text) {
            return None;
        }
        let document = &self.files.first()?.document;
        let entry = document.get("includes").or_else(|| document.entries().next());
        let start = TextRange::empty(TextSize::new(0));
        let loc = entry.map_or_else(|| document.loc(start), |entry| entry.key().loc());
        let name = viz_files::with_slashes(below);
        let message =
            format!("`{name}` is no part of the project: nothing includes it, so nothing in it is checked or run");
        Some(Problem::new(Code::FileNotIncluded, loc, message).help(format!("add `- path: {name}` to `includes`")))
    }

    /// Says of these files that nothing includes them, as far as that is so.
    #[must_use]
    pub fn with_strays<'a>(mut self, files: impl IntoIterator<Item = (&'a Path, &'a str)>) -> Self {
        let found: Vec<Problem> = files.into_iter().filter_map(|(path, text)| self.stray(path, text)).collect();
        self.add_problems(found);
        self
    }
}

/// Whether a text has the keys of an included file and no others, and objects in it.
fn is_part(text: &str) -> bool {
    let document = Document::parse(text);
    let is_list = |name: &str| MERGED_KEYS.iter().any(|(key, _)| *key == name);
    let mut objects = false;
    for entry in document.entries() {
        objects |= is_list(entry.name()) && matches!(entry.value(), TopValue::Items(_));
        if !is_list(entry.name()) && entry.name() != "includes" {
            return false;
        }
    }
    objects
}

#[cfg(test)]
mod tests {
    use crate::{Environment, MemoryFiles, Project};
    use std::path::Path;

    #[test]
    fn what_looks_like_a_part_and_is_none() {
        let mut files = MemoryFiles::default();
        files.insert("/p/project.visivo.yml", "name: shop\nincludes:\n  - path: in.yml\n");
        files.insert("/p/in.yml", "models: []\n");
        let project = Project::load(Path::new("/p"), &files, &Environment::empty());
        let models = "models:\n  - name: a\n    sql: select 1\n";
        let said = |path: &str, text: &str| project.stray(Path::new(path), text).map(|problem| problem.message);
        assert!(
            said("/p/more/extra.yml", models).is_some_and(|message| message.starts_with("`more/extra.yml` is no part"))
        );
        assert!(said("/p/extra.yml", "insights:\n  - name: a\n    prosp: {}\n").is_some());
        for (path, text) in [
            ("/p/in.yml", models),
            ("/p/extra.txt", models),
            ("/p/target/extra.yml", models),
            ("/q/extra.yml", models),
            // dbt, and anything else.
            ("/p/schema.yml", "version: 2\nmodels:\n  - name: a\n"),
            ("/p/compose.yml", "services:\n  a: {}\n"),
            ("/p/empty.yml", ""),
        ] {
            assert_eq!(said(path, text), None, "{path}");
        }
    }
}
