//! Who is to blame for a failure, and how to say so.

use super::InsightVerdict;
use super::grouping::fails_grouped;
use super::origin::origin;
use super::plan::{Plan, filled, filled_part, render};
use super::setting::{Setting, shadow_tables};
use super::statements::single_statements;
use super::unfit_option::leave_out;
use super::uses::use_to_blame;
use super::wording::{Failures, counted, in_words, plain_names, subject};
use crate::engine_errors::all_errors::further;
use crate::engine_errors::place::error_range;
use crate::engine_errors::wording::{missing_name, suggest, suggestion};
use crate::insight::witness::Witness;
use crate::report::{Finding, Judge};
use crate::selection::{State, Value};
use std::sync::Arc;
use viz_facts::{Question, SqlError, Unknown};
use viz_project::{Code, Fix, ObjectId, Related};
use viz_sql::{Accessor, Hole, Role};
use viz_text::{Loc, TextSize};

/// What to do about a choice that fails.
enum Advice {
    /// Said in these words.
    Words(String),
    /// To write this, with quotes, in place of the placeholder: a machine can follow that.
    Quoted(String),
}

impl Advice {
    fn text(&self) -> String {
        match self {
            Self::Words(text) => text.clone(),
            Self::Quoted(written) => format!("write quotes around it: `{written}`"),
        }
    }
}

/// An error that some choices lead to.
pub(super) struct Failure<'a> {
    /// The combination that was judged, in whose text the error has its place.
    pub spoken: usize,
    /// The combination to show.
    pub example: usize,
    pub error: &'a SqlError,
    pub judge: Judge,
    /// Whether there can be no more choices that fail.
    pub exact: bool,
}

#[derive(Default)]
struct Place {
    /// The hole whose filling holds the error.
    hole: Option<usize>,
    loc: Option<Loc>,
    template_offset: Option<TextSize>,
    /// What explains it.
    related: Option<Related>,
}

/// Every combination fails: the query itself is wrong, or the only option is.
pub(super) fn blame_query(
    setting: &Setting<'_>,
    plan: &Plan,
    verdict: &mut InsightVerdict,
    combination: usize,
    error: &SqlError,
    judge: Judge,
) {
    if fails_grouped(setting, plan, verdict, combination, error, judge) {
        return;
    }
    let place = place_of(setting, plan, combination, error, judge);
    if let (Some(hole), true) = (place.hole, plan.combinations.iter().all(|c| !c.is_empty())) {
        let witness = Witness {
            inputs: vec![input_index(setting, plan, hole)],
            selections: all_states(setting, plan, hole),
            example: 0,
            always: true,
        };
        let failure = Failure { spoken: combination, example: combination, error, judge, exact: true };
        verdict.findings.push(choices_finding(setting, plan, &witness, &failure));
        return;
    }
    if judge == Judge::Parse {
        let single = single_statements(setting, plan, combination);
        if !single.is_empty() {
            verdict.findings.extend(single);
            return;
        }
    }
    verdict.findings.push(query_finding(setting, verdict.report.loc, &place, error, judge));
    if judge != Judge::Bind {
        return;
    }
    for error in further_errors(setting, plan, combination, error).unwrap_or_default() {
        let place = place_of(setting, plan, combination, &error, judge);
        let finding = query_finding(setting, verdict.report.loc, &place, &error, judge);
        let known = verdict.findings.iter().any(|other| other.loc == finding.loc);
        if place.hole.is_none() && place.loc.is_some() && !known {
            verdict.findings.push(finding);
        }
    }
}

/// A fault of the query, whatever is chosen.
fn query_finding(setting: &Setting<'_>, insight: Loc, place: &Place, error: &SqlError, judge: Judge) -> Finding {
    let (code, verb) = match judge {
        Judge::Parse => (Code::SqlSyntax, "is no SQL"),
        _ if error.message.starts_with("Referenced column") => (Code::UnknownColumn, "fails"),
        _ => (Code::SqlBind, "fails"),
    };
    let loc = place.loc.or_else(|| nearest_statement(setting, place)).unwrap_or(insight);
    let message = format!("{} {verb}: {}", subject(setting, loc), in_words(setting, error));
    let mut finding = Finding::new(code, loc, message);
    // The engine names no model of a bare column.
    finding.local = true;
    suggest(&mut finding, error);
    finding.related.extend(place.related.clone());
    finding
}

