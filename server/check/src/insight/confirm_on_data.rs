//! Runs suspected selections on the data of a source: only that tells whether rows meet the fault today.

use super::meant_by_viewers::run_as_viewers;
use super::never_looked_at::is_never_looked_at;
use super::plan::{Plan, render};
use super::setting::Setting;
use crate::insight::combinations::Combination;
use crate::models::check_model::Columns;
use crate::models::source::source_of_model;
use crate::proof::Class;
use viz_facts::{Column, QueryTable, Question, Reason, RunBy, SourceSpec, SqlError, Unknown};
use viz_sql::{model_query, name_hash, quote};
use viz_text::TextRange;

/// What a suspected selection turned out to be.
#[derive(Clone)]
pub(super) enum Trial {
    /// It fails on the data.
    Fails(SqlError),
    /// It does not, today.
    Passes,
    /// It could not be tried.
    Untried(Unknown),
}

/// Number of selections of the other inputs to try with a suspected one: with the first of them there may be no rows.
const TRIALS: usize = 8;

/// Maximum number of suspected selections to try per insight.
const MOST_TRIED: usize = 50;

/// Runs the query with a suspected selection of some inputs, until it fails: first with the initial states of the
/// other inputs, then with others. What fails in a condition of constants is no failure while other conditions keep no row.
///
/// # Errors
/// While that is under way.
pub(super) fn try_on_data(
    setting: &Setting<'_>,
    plan: &Plan,
    selection: &[u32],
    suspected: &[usize],
    constants: Option<TextRange>,
) -> Result<Trial, Unknown> {
    if plan.tried.replace(plan.tried.get() + 1) >= MOST_TRIED {
        let why = format!("so many choices are suspected that only {MOST_TRIED} of them are");
        return Ok(Trial::Untried(Unknown::new(Reason::TooManyValues, why)));
    }
    match run_on_data(setting, plan, selection, constants)? {
        Trial::Passes => {}
        settled => return Ok(settled),
    }
    // All are asked at once.
    let companions = companions(plan, selection, suspected);
    let others: Vec<Result<Trial, Unknown>> =
        companions.iter().map(|selection| run_on_data(setting, plan, selection, constants)).collect();
    for trial in others {
        if let failed @ Trial::Fails(_) = trial? {
            return Ok(failed);
        }
    }
    Ok(Trial::Passes)
}

/// Other states of the other inputs: the last ones (of multi-selects: everything), then the second, the third, …
fn companions(plan: &Plan, selection: &[u32], suspected: &[usize]) -> Vec<Combination> {
    let tame = |at: usize, state: &u32| matches!(plan.classes.of(at, *state), Class::Regular(_));
    let states: Vec<Vec<u32>> = (0..plan.states.len())
        .map(|at| (0..plan.states[at].len() as u32).rev().filter(|state| tame(at, state)).collect::<Vec<u32>>())
        .map(|mut states| {
            if states.len() > 2 {
                states[1..].reverse();
            }
            states
        })
        .collect();
    let mut out: Vec<Combination> = Vec::new();
    let longest = states.iter().map(Vec::len).max().unwrap_or(0);
    for turn in 0..longest {
        let mut next = selection.to_vec();
        for at in (0..next.len()).filter(|at| !suspected.contains(at)) {
            if let Some(state) = states[at].get(turn % states[at].len().max(1)) {
                next[at] = *state;
            }
        }
        if next != selection && !out.contains(&next) {
            out.push(next);
        }
        if out.len() + 1 == TRIALS {
            break;
        }
    }
    out
}

