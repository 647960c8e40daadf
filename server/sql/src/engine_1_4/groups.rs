//! Where 1.4 groups the operators of a text otherwise than 2.0: `a and b ->> 'c'` is `(a and b) ->> 'c'` to it.
//!
//! 1.4's own tables read the text and give its tree. How strongly 2.0's operators bind is told here, as its grammar has it
//! (`expression.gram`): where an operator of the tree would take a piece of another one, parentheses keep it from that. The
//! test `groupings` compares with what both engines make of each two operators.

use super::grammar::{GRAMMAR, Reader, parse};
use super::scan::{Token, tokens};
use viz_text::TextRange;

/// An operand that 1.4 holds for one, and 2.0 does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regrouped {
    /// The operand.
    pub operand: TextRange,
    /// The operator that it belongs to.
    pub operator: TextRange,
    /// The operator in it that would take its piece in 2.0, or that would give it.
    pub inner: TextRange,
    /// The operator with all its operands.
    pub whole: TextRange,
    /// What to put in parentheses for 1.4 to read it as 2.0 does.
    pub meant: TextRange,
}

/// How strongly an operator binds to its left and to its right in 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Power {
    left: u8,
    right: u8,
}

/// The levels of 2.0's grammar.
const ANYTHING: u8 = 10;
const BITWISE: u8 = 90;

/// Before a sub-query or a list.
const QUANTIFIERS: [&str; 3] = ["any", "all", "some"];

/// An operator and what it is applied to.
#[derive(Debug, Clone, Copy)]
struct Node {
    from: usize,
    to: usize,
    /// Its token.
    operator: usize,
    /// How strongly it binds in 2.0, if that has it.
    power: Option<Power>,
    /// Whether it stands before ANY or ALL.
    is_quantified: bool,
    /// The values before it and behind it.
    left: Option<Piece>,
    right: Option<Piece>,
}

/// A piece of the text that was read.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: usize,
    to: usize,
    is_value: bool,
    /// If it is an operator and its operands.
    node: Option<usize>,
}

struct Tree<'a> {
    sql: &'a str,
    tokens: &'a [Token],
    pieces: Vec<Piece>,
    nodes: Vec<Node>,
}

impl Reader for Tree<'_> {
    fn token(&mut self, at: usize) {
        self.pieces.push(Piece { from: at, to: at + 1, is_value: false, node: None });
    }

    fn piece(&mut self, from: usize, length: usize, is_value: bool) {
        let parts = self.pieces.split_off(self.pieces.len().saturating_sub(length));
        let to = parts.last().map_or(from, |last| last.to);
        let node = if is_value && length > 1 { self.operator(&parts, from, to) } else { None };
        self.pieces.push(Piece { from, to, is_value, node });
    }
}

