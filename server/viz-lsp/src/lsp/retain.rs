//! No flicker: what the database said about unchanged objects stays until it has spoken again.
//!
//! A check that misses facts judges less deeply, so it can't repeat what it said before. While its questions are open,
//! the earlier findings about insights that are now judged less deeply stay, as long as the text they point at is the
//! same.

use std::collections::HashMap;
use viz_check::{Finding, InsightReport, Judge, Report};
use viz_project::Project;

/// The reason that a check gives for what was just asked.
const PENDING: &str = "pending";

/// What the last complete check of each insight came to.
#[derive(Debug, Default)]
pub struct Retained {
    judges: HashMap<String, Option<Judge>>,
    findings: Vec<Finding>,
}

impl Retained {
    /// The findings to show for this report: its own, and, unless it is `complete` (it missed no fact), earlier ones that
    /// nothing has contradicted yet.
    pub fn show(&mut self, project: &Project, report: &Report, complete: bool) -> Vec<Finding> {
        let mut shown = report.findings.clone();
        if complete {
            self.judges = report.insights.iter().map(|insight| (insight.name.clone(), insight.judge)).collect();
        } else {
            let now: HashMap<&str, &InsightReport> =
                report.insights.iter().map(|insight| (insight.name.as_str(), insight)).collect();
            let open = |name: &str| {
                now.get(name).is_some_and(|insight| {
                    let less = self.judges.get(name).is_some_and(|before| insight.judge < *before);
                    less || insight.why.as_ref().is_some_and(|why| why.code == PENDING)
                })
            };
            let unsaid = |old: &Finding| report.findings.iter().all(|new| (new.loc, new.code) != (old.loc, old.code));
            let stays = |finding: &&Finding| {
                let insight = finding.object.as_ref().filter(|object| object.kind == "insight");
                insight.and_then(|object| object.name.as_deref()).is_some_and(open)
                    && project.resolve(finding.loc).is_some()
                    && unsaid(finding)
            };
            // Where a place beside it has changed, the finding stays without it.
            shown.extend(self.findings.iter().filter(stays).cloned().map(|mut finding| {
                finding.related.retain(|related| project.resolve(related.loc).is_some());
                finding
            }));
        }
        self.findings.clone_from(&shown);
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::fixture;

    fn codes(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn a_finding_stays_while_its_insight_is_judged_less_deeply() {
        let mut outcome = fixture::outcome();
        let checked = outcome.projects.remove(0);
        let (project, mut whole) = (checked.project, checked.report);
        whole.insights[0].judge = Some(Judge::Values);
        let mut open = whole.clone();
        open.findings.clear();
        open.insights[0].judge = Some(Judge::Parse);

        let mut retained = Retained::default();
        assert_eq!(retained.show(&project, &open, false).len(), 0, "nothing to keep yet");
        assert_eq!(codes(&retained.show(&project, &whole, true)), ["combination-syntax", "unknown-key"]);
        assert_eq!(
            codes(&retained.show(&project, &open, false)),
            ["combination-syntax"],
            "the other one is not about an insight"
        );
        assert_eq!(codes(&retained.show(&project, &open, false)), ["combination-syntax"], "still");
        let mut clean = open.clone();
        clean.insights[0].judge = Some(Judge::Values);
        assert_eq!(retained.show(&project, &clean, true).len(), 0, "the database has spoken");
        assert_eq!(retained.show(&project, &open, false).len(), 0);
    }

    #[test]
    fn a_finding_goes_with_its_text() {
        let mut outcome = fixture::outcome();
        let checked = outcome.projects.remove(0);
        let mut retained = Retained::default();
        retained.show(&checked.project, &checked.report, true);
        let mut open = checked.report.clone();
        open.findings.clear();
        open.insights[0].judge = None;
        let other = fixture::outcome().projects.remove(0).project;
        assert_eq!(retained.show(&other, &open, false).len(), 0, "the same text, but not the same segments");
    }
}
