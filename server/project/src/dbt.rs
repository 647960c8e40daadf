//! The `dbt` block (3.17 of the format reference): what it needs, and the file that is made from it.

use crate::files::FileSystem;
use crate::includes::normalize;
use crate::problem::Problem;
use serde_yaml::Value;
use std::path::{Path, PathBuf};
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

/// The `dbt` block of a file, unless there is none or it is disabled.
pub(crate) fn dbt(document: &Document, root: &Path, files: &dyn FileSystem) -> Option<Dbt> {
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
    let mut needs = Needs { files, root, watched: vec![output.clone()], problems: Vec::new() };
    needs.look(block, key);
    let generated = files.is_file(&output);
    if !generated && needs.problems.is_empty() {
        let message = format!("`{output_text}` is not there: the sources and models that dbt gives are not known");
        needs.problems.push(Problem::new("dbt-not-generated", loc, message).help("run the project once"));
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
        let Some(project) = self.read(&dbt_folder.join("dbt_project.yml")) else {
            return self.problem("dbt-project", at, format!("there is no `dbt_project.yml` in `{folder}`"));
        };
        let Some(profile) = project.get("profile").and_then(Value::as_str) else {
            return self.problem("dbt-project", at, "`dbt_project.yml` names no `profile`".into());
        };
        self.profile(block, key, profile);
        if !self.problems.is_empty() {
            return;
        }
        let target_path = project.get("target-path").and_then(Value::as_str).unwrap_or("target");
        let manifest = dbt_folder.join(target_path).join("manifest.json");
        self.watched.push(manifest.clone());
        if !is_template(target_path) && !self.files.is_file(&manifest) {
            let message = format!("there is no `{target_path}/manifest.json` in `{folder}`: dbt has not compiled yet");
            self.problems.push(Problem::new("dbt-manifest", at, message).help("run `dbt compile`"));
        }
    }

    fn profile(&mut self, block: Node<'_>, key: Loc, profile: &str) {
        let location = text(block, "profiles_yml_location");
        let (folder, at) = location.clone().unwrap_or_else(|| (".".into(), key));
        let Some(profiles) = self.read(&self.root.join(&folder).join("profiles.yml")) else {
            // Without a location, dbt's own places are not known from here.
            if location.is_some() {
                self.problem("dbt-project", at, format!("there is no `profiles.yml` in `{folder}`"));
            }
            return;
        };
        if is_template(profile) {
            return;
        }
        let Some(found) = profiles.get(profile) else {
            return self.problem("dbt-project", at, format!("`profiles.yml` has no profile `{profile}`"));
        };
        let target = found.get("target").and_then(Value::as_str).unwrap_or("default");
        if !is_template(target) && found.get("outputs").and_then(|outputs| outputs.get(target)).is_none() {
            self.problem("dbt-project", at, format!("the profile `{profile}` has no output `{target}`"));
        }
    }

    /// A file of dbt's; null where its YAML can't be read, which is dbt's business.
    fn read(&mut self, path: &Path) -> Option<Value> {
        let path = normalize(path);
        self.watched.push(path.clone());
        let text = self.files.read(&path).ok()?;
        Some(serde_yaml::from_str(&text).unwrap_or(Value::Null))
    }

    fn problem(&mut self, code: &'static str, loc: Loc, message: String) {
        self.problems.push(Problem::new(code, loc, format!("{message}: the project does not compile")));
    }
}

/// Whether dbt computes the text.
fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}
