//! Values that are computed, not compared: branches of CASE, COALESCE, casts, arithmetic, in what is selected, split and
//! sorted by. Filters may keep the rows away that a cast can't convert, so what looks as if it could fail is run on the data.
//!
//! An expression is suspected if it can't be evaluated on its own over one row of words or of NULLs, whichever branch is
//! taken. Then all combinations that are looked at run, and what fails is told at the piece that was suspected, or at the
//! choice that lets it fail.

use super::InsightVerdict;
use super::blame::{Failure, choices_finding};
use super::branches::{Taken, branches};
use super::confirm_on_data::{Trial, try_each};
use super::plan::{Plan, filled_part};
use super::probes::{condition, over_nulls, over_words};
use super::setting::Setting;
use super::wording::{in_words, subject};
use crate::engine_errors::place::error_range;
use crate::insight::combinations::Combination;
use crate::insight::witness::witnesses;
use crate::report::{Finding, Judge};
use sqlparser::tokenizer::Token as T;
use std::collections::HashSet;
use std::sync::Arc;
use viz_facts::{ShadowTable, SqlError, SqlErrorKind, Unknown};
use viz_project::Code;
use viz_sql::{Clause, Token, tokenize};
use viz_text::{Loc, TextRange, TextSize};

/// Functions whose arguments are made one type, but not all evaluated.
const UNIFYING: [&str; 8] = ["coalesce", "ifnull", "nvl", "greatest", "least", "nullif", "if", "iff"];

/// Functions that are mostly given texts: names of parts, formats, patterns, what is put in or looked for.
const OF_TEXTS: [&str; 32] = [
    "date_trunc",
    "datetrunc",
    "date_part",
    "datepart",
    "date_diff",
    "datediff",
    "date_sub",
    "datesub",
    "strftime",
    "try_strptime",
    "replace",
    "regexp_replace",
    "regexp_matches",
    "regexp_extract",
    "regexp_extract_all",
    "regexp_full_match",
    "split_part",
    "string_split",
    "str_split",
    "split",
    "string_agg",
    "listagg",
    "group_concat",
    "concat",
    "concat_ws",
    "contains",
    "starts_with",
    "ends_with",
    "strpos",
    "instr",
    "lpad",
    "rpad",
];

/// Functions that refuse some values of the types that they take.
const REFUSING: [&str; 9] =
    ["strptime", "printf", "format", "from_hex", "unhex", "from_base64", "make_date", "make_timestamp", "make_time"];

/// A piece that can't be evaluated over some row.
struct Suspect {
    loc: Option<Loc>,
    statement: Loc,
    /// Whether it is a constant that can't be converted: then no choice is to blame.
    constant: bool,
}

/// Judges what is computed; whether something fails.
///
/// # Errors
/// While that is under way.
pub(super) fn judge_computed(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    tables: &Arc<[ShadowTable]>,
    among: &[usize],
) -> Result<bool, Unknown> {
    // What compares with choices has been tried.
    if verdict.findings.iter().any(|finding| finding.code == Code::CombinationValue) {
        return Ok(false);
    }
    let Some(suspect) = suspected(setting, plan, tables, among[0])? else { return Ok(false) };
    let trials = try_each(setting, plan, among)?;
    let error = |trial: &Trial| if let Trial::Fails(error) = trial { Some(error.clone()) } else { None };
    let errors: Vec<Option<SqlError>> = trials.iter().map(error).collect();
    let failing: Vec<bool> = errors.iter().map(Option::is_some).collect();
    if !failing.contains(&true) {
        return Ok(false);
    }
    let combinations: Vec<Combination> =
        among[..errors.len()].iter().map(|at| plan.combinations[*at].clone()).collect();
    for witness in witnesses(&combinations, &failing) {
        let Some(error) = &errors[witness.example] else { continue };
        let finding = if witness.always || suspect.constant {
            let loc = suspect.loc.unwrap_or(suspect.statement);
            let message = format!("{} fails: {}", subject(setting, loc), in_words(setting, &first_line(error)));
            let mut finding = Finding::new(Code::SqlBind, loc, message);
            finding.help = Some(way_out(
                error,
                "make both of one type, or use `try_cast`, which gives NULL for what can't be converted",
            ));
            finding
        } else {
            let at = among[witness.example];
            // The place is that of the suspect: the choice that lets it fail stands elsewhere.
            let error = SqlError { offset: None, ..first_line(error) };
            let failure =
                Failure { spoken: at, example: at, error: &error, judge: Judge::Values, exact: plan.is_complete() };
            let mut finding = choices_finding(setting, plan, &witness, &failure);
            finding.help =
                Some(way_out(&error, "make it work for all rows: `try_cast` gives NULL for what can't be converted"));
            finding
        };
        verdict.findings.push(finding);
        if suspect.constant {
            break;
        }
    }
    Ok(true)
}

/// What to do: of what can't be converted, this.
fn way_out(error: &SqlError, of_conversions: &str) -> String {
    match error.kind {
        SqlErrorKind::Input => "give it what it takes, or write `try(…)`, which gives NULL for the other rows".into(),
        _ => of_conversions.into(),
    }
}

/// What stands behind the first line draws a picture of it.
fn first_line(error: &SqlError) -> SqlError {
    SqlError { message: error.message.lines().next().unwrap_or_default().to_owned(), ..error.clone() }
}

