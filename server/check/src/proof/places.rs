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
        let (first, end) = (self.holes.partition_point(|hole| hole.end <= token.start), token.end);
        self.holes.iter().enumerate().skip(first).take_while(move |(_, hole)| hole.start < end).map(|(at, _)| at)
    }

    /// Where the holes stand.
    pub(super) fn places(&self, shape: &Shape, conditions: &Conditions) -> Vec<Place> {
        let around = Around::new(self);
        (0..self.holes.len()).map(|hole| self.place(shape, &around, hole, conditions)).collect()
    }

    fn place(&self, shape: &Shape, outer: &Around, hole: usize, conditions: &Conditions) -> Place {
        let range = &self.holes[hole];
        let first = self.tokens.partition_point(|token| token.end <= range.start);
        let first = Some(first).filter(|first| *first < self.tokens.len());
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
            Mode::Alone => self.tokens.partition_point(|token| token.start < range.end).saturating_sub(1).max(first),
            _ => first,
        };
        let operand = self.operand(outer, first, last);
        Place {
            mode,
            operand: operand.is_some() || !conditions.binding,
            listed: operand == Some(Operand::Element),
            matched: outer.matched[first],
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
    fn operand(&self, outer: &Around, first: usize, last: usize) -> Option<Operand> {
        if outer.vetoed {
            return None;
        }
        let before = self.before(first).filter(|at| !self.is_foreign(&self.tokens[*at]))?;
        let after = (last + 1..self.tokens.len()).find(|at| !self.is_comment(*at));
        if after.is_some_and(|at| self.is_foreign(&self.tokens[at])) {
            return None;
        }
        let ends = after.is_none() || self.is_text(after, &[")", ","]) || self.is_any(after, &ENDS);
        if self.is_text(Some(before), &["(", ","]) && ends && self.in_list(outer, before) {
            return Some(Operand::Element);
        }
        if !outer.harmless[first] {
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
    fn in_list(&self, outer: &Around, from: usize) -> bool {
        let mut at = Some(from);
        while let Some(here) = at {
            let token = &self.tokens[here];
            match token.text(&self.text) {
                "(" => {
                    let head = self.before(here);
                    return self.is_any(head, &["in"]) && head.is_some_and(|head| outer.harmless[head]);
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

    /// Whether a `(` stands behind nothing that looks at what is in it while the query is bound.
    fn groups_only(&self, at: usize) -> bool {
        let Some(head) = self.before(at).map(|head| self.tokens[head]) else { return true };
        let harmless = match head.kind {
            Kind::Word => HARMLESS.iter().any(|word| head.is(&self.text, word)),
            Kind::Operator | Kind::Mark => true,
            _ => false,
        };
        harmless && !self.is_foreign(&head)
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
}

/// What stands around each token of a reference text, found in one pass.
struct Around {
    /// Whether the text holds a word that makes the engine look at constants.
    vetoed: bool,
    /// Whether all brackets around it only group, or belong to functions that look at no argument while binding.
    harmless: Vec<bool>,
    /// Whether expressions there may be matched with others by their text: anywhere in a query that groups, but in WHERE.
    matched: Vec<bool>,
}

impl Around {
    fn new(reference: &Reference) -> Self {
        let is_any = |token: &Token, words: &[&str]| words.iter().any(|word| token.is(&reference.text, word));
        let has = |words: &[&str]| reference.tokens.iter().any(|token| is_any(token, words));
        let groups = has(&["group", "distinct"]);
        let mut out = Self { vetoed: has(&VETO), harmless: Vec::new(), matched: Vec::new() };
        // Of each open bracket: whether it is harmless.
        let mut open: Vec<bool> = Vec::new();
        let (mut harmful, mut closed_too_often) = (0_usize, false);
        // The clause on the outermost level decides: that of a subquery is a part of it.
        let (mut depth, mut clause) = (0_usize, None);
        for (at, token) in reference.tokens.iter().enumerate() {
            out.harmless.push(harmful == 0 && !closed_too_often);
            out.matched.push(groups && clause.unwrap_or(true));
            match token.text(&reference.text) {
                bracket @ ("(" | "[" | "{") => {
                    let harmless = bracket == "(" && reference.groups_only(at);
                    harmful += usize::from(!harmless);
                    open.push(harmless);
                }
                ")" | "]" | "}" => match open.pop() {
                    Some(harmless) => harmful -= usize::from(!harmless),
                    None => closed_too_often = true,
                },
                _ => {}
            }
            match token.text(&reference.text) {
                "(" => depth += 1,
                ")" if depth == 0 => clause = None,
                ")" => depth -= 1,
                _ if depth > 0 => {}
                _ if is_any(token, &["where"]) => clause = Some(false),
                _ if is_any(token, &["select", "by", "having"]) => clause = Some(true),
                _ => {}
            }
        }
        out
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
