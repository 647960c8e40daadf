//! No flicker: what the database said about unchanged objects stays until it has spoken again.
//!
//! A check that misses facts judges less deeply, so it can't repeat what it said before. While its questions are open,
//! the earlier findings about insights that are now judged less deeply stay, as long as the text they point at is the
//! same.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use viz_check::{Finding, InsightReport, Insights, Report};
use viz_project::{Code, Project};
use viz_text::Loc;

/// What was last shown.
#[derive(Debug, Default)]
pub struct Retained {
    /// How far the last complete check came.
    before: Insights,
    findings: Arc<[Finding]>,
}

impl Retained {
    /// The findings to show for this report: its own, and, unless it is `complete` (it missed no fact), earlier ones that
    /// nothing has contradicted yet.
    pub fn show(&mut self, project: &Project, report: &Report, complete: bool) -> Arc<[Finding]> {
        let mut shown = report.findings.clone();
        if complete {
            self.before = report.insights.clone();
        } else if !self.findings.is_empty() {
            let open = self.open(report);
            let said: HashSet<(Loc, Code)> = report.findings.iter().map(|new| (new.loc, new.code)).collect();
            let stays = |finding: &&Finding| {
                insight_of(finding).is_some_and(|insight| open.contains(insight))
                    && project.resolve(finding.loc).is_some()
                    && !said.contains(&(finding.loc, finding.code))
            };
            // Where a place beside it has changed, the finding stays without it.
            shown.extend(self.findings.iter().filter(stays).cloned().map(|mut finding| {
                finding.related.retain(|related| project.resolve(related.loc).is_some());
                finding
            }));
        }
        self.findings = shown.into();
        Arc::clone(&self.findings)
    }

    /// The insights with findings that are judged less deeply than before, or not yet.
    fn open<'a>(&'a self, report: &'a Report) -> HashSet<&'a str> {
        let named: HashSet<&str> = self.findings.iter().filter_map(insight_of).collect();
        let of = |insights: &'a Insights| -> HashMap<&'a str, &'a InsightReport> {
            let named =
                insights.iter().map(|insight| (&*insight.name, insight)).filter(|(name, _)| named.contains(name));
            named.collect()
        };
        let (before, now) = (of(&self.before), of(&report.insights));
        let is_open = |(name, insight): (&&str, &&InsightReport)| {
            let less = before.get(name).is_some_and(|before| insight.judge < before.judge);
            less || insight.why.as_ref().is_some_and(viz_facts::Unknown::is_pending)
        };
        now.iter().filter(|pair| is_open(*pair)).map(|(name, _)| *name).collect()
    }
}

/// The name of the insight that a finding is about.
fn insight_of(finding: &Finding) -> Option<&str> {
    finding.object.as_ref().filter(|object| object.kind == "insight")?.name.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::formats::fixture;
    use viz_check::Judge;

    fn codes(findings: &[Finding]) -> Vec<Code> {
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
        assert_eq!(codes(&retained.show(&project, &whole, true)), [Code::CombinationSyntax, Code::UnknownKey]);
        assert_eq!(
            codes(&retained.show(&project, &open, false)),
            [Code::CombinationSyntax],
            "the other one is not about an insight"
        );
        assert_eq!(codes(&retained.show(&project, &open, false)), [Code::CombinationSyntax], "still");
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
