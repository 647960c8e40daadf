//! How deep tokens stand in brackets, and brackets that are never closed: engines report these at the end of the query, far
//! from the fault.

use crate::tokens::{Token, is_word, tokenize};
use sqlparser::tokenizer::Token as SqlToken;
use viz_text::TextRange;

/// How many brackets and `case` are open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nesting {
    /// Behind the last token.
    pub depth: usize,
}

impl Nesting {
    /// Goes on behind a token.
    pub fn step(&mut self, token: &Token) {
        self.step_over(&token.token);
    }

    /// The same for a token whose place is not known.
    pub(crate) fn step_over(&mut self, token: &SqlToken) {
        match token {
            SqlToken::LParen | SqlToken::LBracket | SqlToken::LBrace => self.depth += 1,
            SqlToken::RParen | SqlToken::RBracket | SqlToken::RBrace => self.depth = self.depth.saturating_sub(1),
            _ if is_word(token, "case") => self.depth += 1,
            _ if is_word(token, "end") => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// Whether nothing is open.
    pub fn is_top(self) -> bool {
        self.depth == 0
    }
}

/// A bracket without its other half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpaired {
    /// It is opened and never closed.
    Open(TextRange),
    /// It closes nothing.
    Surplus(TextRange),
}

impl Unpaired {
    /// The bracket.
    pub fn range(self) -> TextRange {
        let (Self::Open(range) | Self::Surplus(range)) = self;
        range
    }

    /// What is wrong with it; `sql` is the text.
    pub fn words(self, sql: &str) -> String {
        match self {
            Self::Open(range) => format!("`{}` is never closed", &sql[range]),
            Self::Surplus(range) => format!("this `{}` closes nothing", &sql[range]),
        }
    }
}

/// The last bracket of a text that is opened and never closed.
pub fn unclosed(sql: &str) -> Option<TextRange> {
    match unpaired(sql)? {
        Unpaired::Open(range) => Some(range),
        Unpaired::Surplus(_) => None,
    }
}

/// The first bracket of a text that closes nothing, else the last that is never closed.
pub fn unpaired(sql: &str) -> Option<Unpaired> {
    let mut open: Vec<(SqlToken, TextRange)> = Vec::new();
    for token in tokenize(sql).ok()? {
        let opening = match token.token {
            SqlToken::LParen | SqlToken::LBracket | SqlToken::LBrace => {
                open.push((token.token, token.range));
                continue;
            }
            SqlToken::RParen => SqlToken::LParen,
            SqlToken::RBracket => SqlToken::LBracket,
            SqlToken::RBrace => SqlToken::LBrace,
            _ => continue,
        };
        match open.pop() {
            None => return Some(Unpaired::Surplus(token.range)),
            Some((last, _)) if last == opening => {}
            Some(_) => return None, // crosswise: the engine says where
        }
    }
    open.pop().map(|(_, range)| Unpaired::Open(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_open_bracket_is_found() {
        let of = |sql: &str| unclosed(sql).map(|range| usize::from(range.start()));
        assert_eq!(of("sum(x"), Some(3));
        assert_eq!(of("coalesce(sum(x), 0"), Some(8));
        assert_eq!(of("round(sum(x, 2"), Some(9));
        assert_eq!(of("f(')', \"(\") -- ("), None);
        assert_eq!(of("[1, 2"), Some(0));
        assert_eq!(of("x)"), None);
        assert_eq!(unpaired("sum(x)) + (1"), Some(Unpaired::Surplus(TextRange::new(6.into(), 7.into()))));
        assert_eq!(unpaired("f(')')"), None);
    }
}
