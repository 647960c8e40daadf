//! Which choices fail, in numbers and in words: the same for texts, types and values.

use super::plan::Plan;
use super::setting::Setting;
use crate::engine_errors::wording::sentence;
use crate::insight::combinations::Combination;
use crate::report::FailedCombinations;
use crate::selection::State;
use indexmap::IndexMap;
use viz_facts::SqlError;
use viz_project::StatementKind;
use viz_sql::name_hash;
use viz_text::Loc;
use viz_text::shorten::{OPTION, shorten};

/// How many examples a finding names.
const EXAMPLES: usize = 3;

/// Which selections fail.
pub(super) struct Failures<'a> {
    /// The inputs responsible, as indices.
    pub inputs: &'a [usize],
    /// The failing ones: one state index per responsible input.
    pub selections: &'a [Vec<u32>],
    /// Whether each state stands for all that are equal in class.
    pub grouped: bool,
    /// Whether there can be no more of them.
    pub exact: bool,
}

/// Counts failures, and says them: `` when `a` is "x" (1 of 40 options)``.
pub(super) fn counted(setting: &Setting<'_>, plan: &Plan, failures: &Failures<'_>) -> (FailedCombinations, String) {
    let Failures { inputs, selections, grouped, exact } = *failures;
    let product = |counts: &mut dyn Iterator<Item = usize>| counts.fold(1, usize::saturating_mul);
    let total = product(&mut inputs.iter().map(|index| plan.states[*index].len()));
    let groups = |selection: &Vec<u32>| -> Vec<Vec<u32>> {
        let group = |index: usize, unit: u32| if grouped { plan.group(index, unit) } else { vec![unit] };
        inputs.iter().zip(selection).map(|(index, unit)| group(*index, *unit)).collect()
    };
    let failed = selections
        .iter()
        .map(|selection| product(&mut groups(selection).iter().map(Vec::len)))
        .fold(0, usize::saturating_add);
    // Of equal ones the last input's come one after the other.
    let first = selections.iter().take(EXAMPLES).flat_map(|selection| {
        let groups = groups(selection);
        let firsts: Vec<u32> = groups.iter().filter_map(|group| group.first().copied()).collect();
        let last = groups.last().cloned().unwrap_or_default();
        last.into_iter().take(EXAMPLES).map(move |state| {
            let mut one = firsts.clone();
            one.pop();
            one.push(state);
            one
        })
    });
    let chosen =
        |selection: Vec<u32>| -> Vec<(&str, &State)> { choices_of(setting, plan, inputs, &selection).collect() };
    let examples: Vec<Vec<(&str, &State)>> = first.take(EXAMPLES).map(chosen).collect();
    let conditions = in_conditions(examples.first().into_iter().flatten().copied());
    let selection = |example: Vec<(&str, &State)>| -> IndexMap<String, State> {
        example.into_iter().map(|(name, state)| (name.to_owned(), state.clone())).collect()
    };
    let selections: Vec<IndexMap<String, State>> = examples.into_iter().map(selection).collect();
    let labels = |selection: &IndexMap<String, State>| {
        selection.iter().map(|(name, state)| (name.clone(), state.label())).collect()
    };
    let examples = selections.iter().map(labels).collect();
    let unit = match inputs {
        [index] if plan.states[*index].iter().all(|state| state.values.len() == 1) => "option",
        [_] => "selection",
        _ => "combination",
    };
    let plural = if total == 1 { "" } else { "s" };
    let least = if exact { "" } else { "at least " };
    let words = format!("when {conditions} ({least}{failed} of {total} {unit}{plural})");
    (FailedCombinations { failed, total, examples, selections, at_least: !exact }, words)
}

/// The names of inputs with what is selected in each.
pub(super) fn choices_of<'a>(
    setting: &Setting<'a>,
    plan: &'a Plan,
    inputs: &[usize],
    selection: &[u32],
) -> impl Iterator<Item = (&'a str, &'a State)> {
    let project = setting.project;
    let choice = move |(index, state): (&usize, &u32)| {
        (project.object(plan.query_inputs[*index]).name_text(), &plan.states[*index][*state as usize])
    };
    inputs.iter().zip(selection).map(choice)
}

/// The same for all inputs of the query.
pub(super) fn choices<'a>(
    setting: &Setting<'a>,
    plan: &'a Plan,
    combination: &Combination,
) -> impl Iterator<Item = (&'a str, &'a State)> {
    let inputs: Vec<usize> = (0..combination.len()).collect();
    choices_of(setting, plan, &inputs, combination).collect::<Vec<_>>().into_iter()
}

/// `` `a` is "x" and nothing is selected in `b` ``.
pub(super) fn in_conditions<'a>(choices: impl Iterator<Item = (&'a str, &'a State)>) -> String {
    let condition = |(name, state): (&str, &State)| match state.values.as_slice() {
        [] => format!("nothing is selected in `{name}`"),
        _ => format!("`{name}` is \"{}\"", shorten(&state.label(), OPTION)),
    };
    choices.map(condition).collect::<Vec<_>>().join(" and ")
}

/// "this filter", "the property `y`": what a place belongs to.
pub(super) fn subject(setting: &Setting<'_>, loc: Loc) -> String {
    let statement = setting.insight.statements.iter().find(|statement| statement.query.loc.contains(loc));
    match statement.map(|statement| (statement.kind, statement.key.as_str())) {
        Some((StatementKind::Filter, _)) => "this filter".into(),
        Some((StatementKind::Split, _)) => "this split".into(),
        Some((StatementKind::Sort, _)) => "this sort".into(),
        Some((StatementKind::Prop, key)) => format!("`{}`", key.strip_prefix("props.").unwrap_or(key)),
        None => "this expression".into(),
    }
}

/// An error in the words of the engine, as a note.
pub(super) fn duckdb_says(setting: &Setting<'_>, error: &SqlError) -> String {
    format!("DuckDB says: {}", in_words(setting, error))
}

/// The engine's words, with the names of models in place of those of their tables.
pub(super) fn in_words(setting: &Setting<'_>, error: &SqlError) -> String {
    plain_names(setting, &sentence(&error.message))
}

pub(super) fn plain_names(setting: &Setting<'_>, text: &str) -> String {
    setting.composed.models.iter().fold(text.to_owned(), |text, model| {
        let name = setting.project.object(*model).name_text();
        let hash = name_hash(name);
        text.replace(&format!("\"{hash}\""), name).replace(&hash, name)
    })
}