/// What else the binder refuses, once what it names first is mended.
fn further_errors(
    setting: &Setting<'_>,
    plan: &Plan,
    combination: usize,
    first: &SqlError,
) -> Result<Vec<SqlError>, Unknown> {
    let tables = shadow_tables(setting)?;
    let selection = &plan.combinations[combination];
    let mapped = filled(setting, plan, selection).mapped();
    let bind = |sql: String| setting.facts.accepted(Question::Bind { tables: Arc::clone(&tables), sql });
    further(&render(setting, plan, selection), first, |range| mapped.locate(range), bind)
}

/// Some choices fail.
pub(super) fn choices_finding(setting: &Setting<'_>, plan: &Plan, witness: &Witness, failure: &Failure<'_>) -> Finding {
    let Failure { spoken, example, error, judge, exact } = *failure;
    let inputs = &plan.query_inputs;
    let responsible: Vec<ObjectId> = witness.inputs.iter().map(|index| inputs[*index]).collect();
    let place = place_of(setting, plan, spoken, error, judge);
    let guilty = |hole: &&Hole| responsible.contains(&hole.input);
    let hole = place.hole.map(|index| &setting.composed.template.holes()[index]).filter(guilty).or_else(|| {
        let offset = place.template_offset.unwrap_or_default();
        let holes = setting.composed.template.holes();
        holes
            .iter()
            .filter(guilty)
            .rev()
            .find(|hole| hole.range.start() <= offset)
            .or_else(|| holes.iter().find(guilty))
    });
    let loc = hole.map(|hole| hole.loc).or(place.loc).unwrap_or_else(|| insight_loc(setting));
    let code = match judge {
        Judge::Parse => Code::CombinationSyntax,
        Judge::Execute => Code::RunError,
        _ => Code::CombinationBind,
    };
    let grouped = !witness.always;
    let failures = Failures { inputs: &witness.inputs, selections: &witness.selections, grouped, exact };
    let (combinations, words) = counted(setting, plan, &failures);
    let mut finding = Finding::new(code, loc, format!("{} breaks {words}", subject(setting, loc)));
    finding.combinations = Some(combinations);
    finding.notes.push(format!("DuckDB says: {}", in_words(setting, error)));
    if let Some(around) = rendered_around(setting, plan, example, hole) {
        finding.notes.push(format!("the query then holds `{around}`"));
    }
    let (failed, total) = finding.combinations.as_ref().map_or((0, 0), |found| (found.failed, found.total));
    let advice = hole.and_then(|hole| advice_on(setting, plan, (hole, failed < total), example, error));
    finding.help = advice.as_ref().map(Advice::text);
    if let (Some(hole), Some(Advice::Quoted(written))) = (hole.filter(|hole| hole.loc == loc), &advice) {
        finding.fix = quotes_around(setting, plan, hole, written);
    }
    if finding.fix.is_none() && exact {
        finding.fix = leave_out(setting, plan, witness);
    }
    finding.related.extend(place.related.filter(|_| hole.is_none()));
    for input in &responsible {
        finding.related.push(origin(setting, plan, *input, example));
    }
    finding
}

/// `others_work` says whether other choices make a query that works.
fn advice_on(
    setting: &Setting<'_>,
    plan: &Plan,
    (hole, others_work): (&Hole, bool),
    combination: usize,
    error: &SqlError,
) -> Option<Advice> {
    let value = plan.state(&plan.combinations[combination], hole)?.render(hole.accessor);
    // Other options name columns that exist: so it was meant as a name, and quotes would make a text of it.
    let meant_as_name = |state: &State| state.render(hole.accessor) == value;
    let is_name = hole.role == Role::Bare && missing_name(&error.message) == Some(value.as_str());
    let index = *plan.positions.get(&hole.input)?;
    if is_name && others_work && !plan.states[index].iter().all(meant_as_name) {
        let none = || format!("offer only names of columns: `{value}` is none");
        return Some(Advice::Words(suggestion(error).unwrap_or_else(none)));
    }
    let name = setting.project.object(hole.input).name_text();
    match hole.role {
        Role::InString if hole.accessor == Accessor::Values => Some(Advice::Words(list_in_quotes(name))),
        Role::InString if value.contains('\'') => {
            let text = "offer the option without the quote, or filter by the `.values` of a multi-select, which doubles quotes";
            Some(Advice::Words(text.into()))
        }
        Role::Bare | Role::InList
            if plan
                .state(&plan.combinations[combination], hole)?
                .values
                .iter()
                .any(|value| matches!(value, Value::Text(_))) =>
        {
            Some(Advice::Quoted(format!("'${{ref({name}).{}}}'", hole.accessor.name())))
        }
        _ => None,
    }
}

