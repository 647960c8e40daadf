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

/// A page on which more would have to be compared is nobody's to look through.
const MOST_LOOKS: usize = 1_000_000;

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
    Page::of(project, dashboard).map_or_else(Vec::new, |mut page| page.found())
}

/// A dashboard, and what was found out of what it shows.
pub(super) struct Page<'a> {
    project: &'a Project,
    dashboard: ObjectId,
    shown: Shown,
    /// The shown insights that read a model, in their order.
    readers: FxHashMap<ObjectId, Vec<ObjectId>>,
    inputs: FxHashMap<ObjectId, FxHashSet<ObjectId>>,
    mentioned: FxHashMap<ObjectId, Mentioned>,
    /// Insights, inputs and words that were looked at: what tests of growth count.
    pub(super) looks: usize,
}

/// What an insight has to do with.
#[derive(Default)]
struct Mentioned {
    /// Words of its own texts and of the metrics and dimensions behind it, in lower case.
    words: FxHashSet<String>,
    uses: FxHashSet<ObjectId>,
}

impl<'a> Page<'a> {
    /// None if a control can leave nothing out on it.
    pub(super) fn of(project: &'a Project, dashboard: ObjectId) -> Option<Self> {
        let shown = shown(project, dashboard);
        if shown.inputs.is_empty() || shown.insights.len() <= FEWEST || !project.names_complete() {
            return None;
        }
        let mut readers: FxHashMap<ObjectId, Vec<ObjectId>> = FxHashMap::default();
        for id in shown.insights.keys() {
            dependent_models(project, *id).into_iter().for_each(|model| readers.entry(model).or_default().push(*id));
        }
        let looks = readers.values().map(Vec::len).sum();
        let (inputs, mentioned) = (FxHashMap::default(), FxHashMap::default());
        Some(Self { project, dashboard, shown, readers, inputs, mentioned, looks })
    }

    pub(super) fn found(&mut self) -> Vec<Finding> {
        let mut told: FxHashSet<(ObjectId, ObjectId)> = FxHashSet::default();
        let mut out = Vec::new();
        for ((input, model, column), by) in &self.wired() {
            self.looks += by.len();
            if by.len() < FEWEST {
                continue;
            }
            let others = self.others(*model, by);
            for id in others {
                if self.looks > MOST_LOOKS {
                    return out;
                }
                if self.is_left_out(id, (*input, column), by) && told.insert((*input, id)) {
                    out.push(self.finding((*input, *model), by, id));
                }
            }
        }
        out
    }

    /// The columns that controls of the page filter, and by which insights.
    fn wired(&mut self) -> BTreeMap<Column, BTreeMap<ObjectId, Filtered>> {
        let mut wired: BTreeMap<Column, BTreeMap<ObjectId, Filtered>> = BTreeMap::new();
        for id in self.shown.insights.keys() {
            let Body::Insight(insight) = &self.project.object(*id).body else { continue };
            let found = filters(self.project, insight);
            for found in found.into_iter().filter(|found| self.shown.inputs.contains_key(&found.input)) {
                let column = (found.input, found.model, found.column.clone());
                wired.entry(column).or_default().entry(*id).or_insert(found);
            }
        }
        wired
    }

    /// The other insights that read the model, if they are fewer: where as many are not filtered, that may be how the page is meant.
    fn others(&mut self, model: ObjectId, by: &BTreeMap<ObjectId, Filtered>) -> Vec<ObjectId> {
        let readers = self.readers.get(&model).map_or(&[][..], Vec::as_slice);
        // Counted first, so that what few filter is not compared with all that there is.
        let among = by.keys().filter(|id| readers.binary_search(id).is_ok()).count();
        if readers.len() - among >= by.len() {
            return Vec::new();
        }
        self.looks += readers.len();
        readers.iter().copied().filter(|id| !by.contains_key(id)).collect()
    }

