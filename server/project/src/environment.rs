//! Environment variables and the file `.env` (`R-ENV-01`). Values are used, never shown.

use crate::files::FileSystem;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use viz_secrets::SecretString;

/// The variables of the process, which win over those of `.env`.
#[derive(Clone, Default)]
pub struct Environment {
    process: Arc<HashMap<String, SecretString>>,
    file: HashMap<String, SecretString>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Environment({} variables)", self.names().count())
    }
}

impl Environment {
    /// The variables of this process.
    pub fn from_process() -> Self {
        let readable = |(key, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((key.into_string().ok()?, value.into_string().ok()?.into()))
        };
        Self { process: Arc::new(std::env::vars_os().filter_map(readable).collect()), ..Self::default() }
    }

    /// No variables.
    pub fn empty() -> Self {
        Self::default()
    }

    /// These variables, for tests.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let process = variables.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
        Self { process: Arc::new(process), ..Self::default() }
    }

    /// The same with values for variables that have none: for who opens nothing, and so needs none. The values are all different,
    /// and too short to be found in other texts.
    #[must_use]
    pub fn with_stand_ins<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut process = (*self.process).clone();
        for name in names {
            let stand_in = format!("-{:x}", process.len() % 0x100);
            process.entry(name.to_owned()).or_insert_with(|| stand_in.into());
        }
        Self { process: Arc::new(process), file: self.file.clone() }
    }

    /// The variables with those of the project's `.env` below them.
    pub fn with_file(&self, root: &Path, files: &dyn FileSystem) -> Self {
        let file = files.variables(root);
        let file = file.iter().flat_map(|text| text.lines()).filter_map(parse_line);
        let file = file.filter(|(name, _)| !self.is_of_process(name)).collect();
        Self { process: Arc::clone(&self.process), file }
    }

    /// The names of the variables, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.process.keys().chain(self.file.keys()).map(String::as_str)
    }

    /// Whether a variable is the process's, and not one of a file that may come with the project.
    pub fn is_of_process(&self, name: &str) -> bool {
        self.process.contains_key(name)
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&SecretString> {
        self.process.get(name).or_else(|| self.file.get(name))
    }
}

/// One line of `.env`: `[export] NAME=value`, the value optionally in quotes, a comment after ` #` otherwise.
fn parse_line(line: &str) -> Option<(String, SecretString)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    if line.starts_with('#') {
        return None;
    }
    let (name, value) = line.split_once('=')?;
    let value = value.trim();
    let value = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
        _ => value.split(" #").next().unwrap_or_default().trim_end(),
    };
    Some((name.trim().to_owned(), value.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;
    use viz_secrets::ExposeSecret;

    #[test]
    fn stand_ins_are_for_what_is_not_set() {
        let env = Environment::of([("A", "0")]).with_stand_ins(["A", "B", "C"]);
        let get = |name| env.get(name).map(ExposeSecret::expose_secret);
        assert_eq!(get("A"), Some("0"));
        assert!(get("B").is_some() && get("B") != get("C"), "two files are two");
    }

    #[test]
    fn the_process_wins_over_the_file() {
        let files = MemoryFiles::new([("/p/.env", "# c\nexport A=1\nB='x # y'\nC = z # comment\nbad line\n")]);
        let env = Environment::of([("A", "0")]).with_file(Path::new("/p"), &files);
        let get = |name| env.get(name).map(ExposeSecret::expose_secret);
        assert_eq!((get("A"), get("B"), get("C"), get("D")), (Some("0"), Some("x # y"), Some("z"), None));
    }
}
