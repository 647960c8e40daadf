//! A snapshot of a project: files, objects, names, problems.

use crate::config::{CONFIG_FILE, Config};
use crate::environment::Environment;
use crate::files::FileSystem;
use crate::followed::Followed;
use crate::graph::Graph;
use crate::items::{FileItems, Item};
use crate::links::Links;
use crate::loader::Loader;
use crate::names::{Names, Resolution};
use crate::object::{Object, Spanned, Use};
use crate::outline::Outline;
use crate::problem::Problem;
use crate::relations::Joins;
use crate::resolve::Overview;
use crate::schema::{Kind, Target};
use crate::spelled_out::Beyond;
use crate::yaml_fixes::{self, Told};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use viz_secrets::{Mask, Word};
use viz_syntax::Document;
use viz_text::{FileId, Lines, Loc, SegmentId, TextRange, wanted};

/// An object of a project: a number in document order, valid for one snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub(crate) u32);

impl ObjectId {
    /// As an index into tables of all objects; there are numbers of no object.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// This number and all that follow, up to another.
    pub fn until(self, end: Self) -> impl Iterator<Item = Self> + use<> {
        (self.0..end.0).map(Self)
    }
}

/// A file of a project.
#[derive(Debug, Clone)]
pub struct File {
    /// Absolute path, as the include says it.
    pub path: PathBuf,
    /// The same for all paths of one file ([`FileSystem::real`]).
    pub real: PathBuf,
    /// Path relative to the project's folder, with forward slashes.
    pub relative: String,
    /// Its text and tree.
    pub document: Document,
    lines: OnceLock<Lines>,
    /// Of the first of its YAML's faults; found once for a text, because each of them is tried.
    told_faults: OnceLock<Arc<[Told]>>,
}

impl File {
    pub(crate) fn new(path: PathBuf, real: PathBuf, root: &Path, document: Document) -> Self {
        let relative = viz_files::with_slashes(path.strip_prefix(root).unwrap_or(&path));
        Self { path, real, relative, document, lines: OnceLock::new(), told_faults: OnceLock::new() }
    }

    /// What is told of the faults of its YAML, in their order, as far as they are looked at.
    pub(crate) fn told_faults(&self) -> Arc<[Told]> {
        let fixes = || {
            let faults = self.document.problems().iter().take(yaml_fixes::MOST);
            faults.map(|fault| yaml_fixes::told_of(&self.document, fault)).collect()
        };
        Arc::clone(self.told_faults.get_or_init(fixes))
    }

    /// Its lines, for positions.
    pub fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(Arc::clone(self.document.shared_text())))
    }
}

/// The file of each segment, in this snapshot or an earlier one with the same files: a segment that isn't in it, or not
/// where it says, has to be searched.
#[derive(Debug)]
pub(crate) struct Segments {
    files: FxHashMap<SegmentId, FileId>,
    searches: AtomicUsize,
}

impl Segments {
    /// Whether it is still worth looking at.
    pub(crate) fn is_fresh(&self) -> bool {
        const SEARCHES: usize = 1_000;
        self.searches.load(Ordering::Relaxed) < SEARCHES
    }
}

/// An immutable snapshot of a project: what it is made of can be read, and by nobody written.
pub struct Project {
    parts: Parts,
}

/// A project that is being read.
pub(crate) struct ProjectBuilder {
    project: Project,
}

