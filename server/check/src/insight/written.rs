//! What a run writes: the rows of an insight without inputs, whose types it may not be able to write (F9).

use super::InsightVerdict;
use super::confirm_on_data::source_and_tables;
use super::setting::Setting;
use super::wording::subject;
use crate::facts::Known;
use crate::report::Finding;
use sqlparser::tokenizer::Token as T;
use viz_facts::{Answer, Question, ShadowTable, Unknown, with_clause};
use viz_project::Code;
use viz_sql::{Clause, Token, tokenize};

/// Adds a finding for each property whose values can't be written.
///
/// # Errors
/// While their types are being looked up.
pub(super) fn judge_written(
    setting: &Setting<'_>,
    verdict: &mut InsightVerdict,
    tables: &[ShadowTable],
    sql: &str,
) -> Result<(), Unknown> {
    let odd = tables.iter().flat_map(|table| &table.columns).any(|column| column.data_type.stored().is_err());
    if setting.composed.dynamic || !odd && !may_make_odd_types(sql) {
        return Ok(());
    }
    let Ok((source, of_models)) = source_and_tables(setting) else { return Ok(()) };
    let sql = format!("{}{sql}", with_clause(&of_models));
    let columns = match setting.facts.get(Question::Describe { source, sql }) {
        Known::Answer(answer, _) => match &*answer {
            Answer::Columns(Ok(columns)) => columns.clone(),
            _ => return Ok(()),
        },
        Known::Unknown(_) => return Ok(()),
        Known::Pending => return Err(Unknown::pending()),
    };
    for selected in &setting.composed.selected {
        let Some(column) = columns.iter().find(|column| column.name == selected.alias) else { continue };
        let Err(unwritable) = column.data_type.stored() else { continue };
        let query = &setting.insight.statements[selected.statement].query;
        let mut selections = setting.composed.placed.iter().filter(|placed| placed.clause == Clause::Select);
        let placed = selections.find(|placed| placed.statement == selected.statement);
        let loc = placed
            .and_then(|placed| setting.composed.template.text().locate(placed.range))
            .or_else(|| query.text.locate(query.query.body))
            .unwrap_or(query.loc);
        let message = format!(
            "{} can't be written: a run fails at values of the type `{}`, and the whole insight with it",
            subject(setting, loc),
            unwritable.0
        );
        let mut finding = Finding::new(Code::UnwritableType, loc, message);
        finding.help = Some("make a text of it: `(…)::varchar`".into());
        verdict.findings.push(finding);
    }
    Ok(())
}

/// Whether a text may make values that can't be written: ids, and tuples.
fn may_make_odd_types(sql: &str) -> bool {
    let Ok(tokens) = tokenize(sql) else { return false };
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    // Whether each open bracket is that of a tuple if it holds a comma.
    let mut open: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        match &token.token {
            T::Word(word) if word.value.to_ascii_lowercase().contains("uuid") => return true,
            T::LParen => {
                let named = before.is_some_and(|before| {
                    matches!(before.token, T::Word(_)) && !before.is_word("row") && !before.is_word("select")
                });
                open.push(!named);
            }
            T::LBracket | T::LBrace => open.push(false),
            T::RParen | T::RBracket | T::RBrace => drop(open.pop()),
            T::Comma if open.last() == Some(&true) => return true,
            _ => {}
        }
    }
    false
}
