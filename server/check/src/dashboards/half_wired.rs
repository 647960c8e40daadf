//! An input that filters most insights of a dashboard that read one model, and not all: the viewer takes the others for
//! filtered, too.
//!
//! It is said of an insight only where nothing speaks for it being meant (`verdicts.md` §8).

use super::filters::{Filtered, filters};
use crate::report::Finding;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use viz_project::{Body, Code, Insight, Kind, ObjectId, Project, Related};
use viz_sql::{dependent_models, inputs_of};

/// Fewer insights that are filtered make no rule.
const FEWEST: usize = 2;

/// More places where others are filtered are not told.
const MOST_RELATED: usize = 3;

/// What a dashboard shows.
#[derive(Default)]
struct Shown {
    /// Inputs with a control on it, and by which item.
    inputs: FxHashMap<ObjectId, ObjectId>,
    /// Insights, and the charts or tables that they are in.
    insights: BTreeMap<ObjectId, Vec<ObjectId>>,
}

/// A column that an input filters.
type Column = (ObjectId, ObjectId, String);

/// What is found on a dashboard.
pub(crate) fn half_wired(project: &Project, dashboard: ObjectId) -> Vec<Finding> {
    let shown = shown(project, dashboard);
    if shown.inputs.is_empty() || shown.insights.len() <= FEWEST || !project.names_complete() {
        return Vec::new();
    }
    let mut wired: BTreeMap<Column, BTreeMap<ObjectId, Filtered>> = BTreeMap::new();
    for id in shown.insights.keys() {
        let Body::Insight(insight) = &project.object(*id).body else { continue };
        for found in filters(project, insight).into_iter().filter(|found| shown.inputs.contains_key(&found.input)) {
            let column = (found.input, found.model, found.column.clone());
            wired.entry(column).or_default().entry(*id).or_insert(found);
        }
    }
    let mut told: FxHashSet<(ObjectId, ObjectId)> = FxHashSet::default();
    let mut out = Vec::new();
    for ((input, model, column), by) in &wired {
        if by.len() < FEWEST {
            continue;
        }
        let others = others(project, &shown, *model, by);
        // Where as many are not filtered, that may be how the page is meant.
        if others.len() >= by.len() {
            continue;
        }
        for id in left_out(project, &shown, others, (*input, column), by) {
            if told.insert((*input, id)) {
                out.push(finding(project, &shown, dashboard, (*input, *model), by, id));
            }
        }
    }
    out
}

fn shown(project: &Project, dashboard: ObjectId) -> Shown {
    let (mut out, mut seen, mut stack) = (Shown::default(), FxHashSet::default(), vec![dashboard]);
    while let Some(id) = stack.pop() {
        let lays_out = matches!(project.object(id).kind, Kind::Dashboard | Kind::Row | Kind::Item);
        for used in project.uses_of(id) {
            match project.object(*used).kind {
                Kind::Input if lays_out => drop(out.inputs.entry(*used).or_insert(id)),
                Kind::Insight => out.insights.entry(*used).or_default().push(id),
                Kind::Row | Kind::Item | Kind::Chart | Kind::Table if seen.insert(*used) => stack.push(*used),
                _ => {}
            }
        }
    }
    out
}

/// The other insights that read the model.
fn others(project: &Project, shown: &Shown, model: ObjectId, by: &BTreeMap<ObjectId, Filtered>) -> Vec<ObjectId> {
    let others = shown.insights.keys().copied().filter(|id| !by.contains_key(id));
    others.filter(|id| dependent_models(project, *id).contains(&model)).collect()
}

/// Those of the others that nobody would think unfiltered.
fn left_out(
    project: &Project,
    shown: &Shown,
    mut others: Vec<ObjectId>,
    (input, column): (ObjectId, &str),
    by: &BTreeMap<ObjectId, Filtered>,
) -> Vec<ObjectId> {
    let inputs_of_each: Vec<Vec<ObjectId>> = by.keys().map(|id| inputs_of(project, *id)).collect();
    let in_charts = |id: &ObjectId| {
        shown.insights[id].iter().filter(|place| project.object(**place).kind == Kind::Chart).collect::<Vec<_>>()
    };
    let beside: FxHashSet<&ObjectId> = by.keys().flat_map(in_charts).collect();
    others.retain(|id| {
        let object = project.object(*id);
        let Body::Insight(insight) = &object.body else { return false };
        let inputs = inputs_of(project, *id);
        !inputs.contains(&input)
            && !insight.unreadable
            && !project.is_broken(object.loc)
            // One that has a control where others have none is filtered in its own way.
            && inputs.iter().all(|input| inputs_of_each.iter().all(|of_one| of_one.contains(input)))
            // In one chart, the one is there to be compared with the other.
            && !in_charts(id).iter().any(|chart| beside.contains(chart))
            && !depends_on(project, *id, insight, input, column)
    });
    others
}

/// Whether an insight has to do with an input or a column: what is split or filtered by a column shows all of it on purpose.
fn depends_on(project: &Project, id: ObjectId, insight: &Insight, input: ObjectId, column: &str) -> bool {
    let own = insight.statements.iter().map(|statement| statement.query.body());
    if own.chain(insight.statics.iter().map(|prop| prop.text.text())).any(|text| has_word(text, column)) {
        return true;
    }
    project.dependencies(id).into_iter().any(|used| match &project.object(used).body {
        Body::Expression(expression) => {
            expression.expression.as_ref().is_some_and(|text| has_word(text.text(), column))
        }
        _ => used == input,
    })
}

/// Whether a text has a word, in any case.
fn has_word(text: &str, word: &str) -> bool {
    let text = text.to_lowercase();
    let of_word = |char: char| char.is_alphanumeric() || char == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(of_word) && !text[at + word.len()..].starts_with(of_word))
}

fn finding(
    project: &Project,
    shown: &Shown,
    dashboard: ObjectId,
    (input, model): (ObjectId, ObjectId),
    by: &BTreeMap<ObjectId, Filtered>,
    id: ObjectId,
) -> Finding {
    let name = |id: ObjectId| project.object(id).name_text();
    let (input_name, count) = (name(input), by.len());
    let message = format!(
        "`{input_name}` filters {count} insights of `{}` on the dashboard `{}`, and not this one",
        name(model),
        name(dashboard)
    );
    let mut finding = Finding::new(Code::HalfWiredInput, project.object(id).name_loc(), message);
    for (other, filtered) in by.iter().take(MOST_RELATED) {
        let message = format!("`{}` is filtered here", name(*other));
        finding.related.push(Related { loc: filtered.loc, message });
    }
    let item = project.object(shown.inputs[&input]);
    let control = item.uses.iter().find(|reference| reference.name == input_name);
    if let Some(control) = control {
        finding.related.push(Related { loc: control.name_loc, message: "its control is here".into() });
    }
    finding.help = Some(format!("filter by `{input_name}` here, too, unless it shows everything on purpose"));
    finding
}
