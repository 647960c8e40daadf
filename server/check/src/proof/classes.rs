//! Classes of states, and what follows for combinations of them.

use super::equality::Taken;
use super::lexer::{Kind, lex};
use super::places::{Mode, Place, Reference, is_harmless_word};
use super::values::{
    is_plain, is_plain_list, number_kind, stays_in_block_comment, stays_in_line_comment, stays_in_string, strings,
};
use super::{Conditions, Shape};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::Cell;

/// What a state of an input does to a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Tame: interchangeable with the states of its input that have the same number.
    Regular(u32),
    /// Leaves a literal open, whatever plain states the other inputs have.
    Broken,
    /// Speaks for nobody else.
    Own,
}

/// What combinations have in common that get one verdict.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The class numbers of all inputs.
    Tuple(Vec<u32>),
    /// This input leaves a literal open; all others are plain.
    Open(usize),
    /// The states themselves.
    Own(Vec<u32>),
}

/// The classes of all states of all inputs of one query.
#[derive(Debug, Clone, Default)]
pub struct Classes {
    of: Vec<Vec<Class>>,
    plain: Vec<Vec<bool>>,
    /// Whether of a state nothing counts but the kind of literal that it is.
    forgotten: Vec<Vec<bool>>,
    /// For each input and class number: how many states.
    sizes: Vec<Vec<u32>>,
    /// The holes inside strings that are whole operands of comparisons.
    compared: Vec<bool>,
    /// The holes between separators, and whether they are elements of the list of an `IN`.
    alone: Vec<bool>,
    listed: Vec<bool>,
    /// How many texts were lexed to find this out.
    lexed: usize,
}

impl Classes {
    /// Classifies states, given what each of them (input, state) puts into each of its input's holes (in their order).
    pub fn new(shape: &Shape, fillings: &[Vec<Vec<String>>], conditions: &Conditions) -> Self {
        let none = || Self {
            of: fillings.iter().map(|states| vec![Class::Own; states.len()]).collect(),
            plain: fillings.iter().map(|states| vec![false; states.len()]).collect(),
            forgotten: fillings.iter().map(|states| vec![false; states.len()]).collect(),
            sizes: vec![Vec::new(); fillings.len()],
            compared: vec![false; shape.owners.len()],
            alone: vec![false; shape.owners.len()],
            listed: vec![false; shape.owners.len()],
            lexed: 1,
        };
        let Some(reference) = reference(shape, fillings) else { return none() };
        if conditions.adjacency && shape.is_crowded() || reference.tokens.last().is_some_and(|t| t.kind == Kind::Open) {
            return none();
        }
        let places = reference.places(shape, conditions);
        let taken = Taken::new(shape, &reference, &places, fillings, conditions);
        let classifier =
            Classifier { shape, reference: &reference, places: &places, conditions, taken, lexed: Cell::new(1) };
        let compared = places.iter().map(|place| place.mode == Mode::String && place.operand).collect();
        let alone = places.iter().map(|place| place.mode == Mode::Alone).collect();
        let listed = places.iter().map(|place| place.mode == Mode::Alone && place.listed).collect();
        let mut out = Self { compared, alone, listed, ..Self::default() };
        for (input, states) in fillings.iter().enumerate() {
            let holes: Vec<usize> = shape.holes_of(input).collect();
            let (mut numbers, mut sizes) = (FxHashMap::<String, u32>::default(), Vec::<u32>::new());
            let mut number = |key: String| {
                let number = *numbers.entry(key).or_insert(sizes.len() as u32);
                if number as usize == sizes.len() {
                    sizes.push(0);
                }
                sizes[number as usize] += 1;
                Class::Regular(number)
            };
            let classes = states.iter().map(|values| match classifier.judge(input, &holes, values) {
                Judged::Tame(key) => number(key),
                Judged::Broken => Class::Broken,
                Judged::Own => Class::Own,
            });
            out.of.push(classes.collect());
            let plain = |values: &Vec<String>| {
                let each = |(hole, value): (&usize, &String)| {
                    is_plain(value) || places[*hole].mode == Mode::Alone && is_plain_list(value)
                };
                !conditions.plainness || holes.iter().zip(values).all(each)
            };
            let forgotten = |values: &Vec<String>| {
                let part = |(hole, value): (&usize, &String)| classifier.part(input, *hole, value);
                holes.iter().zip(values).all(|one| part(one).is_some_and(|part| !part.starts_with('=')))
            };
            out.forgotten.push(states.iter().map(forgotten).collect());
            out.plain.push(states.iter().map(plain).collect());
            out.sizes.push(sizes);
        }
        out.lexed = classifier.lexed.get();
        out
    }

