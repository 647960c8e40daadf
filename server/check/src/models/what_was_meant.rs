//! What newcomers write in the query of a model, and the engine tells in words that lead elsewhere.

use crate::engine_errors::dates::{UnquotedDate, unquoted_dates};
use crate::report::Finding;
use viz_facts::SqlError;
use viz_project::{Code, Fix, ObjectId, Project, Severity, similar};
use viz_sql::{Token, tokenize};
use viz_text::{MappedText, TextRange};

/// Words at the beginning of a part of a query: one that is nearly like these, and behind which the engine stops, was meant to be it.
const WORDS: &[&str] = &["from", "where", "group", "order", "having", "limit", "join", "union", "qualify"];

/// Says what was meant in the finding about a query that fails.
pub(super) fn tell(project: &Project, sql: &MappedText, error: &SqlError, finding: &mut Finding) {
    let subject = finding.message.split_once(": ").map_or("", |(subject, _)| subject).to_owned();
    let message = error.message.as_str();
    if message.starts_with("Cannot compare values of type ")
        && let Some(date) = unquoted_dates(sql.text()).into_iter().find(|date| {
            sql.locate(date.range).is_some_and(|loc| finding.loc.contains(loc) || loc.contains(finding.loc))
        })
    {
        date.tell(project, sql, finding);
    } else if message.contains("these are ") && message.contains(" statements") {
        let Some(second) = second_statement(sql) else { return };
        finding.loc = second;
        finding.message = format!("{subject}: a model is one SELECT, and here a second statement begins");
    } else if message.starts_with("syntax error at or near ")
        && let Some((range, meant)) = error.offset.and_then(|offset| misspelt_word(sql.text(), offset as usize))
        && let Some(loc) = sql.locate(range)
    {
        finding.loc = loc;
        finding.message = format!("{subject}: there is no `{}` in SQL", sql.slice(range));
        finding.help = Some(format!("did you mean `{meant}`?"));
        finding.fix = Fix::name(loc, meant);
    }
}

/// Dates without quotes that something is compared with, where the query is not run, or runs: some databases compare a date with a
/// number, and find all rows or none.
pub(super) fn compared_dates(project: &Project, id: ObjectId, sql: &MappedText) -> Vec<Finding> {
    let name = project.object(id).name_text();
    let finding = |date: &UnquotedDate| {
        let message = format!("the query of the model `{name}` compares with a number: {}", date.says);
        let mut finding = Finding::new(Code::ModelSql, sql.locate(date.range)?, message);
        finding.severity = Severity::Warning;
        date.mend(project, sql, &mut finding);
        Some(finding)
    };
    unquoted_dates(sql.text()).iter().filter(|date| date.certain).filter_map(finding).collect()
}

/// The first word behind a `;`.
fn second_statement(sql: &MappedText) -> Option<viz_text::Loc> {
    let tokens = tokenize(sql.text()).ok()?;
    let mut behind = tokens.iter().skip_while(|token| sql.slice(token.range) != ";");
    sql.locate(behind.find(|token| !token.is_space() && sql.slice(token.range) != ";")?.range)
}

/// A word directly before the place where a parser stopped that was meant to begin a part of the query.
fn misspelt_word(sql: &str, stopped: usize) -> Option<(TextRange, &'static str)> {
    let tokens: Vec<Token> = tokenize(sql).ok()?.into_iter().filter(|token| !token.is_space()).collect();
    let at = tokens.iter().position(|token| usize::from(token.range.start()) >= stopped)?;
    let word = tokens.get(at.checked_sub(1)?)?.range;
    let near = similar(&sql[word], WORDS.iter().copied());
    let [only] = near.as_slice() else { return None };
    let meant = WORDS.iter().find(|word| *word == only)?;
    (sql[word].len() == meant.len() && !sql[word].eq_ignore_ascii_case(meant)).then_some((word, meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_before_the_fault() {
        let told = |sql: &str, near: &str| {
            misspelt_word(sql, sql.rfind(near).unwrap()).map(|(range, word)| (sql[range].to_owned(), word))
        };
        assert_eq!(told("select a form t", "t"), Some(("form".to_owned(), "from")));
        assert_eq!(told("select a from t whree a > 1", "a > 1"), Some(("whree".to_owned(), "where")));
        assert_eq!(told("select a from t b c", "c"), None);
        assert_eq!(told("select a from where", "where"), None);
    }
}
