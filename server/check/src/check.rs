//! The check of a whole project.

use crate::expressions::check_expression;
use crate::facts::{Facts, pending};
use crate::findings::finish;
use crate::inputs::{AllOptions, InputVerdict, check_input};
use crate::insight::{InsightVerdict, check_insight};
use crate::memo::{Memo, Remembered, forget, recall, remember};
use crate::models::{AllColumns, check_model};
use crate::report::{Finding, InsightReport, OptionsStatus, Report, Status};
use crate::sources::{source_spec, unset_variables};
use rayon::prelude::*;
use rustc_hash::{FxHashSet, FxHasher};
use std::hash::{DefaultHasher, Hash, Hasher};
use viz_facts::{FactStore, Unknown};
use viz_project::{Body, ConfiguredLevel, Kind, ObjectId, Options, Project};
use viz_text::FileId;

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
    /// Whether option queries are thought to bring options that would break something.
    pub hostile: bool,
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
            hostile: false,
            trusted: true,
            oracle: true,
            now: chrono::Local::now().naive_local(),
        }
    }
}

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

/// What became of an insight.
enum Checked {
    /// An earlier verdict holds.
    Before(Remembered<InsightVerdict>),
    Now(Remembered<InsightVerdict>),
    /// Nobody has waited for it.
    Later,
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
    let mut report = Report::default();
    let mut findings: Vec<Finding> = project.problems().map(Finding::from).collect();
    findings.extend(unset_variables(project).iter().map(Finding::from));
    if options.oracle {
        crate::oracle::check_files(project, &mut findings);
    }
    let common = common(project, options);
    let identities = project.identities();
    let depends = |id: ObjectId| depends(project, id, identities.as_deref(), common);
    let facts_of = Facts::new(facts, sources.clone());

    let in_browser = crate::models::models_in_browser(project);
    let mut columns = AllColumns::default();
    for id in project.of_kind(Kind::Model) {
        let (loc, in_browser) = (project.object(id).loc, in_browser.contains(&id));
        let depends = depends(id) ^ u64::from(in_browser);
        let known = recall(&memo.models, loc, depends, facts).unwrap_or_else(|| {
            let verdict = check_model(project, &facts_of, id, in_browser);
            remember(&memo.models, loc, depends, &facts_of, verdict)
        });
        columns.insert(id, known.verdict.columns.clone());
        findings.extend(known.verdict.findings.iter().cloned());
        report.questions.extend(known.questions.iter().cloned());
    }
    let mut siblings = FxHashSet::default();
    for id in [Kind::Metric, Kind::Dimension].into_iter().flat_map(|kind| project.of_kind(kind)) {
        let (loc, depends) = (project.object(id).loc, depends(id));
        let known = recall(&memo.expressions, loc, depends, facts).unwrap_or_else(|| {
            let verdict = check_expression(project, &facts_of, id);
            remember(&memo.expressions, loc, depends, &facts_of, verdict)
        });
        siblings.extend(known.verdict.siblings.iter().copied());
        findings.extend(known.verdict.findings.iter().cloned());
    }
    let mut inputs = AllOptions::default();
    for id in project.of_kind(Kind::Input) {
        let Body::Input(input) = &project.object(id).body else { continue };
        let check = || check_input(project, &facts_of, options.now, id, input);
        let verdict = if matches!(input.options, Options::Query(_)) {
            let (loc, depends) = (project.object(id).loc, depends(id));
            let known = recall(&memo.inputs, loc, depends, facts)
                .unwrap_or_else(|| remember(&memo.inputs, loc, depends, &facts_of, check()));
            report.questions.extend(known.questions.iter().cloned());
            InputVerdict::clone(&known.verdict)
        } else {
            // What is listed is looked at in no time, and there may be very many of such inputs.
            check()
        };
        report.inputs.push(verdict.report);
        findings.extend(verdict.findings);
        inputs.insert(id, verdict.options);
    }
    crate::tables::check_tables(project, &facts_of, &columns, &mut findings);
    if options.level == Level::Execute {
        crate::inputs::unread(project, &mut findings);
    }
    report.questions.extend(facts_of.take().1);
    report.counters += facts_of.counted();

    let insights: Vec<ObjectId> = project.of_kind(Kind::Insight).collect();
    let known: Vec<(u64, Option<Remembered<InsightVerdict>>)> = insights
        .par_iter()
        .map(|id| {
            let depends = depends(*id);
            (depends, recall(&memo.insights, project.object(*id).loc, depends, facts))
        })
        .collect();
    let few = known.iter().filter(|(_, known)| known.is_none()).count() <= FEW;
    let matters = |id: ObjectId| {
        let here = attention.files.is_none_or(|files| few || files.contains(&project.file_of_object(id)));
        here && !(attention.stop)()
    };
    let verdicts: Vec<Checked> = insights
        .par_iter()
        .zip(known)
        .map(|(id, (depends, known))| {
            match known {
                Some(old) => Checked::Before(old),
                None if !matters(*id) => Checked::Later,
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
                    Checked::Now(remember(&memo.insights, project.object(*id).loc, depends, &facts_of, verdict))
                }
            }
        })
        .collect();
    for (id, checked) in insights.iter().zip(verdicts) {
        let (remembered, now) = match checked {
            Checked::Before(remembered) => (remembered, false),
            Checked::Now(remembered) => (remembered, true),
            Checked::Later => {
                let mut verdict = InsightVerdict::new(project, *id);
                verdict.report.why = Some(pending());
                report.insights.push(verdict.report);
                report.counters.insights_postponed += 1;
                continue;
            }
        };
        let verdict = &remembered.verdict;
        // A sibling's name in a metric is told where it stands, not again for the insights that use the metric.
        findings.extend(verdict.findings.iter().filter(|finding| !siblings.contains(&finding.loc)).cloned());
        report.insights.push(verdict.report.clone());
        report.questions.extend(remembered.questions.iter().cloned());
        if !now {
            report.counters.insights_remembered += 1;
            continue;
        }
        report.counters.insights_checked += 1;
        report.counters += verdict.counters;
    }
    forget(&memo.models, project, &[Kind::Model]);
    forget(&memo.inputs, project, &[Kind::Input]);
    forget(&memo.expressions, project, &[Kind::Metric, Kind::Dimension]);
    forget(&memo.insights, project, &[Kind::Insight]);
    let mut asked = FxHashSet::default();
    report.questions.retain(|question| asked.insert(question.key()));
    for question in report.questions.iter().filter(|question| facts.get(question).is_none()) {
        report.counters.ask(question);
    }
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
    for (_, meaning) in project.references_of(id) {
        // A name that was missing may have come, and one that was unique may no longer be.
        std::mem::discriminant(meaning).hash(&mut hasher);
    }
    hasher.finish()
}

/// Identity of what all verdicts depend on: settings, the default source and the relations.
fn common(project: &Project, options: &CheckOptions) -> u64 {
    let mut hasher = DefaultHasher::new();
    for id in project.of_kind(Kind::Relation) {
        project.object(id).loc.hash(&mut hasher);
    }
    project.default_source().map(|name| name.loc).hash(&mut hasher);
    project.names_complete().hash(&mut hasher);
    // A source's file may be named by an environment variable.
    for id in project.of_kind(Kind::Source) {
        if let Body::Source(source) = &project.object(id).body {
            source_spec(project, project.object(id).name_text(), source).hash(&mut hasher);
        }
    }
    let options = CheckOptions { oracle: false, ..options.clone() };
    format!("{:?}{options:?}{:?}", project.target(), project.config().browser_engine).hash(&mut hasher);
    hasher.finish()
}
