//! What a run of `--check` found, before anyone formats it.

use crate::host::lock::LockUse;
use std::time::Duration;
use viz_check::{Finding, InsightReport, Judge, Report, Severity, Status};
use viz_project::{Project, Target};

/// A checked project.
pub struct Checked {
    /// Its folder as people see it: relative to the current folder where it lies below.
    pub shown: String,
    /// Its text.
    pub project: Project,
    /// What was found. Findings that a baseline records are taken out.
    pub report: Report,
    /// The findings that the baseline records.
    pub recorded: Vec<Finding>,
    /// Number of findings that were fixed.
    pub fixed: usize,
    /// How the lock fits that was used in the place of sources.
    pub lock: Option<LockUse>,
}

impl Checked {
    /// A file of the project as people see it, ready to be clicked on.
    pub fn shown_file(&self, relative: &str) -> String {
        if self.shown == "." { relative.to_owned() } else { format!("{}/{relative}", self.shown) }
    }
}

/// A run.
pub struct Outcome {
    /// The projects, ordered by root.
    pub projects: Vec<Checked>,
    /// The version of the format that it was asked to check for.
    pub asked: Option<Target>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Number of findings per severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Information.
    pub information: usize,
    /// Hints.
    pub hints: usize,
}

impl Counts {
    /// Counts findings.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            match finding.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Information => counts.information += 1,
                Severity::Hint => counts.hints += 1,
            }
        }
        counts
    }
}

/// How much was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Insights.
    pub insights: usize,
    /// Insights of which every combination is covered.
    pub whole: usize,
    /// Insights that were not checked at the requested level.
    pub lacking: usize,
    /// Insights that were not checked at all.
    pub unchecked: usize,
    /// Insights that were not checked and whose combinations nobody could count: their options are not known.
    pub uncounted: usize,
    /// Combinations of all insights (saturating).
    pub total: usize,
    /// Covered combinations.
    pub covered: usize,
}

impl Coverage {
    /// Adds up the insights of reports.
    pub fn of<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Self {
        let mut sum = Self::default();
        for insight in reports.into_iter().flat_map(|report| report.insights.iter()) {
            sum.insights += 1;
            let covered = covered(insight);
            sum.whole += usize::from(covered.is_some_and(|covered| covered >= insight.total));
            sum.lacking += usize::from(matches!(insight.status, Status::Partial | Status::Unchecked));
            sum.unchecked += usize::from(insight.status == Status::Unchecked);
            sum.uncounted += usize::from(covered.is_none() && insight.total == 0);
            sum.total = sum.total.saturating_add(insight.total);
            sum.covered = sum.covered.saturating_add(covered.unwrap_or_default());
        }
        sum
    }

    /// The covered share in percent; all of nothing is all. An insight whose combinations nobody could count has at least one, and
    /// that is not covered: else a project of which nothing is known would be covered as a whole.
    pub fn percent(&self) -> f64 {
        let total = self.total.saturating_add(self.uncounted);
        if total == 0 { 100.0 } else { self.covered as f64 / total as f64 * 100.0 }
    }
}

/// How many combinations of an insight count as covered; `None` where nothing was checked, or where more was asked for and the data
/// could not be reached, so that its texts were read and no more.
pub fn covered(insight: &InsightReport) -> Option<usize> {
    let read_only = insight.status == Status::Partial && insight.judge.is_none_or(|judge| judge == Judge::Parse);
    (insight.status != Status::Unchecked && !read_only).then_some(insight.covered)
}

impl Outcome {
    /// All findings of all projects.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.projects.iter().flat_map(|checked| &checked.report.findings)
    }

    /// Number of findings per severity.
    pub fn counts(&self) -> Counts {
        Counts::of(self.findings())
    }

    /// How much was checked.
    pub fn coverage(&self) -> Coverage {
        Coverage::of(self.projects.iter().map(|checked| &checked.report))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_text::{Loc, SegmentId, TextRange};

    fn insight(status: Status, judge: Option<Judge>, total: usize, covered: usize) -> InsightReport {
        let loc = Loc::new(SegmentId::fresh(), TextRange::empty(0.into()));
        InsightReport {
            name: "".into(),
            loc,
            status,
            judge,
            total,
            sampled: covered,
            covered,
            proof: viz_check::Proof::default(),
            cost: None,
            why: None,
        }
    }

    #[test]
    fn coverage_adds_up() {
        let insights = vec![
            insight(Status::Checked, Some(Judge::Bind), 40, 40),
            insight(Status::Partial, Some(Judge::Bind), 60, 20),
            insight(Status::Unchecked, None, 0, 0),
        ];
        let report = Report { insights: insights.into_iter().collect(), ..Report::default() };
        let coverage = Coverage::of([&report]);
        let all = Coverage { insights: 3, whole: 1, lacking: 2, unchecked: 1, uncounted: 1, total: 100, covered: 60 };
        assert_eq!(coverage, all);
        assert_eq!(coverage.percent(), 60.0 / 101.0 * 100.0);
        let unknown =
            Report { insights: [insight(Status::Unchecked, None, 0, 0)].into_iter().collect(), ..Report::default() };
        assert_eq!(Coverage::of([&unknown]).percent(), 0.0);
        assert_eq!(Coverage::default().percent(), 100.0);
    }

    /// Without its data an insight is read, which is not what was asked for.
    #[test]
    fn what_was_only_read_is_not_covered() {
        let of = |status| {
            let report = Report {
                insights: [insight(status, Some(Judge::Parse), 9, 9)].into_iter().collect(),
                ..Report::default()
            };
            let coverage = Coverage::of([&report]);
            (coverage.whole, coverage.percent())
        };
        assert_eq!(of(Status::Partial), (0, 0.0));
        assert_eq!(of(Status::Checked), (1, 100.0), "reading was all that was asked for");
    }
}
