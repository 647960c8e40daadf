//! What the run of a project does with an insight, whatever viewers choose: it sorts the options of multi-selects, tries all
//! options of all inputs, also those that a control doesn't offer (`R-VAL-01` to `R-VAL-04`), and keeps the rows of insights
//! without inputs.

use super::InsightVerdict;
use super::computed::without_direction;
use super::confirm_on_data::source_and_tables;
use super::origin::origin_of_state;
use super::plan::Plan;
use super::setting::Setting;
use super::wording::subject;
use crate::facts::Known;
use crate::inputs::options::InputOptions;
use crate::report::Finding;
use crate::selection::{State, Value};
use rustc_hash::FxHashSet;
use viz_facts::{Answer, Question, Unknown, with_clause};
use viz_project::{Body, Code, Input, ObjectId, Offers, Options, Related, Selection, Severity};
use viz_sql::canonical::refusal;
use viz_sql::{Accessor, Clause, Hole};
use viz_text::TextRange;
use viz_text::shorten::{OPTION, shorten};

/// More options that a control doesn't offer are not tried one by one.
const MOST_TRIED: usize = 100;

/// The run tries all combinations of options if there are no more of them, else as many.
const TRIED_BY_A_RUN: usize = 96;

/// A multi-select with NULL among several options: the run sorts them, and Python has no order for that.
pub(super) fn judge_null_options(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    let mut told = FxHashSet::default();
    for hole in setting.composed.template.holes() {
        let Some((input, options)) = tried(setting, hole.input) else { continue };
        let sorted = input.selection == Some(Selection::Multi) && options.values.len() > 1;
        if !sorted || !options.values.contains(&Value::Null) || !told.insert(hole.input) {
            continue;
        }
        let name = setting.project.object(hole.input).name_text();
        let message =
            format!("the run of this insight fails: it sorts the options of `{name}`, and one of them is NULL (S-41)");
        let mut finding = Finding::new(Code::NullOption, hole.loc, message);
        finding.severity = Severity::Error;
        finding.related.push(Related { loc: options.origin, message: "the options come from this query".into() });
        finding.help = Some("leave it out of the options: `where … is not null`".into());
        findings.push(finding);
    }
}

/// Options that no viewer can choose, and that break the query all the same when the run tries them.
pub(super) fn judge_unreachable_options(setting: &Setting<'_>, plan: &Plan, verdict: &mut InsightVerdict) {
    for (at, id) in plan.query_inputs.iter().enumerate() {
        let Some((input, options)) = tried(setting, *id) else { continue };
        let texts: Vec<String> = match (input.selection, input.control.offers) {
            // A range is tried as two numbers, which break nothing that others don't.
            _ if matches!(input.options, Options::Range(_)) => continue,
            (Some(Selection::Multi), _) => vec![String::new()],
            (_, Offers::FirstTwo | Offers::Numbers) => unoffered(options, &plan.states[at]),
            _ => continue,
        };
        let holes: Vec<&Hole> = setting.composed.template.holes().iter().filter(|hole| hole.input == *id).collect();
        let mut broken: Vec<(&Hole, String)> = Vec::new();
        for text in &texts {
            let value = |hole: &Hole| run_value(input, options, hole.accessor, text);
            let found = holes.iter().copied().find(|hole| breaks_at(setting, plan, hole, &value));
            broken.extend(found.map(|hole| (hole, value(hole))));
        }
        let Some((hole, value)) = broken.first() else { continue };
        // What viewers can choose is told as theirs.
        let told = |finding: &Finding| finding.loc == hole.loc && finding.severity == Severity::Error;
        if verdict.findings.iter().any(told) {
            continue;
        }
        verdict.findings.push(unreachable(setting, plan, (*id, hole), value, broken.len()));
    }
}

