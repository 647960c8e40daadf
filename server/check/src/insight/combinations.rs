//! Which combinations of selections are looked at: all of them up to the cut-off, else one of each class tuple, every
//! state where they fit, every pair of classes, and a seeded fill.

use crate::proof::Classes;
use std::collections::{BTreeSet, HashSet};

/// With up to this many inputs, the sample contains every pair of classes; with more, most pairs occur by chance.
const MOST_PAIRED: usize = 128;

/// One state of each input, as indices into the inputs' states.
pub(crate) type Combination = Vec<u32>;

/// The number of combinations; `usize::MAX` where it does not fit.
pub(crate) fn total(counts: &[u32]) -> usize {
    counts.iter().fold(1, |product: usize, count| product.saturating_mul(*count as usize))
}

/// At most `limit` different combinations, in a stable order. The first is that of the initial states.
pub(crate) fn sample(counts: &[u32], classes: &Classes, limit: usize, seed: u64) -> Vec<Combination> {
    if counts.contains(&0) || limit == 0 {
        return Vec::new();
    }
    if total(counts) <= limit {
        return all(counts);
    }
    let mut chosen = Chosen { limit, known: BTreeSet::new(), out: Vec::new() };
    chosen.add(vec![0; counts.len()]);
    let representatives = classes.representatives();
    let of_classes: Vec<u32> = representatives.iter().map(|of| of.len() as u32).collect();
    let from_classes = |tuple: &[u32]| -> Combination {
        tuple.iter().zip(&representatives).map(|(class, of)| of.get(*class as usize).copied().unwrap_or(0)).collect()
    };
    if total(&of_classes) <= limit {
        all(&of_classes).iter().for_each(|tuple| chosen.add(from_classes(tuple)));
    }
    // Row `n` takes the state number `n` of every input, in an order of its own: so `max(counts)` rows hold every state.
    let firsts = representatives.iter().enumerate();
    let orders: Vec<Vec<u32>> = firsts.map(|(input, firsts)| classes.order(input, firsts)).collect();
    for row in 0..counts.iter().copied().max().unwrap_or(0) as usize {
        if chosen.is_full() {
            break;
        }
        chosen.add(orders.iter().map(|order| order[row % order.len()]).collect());
    }
    if counts.len() <= MOST_PAIRED {
        pairs(&mut chosen, &of_classes, from_classes);
    }
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..limit.saturating_mul(20) {
        if chosen.is_full() {
            break;
        }
        chosen.add(counts.iter().map(|count| random.u32(0..*count)).collect());
    }
    chosen.out
}

struct Chosen {
    limit: usize,
    known: BTreeSet<Combination>,
    out: Vec<Combination>,
}

impl Chosen {
    fn is_full(&self) -> bool {
        self.out.len() >= self.limit
    }

    fn add(&mut self, combination: Combination) {
        if !self.is_full() && self.known.insert(combination.clone()) {
            self.out.push(combination);
        }
    }
}

/// Combinations until each two classes of different inputs have met.
fn pairs(chosen: &mut Chosen, classes: &[u32], from_classes: impl Fn(&[u32]) -> Combination) {
    let mut met: HashSet<(usize, u32, usize, u32)> = HashSet::new();
    for a in 0..classes.len() {
        for b in a + 1..classes.len() {
            for (of_a, of_b) in (0..classes[a]).flat_map(|of_a| (0..classes[b]).map(move |of_b| (of_a, of_b))) {
                if chosen.is_full() {
                    return;
                }
                if met.contains(&(a, of_a, b, of_b)) {
                    continue;
                }
                // The others go round, so that a combination brings new pairs of theirs too.
                let turn = met.len() as u32;
                let mut tuple: Vec<u32> = classes.iter().map(|count| turn % (*count).max(1)).collect();
                (tuple[a], tuple[b]) = (of_a, of_b);
                for (x, y) in (0..tuple.len()).flat_map(|x| (x + 1..classes.len()).map(move |y| (x, y))) {
                    met.insert((x, tuple[x], y, tuple[y]));
                }
                chosen.add(from_classes(&tuple));
            }
        }
    }
}

fn all(counts: &[u32]) -> Vec<Combination> {
    let mut out = vec![Vec::new()];
    for count in counts {
        out = out
            .into_iter()
            .flat_map(|prefix| (0..*count).map(move |state| [prefix.as_slice(), &[state]].concat()))
            .collect();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::{Conditions, Shape};

    /// Classes of inputs whose states are all different words, each in a hole of its own.
    fn words(counts: &[u32]) -> Classes {
        let shape = Shape::new(vec![" ".into(); counts.len() + 1], (0..counts.len()).collect());
        let states = |count: &u32| (0..*count).map(|at| vec![format!("w{at}")]).collect();
        Classes::new(&shape, &counts.iter().map(states).collect::<Vec<_>>(), &Conditions::ALL)
    }

    fn sampled(counts: &[u32], seed: u64) -> Vec<Combination> {
        sample(counts, &words(counts), 96, seed)
    }

    #[test]
    fn small_products_are_complete() {
        assert_eq!(sampled(&[], 0), [Vec::<u32>::new()]);
        assert_eq!(sampled(&[2, 3], 0).len(), 6);
        assert_eq!(sampled(&[2, 0], 0).len(), 0);
        assert_eq!(total(&[40, 30]), 1200);
        assert_eq!(total(&[u32::MAX, u32::MAX, u32::MAX]), usize::MAX);
    }

    #[test]
    fn large_products_hold_every_state_and_are_repeatable() {
        let counts = [40, 30, 5];
        let chosen = sampled(&counts, 7);
        assert_eq!(chosen.len(), 96);
        assert_eq!(chosen, sampled(&counts, 7));
        assert_eq!(chosen[0], [0, 0, 0]);
        for (input, count) in counts.iter().enumerate() {
            for state in 0..*count {
                assert!(chosen.iter().any(|combination| combination[input] == state), "input {input} state {state}");
            }
        }
    }

    #[test]
    fn the_seed_fills_what_is_left() {
        let counts = [60, 2];
        let (a, b) = (sampled(&counts, 1), sampled(&counts, 2));
        assert_eq!((a.len(), b.len()), (96, 96));
        let counts = [3, 3, 3, 4];
        let (a, b) = (sampled(&counts, 1), sampled(&counts, 2));
        assert_ne!(a, b);
    }

    #[test]
    fn each_two_classes_meet_where_they_fit() {
        let counts = [6, 5, 4];
        let chosen = sampled(&counts, 0);
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            for x in 0..counts[a] {
                for y in 0..counts[b] {
                    assert!(chosen.iter().any(|c| c[a] == x && c[b] == y), "{a}:{x} {b}:{y}");
                }
            }
        }
    }
}