    /// How many texts were lexed to find the classes.
    pub fn lexed(&self) -> usize {
        self.lexed
    }

    /// Whether a hole stands inside a string that is a whole operand of a comparison. Then a [`Class::Regular`] state puts the
    /// content of a string there, and nothing but the comparison's type can refuse it.
    pub fn is_compared_text(&self, hole: usize) -> bool {
        self.compared.get(hole).copied().unwrap_or(false)
    }

    /// Whether a value is a number by itself in a hole. Of numbers of one class none is converted unlike another.
    pub fn is_number(&self, hole: usize, value: &str) -> bool {
        self.alone.get(hole).copied().unwrap_or(false) && number_kind(value).is_some()
    }

    /// Whether a hole is an element of the list of an `IN`, or several: each is converted on its own.
    pub fn is_listed(&self, hole: usize) -> bool {
        self.listed.get(hole).copied().unwrap_or(false)
    }

    /// Whether a state that is made up does to the query what the real one does: of it nothing counts but the kind of
    /// literal that it is, or that it leaves a literal open.
    pub fn speaks_for_what_it_looks_like(&self, input: usize, state: u32) -> bool {
        self.of(input, state) == Class::Broken || self.forgotten[input][state as usize]
    }

    /// The class of a state.
    pub fn of(&self, input: usize, state: u32) -> Class {
        self.of[input][state as usize]
    }

    /// What decides the verdict on a combination.
    pub fn key(&self, combination: &[u32]) -> Key {
        let class = |(input, state): (usize, &u32)| self.of(input, *state);
        let numbers = combination.iter().enumerate().map(class).map(|class| match class {
            Class::Regular(number) => Some(number),
            _ => None,
        });
        if let Some(numbers) = numbers.collect() {
            return Key::Tuple(numbers);
        }
        let mut broken = None;
        for (input, state) in combination.iter().enumerate() {
            match self.of(input, *state) {
                Class::Broken if broken.is_none() => broken = Some(input),
                Class::Regular(_) if self.plain[input][*state as usize] => {}
                _ => return Key::Own(combination.to_vec()),
            }
        }
        broken.map_or_else(|| Key::Own(combination.to_vec()), Key::Open)
    }

    /// How many combinations have a key (saturating).
    pub fn size(&self, key: &Key) -> usize {
        let product = |factors: &mut dyn Iterator<Item = usize>| factors.fold(1, usize::saturating_mul);
        match key {
            Key::Own(_) => 1,
            Key::Tuple(numbers) => {
                let sizes = numbers.iter().zip(&self.sizes).map(|(number, sizes)| sizes[*number as usize] as usize);
                product(&mut { sizes })
            }
            Key::Open(broken) => {
                let count = |input: usize| {
                    let states = self.of[input].iter().zip(&self.plain[input]);
                    let counts = |(class, plain): &(&Class, &bool)| match class {
                        Class::Broken => input == *broken,
                        Class::Regular(_) => input != *broken && **plain,
                        Class::Own => false,
                    };
                    states.filter(counts).count()
                };
                product(&mut (0..self.of.len()).map(count))
            }
        }
    }

    /// How many combinations are covered if these were judged (saturating).
    pub fn covered<'a>(&self, judged: impl IntoIterator<Item = &'a Vec<u32>>) -> usize {
        let keys: FxHashSet<Key> = judged.into_iter().map(|combination| self.key(combination)).collect();
        keys.iter().fold(0, |sum, key| sum.saturating_add(self.size(key)))
    }

    /// For each input, the first state of each class number.
    pub fn representatives(&self) -> Vec<Vec<u32>> {
        let firsts = |of: &Vec<Class>| {
            let mut seen = FxHashSet::default();
            (0..of.len() as u32)
                .filter(|state| match of[*state as usize] {
                    Class::Regular(number) => seen.insert(number),
                    _ => false,
                })
                .collect()
        };
        self.of.iter().map(firsts).collect()
    }

    /// The order in which the states of an input are worth looking at: one of each class, one that leaves a literal open,
    /// those that speak for themselves, the rest. `representatives` are its own ones.
    pub fn order(&self, input: usize, representatives: &[u32]) -> Vec<u32> {
        let states = 0..self.of[input].len() as u32;
        let mut out = representatives.to_vec();
        let with = |class: Class| states.clone().filter(move |state| self.of(input, *state) == class);
        out.extend(with(Class::Broken).take(1));
        out.extend(with(Class::Own));
        let first: FxHashSet<u32> = out.iter().copied().collect();
        out.extend(states.filter(|state| !first.contains(state)));
        out
    }

    /// The states that a state speaks for, itself included: for counting who is to blame.
    pub fn group(&self, input: usize, state: u32) -> impl Iterator<Item = u32> + '_ {
        let class = self.of(input, state);
        let same = move |other: &u32| match class {
            Class::Own => *other == state,
            class => self.of(input, *other) == class,
        };
        (0..self.of[input].len() as u32).filter(same)
    }
}

