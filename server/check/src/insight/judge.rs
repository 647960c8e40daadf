//! Putting combinations to the judges, one text for each class.

use super::InsightVerdict;
use super::blame::{Failure, blame_query, choices_finding};
use super::confirm_on_data::source_and_tables;
use super::grouped_otherwise;
use super::in_browser::{is_read_today, today_finding};
use super::meant_by_viewers::{Bound, bound_by_both, refused_by_viewers};
use super::plan::{Plan, render};
use super::probes::over_words;
use super::setting::{Setting, shadow_tables};
use crate::facts::Known;
use crate::insight::combinations::Combination;
use crate::insight::witness::witnesses;
use crate::proof::Key;
use crate::report::Judge;
use indexmap::IndexMap;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use viz_facts::{Answer, Question, Reason, ShadowTable, SqlError, SqlErrorKind, Unknown, with_clause};
use viz_sql::parse;

/// Maximum number of bytes of the queries of one insight that are put to a judge.
const MAX_BYTES: usize = 1 << 20;

/// A set of combinations that one text speaks for.
struct Class {
    /// The text of its first combination.
    text: String,
    /// Indices of combinations.
    members: Vec<usize>,
}

/// The combinations by what is the same to every judge.
fn classes(setting: &Setting<'_>, plan: &Plan, among: &[usize]) -> IndexMap<Result<Key, String>, Class> {
    let mut classes: IndexMap<Result<Key, String>, Class> = IndexMap::new();
    for at in among {
        let text = || render(setting, plan, &plan.combinations[*at]);
        let key = match plan.classes.key(&plan.combinations[*at]) {
            Key::Own(_) => Err(text()),
            key => Ok(key),
        };
        let class = classes.entry(key).or_insert_with(|| Class { text: text(), members: Vec::new() });
        class.members.push(*at);
    }
    classes
}

/// Puts combinations to a judge, one text for each class. Returns those that passed.
///
/// # Errors
/// While answers are missing.
pub(super) fn judge_combinations(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    among: &[usize],
    judge: Judge,
) -> Result<Vec<usize>, Unknown> {
    let classes = classes(setting, plan, among);
    if classes.len() > 1 && classes.values().map(|class| class.text.len()).sum::<usize>() > MAX_BYTES {
        let why = "its query is long and different for each choice: that is more SQL than is looked at";
        return Err(Unknown::new(Reason::QueryTooLarge, why));
    }
    match judge {
        Judge::Parse => verdict.report.proof.parsed = classes.len(),
        _ => verdict.report.proof.bound = classes.len(),
    }
    let tables = if judge == Judge::Bind { shadow_tables(setting)? } else { Arc::default() };
    let mut errors: Vec<Option<SqlError>> = Vec::with_capacity(classes.len());
    let mut missing = None;
    // What only one of the two engines refuses, by the class's first combination.
    let (mut only_by_viewers, mut not_by_viewers) = (None, HashSet::new());
    for (number, class) in classes.values().enumerate() {
        let found = match judge {
            Judge::Parse => {
                parses(setting, &class.text).map(|found| found.map_or_else(Bound::Refused, |()| Bound::Accepted))
            }
            _ => binds(setting, &tables, &class.text, number == 0),
        };
        match found {
            Ok(Bound::Accepted) => errors.push(None),
            Ok(Bound::Refused(error)) => errors.push(Some(error)),
            Ok(Bound::OnlyByViewers(error)) => {
                only_by_viewers.get_or_insert((class.members[0], error));
                errors.push(None);
            }
            Ok(Bound::NotByViewers(error)) => {
                not_by_viewers.insert(class.members[0]);
                errors.push(Some(error));
            }
            Err(why) => missing = Some(why),
        }
    }
    if let Some(why) = missing {
        return Err(why);
    }
    if let Some((at, error)) = only_by_viewers {
        verdict.findings.push(today_finding(setting, plan, at, &error));
    }
    if errors.iter().all(Option::is_none) {
        return Ok(among.to_vec());
    }
    // What only the browser's engine reads is no error, and can't be judged further.
    let mut today: HashSet<usize> = HashSet::new();
    for (class, error) in classes.values().zip(&mut errors) {
        let is_today = |error: &SqlError| is_read_today(setting, &class.text, error);
        if judge == Judge::Parse && error.as_ref().is_some_and(is_today) {
            if let (true, Some(error)) = (today.is_empty(), error.as_ref()) {
                verdict.findings.push(today_finding(setting, plan, class.members[0], error));
            }
            today.extend(&class.members);
            *error = None;
        }
    }
    verdict.only_today |= !today.is_empty();
    let mut error_of: HashMap<usize, &SqlError> = HashMap::new();
    for (class, error) in classes.values().zip(&errors) {
        if let Some(error) = error {
            error_of.extend(class.members.iter().map(|at| (*at, error)));
        }
    }
    // The offset of a class's error holds for its first member only; classes are judged by their first.
    let texts: HashMap<usize, usize> =
        classes.values().flat_map(|class| class.members.iter().map(|at| (*at, class.members[0]))).collect();
    let combinations: Vec<Combination> = among.iter().map(|at| plan.units(&plan.combinations[*at])).collect();
    let failing: Vec<bool> = among.iter().map(|at| error_of.contains_key(at)).collect();
    for witness in witnesses(&combinations, &failing) {
        let at = among[witness.example];
        let Some(error) = error_of.get(&at) else { continue };
        let spoken = texts[&at];
        if witness.always && not_by_viewers.contains(&spoken) {
            let grouped = grouped_otherwise::finding(setting, plan, spoken, Some(error));
            verdict.findings.push(grouped.unwrap_or_else(|| refused_by_viewers(setting, plan, spoken, error)));
        } else if witness.always {
            blame_query(setting, plan, verdict, spoken, error, judge);
        } else {
            let failure = Failure { spoken, example: at, error, judge, exact: plan.is_exact() };
            verdict.findings.push(choices_finding(setting, plan, &witness, &failure));
        }
    }
    Ok(among.iter().copied().filter(|at| !error_of.contains_key(at) && !today.contains(at)).collect())
}

