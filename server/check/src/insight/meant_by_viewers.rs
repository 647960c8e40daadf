//! Functions and operators that mean something else to the viewers' engine than to the one that is linked: a query that calls any is
//! judged in words in which the linked one means the same (`viz_sql::engine_1_4::reworded`).

use super::blame::error_loc;
use super::computed::without_direction;
use super::plan::{Plan, filled_part};
use super::probes::{condition, over_nulls};
use super::setting::Setting;
use super::wording::{in_words, subject};
use super::{InsightVerdict, in_1_4};
use crate::report::Finding;
use std::collections::HashSet;
use std::sync::Arc;
use viz_facts::{Reason, ShadowTable, SqlError, SqlErrorKind, Unknown, looks_at_names};
use viz_project::Code;
use viz_sql::engine_1_4::{Meant, Reworded, reworded};
use viz_sql::tokenize;
use viz_text::TextSize;

/// What the two engines say of a query.
pub(super) enum Bound {
    /// Both take it.
    Accepted,
    /// Both refuse it.
    Refused(SqlError),
    /// Only the viewers' engine takes it; the linked one's error.
    OnlyByViewers(SqlError),
    /// Only the viewers' engine refuses it.
    NotByViewers(SqlError),
}

/// What both engines say of a query, given what the linked one says of the typed text. Nothing is asked if it calls nothing that differs.
pub(super) fn bound_by_both(
    setting: &Setting<'_>,
    text: &str,
    found: Result<(), SqlError>,
    ask: impl FnOnce(String) -> Result<Result<(), SqlError>, Unknown>,
) -> Result<Bound, Unknown> {
    let meant = if found.is_ok() { Meant::Types } else { Meant::Taken };
    let plain = |found: Result<(), SqlError>| found.map_or_else(Bound::Refused, |()| Bound::Accepted);
    // Both refuse a `TRY` around a sub-query or what differs each time.
    if found.as_ref().is_err_and(|error| error.message.contains("TRY can not be used")) {
        return Ok(plain(found));
    }
    let in_1_4 = in_1_4(setting.project, setting.composed);
    if in_1_4 && found.as_ref().is_err_and(|error| needs_names(error, text)) {
        return Err(row_without_names());
    }
    let Some(words) = in_1_4.then(|| reworded(text, meant)).flatten() else {
        return Ok(plain(found));
    };
    let reworded = ask(words.text().to_owned())?;
    if found.is_ok() != reworded.is_ok() && looks_at_names(text) {
        return Err(names_in_other_words());
    }
    Ok(match (found, reworded) {
        // A text that 2.0 can't read is none of 1.4's.
        (Ok(()), Err(error)) if error.kind != SqlErrorKind::Parser => Bound::NotByViewers(typed(&words, error)),
        (Err(error), Ok(())) => {
            // DuckDB doesn't say where a `TRY` stands.
            let tried = words.tried().filter(|_| only_1_4_tries(&error));
            let (offset, length) = match tried {
                Some(range) => (Some(range.start().into()), Some(range.len().into())),
                None => (error.offset, error.length),
            };
            Bound::OnlyByViewers(SqlError { offset, length, ..error })
        }
        (found, _) => plain(found),
    })
}

/// Runs a query in the words in which it does on data as in the viewers' engine: with all that differs, and where a place takes
/// no macro that may fail, without those.
pub(super) fn run_as_viewers<T>(
    setting: &Setting<'_>,
    text: String,
    run: impl Fn(String) -> Result<Result<T, SqlError>, Unknown>,
) -> Result<Result<T, SqlError>, Unknown> {
    let in_1_4 = in_1_4(setting.project, setting.composed);
    let meant = |meant| in_1_4.then(|| reworded(&text, meant)).flatten();
    let run = |words: String| match run(words)? {
        Err(error) if in_1_4 && only_1_4_tries(&error) => {
            Err(Unknown::new(Reason::BrowserOnly, "only the browser's engine takes `TRY` around an aggregate"))
        }
        Err(error) if in_1_4 && needs_names(&error, &text) => Err(row_without_names()),
        Err(error) if in_1_4 && error.message.contains("\"rowid\"") => {
            Err(Unknown::new(Reason::BrowserOnly, "only in the browser a model has the column `rowid`"))
        }
        found => Ok(found),
    };
    let run_in = |words: Option<Reworded>| match words {
        Some(_) if looks_at_names(&text) => Err(names_in_other_words()),
        Some(words) => Ok(run(words.text().to_owned())?.map_err(|error| typed(&words, error))),
        None => run(text.clone()),
    };
    match run_in(meant(Meant::All))? {
        Err(error) if in_1_4 && is_refused_by_newer_binder(&error) => run_in(meant(Meant::Taken)),
        found => Ok(found),
    }
}

