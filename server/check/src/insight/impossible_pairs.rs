//! Pairs of inputs most of whose pairs of options show nothing: a viewer who changes one of them mostly sees an empty chart.

use super::origin::is_phantom;
use super::plan::Plan;
use super::setting::Setting;
use super::wording::{Failures, choices_of, counted, in_conditions};
use crate::insight::combinations::Combination;
use crate::report::Finding;
use std::collections::{BTreeMap, BTreeSet};
use viz_project::{Body, Code, Related, Selection};
use viz_text::Loc;

/// Fewer pairs say nothing.
const FEWEST: usize = 4;

/// How many pairs of options two inputs have, and which of them show nothing.
#[derive(Debug, PartialEq, Eq)]
struct Pairs {
    total: usize,
    empty: Vec<Vec<u32>>,
}

/// Pairs of single-selects with the finding about them. Silent where a pair was not seen with all choices of the other
/// inputs, and where an option shows nothing at all, because that is no matter of pairs.
pub(super) fn impossible_pairs(
    setting: &Setting<'_>,
    plan: &Plan,
    combinations: &[Combination],
    empty: &[bool],
) -> Vec<([usize; 2], Finding)> {
    let width = plan.query_inputs.len();
    // Of two inputs each combination is a pair; of more all have to be known.
    if width < 2 || (width > 2 && combinations.len() != plan.total) {
        return Vec::new();
    }
    let single = (0..width).filter(|input| is_single(setting, plan, *input));
    let single = single.map(|input| (input, options(setting, plan, input))).collect();
    let judged = pairs(single).into_iter().filter_map(|[(a, of_a), (b, of_b)]| {
        let inputs = [a, b];
        let found = mostly_empty(inputs, &[of_a, of_b], combinations, empty)?;
        Some((inputs, finding(setting, plan, inputs, &found, combinations.len() == plan.total)?))
    });
    judged.collect()
}

/// Pairs of inputs with their options. Of an input with one option nothing can be said: so there are few, because all combinations
/// of the others are known.
fn pairs(mut single: Vec<(usize, Vec<u32>)>) -> Vec<[(usize, Vec<u32>); 2]> {
    single.retain(|(_, options)| options.len() > 1);
    let of = |(at, a): (usize, &(usize, Vec<u32>))| {
        single[at + 1..].iter().map(|b| [a.clone(), b.clone()]).collect::<Vec<_>>()
    };
    single.iter().enumerate().flat_map(of).collect()
}

fn is_single(setting: &Setting<'_>, plan: &Plan, input: usize) -> bool {
    let body = &setting.project.object(plan.query_inputs[input]).body;
    matches!(body, Body::Input(input) if input.selection == Some(Selection::Single))
}

/// The states that are options: not the cleared control, nor what stands for no option.
fn options(setting: &Setting<'_>, plan: &Plan, input: usize) -> Vec<u32> {
    let is_option = |at: &u32| {
        let state = &plan.states[input][*at as usize];
        !state.values.is_empty() && !is_phantom(setting, plan.query_inputs[input], state)
    };
    (0..plan.states[input].len() as u32).filter(is_option).collect()
}

/// The pairs of two inputs, if most of them show nothing while each option shows something with another.
fn mostly_empty(
    inputs: [usize; 2],
    options: &[Vec<u32>; 2],
    combinations: &[Combination],
    empty: &[bool],
) -> Option<Pairs> {
    let total = options[0].len() * options[1].len();
    if options.iter().any(|options| options.len() < 2) || total < FEWEST {
        return None;
    }
    let mut seen: BTreeMap<[u32; 2], bool> = BTreeMap::new();
    for (combination, empty) in combinations.iter().zip(empty) {
        let pair = inputs.map(|input| combination[input]);
        // In the order of the states.
        if options.iter().zip(pair).all(|(options, state)| options.binary_search(&state).is_ok()) {
            *seen.entry(pair).or_insert(true) &= empty;
        }
    }
    let shows = |side: usize| seen.iter().filter(|(_, empty)| !**empty).map(|(pair, _)| pair[side]).collect();
    if (0..2).any(|side| BTreeSet::len(&shows(side)) < options[side].len()) {
        return None;
    }
    let empty: Vec<Vec<u32>> = seen.into_iter().filter(|(_, empty)| *empty).map(|(pair, _)| pair.to_vec()).collect();
    (2 * empty.len() > total).then_some(Pairs { total, empty })
}