/// Whether a text parses.
fn parses(setting: &Setting<'_>, text: &str) -> Result<Result<(), SqlError>, Unknown> {
    let found = setting.facts.accepted(Question::Parse { sql: text.to_owned() });
    if found.as_ref().is_err_and(Unknown::is_pending) {
        setting.facts.count(|counters| counters.parses += 1);
        if let Err(error) = parse(text) {
            tracing::trace!(?error, "sqlparser refuses a text; DuckDB decides");
        }
    }
    found
}

/// Whether a text binds, here and in the viewers' engine. The first one is run over one row, which [`judge_data`](super::values::judge_data) wants to know, too: what runs, binds.
fn binds(setting: &Setting<'_>, tables: &Arc<[ShadowTable]>, text: &str, first: bool) -> Result<Bound, Unknown> {
    let bind = |sql: String| setting.facts.accepted(Question::Bind { tables: Arc::clone(tables), sql });
    let found = binds_here(setting, tables, text, first)?;
    bound_by_both(setting, text, found, bind)
}

fn binds_here(
    setting: &Setting<'_>,
    tables: &Arc<[ShadowTable]>,
    text: &str,
    first: bool,
) -> Result<Result<(), SqlError>, Unknown> {
    if first {
        match setting.facts.accepted(over_words(tables, text.to_owned())) {
            Ok(Err(_)) => {}
            Err(why) if !why.is_pending() => {}
            settled => return settled,
        }
    }
    let bound = setting.facts.accepted(Question::Bind { tables: Arc::clone(tables), sql: text.to_owned() });
    let elsewhere = match &bound {
        Ok(Err(error)) => error.kind == SqlErrorKind::Catalog,
        Ok(Ok(())) => false,
        Err(why) => !why.is_pending(),
    };
    if elsewhere && !setting.composed.dynamic { binds_on_source(setting, text, bound) } else { bound }
}

/// Whether a text without inputs binds where it runs: its sub-queries may read what else the source has. `otherwise` is what
/// holds if the source doesn't tell.
fn binds_on_source(
    setting: &Setting<'_>,
    text: &str,
    otherwise: Result<Result<(), SqlError>, Unknown>,
) -> Result<Result<(), SqlError>, Unknown> {
    let Ok((source, models)) = source_and_tables(setting) else { return otherwise };
    let ours = with_clause(&models);
    match setting.facts.get(Question::Describe { source, sql: format!("{ours}{text}") }) {
        Known::Answer(answer, _) => match &*answer {
            Answer::Columns(Ok(_)) => Ok(Ok(())),
            Answer::Columns(Err(error)) => Ok(Err(behind(error, ours.len()))),
            _ => otherwise,
        },
        Known::Pending => Err(Unknown::pending()),
        Known::Unknown(_) => otherwise,
    }
}

/// An error without the prefix in which its offset counts.
fn behind(error: &SqlError, prefix: usize) -> SqlError {
    let prefix = u32::try_from(prefix).unwrap_or(u32::MAX);
    let offset = error.offset.and_then(|offset| offset.checked_sub(prefix));
    SqlError { offset, length: error.length.filter(|_| offset.is_some()), ..error.clone() }
}
