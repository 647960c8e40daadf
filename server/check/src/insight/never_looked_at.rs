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
use viz_sql::tokenize;
use viz_text::{TextRange, TextSize};

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
    if !tells_unequal(&text) {
        return Ok(true);
    }
    let whole = TextRange::up_to(TextSize::of(setting.composed.template.text().text()));
    let part = |range| filled_part(setting, plan, range, selection).into_text();
    let (before, after) =
        (part(TextRange::new(whole.start(), piece.start())), part(TextRange::new(piece.end(), whole.end())));
    for operand in disjuncts(&text) {
        if !runs(format!("{before}{}{after}", &text[operand]))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a condition asks if something is unlike something else. Only 2.0 knows from the least and the greatest value that it
/// is, and leaves out what stands beside it in an OR.
fn tells_unequal(sql: &str) -> bool {
    let unequal = |token: &viz_sql::Token| token.token == T::Neq || token.is_word("not");
    tokenize(sql).map_or(true, |tokens| tokens.iter().any(unequal))
}