/// What a project is made of.
pub struct Parts {
    /// The project's folder.
    pub root: PathBuf,
    pub(crate) files: Vec<File>,
    /// Of each file.
    pub(crate) items: Vec<Arc<FileItems>>,
    pub(crate) outline: Arc<Outline>,
    pub(crate) overview: Arc<Overview>,
    pub(crate) graph: Arc<Graph>,
    /// Made when they are first needed.
    pub(crate) identities: OnceLock<Arc<[u64]>>,
    /// Found when it is first needed.
    pub(crate) beyond: OnceLock<Arc<Beyond>>,
    /// Found when they are first needed.
    pub(crate) joins: OnceLock<Arc<Joins>>,
    /// How many uses were followed.
    pub(crate) walked: AtomicUsize,
    pub(crate) problems: Vec<Problem>,
    pub(crate) watched: Vec<PathBuf>,
    pub(crate) followed: Arc<Followed>,
    /// How many entries of included folders were looked at.
    pub(crate) listed: usize,
    pub(crate) config: Config,
    pub(crate) target: Target,
    pub(crate) target_chosen: bool,
    /// The target that the caller asked for, whatever the files say.
    pub(crate) asked_target: Option<Target>,
    /// Beginnings of the names in a file that dbt has not made yet.
    pub(crate) unknown_prefixes: Vec<String>,
    /// Names that traces and selectors of older versions define: nothing is said of references to them.
    pub(crate) removed: FxHashSet<String>,
    pub(crate) environment: Environment,
    /// Hides what is made of the environment.
    pub(crate) mask: OnceLock<Arc<Mask>>,
    /// What the mask hides, but for what the project says itself.
    pub(crate) secret_words: Vec<Word>,
    pub(crate) names_complete: bool,
    pub(crate) name: Option<Spanned>,
    pub(crate) default_source: Option<Spanned>,
    pub(crate) default_alert: Option<Spanned>,
    /// Titles of `defaults.levels`.
    pub(crate) levels: Vec<String>,
    /// Where the segments are; made when it is first needed.
    pub(crate) segments: OnceLock<Arc<Segments>>,
    pub(crate) broken: FxHashSet<SegmentId>,
}

impl Deref for Project {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// What is there already can be read as of a project.
impl Deref for ProjectBuilder {
    type Target = Project;

    fn deref(&self) -> &Project {
        &self.project
    }
}

impl ProjectBuilder {
    /// A project in this folder of which nothing was read.
    pub(crate) fn new(root: &Path, environment: Environment, asked_target: Option<Target>) -> Self {
        let parts = Parts {
            root: root.to_path_buf(),
            files: Vec::new(),
            items: Vec::new(),
            outline: Arc::default(),
            overview: Arc::default(),
            graph: Arc::default(),
            identities: OnceLock::new(),
            beyond: OnceLock::new(),
            joins: OnceLock::new(),
            walked: AtomicUsize::new(0),
            problems: Vec::new(),
            watched: vec![root.join(".env"), root.join(CONFIG_FILE)],
            followed: Arc::default(),
            listed: 0,
            config: Config::default(),
            target: Target::default(),
            target_chosen: false,
            asked_target,
            unknown_prefixes: Vec::new(),
            removed: FxHashSet::default(),
            environment,
            mask: OnceLock::new(),
            secret_words: Vec::new(),
            names_complete: true,
            name: None,
            default_source: None,
            default_alert: None,
            levels: Vec::new(),
            segments: OnceLock::new(),
            broken: FxHashSet::default(),
        };
        Self { project: Project { parts } }
    }

    /// To be filled.
    pub(crate) fn parts(&mut self) -> &mut Parts {
        &mut self.project.parts
    }

    /// The project, which changes no more.
    pub(crate) fn build(self) -> Project {
        self.project
    }
}

impl std::fmt::Debug for Project {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Project({}, {} files, {} objects)", self.root.display(), self.files.len(), self.len())
    }
}

impl Project {
    /// Reads a project. What can't be read is a problem of the project, never an error here.
    pub fn load(root: &Path, files: &dyn FileSystem, environment: &Environment) -> Project {
        Loader::new(root, files, environment, None, None).load()
    }

    /// Reads a project for a format version, whatever its files say of it.
    pub fn load_for(root: &Path, files: &dyn FileSystem, environment: &Environment, target: Option<Target>) -> Project {
        Loader::new(root, files, environment, None, target).load()
    }

    /// Reads it again, reusing everything whose text did not change.
    pub fn reload(&self, files: &dyn FileSystem, environment: &Environment) -> Project {
        Loader::new(&self.root, files, environment, Some(self), self.asked_target).load()
    }

    /// The files in load order (`R-DISC-05`); the configuration file, if there is one, is last.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// A file.
    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    /// The file at this path.
    pub fn file_of(&self, path: &Path) -> Option<FileId> {
        let named = self.files.iter().position(|file| file.path == path);
        let index = named.or_else(|| self.files.iter().position(|file| file.real == path))?;
        Some(FileId(index as u32))
    }

    /// What stands at a place, as it is written in its file.
    pub fn text_at(&self, loc: Loc) -> Option<&str> {
        let (file, range) = self.resolve(loc)?;
        self.file(file).document.text().get(std::ops::Range::<usize>::from(range))
    }