fn unreachable(
    setting: &Setting<'_>,
    plan: &Plan,
    (id, hole): (ObjectId, &Hole),
    value: &str,
    count: usize,
) -> Finding {
    let name = setting.project.object(id).name_text();
    let what = subject(setting, hole.loc);
    let combinations = plan.query_inputs.iter().filter_map(|input| Some(tried(setting, *input)?.1.values.len().max(1)));
    let chance = match combinations.fold(1, usize::saturating_mul) {
        few if few <= TRIED_BY_A_RUN => "",
        _ => " by chance",
    };
    let multi =
        matches!(&setting.project.object(id).body, Body::Input(input) if input.selection == Some(Selection::Multi));
    let value = shorten(value, OPTION);
    let more = if count > 1 { format!(" ({count} such options)") } else { String::new() };
    let message = match multi {
        true => {
            format!("{what} breaks in the run, which tries it with `{value}` for `{name}`, though no viewer gets that")
        }
        false => format!(
            "{what} breaks in the run, which{chance} tries \"{value}\" for `{name}`, though its control does not offer that{more}"
        ),
    };
    let mut finding = Finding::new(Code::CombinationSyntax, hole.loc, message);
    let state = (!multi).then(|| State::of([Value::Text(value.into_owned())]));
    finding.related.push(origin_of_state(setting, id, state.as_ref()));
    finding.help = Some("leave such options out, or write quotes around the placeholder".into());
    finding
}

/// An input that the run tries, with its options: its name is a plain word (S-01).
fn tried<'a>(setting: &Setting<'a>, id: ObjectId) -> Option<(&'a Input, &'a InputOptions)> {
    let object = setting.project.object(id);
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let (Body::Input(input), Some(Ok(options))) = (&object.body, setting.inputs.get(&id)) else { return None };
    object.name_text().chars().all(word).then_some((&**input, &**options))
}

/// The texts of a single-select's options that its control doesn't offer.
fn unoffered(options: &InputOptions, states: &[State]) -> Vec<String> {
    let mut known: FxHashSet<String> = states.iter().map(|state| state.render(Accessor::Value)).collect();
    let texts = options.values.iter().filter(|value| **value != Value::Null).map(Value::raw);
    texts.filter(|text| known.insert(text.clone())).take(MOST_TRIED).collect()
}

/// What the run puts into a hole: of multi-selects always the same (`R-VAL-04`).
fn run_value(input: &Input, options: &InputOptions, accessor: Accessor, text: &str) -> String {
    if input.selection != Some(Selection::Multi) {
        return text.to_owned();
    }
    let texts = || options.values.iter().map(Value::raw);
    let value = match accessor {
        Accessor::Values => {
            let quoted = texts().take(2).map(|text| format!("'{}'", text.replace('\'', "''")));
            return quoted.collect::<Vec<_>>().join(",");
        }
        Accessor::First | Accessor::Value => texts().next(),
        Accessor::Last => texts().next_back(),
        Accessor::Min => texts().min(),
        Accessor::Max => texts().max(),
    };
    value.unwrap_or_default()
}

/// Whether the expression around a hole is no SQL to the run with this value in it, although it is with others.
fn breaks_at(setting: &Setting<'_>, plan: &Plan, hole: &Hole, value: &dyn Fn(&Hole) -> String) -> bool {
    let Some(first) = plan.combinations.first() else { return false };
    let around = |clause: Clause| {
        let here = |range: TextRange| range.contains_range(hole.range);
        setting.composed.placed.iter().find(|placed| placed.clause == clause && here(placed.range))
    };
    let clauses = [Clause::Select, Clause::Where, Clause::Having, Clause::OrderBy];
    let Some(placed) = clauses.into_iter().find_map(around) else { return false };
    // There may be several sorts.
    if placed.clause == Clause::OrderBy && value(hole).contains(',') {
        return false;
    }
    let text = |own: bool| {
        let fill = |_: usize, other: &Hole| match other.input == hole.input && own {
            true => value(other),
            false => plan.value(first, other),
        };
        let text = setting.composed.template.render_part(placed.range, fill).into_text();
        // What follows there: two words are a value and its alias only at the end of all.
        match placed.clause {
            Clause::Select => text + " AS \"a\"",
            Clause::OrderBy => without_direction(&text).to_owned() + " AND 1 = 1",
            _ => text + " AND 1 = 1",
        }
    };
    let (own, others) = (text(true), text(false));
    refused(&own) && !refused(&others)
}

/// Whether SQLGlot refuses an expression, for certain.
fn refused(text: &str) -> bool {
    refusal(text).is_some()
}

