//! The reports of all insights, a few at a time: a check that changes one shares the others with the check before it.

use super::InsightReport;
use std::ops::{Index, IndexMut, Range};
use std::sync::Arc;

/// Reports that are shared or copied together.
const TOGETHER: usize = 64;

/// The reports of all insights, in document order.
#[derive(Debug, Clone, Default)]
pub struct Insights {
    groups: Vec<Arc<Vec<InsightReport>>>,
    /// The place of the first report of each group.
    starts: Vec<usize>,
}

impl Insights {
    fn of(groups: Vec<Arc<Vec<InsightReport>>>) -> Self {
        let mut starts = Vec::with_capacity(groups.len());
        groups.iter().fold(0, |next, group| {
            starts.push(next);
            next + group.len()
        });
        Self { groups, starts }
    }

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
        self.starts.last().zip(self.groups.last()).map_or(0, |(start, group)| start + group.len())
    }

    /// Whether there are no insights.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// What is shared between checks: the same group, the same reports.
    pub fn groups(&self) -> &[Arc<Vec<InsightReport>>] {
        &self.groups
    }

    /// Puts others in place of some. The groups around them stay as they are.
    pub(crate) fn splice(&mut self, places: Range<usize>, new: impl Iterator<Item = InsightReport>) {
        let first = self.group_of(places.start);
        let end = (self.group_of(places.end.saturating_sub(1)).max(first) + 1).min(self.groups.len());
        let mut reports: Vec<InsightReport> =
            self.groups[first..end].iter().flat_map(|group| group.iter().cloned()).collect();
        let before = places.start - self.starts.get(first).copied().unwrap_or_default();
        reports.splice(before..before + places.len(), new);
        let mut groups = std::mem::take(&mut self.groups);
        groups.splice(first..end, reports.chunks(TOGETHER).map(|group| Arc::new(group.to_vec())));
        *self = Self::of(groups);
    }

    /// The group of a place.
    fn group_of(&self, place: usize) -> usize {
        self.starts.partition_point(|start| *start <= place).saturating_sub(1)
    }
}

/// Equal reports, however they are grouped.
impl PartialEq for Insights {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Index<usize> for Insights {
    type Output = InsightReport;

    fn index(&self, at: usize) -> &InsightReport {
        let group = self.group_of(at);
        &self.groups[group][at - self.starts[group]]
    }
}

impl IndexMut<usize> for Insights {
    fn index_mut(&mut self, at: usize) -> &mut InsightReport {
        let group = self.group_of(at);
        &mut Arc::make_mut(&mut self.groups[group])[at - self.starts[group]]
    }
}

impl FromIterator<InsightReport> for Insights {
    fn from_iter<I: IntoIterator<Item = InsightReport>>(reports: I) -> Self {
        let mut reports = reports.into_iter();
        let group = || Some(reports.by_ref().take(TOGETHER).collect::<Vec<_>>()).filter(|group| !group.is_empty());
        Self::of(std::iter::from_fn(group).map(Arc::new).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Proof, Status};
    use viz_text::{Loc, SegmentId, TextRange};

    fn reports(segment: SegmentId, numbers: Range<usize>) -> impl Iterator<Item = InsightReport> {
        numbers.map(move |number| InsightReport {
            name: number.to_string().into(),
            loc: Loc::new(segment, TextRange::empty(0.into())),
            status: Status::Unchecked,
            judge: None,
            total: 0,
            sampled: 0,
            covered: 0,
            proof: Proof::default(),
            cost: None,
            why: None,
        })
    }

    #[test]
    fn some_are_replaced_and_the_groups_around_them_are_shared() {
        let mut random = fastrand::Rng::with_seed(5);
        let segment = SegmentId::fresh();
        for count in [0, 1, 64, 65, 300] {
            let mut kept: Insights = reports(segment, 0..count).collect();
            let mut wanted: Vec<InsightReport> = reports(segment, 0..count).collect();
            for step in 0..40 {
                let start = random.usize(..=wanted.len());
                let places = start..random.usize(start..=wanted.len().min(start + 70));
                let new = 1_000 * step..1_000 * step + random.usize(..90);
                let before = kept.clone();
                kept.splice(places.clone(), reports(segment, new.clone()));
                wanted.splice(places.clone(), reports(segment, new));
                assert!(kept.iter().eq(&wanted) && kept.len() == wanted.len(), "{count}, {step}");
                assert!((0..wanted.len()).all(|at| kept[at] == wanted[at]), "{count}, {step}");
                let shared = |group| before.groups().iter().any(|other| Arc::ptr_eq(group, other));
                let others = kept.groups().iter().filter(|group| !shared(group)).count();
                assert!(others <= 6, "{count}, {step}: {others} of {} groups", kept.groups().len());
            }
        }
    }
}
