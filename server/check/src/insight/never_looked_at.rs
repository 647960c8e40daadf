//! Whether the browser never looks at a condition that would fail.
//!
//! A condition of constants alone fails whatever the rows are. But the browser reads rows from a file that tells the least and
//! the greatest value of each column: if it knows from these what another condition, or this one itself, says of every row, it
//! evaluates nothing. Models of a source tell less, so that their rows are put into tables of DuckDB, which tell the same.

use super::conjuncts::disjuncts;
use super::meant_by_viewers::run_as_viewers;
use super::plan::{Plan, filled_part, render};
use super::setting::Setting;
use sqlparser::tokenizer::Token as T;
use viz_facts::{SqlError, Unknown};
use viz_sql::{Clause, Token, tokenize};
use viz_text::{TextRange, TextSize};

/// Words before parentheses that call nothing.
const BEFORE_PARENTHESES: [&str; 8] = ["or", "and", "not", "in", "between", "when", "then", "else"];

/// Whether a query of the browser runs, today, although this piece of it fails over any row that is looked at. `run` runs a query
/// over the tables.
///
/// # Errors
/// While that is under way.
pub(super) fn is_never_looked_at(
    setting: &Setting<'_>,
    plan: &Plan,
    piece: TextRange,
    selection: &[u32],
    run: impl Fn(String) -> Result<Result<(), SqlError>, Unknown>,
) -> Result<bool, Unknown> {
    let runs = |sql: String| match run_as_viewers(setting, sql, &run) {
        Ok(found) => Ok(found.is_ok()),
        Err(why) if why.is_pending() => Err(why),
        Err(_) => Ok(false),
    };
    if !setting.composed.dynamic || !runs(render(setting, plan, selection))? {
        return Ok(false);
    }
    let text = filled_part(setting, plan, piece, selection).into_text();
    if is_computed(&text) {
        // Of what is computed 2.0 knows more: only other conditions may keep this one from being looked at.
        return Ok(!runs(alone(setting, plan, piece, selection))?);
    }
    if !tells_unequal(&text) {
        return Ok(true);
    }
    for operand in disjuncts(&text) {
        if !runs(with_instead(setting, plan, selection, [(piece, text[operand].to_owned())]))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The query without other conditions than this piece.
fn alone(setting: &Setting<'_>, plan: &Plan, piece: TextRange, selection: &[u32]) -> String {
    let wheres = setting.composed.placed.iter().filter(|placed| placed.clause == Clause::Where);
    let mut wheres: Vec<TextRange> = wheres.map(|placed| placed.range).collect();
    wheres.sort_by_key(|range| range.start());
    let instead = |range: TextRange| match range.contains_range(piece) {
        true => filled_part(setting, plan, piece, selection).into_text(),
        false => "TRUE".to_owned(),
    };
    with_instead(setting, plan, selection, wheres.into_iter().map(|range| (range, instead(range))))
}

/// The query with other texts at some places, which are in its order.
fn with_instead(
    setting: &Setting<'_>,
    plan: &Plan,
    selection: &[u32],
    places: impl IntoIterator<Item = (TextRange, String)>,
) -> String {
    let part = |start, end| filled_part(setting, plan, TextRange::new(start, end), selection).into_text();
    let (mut out, mut done) = (String::new(), TextSize::new(0));
    for (place, instead) in places {
        out.push_str(&part(done, place.start()));
        out.push_str(&instead);
        done = place.end();
    }
    out + &part(done, TextSize::of(setting.composed.template.text().text()))
}

/// Whether a condition compares more than columns and constants: it calculates, or calls a function.
fn is_computed(sql: &str) -> bool {
    let calculates =
        |token: &Token| matches!(token.token, T::Plus | T::Minus | T::Mul | T::Div | T::Mod | T::StringConcat);
    let Ok(tokens) = tokenize(sql) else { return true };
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let calls = |pair: &[Token]| {
        let is_name =
            matches!(pair[0].token, T::Word(_)) && !BEFORE_PARENTHESES.iter().any(|word| pair[0].is_word(word));
        is_name && pair[1].token == T::LParen
    };
    tokens.iter().any(calculates) || tokens.windows(2).any(calls)
}

/// Whether a condition asks if something is unlike something else. Only 2.0 knows from the least and the greatest value that it
/// is, and leaves out what stands beside it in an OR.
fn tells_unequal(sql: &str) -> bool {
    let unequal = |token: &Token| token.token == T::Neq || token.is_word("not");
    tokenize(sql).map_or(true, |tokens| tokens.iter().any(unequal))
}
