//! The `dbt` block (3.17 of the format reference): what it needs, and the file that is made from it.

use crate::codes::Code;
use crate::files::{FileSystem, ReadError};
use crate::foreign::Source;
use crate::includes::normalize;
use crate::problem::Problem;
use serde_yaml::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use viz_syntax::{Document, Node, NodeKind, TopValue, Typed};
use viz_text::Loc;

/// What a `dbt` block says.
#[derive(Debug)]
pub(crate) struct Dbt {
    /// The generated file with sources and models (`R-DISC-05`).
    pub output: PathBuf,
    /// Where the block names it, or the block's key.
    pub loc: Loc,
    /// Whether it is there.
    pub generated: bool,
    /// What the names in it begin with; empty for nothing.
    pub prefix: String,
    /// What dbt would miss.
    pub problems: Vec<Problem>,
    /// Files that were looked for.
    pub watched: Vec<PathBuf>,
}

/// Reads a file that the project names.
type Read<'a> = &'a dyn Fn(&Path) -> Result<(Arc<str>, Source), ReadError>;

/// The `dbt` block of a file, unless there is none or it is disabled.
pub(crate) fn dbt(document: &Document, root: &Path, files: &dyn FileSystem, read: Read<'_>) -> Option<Dbt> {
    let entry = document.get("dbt")?;
    let TopValue::Node(block) = entry.value() else { return None };
    if block.kind() != NodeKind::Mapping || is_off(block) {
        return None;
    }
    let key = entry.key().loc();
    let (output_text, loc) = text(block, "output_file").unwrap_or_else(|| ("target/dbt.yml".into(), key));
    let output = normalize(&root.join(&output_text));
    let prefix = text(block, "prefix").map(|(prefix, _)| prefix).filter(|prefix| !prefix.is_empty());
    let prefix = prefix.map(|prefix| format!("{prefix}_")).unwrap_or_default();
    let mut needs = Needs { files, read, root, watched: vec![output.clone()], problems: Vec::new() };
    needs.look(block, key);
    let generated = files.is_file(&output);
    if !generated && needs.problems.is_empty() {
        let message = format!("`{output_text}` is not there: the sources and models that dbt gives are not known");
        needs.problems.push(Problem::new(Code::DbtNotGenerated, loc, message).help("run the project once"));
    }
    Some(Dbt { output, loc, generated, prefix, problems: needs.problems, watched: needs.watched })
}

fn is_off(block: Node<'_>) -> bool {
    let value = block.get("enabled").and_then(|node| Some(node.scalar()?.resolved()));
    matches!(value, Some(Typed::Bool(false)))
}

fn text(block: Node<'_>, key: &str) -> Option<(String, Loc)> {
    let node = block.get(key).filter(|node| !node.is_null())?;
    Some((node.str()?.to_owned(), node.loc()))
}

struct Needs<'a> {
    files: &'a dyn FileSystem,
    read: Read<'a>,
    root: &'a Path,
    watched: Vec<PathBuf>,
    problems: Vec<Problem>,
}

impl Needs<'_> {
    /// Looks for everything that dbt needs, up to what is missing first.
    fn look(&mut self, block: Node<'_>, key: Loc) {
        let location = text(block, "dbt_project_yml_location");
        let (folder, at) = location.clone().unwrap_or_else(|| (".".into(), key));
        let dbt_folder = normalize(&self.root.join(&folder));
        let project = match self.read(&dbt_folder.join("dbt_project.yml")) {
            Found::Missing => {
                return self.problem(Code::DbtProject, at, format!("there is no `dbt_project.yml` in `{folder}`"));
            }
            Found::Unknown => return,
            Found::Read(project) => project,
        };
        let Some(profile) = project.text("profile") else {
            return self.problem(Code::DbtProject, at, "`dbt_project.yml` names no `profile`".into());
        };
        self.profile(block, key, profile);
        if !self.problems.is_empty() {
            return;
        }
        let target_path = project.text("target-path").map_or("target", |text| text.text);
        let shown = project.text("target-path").map_or("target", Text::shown);
        let manifest = dbt_folder.join(target_path).join("manifest.json");
        self.watched.push(manifest.clone());
        if !is_template(target_path) && !self.files.is_file(&manifest) {
            let message = format!("there is no `{shown}/manifest.json` in `{folder}`: dbt has not compiled yet");
            self.problems.push(Problem::new(Code::DbtManifest, at, message).help("run `dbt compile`"));
        }
    }

    fn profile(&mut self, block: Node<'_>, key: Loc, profile: Text<'_>) {
        let location = text(block, "profiles_yml_location");
        let (folder, at) = location.clone().unwrap_or_else(|| (".".into(), key));
        let profiles = match self.read(&self.root.join(&folder).join("profiles.yml")) {
            // Without a location, dbt's own places are not known from here.
            Found::Missing if location.is_some() => {
                return self.problem(Code::DbtProject, at, format!("there is no `profiles.yml` in `{folder}`"));
            }
            Found::Missing | Found::Unknown => return,
            Found::Read(profiles) => profiles,
        };
        if is_template(profile.text) {
            return;
        }
        let Some(found) = profiles.value.get(profile.text) else {
            let message = format!("`profiles.yml` has no profile `{}`", profile.shown());
            return self.problem(Code::DbtProject, at, message);
        };
        let target = found.get("target").and_then(Value::as_str);
        let target = target
            .map_or(Text { text: "default", source: Source::Project }, |text| Text { text, source: profiles.source });
        if !is_template(target.text) && found.get("outputs").and_then(|outputs| outputs.get(target.text)).is_none() {
            let (profile, target) = (profile.shown(), target.shown());
            self.problem(Code::DbtProject, at, format!("the profile `{profile}` has no output `{target}`"));
        }
    }

    /// A file of dbt's. Where its YAML can't be read, that is dbt's business.
    fn read(&mut self, path: &Path) -> Found {
        let path = normalize(path);
        self.watched.push(path.clone());
        match (self.read)(&path) {
            Err(ReadError::NotFound) => Found::Missing,
            Ok((text, source)) if crate::small_yaml::check(&text).is_ok() => match serde_yaml::from_str(&text) {
                Ok(value) => Found::Read(Yaml { value, source }),
                Err(_) => Found::Unknown,
            },
            _ => Found::Unknown,
        }
    }

    fn problem(&mut self, code: Code, loc: Loc, message: String) {
        self.problems.push(Problem::new(code, loc, format!("{message}: the project does not compile")));
    }
}

/// What became of reading a file.
enum Found {
    Missing,
    /// It can't be read, or must not.
    Unknown,
    Read(Yaml),
}

struct Yaml {
    value: Value,
    source: Source,
}

impl Yaml {
    fn text(&self, key: &str) -> Option<Text<'_>> {
        let text = self.value.get(key).and_then(Value::as_str)?;
        Some(Text { text, source: self.source })
    }
}

/// A text out of a file.
#[derive(Clone, Copy)]
struct Text<'a> {
    text: &'a str,
    source: Source,
}

impl<'a> Text<'a> {
    /// For people; without anything from outside of the project.
    fn shown(self) -> &'a str {
        if self.source == Source::Project { self.text } else { "…" }
    }
}

/// Whether dbt computes the text.
fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}