/// Why a query is not judged in other words: expressions without a name are called by their words.
fn names_in_other_words() -> Unknown {
    let why = "only the browser's engine tells what it makes of the names of expressions in its sub-query: name them with `as`";
    Unknown::new(Reason::BrowserOnly, why)
}

/// Whether only 2.0's binder refuses it: what differs each time, in the order of a window, and a truth value that is sorted by.
fn is_refused_by_newer_binder(error: &SqlError) -> bool {
    ["volatile", "non-integer literal"].iter().any(|words| error.message.contains(words))
}

/// Texts that are no times to 1.4, where they are to be: each part of the query that has one is evaluated over NULLs. No binder tells,
/// the text is converted behind it.
///
/// # Errors
/// While that is under way.
pub(super) fn judge_times(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    tables: &Arc<[ShadowTable]>,
    at: usize,
) -> Result<(), Unknown> {
    if !in_1_4(setting.project, setting.composed) {
        return Ok(());
    }
    let (mut seen, mut missing) = (HashSet::new(), None);
    for placed in &setting.composed.placed {
        let filled = filled_part(setting, plan, placed.range, &plan.combinations[at]);
        let Some(words) = reworded(without_direction(filled.text()), Meant::Types).filter(Reworded::has_times) else {
            continue;
        };
        if !seen.insert(placed.statement) {
            continue;
        }
        match setting.facts.accepted(over_nulls(tables, condition(words.text(), tables))) {
            Ok(Err(error)) => {
                let Some((place, typed)) = words.time_of(&error.message) else { continue };
                let query = &setting.insight.statements[placed.statement].query;
                let statement = query.text.locate(query.query.body).unwrap_or(query.loc);
                let loc = filled.mapped().locate(place).unwrap_or(statement);
                let message = format!(
                    "{} breaks in the browser: its engine, DuckDB 1.4, takes `{typed}` for no TIMESTAMP, because a time zone needs seconds before it",
                    subject(setting, loc)
                );
                let mut finding = Finding::new(Code::BrowserEngine, loc, message);
                finding.help = Some("write the seconds: `10:30:00+02`".into());
                verdict.findings.push(finding);
            }
            Err(why) if why.is_pending() => missing = Some(why),
            Ok(Ok(())) | Err(_) => {}
        }
    }
    missing.map_or(Ok(()), Err)
}

/// Whether 2.0 refuses a `TRY` that 1.4 takes: around an aggregate or a window function.
fn only_1_4_tries(error: &SqlError) -> bool {
    ["inside the TRY expression", "not allowed in try"].iter().any(|reason| error.message.contains(reason))
}

/// Whether 2.0 may refuse a `row(…)` that 1.4 takes: to 1.4 that is a STRUCT without names, which `row_to_json`, `struct_insert` and
/// `struct_update` take, to 2.0 it is none.
fn needs_names(error: &SqlError, text: &str) -> bool {
    ["argument type must be STRUCT", "must be a STRUCT"].iter().any(|words| error.message.contains(words))
        && tokenize(text).unwrap_or_default().iter().any(|token| token.is_word("row"))
}

fn row_without_names() -> Unknown {
    Unknown::new(Reason::BrowserOnly, "only the browser's engine takes a row without names (`row(…)`) for a STRUCT")
}

/// An error about a reworded text, as one about the typed text.
fn typed(words: &Reworded, error: SqlError) -> SqlError {
    let typed = |offset: u32| u32::from(words.typed_offset(TextSize::new(offset)));
    let end = error.offset.zip(error.length).map(|(offset, length)| typed(offset + length));
    let offset = words.place_of(&error.message).map(u32::from).or(error.offset.map(typed));
    let length = end.zip(offset).and_then(|(end, offset)| end.checked_sub(offset)).filter(|length| *length > 0);
    SqlError { message: words.message(&error.message), offset, length, ..error }
}

/// What only the viewers' engine refuses, whatever is chosen.
pub(super) fn refused_by_viewers(setting: &Setting<'_>, plan: &Plan, combination: usize, error: &SqlError) -> Finding {
    let loc = error_loc(setting, plan, combination, error);
    let words = in_words(setting, error);
    let message =
        format!("{} breaks in the browser: its engine, DuckDB 1.4, refuses it: {words}", subject(setting, loc));
    let mut finding = Finding::new(Code::BrowserEngine, loc, message);
    finding.help =
        Some("compute it in the model's SQL, or set `browser_engine: \"2.0\"` if the viewer has moved on".into());
    finding
}
