//! What the combinations of an insight cost where they run, and whether that is more than its project's budget.

use super::plan::Plan;
use super::setting::Setting;
use super::wording::{choices, in_conditions};
use crate::insight::combinations::Combination;
use crate::report::Finding;
use crate::report::cost::Cost;
use std::cmp::Reverse;
use viz_project::Code;
use viz_text::numbers::{rows, size, thousands};

/// A combination that ran.
#[derive(Debug, Clone)]
pub(super) struct Ran {
    pub milliseconds: u64,
    pub rows: u64,
    /// Of its rows as text.
    pub bytes: u64,
    /// Of its rows in their order.
    hash: String,
}

impl Ran {
    /// Reads the answer of a counting query, `rows:bytes:hash`.
    pub(super) fn of(milliseconds: u64, answer: &str) -> Option<Self> {
        let mut parts = answer.splitn(3, ':');
        let mut next = || parts.next();
        let (rows, bytes) = (next()?.parse().ok()?, next()?.parse().ok()?);
        Some(Self { milliseconds, rows, bytes, hash: next()?.to_owned() })
    }

    /// Whether a viewer sees the same, however long it took.
    pub(super) fn shows_the_same(&self, other: &Self) -> bool {
        (self.rows, &self.hash) == (other.rows, &other.hash)
    }
}

/// The most that any of these combinations costs.
pub(super) fn cost<'a>(
    setting: &Setting<'_>,
    plan: &Plan,
    ran: impl Iterator<Item = (&'a Combination, &'a Ran)> + Clone,
) -> Option<Cost> {
    let most = |of: fn(&Ran) -> u64| ran.clone().map(|(_, ran)| of(ran)).max();
    // Of equally slow ones the one with the most rows, the first of them.
    let (slowest, of_slowest) = ran.clone().max_by_key(|(at, ran)| (ran.milliseconds, ran.rows, Reverse(*at)))?;
    Some(Cost {
        milliseconds: of_slowest.milliseconds,
        rows: most(|ran| ran.rows)?,
        bytes: most(|ran| ran.bytes)?,
        slowest: choices(setting, plan, slowest).map(|(name, state)| (name.to_owned(), state.label())).collect(),
    })
}

/// What a budget limits, and how that is said.
struct Measure {
    most: Option<u64>,
    of: fn(&Ran) -> u64,
    words: fn(u64) -> String,
    verb: &'static str,
}

/// That an insight takes more than its project's budget.
pub(super) fn over_budget<'a>(
    setting: &Setting<'_>,
    plan: &Plan,
    ran: impl Iterator<Item = (&'a Combination, &'a Ran)> + Clone,
) -> Option<Finding> {
    let budget = setting.project.config().budget;
    let measures = [
        Measure {
            most: budget.milliseconds,
            of: |ran| ran.milliseconds,
            words: |most| format!("{} ms", thousands(most)),
            verb: "takes",
        },
        Measure { most: budget.rows, of: |ran| ran.rows, words: rows, verb: "has" },
        Measure { most: budget.bytes, of: |ran| ran.bytes, words: size, verb: "sends" },
    ];
    let said = measures.into_iter().filter_map(|measure| {
        let of = |ran: &Ran| (measure.of)(ran);
        let (at, worst) = ran.clone().max_by_key(|(at, ran)| (of(ran), Reverse(*at)))?;
        let most = measure.most.filter(|most| of(worst) > *most)?;
        let when = match at.is_empty() {
            true => String::new(),
            false => format!(" when {}", in_conditions(choices(setting, plan, at))),
        };
        let (found, allowed) = ((measure.words)(of(worst)), (measure.words)(most));
        // Numbers that are shortened to the same words are told as they are.
        let (found, allowed) = match found == allowed {
            true => (thousands(of(worst)), thousands(most)),
            false => (found, allowed),
        };
        Some(format!("it {} {found}{when} (budget: {allowed})", measure.verb))
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        return None;
    }
    let message = format!("this insight is over the budget: {}", said.join("; "));
    let mut finding = Finding::new(Code::OverBudget, setting.project.object(setting.id).name_loc(), message);
    finding.help = Some("aggregate in the query or in the model, or raise `budget` in `.viz-lsp.yml`".into());
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let ran = Ran::of(7, "3:120:a:b").expect("it is an answer");
        assert_eq!((ran.milliseconds, ran.rows, ran.bytes, ran.hash.as_str()), (7, 3, 120, "a:b"));
        for strange in ["", "3", "3:1", "x:1:h", "3:-1:h"] {
            assert!(Ran::of(7, strange).is_none(), "{strange}");
        }
    }

    #[test]
    fn times_make_no_difference_to_what_is_shown() {
        let of = |milliseconds, answer| Ran::of(milliseconds, answer).expect("it is an answer");
        assert!(of(1, "3:120:a").shows_the_same(&of(90, "3:120:a")));
        assert!(!of(1, "3:120:a").shows_the_same(&of(1, "3:120:b")));
    }
}
