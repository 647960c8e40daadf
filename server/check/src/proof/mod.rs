//! When one combination speaks for others (`verdicts.md` §5): the argument.
//!
//! A combination fills all holes of a query. Two combinations have the same verdict of DuckDB's parser and binder if
//! their texts are the same tokens, but for literals whose content neither looks at. So each state of an input gets a
//! [`Class`] such that combinations whose states are equal in class have texts like that. The argument has two parts.
//!
//! **Each hole for itself.** What a state puts into a hole is *tame* if the lexer comes out of the hole as it went in,
//! whatever stands in the other holes. Then the text's tokens are the template's, with each hole's own put in. Tame is:
//! inside `'…'` a text without a lone quote; inside `"…"` one without `"`; inside a comment one that can't end it; between
//! separators a number, NULL or a list of strings. All else is put into the reference text (one plain state of each input)
//! and lexed there: if every token outside of the input's own holes stays what it was, and its own tokens are words,
//! literals and operators that change no structure (no keyword of a clause, brackets that close), it is tame too.
//! A state that is not tame ([`Class::Own`]) speaks for nobody: each combination with it is its own class. But if the text
//! then ends inside an open literal ([`Class::Broken`]), it does so for all *plain* states of the other inputs, since
//! these open and close nothing wherever the lexer is: all of these combinations fail.
//!
//! **What is forgotten.** Of a tame state's tokens the class keeps the text, but for literals which are the whole operand
//! of a comparison, `LIKE`, `BETWEEN` or `IN`: of them it keeps the kind. Strings are one kind; numbers have a kind for
//! sign, size and scale, since types depend on these; a list has one element or several.
//!
//! The side conditions are the fields of [`Conditions`]. `tests/tests/proof.rs` compares verdicts by classes with those of
//! all combinations, for thousands of random templates, and shows for each condition a template that goes wrong without it.
//! Not here: that the template itself depends on types and samples (§5.5): a proof is for one composed template, which is
//! made anew whenever the facts behind it change; and that values are converted when rows come (§5.6), which
//! `insight/values.rs` asks with the comparison as it is bound.

mod classes;
mod equality;
mod lexer;
mod places;
mod values;

pub use classes::{Class, Classes, Key};
pub use lexer::{Kind, Token, lex};

use rustc_hash::FxHashMap;
use std::ops::Range;
use viz_project::ObjectId;
use viz_sql::{Hole, Template, upper_null};

/// The side conditions of the proof. Checks keep all of them; tests switch one off to see what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// Quotes end strings and quoted names; what ends a comment ends it (§5.1).
    pub quotes: bool,
    /// A hole that touches other tokens is read together with them (§5.1).
    pub adjacency: bool,
    /// Words, parameters, odd white-space and everything else in bare holes count with their text (§5.1).
    pub words: bool,
    /// Numbers have kinds (§5.1).
    pub numbers: bool,
    /// One element of a list and several are two kinds (§5.1).
    pub lists: bool,
    /// The browser's `NULL` for `null` comes before texts are compared (§5.2).
    pub rewriting: bool,
    /// Content counts but for whole operands (§5.3).
    pub binding: bool,
    /// Equal texts of several holes, or of a hole and the template, count where a query groups (§5.4).
    pub equality: bool,
    /// What is not tame speaks for itself only.
    pub structure: bool,
    /// An open literal stays open only for plain states of other inputs.
    pub plainness: bool,
}

impl Conditions {
    /// All of them.
    pub const ALL: Self = Self {
        quotes: true,
        adjacency: true,
        words: true,
        numbers: true,
        lists: true,
        rewriting: true,
        binding: true,
        equality: true,
        structure: true,
        plainness: true,
    };
}

/// A query text with holes.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The text around the holes: one more than there are holes.
    pieces: Vec<String>,
    /// The input of each hole.
    owners: Vec<usize>,
    /// The holes of each input.
    holes: Vec<Vec<usize>>,
}

impl Shape {
    /// From the pieces of text around holes, and the input of each hole (as an index).
    pub fn new(pieces: Vec<String>, owners: Vec<usize>) -> Self {
        debug_assert_eq!(pieces.len(), owners.len() + 1);
        let mut holes = vec![Vec::new(); owners.iter().max().map_or(0, |last| last + 1)];
        for (hole, owner) in owners.iter().enumerate() {
            holes[*owner].push(hole);
        }
        Self { pieces, owners, holes }
    }

    /// Of a template; holes of inputs that are not in the list count as its first.
    pub fn of(template: &Template, inputs: &[ObjectId]) -> Self {
        let text = template.text().text();
        let mut done = 0;
        let mut pieces = Vec::new();
        for hole in template.holes() {
            pieces.push(text[done..hole.range.start().into()].to_owned());
            done = hole.range.end().into();
        }
        pieces.push(text[done..].to_owned());
        let positions: FxHashMap<ObjectId, usize> = inputs.iter().copied().zip(0..).collect();
        let owner = |hole: &Hole| positions.get(&hole.input).copied().unwrap_or(0);
        Self::new(pieces, template.holes().iter().map(owner).collect())
    }

    /// The text with its holes filled, and where the fillings are.
    pub fn fill<'a>(&self, value: impl Fn(usize) -> &'a String) -> (String, Vec<Range<usize>>) {
        let mut text = self.pieces[0].clone();
        let mut holes = Vec::with_capacity(self.owners.len());
        for (hole, piece) in self.pieces[1..].iter().enumerate() {
            let start = text.len();
            text.push_str(value(hole));
            holes.push(start..text.len());
            text.push_str(piece);
        }
        (text, holes)
    }

    /// The text as the browser runs it.
    pub fn render<'a>(&self, value: impl Fn(usize) -> &'a String) -> String {
        upper_null(&self.fill(value).0)
    }

    /// The holes of an input.
    pub fn holes_of(&self, input: usize) -> impl Iterator<Item = usize> + '_ {
        self.holes.get(input).into_iter().flatten().copied()
    }

    /// Whether a hole stands between white-space, brackets and commas.
    fn is_alone(&self, hole: usize) -> bool {
        let separates = |c: Option<char>| c.is_none_or(|c| c.is_ascii_whitespace() || "(),".contains(c));
        let before = self.pieces[hole].chars().next_back();
        let after = self.pieces[hole + 1].chars().next();
        (before.is_some() || hole == 0)
            && (after.is_some() || hole + 1 == self.owners.len())
            && (separates(before) || self.follows_comparison(hole))
            && separates(after)
    }

    /// Whether a hole touches a comparison before it: then its value must not begin with an operator.
    fn follows_comparison(&self, hole: usize) -> bool {
        self.pieces[hole].ends_with(['=', '<', '>'])
    }

    /// Whether nothing stands between holes of two inputs somewhere: then their texts can join to one token.
    fn is_crowded(&self) -> bool {
        self.owners.windows(2).zip(&self.pieces[1..]).any(|(owners, piece)| owners[0] != owners[1] && piece.is_empty())
    }

    fn has(&self, chars: &[char]) -> bool {
        self.pieces.iter().any(|piece| piece.contains(chars))
    }
}
