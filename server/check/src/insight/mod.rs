//! The verdict on one insight: compose, render, parse, bind, and say who is to blame.

pub(crate) mod as_printed;
mod bare_names;
mod blame;
mod branches;
pub(crate) mod browser_engine;
mod chosen_props;
pub(crate) mod combinations;
pub(crate) mod compositions;
mod computed;
pub(crate) mod confirm_on_data;
pub(crate) mod conjuncts;
mod context;
mod costs;
pub(crate) mod execute;
mod expressions;
mod grouped_otherwise;
mod grouping;
mod hostile;
mod impossible_pairs;
pub(crate) mod in_browser;
mod judge;
mod line_order;
mod meant_by_viewers;
mod misplaced_words;
mod never_looked_at;
mod origin;
mod over_nothing;
mod pieces;
mod plan;
mod probes;
pub(crate) mod rendered;
mod run_itself;
mod setting;
mod since_lock;
mod slices;
mod statements;
pub(crate) mod static_props;
mod stricter_filters;
pub(crate) mod suspicious;
mod unfit_option;
mod uses;
mod usual_mistakes;
mod value_blame;
mod values;
mod without_options;
pub(crate) mod witness;
mod wording;
mod written;

pub(crate) use context::FromFacts;

use crate::facts::Facts;
use crate::report::{Counters, Finding, InsightReport, Judge, Status};
use crate::settings::{CheckOptions, Level};
use as_printed::{Words, refused_in_print, words};
use compositions::Compositions;
use computed::judge_computed;
use execute::execute_sample;
use grouped_otherwise::judge_groups;
use grouping::judge_newer_grouping;
use hostile::judge_hostile;
use in_browser::{judge_arrows, judge_for_browser};
use judge::judge_combinations;
use meant_by_viewers::judge_times;
use plan::{Plan, render};
use run_itself::{judge_kept_rows, judge_null_options, judge_unreachable_options};
use setting::{Setting, foreign_dialect, shadow_tables, unknown_models};
use since_lock::tell_new_options;
use slices::judge_slices;
use statements::statements_apart;
use std::sync::Arc;
use stricter_filters::judge_stricter_filters;
use suspicious::suspicious;
use values::{judge_data, judge_values};
use viz_facts::{Question, Reason, ShadowTable, Unknown};
use viz_project::{Body, BrowserEngine, Code, Insight, ObjectId, Project, Rule, Severity, StatementKind};
use viz_sql::{Composed, Unread, compose_without, no_model, problems_of_statics};
use viz_text::Loc;
use without_options::judge_without_options;
use written::judge_written;

/// What a check says of one insight.
pub(crate) struct InsightVerdict {
    pub findings: Vec<Finding>,
    pub report: InsightReport,
    pub counters: Counters,
    /// Whether some of its texts are read by the browser's engine only.
    pub only_today: bool,
}

impl InsightVerdict {
    /// Nothing has been checked.
    pub(crate) fn new(project: &Project, id: ObjectId) -> Self {
        let report = InsightReport::new(project, id);
        Self { findings: Vec::new(), report, counters: Counters::default(), only_today: false }
    }
}

