//! The check of a whole project.

use crate::facts::{Facts, Used, pending};
use crate::findings::finish;
use crate::inputs::check_inputs;
use crate::insight::{InsightVerdict, check_insight};
use crate::models::check_models;
use crate::report::{Finding, InsightReport, OptionsStatus, Report, Status};
use crate::sources::{source_spec, unset_variables};
use dashmap::DashMap;
use rayon::prelude::*;
use rustc_hash::{FxHashSet, FxHasher};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use viz_facts::{FactStore, Question, Unknown};
use viz_project::{Body, ConfiguredLevel, Kind, ObjectId, Project};
use viz_text::{FileId, Loc};

/// The cut-off: up to this many combinations of an insight are rendered and parsed one by one.
pub const MAX_COMBINATIONS: usize = 96;

/// How deep to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Parse only: no source is opened.
    Parse,
    /// Also schemas, option queries and binding.
    Bind,
    /// Also execution.
    Execute,
}

impl From<ConfiguredLevel> for Level {
    fn from(level: ConfiguredLevel) -> Self {
        match level {
            ConfiguredLevel::Parse => Level::Parse,
            ConfiguredLevel::Bind => Level::Bind,
            ConfiguredLevel::Execute => Level::Execute,
        }
    }
}

/// What a check depends on besides text and facts.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckOptions {
    /// How deep to look.
    pub level: Level,
    /// The cut-off per insight.
    pub max_combinations: usize,
    /// Seed of the sample.
    pub seed: u64,
    /// Whether sources may be opened.
    pub trusted: bool,
    /// Whether whole files are put to the oracle, too (slow on large ones).
    pub oracle: bool,
    /// Local time, for date expressions.
    pub now: chrono::NaiveDateTime,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            level: Level::Bind,
            max_combinations: MAX_COMBINATIONS,
            seed: 0,
            trusted: true,
            oracle: true,
            now: chrono::Local::now().naive_local(),
        }
    }
}

/// Verdicts of earlier checks, kept while what they depend on stays the same.
#[derive(Default)]
pub struct Memo {
    insights: DashMap<Loc, Remembered>,
    oracle: crate::oracle::Verdicts,
}

#[derive(Clone)]
struct Remembered {
    depends: u64,
    generation: u64,
    used: Arc<[Used]>,
    questions: Arc<[Question]>,
    verdict: Arc<InsightVerdict>,
}

impl Remembered {
    /// Stands for a verdict that nobody has waited for.
    fn postponed(project: &Project, insight: ObjectId) -> Self {
        let mut verdict = InsightVerdict::new(project, insight);
        verdict.report.why = Some(pending());
        Self {
            depends: 0,
            generation: NEVER,
            used: Arc::default(),
            questions: Arc::default(),
            verdict: Arc::new(verdict),
        }
    }

    fn is_postponed(&self) -> bool {
        self.generation == NEVER
    }
}

/// No state of the facts has this number.
const NEVER: u64 = u64::MAX;

/// Which insights have to be checked anew at once, where somebody waits.
#[derive(Clone, Copy)]
pub struct Attention<'a> {
    /// Those in these files; all if `None`.
    pub files: Option<&'a FxHashSet<FileId>>,
    /// And as long as this doesn't say that it is not worth the time any more.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl Attention<'_> {
    /// All insights, to the end.
    pub const ALL: Attention<'static> = Attention { files: None, stop: &|| false };
}

/// So few insights are checked at once, wherever they are.
const FEW: usize = 16;

/// Checks a project. Pure: the same project, facts and options give the same report, whatever the memo holds.
pub fn check(project: &Project, facts: &FactStore, options: &CheckOptions, memo: &Memo) -> Report {
    check_first(project, facts, options, memo, Attention::ALL)
}

