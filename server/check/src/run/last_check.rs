//! The result of the last check, object by object: the next one looks only at the objects whose text or facts have changed
//! since (`architecture.md`, invariant 9).

use crate::facts::{Facts, Used};
use crate::inputs::check_input::{AllOptions, not_read};
use crate::models::check_model::{AllColumns, models_in_browser};
use crate::report::findings::Findings;
use crate::report::insights::Insights;
use crate::report::{Counters, Finding, InputReport, InsightReport};
use crate::run::parts::{Beside, Found, Parts};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use viz_facts::{FactStore, KeyedQuestion, QuestionKey};
use viz_project::{Graph, Kind, ObjectId, Project};
use viz_text::{FileId, Loc};

/// The findings of the last check, by object, with the text and facts that they depend on.
#[derive(Default)]
pub(crate) struct Standing {
    /// Of which text and facts this is the standing.
    of: Option<Moment>,
    /// Models that the browser reads, and those that have come to be among them, or have ceased to be, since the last check.
    in_browser: FxHashSet<ObjectId>,
    rewired: Vec<ObjectId>,
    /// Inputs that nothing reads, of the objects as they used each other.
    not_read: Option<(Arc<Graph>, Vec<ObjectId>)>,
    pub(crate) columns: AllColumns,
    pub(crate) options: AllOptions,
    /// The facts behind the columns of models and the options of inputs, where there are some.
    used: FxHashMap<ObjectId, Arc<[Used]>>,
    /// Places in metrics and dimensions where the name of a sibling stands.
    pub(crate) siblings: BTreeMap<ObjectId, Vec<Loc>>,
    /// All of them, in document order.
    pub(crate) inputs: Arc<Vec<InputReport>>,
    /// All of them, in document order.
    pub(crate) insights: Insights,
    /// Insights that were left for later.
    pub(crate) postponed: BTreeSet<ObjectId>,
    /// What was found at the objects where something was.
    findings: BTreeMap<ObjectId, Vec<Finding>>,
    /// What was asked for the objects that miss a fact.
    questions: BTreeMap<ObjectId, Arc<[KeyedQuestion]>>,
    /// Which objects used a fact, in order.
    users: FxHashMap<QuestionKey, Vec<ObjectId>>,
    /// The objects at which something else was found than at the last check.
    differing: BTreeSet<ObjectId>,
    parts: Parts,
    /// How many facts were used when all objects were looked at.
    at_first: usize,
}

struct Moment {
    graph: Arc<Graph>,
    identities: Arc<[u64]>,
    common: u64,
    generation: u64,
}

/// Which objects to look at.
pub(crate) enum Due {
    All,
    /// By kind, in document order.
    Only(FxHashMap<Kind, Vec<ObjectId>>),
}

impl Due {
    /// How many.
    pub(crate) fn len(&self, project: &Project) -> usize {
        match self {
            Due::All => project.len(),
            Due::Only(ids) => ids.values().map(Vec::len).sum(),
        }
    }

    /// Those of a kind, in document order.
    pub(crate) fn of_kind(&self, project: &Project, kind: Kind) -> Vec<ObjectId> {
        match self {
            Due::All => project.of_kind(kind).collect(),
            Due::Only(ids) => ids.get(&kind).cloned().unwrap_or_default(),
        }
    }
}

impl Standing {
    /// Whether the browser reads a model.
    pub(crate) fn in_browser(&self, model: ObjectId) -> bool {
        self.in_browser.contains(&model)
    }

    /// Finds the models that the browser reads, where objects use each other in other ways than at the last check.
    pub(crate) fn look_at_browser(&mut self, project: &Project) {
        if self.of.as_ref().is_some_and(|of| project.has_graph(&of.graph)) {
            return;
        }
        let now = models_in_browser(project);
        self.rewired = now.symmetric_difference(&self.in_browser).copied().collect();
        self.in_browser = now;
    }

    /// Inputs that nothing reads.
    pub(crate) fn not_read(&mut self, project: &Project) -> &[ObjectId] {
        let known = self.not_read.take().filter(|(graph, _)| project.has_graph(graph));
        let look = || (Arc::clone(project.graph()), not_read(project));
        &self.not_read.insert(known.unwrap_or_else(look)).1
    }

    /// Insights that were left for later and are to be looked at now: those in these files, or all of them if there are at most
    /// so many.
    pub(crate) fn waiting(&self, project: &Project, files: Option<&FxHashSet<FileId>>, few: usize) -> Vec<ObjectId> {
        match files.filter(|_| self.postponed.len() > few) {
            None => self.postponed.iter().copied().collect(),
            Some(files) => {
                let in_file = |file: &FileId| self.postponed.range(project.numbers_in(*file));
                files.iter().flat_map(in_file).copied().filter(|id| project.has(*id)).collect()
            }
        }
    }

    /// What of this may not hold any more for this text and these facts, but for insights that were left for later; `common` is
    /// the identity of what all verdicts depend on.
    pub(crate) fn due(&self, project: &Project, facts: &FactStore, common: u64) -> Due {
        match self.outdated(project, facts, common) {
            Some(ids) => {
                let mut by_kind: FxHashMap<Kind, Vec<ObjectId>> = FxHashMap::default();
                ids.into_iter().for_each(|id| by_kind.entry(project.object(id).kind).or_default().push(id));
                Due::Only(by_kind)
            }
            None => Due::All,
        }
    }

