//! Queries that fail because of how the reference groups: by another text than it selects, or not for the sake of a
//! function that it doesn't know to aggregate (`R-SQL-04`, `R-SQL-05`).

use super::InsightVerdict;
use super::blame::blame_query;
use super::plan::Plan;
use super::setting::{Setting, shadow_tables};
use super::wording::{in_words, plain_names, subject};
use crate::report::{Finding, Judge};
use sqlparser::tokenizer::Token as SqlToken;
use std::sync::Arc;
use viz_facts::{Question, ShadowTable, SqlError, Unknown};
use viz_project::{Code, Fix, Severity, Statement};
use viz_sql::{Alike, Clause, Composed, Regrouped, Token, foreign_aggregates, tokenize};
use viz_syntax::quoted;
use viz_text::shorten::shorten;

/// How much of a text is shown.
const SHOWN: usize = 160;

/// Aggregate functions that the reference doesn't know, and those that it knows and that do the same.
const SAME: [(&str, &str); 3] = [("mean", "avg"), ("list", "array_agg"), ("arbitrary", "first")];

/// Says what is wrong with a query that fails whatever is chosen, if it fails for how it is grouped, or is grouped by
/// other texts than are selected. Whether it did.
pub(super) fn fails_grouped(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    combination: usize,
    error: &SqlError,
    judge: Judge,
) -> bool {
    let mut found = unknown_aggregates(setting, error);
    if found.is_empty() {
        found = never_grouped(setting, error);
    }
    if !found.is_empty() {
        verdict.findings.extend(found);
        return true;
    }
    differently_grouped(setting, plan, verdict, combination, judge).unwrap_or_default()
}

/// Aggregate functions that are no such to the reference: nothing is grouped for them, or they are grouped by.
fn unknown_aggregates(setting: &Setting<'_>, error: &SqlError) -> Vec<Finding> {
    let about = ["must appear in the GROUP BY clause", "cannot contain aggregates"];
    let mut out: Vec<Finding> = Vec::new();
    if !about.iter().any(|words| error.message.contains(words)) {
        return out;
    }
    let template = &setting.composed.template;
    let plain = template.plain();
    for placed in setting.composed.placed.iter().filter(|placed| placed.clause != Clause::GroupBy) {
        for name in foreign_aggregates(&plain[placed.range]) {
            let range = name + placed.range.start();
            let Some(loc) = template.text().locate(range).filter(|loc| out.iter().all(|other| other.loc != *loc))
            else {
                continue;
            };
            let name = plain[range].to_lowercase();
            let effect = match placed.clause {
                Clause::Where => "this filter is put into WHERE, where no aggregate may stand",
                _ => "the query is grouped as if it were a value of each row",
            };
            let message = format!("`{name}` is not known to aggregate: {effect}, and DuckDB refuses it (R-SQL-04)");
            let mut finding = Finding::new(Code::UnknownAggregate, loc, message);
            finding.help = Some("compute it in the model's SQL".into());
            if let Some((_, other)) = SAME.iter().find(|(foreign, _)| *foreign == name) {
                finding.help = Some(format!("write `{other}`, which does the same and is known"));
                let own = setting.project.text_at(loc).is_some_and(|text| text.eq_ignore_ascii_case(&name));
                finding.fix = own.then(|| Fix::replace(format!("write `{other}`"), loc, *other).safe());
            }
            out.push(finding);
        }
    }
    out
}

/// Methods, before which no column is seen that could be grouped by, and windows, which no query can be grouped by.
fn never_grouped(setting: &Setting<'_>, error: &SqlError) -> Vec<Finding> {
    let (method, message, help) = if error.message.contains("must appear in the GROUP BY clause") {
        let help = "write `function(…)` around it instead of `.function()` behind it";
        (true, "is not grouped by: no column is looked for in what a method is called on", help)
    } else if error.message.contains("GROUP BY clause cannot contain window functions") {
        let help = "compute the window function in the model's SQL";
        (false, "fails: what a window is partitioned by is grouped by with the whole window, and no query can be", help)
    } else {
        return Vec::new();
    };
    let template = &setting.composed.template;
    let plain = template.plain();
    let mut out: Vec<Finding> = Vec::new();
    for placed in setting.composed.placed.iter().filter(|placed| placed.clause == Clause::Select) {
        let Ok(tokens) = tokenize(&plain[placed.range]) else { continue };
        let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
        let is = |at: usize, wanted: &SqlToken| tokens.get(at).is_some_and(|found| found.token == *wanted);
        let blamed = |at: &usize| {
            matches!(tokens[*at].token, SqlToken::Word(_))
                && is(at + 1, &SqlToken::LParen)
                && if method { *at > 1 && is(at - 1, &SqlToken::Period) } else { tokens[*at].is_word("over") }
        };
        // Of a chain of methods the last one is called on all that is before it.
        let Some(last) = (0..tokens.len()).rfind(blamed) else { continue };
        let Some(loc) = template.text().locate(tokens[last].range + placed.range.start()) else { continue };
        if out.iter().all(|other| other.loc != loc) {
            let mut finding = Finding::new(Code::SqlBind, loc, format!("{} {message}", subject(setting, loc)));
            finding.help = Some(help.into());
            let words = in_words(setting, error);
            finding.notes.push(format!("DuckDB says: {}", words.lines().next().unwrap_or_default()));
            out.push(finding);
        }
    }
    out
}