/// Checks a project, and of its insights those first that matter now. The others, unless their verdict is remembered or
/// they are few, are reported as pending, and counted as postponed.
pub fn check_first(
    project: &Project,
    facts: &FactStore,
    options: &CheckOptions,
    memo: &Memo,
    attention: Attention<'_>,
) -> Report {
    let sources = match (options.level, options.trusted) {
        (_, false) => Err(Unknown::new("untrusted", "the workspace is not trusted: no source is opened")),
        (Level::Parse, _) => Err(Unknown::new("level-parse", "no source is opened at the level `parse`")),
        _ => Ok(()),
    };
    let facts_of = Facts::new(facts, sources.clone());
    let mut report = Report::default();
    let mut findings: Vec<Finding> = project.problems().map(Finding::from).collect();
    findings.extend(unset_variables(project).iter().map(Finding::from));
    if options.oracle {
        crate::oracle::check_files(project, &memo.oracle, &mut findings);
    }
    let columns = check_models(project, &facts_of, &mut findings);
    crate::tables::check_tables(project, &facts_of, &columns, &mut findings);
    let siblings = crate::expressions::check_expressions(project, &columns, &mut findings);
    crate::models::check_rows(project, &facts_of, &columns, &mut findings);
    let inputs = check_inputs(project, &facts_of, options.now, &mut findings, &mut report.inputs);
    if options.level == Level::Execute {
        crate::inputs::unread(project, &mut findings);
    }
    let (_, questions) = facts_of.take();
    report.questions.extend(questions);
    report.counters += facts_of.counted();

    let common = common(project, options);
    let identities = project.identities();
    let insights: Vec<ObjectId> = project.ids().filter(|id| project.object(*id).kind == Kind::Insight).collect();
    let known: Vec<(u64, Option<Remembered>)> = insights
        .par_iter()
        .map(|id| {
            let depends = depends(project, *id, identities.as_deref(), common);
            let holds = |old: &Remembered| {
                let same_facts = old.generation == facts.generation() || old.used.iter().all(|used| used.holds(facts));
                old.depends == depends && same_facts
            };
            (depends, memo.insights.get(&project.object(*id).loc).filter(|old| holds(old)).map(|old| old.clone()))
        })
        .collect();
    let few = known.iter().filter(|(_, known)| known.is_none()).count() <= FEW;
    let matters = |id: ObjectId| {
        let here = attention.files.is_none_or(|files| few || files.contains(&project.file_of_object(id)));
        here && !(attention.stop)()
    };
    let verdicts: Vec<(bool, Remembered)> = insights
        .par_iter()
        .zip(known)
        .map(|(id, (depends, known))| {
            match known {
                Some(old) => (true, old),
                None if !matters(*id) => (false, Remembered::postponed(project, *id)),
                None => {
                    let facts_of = Facts::new(facts, sources.clone());
                    // The facts behind columns and options are used by this insight, too.
                    for dependency in project.dependencies(*id) {
                        match project.object(dependency).kind {
                            Kind::Model => drop(crate::models::columns(project, &facts_of, dependency)),
                            Kind::Input => drop(crate::options::look_up(project, &facts_of, dependency, options.now)),
                            _ => {}
                        }
                    }
                    let mut verdict = check_insight(project, &facts_of, options, &columns, &inputs, *id);
                    verdict.counters = facts_of.counted();
                    let verdict = Arc::new(verdict);
                    let (used, questions) = facts_of.take();
                    let generation = facts.generation();
                    (false, Remembered { depends, generation, used: used.into(), questions: questions.into(), verdict })
                }
            }
        })
        .collect();
    let mut seen = FxHashSet::default();
    for (id, (was_known, remembered)) in insights.iter().zip(verdicts) {
        let loc = project.object(*id).loc;
        seen.insert(loc);
        let verdict = &remembered.verdict;
        // A sibling's name in a metric is told where it stands, not again for the insights that use the metric.
        findings.extend(verdict.findings.iter().filter(|finding| !siblings.contains(&finding.loc)).cloned());
        report.insights.push(verdict.report.clone());
        report.questions.extend(remembered.questions.iter().cloned());
        if was_known {
            report.counters.insights_remembered += 1;
            continue;
        }
        if remembered.is_postponed() {
            report.counters.insights_postponed += 1;
            continue;
        }
        report.counters.insights_checked += 1;
        report.counters += verdict.counters;
        memo.insights.insert(loc, remembered);
    }
    memo.insights.retain(|loc, _| seen.contains(loc));
    let mut asked = FxHashSet::default();
    report.questions.retain(|question| asked.insert(question.key()));
    let complete = options.oracle && sources.is_ok() && is_complete(&report, facts);
    report.findings = finish(project, findings, complete);
    crate::mask::Mask::of(project).hide_in(&mut report);
    report
}

/// Whether everything is known and was looked at.
fn is_complete(report: &Report, facts: &FactStore) -> bool {
    let checked = |insight: &InsightReport| matches!(insight.status, Status::Checked | Status::Static);
    report.questions.iter().all(|question| facts.get(question).is_some())
        && report.inputs.iter().all(|input| input.status == OptionsStatus::Known)
        && report.insights.iter().all(checked)
}

/// Identity of everything in the text that an insight's verdict depends on.
fn depends(project: &Project, id: ObjectId, identities: Option<&[u64]>, common: u64) -> u64 {
    let mut hasher = FxHasher::default();
    common.hash(&mut hasher);
    match identities {
        Some(identities) => identities[id.index()].hash(&mut hasher),
        None => {
            project.object(id).loc.hash(&mut hasher);
            for dependency in project.dependencies(id) {
                project.object(dependency).loc.hash(&mut hasher);
            }
        }
    }
    for reference in &project.object(id).uses {
        // A name that was missing may have come, and one that was unique may no longer be.
        std::mem::discriminant(&project.names().resolve(&reference.name)).hash(&mut hasher);
    }
    hasher.finish()
}

/// Identity of what all verdicts depend on: settings, the default source and the relations.
fn common(project: &Project, options: &CheckOptions) -> u64 {
    let mut hasher = DefaultHasher::new();
    for object in project.ids().map(|id| project.object(id)).filter(|object| object.kind == Kind::Relation) {
        object.loc.hash(&mut hasher);
    }
    project.default_source().map(|name| name.loc).hash(&mut hasher);
    project.names_complete().hash(&mut hasher);
    // A source's file may be named by an environment variable.
    for id in project.ids() {
        if let Body::Source(source) = &project.object(id).body {
            source_spec(project, project.object(id).name_text(), source).hash(&mut hasher);
        }
    }
    let options = CheckOptions { oracle: false, ..options.clone() };
    format!("{:?}{options:?}{:?}", project.target(), project.config().browser_engine).hash(&mut hasher);
    hasher.finish()
}