    fn outdated(&self, project: &Project, facts: &FactStore, common: u64) -> Option<BTreeSet<ObjectId>> {
        // Objects that have moved on leave the facts behind that they used; from time to time that is tidied up.
        const TIDY: usize = 20_000;
        const PIECE: usize = 256;
        let of = self.of.as_ref().filter(|of| of.common == common)?;
        let renumbered = project.renumbered_since(&of.graph)?;
        if self.users.len() > 2 * self.at_first + TIDY {
            return None;
        }
        let mut out: BTreeSet<ObjectId> = self.rewired.iter().copied().collect();
        let identities = project.identities();
        if !Arc::ptr_eq(identities, &of.identities) {
            // Many at once, because hardly any differ.
            let pieces = of.identities.chunks(PIECE).zip(identities.chunks(PIECE)).enumerate();
            for (piece, (before, now)) in pieces.filter(|(_, (before, now))| before != now) {
                let differing = (0..now.len()).filter(|at| before.get(*at) != now.get(*at));
                out.extend(differing.filter_map(|at| project.numbered(piece * PIECE + at)));
            }
        }
        for key in facts.changed_since(of.generation)? {
            out.extend(self.users.get(&key).into_iter().flatten());
        }
        // What used a fact may have gone since, and its number with it.
        out.retain(|id| project.has(*id));
        for Range { start, end } in renumbered {
            out.extend(start.until(end).filter(|id| project.has(*id)));
        }
        Some(out)
    }

    /// Forgets what was found at objects whose numbers may mean others now, and makes room for those.
    pub(crate) fn renumber(&mut self, project: &Project) {
        let Some(graph) = self.of.as_ref().map(|of| Arc::clone(&of.graph)) else { return };
        // From the end, because places change behind each.
        for Range { start, end } in project.renumbered_since(&graph).unwrap_or_default().into_iter().rev() {
            for id in start.until(end) {
                self.columns.remove(&id);
                self.options.remove(&id);
                self.used.remove(&id);
                self.siblings.remove(&id);
                self.found(id, &[]);
                self.questions.remove(&id);
                self.postponed.remove(&id);
            }
            let places = |ids: &[ObjectId]| ids.partition_point(|id| *id < start)..ids.partition_point(|id| *id < end);
            let new = |kind: Kind| project.all_of_kind(kind)[places(project.all_of_kind(kind))].iter().copied();
            let inputs = new(Kind::Input).map(|id| InputReport::new(project, id));
            Arc::make_mut(&mut self.inputs).splice(places(graph.of_kind(Kind::Input)), inputs);
            let insights = new(Kind::Insight).map(|id| InsightReport::new(project, id));
            self.insights.splice(places(graph.of_kind(Kind::Insight)), insights);
        }
    }

    /// Everything is being looked at.
    pub(crate) fn start(&mut self, inputs: Vec<InputReport>, insights: Insights) {
        let (in_browser, mut parts) = (std::mem::take(&mut self.in_browser), std::mem::take(&mut self.parts));
        parts.forget_objects();
        *self = Self { in_browser, parts, inputs: Arc::new(inputs), insights, ..Self::default() };
    }

    /// What was found at an object.
    pub(crate) fn found(&mut self, id: ObjectId, findings: &[Finding]) {
        let before = self.findings.get(&id).map_or(&[][..], Vec::as_slice);
        if before == findings {
            return;
        }
        match findings {
            [] => drop(self.findings.remove(&id)),
            some => drop(self.findings.insert(id, some.to_vec())),
        }
        self.differing.insert(id);
    }

    /// Which facts are behind the columns of a model or the options of an input.
    pub(crate) fn stands_on(&mut self, id: ObjectId, used: &Arc<[Used]>) {
        match **used {
            [] => drop(self.used.remove(&id)),
            _ => drop(self.used.insert(id, Arc::clone(used))),
        }
    }

    /// Notes the facts behind the columns of these models and the options of these inputs.
    pub(crate) fn note(&self, dependencies: impl IntoIterator<Item = ObjectId>, facts: &Facts<'_>) {
        for used in dependencies.into_iter().filter_map(|id| self.used.get(&id)) {
            facts.note(used);
        }
    }

    /// What was asked for an object, and which facts were used for it.
    pub(crate) fn asked(&mut self, id: ObjectId, questions: &Arc<[KeyedQuestion]>, used: &[Used]) {
        match **questions {
            [] => drop(self.questions.remove(&id)),
            _ => drop(self.questions.insert(id, Arc::clone(questions))),
        }
        for used in used {
            let users = self.users.entry(used.key()).or_default();
            if let Err(at) = users.binary_search(&id) {
                users.insert(at, id);
            }
        }
    }

    /// The objects that used a fact, in order.
    pub(crate) fn users(&self, key: QuestionKey) -> &[ObjectId] {
        self.users.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Whether an object used what is known about this question.
    pub(crate) fn uses(&self, key: QuestionKey) -> bool {
        self.users.contains_key(&key)
    }

    /// All that was found. `beside` is what was found beside objects; `complete` says whether everything that was to be checked
    /// was.
    pub(crate) fn findings(
        &mut self,
        project: &Project,
        beside: Beside,
        complete: bool,
        counters: &mut Counters,
    ) -> Findings {
        let changed = std::mem::take(&mut self.differing);
        let siblings = self.siblings.values().flatten().copied().collect();
        let found = Found { at_objects: &self.findings, changed, beside, siblings, complete };
        self.parts.tell(project, found, counters)
    }

    /// All that is not known yet.
    pub(crate) fn questions(&self) -> impl Iterator<Item = &KeyedQuestion> {
        self.questions.values().flat_map(|questions| questions.iter())
    }

    /// Everything was looked at as of now.
    pub(crate) fn finish(&mut self, project: &Project, facts: &FactStore, common: u64, due: &Due) {
        if matches!(due, Due::All) {
            self.at_first = self.users.len();
        }
        self.rewired.clear();
        self.of = Some(Moment {
            graph: Arc::clone(project.graph()),
            identities: Arc::clone(project.identities()),
            common,
            generation: facts.generation(),
        });
    }
}
