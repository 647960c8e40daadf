//! Who is to blame: the smallest sets of selections that explain which combinations fail.

use crate::insight::combinations::Combination;

/// One explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Witness {
    /// The inputs responsible, as indices.
    pub inputs: Vec<usize>,
    /// Their failing selections: one state index per input.
    pub selections: Vec<Vec<u32>>,
    /// A failing combination.
    pub example: usize,
    /// Whether every combination fails, whatever is chosen.
    pub always: bool,
}

/// Maximum number of pairs of inputs to examine. If there are more, all inputs together are blamed.
const MOST_PAIRS: usize = 2_000;

/// Explains the failing ones among the combinations. A state is guilty if all combinations with it fail (and there are
/// at least as many states as one that isn't); what guilty states don't explain is blamed on pairs of inputs, and what
/// is left on all inputs together.
pub(crate) fn witnesses(combinations: &[Combination], failing: &[bool]) -> Vec<Witness> {
    let Some(first) = failing.iter().position(|fails| *fails) else { return Vec::new() };
    let width = combinations[first].len();
    if failing.iter().all(|fails| *fails) {
        return vec![Witness {
            inputs: (0..width).collect(),
            selections: vec![combinations[first].clone()],
            example: first,
            always: true,
        }];
    }
    let mut explained = vec![false; combinations.len()];
    let mut out = Vec::new();
    for input in 0..width {
        blame(&[input], combinations, failing, &mut explained, &mut out);
    }
    let pairs = || (0..width).flat_map(|a| (a + 1..width).map(move |b| [a, b]));
    for pair in pairs().take(MOST_PAIRS) {
        if (0..combinations.len()).all(|at| explained[at] || !failing[at]) {
            break;
        }
        blame(&pair, combinations, failing, &mut explained, &mut out);
    }
    let rest: Vec<usize> = (0..combinations.len()).filter(|at| failing[*at] && !explained[*at]).collect();
    if let Some(example) = rest.first() {
        let selections = rest.iter().map(|at| combinations[*at].clone()).collect();
        out.push(Witness { inputs: (0..width).collect(), selections, example: *example, always: false });
    }
    out
}

fn blame(
    inputs: &[usize],
    combinations: &[Combination],
    failing: &[bool],
    explained: &mut [bool],
    out: &mut Vec<Witness>,
) {
    let key = |combination: &Combination| -> Vec<u32> { inputs.iter().map(|input| combination[*input]).collect() };
    let mut groups: std::collections::BTreeMap<Vec<u32>, (bool, Vec<usize>)> = std::collections::BTreeMap::new();
    for (at, combination) in combinations.iter().enumerate() {
        let group = groups.entry(key(combination)).or_insert((true, Vec::new()));
        group.0 &= failing[at];
        group.1.push(at);
    }
    let guilty: Vec<(Vec<u32>, Vec<usize>)> = groups
        .into_iter()
        .filter(|(_, (all, members))| *all && members.iter().any(|at| !explained[*at]))
        .map(|(key, (_, members))| (key, members))
        .collect();
    let Some(example) = guilty.iter().flat_map(|(_, members)| members).find(|at| !explained[**at]).copied() else {
        return;
    };
    for at in guilty.iter().flat_map(|(_, members)| members) {
        explained[*at] = true;
    }
    out.push(Witness {
        inputs: inputs.to_vec(),
        selections: guilty.into_iter().map(|(key, _)| key).collect(),
        example,
        always: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(a: u32, b: u32) -> Vec<Combination> {
        (0..a).flat_map(|x| (0..b).map(move |y| vec![x, y])).collect()
    }

    fn explain(fails: impl Fn(&Combination) -> bool) -> Vec<(Vec<usize>, Vec<Vec<u32>>)> {
        let combinations = grid(4, 3);
        let failing: Vec<bool> = combinations.iter().map(fails).collect();
        witnesses(&combinations, &failing).into_iter().map(|witness| (witness.inputs, witness.selections)).collect()
    }

    #[test]
    fn the_smallest_set_is_blamed() {
        assert_eq!(explain(|_| false), []);
        assert_eq!(explain(|c| c[0] == 2), [(vec![0], vec![vec![2]])]);
        assert_eq!(explain(|c| c[0] == 2 || c[1] == 0), [(vec![0], vec![vec![2]]), (vec![1], vec![vec![0]])]);
        assert_eq!(explain(|c| c[0] == 2 && c[1] == 0), [(vec![0, 1], vec![vec![2, 0]])]);
    }

    #[test]
    fn what_always_fails_is_nobodys_choice() {
        let combinations = grid(2, 2);
        assert!(witnesses(&combinations, &[true; 4])[0].always);
    }
}