/// The first piece that can't be evaluated over some row.
fn suspected(
    setting: &Setting<'_>,
    plan: &Plan,
    tables: &Arc<[ShadowTable]>,
    at: usize,
) -> Result<Option<Suspect>, Unknown> {
    let (mut seen, mut missing, mut found) = (HashSet::new(), None, None);
    for placed in &setting.composed.placed {
        let computed = matches!(placed.clause, Clause::Select | Clause::OrderBy);
        if !computed || !seen.insert(placed.statement) {
            continue;
        }
        let filled = filled_part(setting, plan, placed.range, &plan.combinations[at]);
        let text = without_direction(filled.text());
        if !may_fail(text) {
            continue;
        }
        let mapped = filled.mapped();
        let query = &setting.insight.statements[placed.statement].query;
        let statement = query.text.locate(query.query.body).unwrap_or(query.loc);
        for taken in branches(text) {
            let sql = condition(&taken.text, tables);
            let over_rows = [(true, over_nulls(tables, sql.clone())), (false, over_words(tables, sql))];
            for (constant, question) in over_rows {
                match setting.facts.accepted(question) {
                    Ok(Err(error)) if error.kind.is_of_values() && found.is_none() => {
                        let piece = failing_piece(text, &taken, &error);
                        found =
                            Some(Suspect { loc: piece.and_then(|range| mapped.locate(range)), statement, constant });
                    }
                    Ok(_) => {}
                    Err(why) if why.is_pending() => missing = Some(why),
                    Err(_) => {}
                }
            }
        }
    }
    missing.map_or(Ok(found), Err)
}

/// The CASE whose branch fails, else what the error names, else what alone refuses values.
fn failing_piece(text: &str, taken: &Taken, error: &SqlError) -> Option<TextRange> {
    let named = || {
        let offset = TextSize::new(error.offset?).checked_sub(TextSize::of("SELECT ("))?;
        (offset < TextSize::of(text)).then(|| error_range(text, offset, error.length))
    };
    taken.of.or_else(named).or_else(|| only_refusing(text).filter(|_| error.kind == SqlErrorKind::Input))
}

/// The function or arrow in an expression that may refuse values, if there is one only: DuckDB does not say where it is.
fn only_refusing(text: &str) -> Option<TextRange> {
    let tokens = tokenize(text).ok()?;
    let mut found = tokens.iter().enumerate().filter(|(at, token)| match &token.token {
        T::Word(word) => {
            let opens = tokens.get(at + 1).is_some_and(|next| next.token == T::LParen);
            opens && REFUSING.contains(&word.value.to_ascii_lowercase().as_str())
        }
        T::Arrow | T::LongArrow => true,
        _ => false,
    });
    let (_, one) = found.next()?;
    found.next().is_none().then_some(one.range)
}

/// Whether something in an expression may be converted: a cast, a branch, a text beside an operator, behind a type or given to a
/// function, a set operation.
fn may_fail(text: &str) -> bool {
    let Ok(tokens) = tokenize(text) else { return false };
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let sign = |at: Option<usize>| {
        let token = at.and_then(|at| tokens.get(at)).map(|token| &token.token);
        !matches!(token, None | Some(T::Comma | T::LParen | T::RParen | T::Word(_) | T::RBracket | T::LBracket))
    };
    // Behind which parentheses of which functions each token stands.
    let mut calls: Vec<Option<bool>> = Vec::new();
    let mut given = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        given.push(calls.last().copied().flatten().unwrap_or(false));
        match &token.token {
            T::LParen => calls.push(at.checked_sub(1).and_then(|before| match &tokens[before].token {
                T::Word(word) => Some(!OF_TEXTS.contains(&word.value.to_ascii_lowercase().as_str())),
                _ => None,
            })),
            T::RParen => drop(calls.pop()),
            _ => {}
        }
    }
    let typed = |at: usize| at > 0 && matches!(tokens[at - 1].token, T::Word(_));
    let suspicious = |(at, token): (usize, &Token)| match &token.token {
        T::DoubleColon => true,
        T::SingleQuotedString(_) => given[at] || typed(at) || sign(at.checked_sub(1)) || sign(Some(at + 1)),
        T::Word(word) if word.quote_style.is_none() => {
            let name = word.value.to_ascii_lowercase();
            matches!(name.as_str(), "cast" | "case" | "union" | "intersect" | "except")
                || UNIFYING.contains(&name.as_str())
                || REFUSING.contains(&name.as_str())
        }
        _ => false,
    };
    tokens.iter().enumerate().any(suspicious)
}

/// A sort without its direction.
pub(super) fn without_direction(text: &str) -> &str {
    let mut text = text.trim_end();
    while let Some(shorter) = text.rsplit_once(char::is_whitespace).filter(|(_, last)| {
        ["asc", "desc", "nulls", "first", "last"].iter().any(|word| last.eq_ignore_ascii_case(word))
    }) {
        text = shorter.0.trim_end();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_fail() {
        for text in [
            "s::int",
            "cast(s as int)",
            "case when a then 1 else 'x' end",
            "n + '1'",
            "coalesce(n, 'none')",
            "(select 1 union select s)",
            "sqrt('a')",
            "corr(n, 'x')",
            "date '2024-13-01'",
            "d + interval 'x'",
            "printf('%d', x)",
            "strptime(s, '%Y')",
            "from_hex(s)",
            "s -> 'a'",
        ] {
            assert!(may_fail(text), "{text}");
        }
        for text in
            ["n + 1", "sum(n)", "date_trunc('month', d)", "try_cast(s as int)", "strftime(d, '%Y')", "\"case\"", "'a'"]
        {
            assert!(!may_fail(text), "{text}");
        }
        assert_eq!(without_direction("a::int desc nulls last "), "a::int");
        let text = "upper(printf('%d', x))";
        assert_eq!(only_refusing(text).map(|range| &text[range]), Some("printf"));
        assert_eq!(only_refusing("printf('%d', x) || (s ->> 'a')"), None);
    }
}
