//! Code lenses above objects: how often they are used, how far insights are checked, what they cost, their SQL and their preview.

use std::collections::HashMap;
use viz_check::{FailedCombinations, Findings, InsightReport, Insights, Severity, Status};
use viz_project::{Kind, ObjectId, Project};
use viz_text::{FileId, Loc, TextRange};

/// A lens above an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The bytes of the object's name.
    pub range: TextRange,
    /// The object.
    pub object: ObjectId,
    /// What it says.
    pub kind: LensKind,
}

/// Sorts of lenses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensKind {
    /// Number of references.
    References,
    /// How far an insight is checked.
    Coverage {
        /// What to show.
        title: String,
        /// Whether it breaks for some choice.
        fails: bool,
    },
    /// What an insight costs.
    Cost {
        /// What to show.
        title: String,
    },
    /// The insight's SQL.
    ShowSql,
    /// The insight, drawn.
    Preview,
}

/// The lenses of a file, in the order of the text. Numbers of references are counted when one is looked at.
pub fn lenses(project: &Project, insights: &Insights, findings: &Findings, file: FileId) -> Vec<Lens> {
    let mut out = Vec::new();
    let reports: HashMap<Loc, &InsightReport> = insights.iter().map(|report| (report.loc, report)).collect();
    let mut worst: HashMap<&str, &FailedCombinations> = HashMap::new();
    for finding in findings {
        // What shows nothing for some choices breaks for none.
        let name = finding.object.as_ref().and_then(|object| object.name.as_deref());
        let (Some(name), Some(found)) = (name, &finding.combinations) else { continue };
        // Findings concern different causes: the one with the most failures is a lower bound of all.
        if finding.severity <= Severity::Warning && worst.get(name).is_none_or(|other| other.failed <= found.failed) {
            worst.insert(name, found);
        }
    }
    for id in project.ids().filter(|id| project.file_of_object(*id) == file) {
        let object = project.object(id);
        if object.name_text().is_empty() || !has_users(object.kind) {
            continue;
        }
        let Some((_, range)) = project.resolve(object.name_loc()) else { continue };
        let mut add = |kind| out.push(Lens { range, object: id, kind });
        add(LensKind::References);
        if object.kind == Kind::Insight {
            let report = reports.get(&object.name_loc());
            if let Some(report) = report {
                add(coverage(report, worst.get(object.name_text()).copied()));
            }
            if let Some(cost) = report.and_then(|report| report.cost.as_ref()) {
                add(LensKind::Cost { title: format!("at most {}", cost.words()) });
            }
            add(LensKind::ShowSql);
            add(LensKind::Preview);
        }
    }
    out
}

fn has_users(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Source
            | Kind::Model
            | Kind::Metric
            | Kind::Dimension
            | Kind::Input
            | Kind::Insight
            | Kind::Chart
            | Kind::Table
            | Kind::Markdown
    )
}

fn coverage(report: &InsightReport, worst: Option<&FailedCombinations>) -> LensKind {
    if report.why.as_ref().is_some_and(viz_facts::Unknown::is_pending) {
        return LensKind::Coverage { title: "checking…".into(), fails: false };
    }
    let title = match (report.status, worst) {
        (_, Some(found)) => format!("breaks for {} of {}", found.failed, found.total),
        (Status::Checked, None) => format!("{} of {} covered", report.covered, report.total),
        (Status::Static, None) => "checked".into(),
        (Status::Partial, None) => "checked in part".into(),
        (Status::Unchecked, None) => "not checked".into(),
    };
    LensKind::Coverage { title, fails: worst.is_some() }
}
