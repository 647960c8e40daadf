//! Code lenses above objects: how often they are used, how far insights are checked, what they cost, their SQL and their preview.

use viz_check::{Finding, InsightReport, Severity, Status};
use viz_project::{Kind, ObjectId, Project};
use viz_text::{FileId, TextRange};

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
pub fn lenses(project: &Project, insights: &[InsightReport], findings: &[Finding], file: FileId) -> Vec<Lens> {
    let mut out = Vec::new();
    for id in project.ids().filter(|id| project.file_of_object(*id) == file) {
        let object = project.object(id);
        if object.name_text().is_empty() || !has_users(object.kind) {
            continue;
        }
        let Some((_, range)) = project.resolve(object.name_loc()) else { continue };
        let mut add = |kind| out.push(Lens { range, object: id, kind });
        add(LensKind::References);
        if object.kind == Kind::Insight {
            let report = insights.iter().find(|report| report.loc == object.name_loc());
            if let Some(kind) = report.and_then(|report| coverage(project, report, findings, id)) {
                add(kind);
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

fn coverage(project: &Project, report: &InsightReport, findings: &[Finding], id: ObjectId) -> Option<LensKind> {
    if report.why.as_ref().is_some_and(viz_facts::Unknown::is_pending) {
        return Some(LensKind::Coverage { title: "checking…".into(), fails: false });
    }
    let own = |finding: &&Finding| {
        let name = finding.object.as_ref().and_then(|object| object.name.as_deref());
        // What shows nothing for some choices breaks for none.
        name == Some(project.object(id).name_text()) && finding.severity <= Severity::Warning
    };
    let failing = findings.iter().filter(own).filter_map(|finding| finding.combinations.as_ref());
    // Findings concern different causes: the one with the most failures is a lower bound of all.
    let worst = failing.max_by_key(|found| found.failed);
    let title = match (report.status, worst) {
        (_, Some(found)) => format!("breaks for {} of {}", found.failed, found.total),
        (Status::Checked, None) => format!("{} of {} covered", report.covered, report.total),
        (Status::Static, None) => "checked".into(),
        (Status::Partial, None) => "checked in part".into(),
        (Status::Unchecked, None) => "not checked".into(),
    };
    Some(LensKind::Coverage { title, fails: worst.is_some() })
}
