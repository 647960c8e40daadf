//! When one combination speaks for others (`verdicts.md` §5).
//!
//! A state of an input is *tame* in a template if what it puts into each of its holes leaves the tokens around the hole
//! as they are: inside `'…'` a text without quotes, backslashes and NUL; as a bare value between separators a number, a
//! word, NULL or a list of plain strings. Tame states have a *class*: equal classes put the same kinds of tokens into the
//! same holes. So two combinations of tame states with equal classes have texts that differ in nothing but the content
//! of strings and numbers of one kind, and only where that content decides neither parse nor bind: as whole operands of
//! comparisons, `IN`, `LIKE` and `BETWEEN`. Everywhere else the class is the text itself.
//!
//! Side conditions, each with a test below: holes do not touch words, numbers or quotes (adjacency); no hole stands in
//! GROUP BY, where equal texts of two holes can matter (§5.4); a hole in a comment, in an identifier or in another
//! literal than `'…'` makes every state its own class. A state that is not tame speaks for nobody but itself.

use crate::insight::content_decides;
use crate::states::State;
use viz_project::ObjectId;
use viz_sql::{Clause, Composed, Hole, Role, tokenize};

/// The classes of the states of each input.
#[derive(Debug, Clone)]
pub(crate) struct Classes {
    /// For each input and state: the class; `None` for a state that is not tame.
    pub of: Vec<Vec<Option<u32>>>,
    /// For each input: one state of each class, in the order of the states.
    pub representatives: Vec<Vec<u32>>,
}

/// Classifies all states of all inputs; `None` where the side conditions don't hold.
pub(crate) fn classify(composed: &Composed, inputs: &[ObjectId], states: &[Vec<State>]) -> Option<Classes> {
    let template = &composed.template;
    let grouped = |hole: &Hole| {
        composed.placed.iter().any(|placed| placed.clause == Clause::GroupBy && placed.range.contains_range(hole.range))
    };
    if template.holes().iter().any(grouped) {
        return None;
    }
    let places: Vec<Place> =
        template.holes().iter().enumerate().map(|(index, hole)| place(composed, index, hole)).collect();
    let mut out = Classes { of: Vec::new(), representatives: Vec::new() };
    for (input, states) in inputs.iter().zip(states) {
        let mine: Vec<(&Hole, Place)> = template
            .holes()
            .iter()
            .zip(&places)
            .filter(|(hole, _)| hole.input == *input)
            .map(|(hole, place)| (hole, *place))
            .collect();
        let mut known: std::collections::HashMap<String, u32> = std::collections::HashMap::new();
        let mut representatives = Vec::new();
        let of = states.iter().enumerate().map(|(at, state)| {
            let key = mine
                .iter()
                .map(|(hole, place)| class(&state.render(hole.accessor), *place))
                .collect::<Option<Vec<String>>>()?
                .join("\u{1}");
            let next = known.len() as u32;
            Some(*known.entry(key).or_insert_with(|| {
                representatives.push(at as u32);
                next
            }))
        });
        out.of.push(of.collect());
        out.representatives.push(representatives);
    }
    Some(out)
}

/// What matters about a hole's surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Inside `'…'`; whether the string's content decides nothing.
    String { interchangeable: bool },
    /// A bare value between separators; whether a literal's content decides nothing there.
    Bare { interchangeable: bool },
    /// Anything else: no two states are alike.
    Opaque,
}

fn place(composed: &Composed, index: usize, hole: &Hole) -> Place {
    let template = &composed.template;
    let text = template.text().text();
    let before = text[..usize::from(hole.range.start())].chars().next_back();
    let after = text[usize::from(hole.range.end())..].chars().next();
    match hole.role {
        Role::InString => {
            // With a plain word in this hole and in all others: is the string a whole operand?
            let marked = template.fill(|other, _| format!("vizhole{other}x"));
            let marker = format!("vizhole{index}x");
            let Ok(tokens) = tokenize(&marked) else { return Place::Opaque };
            let Some(at) = tokens.iter().position(|token| marked[token.range].contains(&marker)) else {
                return Place::Opaque;
            };
            Place::String { interchangeable: !content_decides(&tokens, at) }
        }
        Role::Bare | Role::InList => {
            let separator = |c: Option<char>| c.is_none_or(|c| c.is_ascii_whitespace() || "(),=<>".contains(c));
            if !separator(before) || !separator(after) {
                return Place::Opaque;
            }
            // With a string in this hole: would it be a whole operand?
            let marked = template.fill(|other, hole| match (other == index, hole.role) {
                (true, _) => format!("'vizhole{other}x'"),
                (false, Role::InString | Role::InIdentifier | Role::InOther) => "v".into(),
                (false, _) => "1".into(),
            });
            let marker = format!("vizhole{index}x");
            let Ok(tokens) = tokenize(&marked) else { return Place::Opaque };
            let Some(at) = tokens.iter().position(|token| marked[token.range].contains(&marker)) else {
                return Place::Opaque;
            };
            Place::Bare { interchangeable: !content_decides(&tokens, at) }
        }
        Role::Keyword => Place::Bare { interchangeable: false },
        Role::InIdentifier | Role::InOther => Place::Opaque,
    }
}