/// What to do about `'${ref(x).values}'`.
pub(super) fn list_in_quotes(input: &str) -> String {
    format!("`.values` is a list, with its quotes: write `in (${{ref({input}).values}})`, without quotes around it")
}

/// Quotes around a placeholder, where no selection is empty or holds a quote, and the YAML around it lets one stand as it is.
fn quotes_around(setting: &Setting<'_>, plan: &Plan, hole: &Hole, fixed: &str) -> Option<Fix> {
    let states = &plan.states[*plan.positions.get(&hole.input)?];
    // Nothing, in quotes, would be the text `NULL` (S-37).
    let bad = |state: &State| state.values.is_empty() || state.render(hole.accessor).contains('\'');
    if hole.accessor == Accessor::Values || states.iter().any(bad) {
        return None;
    }
    let mut statements = setting.insight.statements.iter().map(|statement| statement.query.loc);
    let statement = statements.find(|whole| whole.contains(hole.loc))?;
    let plain = !setting.project.in_single_quotes(statement);
    plain.then(|| Fix::replace(format!("write `{fixed}`"), hole.loc, fixed))
}

/// The text around a hole as the browser renders it.
fn rendered_around(setting: &Setting<'_>, plan: &Plan, combination: usize, hole: Option<&Hole>) -> Option<String> {
    let hole = hole?;
    let selection = &plan.combinations[combination];
    let placed = setting.composed.placed.iter().find(|placed| placed.range.contains_range(hole.range))?;
    let out = plain_names(setting, filled_part(setting, plan, placed.range, selection).text());
    Some(if out.chars().count() > 120 { format!("{}…", out.chars().take(119).collect::<String>()) } else { out })
}

/// Where an error is, or the use of a metric or dimension that is right by itself.
fn place_of(setting: &Setting<'_>, plan: &Plan, combination: usize, error: &SqlError, judge: Judge) -> Place {
    let place = own_place(setting, plan, combination, error);
    let (Some(loc), Some(origin), None) = (place.loc, place.template_offset, place.hole) else { return place };
    match use_to_blame(setting, origin, loc, judge) {
        Some(used) => Place { loc: Some(used.loc), related: Some(used.related), ..place },
        None => place,
    }
}

/// Where an error is, also inside of metrics and dimensions.
fn own_place(setting: &Setting<'_>, plan: &Plan, combination: usize, error: &SqlError) -> Place {
    let Some(offset) = error.offset.map(TextSize::new) else { return Place::default() };
    let filled = filled(setting, plan, &plan.combinations[combination]);
    let offset = offset.min(TextSize::of(filled.text()));
    let range = error_range(filled.text(), offset, error.length);
    // An error about a whole comparison is about the choice in it.
    let hole = filled.hole_at(offset).or_else(|| filled.hole_in(range));
    let loc = filled.mapped().locate(range);
    Place { hole, loc, template_offset: Some(filled.origin(offset)), related: None }
}

/// Where an error is: at its place, in the choice that it is about, else in the statement before it.
pub(super) fn error_loc(setting: &Setting<'_>, plan: &Plan, combination: usize, error: &SqlError) -> Loc {
    let place = own_place(setting, plan, combination, error);
    let hole = place.hole.and_then(|hole| setting.composed.template.holes().get(hole)).map(|hole| hole.loc);
    hole.or(place.loc).or_else(|| nearest_statement(setting, &place)).unwrap_or_else(|| insight_loc(setting))
}

/// The statement before a place in generated text.
fn nearest_statement(setting: &Setting<'_>, place: &Place) -> Option<Loc> {
    let offset = place.template_offset?;
    let placed = setting.composed.placed.iter().rev().find(|placed| placed.range.start() <= offset)?;
    let statement = &setting.insight.statements[placed.statement];
    statement.query.text.locate(statement.query.query.body)
}

fn insight_loc(setting: &Setting<'_>) -> Loc {
    setting.insight.statements[0].query.loc
}

fn input_index(setting: &Setting<'_>, plan: &Plan, hole: usize) -> usize {
    let input = setting.composed.template.holes()[hole].input;
    plan.positions.get(&input).copied().unwrap_or(0)
}

fn all_states(setting: &Setting<'_>, plan: &Plan, hole: usize) -> Vec<Vec<u32>> {
    (0..plan.states[input_index(setting, plan, hole)].len() as u32).map(|state| vec![state]).collect()
}
