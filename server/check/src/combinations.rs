//! Which combinations of selections are looked at: all of them up to the cut-off, else a seeded sample that holds every
//! state of every input where it can.

use crate::classes::Classes;
use crate::states::State;

/// One state of each input, as indices into the inputs' states.
pub(crate) type Combination = Vec<u32>;

/// The number of combinations; `usize::MAX` where it does not fit.
pub(crate) fn total(states: &[Vec<State>]) -> usize {
    states.iter().fold(1_usize, |product, states| product.saturating_mul(states.len()))
}

/// At most `limit` different combinations, in a stable order. The first is that of the initial states. Where not all
/// fit, the classes (if there are any) say which states are worth more than others.
pub(crate) fn sample(states: &[Vec<State>], classes: Option<&Classes>, limit: usize, seed: u64) -> Vec<Combination> {
    let counts: Vec<u32> = states.iter().map(|states| states.len() as u32).collect();
    if counts.contains(&0) || limit == 0 {
        return Vec::new();
    }
    if total(states) <= limit {
        return all(&counts);
    }
    let mut chosen = std::collections::BTreeSet::new();
    let mut out = Vec::new();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut add = |combination: Combination, out: &mut Vec<Combination>| {
        if out.len() < limit && chosen.insert(combination.clone()) {
            out.push(combination);
        }
    };
    add(vec![0; counts.len()], &mut out);
    // Row `n` takes the state number `n` of every input, in an order of its own: so `max(counts)` rows hold every state.
    let orders: Vec<Vec<u32>> = counts
        .iter()
        .enumerate()
        .map(|(input, count)| match classes {
            Some(classes) => classes.order(input),
            None => {
                let mut order: Vec<u32> = (0..*count).collect();
                random.shuffle(&mut order[1..]);
                order
            }
        })
        .collect();
    if let Some(classes) = classes.filter(|classes| classes.tuples() <= limit) {
        let counts: Vec<u32> = classes.representatives.iter().map(|of| of.len() as u32).collect();
        for tuple in all(&counts) {
            add(tuple.iter().zip(&classes.representatives).map(|(class, of)| of[*class as usize]).collect(), &mut out);
        }
    }
    let rows = counts.iter().copied().max().unwrap_or(0);
    for row in 0..rows {
        add(orders.iter().map(|order| order[row as usize % order.len()]).collect(), &mut out);
    }
    let mut tries = 0;
    while out.len() < limit && tries < limit * 20 {
        tries += 1;
        add(counts.iter().map(|count| random.u32(0..*count)).collect(), &mut out);
    }
    out
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
    use crate::states::Value;

    fn inputs(counts: &[usize]) -> Vec<Vec<State>> {
        counts.iter().map(|count| (0..*count).map(|at| State::of([Value::Number(at as f64)])).collect()).collect()
    }

    #[test]
    fn small_products_are_complete() {
        assert_eq!(sample(&inputs(&[]), None, 96, 0), [Vec::<u32>::new()]);
        assert_eq!(sample(&inputs(&[2, 3]), None, 96, 0).len(), 6);
        assert_eq!(sample(&inputs(&[2, 0]), None, 96, 0).len(), 0);
        assert_eq!(total(&inputs(&[40, 30])), 1200);
    }

    #[test]
    fn large_products_hold_every_state_and_are_repeatable() {
        let states = inputs(&[40, 30, 5]);
        let chosen = sample(&states, None, 96, 7);
        assert_eq!(chosen.len(), 96);
        assert_eq!(chosen, sample(&states, None, 96, 7));
        assert_ne!(chosen, sample(&states, None, 96, 8));
        assert_eq!(chosen[0], [0, 0, 0]);
        for (input, states) in states.iter().enumerate() {
            for state in 0..states.len() as u32 {
                assert!(chosen.iter().any(|combination| combination[input] == state), "input {input} state {state}");
            }
        }
    }
}
