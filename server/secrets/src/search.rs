//! Searches a text for many words at once.

use aho_corasick::{AhoCorasick, MatchKind};
use regex_automata::Input;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use std::collections::BTreeSet;

/// Number of patterns in one regular expression. With some hundreds more it becomes too large for an automaton, and slower by orders of
/// magnitude.
const TOGETHER: usize = 200;

/// What is searched for.
pub(crate) enum Pattern {
    /// A regular expression, whatever the case.
    Spellings(String),
    /// A text, whatever the case of ASCII letters.
    Text(String),
}

/// Finds words, and the references that stand for them.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    /// Names of variables: `${env.NAME}` is left as it is.
    references: BTreeSet<String>,
    finders: Vec<Finder>,
}

#[derive(Debug, Clone)]
struct Finder {
    engine: Engine,
    /// The word of each pattern.
    words: Vec<usize>,
}

#[derive(Debug, Clone)]
enum Engine {
    Spellings(Regex),
    Texts(AhoCorasick),
}

/// A place where a word was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub start: usize,
    /// The number of the word; `None`: a reference, which is no finding, but nothing is found inside of it.
    pub word: Option<usize>,
    pub end: usize,
}

impl Search {
    /// Searches for patterns; the first of those that begin at one place wins.
    pub(crate) fn new(patterns: Vec<Pattern>, references: BTreeSet<String>) -> Self {
        let (mut spellings, mut texts) = (Vec::new(), Vec::new());
        for (word, pattern) in patterns.into_iter().enumerate() {
            match pattern {
                Pattern::Spellings(pattern) => spellings.push((word, pattern)),
                Pattern::Text(text) => texts.push((word, text)),
            }
        }
        let together = spellings.chunks(TOGETHER).map(|some| Finder {
            engine: Engine::Spellings(regex(some.iter().map(|(_, pattern)| pattern.as_str()).collect())),
            words: some.iter().map(|(word, _)| *word).collect(),
        });
        let mut finders: Vec<Finder> = together.collect();
        if !texts.is_empty() {
            let engine = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::LeftmostFirst)
                .build(texts.iter().map(|(_, text)| text))
                .expect("words of less than four gigabytes");
            finders
                .push(Finder { engine: Engine::Texts(engine), words: texts.iter().map(|(word, _)| *word).collect() });
        }
        Self { references, finders }
    }

    /// All places from the left to the right; none overlaps another.
    pub(crate) fn find_iter<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Found> + 'a {
        let mut next: Vec<Option<Found>> = self.finders.iter().map(|finder| finder.find(text, 0)).collect();
        let mut reference = self.reference(text, 0);
        std::iter::from_fn(move || {
            let found = next.iter().chain([&reference]).flatten().min().copied()?;
            // What overlaps it hides what may stand behind it.
            let is_passed = |other: &Option<Found>| other.is_some_and(|other| other.start < found.end);
            for (finder, next) in self.finders.iter().zip(&mut next).filter(|(_, next)| is_passed(next)) {
                *next = finder.find(text, found.end);
            }
            if is_passed(&reference) {
                reference = self.reference(text, found.end);
            }
            Some(found)
        })
    }

    fn reference(&self, text: &str, from: usize) -> Option<Found> {
        const BEGIN: &str = "${env.";
        text[from..].match_indices(BEGIN).find_map(|(at, _)| {
            let start = from + at;
            let (name, _) = text[start + BEGIN.len()..].split_once('}').filter(|_| !self.references.is_empty())?;
            let end = start + BEGIN.len() + name.len() + 1;
            self.references.contains(name).then_some(Found { start, word: None, end })
        })
    }
}

impl Finder {
    fn find(&self, text: &str, from: usize) -> Option<Found> {
        let (pattern, start, end) = match &self.engine {
            Engine::Spellings(regex) => {
                let found = regex.find(Input::new(text).range(from..))?;
                (found.pattern().as_usize(), found.start(), found.end())
            }
            Engine::Texts(texts) => {
                let found = texts.find(aho_corasick::Input::new(text).range(from..))?;
                (found.pattern().as_usize(), found.start(), found.end())
            }
        };
        Some(Found { start, word: self.words.get(pattern).copied(), end })
    }
}

fn regex(patterns: Vec<&str>) -> Regex {
    Regex::builder()
        .configure(Regex::config().nfa_size_limit(None).onepass_size_limit(None))
        .syntax(syntax::Config::new().case_insensitive(true).nest_limit(1_000))
        .build_many(&patterns)
        .expect("a pattern is made of escaped characters, and its size is not limited")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(patterns: Vec<Pattern>, text: &str) -> Vec<(Option<usize>, String)> {
        let references = BTreeSet::from(["A".to_owned()]);
        let search = Search::new(patterns, references);
        search.find_iter(text).map(|found| (found.word, text[found.start..found.end].to_owned())).collect()
    }

    #[test]
    fn finders_agree_on_what_comes_first() {
        let both =
            || vec![Pattern::Text("abcdef".into()), Pattern::Spellings("cde[fg]h".into()), Pattern::Text("ghi".into())];
        assert_eq!(found(both(), "xABCDEFghi cdegh ghi").len(), 4);
        // What overlaps is searched for once more behind it.
        let overlapping = vec![Pattern::Text("abcd".into()), Pattern::Spellings("cdef|fgh".into())];
        let shown = |word, text: &str| (Some(word), text.to_owned());
        assert_eq!(found(overlapping, "abcdefgh"), [shown(0, "abcd"), shown(1, "fgh")]);
        assert_eq!(found(both(), "${env.A}${env.abcdef}")[0], (None, "${env.A}".to_owned()));
    }
}
