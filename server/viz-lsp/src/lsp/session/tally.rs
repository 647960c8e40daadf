//! What all insights of a project come to: counted again only where reports have changed.

use crate::host::outcome::covered;
use crate::lsp::session::status::{Combinations, Insights, Why};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use viz_check::{InsightReport, Status};
use viz_facts::Reason;

/// Insights that are named for one reason.
const NAMES: usize = 5;

/// Reasons that are told: while nothing is known of a large project there is one for each of its models.
const REASONS: usize = 50;

/// The numbers of the last check.
#[derive(Default)]
pub struct Tally {
    groups: Vec<(Arc<Vec<InsightReport>>, Part)>,
}

/// What a group of insights comes to.
#[derive(Default)]
struct Part {
    insights: Insights,
    combinations: Combinations,
    why: Vec<Why>,
    /// Of what hints depend on.
    hints: u64,
}

impl Tally {
    /// Takes these reports.
    pub fn count(&mut self, reports: &viz_check::Insights) {
        self.groups.truncate(reports.groups().len());
        for (at, group) in reports.groups().iter().enumerate() {
            match self.groups.get_mut(at) {
                Some((known, _)) if Arc::ptr_eq(known, group) => {}
                Some(known) => *known = (Arc::clone(group), Part::of(group)),
                None => self.groups.push((Arc::clone(group), Part::of(group))),
            }
        }
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.groups.iter().map(|(_, part)| part)
    }

    /// How far insights are checked.
    pub fn insights(&self) -> Insights {
        self.parts().fold(Insights::default(), |sum, Part { insights: part, .. }| Insights {
            total: sum.total + part.total,
            checked: sum.checked + part.checked,
            partial: sum.partial + part.partial,
            unchecked: sum.unchecked + part.unchecked,
        })
    }

    /// How many combinations they have.
    pub fn combinations(&self) -> Combinations {
        self.parts().fold(Combinations::default(), |sum, Part { combinations: part, .. }| Combinations {
            total: sum.total.saturating_add(part.total),
            covered: sum.covered.saturating_add(part.covered),
        })
    }

    /// Why some are not checked, once per reason, the first few reasons.
    pub fn why(&self) -> Vec<Why> {
        merged(self.parts().flat_map(|part| part.why.iter().cloned()))
    }

    /// Equal numbers, equal hints.
    pub fn hints_depend_on(&self) -> u64 {
        let mut hasher = FxHasher::default();
        self.parts().for_each(|part| part.hints.hash(&mut hasher));
        hasher.finish()
    }
}

impl Part {
    fn of(group: &[InsightReport]) -> Self {
        let (mut part, mut hints) = (Self::default(), FxHasher::default());
        let mut why = Vec::new();
        for insight in group {
            part.insights.total += 1;
            match insight.status {
                Status::Partial => part.insights.partial += 1,
                Status::Unchecked => part.insights.unchecked += 1,
                _ => part.insights.checked += 1,
            }
            let lacking = matches!(insight.status, Status::Partial | Status::Unchecked);
            if let Some(reason) = insight.why.as_ref().filter(|_| lacking) {
                let names = Some(insight.name.to_string()).filter(|name| !name.is_empty()).into_iter().collect();
                why.push(Why { code: reason.code, message: reason.message.clone(), insights: 1, names });
            }
            let Combinations { total, covered: sum } = part.combinations;
            part.combinations = Combinations {
                total: total.saturating_add(insight.total),
                covered: sum.saturating_add(covered(insight).unwrap_or_default()),
            };
            (insight.loc, insight.covered, insight.total, insight.why.is_some()).hash(&mut hints);
        }
        part.why = merged(why.into_iter());
        part.hints = hints.finish();
        part
    }
}

/// Each reason once.
fn merged(all: impl Iterator<Item = Why>) -> Vec<Why> {
    let mut places: FxHashMap<(Reason, String), usize> = FxHashMap::default();
    let mut out: Vec<Why> = Vec::new();
    for why in all {
        match places.get(&(why.code, why.message.clone())) {
            Some(place) => {
                let known = &mut out[*place];
                known.insights += why.insights;
                let room = NAMES.saturating_sub(known.names.len());
                known.names.extend(why.names.into_iter().take(room));
            }
            None if out.len() < REASONS => {
                places.insert((why.code, why.message.clone()), out.len());
                out.push(why);
            }
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_facts::Unknown;

    #[test]
    fn what_was_counted_group_by_group_is_what_is_counted_at_once() {
        let of = crate::cli::formats::fixture::outcome().projects.remove(0).report.insights;
        let report = |at: usize| {
            let mut report = of[0].clone();
            (report.name, report.total, report.covered) = (format!("i{at}").into(), at, at / 2);
            let kind = at % 3;
            report.status = [Status::Checked, Status::Partial, Status::Unchecked][kind];
            report.why = (kind > 0).then(|| Unknown::new(Reason::DatabaseLocked, format!("reason {}", at % 60)));
            report
        };
        let mut reports: viz_check::Insights = (0..500).map(report).collect();
        let mut kept = Tally::default();
        kept.count(&reports);
        for at in [0, 63, 64, 499] {
            (reports[at].status, reports[at].covered) = (Status::Unchecked, 7);
            kept.count(&reports);
            let mut fresh = Tally::default();
            fresh.count(&reports);
            assert_eq!((kept.insights(), kept.combinations()), (fresh.insights(), fresh.combinations()));
            assert_eq!((kept.why(), kept.hints_depend_on()), (fresh.why(), fresh.hints_depend_on()));
        }
        assert_eq!(kept.insights().total, 500);
        assert_eq!(kept.why().len(), 40);
        assert!(kept.why().iter().all(|why| why.names.len() == NAMES && why.insights > NAMES));
        kept.count(&viz_check::Insights::default());
        assert_eq!(kept.insights(), Insights::default());
    }
}
