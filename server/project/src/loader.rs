//! Loading a project: following the includes, then reading the objects of each file ([`crate::sections`]), then looking at
//! the whole ([`crate::resolve`]).

use crate::codes::Code;
use crate::dbt::dbt;
use crate::environment::Environment;
use crate::files::{FileSystem, ReadError};
use crate::foreign::Source;
use crate::includes::{self, Include, Includes, project_file};
use crate::items::Item;
use crate::links::Kept;
use crate::lower::{Difference, describe, text_problem};
use crate::object::Spanned;
use crate::problem::{Problem, Related};
use crate::project::{File, ObjectId, Project, ProjectBuilder};
use crate::project_file::{name_problem, version_problem};
use crate::resolve;
use crate::schema::{Kind, MERGED_KEYS, Target};
use crate::spelling::Spellings;
use crate::surroundings::Surroundings;
use crate::walk::Budget;
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use viz_secrets::ExposeSecret;
use viz_syntax::{Document, NodeKind, TopEntry, TopValue};
use viz_text::{FileId, Loc, TextRange};

/// Includes of includes are followed so far.
const DEEPEST: usize = 100;

pub(crate) struct Loader<'a> {
    pub(crate) files: &'a dyn FileSystem,
    /// What is around the project's folder.
    pub(crate) around: Arc<Surroundings>,
    /// The folder of the user's own profile. The project has no say in it.
    home: Option<PathBuf>,
    /// What looking into included folders may still cost.
    budget: Budget,
    pub(crate) previous: Option<&'a Project>,
    pub(crate) project: ProjectBuilder,
    /// What holds of the previous snapshot.
    pub(crate) kept: Kept,
    /// Whether objects use each other in circles as they did there.
    pub(crate) same_circles: bool,
    /// The files that have other objects than in the previous snapshot, if the numbers of all others hold.
    pub(crate) renumbered: Vec<usize>,
    /// The objects of items that are others than in the previous snapshot or refer to others, if its numbers hold.
    pub(crate) changed: Vec<ObjectId>,
    /// The objects of the previous snapshot that are no more, or have another number.
    pub(crate) gone: Vec<ObjectId>,
    /// The objects that use others now, or are used by others, if its numbers hold.
    pub(crate) unsettled: Vec<ObjectId>,
    /// The kinds of `changed`, and of objects that are gone.
    pub(crate) kinds: FxHashSet<Kind>,
    /// The items so far of the file that is being read.
    pub(crate) items: Vec<Item>,
    /// The item of the same file in the previous snapshot that comes next, if nothing was added or removed.
    pub(crate) next_item: usize,
    /// Files whose YAML's faults are to be told.
    pub(crate) told: Vec<FileId>,
    /// Whether all files that were followed could be read, are the project's own and were made by nobody else.
    pub(crate) plain: bool,
    /// Files that are being followed, for cycles.
    open: FxHashSet<PathBuf>,
    /// Files that were said to include themselves: once each, however many ways lead round.
    cyclic: FxHashSet<PathBuf>,
    /// Files that were read.
    pub(crate) seen: FxHashSet<PathBuf>,
    /// What only one format version knows.
    pub(crate) differences: Vec<Difference>,
    /// How each file was reached.
    spellings: Spellings,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(
        root: &Path,
        files: &'a dyn FileSystem,
        environment: &Environment,
        previous: Option<&'a Project>,
        asked_target: Option<Target>,
    ) -> Self {
        let project = ProjectBuilder::new(root, environment.with_file(root, files), asked_target);
        let home = ["HOME", "USERPROFILE"].iter().find_map(|name| environment.get(name));
        Self {
            files,
            around: files.surroundings(root),
            home: home.map(|home| home.expose_secret().into()),
            budget: Budget::default(),
            previous,
            project,
            kept: Kept::Nothing,
            same_circles: false,
            renumbered: Vec::new(),
            changed: Vec::new(),
            gone: Vec::new(),
            unsettled: Vec::new(),
            kinds: FxHashSet::default(),
            items: Vec::new(),
            next_item: 0,
            told: Vec::new(),
            plain: true,
            open: FxHashSet::default(),
            cyclic: FxHashSet::default(),
            seen: FxHashSet::default(),
            differences: Vec::new(),
            spellings: Spellings::default(),
        }
    }

    pub(crate) fn load(mut self) -> Project {
        let path = project_file(&self.project.root, self.files)
            .unwrap_or_else(|| self.project.root.join(includes::PROJECT_FILES[1]));
        let root = self.project.root.clone();
        self.project.parts().watched.extend(includes::PROJECT_FILES.iter().map(|name| root.join(name)));
        let settings = self.read_settings();
        self.follow_all(&path);
        self.profile();
        for id in std::mem::take(&mut self.told) {
            self.syntax_problems(id);
        }
        self.project_file(&path);
        let file_count = self.project.files.len();
        self.choose_target();
        for file in 0..file_count {
            self.read_objects(FileId(file as u32));
        }
        self.outline();
        let removed = self.project.special_items().flat_map(|item| &item.lowered.removed);
        let removed: Vec<String> = removed.map(|name| name.text.clone()).collect();
        self.project.parts().removed.extend(removed);
        // A name may be in a line that is no YAML.
        let nameless = |item: &Item| {
            item.lowered
                .objects
                .first()
                .is_some_and(|object| object.name.is_none() && self.project.is_broken(object.loc))
        };
        let all_named = !self.project.special_items().any(nameless);
        self.project.parts().names_complete &= all_named;
        self.link();
        let segments = self.previous.and_then(|previous| previous.segments.get()).filter(|table| table.is_fresh());
        if let Some(segments) = segments {
            self.project.parts().segments = Arc::clone(segments).into();
        }
        self.look_at_the_whole();
        if self.project.read_for().is_none() {
            self.differences.extend(self.project.special_items().flat_map(|item| item.lowered.differences.clone()));
            self.differences.extend(resolve::differences(&self.project));
            self.project.parts().problems.extend(version_differences(&self.differences));
        }
        if let Some(settings) = settings {
            self.settings(settings);
        }
        self.project.keep_mask(self.previous, self.files);
        self.project.build()
    }

    /// How many entries of folders were looked at.
    pub(crate) fn listed(&self) -> usize {
        self.budget.spent()
    }

    /// The user's own file, which comes last (`R-DISC-05`).
    fn profile(&mut self) {
        let Some(path) = self.home.as_ref().map(|home| home.join(".visivo/profile.yml")) else { return };
        if self.files.is_file(&path) && self.project.file_of(&path).is_none() {
            self.project.parts().watched.push(path.clone());
            let text = self.files.read(&path);
            self.take(path, text.map(|text| (text, Source::Foreign)), None);
        }
    }

    fn project_file(&mut self, path: &Path) {
        let Some(file) = self.project.files.first() else { return };
        let first = file.document.entries().next().map(|entry| entry.key().loc());
        let head = first.unwrap_or_else(|| file.document.loc(TextRange::empty(0.into())));
        let version = match file.document.get("cli_version").map(|entry| entry.value()) {
            Some(TopValue::Node(node)) if text_problem("", node).is_none() => {
                node.str().map(|text| Spanned { text: text.to_owned(), loc: node.loc() })
            }
            _ => None,
        };
        let found = [
            name_problem(path, head, self.files),
            version.and_then(|version| {
                version_problem(&version, self.project.asked_target.or(self.project.config.target))
            }),
        ];
        self.project.parts().problems.extend(found.into_iter().flatten());
    }

    pub(crate) fn add_file(&mut self, path: PathBuf, source: Arc<str>) -> FileId {
        let number = self.project.files.len();
        let before = self.previous.and_then(|previous| {
            // Mostly the same files come in the same order.
            let same = previous.files.get(number).filter(|file| file.path == path);
            same.or_else(|| previous.files.iter().find(|file| file.path == path))
        });
        let file = match before {
            Some(file) if is_same(file.document.shared_text(), &source) => {
                let mut file = file.clone();
                file.real = self.files.real(&path);
                file
            }
            _ => {
                let document = match before {
                    Some(file) => file.document.reparse_shared(source),
                    None => Document::parse_shared(source),
                };
                let real = self.files.real(&path);
                File::new(path, real, &self.project.root, document)
            }
        };
        self.seen.insert(file.path.clone());
        self.project.parts().files.push(file);
        FileId(number as u32)
    }

    /// Adds a file and what it includes, depth-first (`R-DISC-05`).
    pub(crate) fn follow(&mut self, path: PathBuf, from: Option<Loc>) {
        self.project.parts().watched.push(path.clone());
        let read = self.read(&path);
        self.take(path, read, from);
    }

    fn take(&mut self, path: PathBuf, read: Result<(Arc<str>, Source), ReadError>, from: Option<Loc>) {
        let (text, source) = match read {
            Ok(read) => read,
            Err(error) => return self.unreadable(path, &error, from),
        };
        let id = self.add_file(path.clone(), text);
        if id.0 == 0 {
            self.choose_target(); // what an include names depends on it
        }
        self.plain &= source == Source::Project;
        if source == Source::Foreign && !self.files.is_open(&path) && self.is_foreign(id, from) {
            return;
        }
        self.told.push(id);
        let document = self.project.file(id).document.clone();
        self.open.insert(path.clone());
        self.dbt(&document);
        let around = Arc::clone(&self.around);
        let version = self.project.read_for();
        let (root, files, budget) = (&self.project.root, self.files, &mut self.budget);
        let found = Includes { root, files, around: &around, budget, version }.of(&document, &path);
        for include in found {
            self.include(&path, include);
        }
        self.open.remove(&path);
    }

    /// The file that is made from a `dbt` block comes before the includes.
    fn dbt(&mut self, document: &Document) {
        let found = dbt(document, &self.project.root, self.files, &|path| self.read(path));
        let Some(found) = found else { return };
        self.plain = false;
        self.project.parts().problems.extend(found.problems);
        self.project.parts().watched.extend(found.watched);
        if !found.generated {
            self.project.parts().unknown_prefixes.push(found.prefix);
        } else if self.project.file_of(&found.output).is_none() {
            self.follow(found.output, Some(found.loc));
        }
    }

    fn unreadable(&mut self, path: PathBuf, error: &ReadError, from: Option<Loc>) {
        self.plain = false;
        let loc = from.unwrap_or_else(|| {
            let id = self.add_file(path.clone(), "".into());
            self.project.file(id).document.loc(TextRange::empty(0.into()))
        });
        let problem = match error {
            ReadError::Outside | ReadError::Private => {
                includes::not_read(error, &includes::file_name(&path), loc, self.files)
            }
            error => includes::unreadable(error, loc, &path),
        };
        self.project.parts().problems.push(problem);
        self.project.parts().names_complete = false;
    }

    fn include(&mut self, from: &Path, include: Include) {
        self.project.parts().watched.extend(include.watched);
        self.project.parts().problems.extend(include.problems);
        self.differences.extend(include.difference);
        self.project.parts().names_complete &= include.complete;
        let paths = match include.target {
            Ok(includes::Target::Files(paths)) => paths,
            Ok(includes::Target::Unfetched) => {
                self.project.parts().names_complete = false;
                let message = format!(
                    "`{}` is not in `.visivo_cache`: the names it defines are not known, so references to nothing are not reported",
                    include.path_text
                );
                self.project
                    .parts()
                    .problems
                    .push(Problem::new(Code::IncludeNotFetched, include.loc, message).help("run the project once"));
                return;
            }
            Err(problem) => {
                self.project.parts().names_complete &= problem.code == Code::IncludeEmptyFolder;
                self.project.parts().problems.push(*problem);
                return;
            }
        };
        for path in paths {
            if self.open.contains(&path) {
                if !self.cyclic.insert(path.clone()) {
                    continue;
                }
                let message = format!(
                    "`{}` includes itself: the project loader never ends (R-INC-09)",
                    includes::file_name(&path)
                );
                self.project.parts().problems.push(Problem::new(Code::IncludeCycle, include.loc, message));
            } else if !self.seen.contains(&path) && self.open.len() >= DEEPEST {
                let message = format!(
                    "`{}` is not read: includes are more than {DEEPEST} levels deep here",
                    includes::file_name(&path)
                );
                self.project.parts().problems.push(
                    Problem::new(Code::IncludeNotRead, include.loc, message).help("include it from a file further up"),
                );
                self.project.parts().names_complete = false;
            } else if !self.seen.contains(&path) {
                let spelling = self.spellings.of(from, &include.path_text, path.strip_prefix(&include.base).ok());
                self.spellings.add(&path, spelling, include.loc);
                self.follow(path, Some(include.loc));
            } else {
                let spelling = self.spellings.of(from, &include.path_text, path.strip_prefix(&include.base).ok());
                let objects = self.project.file_of(&path).is_some_and(|id| self.has_objects(id));
                let twice = objects.then(|| self.spellings.twice(&path, &spelling, include.loc)).flatten();
                self.project.parts().problems.extend(twice);
            }
        }
    }

    fn has_objects(&self, id: FileId) -> bool {
        let is_list = |entry: &TopEntry<'_>| MERGED_KEYS.iter().any(|(key, _)| entry.name() == *key);
        self.project.file(id).document.entries().any(|entry| is_list(&entry) && entry.items().next().is_some())
    }

    fn syntax_problems(&mut self, id: FileId) {
        let file = self.project.file(id);
        let (document, told) = (file.document.clone(), file.told_faults());
        if document.is_empty() {
            if document.problems().is_empty() {
                let message = "the file is empty: the project loader refuses it (R-DISC-11)";
                let loc = document.loc(TextRange::empty(0.into()));
                self.project.parts().problems.push(Problem::new(Code::EmptyFile, loc, message));
            }
        } else if let Some(root) = document.root()
            && !matches!(root.kind(), NodeKind::Mapping | NodeKind::Error)
        {
            let message = format!("a project file is a mapping of keys to values, not {}", describe(root));
            self.project.parts().problems.push(Problem::new(Code::WrongType, root.loc(), message));
        }
        self.project.parts().broken.extend(document.segments_not_followed());
        for (at, problem) in document.problems().iter().enumerate() {
            let code = match problem.kind {
                viz_syntax::ProblemKind::DuplicateKey => Code::DuplicateKey,
                viz_syntax::ProblemKind::MergeKey => Code::MergeKey,
                viz_syntax::ProblemKind::CustomTag => Code::CustomTag,
                viz_syntax::ProblemKind::AliasTooLarge => Code::AliasNotFollowed,
                _ => Code::YamlSyntax,
            };
            if problem.kind == viz_syntax::ProblemKind::Syntax {
                self.project.parts().broken.insert(problem.loc.segment);
            }
            let told = told.get(at);
            let words = told.and_then(|told| told.message.clone()).unwrap_or_else(|| problem.message.clone());
            let mut found = Problem::new(code, problem.loc, words);
            found.help = match code {
                Code::MergeKey => Some("write the merged keys out".into()),
                Code::AliasNotFollowed => Some("write out what is needed, or share less".into()),
                Code::CustomTag => Some("remove the tag; for an environment variable, write `${env.NAME}`".into()),
                _ => None,
            };
            if let Some(fix) = told.and_then(|told| told.fix.clone()) {
                found = found.fix(fix);
            }
            self.project.parts().problems.push(found);
        }
    }

    /// `target:` of the configuration, else `cli_version` of the project, else the newest.
    pub(crate) fn choose_target(&mut self) {
        let Some(document) = self.project.files.first().map(|file| file.document.clone()) else { return };
        let top = |key: &str| match document.get(key)?.value() {
            TopValue::Node(node) => node.str().map(|text| Spanned { text: text.to_owned(), loc: node.loc() }),
            _ => None,
        };
        let by_version = top("cli_version").and_then(|version| {
            let mut parts = version.text.trim().split('.');
            match (parts.next()?, parts.next()?) {
                ("2", "0") => Some(Target::V2_0),
                ("2", "1") => Some(Target::V2_1),
                ("2", _) => Some(Target::V2_2),
                _ => None,
            }
        });
        let chosen = self.project.asked_target.or(self.project.config.target).or(by_version);
        self.project.parts().name = top("name");
        if let Some(TopValue::Node(defaults)) = document.get("defaults").map(|entry| entry.value()) {
            let text = |key: &str| {
                let node = defaults.get(key).filter(|node| !node.is_null())?;
                Some(Spanned { text: node.str()?.to_owned(), loc: node.loc() })
            };
            self.project.parts().default_source = text("source_name").or_else(|| text("target_name"));
            self.project.parts().default_alert = text("alert_name");
            let titles = defaults.get("levels").into_iter().flat_map(|levels| levels.items());
            self.project.parts().levels = titles
                .map(|level| level.get("title").and_then(|title| title.str()).unwrap_or_default().to_owned())
                .collect();
        }
        self.project.parts().target = chosen.unwrap_or_default();
        self.project.parts().target_chosen = chosen.is_some();
    }
}

