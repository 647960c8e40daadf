//! The check of a whole project.

use crate::dashboards::half_wired::half_wired;
use crate::facts::Facts;
use crate::inputs::check_input::{check_input, unread};
use crate::insight::{FromFacts, InsightVerdict, check_insight};
use crate::models::check_expression::check_expression;
use crate::models::check_model::check_model;
use crate::models::check_table::check_table;
use crate::models::source::{source_spec, unset_variables};
use crate::models::unusable_source;
use crate::report::bounds;
use crate::report::findings::Findings;
use crate::report::{Counters, Finding, InputReport, InsightReport, OptionsStatus, Report, Status};
use crate::run::last_check::{Due, Standing};
use crate::run::memo::{Memo, Remembered, Shelf, forget, recall, remember};
use crate::run::parts::Beside;
use crate::settings::{Attention, CheckOptions, Level};
use rayon::prelude::*;
use rustc_hash::{FxHashSet, FxHasher};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use viz_facts::{FactStore, Reason, Unknown};
use viz_project::{Body, Kind, ObjectId, Options, Project};

/// What became of an insight.
enum Checked {
    /// An earlier verdict holds.
    Before(Remembered<InsightVerdict>),
    Now(Remembered<InsightVerdict>),
    /// Nobody has waited for it.
    Later,
}

/// More findings about texts alone are counted, not listed.
const MOST_PROBLEMS: usize = 100_000;

/// Check all insights if at most this many are due, wherever they are.
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
        (_, false) => Err(Unknown::new(Reason::Untrusted, "the workspace is not trusted: no source is opened")),
        (Level::Parse, _) => Err(Unknown::new(Reason::LevelParse, "no source is opened at the level `parse`")),
        _ => Ok(()),
    };
    let mut problems = project.problems();
    let mut findings: Vec<Finding> = problems.by_ref().take(MOST_PROBLEMS).map(Finding::from).collect();
    let more = problems.count();
    if let Some(last) = findings.last_mut().filter(|_| more > 0) {
        last.notes.push(format!("the texts of this project have {more} more findings, which are not listed"));
    }
    findings.extend(unset_variables(project).iter().map(Finding::from));
    findings.extend(unusable_source::in_memory(project).iter().map(Finding::from));
    findings.extend(unusable_source::with_variables(project).iter().map(Finding::from));
    crate::run::reference_loader::check_files(project, options.oracle, &mut findings);
    let common = common(project, options);
    memo.compositions.begin(project, common);
    let mut run = Run {
        project,
        facts,
        sources: sources.clone(),
        options,
        memo,
        common,
        standing: memo.take_standing(),
        counters: Counters::default(),
    };
    run.standing.look_at_browser(project);
    let due = run.standing.due(project, facts, common);
    if matches!(due, Due::All) {
        let inputs = project.of_kind(Kind::Input).map(|id| InputReport::new(project, id)).collect();
        let insights = project.of_kind(Kind::Insight).map(|id| InsightReport::new(project, id)).collect();
        run.standing.start(inputs, insights);
    } else {
        run.standing.renumber(project);
    }
    run.counters.looked_at = due.len(project);
    run.models(&due);
    run.expressions(&due);
    run.inputs(&due);
    run.tables(&due);
    run.insights(&due, attention);
    run.dashboards(&due);
    forget(&memo.models, project, &[Kind::Model]);
    forget(&memo.inputs, project, &[Kind::Input]);
    forget(&memo.expressions, project, &[Kind::Metric, Kind::Dimension]);
    forget(&memo.tables, project, &[Kind::Table]);
    forget(&memo.insights, project, &[Kind::Insight]);
    forget(&memo.dashboards, project, &[Kind::Dashboard]);
    let Run { mut standing, counters, .. } = run;
    standing.finish(project, facts, common, &due);
    let unread = match options.level {
        Level::Execute => unread(project, standing.not_read(project)),
        _ => Vec::new(),
    };
    let mut report = Report {
        findings: Findings::default(),
        insights: standing.insights.clone(),
        inputs: Arc::clone(&standing.inputs),
        questions: standing.questions().cloned().collect(),
        counters,
    };
    report.counters.insights_postponed = standing.postponed.len();
    report.counters.insights_remembered =
        report.insights.len() - report.counters.insights_checked - standing.postponed.len();
    let mut asked = FxHashSet::default();
    report.questions.retain(|question| asked.insert(question.key()));
    for question in report.questions.iter().filter(|question| facts.get(question).is_none()) {
        report.counters.ask(question);
    }
    let complete = options.oracle && sources.is_ok() && is_complete(&report, facts);
    let beside = Beside { before: findings, behind: unread };
    report.findings = standing.findings(project, beside, complete, &mut report.counters);
    memo.keep_standing(standing);
    crate::report::mask::hide_in(project.mask(), &mut report);
    report
}

/// A check under way.
struct Run<'a> {
    project: &'a Project,
    facts: &'a FactStore,
    /// Whether sources may be asked at all; if not, why.
    sources: Result<(), Unknown>,
    options: &'a CheckOptions,
    memo: &'a Memo,
    /// Identity of what all verdicts depend on.
    common: u64,
    standing: Standing,
    counters: Counters,
}

