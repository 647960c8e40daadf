//! Statements of an insight that are no SQL on their own.

use super::plan::{Plan, filled_part};
use super::setting::Setting;
use super::wording::{in_words, subject};
use crate::engine_errors::place::error_range;
use crate::report::Finding;
use viz_facts::Question;
use viz_project::{Code, Kind, Resolution, Statement, StatementKind};
use viz_sql::tokenize;
use viz_syntax::{Reference, almost_references, references};
use viz_text::{Loc, MappedText, TextRange, TextSize};

/// Which statements are no SQL on their own: so several syntax errors of one insight are all found, each in its
/// own statement.
pub(super) fn single_statements(setting: &Setting<'_>, plan: &Plan, combination: usize) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for placed in &setting.composed.placed {
        if !seen.insert(placed.statement) {
            continue;
        }
        let statement = &setting.insight.statements[placed.statement];
        let own = filled_part(setting, plan, placed.range, &plan.combinations[combination]).mapped();
        out.extend(statement_alone(setting, statement, &own));
    }
    out
}

/// Which statements are no SQL on their own, where the query can't be put together because a reference names nothing.
/// Only those are looked at in which nothing is to be filled in and everything is known.
pub(super) fn statements_apart(setting: &Setting<'_>) -> Vec<Finding> {
    let plain = |reference: &Reference| match setting.project.names().resolve(&reference.name) {
        Resolution::Object(id) => setting.project.object(id).kind != Kind::Input,
        _ => false,
    };
    let alone = |statement: &Statement| {
        let (text, body) = (&statement.query.text, statement.query.body_range());
        let found = references(statement.query.body());
        if !found.iter().all(plain) || !almost_references(statement.query.body()).is_empty() {
            return None;
        }
        let (mut own, mut done) = (MappedText::new(), body.start());
        for reference in &found {
            let range = reference.range + body.start();
            own.push_slice(text, TextRange::new(done, range.start()));
            own.push_for("\"c\"", text.locate(range).unwrap_or(statement.query.loc));
            done = range.end();
        }
        own.push_slice(text, TextRange::new(done, body.end()));
        statement_alone(setting, statement, &own)
    };
    setting.insight.statements.iter().filter_map(alone).collect()
}

/// Whether a statement with this text is SQL.
fn statement_alone(setting: &Setting<'_>, statement: &Statement, own: &MappedText) -> Option<Finding> {
    let sort = statement.kind == StatementKind::Sort;
    let mut sql = MappedText::new();
    sql.push_generated(if sort { "SELECT 1 ORDER BY " } else { "SELECT (" });
    let prefix = sql.len();
    sql.push_slice(own, TextRange::up_to(own.len()));
    let own = TextRange::new(prefix, sql.len());
    if !sort {
        sql.push_generated("\n)");
    }
    let Ok(Err(error)) = setting.facts.accepted(Question::Parse { sql: sql.text().to_owned() }) else { return None };
    let whole = statement.query.text.locate(statement.query.query.body).unwrap_or(statement.query.loc);
    let (prefix, end) = (own.start(), own.end());
    let offset = error.offset.map(TextSize::new).filter(|offset| (prefix..end).contains(offset));
    // Of a bracket without its other half the engine knows only what it meets later.
    let unpaired = viz_sql::unpaired(&sql.text()[own]);
    let bracket = unpaired.map(|unpaired| unpaired.range() + prefix);
    let told = |offset| error_range(sql.text(), offset, error.length);
    let loc = bracket.or(offset.map(told)).and_then(|range| sql.locate(range));
    let words = match unpaired {
        Some(unpaired) => unpaired.words(&sql.text()[own]),
        // Met in what follows, which is not the user's.
        None if loc.is_none() && error.offset.is_some() => "something is missing behind this".into(),
        None => in_words(setting, &error),
    };
    let last = || error.offset.and_then(|_| last_token(&sql, prefix, end));
    let loc = loc.or_else(last).unwrap_or(whole);
    Some(Finding::new(Code::SqlSyntax, loc, format!("{} is no SQL: {words}", subject(setting, whole))))
}

/// The place of the last token in a part of a text.
fn last_token(sql: &MappedText, start: TextSize, end: TextSize) -> Option<Loc> {
    let tokens = tokenize(sql.slice(TextRange::new(start, end))).ok()?;
    let last = tokens.iter().rev().find(|token| !token.is_space())?;
    sql.locate(last.range + start)
}