    /// Whether nobody would think another insight unfiltered.
    fn is_left_out(
        &mut self,
        id: ObjectId,
        (input, column): (ObjectId, &str),
        by: &BTreeMap<ObjectId, Filtered>,
    ) -> bool {
        let object = self.project.object(id);
        let Body::Insight(insight) = &object.body else { return false };
        let own = self.inputs_of(id).clone();
        !own.contains(&input)
            && !insight.unreadable
            && !self.project.is_broken(object.loc)
            && !self.depends_on(id, insight, input, column)
            // In one chart, the one is there to be compared with the other.
            && !self.is_beside(id, by)
            // One that has a control where others have none is filtered in its own way.
            && own.iter().all(|input| by.keys().all(|other| self.inputs_of(*other).contains(input)))
    }

    fn inputs_of(&mut self, id: ObjectId) -> &FxHashSet<ObjectId> {
        self.looks += 1;
        self.inputs.entry(id).or_insert_with(|| inputs_of(self.project, id).into_iter().collect())
    }

    fn is_beside(&mut self, id: ObjectId, by: &BTreeMap<ObjectId, Filtered>) -> bool {
        let charts = |id: &ObjectId| {
            let places = self.shown.insights.get(id).map_or(&[][..], Vec::as_slice);
            places.iter().copied().filter(|place| self.project.object(*place).kind == Kind::Chart)
        };
        let own: FxHashSet<ObjectId> = charts(&id).collect();
        let beside = || by.keys().flat_map(charts);
        self.looks += own.len() + if own.is_empty() { 0 } else { beside().count() };
        !own.is_empty() && beside().any(|chart| own.contains(&chart))
    }

    /// Whether an insight has to do with an input or a column: what is split or filtered by a column shows all of it on purpose.
    fn depends_on(&mut self, id: ObjectId, insight: &Insight, input: ObjectId, column: &str) -> bool {
        if !self.mentioned.contains_key(&id) {
            let mentioned = mentioned(self.project, id, insight);
            self.looks += mentioned.words.len() + mentioned.uses.len();
            self.mentioned.insert(id, mentioned);
        }
        self.looks += 1;
        let mentioned = &self.mentioned[&id];
        mentioned.uses.contains(&input) || words(column).all(|word| mentioned.words.contains(word))
    }

    fn finding(
        &self,
        (input, model): (ObjectId, ObjectId),
        by: &BTreeMap<ObjectId, Filtered>,
        id: ObjectId,
    ) -> Finding {
        let project = self.project;
        let name = |id: ObjectId| project.object(id).name_text();
        let (input_name, count) = (name(input), by.len());
        let message = format!(
            "`{input_name}` filters {count} insights of `{}` on the dashboard `{}`, and not this one",
            name(model),
            name(self.dashboard)
        );
        let mut finding = Finding::new(Code::HalfWiredInput, project.object(id).name_loc(), message);
        for (other, filtered) in by.iter().take(MOST_RELATED) {
            let message = format!("`{}` is filtered here", name(*other));
            finding.related.push(Related { loc: filtered.loc, message });
        }
        let item = project.object(self.shown.inputs[&input]);
        let control = item.uses.iter().find(|reference| reference.name == input_name);
        if let Some(control) = control {
            finding.related.push(Related { loc: control.name_loc, message: "its control is here".into() });
        }
        finding.help = Some(format!("filter by `{input_name}` here, too, unless it shows everything on purpose"));
        finding
    }
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

fn mentioned(project: &Project, id: ObjectId, insight: &Insight) -> Mentioned {
    let mut out = Mentioned { uses: project.dependencies(id).into_iter().collect(), ..Mentioned::default() };
    let own = insight.statements.iter().map(|statement| statement.query.body());
    let own = own.chain(insight.statics.iter().map(|prop| prop.text.text()));
    let behind = out.uses.iter().filter_map(|used| match &project.object(*used).body {
        Body::Expression(expression) => expression.expression.as_ref().map(|text| text.text()),
        _ => None,
    });
    for text in own.chain(behind) {
        let text = text.to_lowercase();
        out.words.extend(words(&text).map(str::to_owned));
    }
    out
}

/// The words of a text in lower case.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty())
}