/// An insight without inputs whose query finds no rows today: its file then has no columns, and the browser can't read it.
///
/// # Errors
/// While that is not known.
pub(super) fn judge_kept_rows(setting: &Setting<'_>, verdict: &mut InsightVerdict, sql: &str) -> Result<(), Unknown> {
    if setting.composed.dynamic {
        return Ok(());
    }
    let clause = |clause: Clause| setting.composed.placed.iter().find(|placed| placed.clause == clause);
    let (source, tables) = source_and_tables(setting)?;
    let whole = clause(Clause::GroupBy).is_none() && clause(Clause::Having).is_none() && aggregates(setting);
    if whole {
        return Ok(());
    }
    let condition = clause(Clause::Where).or_else(|| clause(Clause::Having));
    let sql = match (tables.as_slice(), condition, read_rows(setting, sql)) {
        // The model alone decides, and that is asked for once.
        ([only], None, Some(_)) => format!("SELECT 1 FROM ({}\n) LIMIT 1", only.sql),
        (_, _, Some(rows)) => format!("{}SELECT 1\n{rows}\nLIMIT 1", with_clause(&tables)),
        _ => format!("{}SELECT 1 FROM (\n{sql}\n) AS viz_rows LIMIT 1", with_clause(&tables)),
    };
    let answer = match setting.facts.get(Question::Options { source, sql, limit: 1 }) {
        Known::Answer(answer, _) => answer,
        Known::Unknown(why) => return Err(why),
        Known::Pending => return Err(Unknown::pending()),
    };
    if !matches!(&*answer, Answer::Options(Ok(found)) if found.values.is_empty()) {
        return Ok(());
    }
    let message = "this insight has no rows today, so its file has no columns, and the browser shows an error (S-39)";
    let mut finding = Finding::new(Code::InsightEmpty, verdict.report.loc, message);
    let filters =
        setting.composed.placed.iter().filter(|placed| matches!(placed.clause, Clause::Where | Clause::Having));
    for placed in filters {
        let loc = setting.insight.statements[placed.statement].query.loc;
        finding.related.push(Related { loc, message: "it keeps the rows that fulfil this".into() });
    }
    finding.help = Some(
        "let there always be a row (`… union all select null, 0` in the model), or use an input: then an empty chart is shown".into(),
    );
    verdict.findings.push(finding);
    Ok(())
}

/// Functions that may make no row of a row where they are selected.
const MAKING_ROWS: [&str; 4] = ["unnest", "generate_subscripts", "regexp_split_to_table", "unpivot_list"];

/// The part of the query from FROM to the end of WHERE, if that alone decides whether there are rows: then insights that
/// filter alike ask the same, and nothing is grouped or sorted for it.
fn read_rows<'a>(setting: &Setting<'_>, sql: &'a str) -> Option<&'a str> {
    let placed = || setting.composed.placed.iter();
    let making = |text: &str| MAKING_ROWS.iter().any(|name| text.to_ascii_lowercase().contains(name));
    let grouped = placed().any(|placed| placed.clause == Clause::GroupBy);
    // An aggregate inside of a window makes one row of all.
    let one = |placed: &viz_sql::Placed| !grouped && viz_sql::shape_of(&sql[placed.range]).aggregate;
    if placed().any(|placed| placed.clause == Clause::Having || making(&sql[placed.range]) || one(placed)) {
        return None;
    }
    let selected = placed().filter(|placed| placed.clause == Clause::Select).map(|placed| placed.range.end()).max()?;
    let from = usize::from(selected) + sql[usize::from(selected)..].find("\nFROM ")? + 1;
    let behind = |placed: &&viz_sql::Placed| matches!(placed.clause, Clause::GroupBy | Clause::OrderBy);
    let end = match placed().filter(behind).map(|placed| placed.range.start()).min() {
        Some(next) => {
            ["\nGROUP BY", "\nORDER BY"].iter().filter_map(|words| sql[..usize::from(next)].rfind(words)).max()?
        }
        None => sql.len(),
    };
    sql.get(from..end)
}

/// Whether all rows become one: there is an aggregate that is no window function, and nothing is grouped by.
fn aggregates(setting: &Setting<'_>) -> bool {
    let selected = |placed: &&viz_sql::Placed| placed.clause == Clause::Select;
    let text = |placed: &viz_sql::Placed| setting.composed.template.plain()[placed.range].to_owned();
    setting.composed.placed.iter().filter(selected).any(|placed| {
        let shape = viz_sql::shape_of(&text(placed));
        shape.aggregate && !shape.window
    })
}
