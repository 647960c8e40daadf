//! What breaks in the browser only: its engine is older than the source's.

use super::blame::{Failure, choices_finding, error_loc};
use super::grouping::differs_finding;
use super::plan::{Plan, filled, render};
use super::setting::Setting;
use super::wording::{in_words, subject};
use super::{InsightVerdict, in_1_4};
use crate::engine_errors::lambda::{HELP, arrows};
use crate::insight::browser_engine::{Refused, refused_by_1_4};
use crate::insight::witness::witnesses;
use crate::report::{Finding, Judge};
use viz_facts::{SqlError, SqlErrorKind};
use viz_project::{Code, Severity};
use viz_sql::{Alike, Role, engine_1_4};

/// Lambdas with an arrow: a matter of the engine that runs the query.
pub(super) fn judge_arrows(setting: &Setting<'_>, plan: &Plan, verdict: &mut InsightVerdict, fine: &[usize]) {
    let Some(selection) = fine.first().map(|first| &plan.combinations[*first]) else { return };
    let mapped = filled(setting, plan, selection).mapped();
    let in_1_4 = in_1_4(setting.project, setting.composed);
    for loc in arrows(mapped.text()).into_iter().filter_map(|range| mapped.locate(range)) {
        let subject = subject(setting, loc);
        let mut finding = match in_1_4 {
            true => Finding::new(
                Code::BrowserEngine,
                loc,
                format!("{subject} works in the browser of today only: DuckDB 2.0 refuses the arrow of a lambda"),
            ),
            false => {
                Finding::new(Code::SqlBind, loc, format!("{subject} fails: DuckDB 2.0 refuses the arrow of a lambda"))
            }
        };
        if in_1_4 {
            finding.severity = Severity::Warning;
        }
        finding.help = Some(HELP.into());
        verdict.findings.push(finding);
    }
}

/// Whether the browser's engine reads a text that the source's refuses with this error.
pub(super) fn is_read_today(setting: &Setting<'_>, text: &str, error: &SqlError) -> bool {
    in_1_4(setting.project, setting.composed) && engine_1_4::reads_instead(text, &error.message)
}

/// What is read by the browser's engine only.
pub(super) fn today_finding(setting: &Setting<'_>, plan: &Plan, combination: usize, error: &SqlError) -> Finding {
    let loc = error_loc(setting, plan, combination, error);
    let words = in_words(setting, error);
    let message =
        format!("{} works in the browser of today only, DuckDB 2.0 refuses it: {words}", subject(setting, loc));
    let mut finding = Finding::new(Code::BrowserEngine, loc, message);
    finding.severity = Severity::Warning;
    finding
}

/// Constructs that the browser's engine refuses although the source's accepts them.
pub(super) fn judge_for_browser(setting: &Setting<'_>, plan: &Plan, verdict: &mut InsightVerdict, fine: &[usize]) {
    let Some(first) = fine.first() else { return };
    if !in_1_4(setting.project, setting.composed) {
        return;
    }
    let unlike = setting.composed.regrouped.iter().filter(|regrouped| regrouped.alike == Alike::No);
    verdict.findings.extend(unlike.map(|regrouped| differs_finding(setting, regrouped, None)));
    // A choice that stands inside a string changes no construct.
    let free = setting.composed.template.holes().iter().any(|hole| !matches!(hole.role, Role::InString));
    let judged = if free { fine } else { std::slice::from_ref(first) };
    verdict.report.proof.for_viewers = judged.len();
    let refused: Vec<Vec<Refused>> =
        judged.iter().map(|at| refused_by_1_4(&render(setting, plan, &plan.combinations[*at]))).collect();
    let common = |found: &&Refused| refused.iter().all(|others| others.iter().any(|other| other.what == found.what));
    let mapped = filled(setting, plan, &plan.combinations[*first]).mapped();
    let mut always = 0;
    for found in refused[0].iter().filter(common) {
        always += 1;
        let Some(loc) = mapped.locate(found.range) else { continue };
        let message =
            format!("{} breaks in the browser: its engine, DuckDB 1.4, has no {}", subject(setting, loc), found.what);
        let mut finding = Finding::new(Code::BrowserEngine, loc, message);
        finding.help =
            Some("compute it in the model's SQL, or set `browser_engine: \"2.0\"` if the viewer has moved on".into());
        verdict.findings.push(finding);
    }
    let failing: Vec<bool> = refused.iter().map(|found| found.len() > always).collect();
    if always > 0 || !failing.contains(&true) {
        return;
    }
    let combinations: Vec<_> = judged.iter().map(|at| plan.units(&plan.combinations[*at])).collect();
    for witness in witnesses(&combinations, &failing) {
        let at = judged[witness.example];
        let Some(found) = refused[witness.example].first() else { continue };
        let error = SqlError {
            kind: SqlErrorKind::Parser,
            message: format!("the browser's engine is DuckDB 1.4, which has no {}", found.what),
            offset: Some(found.range.start().into()),
            length: Some(found.range.len().into()),
            candidates: Vec::new(),
        };
        let failure = Failure { spoken: at, example: at, error: &error, judge: Judge::Bind, exact: plan.is_exact() };
        verdict.findings.push(choices_finding(setting, plan, &witness, &failure));
    }
}