/// One plain state of each input, with nothing else in it; `None` if an input has none.
fn reference(shape: &Shape, fillings: &[Vec<Vec<String>>]) -> Option<Reference> {
    let mut values = vec![String::new(); shape.owners.len()];
    for (input, states) in fillings.iter().enumerate() {
        let holes: Vec<usize> = shape.holes_of(input).collect();
        let plain = |values: &&Vec<String>| values.iter().all(|value| is_plain(value) || is_plain_list(value));
        for (hole, value) in holes.iter().zip(states.iter().find(plain)?) {
            values[*hole] = value.clone();
        }
    }
    Some(Reference::new(shape, &values))
}

enum Judged {
    Tame(String),
    Broken,
    Own,
}

pub(super) struct Classifier<'a> {
    shape: &'a Shape,
    pub(super) reference: &'a Reference,
    pub(super) places: &'a [Place],
    conditions: &'a Conditions,
    taken: Taken,
    lexed: Cell<usize>,
}

impl Classifier<'_> {
    fn judge(&self, input: usize, holes: &[usize], values: &[String]) -> Judged {
        let own = self.taken.own_pattern(self, holes, values);
        let parts = holes.iter().zip(values).map(|(hole, value)| self.part(input, *hole, value));
        if let Some(parts) = parts.collect::<Option<Vec<String>>>() {
            return Judged::Tame(format!("{}{own}", parts.join("\u{1}")));
        }
        match self.in_context(input, holes, values) {
            Judged::Tame(_) if !self.conditions.words => Judged::Tame(String::new()),
            judged => judged,
        }
    }

    /// The class of a value in a hole, if it is tame whatever stands in other holes.
    fn part(&self, input: usize, hole: usize, value: &str) -> Option<String> {
        let place = &self.places[hole];
        let forget = place.operand && !(place.matched && self.taken.holds(self, input, hole, value));
        let text = || format!("={value}");
        let quotes = self.conditions.quotes;
        match place.mode {
            Mode::String if stays_in_string(value) || !quotes => Some(if forget { "'".into() } else { text() }),
            Mode::Quoted if !value.contains(['"', '\0']) || !quotes => Some(text()),
            Mode::LineComment if stays_in_line_comment(value) || !quotes => Some(String::new()),
            Mode::BlockComment if stays_in_block_comment(value) || !quotes => Some(String::new()),
            Mode::Alone if forget && !(self.shape.follows_comparison(hole) && value.starts_with('-')) => {
                if !self.conditions.numbers && matches!(lex(value)[..], [number] if number.kind == Kind::Number) {
                    return Some("1".into());
                }
                if let Some(kind) = number_kind(value) {
                    return Some(kind);
                }
                match (strings(value)?.len(), place.listed) {
                    (1, _) => Some("'".into()),
                    _ if !self.conditions.lists => Some("'".into()),
                    (_, true) => Some("''".into()),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A state as it reads in the reference text.
    fn in_context(&self, input: usize, holes: &[usize], values: &[String]) -> Judged {
        let value = |hole: usize| holes.iter().position(|own| *own == hole).map(|at| &values[at]);
        let standing: Vec<String> =
            self.reference.holes.iter().map(|range| self.reference.text[range.clone()].to_owned()).collect();
        let (text, ranges) = self.shape.fill(|hole| value(hole).unwrap_or(&standing[hole]));
        self.lexed.set(self.lexed.get() + 1);
        let filled = Reference { tokens: lex(&text), text, holes: ranges };
        if filled.tokens.last().is_some_and(|token| token.kind == Kind::Open) {
            // An escape could keep a quote from closing, and a `$` could begin a string of another kind.
            let odd: &[char] = &['\\', '$', '\0'];
            let sure = !self.shape.has(odd) && !values.iter().any(|value| value.contains(odd));
            return if sure { Judged::Broken } else { Judged::Own };
        }
        let tame = self.outline(&filled, holes) == self.outline(self.reference, holes)
            && holes.iter().all(|hole| self.is_harmless(&filled, input, *hole));
        if tame || !self.conditions.structure {
            Judged::Tame(format!("\u{2}{}", values.join("\u{1}")))
        } else {
            Judged::Own
        }
    }

    /// The tokens outside of some holes, and the places of these.
    fn outline<'t>(&self, filled: &'t Reference, holes: &[usize]) -> Vec<(Option<Kind>, &'t str)> {
        let mut out = Vec::new();
        let mut next = 0;
        for token in &filled.tokens {
            while next < holes.len() && filled.holes[holes[next]].start <= token.start {
                out.push((None, ""));
                next += 1;
            }
            if !filled.holes_in(token).any(|hole| holes.contains(&hole)) {
                out.push((Some(token.kind), token.text(&filled.text)));
            }
        }
        out.extend(holes[next..].iter().map(|_| (None, "")));
        out
    }

    /// Whether the tokens that overlap a hole change nothing about other holes.
    fn is_harmless(&self, filled: &Reference, input: usize, hole: usize) -> bool {
        let range = &filled.holes[hole];
        let mut depth = 0_i32;
        for token in filled.tokens.iter().filter(|token| token.start < range.end && range.start < token.end) {
            let text = token.text(&filled.text);
            let bare = match token.kind {
                Kind::Word => is_harmless_word(text),
                Kind::Wild | Kind::Open => false,
                Kind::LineComment | Kind::BlockComment => self.places[hole].mode != Mode::Alone,
                _ => true,
            };
            depth += i32::from(matches!(text, "(" | "[" | "{")) - i32::from(matches!(text, ")" | "]" | "}"));
            if !bare || depth < 0 || filled.holes_in(token).any(|other| self.shape.owners[other] != input) {
                return false;
            }
        }
        depth == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::combinations::sample;

    /// `s = '{a}' and i = {b}`.
    fn two(a: &[String], b: &[String]) -> Classes {
        let shape =
            Shape::new(vec!["select i from t where s = '".into(), "' and i = ".into(), String::new()], vec![0, 1]);
        let states = |options: &[String]| options.iter().map(|option| vec![option.clone()]).collect::<Vec<_>>();
        Classes::new(&shape, &[states(a), states(b)], &Conditions::ALL)
    }

    fn texts(options: &[&str]) -> Vec<String> {
        options.iter().map(|option| (*option).to_owned()).collect()
    }

    #[test]
    fn equal_classes_are_judged_once() {
        let classes = two(&texts(&["a", "b", "O'F", "D'X"]), &texts(&["1", "2", "1.5", "5 --"]));
        let of = |input| (0..4).map(|state| classes.of(input, state)).collect::<Vec<_>>();
        assert_eq!(of(0), [Class::Regular(0), Class::Regular(0), Class::Broken, Class::Broken]);
        assert_eq!(of(1), [Class::Regular(0), Class::Regular(0), Class::Regular(1), Class::Own]);
        assert_eq!(classes.covered(&[vec![0, 0]]), 4);
        assert_eq!(classes.covered(&[vec![0, 0], vec![1, 1]]), 4);
        assert_eq!(classes.covered(&[vec![0, 0], vec![0, 2]]), 6);
        assert_eq!(classes.covered(&[vec![2, 0]]), 6);
        assert_eq!(classes.covered(&[vec![0, 3]]), 1);
        assert_eq!(classes.order(0, &classes.representatives()[0]), [0, 2, 1, 3]);
        assert_eq!(classes.group(0, 3).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn twenty_five_million_combinations_are_covered_by_two() {
        let mut names: Vec<String> = (0..4_997).map(|at| format!("city {at}")).collect();
        names.extend(texts(&["O'Fallon", "Coeur d'Alene", "L'Anse"]));
        let numbers: Vec<String> = (1_000..6_000).map(|at| at.to_string()).collect();
        let classes = two(&names, &numbers);
        let chosen = sample(&[5_000, 5_000], &classes, 96, 0);
        let keys: FxHashSet<Key> = chosen.iter().map(|combination| classes.key(combination)).collect();
        assert_eq!(keys.len(), 2);
        assert_eq!(classes.covered(&chosen), 25_000_000);
    }
}