impl Tree<'_> {
    /// The operator that is made of these pieces.
    fn operator(&mut self, parts: &[Piece], from: usize, to: usize) -> Option<usize> {
        let operand = |piece: Option<&Piece>| piece.copied().filter(|piece| piece.is_value);
        let (left, right) = (operand(parts.first()), operand(parts.last()));
        let operator = parts.get(usize::from(left.is_some()))?.from;
        let power = self.power(operator, left.is_some(), right.is_some());
        let is_quantified = self.is(operator + 1, &QUANTIFIERS);
        self.nodes.push(Node { from, to, operator, power, is_quantified, left, right });
        Some(self.nodes.len() - 1)
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &self.sql[token.range])
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.text(at).eq_ignore_ascii_case(word))
    }

    /// How strongly the operator at a token binds in 2.0. `None`: it is no operator of 2.0.
    fn power(&self, at: usize, left: bool, right: bool) -> Option<Power> {
        let power = |left, right| Some(Power { left, right });
        if !left {
            return match self.text(at).to_ascii_lowercase().as_str() {
                // Where 2.0 does not take these, it says so.
                "not" => power(160, 40),
                "lambda" => power(160, ANYTHING),
                "+" | "-" => power(160, 160),
                "~" => power(95, 100),
                _ => power(160, 100),
            };
        }
        let at = if self.is(at, &["not"]) { at + 1 } else { at };
        if self.is(at + 1, &QUANTIFIERS) && !right {
            return power(80, 0);
        }
        match self.text(at).to_ascii_lowercase().as_str() {
            "or" => power(10, 20),
            "and" => power(20, 30),
            "is" if right => power(50, 60),
            "is" | "isnull" | "notnull" | "null" => power(40, 0),
            "=" | "==" | "<" | ">" | "<=" | ">=" | "<>" | "!=" => power(60, 70),
            "in" if self.is(at + 1, &["("]) => power(70, 0),
            // What follows is no operand to 1.4, but one to 2.0.
            "in" | "like" | "ilike" | "glob" | "similar" | "between" => power(70, 80),
            "~" | "~*" | "!~" | "!~*" | "~~" | "~~*" | "~~~" | "!~~" | "!~~*" => power(70, 80),
            "->" => power(80, ANYTHING),
            "&" | "|" | "<<" | ">>" => power(BITWISE, 100),
            "+" | "-" => power(100, 110),
            "*" | "/" | "//" | "%" => power(110, 120),
            "^" | "**" => power(120, 130),
            "collate" => power(130, 140),
            "at" => power(140, 150),
            "::" | "[" => power(160, 0),
            "!" if right => None,
            "!" => power(160, 0),
            _ if !right => None,
            _ => power(80, BITWISE),
        }
    }

    fn node(&self, piece: Option<Piece>) -> Option<&Node> {
        self.nodes.get(piece?.node?)
    }

    /// The operators at the right end of an operand, from without.
    fn right_end(&self, operand: Option<Piece>) -> impl Iterator<Item = &Node> {
        std::iter::successors(self.node(operand), |node| self.node(node.right))
    }

    /// The operators at the left end of an operand, from without.
    fn left_end(&self, operand: Option<Piece>) -> impl Iterator<Item = &Node> {
        std::iter::successors(self.node(operand), |node| self.node(node.left))
    }

    /// Whether an operator takes the right operand of another one, which stands before it, in 2.0.
    fn takes(&self, outer: &Node, inner: &Node) -> bool {
        // Arrows in a row chain to the left.
        let chained = self.text(inner.operator) == "->"
            && self.text(outer.operator).starts_with("->")
            && self.node(inner.right).and_then(|right| right.power).is_none_or(|power| power.left >= BITWISE);
        let (Some(outer), Some(inner)) = (outer.power, inner.power) else { return false };
        inner.right > 0 && outer.left >= inner.right && !chained
    }

    fn range(&self, from: usize, to: usize) -> TextRange {
        self.tokens[from].range.cover(self.tokens[to - 1].range)
    }

    /// The operands of an operator that it does not have in 2.0.
    fn regrouped(&self, node: &Node) -> impl Iterator<Item = Regrouped> {
        let found = |operand: Piece, inner: &Node, (from, to): (usize, usize)| Regrouped {
            operand: self.range(operand.from, operand.to),
            operator: self.tokens[node.operator].range,
            inner: self.tokens[inner.operator].range,
            whole: self.range(node.from, node.to),
            meant: self.range(from, to),
        };
        let left = node.left.and_then(|left| {
            let inner = self.right_end(node.left).filter(|inner| self.takes(node, inner)).last()?;
            let behind = inner.operator + 1 + usize::from(self.is(inner.operator, &["not"]));
            let taken = inner.right.map_or(behind, |right| right.from);
            Some(found(left, inner, (taken, node.to)))
        });
        let right = node.right.and_then(|right| {
            let inner = self.left_end(node.right).filter(|inner| gives(node, inner)).last()?;
            Some(found(right, inner, (node.from, inner.left.map_or(right.to, |left| left.to))))
        });
        left.into_iter().chain(right)
    }
}

/// Whether an operator behind another one is not in its right operand in 2.0.
fn gives(outer: &Node, inner: &Node) -> bool {
    outer.power.zip(inner.power).is_some_and(|(outer, inner)| inner.left < outer.right)
}

/// The operands that 2.0 does not hold for such, in a text that 1.4 reads.
pub fn regrouped(sql: &str) -> Vec<Regrouped> {
    let tokens = tokens(sql);
    if !may_differ(&tokens, sql) {
        return Vec::new();
    }
    let mut tree = Tree { sql, tokens: &tokens, pieces: Vec::new(), nodes: Vec::new() };
    if parse(&tokens, sql, &mut tree).is_err() {
        return Vec::new();
    }
    tree.nodes.iter().flat_map(|node| tree.regrouped(node)).collect()
}

/// The first operator that 1.4's grammar takes and its catalogue doesn't have: `~*`, or one behind its operand.
pub(super) fn missing_operator(tokens: &[Token], sql: &str) -> Option<TextRange> {
    let operator = GRAMMAR.token("Op");
    if !tokens.iter().any(|token| token.number.is_some() && token.number == operator) {
        return None;
    }
    let mut tree = Tree { sql, tokens, pieces: Vec::new(), nodes: Vec::new() };
    parse(tokens, sql, &mut tree).ok()?;
    let named = tree.nodes.iter().filter(|node| tokens[node.operator].number == operator && !node.is_quantified);
    let is_missing = |node: &&Node| match (node.left, node.right) {
        (Some(_), Some(_)) => ["~*", "!~*", "!"].contains(&tree.text(node.operator)),
        (Some(_), None) => tree.text(node.operator) != "!",
        (None, _) => !["~", "@"].contains(&tree.text(node.operator)),
    };
    named.filter(is_missing).map(|node| tokens[node.operator].range).min_by_key(|range| range.start())
}

/// Whether there is an operator that binds otherwise in 2.0. Nearly all queries have none.
fn may_differ(tokens: &[Token], sql: &str) -> bool {
    let known = ["Op", "SINGLE_ARROW", "DOUBLE_ARROW"].map(|name| GRAMMAR.token(name));
    let words = ["operator", "collate"].map(|word| GRAMMAR.word(word));
    let within = GRAMMAR.word("in");
    tokens.iter().enumerate().any(|(at, token)| {
        let is_one = token.number.is_some() && (known.contains(&token.number) || words.contains(&token.number));
        is_one || token.number == within && tokens.get(at + 1).is_some_and(|next| &sql[next.range] != "(")
    })
}
