//! Findings file by file: they are placed, ordered, merged and finished again only where a file's text, or what was found in it,
//! has changed (`architecture.md`, invariant 9).

use crate::report::findings::Findings;
use crate::report::fingerprint::Fingerprints;
use crate::report::finish::{Placed, finished, ordered};
use crate::report::{Counters, Finding, repetition};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use viz_project::{ConfiguredSeverity, File, Kind, ObjectId, Project};
use viz_secrets::Mask;
use viz_syntax::Document;
use viz_text::{FileId, Loc};

/// The findings of the last check, by file.
#[derive(Default)]
pub(crate) struct Parts {
    files: Vec<Part>,
    /// The files in which the findings of an object stand.
    of_object: FxHashMap<ObjectId, Vec<FileId>>,
    severity: BTreeMap<String, ConfiguredSeverity>,
    mask: Arc<Mask>,
    siblings: FxHashSet<Loc>,
    /// In how many files there is a cause that is told once for all of them.
    causes: FxHashMap<u64, u32>,
    /// How many of those there are in more than one file.
    repeated: usize,
}

/// The findings of a file.
struct Part {
    relative: String,
    document: Document,
    /// The objects that have findings here.
    objects: BTreeSet<ObjectId>,
    beside: Beside,
    /// Whether everything was checked.
    complete: bool,
    /// Whether anything that they are made of has changed.
    stale: bool,
    /// Kept only where they are merged with those of other files.
    ordered: Vec<Placed>,
    causes: Vec<u64>,
    /// Whether it has causes that other files have, too.
    merged: bool,
    fingerprints: Fingerprints,
    told: Arc<Vec<Finding>>,
}

/// What was found beside objects, and stands before and behind what was found at them.
#[derive(Default, PartialEq)]
pub(crate) struct Beside {
    pub(crate) before: Vec<Finding>,
    pub(crate) behind: Vec<Finding>,
}

/// Everything that was found.
pub(crate) struct Found<'a> {
    pub(crate) at_objects: &'a BTreeMap<ObjectId, Vec<Finding>>,
    /// The objects at which something else was found than before.
    pub(crate) changed: BTreeSet<ObjectId>,
    pub(crate) beside: Beside,
    /// Places in metrics and dimensions where the name of a sibling stands: that is told there, not again for the insights
    /// that use the metric.
    pub(crate) siblings: FxHashSet<Loc>,
    pub(crate) complete: bool,
}

impl Part {
    fn new(file: &File) -> Self {
        Self {
            relative: file.relative.clone(),
            document: file.document.clone(),
            objects: BTreeSet::new(),
            beside: Beside::default(),
            complete: false,
            stale: true,
            ordered: Vec::new(),
            causes: Vec::new(),
            merged: false,
            fingerprints: Fingerprints::default(),
            told: Arc::default(),
        }
    }
}

impl Parts {
    /// The numbers of objects may mean others from now on.
    pub(crate) fn forget_objects(&mut self) {
        self.of_object.clear();
        for part in &mut self.files {
            part.objects.clear();
            part.stale = true;
        }
    }

    /// The findings of all files.
    pub(crate) fn tell(&mut self, project: &Project, found: Found<'_>, counters: &mut Counters) -> Findings {
        let Found { at_objects, mut changed, beside, siblings, complete } = found;
        if self.follow(project) {
            self.forget_objects();
            changed.extend(at_objects.keys());
        }
        let settings = &project.config().severity;
        if self.siblings != siblings || self.severity != *settings || *self.mask != **project.mask() {
            self.files.iter_mut().for_each(|part| part.stale = true);
            (self.siblings, self.severity) = (siblings, settings.clone());
            self.mask = Arc::clone(project.mask());
        }
        for id in changed {
            self.place_object(project, id, at_objects.get(&id).map_or(&[], Vec::as_slice));
        }
        self.place_beside(project, beside);
        for part in &mut self.files {
            let minds = part.complete != complete && !part.document.suppressions().is_empty();
            part.complete = complete;
            part.stale |= minds;
        }
        let stale: Vec<usize> = (0..self.files.len()).filter(|at| self.files[*at].stale).collect();
        for at in &stale {
            self.order(project, *at, at_objects, counters);
        }
        // Files that share a cause since another one has changed.
        let again: Vec<usize> = (0..self.files.len())
            .filter(|at| !self.files[*at].stale && !self.files[*at].merged && self.shares(*at))
            .collect();
        for at in again {
            self.order(project, at, at_objects, counters);
        }
        self.merge(project, &stale, counters);
        self.files.iter().map(|part| Arc::clone(&part.told)).collect()
    }

    /// Notices which texts have changed; returns whether the files are others.
    fn follow(&mut self, project: &Project) -> bool {
        let files = project.files();
        let same = self.files.len() == files.len()
            && self.files.iter().zip(files).all(|(part, file)| part.relative == file.relative);
        if !same {
            let parts = std::mem::take(&mut self.files).into_iter();
            let mut before: FxHashMap<String, Part> = parts.map(|part| (part.relative.clone(), part)).collect();
            let part = |file: &File| before.remove(&file.relative).unwrap_or_else(|| Part::new(file));
            self.files = files.iter().map(part).collect();
            for causes in before.into_values().map(|part| part.causes) {
                self.forget_causes(&causes);
            }
        }
        for (part, file) in self.files.iter_mut().zip(files) {
            if !part.document.is(&file.document) {
                (part.document, part.stale) = (file.document.clone(), true);
            }
        }
        !same
    }

