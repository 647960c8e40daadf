//! The reports of all insights, a few at a time: a check that changes one shares the others with the check before it.

use super::InsightReport;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

/// Reports that are shared or copied together.
const TOGETHER: usize = 64;

/// The reports of all insights, in document order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Insights {
    groups: Vec<Arc<Vec<InsightReport>>>,
}

impl Insights {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &InsightReport> {
        self.groups.iter().flat_map(|group| group.iter())
    }

    /// All of them, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut InsightReport> {
        self.groups.iter_mut().flat_map(|group| Arc::make_mut(group).iter_mut())
    }

    /// Number of insights.
    pub fn len(&self) -> usize {
        self.groups.last().map_or(0, |last| (self.groups.len() - 1) * TOGETHER + last.len())
    }

    /// Whether there are no insights.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// What is shared between checks: the same group, the same reports.
    pub fn groups(&self) -> &[Arc<Vec<InsightReport>>] {
        &self.groups
    }
}

impl Index<usize> for Insights {
    type Output = InsightReport;

    fn index(&self, at: usize) -> &InsightReport {
        &self.groups[at / TOGETHER][at % TOGETHER]
    }
}

impl IndexMut<usize> for Insights {
    fn index_mut(&mut self, at: usize) -> &mut InsightReport {
        &mut Arc::make_mut(&mut self.groups[at / TOGETHER])[at % TOGETHER]
    }
}

impl FromIterator<InsightReport> for Insights {
    fn from_iter<I: IntoIterator<Item = InsightReport>>(reports: I) -> Self {
        let mut reports = reports.into_iter();
        let group = || Some(reports.by_ref().take(TOGETHER).collect::<Vec<_>>()).filter(|group| !group.is_empty());
        Self { groups: std::iter::from_fn(group).map(Arc::new).collect() }
    }
}
