//! Automatic quoting of bare placeholders since format version 2.1 (5.7).

use crate::Accessor;
use crate::parse::parse;
use crate::template::{Hole, Role, Template};
use crate::tokens::{Token, tokenize};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token as SqlToken;
use std::collections::HashMap;

/// Which holes the reference wraps in single quotes. `is_text` tells whether an input's values count as text.
pub(crate) fn quoted(template: &Template, is_text: impl Fn(&Hole) -> bool) -> Vec<bool> {
    let none = vec![false; template.holes().len()];
    let candidate = |hole: &Hole| {
        matches!(hole.role, Role::Bare | Role::InList) && hole.accessor != Accessor::Values && is_text(hole)
    };
    if !template.holes().iter().any(candidate) {
        return none;
    }
    // (d): one hole that is no identifier's place, such as a sort direction, switches quoting off for the whole query.
    let marker = |index: usize| format!("vizhole{index}x");
    let text = template.fill(|index, _| marker(index)).into_text();
    if parse(&text).is_err() {
        return none;
    }
    let Ok(tokens) = tokenize(&text) else { return none };
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let words = tokens.iter().enumerate().rev().map(|(at, token)| (&text[token.range], at));
    let places: HashMap<&str, usize> = words.filter(|(word, _)| word.starts_with("vizhole")).collect();
    let operand = |index: usize| places.get(marker(index).as_str()).is_some_and(|at| is_operand(&tokens, *at));
    template.holes().iter().enumerate().map(|(index, hole)| candidate(hole) && operand(index)).collect()
}

/// (c): the right operand of a comparison, an element of an IN list, a pattern of LIKE, a bound of BETWEEN.
fn is_operand(tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|at| &tokens[at]) else { return false };
    // Part of a larger operand (`x = 'a' || ${i}`, `x = ${i} + 1`) is not quoted on its own.
    let whole = match tokens.get(at + 1).map(|next| &next.token) {
        None | Some(SqlToken::RParen | SqlToken::Comma | SqlToken::SemiColon) => true,
        Some(SqlToken::Word(word)) => word.keyword != Keyword::NoKeyword,
        Some(_) => false,
    };
    let comparison = matches!(
        before.token,
        SqlToken::Eq
            | SqlToken::DoubleEq
            | SqlToken::Neq
            | SqlToken::Lt
            | SqlToken::LtEq
            | SqlToken::Gt
            | SqlToken::GtEq
    );
    let pattern = before.is_word("like") || before.is_word("ilike") || before.is_word("between");
    let upper = before.is_word("and") && between_before(tokens, at - 1);
    whole && (comparison || pattern || upper) || in_list(tokens, at)
}

fn between_before(tokens: &[Token], at: usize) -> bool {
    // `x between a and ${i}`: the nearest BETWEEN with no other AND in between, on the same level.
    let mut depth = 0_i32;
    for token in tokens[..at].iter().rev() {
        match token.token {
            SqlToken::RParen => depth += 1,
            SqlToken::LParen if depth == 0 => return false,
            SqlToken::LParen => depth -= 1,
            _ if depth > 0 => {}
            _ if token.is_word("between") => return true,
            _ if token.is_word("and") || token.is_word("or") || token.is_word("where") => return false,
            _ => {}
        }
    }
    false
}

fn in_list(tokens: &[Token], at: usize) -> bool {
    let element_end = matches!(tokens.get(at + 1).map(|next| &next.token), Some(SqlToken::Comma | SqlToken::RParen));
    let element_start = matches!(tokens[at - 1].token, SqlToken::Comma | SqlToken::LParen);
    if !(element_start && element_end) {
        return false;
    }
    let mut depth = 0_i32;
    for (position, token) in tokens[..at].iter().enumerate().rev() {
        match token.token {
            SqlToken::RParen => depth += 1,
            SqlToken::LParen if depth == 0 => return position > 0 && tokens[position - 1].is_word("in"),
            SqlToken::LParen => depth -= 1,
            _ => {}
        }
    }
    false
}