/// One finding for each thing that only one format version knows, at its first place (`verdicts.md` §1).
fn version_differences(differences: &[Difference]) -> Vec<Problem> {
    const SHOWN: usize = 4;
    let mut found: Vec<(&Difference, Problem)> = Vec::new();
    for difference in differences {
        let same = |(first, _): &&mut (&Difference, Problem)| {
            (&first.what, first.works_in) == (&difference.what, difference.works_in)
        };
        match found.iter_mut().find(same) {
            Some((_, problem)) if problem.related.len() < SHOWN => {
                problem.related.push(Related { loc: difference.loc, message: "and here".into() });
            }
            Some(_) => {}
            None => {
                let message = format!("{} {}", difference.what, difference.works_in.compared());
                let problem = Problem::new(Code::VersionDifference, difference.loc, message)
                    .help("say for which version this is: `target` in `.viz-lsp.yml`, or `cli_version` in the project");
                found.push((difference, problem));
            }
        }
    }
    found.into_iter().map(|(_, problem)| problem).collect()
}

fn is_same(a: &Arc<str>, b: &Arc<str>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    /// However many ways lead round: each file is told once that it includes itself, and once that it is read twice.
    #[test]
    fn includes_that_lead_round_are_told_once_for_each_file() {
        const FILES: usize = 20;
        let all: String = (0..FILES).map(|number| format!("  - path: f{number}.yml\n")).collect();
        let text = |number: usize| format!("includes:\n  - path: ../d\n{all}markdowns: [{{name: m{number}}}]\n");
        let mut files = vec![("/p/project.visivo.yml".to_owned(), "name: p\nincludes: [{path: d}]\n".to_owned())];
        files.extend((0..FILES).map(|number| (format!("/p/d/f{number}.yml"), text(number))));
        let files = MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let project = Project::load(Path::new("/p"), &files, &Environment::empty());
        let count = |code: Code| project.problems().filter(|problem| problem.code == code).count();
        assert_eq!(count(Code::IncludeCycle), FILES);
        assert!((1..=FILES).contains(&count(Code::IncludedTwice)));
    }

    /// R-DISC-05, R-MERGE-01.
    #[test]
    fn files_are_loaded_depth_first_and_the_profile_last() {
        let files = MemoryFiles::new([
            ("/p/project.visivo.yml", "includes:\n  - path: a.yml\n  - path: m\n"),
            ("/p/a.yml", "includes:\n  - path: b.yml\nmarkdowns: []\n"),
            ("/p/b.yml", "markdowns: []\n"),
            ("/p/m/c.yml", "markdowns: []\n"),
            ("/home/u/.visivo/profile.yml", "sources:\n  - name: own\n    type: duckdb\n    database: x\n"),
        ]);
        let environment = Environment::of([("HOME", "/home/u")]);
        let project = Project::load(Path::new("/p"), &files, &environment);
        let names: Vec<String> = project.files().iter().map(|file| includes::file_name(&file.path)).collect();
        assert_eq!(names, ["project.visivo.yml", "a.yml", "b.yml", "c.yml", "profile.yml"]);
        assert_eq!(project.names().global_named("own").len(), 1);
    }
}