/// Runs the query with one selection. An error that hangs on no value is no answer to what is asked here.
fn run_on_data(
    setting: &Setting<'_>,
    plan: &Plan,
    selection: &[u32],
    constants: Option<TextRange>,
) -> Result<Trial, Unknown> {
    let (source, tables) = match source_and_tables(setting) {
        Ok(found) => found,
        Err(why) => return Ok(Trial::Untried(why)),
    };
    let execute = |materialized: bool| {
        let (source, tables) = (&source, &tables);
        move |sql: String| {
            let (source, tables) = (source.clone(), tables.clone());
            setting.facts.accepted(Question::Execute { source, tables, by: run_by(setting), materialized, sql })
        }
    };
    Ok(match run_as_viewers(setting, render(setting, plan, selection), execute(false)) {
        Ok(Ok(())) => Trial::Passes,
        Ok(Err(error)) if error.kind.is_of_values() => match constants {
            Some(piece) if is_never_looked_at(setting, plan, piece, selection, execute(true))? => Trial::Passes,
            _ => Trial::Fails(error),
        },
        Ok(Err(error)) => Trial::Untried(Unknown::new(Reason::OtherError, error.message)),
        Err(why) if why.is_pending() => return Err(why),
        Err(why) => Trial::Untried(why),
    })
}

/// Runs the query with each of these combinations, as many as are tried at most.
///
/// # Errors
/// While that is under way.
pub(super) fn try_each(setting: &Setting<'_>, plan: &Plan, among: &[usize]) -> Result<Vec<Trial>, Unknown> {
    let tried = among.iter().take(MOST_TRIED.saturating_sub(plan.tried.get()));
    // All are asked at once.
    let trials: Vec<Result<Trial, Unknown>> =
        tried.map(|at| run_on_data(setting, plan, &plan.combinations[*at], None)).collect();
    trials.into_iter().collect()
}

/// Whose engine runs the query for viewers.
pub(super) fn run_by(setting: &Setting<'_>) -> RunBy {
    if setting.composed.dynamic { RunBy::Browser } else { RunBy::Source }
}

/// Where the query finds its rows. In the browser they have the types in which a run stores them.
pub(super) fn source_and_tables(setting: &Setting<'_>) -> Result<(SourceSpec, Vec<QueryTable>), Unknown> {
    let first = setting.composed.models.first();
    let first = first.ok_or_else(|| Unknown::new(Reason::NoModel, "the query reads no model"))?;
    let source = source_of_model(setting.project, *first)?;
    for other in &setting.composed.models[1..] {
        if source_of_model(setting.project, *other)? != source {
            let why = "its models have several sources, and rows of several are not brought together here";
            return Err(Unknown::new(Reason::SeveralSources, why));
        }
    }
    let in_browser = setting.composed.dynamic && !matches!(source, SourceSpec::Sqlite { .. });
    let table = |model: &_| {
        let query =
            model_query(setting.project, *model).ok_or_else(|| Unknown::new(Reason::NoSql, "a model has no SQL"))?;
        let name = name_hash(setting.project.object(*model).name_text());
        let sql = match setting.columns.get(model) {
            Some(Columns::Known(columns)) if in_browser => as_stored(query.text(), columns),
            _ => query.text().to_owned(),
        };
        Ok(QueryTable { name, sql })
    };
    let tables = setting.composed.models.iter().map(table).collect::<Result<_, Unknown>>()?;
    Ok((source, tables))
}

/// A query of DuckDB whose columns have the types in which a run stores them.
fn as_stored(sql: &str, columns: &[Column]) -> String {
    let place = |at: usize| format!("viz_{at}");
    let stored = |(at, column): (usize, &Column)| column.data_type.stored_value(&place(at));
    let values: Vec<Option<String>> = columns.iter().enumerate().map(stored).collect();
    if values.iter().all(Option::is_none) {
        return sql.to_owned();
    }
    let list: Vec<String> = values
        .into_iter()
        .enumerate()
        .map(|(at, value)| format!("{} AS {}", value.unwrap_or_else(|| place(at)), quote(&columns[at].name)))
        .collect();
    let places: Vec<String> = (0..columns.len()).map(place).collect();
    format!("SELECT {} FROM (\n{sql}\n) AS viz_rows({})", list.join(", "), places.join(", "))
}