    /// Whether YAML's single quotes are around a place, in which those of SQL are doubled. In doubt they are.
    pub fn in_single_quotes(&self, loc: Loc) -> bool {
        let Some((file, range)) = self.resolve(loc) else { return true };
        let (before, rest) = self.file(file).document.text().split_at(range.start().into());
        before.ends_with('\'') || rest.starts_with('\'')
    }

    /// The file and absolute byte range of a place.
    pub fn resolve(&self, loc: Loc) -> Option<(FileId, TextRange)> {
        wanted::step();
        let table = self.segments.get_or_init(|| Arc::new(self.find_segments()));
        let in_file = |id: FileId| Some((id, self.files.get(id.0 as usize)?.document.range(loc)?));
        let found = table.files.get(&loc.segment).and_then(|id| in_file(*id));
        found.or_else(|| {
            table.searches.fetch_add(1, Ordering::Relaxed);
            (0..self.files.len() as u32).find_map(|id| in_file(FileId(id)))
        })
    }

    fn find_segments(&self) -> Segments {
        let of = |(index, file): (usize, &File)| -> Vec<(SegmentId, FileId)> {
            file.document.segments().iter().map(|segment| (segment.id, FileId(index as u32))).collect()
        };
        Segments { files: self.files.iter().enumerate().flat_map(of).collect(), searches: AtomicUsize::new(0) }
    }

    /// How many entries of folders its includes made to be looked at.
    pub fn listed_entries(&self) -> usize {
        self.listed
    }

    /// Files and folders whose change needs a reload.
    pub fn watched(&self) -> &[PathBuf] {
        &self.watched
    }

    /// The settings in `.viz-lsp.yml`.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The format version that the text is read as (`verdicts.md` §1).
    pub fn target(&self) -> Target {
        self.target
    }

    /// Whether the target was set by the configuration or `cli_version`.
    pub fn target_chosen(&self) -> bool {
        self.target_chosen
    }

    /// The format version that the text is read for, if anything says which.
    pub(crate) fn read_for(&self) -> Option<Target> {
        self.target_chosen.then_some(self.target)
    }

    /// Whether nothing may be said of a name that nobody defines: it may be in a file that isn't there, or it is the
    /// name of a trace or selector, which is reported where that is written.
    pub fn may_be_defined(&self, name: &str) -> bool {
        !self.names_complete
            || self.removed.contains(name)
            || self.unknown_prefixes.iter().any(|prefix| name.starts_with(prefix))
    }

    /// The environment, with `.env`.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Whether all names are known. They are not while an included git repository is missing.
    pub fn names_complete(&self) -> bool {
        self.names_complete
    }