/// Checks one insight.
pub(crate) fn check_insight(
    facts: &Facts<'_>,
    options: &CheckOptions,
    context: &FromFacts<'_>,
    compositions: &Compositions,
    id: ObjectId,
) -> InsightVerdict {
    let &FromFacts { columns, inputs, project } = context;
    let object = project.object(id);
    let mut verdict = InsightVerdict::new(project, id);
    let (Body::Insight(insight), Some(composed)) = (&object.body, compositions.of(facts, id, context)) else {
        verdict.report.why = Some(Unknown::new(Reason::NoQuery, "the insight has no query"));
        if let Body::Insight(insight) = &object.body
            && !insight.unreadable
            && insight.is_drawn_of_constants(project.target())
        {
            (verdict.report.status, verdict.report.why) = (Status::Static, None);
            verdict.findings.extend(draws_nothing(project, id, insight));
            verdict.findings.extend(problems_of_statics(project, insight, context).iter().map(Finding::from));
        } else if let Body::Insight(insight) = &object.body {
            no_query(project, id, insight, &mut verdict.findings);
        }
        return verdict;
    };
    if insight.trace_type.is_none() && !insight.draws && !insight.unreadable {
        // Interactions alone make no query.
        verdict.report.why = Some(Unknown::new(Reason::NoQuery, "the insight has no query"));
        no_query(project, id, insight, &mut verdict.findings);
        return verdict;
    }
    verdict.findings.extend(composed.problems.iter().map(Finding::from));
    (verdict.report.proof.canonicalised, verdict.report.proof.compared) = (composed.read, composed.compared);
    let unread = &composed.unread;
    let (shorter, left_out) = as_built(facts, id, context, &composed);
    let built = shorter.as_ref().unwrap_or(&composed);
    let seen = in_1_4(project, built).then(|| built.grouped_as_viewers_see()).flatten();
    let words = words(facts, project, columns, options.level > Level::Parse, built);
    let composed = match &words {
        Words::Printed(printed) => printed,
        _ => seen.as_ref().unwrap_or(built),
    };
    let setting = Setting { project, facts, options, columns, inputs, id, insight, composed, built };
    match &words {
        Words::Unknown(why) => verdict.report.why = Some(why.clone()),
        Words::Refused(refused) => {
            judge_query(&setting, &mut verdict);
            verdict.findings.push(refused_in_print(&setting, refused));
        }
        Words::Typed => judge_query(&setting, &mut verdict),
        Words::Printed(_) => {
            judge_query(&setting, &mut verdict);
            as_printed::at_their_words(&setting, &mut verdict.findings);
        }
    }
    // A filter that is dropped whatever is chosen needs no other finding about the same placeholder.
    let dropped: Vec<_> = composed.problems.iter().filter(|problem| problem.code == Code::DroppedFilter).collect();
    verdict
        .findings
        .retain(|finding| !finding.code.is_of_choices() || dropped.iter().all(|problem| problem.loc != finding.loc));
    add_unread(&setting, unread, &left_out, &mut verdict.findings);
    suspicious(&setting, &mut verdict.findings);
    bare_names::mend(project, id, insight, columns, &mut verdict.findings);
    usual_mistakes::tell(project, insight, &mut verdict.findings);
    tell_made_up(&setting, &mut verdict.findings);
    tell_new_options(&setting, &mut verdict.findings);
    verdict
}

/// Says of findings about choices that these are made up.
fn tell_made_up(setting: &Setting<'_>, findings: &mut [Finding]) {
    let is_made_up = |id: &&ObjectId| matches!(setting.inputs.get(id), Some(Ok(options)) if options.made_up.is_some());
    let made_up = setting.composed.inputs.iter().filter(is_made_up);
    let names: Vec<String> = made_up.map(|id| format!("`{}`", setting.project.object(*id).name_text())).collect();
    if names.is_empty() {
        return;
    }
    for finding in findings.iter_mut().filter(|finding| finding.code.is_of_choices()) {
        finding.notes.push(format!(
            "only what the options of {} look like is known: those told here are made up",
            names.join(", ")
        ));
    }
}

/// The query without what the build can't read, if there is such, and the statements that are left out.
pub(crate) fn as_built(
    facts: &Facts<'_>,
    id: ObjectId,
    context: &FromFacts<'_>,
    composed: &Composed,
) -> (Option<Composed>, Vec<usize>) {
    let left_out = left_out(facts, composed);
    let shorter = if left_out.is_empty() { None } else { compose_without(context.project, id, context, &left_out) };
    (shorter, left_out)
}

/// The statements that the build leaves out of a query without inputs, because SQLGlot can't read what the engine can
/// (`R-SQL-14`). A query that then selected nothing would fail.
fn left_out(facts: &Facts<'_>, composed: &Composed) -> Vec<usize> {
    if composed.dynamic || composed.broken || composed.unread.is_empty() {
        return Vec::new();
    }
    let unread: Vec<usize> = composed.unread.iter().map(|unread| unread.statement).collect();
    let selects = composed.selected.iter().any(|selected| !unread.contains(&selected.statement));
    let read = || matches!(facts.accepted(Question::Parse { sql: composed.template.plain() }), Ok(Ok(())));
    if selects && read() { unread } else { Vec::new() }
}

/// Says which statements the reference's parser can't read, unless something is said against them already.
fn add_unread(setting: &Setting<'_>, unread: &[Unread], left_out: &[usize], findings: &mut Vec<Finding>) {
    for unread in unread {
        let statement = &setting.insight.statements[unread.statement];
        let whole = statement.query.loc;
        let told = |finding: &Finding| {
            finding.severity == Severity::Error && (whole.contains(finding.loc) || finding.loc == unread.problem.loc)
        };
        if findings.iter().any(told) {
            continue;
        }
        let mut finding = Finding::from(&unread.problem);
        let placed = setting.built.placed.iter().find(|placed| placed.statement == unread.statement);
        let in_quotes = placed.is_some_and(|placed| setting.built.template.text().slice(placed.range).contains("\"\""));
        if in_quotes && !setting.composed.dynamic && !std::ptr::eq(setting.composed, setting.built) {
            let subject = wording::subject(setting, finding.loc);
            finding = Finding::new(
                Code::SqlSyntax,
                finding.loc,
                format!(
                    "{subject} works without inputs only: there the build takes a pair of quotes from this reference"
                ),
            );
            finding.severity = Severity::Warning;
            finding.help = Some("leave the quotes out: a reference gets its own".into());
        } else if left_out.contains(&unread.statement) && statement.kind != StatementKind::Filter {
            finding.severity = Severity::Warning;
        }
        findings.push(finding);
    }
}