fn finding(setting: &Setting<'_>, plan: &Plan, inputs: [usize; 2], pairs: &Pairs, exact: bool) -> Option<Finding> {
    let [first, second] = inputs.map(|input| setting.project.object(plan.query_inputs[input]).name_text());
    let [other, loc] = inputs.map(|input| read_at(setting, plan, input));
    let (total, count) = (pairs.total, pairs.empty.len());
    let least = if exact { "" } else { "at least " };
    let message = format!("of {total} pairs of `{first}` and `{second}`, {least}{count} show nothing");
    let mut finding = Finding::new(Code::ImpossiblePair, loc?, message);
    let failures = Failures { inputs: &inputs, selections: &pairs.empty, grouped: false, exact };
    let (mut combinations, _) = counted(setting, plan, &failures);
    (combinations.failed, combinations.total) = (count, total);
    finding.combinations = Some(combinations);
    if let Some(example) = pairs.empty.first() {
        let words = in_conditions(choices_of(setting, plan, &inputs, example));
        finding.notes.push(format!("it shows nothing when {words}, for example"));
    }
    if let Some(loc) = other {
        finding.related.push(Related { loc, message: format!("`{first}` is read here") });
    }
    finding.help = Some("offer the pairs that there are as the options of one input".into());
    Some(finding)
}

/// Where an input is read.
fn read_at(setting: &Setting<'_>, plan: &Plan, input: usize) -> Option<Loc> {
    let holes = setting.composed.template.holes().iter();
    holes.filter(|hole| hole.input == plan.query_inputs[input]).map(|hole| hole.loc).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(counts: [u32; 3], shows: impl Fn(&[u32]) -> bool) -> Option<(usize, usize)> {
        let mut combinations = Vec::new();
        for a in 0..counts[0] {
            for b in 0..counts[1] {
                combinations.extend((0..counts[2]).map(|c| vec![a, b, c]));
            }
        }
        let empty: Vec<bool> = combinations.iter().map(|combination| !shows(combination)).collect();
        let options = [(0..counts[0]).collect(), (0..counts[1]).collect()];
        mostly_empty([0, 1], &options, &combinations, &empty).map(|pairs| (pairs.empty.len(), pairs.total))
    }

    #[test]
    fn most_pairs_show_nothing() {
        // Cities in countries: each city is in one of three.
        assert_eq!(judged([3, 9, 1], |c| c[1] / 3 == c[0]), Some((18, 27)));
        assert_eq!(judged([3, 9, 2], |c| c[1] / 3 == c[0] && c[2] == 1), Some((18, 27)), "with one of the third");
    }

    #[test]
    fn inputs_of_one_option_make_no_pairs() {
        let mut single: Vec<(usize, Vec<u32>)> = (0..20_000).map(|at| (at, vec![0])).collect();
        single[3].1 = vec![0, 1];
        assert_eq!(pairs(single.clone()).len(), 0);
        single[19_999].1 = vec![1, 2];
        assert_eq!(pairs(single), [[(3, vec![0, 1]), (19_999, vec![1, 2])]]);
    }

    #[test]
    fn half_of_the_pairs_are_not_most() {
        assert_eq!(judged([2, 2, 1], |c| c[0] == c[1]), None);
        assert_eq!(judged([4, 4, 1], |c| (c[0] + c[1]) % 2 == 0), None);
    }

    #[test]
    fn an_option_without_rows_is_no_matter_of_pairs() {
        assert_eq!(judged([3, 3, 1], |c| c[0] == c[1] && c[0] < 2), None);
        assert_eq!(judged([1, 9, 1], |c| c[1] == 0), None);
        assert_eq!(judged([3, 3, 1], |_| false), None);
    }

    #[test]
    fn a_pair_that_was_not_seen_is_not_empty() {
        let seen: Vec<Combination> = (0..6).map(|at| vec![at % 6, at % 6]).collect();
        let options = [(0..6).collect::<Vec<u32>>(), (0..6).collect()];
        assert_eq!(mostly_empty([0, 1], &options, &seen, &[false; 6]), None);
    }
}