    /// Problems of the text and of names, in no particular order.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        // What is missing or unknown around lines that are no YAML is usually in those lines.
        let follows = |problem: &&Problem| problem.code.follows_broken_lines() && self.is_broken(problem.loc);
        let of_items = self.special_items().flat_map(|item| &item.lowered.problems);
        self.problems.iter().chain(of_items.filter(move |problem| !follows(problem)))
    }

    /// Adds what is found beside the text.
    pub(crate) fn add_problems(&mut self, problems: Vec<Problem>) {
        self.parts.problems.extend(problems);
    }

    /// The items that are not plain objects.
    pub(crate) fn special_items(&self) -> impl Iterator<Item = &Item> {
        let files = self.items.iter().filter(|file| !file.plain);
        files.flat_map(|file| &file.items).filter(|item| !item.plain)
    }

    /// Whether the top-level item around a place has lines that are no YAML, or aliases that are not followed.
    pub fn is_broken(&self, loc: Loc) -> bool {
        self.broken.contains(&loc.segment)
    }

    /// The project's own name.
    pub fn name(&self) -> Option<&Spanned> {
        self.name.as_ref()
    }

    /// `defaults.source_name`.
    pub fn default_source(&self) -> Option<&Spanned> {
        self.default_source.as_ref()
    }

    /// `defaults.alert_name`.
    pub fn default_alert(&self) -> Option<&Spanned> {
        self.default_alert.as_ref()
    }

    /// All objects in document order.
    pub fn ids(&self) -> impl Iterator<Item = ObjectId> + use<> {
        self.outline.ids()
    }

    /// The objects of a kind, in document order.
    pub fn of_kind(&self, kind: Kind) -> impl ExactSizeIterator<Item = ObjectId> {
        self.all_of_kind(kind).iter().copied()
    }

    /// The objects of a kind, in document order.
    pub fn all_of_kind(&self, kind: Kind) -> &[ObjectId] {
        self.outline.of_kind(kind)
    }

    /// The objects of the top-level items whose text is in these segments, by segment.
    pub fn objects_in(&self, segments: &FxHashSet<SegmentId>) -> FxHashMap<SegmentId, Vec<ObjectId>> {
        let mut out: FxHashMap<SegmentId, Vec<ObjectId>> = FxHashMap::default();
        let start = |segment: &SegmentId| self.resolve(Loc::new(*segment, TextRange::empty(0.into())));
        let files: BTreeSet<FileId> = segments.iter().filter_map(start).map(|(file, _)| file).collect();
        for file in files.into_iter().map(|file| file.0 as usize).filter(|file| *file < self.items.len()) {
            let mut first = self.outline.room_of(file).start.0;
            for item in &self.items[file].items {
                let ids = first..first + item.objects;
                first = ids.end;
                if segments.contains(&item.key.0) {
                    out.entry(item.key.0).or_default().extend(ids.map(ObjectId));
                }
            }
        }
        out
    }

    /// The references in an object with what they mean.
    pub fn references_of(&self, id: ObjectId) -> impl Iterator<Item = (&Use, &Resolution)> {
        self.object(id).uses.iter().zip(self.links_of(id).into_iter().flat_map(|links| &links.meanings))
    }

    fn links_of(&self, id: ObjectId) -> Option<&Links> {
        self.item_of(id).links.get(self.outline.spot(id).object as usize)
    }

    /// The objects that an object uses directly, in document order: what it refers to, what is written inside it, and a
    /// model's source (`R-DAG-01`).
    pub fn uses_of(&self, id: ObjectId) -> &[ObjectId] {
        self.links_of(id).map_or(&[], |links| &links.uses)
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.outline.len()
    }

    /// Tables of all objects have this length.
    pub(crate) fn numbers(&self) -> usize {
        self.outline.numbers()
    }

    /// The object whose index in tables of all objects this is.
    pub fn numbered(&self, index: usize) -> Option<ObjectId> {
        u32::try_from(index).ok().map(ObjectId).filter(|id| self.has(*id))
    }

    /// Whether there is an object of this number, which may be that of an earlier snapshot.
    pub fn has(&self, id: ObjectId) -> bool {
        self.outline.find(id).is_some()
    }

    /// Whether there are no objects.
    pub fn is_empty(&self) -> bool {
        self.outline.len() == 0
    }

    /// An object.
    pub fn object(&self, id: ObjectId) -> &Object {
        wanted::step();
        &self.item_of(id).lowered.objects[self.outline.spot(id).object as usize]
    }

    fn item_of(&self, id: ObjectId) -> &Item {
        let spot = self.outline.spot(id);
        &self.items[spot.file as usize].items[spot.item as usize]
    }

    /// The numbers that the objects of a file have, or may come to have: of one from which none are taken, none.
    pub fn numbers_in(&self, file: FileId) -> Range<ObjectId> {
        let at = file.0 as usize;
        if at < self.items.len() { self.outline.room_of(at) } else { ObjectId(0)..ObjectId(0) }
    }

    /// The file that an object stands in.
    pub fn file_of_object(&self, id: ObjectId) -> FileId {
        FileId(self.outline.spot(id).file)
    }

    /// The object that an object is written in.
    pub fn parent(&self, id: ObjectId) -> Option<ObjectId> {
        let local = self.outline.spot(id).object;
        self.object(id).parent.map(|parent| ObjectId(id.0 - local + parent))
    }

    /// The objects written directly inside an object.
    pub fn children(&self, id: ObjectId) -> impl Iterator<Item = ObjectId> {
        let local = self.outline.spot(id).object;
        let first = id.0 - local;
        let below = self.item_of(id).lowered.below(local).enumerate();
        below
            .filter(move |(_, object)| object.parent == Some(local))
            .map(move |(index, _)| ObjectId(first + local + 1 + index as u32))
    }

    /// The names.
    pub fn names(&self) -> &Names {
        &self.outline.names
    }
}