/// Whether DuckDB 1.4 runs a query: in a browser of today.
fn in_1_4(project: &Project, composed: &Composed) -> bool {
    composed.dynamic && project.config().browser_engine == BrowserEngine::V1_4
}

/// Why there is no query that could be looked at.
pub(crate) fn not_composed(composed: &Composed) -> Unknown {
    match composed.cut {
        true => Unknown::new(Reason::QueryTooLarge, "its query is larger than is looked at"),
        false => Unknown::new(Reason::HasErrors, "a reference in it can't be resolved"),
    }
}

/// Judges the query as far as what is known and the level allow: whether there is something to judge, then its texts,
/// then what they mean.
fn judge_query(setting: &Setting<'_>, verdict: &mut InsightVerdict) {
    let foreign = foreign_dialect(setting);
    if setting.composed.broken {
        verdict.report.why = Some(not_composed(setting.composed));
        if foreign.is_none() {
            verdict.findings.extend(statements_apart(setting));
        }
        return;
    }
    if foreign.is_some() {
        verdict.report.why = foreign;
        return;
    }
    let plan = match Plan::new(setting) {
        Ok(plan) => plan,
        Err(why) => {
            if why.is_some() {
                verdict.report.why = why;
                judge_without_options(setting, verdict);
            }
            return;
        }
    };
    verdict.report.total = plan.total;
    verdict.report.sampled = plan.combinations.len();
    if plan.combinations.is_empty() && plan.made_up.is_some() {
        verdict.report.why = plan.values_made_up(setting);
        return;
    }
    if plan.combinations.is_empty() {
        verdict.report.why = Some(Unknown::new(Reason::NoOptions, "an input has no options"));
        return;
    }
    let fine = match judge_texts(setting, &plan, verdict) {
        Ok(fine) => fine,
        Err(why) => {
            verdict.report.why = Some(why);
            return;
        }
    };
    if setting.options.level == Level::Parse {
        return;
    }
    let only_today = || Unknown::new(Reason::BrowserOnly, "only the browser's engine reads it, and that is not linked");
    let judged = judge_meaning(setting, &plan, verdict, &fine);
    if let Err(why) = if verdict.only_today { judged.and_then(|()| Err(only_today())) } else { judged } {
        verdict.report.status = Status::Partial;
        verdict.report.why = Some(why);
    }
}

/// Judges what needs no tables: whether the texts parse, here and in the browser. Returns the combinations that do.
fn judge_texts(setting: &Setting<'_>, plan: &Plan, verdict: &mut InsightVerdict) -> Result<Vec<usize>, Unknown> {
    let all: Vec<usize> = (0..plan.combinations.len()).collect();
    let fine = judge_combinations(setting, plan, verdict, &all, Judge::Parse)?;
    verdict.report.judge = Some(Judge::Parse);
    judge_null_options(setting, &mut verdict.findings);
    judge_unreachable_options(setting, plan, verdict);
    verdict.report.covered = plan.classes.covered(&plan.combinations);
    settle(setting, verdict, Level::Parse);
    judge_for_browser(setting, plan, verdict, &fine);
    judge_arrows(setting, plan, verdict, &fine);
    Ok(fine)
}

/// Judges the combinations that parse over the tables: whether they bind, then what of values.
fn judge_meaning(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    fine: &[usize],
) -> Result<(), Unknown> {
    if setting.composed.uncertain || setting.composed.blind {
        let untyped = || Unknown::new(Reason::TypesUnknown, "the types of some options are not known");
        return Err(unknown_models(setting).unwrap_or_else(untyped));
    }
    let tables = shadow_tables(setting)?;
    if !fine.is_empty() {
        let bound = judge_combinations(setting, plan, verdict, fine, Judge::Bind).inspect_err(|why| {
            // What is to be known of values is asked in the same breath.
            if why.is_pending() && plan.made_up.is_none() {
                let _ = judge_values(setting, plan, &mut Vec::new(), &tables);
            }
        })?;
        verdict.report.judge = Some(Judge::Bind);
        // What fails to parse or bind for all is no matter of values.
        if !bound.is_empty() {
            judge_bound(setting, plan, verdict, &tables, &bound)?;
        }
    }
    settle(setting, verdict, Level::Execute);
    Ok(())
}