impl<'a> Run<'a> {
    fn facts_of(&self) -> Facts<'a> {
        Facts::new(self.facts, self.sources.clone())
    }

    /// The verdict on an object that an earlier check has come to, or else this one does.
    fn judge<V>(
        &mut self,
        shelf: &Shelf<V>,
        id: ObjectId,
        salt: u64,
        check: impl FnOnce(&Facts<'a>, &Standing) -> V,
    ) -> Arc<V> {
        let (loc, depends) = (self.project.object(id).loc, depends(self.project, id, self.common) ^ salt);
        let known = recall(shelf, loc, depends, self.facts).unwrap_or_else(|| {
            let facts_of = self.facts_of();
            let verdict = check(&facts_of, &self.standing);
            self.counters += facts_of.counted();
            remember(shelf, loc, depends, &facts_of, verdict)
        });
        self.standing.asked(id, &known.questions, &known.used);
        known.verdict
    }

    fn models(&mut self, due: &Due) {
        let (project, memo) = (self.project, self.memo);
        for id in due.of_kind(project, Kind::Model) {
            let in_browser = self.standing.in_browser(id);
            let check = |facts: &Facts<'_>, _: &Standing| {
                let mut verdict = check_model(project, facts, id, in_browser);
                bounds::of_object(&mut verdict.findings);
                verdict
            };
            let verdict = self.judge(&memo.models, id, u64::from(in_browser), check);
            self.standing.columns.insert(id, verdict.columns.clone());
            self.standing.stands_on(id, &verdict.used);
            self.standing.found(id, &verdict.findings);
        }
    }

    fn expressions(&mut self, due: &Due) {
        let (project, memo) = (self.project, self.memo);
        for kind in [Kind::Metric, Kind::Dimension] {
            for id in due.of_kind(project, kind) {
                let check = |facts: &Facts<'_>, standing: &Standing| {
                    standing.note(project.parent(id), facts);
                    check_expression(project, &standing.columns, id)
                };
                let verdict = self.judge(&memo.expressions, id, 0, check);
                match verdict.siblings.as_slice() {
                    [] => drop(self.standing.siblings.remove(&id)),
                    some => drop(self.standing.siblings.insert(id, some.to_vec())),
                }
                self.standing.found(id, &verdict.findings);
            }
        }
    }

    fn inputs(&mut self, due: &Due) {
        let (project, memo, now) = (self.project, self.memo, self.options.now);
        for id in due.of_kind(project, Kind::Input) {
            let Body::Input(input) = &project.object(id).body else { continue };
            let check = |facts: &Facts<'_>| {
                let mut verdict = check_input(project, facts, now, id, input);
                bounds::of_object(&mut verdict.findings);
                verdict
            };
            let verdict = match input.options {
                Options::Query(_) => self.judge(&memo.inputs, id, 0, |facts, _| check(facts)),
                // What is listed is looked at in no time, and there may be very many of such inputs.
                _ => {
                    let facts_of = self.facts_of();
                    let verdict = check(&facts_of);
                    self.counters += facts_of.counted();
                    Arc::new(verdict)
                }
            };
            let place = project.all_of_kind(Kind::Input).binary_search(&id).expect("inputs are in document order");
            Arc::make_mut(&mut self.standing.inputs)[place].clone_from(&verdict.report);
            self.standing.options.insert(id, verdict.options.clone());
            self.standing.stands_on(id, &verdict.used);
            self.standing.found(id, &verdict.findings);
        }
    }

    fn tables(&mut self, due: &Due) {
        let (project, memo) = (self.project, self.memo);
        for id in due.of_kind(project, Kind::Table) {
            let check = |facts: &Facts<'_>, standing: &Standing| {
                standing.note(project.dependencies(id), facts);
                check_table(project, facts, &standing.columns, id)
            };
            let verdict = self.judge(&memo.tables, id, 0, check);
            self.standing.found(id, &verdict);
        }
    }

    fn dashboards(&mut self, due: &Due) {
        let (project, memo) = (self.project, self.memo);
        for id in due.of_kind(project, Kind::Dashboard) {
            let verdict = self.judge(&memo.dashboards, id, 0, |_, _| half_wired(project, id));
            self.standing.found(id, &verdict);
        }
    }

    fn insights(&mut self, due: &Due, attention: Attention<'_>) {
        let (project, facts, memo) = (self.project, self.facts, self.memo);
        let mut due = due.of_kind(project, Kind::Insight);
        let before = due.len();
        due.extend(self.standing.waiting(project, attention.files, FEW.saturating_sub(before)));
        due.sort_unstable();
        due.dedup();
        self.counters.looked_at += due.len() - before;
        let (standing, options, sources, common) = (&self.standing, self.options, &self.sources, self.common);
        let known: Vec<(u64, Option<Remembered<InsightVerdict>>)> = due
            .par_iter()
            .map(|id| {
                let depends = depends(project, *id, common);
                (depends, recall(&memo.insights, project.object(*id).loc, depends, facts))
            })
            .collect();
        let left = standing.postponed.iter().filter(|id| due.binary_search(id).is_err()).take(FEW + 1).count();
        let few = known.iter().filter(|(_, known)| known.is_none()).count() + left <= FEW;
        let matters = |id: ObjectId| {
            let here = attention.files.is_none_or(|files| few || files.contains(&project.file_of_object(id)));
            here && !(attention.stop)()
        };
        let verdicts: Vec<Checked> = due
            .par_iter()
            .zip(known)
            .map(|(id, (depends, known))| match known {
                Some(old) => Checked::Before(old),
                None if !matters(*id) => Checked::Later,
                None => {
                    let facts_of = Facts::new(facts, sources.clone());
                    standing.note(project.dependencies(*id), &facts_of);
                    let context = FromFacts { columns: &standing.columns, inputs: &standing.options, project };
                    let mut verdict = in_spite_of_mistakes(project, *id, || {
                        check_insight(&facts_of, options, &context, &memo.compositions, *id)
                    });
                    verdict.findings.extend(unusable_source::of_insight(project, *id));
                    bounds::of_object(&mut verdict.findings);
                    verdict.counters = facts_of.counted();
                    let now = remember(&memo.insights, project.object(*id).loc, depends, &facts_of, verdict);
                    if now.questions.is_empty() {
                        memo.compositions.forget(*id);
                    }
                    Checked::Now(now)
                }
            })
            .collect();
        for (id, checked) in due.into_iter().zip(verdicts) {
            let place = project.all_of_kind(Kind::Insight).binary_search(&id).expect("insights are in document order");
            // While everything is still to be looked at, most have been left for later before.
            let is_told = || self.standing.insights[place].loc == project.object(id).name_loc();
            if matches!(checked, Checked::Later) && self.standing.postponed.contains(&id) && is_told() {
                continue;
            }
            let mut report = InsightReport::new(project, id);
            let now = matches!(checked, Checked::Now(_));
            match checked {
                Checked::Later => {
                    report.why = Some(Unknown::pending());
                    self.standing.postponed.insert(id);
                    self.standing.asked(id, &Arc::default(), &[]);
                    self.standing.found(id, &[]);
                }
                Checked::Before(known) | Checked::Now(known) => {
                    self.standing.postponed.remove(&id);
                    self.standing.asked(id, &known.questions, &known.used);
                    self.standing.found(id, &known.verdict.findings);
                    report.clone_from(&known.verdict.report);
                    if now {
                        self.counters.insights_checked += 1;
                        self.counters += known.verdict.counters;
                    }
                }
            }
            if self.standing.insights[place] != report {
                self.standing.insights[place] = report;
            }
        }
    }
}

