//! No flicker: what the database said about unchanged objects stays until it has spoken again.
//!
//! A check that misses facts judges less deeply, so it can't repeat what it said before. While its questions are open,
//! the earlier findings about insights that are now judged less deeply stay, as long as the text they point at is the
//! same.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use viz_check::{Finding, Findings, InsightReport, Insights, Report};
use viz_project::{Code, Project};
use viz_text::Loc;

/// What was last shown.
#[derive(Debug, Default)]
pub struct Retained {
    /// How far the last complete check came.
    before: Insights,
    findings: Findings,
}

impl Retained {
    /// The findings to show for this report: its own, and, unless it is `complete` (it missed no fact), earlier ones that
    /// nothing has contradicted yet.
    pub fn show(&mut self, project: &Project, report: &Report, complete: bool) -> Findings {
        let mut shown = report.findings.clone();
        if complete {
            self.before = report.insights.clone();
        } else {
            for mut finding in self.kept(project, report) {
                // Where a place beside it has changed, the finding stays without it.
                finding.related.retain(|related| project.resolve(related.loc).is_some());
                let file = project.resolve(finding.loc).map_or(0, |(file, _)| file.0 as usize);
                shown.add(file, finding);
            }
        }
        self.findings = shown;
        self.findings.clone()
    }

    /// Earlier findings that nothing has contradicted yet.
    fn kept(&self, project: &Project, report: &Report) -> Vec<Finding> {
        let open = self.open(report);
        let concerns = |finding: &&Finding| insight_of(finding).is_some_and(|insight| open.contains(insight));
        let mut kept: Vec<&Finding> = match open.is_empty() {
            true => Vec::new(),
            false => self.findings.iter().filter(concerns).collect(),
        };
        if !kept.is_empty() {
            let said: HashSet<(Loc, Code)> = report.findings.iter().map(|new| (new.loc, new.code)).collect();
            let stays = |finding: &Finding| {
                project.resolve(finding.loc).is_some() && !said.contains(&(finding.loc, finding.code))
            };
            kept.retain(|finding| stays(finding));
        }
        kept.into_iter().cloned().collect()
    }

    /// The insights that are judged less deeply than before, or not yet. Reports that both checks share say nothing new.
    fn open<'a>(&'a self, report: &'a Report) -> HashSet<&'a str> {
        if self.findings.is_empty() {
            return HashSet::new();
        }
        let (before, now) = (others(&self.before, &report.insights), others(&report.insights, &self.before));
        let before: HashMap<&str, &InsightReport> = before.map(|insight| (&*insight.name, insight)).collect();
        let is_open = |insight: &&InsightReport| {
            let less = before.get(&*insight.name).is_some_and(|before| insight.judge < before.judge);
            less || insight.why.as_ref().is_some_and(viz_facts::Unknown::is_pending)
        };
        now.filter(is_open).map(|insight| &*insight.name).collect()
    }
}

/// The reports that are not among others as they are.
fn others<'a>(these: &'a Insights, those: &Insights) -> impl Iterator<Item = &'a InsightReport> {
    let shared: HashSet<_> = those.groups().iter().map(Arc::as_ptr).collect();
    these.groups().iter().filter(move |group| !shared.contains(&Arc::as_ptr(group))).flat_map(|group| group.iter())
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

    fn codes(findings: &Findings) -> Vec<Code> {
        findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn a_finding_stays_while_its_insight_is_judged_less_deeply() {
        let mut outcome = fixture::outcome();
        let checked = outcome.projects.remove(0);
        let (project, mut whole) = (checked.project, checked.report);
        whole.insights[0].judge = Some(Judge::Values);
        let mut open = whole.clone();
        open.findings = Findings::default();
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
        open.findings = Findings::default();
        open.insights[0].judge = None;
        let other = fixture::outcome().projects.remove(0).project;
        assert_eq!(retained.show(&other, &open, false).len(), 0, "the same text, but not the same segments");
    }
}