/// Judges what happens to values when the combinations that bind run.
fn judge_bound(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    tables: &Arc<[ShadowTable]>,
    bound: &[usize],
) -> Result<(), Unknown> {
    let first = render(setting, plan, &plan.combinations[bound[0]]);
    judge_slices(setting, verdict, tables, &first);
    judge_newer_grouping(setting, plan, verdict, tables, bound[0])?;
    if let Some(why) = plan.values_made_up(setting) {
        judge_written(setting, verdict, tables, &first)?;
        return Err(why);
    }
    // Both are asked at once.
    let written = judge_written(setting, verdict, tables, &first);
    judge_values(setting, plan, &mut verdict.findings, tables)?;
    written?;
    judge_times(setting, plan, verdict, tables, bound[0])?;
    judge_groups(setting, plan, &mut verdict.findings, bound[0])?;
    if !judge_computed(setting, plan, verdict, tables, bound)? {
        judge_data(setting, plan, verdict, tables, bound[0])?;
    }
    judge_stricter_filters(setting, plan, verdict)?;
    judge_kept_rows(setting, verdict, &first)?;
    verdict.report.judge = Some(Judge::Values);
    if setting.options.hostile {
        judge_hostile(setting, plan, &mut verdict.findings, tables, bound[0])?;
    }
    if setting.options.level == Level::Execute {
        execute_sample(setting, plan, verdict, bound)?;
        verdict.report.judge = Some(Judge::Execute);
    }
    Ok(())
}

/// Says how far the query was judged.
fn settle(setting: &Setting<'_>, verdict: &mut InsightVerdict, reached: Level) {
    verdict.report.status = match (reached >= setting.options.level, setting.composed.dynamic) {
        (true, true) => Status::Checked,
        (true, false) => Status::Static,
        (false, _) => Status::Partial,
    };
}

/// S-48: an insight of constants that has none.
fn draws_nothing(project: &Project, id: ObjectId, insight: &Insight) -> Option<Finding> {
    let message = "this insight draws nothing: it has no property but its `type` (S-48)";
    let mut finding = Finding::new(Code::InsightEmpty, project.object(id).name_loc(), message);
    finding.severity = crate::Severity::Warning;
    finding.help = Some("give it what its trace draws, such as `x` and `y`".into());
    (insight.trace_type.is_some() && !insight.draws).then_some(finding)
}

fn no_query(project: &Project, id: ObjectId, insight: &Insight, findings: &mut Vec<Finding>) {
    let object = project.object(id);
    let is_input = |reference: &viz_project::Use| match project.names().resolve(&reference.name) {
        viz_project::Resolution::Object(id) => project.object(id).kind == viz_project::Kind::Input,
        _ => false,
    };
    // D-065 and D-066, unless something else about the object is wrong already.
    if insight.unreadable || project.is_broken(object.loc) {
        return;
    }
    let is_empty = insight.trace_type.is_none() && !insight.draws && !insight.statements.is_empty();
    if (!insight.has_props || is_empty) && object.name.is_some() {
        if meant_as_props(project, object.loc) {
            return; // That is told at the misspelt key.
        }
        let message = match project.target().has(Rule::InsightsFailAlone) {
            true => "this insight needs `props`, which say what is drawn: without them its run fails",
            false => "this insight needs `props`, which say what is drawn: without them the run stops",
        };
        findings.push(Finding::new(Code::MissingField, object.name_loc(), message));
    } else if object.uses.iter().all(is_input) && insight.trace_type.is_some() {
        let mut finding = Finding::new(Code::NoModel, object.name_loc(), no_model(project.target()));
        finding.help = Some("bind a property to a column: `x: ?{ ${ref(model).column} }`".into());
        findings.push(finding);
    }
}

/// Whether a key of an object is told to be `props`, misspelt.
fn meant_as_props(project: &Project, object: Loc) -> bool {
    let is_props = |problem: &viz_project::Problem| {
        let edits = problem.fix.iter().flat_map(|fix| &fix.edits);
        object.contains(problem.loc)
            && problem.code == Code::UnknownKey
            && edits.into_iter().any(|(_, text)| text == "props")
    };
    project.problems().any(is_props)
}