/// A mistake of ours in one insight takes no other's verdict away: it is not checked, and says so.
fn in_spite_of_mistakes(project: &Project, id: ObjectId, check: impl FnOnce() -> InsightVerdict) -> InsightVerdict {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| {
        let mut verdict = InsightVerdict::new(project, id);
        let why = "viz-lsp made a mistake at this insight; please report it";
        verdict.report.why = Some(Unknown::new(Reason::InternalError, why));
        verdict
    })
}

/// Whether everything is known and was looked at.
fn is_complete(report: &Report, facts: &FactStore) -> bool {
    let checked = |insight: &InsightReport| matches!(insight.status, Status::Checked | Status::Static);
    report.questions.iter().all(|question| facts.get(question).is_some())
        && report.inputs.iter().all(|input| input.status == OptionsStatus::Known)
        && report.insights.iter().all(checked)
}

/// Identity of everything in the text that an object's verdict depends on.
fn depends(project: &Project, id: ObjectId, common: u64) -> u64 {
    let mut hasher = FxHasher::default();
    common.hash(&mut hasher);
    project.identities()[id.index()].hash(&mut hasher);
    hasher.finish()
}

/// Identity of what all verdicts depend on: settings, the default source, the relations, and which insights are beyond the
/// bound of all queries.
fn common(project: &Project, options: &CheckOptions) -> u64 {
    let mut hasher = DefaultHasher::new();
    let beyond = project.beyond_what_is_spelled_out();
    let mut beyond: Vec<_> = beyond.iter().collect();
    beyond.sort_unstable();
    beyond.iter().for_each(|id| id.hash(&mut hasher));
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
    let config = project.config();
    format!("{:?}{options:?}{:?}{:?}", project.target(), config.browser_engine, config.budget).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_project::{Environment, MemoryFiles};

    #[test]
    fn a_mistake_in_one_insight_is_told_of_it_alone() {
        let text = "name: p\ninsights: [{name: i, props: {type: bar, x: '?{ 1 }'}}]\n";
        let files = MemoryFiles::new([("/p/project.visivo.yml", text)]);
        let project = Project::load(std::path::Path::new("/p"), &files, &Environment::empty());
        let id = project.of_kind(Kind::Insight).next().expect("one insight");
        let verdict = in_spite_of_mistakes(&project, id, || panic!("out of a test"));
        assert_eq!(verdict.report.status, Status::Unchecked);
        assert_eq!(verdict.report.why.map(|why| why.code), Some(Reason::InternalError));
    }
}
