//! Places of a text that fixes have taken, and the text with all of them put in: both in about as many steps as there are fixes.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use text_size::{TextRange, TextSize};

/// Places that touch no other, by where they begin.
#[derive(Debug, Default)]
pub struct Taken {
    ends: BTreeMap<TextSize, TextSize>,
    /// How many places were compared with others.
    steps: usize,
}

impl Taken {
    /// Whether a place touches none that is taken.
    pub fn is_free(&mut self, range: TextRange) -> bool {
        self.touched(range).is_none()
    }

    /// Takes a place; what touches it becomes one with it.
    pub fn take(&mut self, mut range: TextRange) {
        while let Some(other) = self.touched(range) {
            self.ends.remove(&other.start());
            range = range.cover(other);
        }
        self.ends.insert(range.start(), range.end());
    }

    /// The last taken place that a place touches: as none touches another, all others end before that one begins.
    fn touched(&mut self, range: TextRange) -> Option<TextRange> {
        self.steps += 1;
        let (start, end) = self.ends.range(..=range.end()).next_back()?;
        (*end >= range.start()).then(|| TextRange::new(*start, *end))
    }
}

/// A text with these pieces replaced, which don't overlap. Of those that begin at one place the last one comes first.
pub fn replaced(text: &str, mut edits: Vec<(TextRange, String)>) -> String {
    edits.sort_by_key(|(range, _)| Reverse((range.start(), range.end())));
    let (mut pieces, mut end): (Vec<&str>, usize) = (Vec::with_capacity(2 * edits.len() + 1), text.len());
    for (range, new) in &edits {
        pieces.push(&text[usize::from(range.end()).min(end)..end]);
        pieces.push(new);
        end = range.start().into();
    }
    pieces.push(&text[..end]);
    pieces.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range((start, len): (u32, u32)) -> TextRange {
        TextRange::at(start.into(), len.into())
    }

    #[test]
    fn a_place_is_free_that_touches_no_other() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..300 {
            let (mut taken, mut all): (Taken, Vec<TextRange>) = (Taken::default(), Vec::new());
            for at in 0..60 {
                let place = range((random.u32(0..200), random.u32(0..6)));
                let free = all.iter().all(|other| place.intersect(*other).is_none());
                assert_eq!(taken.is_free(place), free, "{place:?} beside {all:?}");
                // One fix may have several that touch.
                if free || at % 5 == 0 {
                    taken.take(place);
                    all.push(place);
                }
            }
        }
    }

    #[test]
    fn pieces_are_replaced_as_one_by_one() {
        let mut random = fastrand::Rng::with_seed(2);
        let text: String = ('a'..='z').cycle().take(64).collect();
        for _ in 0..300 {
            let (mut taken, mut edits) = (Taken::default(), Vec::new());
            for at in 0..12 {
                let place = range((random.u32(0..60), random.u32(0..4)));
                if taken.is_free(place) {
                    taken.take(place);
                    edits.push((place, format!("<{at}>")));
                }
            }
            let mut expected = text.clone();
            edits.sort_by_key(|(range, _)| Reverse(range.start()));
            for (range, new) in &edits {
                expected.replace_range(std::ops::Range::<usize>::from(*range), new);
            }
            assert_eq!(replaced(&text, edits), expected);
        }
    }

    #[test]
    fn steps_grow_with_the_fixes() {
        for count in [1_000, 10_000] {
            let mut taken = Taken::default();
            for at in 0..count {
                let place = range((at * 7919 % count * 3, 1));
                assert!(taken.is_free(place));
                taken.take(place);
            }
            assert_eq!(taken.steps, 2 * count as usize);
        }
    }
}