/// The class of a value in a place; `None` if it is not tame there.
fn class(value: &str, place: Place) -> Option<String> {
    match place {
        Place::Opaque => None,
        Place::String { interchangeable } => {
            let tame = !value.contains(['\'', '\\', '\0']);
            // The browser turns the word `null` into `NULL` inside strings too; that changes content only.
            tame.then(|| if interchangeable { String::new() } else { value.to_owned() })
        }
        Place::Bare { interchangeable } => {
            if value == "null" {
                return Some("NULL".into());
            }
            if let Some(kind) = number_kind(value) {
                return Some(if interchangeable { kind.to_owned() } else { value.to_owned() });
            }
            if let Some(count) = plain_strings(value) {
                return Some(if interchangeable { format!("'×{count}") } else { value.to_owned() });
            }
            let word = value.starts_with(|c: char| c.is_ascii_alphabetic())
                && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            word.then(|| value.to_ascii_lowercase())
        }
    }
}

/// The kind of an unsigned or negative number literal, as far as types depend on it.
fn number_kind(value: &str) -> Option<&'static str> {
    let (negative, digits) = match value.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, value),
    };
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain || digits.matches('.').count() > 1 || digits.ends_with('.') {
        return None;
    }
    Some(match (digits.contains('.'), digits.len(), negative) {
        (true, 0..=17, false) => "decimal",
        (true, 0..=17, true) => "-decimal",
        (true, ..) => return None,
        (false, 0..=9, false) => "integer",
        (false, 0..=9, true) => "-integer",
        (false, 10..=18, false) => "bigint",
        (false, 10..=18, true) => "-bigint",
        (false, ..) => return None,
    })
}

/// How many strings a list `'a','b'` holds, if it holds nothing else. One string and several are told apart, two and
/// more are not: no comparison depends on the number.
fn plain_strings(value: &str) -> Option<&'static str> {
    if value.contains(['\\', '\0']) || !value.starts_with('\'') {
        return None;
    }
    let tokens = tokenize(value).ok()?;
    let strings =
        tokens.iter().step_by(2).all(|token| matches!(token.token, sqlparser::tokenizer::Token::SingleQuotedString(_)));
    let commas =
        tokens.iter().skip(1).step_by(2).all(|token| matches!(token.token, sqlparser::tokenizer::Token::Comma));
    (strings && commas && tokens.len() % 2 == 1).then_some(if tokens.len() == 1 { "1" } else { "n" })
}

impl Classes {
    /// The number of class tuples (saturating).
    pub(crate) fn tuples(&self) -> usize {
        self.representatives.iter().fold(1, |product: usize, classes| product.saturating_mul(classes.len()))
    }

    /// How many combinations are covered if these were judged: all tame ones if each class tuple is among them, and
    /// those themselves.
    pub(crate) fn covered(&self, judged: &[Vec<u32>]) -> usize {
        let tuple = |combination: &Vec<u32>| -> Option<Vec<u32>> {
            combination.iter().zip(&self.of).map(|(state, of)| of[*state as usize]).collect()
        };
        let seen: std::collections::HashSet<Vec<u32>> = judged.iter().filter_map(tuple).collect();
        if seen.len() < self.tuples() {
            return judged.len();
        }
        let tame = self.of.iter().fold(1_usize, |product, of| product.saturating_mul(of.iter().flatten().count()));
        let wild = judged.iter().filter(|combination| tuple(combination).is_none()).count();
        tame.saturating_add(wild)
    }

    /// The order in which the states of an input are worth looking at: one of each class, those that are not tame, the
    /// rest.
    pub(crate) fn order(&self, input: usize) -> Vec<u32> {
        let mut out = self.representatives[input].clone();
        let states = 0..self.of[input].len() as u32;
        out.extend(states.clone().filter(|state| self.of[input][*state as usize].is_none()));
        let first: std::collections::HashSet<u32> = out.iter().copied().collect();
        out.extend(states.filter(|state| !first.contains(state)));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_backslashes_and_nul_are_not_tame_in_strings() {
        let place = Place::String { interchangeable: true };
        assert_eq!(class("a", place), class("b --", place));
        for wild in ["O'Fallon", "a\\", "a\0"] {
            assert_eq!(class(wild, place), None, "{wild:?}");
        }
        assert_ne!(
            class("a", Place::String { interchangeable: false }),
            class("b", Place::String { interchangeable: false })
        );
    }

    #[test]
    fn bare_values_by_kind() {
        let place = Place::Bare { interchangeable: true };
        assert_eq!(class("1", place), class("22", place));
        for (a, b) in [
            ("1", "-1"),
            ("1", "1.5"),
            ("1", "3000000000"),
            ("1", "null"),
            ("asc", "desc"),
            ("'a'", "'a','b'"),
            ("1", "'1'"),
        ] {
            assert_ne!(class(a, place), class(b, place), "{a} {b}");
        }
        assert_eq!(class("'a','b'", place), class("'a','b','c'", place));
        for wild in ["newest first", "1e5", "a-b", "'a' --", "", "99999999999999999999"] {
            assert_eq!(class(wild, place), None, "{wild:?}");
        }
        assert_eq!(class("x", Place::Opaque), None);
    }

    #[test]
    fn coverage_needs_every_tuple() {
        let classes = Classes {
            of: vec![vec![Some(0), Some(0), Some(1)], vec![Some(0), None]],
            representatives: vec![vec![0, 2], vec![0]],
        };
        assert_eq!(classes.tuples(), 2);
        assert_eq!(classes.covered(&[vec![0, 0]]), 1);
        assert_eq!(classes.covered(&[vec![1, 0], vec![2, 0]]), 3);
        assert_eq!(classes.covered(&[vec![1, 0], vec![2, 0], vec![0, 1]]), 4);
        assert_eq!(classes.order(0), [0, 2, 1]);
        assert_eq!(classes.order(1), [0, 1]);
    }
}
