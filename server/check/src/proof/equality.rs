//! Which texts of holes may be equal to others, where a query groups (§5.4): these count with their text.

use super::classes::Classifier;
use super::lexer::Kind;
use super::places::{Mode, Place, Reference};
use super::{Conditions, Shape};
use rustc_hash::{FxHashMap, FxHashSet};
use viz_sql::upper_null;

/// Texts of literals that expressions could be matched by (§5.4).
pub(super) struct Taken {
    by_template: FxHashSet<String>,
    /// What states put there, with the input that does; `None` where several do.
    by_input: FxHashMap<String, Option<usize>>,
    on: bool,
    rewriting: bool,
}

impl Taken {
    pub(super) fn new(
        shape: &Shape,
        reference: &Reference,
        places: &[Place],
        fillings: &[Vec<Vec<String>>],
        conditions: &Conditions,
    ) -> Self {
        let mut out = Self {
            by_template: FxHashSet::default(),
            by_input: FxHashMap::default(),
            on: conditions.equality && places.iter().any(|place| place.matched),
            rewriting: conditions.rewriting,
        };
        if !out.on {
            return out;
        }
        let literals = reference.tokens.iter().filter(|token| !matches!(token.kind, Kind::Operator | Kind::Mark));
        for token in literals.filter(|token| reference.holes_in(token).next().is_none()) {
            let text = token.text(&reference.text);
            out.by_template
                .insert(out.normal(text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).unwrap_or(text)));
        }
        for (input, states) in fillings.iter().enumerate() {
            for (at, hole) in shape.holes_of(input).enumerate().filter(|(_, hole)| places[*hole].matched) {
                for values in states {
                    let content = out.content(reference, &places[hole], hole, &values[at]);
                    let owner = out.by_input.entry(content).or_insert(Some(input));
                    if *owner != Some(input) {
                        *owner = None;
                    }
                }
            }
        }
        out
    }

    fn normal(&self, text: &str) -> String {
        let rewritten = if self.rewriting { upper_null(text) } else { text.to_owned() };
        if rewritten != text {
            return rewritten;
        }
        text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| number.to_string())
    }

    /// The literal that a value makes of its hole, without quotes.
    fn content(&self, reference: &Reference, place: &Place, hole: usize, value: &str) -> String {
        let Some(token) = place.token.filter(|_| place.mode == Mode::String).map(|at| reference.tokens[at]) else {
            return self.normal(value.trim_matches('\''));
        };
        let range = &reference.holes[hole];
        let text = &reference.text;
        self.normal(&format!("{}{value}{}", &text[token.start + 1..range.start], &text[range.end..token.end - 1]))
    }

    /// Whether a value may be equal to another literal: then it counts with its text.
    pub(super) fn holds(&self, classifier: &Classifier<'_>, input: usize, hole: usize, value: &str) -> bool {
        if !self.on {
            return false;
        }
        let place = &classifier.places[hole];
        // Several holes in one literal: what they make together is not looked at.
        let token = place.token.map(|at| classifier.reference.tokens[at]);
        if token.is_some_and(|token| classifier.reference.holes_in(&token).count() > 1) {
            return true;
        }
        let content = self.content(classifier.reference, place, hole, value);
        self.by_template.contains(&content) || self.by_input.get(&content).is_some_and(|owner| *owner != Some(input))
    }

    /// Which of an input's own holes hold equal texts.
    pub(super) fn own_pattern(&self, classifier: &Classifier<'_>, holes: &[usize], values: &[String]) -> String {
        if !self.on || holes.len() < 2 {
            return String::new();
        }
        let contents: Vec<String> = holes
            .iter()
            .zip(values)
            .map(|(hole, value)| self.content(classifier.reference, &classifier.places[*hole], *hole, value))
            .collect();
        let first = |text: &String| contents.iter().position(|other| other == text);
        format!("{:?}", contents.iter().map(first).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the browser does it: whole words only.
    #[test]
    fn null_inside_a_word_stays() {
        let (by_template, by_input) = (FxHashSet::default(), FxHashMap::default());
        let taken = Taken { by_template, by_input, on: true, rewriting: true };
        for (text, expected) in [
            ("null", "NULL"),
            ("is null or not", "is NULL or not"),
            ("nullable", "nullable"),
            ("annulled null_ x", "annulled null_ x"),
            ("1.0", "1"),
        ] {
            assert_eq!(taken.normal(text), expected);
        }
    }
}