    fn place_object(&mut self, project: &Project, id: ObjectId, findings: &[Finding]) {
        for file in self.of_object.remove(&id).unwrap_or_default() {
            let part = &mut self.files[file.0 as usize];
            part.objects.remove(&id);
            part.stale = true;
        }
        let mut files: Vec<FileId> = Vec::new();
        for (file, _) in findings.iter().filter_map(|finding| project.resolve(finding.loc)) {
            if !files.contains(&file) {
                files.push(file);
                let part = &mut self.files[file.0 as usize];
                part.objects.insert(id);
                part.stale = true;
            }
        }
        if !files.is_empty() {
            self.of_object.insert(id, files);
        }
    }

    fn place_beside(&mut self, project: &Project, Beside { before, behind }: Beside) {
        let mut beside: FxHashMap<FileId, Beside> = FxHashMap::default();
        let file_of = |finding: &Finding| project.resolve(finding.loc).map(|(file, _)| file);
        for finding in before {
            let Some(file) = file_of(&finding) else { continue };
            beside.entry(file).or_default().before.push(finding);
        }
        for finding in behind {
            let Some(file) = file_of(&finding) else { continue };
            beside.entry(file).or_default().behind.push(finding);
        }
        for (at, part) in self.files.iter_mut().enumerate() {
            let now = beside.remove(&FileId(at as u32)).unwrap_or_default();
            if part.beside != now {
                (part.beside, part.stale) = (now, true);
            }
        }
    }

    /// The findings of one file, as they are told before what other files say.
    fn order(
        &mut self,
        project: &Project,
        at: usize,
        at_objects: &BTreeMap<ObjectId, Vec<Finding>>,
        counters: &mut Counters,
    ) {
        let file = FileId(at as u32);
        let part = &mut self.files[at];
        let mut all = part.beside.before.clone();
        for id in &part.objects {
            let insight = project.object(*id).kind == Kind::Insight;
            let here = |finding: &&Finding| project.resolve(finding.loc).is_some_and(|(at, _)| at == file);
            let told = |finding: &&Finding| !insight || !self.siblings.contains(&finding.loc);
            all.extend(at_objects.get(id).into_iter().flatten().filter(here).filter(told).cloned());
        }
        all.extend(part.beside.behind.iter().cloned());
        counters.findings_ordered += all.len();
        part.ordered = ordered(project, file, all, part.complete);
        let causes = repetition::causes(&part.ordered);
        for cause in &causes {
            let files = self.causes.entry(*cause).or_default();
            *files += 1;
            self.repeated += usize::from(*files == 2);
        }
        let before = std::mem::replace(&mut self.files[at].causes, causes);
        self.forget_causes(&before);
    }

    fn forget_causes(&mut self, causes: &[u64]) {
        for cause in causes {
            let Some(files) = self.causes.get_mut(cause) else { continue };
            *files -= 1;
            match *files {
                0 => drop(self.causes.remove(cause)),
                1 => self.repeated -= 1,
                _ => {}
            }
        }
    }

    /// Whether a file has causes that others have, too.
    fn shares(&self, at: usize) -> bool {
        self.repeated > 0 && self.files[at].causes.iter().any(|cause| self.causes[cause] > 1)
    }

    /// Tells one cause once, and finishes what has changed. Files that share no cause with another have nothing to do with it.
    fn merge(&mut self, project: &Project, stale: &[usize], counters: &mut Counters) {
        let shares: Vec<bool> = (0..self.files.len()).map(|at| self.shares(at)).collect();
        let differs = |(part, shares): (&Part, &bool)| part.merged != *shares || (*shares && part.stale);
        let again = self.files.iter().zip(&shares).any(differs);
        let mut alone: BTreeSet<usize> = stale.iter().copied().filter(|at| !shares[*at]).collect();
        if again {
            alone.extend((0..shares.len()).filter(|at| self.files[*at].merged && !shares[*at]));
            let together: Vec<usize> = (0..shares.len()).filter(|at| shares[*at]).collect();
            let mut placed: Vec<Placed> =
                together.iter().flat_map(|at| self.files[*at].ordered.iter().cloned()).collect();
            repetition::merge(&mut placed);
            let mut placed = placed.into_iter().peekable();
            for at in together {
                let of_file = std::iter::from_fn(|| placed.next_if(|(file, ..)| file.0 as usize == at)).collect();
                self.finish(project, at, of_file, counters);
            }
        }
        for at in alone {
            let mut placed = std::mem::take(&mut self.files[at].ordered);
            repetition::merge(&mut placed);
            self.finish(project, at, placed, counters);
        }
        self.files.iter_mut().zip(shares).for_each(|(part, shares)| part.merged = shares);
    }

    fn finish(&mut self, project: &Project, at: usize, placed: Vec<Placed>, counters: &mut Counters) {
        let part = &mut self.files[at];
        let told = finished(project, placed, &self.mask, &mut part.fingerprints, counters);
        // Where the text is another, the same findings are at other bytes.
        if part.stale && !(told.is_empty() && part.told.is_empty()) || *part.told != told {
            part.told = Arc::new(told);
        }
        part.stale = false;
    }
}
