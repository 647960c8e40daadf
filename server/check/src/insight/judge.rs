//! Putting combinations to the judges, one text for each class.

use super::{InsightVerdict, Run};
use crate::combinations::Combination;
use crate::facts::{Known, pending};
use crate::report::{Judge, Status};
use crate::witness::witnesses;
use indexmap::IndexMap;
use std::collections::HashMap;
use viz_facts::{Answer, Question, SqlError, Unknown};
use viz_sql::{Token, parse, signature};

/// A set of combinations that one text speaks for.
struct Class {
    /// The text of its first combination.
    text: String,
    /// Indices of combinations.
    members: Vec<usize>,
}

impl Run<'_> {
    /// Puts combinations to a judge, one text for each class. Returns those that passed; `None` while answers are
    /// missing, which the report then says.
    pub(super) fn judge(
        &self,
        verdict: &mut InsightVerdict,
        rendered: &[String],
        among: &[usize],
        judge: Judge,
    ) -> Option<Vec<usize>> {
        let mut classes: IndexMap<String, Class> = IndexMap::new();
        for at in among {
            let key = match judge {
                Judge::Parse => signature(&rendered[*at], |_, _| false),
                _ => format!("{}{:?}", signature(&rendered[*at], content_decides), equal_holes(&self.fill(*at))),
            };
            classes
                .entry(key)
                .or_insert_with(|| Class { text: rendered[*at].clone(), members: Vec::new() })
                .members
                .push(*at);
        }
        let tables = if judge == Judge::Bind { self.tables().ok()? } else { Vec::new() };
        let mut errors: Vec<Option<SqlError>> = Vec::with_capacity(classes.len());
        let mut missing = None;
        for class in classes.values() {
            let question = match judge {
                Judge::Parse => {
                    verdict.counters.parses += 1;
                    if let Err(error) = parse(&class.text) {
                        tracing::trace!(?error, "sqlparser refuses a text; DuckDB decides");
                    }
                    verdict.counters.engine_parses += 1;
                    Question::Parse { sql: class.text.clone() }
                }
                _ => {
                    verdict.counters.binds += 1;
                    Question::Bind { tables: tables.clone(), sql: class.text.clone() }
                }
            };
            match self.facts.get(&question) {
                Known::Answer(answer, _) => match &*answer {
                    Answer::Accepted(Ok(())) => errors.push(None),
                    Answer::Accepted(Err(error)) => errors.push(Some(error.clone())),
                    _ => missing = Some(Unknown::new("engine", "the engine gave an answer of another kind")),
                },
                Known::Unknown(why) => missing = Some(why),
                Known::Pending => missing = Some(pending()),
            }
        }
        if let Some(why) = missing {
            if judge == Judge::Parse {
                verdict.report.status = Status::Unchecked;
            } else {
                verdict.report.status = Status::Partial;
            }
            verdict.report.why = Some(why);
            return None;
        }
        let mut error_of: HashMap<usize, &SqlError> = HashMap::new();
        for (class, error) in classes.values().zip(&errors) {
            if let Some(error) = error {
                error_of.extend(class.members.iter().map(|at| (*at, error)));
            }
        }
        // The offset of a class's error holds for its first member only; classes are judged by their first.
        let texts: HashMap<usize, usize> =
            classes.values().flat_map(|class| class.members.iter().map(|at| (*at, class.members[0]))).collect();
        let combinations: Vec<Combination> = among.iter().map(|at| self.combinations[*at].clone()).collect();
        let failing: Vec<bool> = among.iter().map(|at| error_of.contains_key(at)).collect();
        for witness in witnesses(&combinations, &failing) {
            let at = among[witness.example];
            let Some(error) = error_of.get(&at) else { continue };
            let spoken = texts[&at];
            if witness.always {
                self.always(verdict, spoken, error, judge);
            } else {
                verdict.findings.push(self.some(&witness, spoken, at, error, judge));
            }
        }
        Some(among.iter().copied().filter(|at| !error_of.contains_key(at)).collect())
    }
}

/// Whether a string's content can decide the bind (`verdicts.md` §5.3): anywhere but as a whole operand of a comparison,
/// `IN`, `LIKE` or `BETWEEN`.
pub(crate) fn content_decides(tokens: &[Token], at: usize) -> bool {
    use sqlparser::tokenizer::Token as T;
    let before = tokens[..at].iter().rev().find(|token| !token.is_space());
    let after = tokens[at + 1..].iter().find(|token| !token.is_space());
    let ends = after.is_none_or(|token| {
        matches!(token.token, T::RParen | T::Comma)
            || ["and", "or", "group", "order", "having", "limit", "then", "end", "as"]
                .iter()
                .any(|word| token.is_word(word))
    });
    let compared = before.is_some_and(|token| {
        matches!(token.token, T::Eq | T::DoubleEq | T::Neq | T::Lt | T::LtEq | T::Gt | T::GtEq)
            || token.is_word("like")
            || token.is_word("ilike")
            || token.is_word("between")
    });
    let listed = before.is_some_and(|token| matches!(token.token, T::LParen | T::Comma)) && in_list(tokens, at);
    !(ends && (compared || listed))
}

fn in_list(tokens: &[Token], at: usize) -> bool {
    use sqlparser::tokenizer::Token as T;
    let significant: Vec<&Token> = tokens[..at].iter().filter(|token| !token.is_space()).collect();
    let open = significant
        .iter()
        .rposition(|token| !matches!(token.token, T::SingleQuotedString(_) | T::Comma | T::Number(..)));
    open.is_some_and(|open| {
        matches!(significant[open].token, T::LParen) && open > 0 && significant[open - 1].is_word("in")
    })
}

/// Which holes hold equal texts (`verdicts.md` §5.4): the index of the first equal one, for each.
fn equal_holes(values: &[String]) -> Vec<usize> {
    values.iter().map(|value| values.iter().position(|other| other == value).unwrap_or(0)).collect()
}
