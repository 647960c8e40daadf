//! What an insight's query does that is probably a mistake, though it runs.

use super::chosen_props::judge_chosen_props;
use super::line_order::{line_order, name_the_order};
use super::setting::Setting;
use crate::inputs::options::InputOptions;
use crate::inputs::states::states;
use crate::report::Finding;
use crate::selection::{Value, numeric, starts_with_date};
use std::collections::BTreeSet;
use viz_project::{Body, Code, Kind, ObjectId, Related, Resolution, Rule, Severity, StatementKind};
use viz_sql::{Accessor, Clause, Hole, Placed, Role, Token, shape_of, tokenize};
use viz_syntax::references;
use viz_text::Loc;

/// Adds what is suspicious.
pub(super) fn suspicious(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    useless_splits(setting, findings);
    grouped_by_sorts(setting, findings);
    mixed_sources(setting, findings);
    circle_of_relations(setting, findings);
    grouped_rows(setting, findings);
    names_not_replaced(setting, findings);
    judge_chosen_props(setting, findings);
    useless_accessors(setting, findings);
    findings.extend(line_order(setting));
    name_the_order(setting, findings);
}

fn body_of(setting: &Setting<'_>, statement: usize) -> Loc {
    let query = &setting.insight.statements[statement].query;
    query.text.locate(query.query.body).unwrap_or(query.loc)
}

/// `R-SQL-11`: of several splits the last one makes the series.
fn useless_splits(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    let of_kind = |at: &usize| setting.insight.statements[*at].kind == StatementKind::Split;
    let splits: Vec<usize> = (0..setting.insight.statements.len()).filter(of_kind).collect();
    let Some((last, others)) = splits.split_last() else { return };
    for split in others {
        let message = "this split makes no series: only the last split does (R-SQL-11)";
        let mut finding = Finding::new(Code::NoEffect, body_of(setting, *split), message);
        finding.related.push(Related { loc: body_of(setting, *last), message: "the last split is here".into() });
        findings.push(finding);
    }
}

/// `R-SQL-07`: a sort by something that is not selected is grouped by.
fn grouped_by_sorts(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    let is_sort = |placed: &&Placed| {
        placed.clause == Clause::GroupBy && setting.insight.statements[placed.statement].kind == StatementKind::Sort
    };
    let sorts: Vec<&Placed> = setting.composed.placed.iter().filter(is_sort).collect();
    if sorts.is_empty() {
        return;
    }
    let object = setting.project.object(setting.id).loc;
    let interactions: Vec<Loc> = {
        let others = setting.insight.statements.iter().filter(|statement| statement.kind != StatementKind::Prop);
        others.map(|statement| statement.query.loc).collect()
    };
    let of_props = |severity: Severity, loc: Loc| {
        severity == Severity::Error && object.contains(loc) && !interactions.iter().any(|whole| whole.contains(loc))
    };
    // What is grouped, and what is shown, is not known then.
    if findings.iter().any(|found| found.code == Code::SqlSyntax || of_props(found.severity, found.loc))
        || setting.project.problems().any(|problem| of_props(Finding::from(problem).severity, problem.loc))
    {
        return;
    }
    let query = setting.composed.template.plain();
    let column = |placed: &Placed| column_of(&query[placed.range]);
    let shown = setting.composed.placed.iter().filter(|placed| placed.clause == Clause::Select);
    let shown: Vec<_> = shown.filter_map(column).collect();
    for placed in sorts {
        let is_shown = column(placed).is_some_and(|(table, name)| {
            let same = |other: &(Option<String>, String)| {
                other.1 == name && (other.0.is_none() || table.is_none() || other.0 == table)
            };
            shown.iter().any(same)
        });
        if !is_shown {
            let message = "the query is also grouped by this sort, which nothing shows: a group may appear several times (R-SQL-07)";
            let mut finding = Finding::new(Code::GroupedBySort, body_of(setting, placed.statement), message);
            finding.help = Some("sort by an aggregate of it, such as `min(…)`".into());
            findings.push(finding);
        }
    }
}

/// The table and the name of a column that an expression is, as names are compared.
fn column_of(sql: &str) -> Option<(Option<String>, String)> {
    let tokens: Vec<Token> = tokenize(sql).ok()?.into_iter().filter(|token| !token.is_space()).collect();
    let text = |token: &Token| sql[token.range].trim_matches('"').to_lowercase();
    let is_name = |token: &Token| sql[token.range].starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '"'));
    match tokens.as_slice() {
        [name] if is_name(name) => Some((None, text(name))),
        [table, dot, name] if &sql[dot.range] == "." && is_name(name) => Some((Some(text(table)), text(name))),
        _ => None,
    }
}

/// `R-INS-04`: a static query runs on one source.
fn mixed_sources(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    if setting.composed.dynamic {
        return;
    }
    let mut models =
        setting.composed.models.iter().filter_map(|model| Some((*model, setting.project.source_of(*model)?)));
    let Some((first, source)) = models.next() else { return };
    let Some((other, another)) = models.find(|(_, other)| *other != source) else { return };
    let name = |id: ObjectId| setting.project.object(id).name_text();
    let reads =
        |reference: &&viz_project::Use| setting.project.names().resolve(&reference.name) == Resolution::Object(other);
    let object = setting.project.object(setting.id);
    let loc = object.uses.iter().find(reads).map_or(object.name_loc(), |reference| reference.name_loc);
    let message = format!(
        "`{}` is on the source `{}` and `{}` on `{}`: the query runs on one of them and misses the other (R-INS-04)",
        name(first),
        name(source),
        name(other),
        name(another)
    );
    findings.push(Finding::new(Code::MixedSources, loc, message));
}

