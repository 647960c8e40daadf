//! Where names stand: sqlparser tells lines and characters.

use crate::dialect::DuckDb;
use crate::tokens::Lines;
use rustc_hash::FxHashMap;
use sqlparser::ast::Ident;
use sqlparser::tokenizer::{Token, Tokenizer};
use viz_text::TextRange;

/// The tokens of a query by their places.
pub(super) struct Places<'a> {
    sql: &'a str,
    tokens: Vec<(Token, TextRange)>,
    at: FxHashMap<(u64, u64), usize>,
}

impl<'a> Places<'a> {
    pub(super) fn of(sql: &'a str) -> Option<Self> {
        let found = Tokenizer::new(&DuckDb, sql).with_unescape(false).tokenize_with_location().ok()?;
        let mut lines = Lines::new(sql);
        let (mut tokens, mut at) = (Vec::new(), FxHashMap::default());
        for token in found.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_))) {
            let start = lines.offset(token.span.start.line, token.span.start.column);
            let end = lines.offset(token.span.end.line, token.span.end.column);
            at.insert((token.span.start.line, token.span.start.column), tokens.len());
            tokens.push((token.token, TextRange::new(start, end.max(start))));
        }
        Some(Self { sql, tokens, at })
    }

    fn index(&self, name: &Ident) -> Option<usize> {
        self.at.get(&(name.span.start.line, name.span.start.column)).copied()
    }

    /// The bytes of a name, with its quotes.
    pub(super) fn of_name(&self, name: &Ident) -> Option<TextRange> {
        let range = self.tokens[self.index(name)?].1;
        let text = self.sql[range].trim_matches(['"', '\'', '`']);
        (text == name.value || text.replace("\"\"", "\"") == name.value).then_some(range)
    }

    /// The text of a table's name, with its arguments if it is a call.
    pub(super) fn written(&self, first: &Ident, last: &Ident, call: bool) -> Option<String> {
        if first.quote_style == Some('\'') && !call {
            // A file: sqlparser doesn't tell where it stands.
            return Some(format!("'{}'", first.value.replace('\'', "''")));
        }
        let (from, mut to) = (self.index(first)?, self.index(last)?);
        if call {
            let mut depth = 0_usize;
            loop {
                to += 1;
                match self.tokens.get(to)?.0 {
                    Token::LParen => depth += 1,
                    Token::RParen => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
        }
        let range = self.tokens[from].1.cover(self.tokens[to].1);
        self.sql.get(std::ops::Range::<usize>::from(range)).map(str::to_owned)
    }

    /// Whether a comma stands behind a name.
    pub(super) fn comma_behind(&self, name: &Ident) -> bool {
        self.index(name).is_some_and(|at| matches!(self.tokens.get(at + 1), Some((Token::Comma, _))))
    }
}
