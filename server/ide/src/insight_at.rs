//! The insight that a place or a name is about.

use crate::cursor::target::target_at;
use crate::lineage::{object_around, used_by};
use std::collections::BTreeSet;
use viz_project::{Kind, ObjectId, Project};
use viz_text::{FileId, TextSize};

/// An insight, and the chart that it was found through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InsightAt {
    /// The insight.
    pub insight: ObjectId,
    /// The chart.
    pub chart: Option<ObjectId>,
}

/// The insight of this name.
pub fn insight_named(project: &Project, name: &str) -> Option<InsightAt> {
    let mut ids = project.names().global_named(name).iter().copied();
    let insight = ids.find(|id| project.object(*id).kind == Kind::Insight)?;
    Some(InsightAt { insight, chart: None })
}

/// The insight at an offset: in it, on a reference to it, or in a chart, table or dashboard that shows it (the first).
pub fn insight_at(project: &Project, file: FileId, offset: TextSize) -> Option<InsightAt> {
    let named = target_at(project, file, offset).map(|(target, _)| target.object());
    let around = object_around(project, file, offset);
    named.into_iter().chain(around).find_map(|id| first_insight(project, id))
}

fn first_insight(project: &Project, from: ObjectId) -> Option<InsightAt> {
    let (mut seen, mut front) = (BTreeSet::new(), vec![(from, None)]);
    while !front.is_empty() {
        let mut next = Vec::new();
        for (id, chart) in front {
            let chart = match project.object(id).kind {
                Kind::Insight => return Some(InsightAt { insight: id, chart }),
                Kind::Chart => Some(id),
                Kind::Table | Kind::Dashboard => chart,
                _ => continue,
            };
            next.extend(used_by(project, id).into_iter().filter(|used| seen.insert(*used)).map(|used| (used, chart)));
        }
        front = next;
    }
    None
}

/// The first chart that shows an insight.
pub fn chart_of(project: &Project, insight: ObjectId) -> Option<ObjectId> {
    let charts = project.of_kind(Kind::Chart);
    charts.into_iter().find(|chart| used_by(project, *chart).contains(&insight))
}
