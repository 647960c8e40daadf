//! Values of environment variables are used, never shown: where a text of a report holds one (the engine calls a database by
//! its file's name), the reference to the variable takes its place. All faces show reports, so this is done here, once.

use crate::report::{Finding, InsightReport, Report};
use std::sync::Arc;
use viz_facts::Unknown;
use viz_secrets::Mask;

/// Hides in the insights and inputs of a report what must not be shown; findings are without it from the moment that they are
/// finished.
pub(crate) fn hide_in(mask: &Mask, report: &mut Report) {
    if mask.is_empty() {
        return;
    }
    let holds = |why: &Option<Unknown>| why.as_ref().is_some_and(|why| mask.is_in(&why.message));
    if report.insights.iter().any(|insight| holds(&insight.why)) {
        let insights = report.insights.iter_mut();
        insights
            .filter_map(|insight| insight.why.as_mut())
            .flat_map(Unknown::texts_mut)
            .for_each(|text| mask.hide_in(text));
    }
    let costs = |insight: &InsightReport| {
        insight.cost.as_ref().is_some_and(|cost| cost.slowest.values().any(|option| mask.is_in(option)))
    };
    if report.insights.iter().any(costs) {
        let costs = report.insights.iter_mut().filter_map(|insight| insight.cost.as_mut());
        costs.flat_map(|cost| cost.slowest.values_mut()).for_each(|option| mask.hide_in(option));
    }
    if report.inputs.iter().any(|input| holds(&input.why)) {
        let inputs = Arc::make_mut(&mut report.inputs).iter_mut();
        inputs.filter_map(|input| input.why.as_mut()).flat_map(Unknown::texts_mut).for_each(|text| mask.hide_in(text));
    }
}

/// Hides in a finding what must not be shown.
pub(crate) fn in_finding(mask: &Mask, finding: &mut Finding) {
    mask.hide_in(&mut finding.message);
    finding.help.iter_mut().for_each(|help| mask.hide_in(help));
    finding.notes.iter_mut().for_each(|note| mask.hide_in(note));
    finding.related.iter_mut().for_each(|related| mask.hide_in(&mut related.message));
    // An option is data, but here it is named.
    let examples = finding.combinations.iter_mut().flat_map(|combinations| &mut combinations.examples);
    examples.flat_map(|example| example.values_mut()).for_each(|option| mask.hide_in(option));
    // A fix that would write a value into a file is none.
    if let Some(fix) = &mut finding.fix {
        mask.hide_in(&mut fix.title);
        if fix.edits.iter().any(|(_, text)| mask.is_in(text)) {
            finding.fix = None;
        }
    }
}
