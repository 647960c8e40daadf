//! Whether rows are left of what stands beside a condition.
//!
//! A condition of constants alone fails whatever the rows are. But the browser reads rows from a file that tells the least and
//! the greatest value of each column: if it knows from these that the other conditions keep no row, it never looks at this one.
//! Models of a source may tell less.

use super::plan::{Plan, filled_part};
use super::setting::Setting;
use viz_facts::{QueryTable, Question, SourceSpec, Unknown};
use viz_sql::Clause;
use viz_text::{TextRange, TextSize};

/// What DuckDB says where no row is left.
const NONE: &str = "viz: no rows are left";

/// Whether a query of the browser has no rows, today, whatever this piece of a condition says of them.
///
/// # Errors
/// While that is under way.
pub(super) fn none_is_left_beside(
    setting: &Setting<'_>,
    plan: &Plan,
    (source, tables): (&SourceSpec, &[QueryTable]),
    piece: TextRange,
    selection: &[u32],
) -> Result<bool, Unknown> {
    let Some(rows) = beside(setting, plan, piece, selection) else { return Ok(false) };
    let sql = format!("SELECT CASE WHEN count(*) = 0 THEN error('{NONE}') END FROM (\n{rows}\n)");
    let question = Question::Execute { source: source.clone(), tables: tables.to_vec(), sql };
    match setting.facts.accepted(question) {
        Ok(found) => Ok(found.is_err_and(|error| error.message.contains(NONE))),
        Err(why) if why.is_pending() => Err(why),
        Err(_) => Ok(false),
    }
}

/// The rows that all conditions but this one keep.
fn beside(setting: &Setting<'_>, plan: &Plan, piece: TextRange, selection: &[u32]) -> Option<String> {
    let of = |clause: Clause| setting.composed.placed.iter().filter(move |placed| placed.clause == clause);
    let holds = |range: TextRange| range.contains_range(piece);
    if !setting.composed.dynamic || !of(Clause::Where).any(|placed| holds(placed.range)) {
        return None;
    }
    let selected = of(Clause::Select).map(|placed| placed.range.end()).max()?;
    let end = of(Clause::Where).map(|placed| placed.range.end()).max()?;
    let text = setting.composed.template.text().text();
    let (before, _) = text[usize::from(selected)..usize::from(piece.start())].split_once("\nFROM ")?;
    let from = selected + TextSize::of(before);
    let part = |start, end| filled_part(setting, plan, TextRange::new(start, end), selection).into_text();
    Some(format!("SELECT 1{}TRUE{}", part(from, piece.start()), part(piece.end(), end)))
}
