//! Conditions on the one row that a query without GROUP BY always has.
//!
//! Without rows to sum up an aggregate is NULL. The viewers' engine converts the text that is compared with it all the same; the
//! linked one does not, so that no run over today's data tells.

use super::in_1_4;
use super::pieces::Piece;
use super::plan::{Plan, filled_part};
use super::setting::Setting;
use sqlparser::tokenizer::Token as T;
use viz_facts::SqlError;
use viz_sql::{Clause, tokenize};

/// Whether a condition that failed over a row of words fails in the browser whatever the rows are: the error is about a literal in it,
/// with the choices of this selection.
pub(super) fn fails_over_nothing(
    setting: &Setting<'_>,
    plan: &Plan,
    piece: &Piece,
    selection: &[u32],
    error: &SqlError,
) -> bool {
    let placed = &setting.composed.placed;
    let mut of_groups = placed.iter().filter(|placed| placed.clause == Clause::Having);
    // Beside another condition it may not be looked at.
    let alone = of_groups.next().is_some_and(|placed| placed.range == piece.range) && of_groups.next().is_none();
    let grouped = placed.iter().any(|placed| placed.clause == Clause::GroupBy);
    let text = || filled_part(setting, plan, piece.range, selection).into_text();
    in_1_4(setting.project, setting.composed) && alone && !grouped && names_literal(&error.message, &text())
}

/// Whether a message names a literal of a text.
fn names_literal(message: &str, text: &str) -> bool {
    let Ok(tokens) = tokenize(text) else { return false };
    tokens.iter().any(|token| {
        matches!(&token.token, T::SingleQuotedString(literal) if !literal.is_empty() && message.contains(&format!("'{literal}'")))
    })
}