/// D-072, S-13: relations in a circle can't all be used.
fn circle_of_relations(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    let models = &setting.composed.models;
    if models.len() < 3 {
        return;
    }
    let joins = setting.project.joins_among(models);
    let pairs: BTreeSet<(ObjectId, ObjectId)> = joins.into_iter().map(|(_, pair)| pair).collect();
    if pairs.len() < models.len() {
        return;
    }
    let names: Vec<String> = models.iter().map(|id| format!("`{}`", setting.project.object(*id).name_text())).collect();
    let message = format!(
        "the relations between {} form a circle: one of them is left out, and which one is arbitrary (S-13)",
        names.join(", ")
    );
    findings.push(Finding::new(Code::AmbiguousRelation, setting.project.object(setting.id).name_loc(), message));
}

/// `R-SQL-06`, S-20: 2.0 groups also what is not aggregated.
fn grouped_rows(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    // Elsewhere equal rows are drawn on top of each other, or are probably a mistake.
    let counts_rows = ["histogram", "histogram2d", "histogram2dcontour", "box", "violin"];
    if !setting.insight.trace_type.as_ref().is_some_and(|ty| counts_rows.contains(&ty.text.as_str())) {
        return;
    }
    let of = |clause: Clause| setting.composed.placed.iter().filter(move |placed| placed.clause == clause);
    let text = setting.composed.template.text();
    let raw = of(Clause::Having).next().is_none()
        && of(Clause::Select).all(|placed| !shape_of(text.slice(placed.range)).aggregate);
    if setting.project.target().has(Rule::GroupedRows) && raw && of(Clause::GroupBy).next().is_some() {
        let message = "equal rows become one: format version 2.0 groups the rows, 2.1 does not (S-20)";
        let mut finding = Finding::new(Code::GroupedRows, setting.project.object(setting.id).name_loc(), message);
        finding.help = Some("select something that tells the rows apart, or aggregate".into());
        findings.push(finding);
    }
}

/// S-01: in other properties, inputs with such names are not replaced.
fn names_not_replaced(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    if setting.project.target().has(Rule::OddNamesReplaced) {
        return;
    }
    for prop in &setting.insight.statics {
        for reference in references(prop.text.text()) {
            let Resolution::Object(input) = setting.project.names().resolve(&reference.name) else { continue };
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if setting.project.object(input).kind != Kind::Input || reference.name.chars().all(word) {
                continue;
            }
            let short = prop.key.strip_prefix("props.").unwrap_or(&prop.key);
            let message = format!(
                "`{short}` shows this literally: an input whose name is no plain word is not replaced here (S-01)"
            );
            let loc = prop.text.locate(reference.range).unwrap_or(prop.loc);
            // A wrong accessor is the first thing to correct.
            if !findings.iter().any(|finding| loc.contains(finding.loc)) {
                findings.push(Finding::new(Code::ReferenceNotReplaced, loc, message));
            }
        }
    }
}

/// What accessors give that is never meant: each placeholder once, though it may stand in several clauses.
fn useless_accessors(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for hole in setting.composed.template.holes() {
        let new = seen.insert((hole.loc.segment, hole.loc.range.start()));
        let said = findings.iter().any(|finding| finding.loc == hole.loc);
        if let (true, false, Some(Ok(options))) = (new, said, setting.inputs.get(&hole.input)) {
            findings.extend(always_null(setting, hole, options).or_else(|| null_text(setting, hole, options)));
        }
    }
}

/// S-21: `.min` and `.max` of texts.
fn always_null(setting: &Setting<'_>, hole: &Hole, options: &InputOptions) -> Option<Finding> {
    let fits = |value: &Value| numeric(&value.raw()).is_some() || starts_with_date(&value.raw());
    if !matches!(hole.accessor, Accessor::Min | Accessor::Max)
        || options.values.is_empty()
        || options.values.iter().any(fits)
    {
        return None;
    }
    let name = setting.project.object(hole.input).name_text();
    let message = format!(
        "`.{}` of `{name}` is always NULL: its options are neither numbers nor dates (S-21)",
        hole.accessor.name()
    );
    let mut finding = Finding::new(Code::NullAccessor, hole.loc, message);
    finding.related.push(Related { loc: options.origin, message: "the options are here".into() });
    finding.help = Some("use `.first` or `.last`, which follow the clicks, or `.values`".into());
    Some(finding)
}

/// S-37: in quotes, a cleared range is the text `NULL`.
fn null_text(setting: &Setting<'_>, hole: &Hole, options: &InputOptions) -> Option<Finding> {
    let Body::Input(input) = &setting.project.object(hole.input).body else { return None };
    let extreme = matches!(hole.accessor, Accessor::Min | Accessor::Max);
    if !extreme || hole.role != Role::InString || states(input, options).iter().all(|state| !state.values.is_empty()) {
        return None;
    }
    // `try_cast('NULL' as date)` is NULL again.
    let before = &setting.composed.template.text().text()[..usize::from(hole.range.start())];
    if before.to_ascii_lowercase().trim_end_matches(['\'', ' ']).ends_with("try_cast(") {
        return None;
    }
    let name = setting.project.object(hole.input).name_text();
    let message = format!("with nothing selected in `{name}` this compares with the text `NULL` (S-37)");
    let mut finding = Finding::new(Code::NullText, hole.loc, message);
    finding.related.push(Related {
        loc: setting.project.object(hole.input).name_loc(),
        message: "its selection can be cleared".into(),
    });
    finding.help = Some("write `try_cast('…' as date)`, which is NULL when nothing is selected".into());
    Some(finding)
}
