//! Where a hole stands: inside which token, and whether a literal's content decides anything there.

use super::lexer::{Kind, Token, lex};
use super::{Conditions, Shape};
use std::ops::Range;

/// What a hole stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Inside `'…'`.
    String,
    /// Inside `"…"`.
    Quoted,
    /// Inside `-- …`.
    LineComment,
    /// Inside `/* … */`.
    BlockComment,
    /// Between white-space, brackets and commas.
    Alone,
    /// Touching other tokens, or inside one of another kind.
    Glued,
}

/// A hole's surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub mode: Mode,
    /// Whether literals of one kind are interchangeable (§5.3).
    pub operand: bool,
    /// Whether it is an element of an `IN` list.
    pub listed: bool,
    /// Whether it may be compared with other expressions by its text (§5.4).
    pub matched: bool,
    /// The token that holds it in the reference text.
    pub token: Option<usize>,
}

/// The text with the reference states filled in, and its tokens.
pub(super) struct Reference {
    pub text: String,
    pub tokens: Vec<Token>,
    /// The bytes of each hole.
    pub holes: Vec<Range<usize>>,
}

impl Reference {
    pub(super) fn new(shape: &Shape, values: &[String]) -> Self {
        let (text, holes) = shape.fill(|hole| &values[hole]);
        let tokens = lex(&text);
        Self { text, tokens, holes }
    }