/// Expressions whose text behind GROUP BY isn't equal, to DuckDB, to the one that is selected: with the selected text in
/// both places the query is accepted, and with the other one it isn't. What fails with the selected text, too, has
/// its places there.
fn differently_grouped(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    combination: usize,
    judge: Judge,
) -> Result<bool, Unknown> {
    if setting.composed.regrouped.is_empty() {
        return Ok(false);
    }
    let tables = if judge == Judge::Bind { shadow_tables(setting)? } else { Arc::default() };
    let ask = |composed: &Composed| {
        let selection = &plan.combinations[combination];
        let sql = composed.template.render(|_, hole| plan.value(selection, hole)).into_text();
        match judge {
            Judge::Parse => setting.facts.accepted(Question::Parse { sql }),
            Judge::Bind => setting.facts.accepted(Question::Bind { tables: Arc::clone(&tables), sql }),
            _ => Ok(Ok(())),
        }
    };
    let plain = setting.composed.grouped_as_selected(|_| false);
    if let Err(error) = ask(&plain)? {
        let setting = Setting { composed: &plain, ..*setting };
        blame_query(&setting, plan, verdict, combination, &error, judge);
        return Ok(true);
    }
    let regrouped: Vec<&Regrouped> = setting.composed.regrouped.iter().collect();
    let refused = refused_alone(setting.composed, &regrouped, ask)?;
    verdict.findings.extend(refused.iter().map(|(regrouped, error)| differs_finding(setting, regrouped, Some(error))));
    Ok(!refused.is_empty())
}

/// Expressions whose text behind GROUP BY is the selected one to the viewers' engine of today, and another one to DuckDB 2.0.
///
/// # Errors
/// While that is not known.
pub(super) fn judge_newer_grouping(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    tables: &Arc<[ShadowTable]>,
    combination: usize,
) -> Result<(), Unknown> {
    if std::ptr::eq(setting.composed, setting.built) {
        return Ok(());
    }
    let setting = Setting { composed: setting.built, ..*setting };
    let alike: Vec<&Regrouped> =
        setting.built.regrouped.iter().filter(|regrouped| regrouped.alike == Alike::Yes).collect();
    let ask = |composed: &Composed| {
        let selection = &plan.combinations[combination];
        let sql = composed.template.render(|_, hole| plan.value(selection, hole)).into_text();
        setting.facts.accepted(Question::Bind { tables: Arc::clone(tables), sql })
    };
    for (regrouped, error) in refused_alone(setting.built, &alike, ask)? {
        let effect = Effect { engine: "DuckDB 2.0", what: "works in the browser of today only" };
        let mut finding = differs(&setting, regrouped, Some(&error), &effect);
        finding.severity = Severity::Warning;
        verdict.findings.push(finding);
    }
    Ok(())
}

/// Expressions of a query that are looked at one by one: so many at most, and so many bytes of queries.
const LOOKED_AT: (usize, usize) = (50, 256 << 10);

/// Which expressions are refused where the others are grouped by as they are selected, and in which words. All are asked about
/// at once: each answer has the insight looked at anew.
fn refused_alone<'r>(
    composed: &Composed,
    regrouped: &[&'r Regrouped],
    ask: impl Fn(&Composed) -> Result<Result<(), SqlError>, Unknown>,
) -> Result<Vec<(&'r Regrouped, SqlError)>, Unknown> {
    let (most, bytes) = LOOKED_AT;
    let many = (bytes / usize::from(composed.template.text().len()).max(1)).clamp(1, most);
    let asked: Vec<_> = regrouped
        .iter()
        .take(many)
        .map(|regrouped| (*regrouped, ask(&composed.grouped_as_selected(|statement| statement == regrouped.statement))))
        .collect();
    let refused = asked.into_iter().filter_map(|(regrouped, answer)| match answer {
        Ok(answer) => Some(Ok((regrouped, answer.err()?))),
        Err(why) => Some(Err(why)),
    });
    refused.collect()
}

/// That an expression is grouped by as another one, and in whose words it is refused.
pub(super) fn differs_finding(setting: &Setting<'_>, regrouped: &Regrouped, error: Option<&SqlError>) -> Finding {
    differs(setting, regrouped, error, &Effect { engine: "DuckDB", what: "fails" })
}

/// What comes of two texts that are not the same.
struct Effect {
    /// To whom.
    engine: &'static str,
    /// What the query then does.
    what: &'static str,
}

fn differs(setting: &Setting<'_>, regrouped: &Regrouped, error: Option<&SqlError>, effect: &Effect) -> Finding {
    let text = setting.composed.template.text();
    let grouped =
        setting.composed.grouped_range(regrouped.statement).map(|range| plain_names(setting, text.slice(range)));
    let message = format!(
        "{} is grouped by as `{}`, which is not the same to {} as `{}`: the query {} (R-SQL-05)",
        subject(setting, regrouped.loc),
        shorten(&grouped.unwrap_or_default(), SHOWN),
        effect.engine,
        shorten(&regrouped.typed, SHOWN),
        effect.what,
    );
    let mut finding = Finding::new(Code::GroupedDifferently, regrouped.loc, message);
    finding.notes.extend(error.map(|error| format!("DuckDB says: {}", in_words(setting, error))));
    match &regrouped.instead {
        Some(instead) => {
            finding.help = Some(format!("write `{}`, which is grouped by as it is", shorten(instead, SHOWN)));
            let statement = &setting.insight.statements[regrouped.statement];
            finding.fix = as_scalar(setting, statement, instead)
                .map(|text| Fix::replace("write it in the form that is grouped by", regrouped.loc, text).safe());
        }
        None => finding.help = Some("compute it in the model's SQL, or make it a dimension of the model".into()),
    }
    finding
}

/// An expression as it has to be written in a statement's scalar, if it can be.
fn as_scalar(setting: &Setting<'_>, statement: &Statement, text: &str) -> Option<String> {
    match setting.project.text_at(statement.query.loc)?.chars().next()? {
        quote @ ('\'' | '"') => Some(quoted(text, Some(quote))),
        _ => (!text.contains([':', '#', '\n'])).then(|| text.to_owned()),
    }
}