    /// The holes that a token overlaps.
    pub(super) fn holes_in(&self, token: &Token) -> impl Iterator<Item = usize> + '_ {
        let (start, end) = (token.start, token.end);
        self.holes.iter().enumerate().filter(move |(_, hole)| hole.start < end && start < hole.end).map(|(at, _)| at)
    }

    /// Where the holes stand.
    pub(super) fn places(&self, shape: &Shape, conditions: &Conditions) -> Vec<Place> {
        (0..self.holes.len()).map(|hole| self.place(shape, hole, conditions)).collect()
    }

    fn place(&self, shape: &Shape, hole: usize, conditions: &Conditions) -> Place {
        let range = &self.holes[hole];
        let first = self.tokens.iter().position(|token| token.end > range.start);
        let around = first.map(|at| (at, self.tokens[at])).filter(|(_, token)| token.start < range.start);
        let mode = match around.map(|(_, token)| (token.kind, token.end >= range.end)) {
            Some((Kind::String, true)) => Mode::String,
            Some((Kind::Quoted, true)) => Mode::Quoted,
            Some((Kind::LineComment, true)) => Mode::LineComment,
            Some((Kind::BlockComment, true)) => Mode::BlockComment,
            None if shape.is_alone(hole) => Mode::Alone,
            _ if !conditions.adjacency => Mode::Alone,
            _ => Mode::Glued,
        };
        let Some(first) = first else {
            return Place { mode, operand: false, listed: false, matched: true, token: None };
        };
        let last = match mode {
            Mode::Alone => self.tokens.iter().rposition(|token| token.start < range.end).unwrap_or(first).max(first),
            _ => first,
        };
        let operand = self.operand(first, last);
        Place {
            mode,
            operand: operand.is_some() || !conditions.binding,
            listed: operand == Some(Operand::Element),
            matched: self.matched(first),
            token: Some(first),
        }
    }

    /// Whether a token stands bare in a hole: what it is depends on a choice.
    fn is_foreign(&self, token: &Token) -> bool {
        !matches!(token.kind, Kind::String | Kind::Quoted | Kind::LineComment | Kind::BlockComment)
            && self.holes_in(token).next().is_some()
    }

    fn is_comment(&self, at: usize) -> bool {
        matches!(self.tokens[at].kind, Kind::LineComment | Kind::BlockComment)
    }

    fn before(&self, at: usize) -> Option<usize> {
        (0..at).rev().find(|at| !self.is_comment(*at))
    }

    fn is_any(&self, at: Option<usize>, words: &[&str]) -> bool {
        at.is_some_and(|at| words.iter().any(|word| self.tokens[at].is(&self.text, word)))
    }

    fn is_text(&self, at: Option<usize>, texts: &[&str]) -> bool {
        at.is_some_and(|at| texts.contains(&self.tokens[at].text(&self.text)))
    }

    /// Whether the tokens from `first` to `last` are a whole operand of a comparison, `IN`, `LIKE` or `BETWEEN`, at a
    /// place where the engine evaluates nothing while it binds.
    fn operand(&self, first: usize, last: usize) -> Option<Operand> {
        if self.tokens.iter().any(|token| VETO.iter().any(|word| token.is(&self.text, word))) {
            return None;
        }
        let before = self.before(first).filter(|at| !self.is_foreign(&self.tokens[*at]))?;
        let after = (last + 1..self.tokens.len()).find(|at| !self.is_comment(*at));
        if after.is_some_and(|at| self.is_foreign(&self.tokens[at])) {
            return None;
        }
        let ends = after.is_none() || self.is_text(after, &[")", ","]) || self.is_any(after, &ENDS);
        if self.is_text(Some(before), &["(", ","]) && ends && self.in_list(before) {
            return Some(Operand::Element);
        }
        if !self.enclosed_harmlessly(first) {
            return None;
        }
        let compares = |at| self.is_text(at, &COMPARISONS) || self.is_any(at, &["like", "ilike"]);
        let right = compares(Some(before))
            || self.is_any(Some(before), &["between"])
            || self.is_any(Some(before), &["and"]) && self.after_between(before);
        let left = self.is_any(Some(before), &["where", "and", "or", "not", "when", "having", "on"])
            && !self.after_between(before)
            && self.is_text(after, &COMPARISONS);
        (right && ends || left).then_some(Operand::Whole)
    }

    /// Whether a `(` or `,` belongs to the list of an `IN`, and only literals stand before it there.
    fn in_list(&self, from: usize) -> bool {
        let mut at = Some(from);
        while let Some(here) = at {
            let token = &self.tokens[here];
            match token.text(&self.text) {
                "(" => {
                    let head = self.before(here);
                    return self.is_any(head, &["in"]) && head.is_some_and(|head| self.enclosed_harmlessly(head));
                }
                "," => {}
                _ if matches!(token.kind, Kind::String | Kind::Number) || self.is_foreign(token) => {}
                _ if token.is(&self.text, "null") => {}
                _ => return false,
            }
            at = self.before(here);
        }
        false
    }

    /// Whether an `AND` belongs to a `BETWEEN`.
    fn after_between(&self, and: usize) -> bool {
        let mut depth = 0_i32;
        for token in self.tokens[..and].iter().rev() {
            match token.text(&self.text) {
                ")" => depth += 1,
                "(" if depth == 0 => return false,
                "(" => depth -= 1,
                _ if depth > 0 => {}
                _ if token.is(&self.text, "between") => return true,
                _ if BREAKS.iter().any(|word| token.is(&self.text, word)) => return false,
                _ => {}
            }
        }
        false
    }

    /// Whether all brackets around a token only group, or belong to functions that look at no argument while binding.
    fn enclosed_harmlessly(&self, at: usize) -> bool {
        let mut depth = 0_i32;
        for here in (0..at).rev() {
            match self.tokens[here].text(&self.text) {
                ")" | "]" | "}" => depth += 1,
                "[" | "{" if depth == 0 => return false,
                "(" if depth == 0 => {
                    let Some(head) = self.before(here) else { continue };
                    let token = &self.tokens[head];
                    let harmless = match token.kind {
                        Kind::Word => HARMLESS.iter().any(|word| token.is(&self.text, word)),
                        Kind::Operator | Kind::Mark => true,
                        _ => false,
                    };
                    if !harmless || self.is_foreign(token) {
                        return false;
                    }
                }
                "(" | "[" | "{" => depth -= 1,
                _ => {}
            }
        }
        depth == 0
    }

    /// Whether expressions here may be matched with others by their text: anywhere in a query that groups, but in WHERE.
    fn matched(&self, at: usize) -> bool {
        if !self.tokens.iter().any(|token| ["group", "distinct"].iter().any(|word| token.is(&self.text, word))) {
            return false;
        }
        // The clause on the outermost level decides: that of a subquery is a part of it.
        let (mut depth, mut clause) = (0_i32, None);
        for token in self.tokens[..at].iter().rev() {
            match token.text(&self.text) {
                ")" => depth += 1,
                "(" if depth == 0 => clause = None,
                "(" => depth -= 1,
                _ if depth > 0 || clause.is_some() => {}
                _ if token.is(&self.text, "where") => clause = Some(false),
                _ if ["select", "by", "having"].iter().any(|word| token.is(&self.text, word)) => clause = Some(true),
                _ => {}
            }
        }
        clause.unwrap_or(true)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operand {
    Whole,
    Element,
}

const COMPARISONS: [&str; 8] = ["=", "==", "<>", "!=", "<", "<=", ">", ">="];

/// What may follow an operand.
const ENDS: [&str; 20] = [
    "and", "or", "group", "order", "having", "then", "else", "end", "as", "when", "asc", "desc", "nulls", "qualify",
    "union", "window", "from", "where", "join", "on",
];

/// What ends the search for the `BETWEEN` of an `AND`.
const BREAKS: [&str; 10] = ["and", "or", "where", "when", "then", "else", "on", "having", "case", "select"];

/// Words whose bracket evaluates nothing while the query is bound.
const HARMLESS: [&str; 31] = [
    "and",
    "or",
    "not",
    "where",
    "having",
    "on",
    "when",
    "then",
    "else",
    "case",
    "by",
    "select",
    "filter",
    "exists",
    "from",
    "join",
    "in",
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "coalesce",
    "ifnull",
    "nullif",
    "any_value",
    "bool_and",
    "bool_or",
    "count_if",
    "countif",
    "median",
];

/// Words that make the engine look at constants while it binds, wherever these stand.
const VETO: [&str; 15] = [
    "columns",
    "pivot",
    "unpivot",
    "pivot_wider",
    "pivot_longer",
    "limit",
    "offset",
    "sample",
    "tablesample",
    "fetch",
    "lambda",
    "query",
    "query_table",
    "getvariable",
    "collate",
];

/// Words that may stand in a hole without changing what other holes are.
pub(super) fn is_harmless_word(word: &str) -> bool {
    const STRUCTURE: [&str; 36] = [
        "all",
        "and",
        "any",
        "as",
        "between",
        "by",
        "case",
        "distinct",
        "else",
        "end",
        "except",
        "exists",
        "filter",
        "from",
        "group",
        "having",
        "ilike",
        "in",
        "intersect",
        "is",
        "join",
        "like",
        "not",
        "on",
        "or",
        "order",
        "over",
        "qualify",
        "select",
        "similar",
        "then",
        "union",
        "using",
        "when",
        "where",
        "with",
    ];
    let is = |other: &str| word.eq_ignore_ascii_case(other);
    !STRUCTURE.iter().any(|other| is(other)) && !VETO.iter().any(|other| is(other))
}
