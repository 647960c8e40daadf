//! What is planned for an insight: what each input can be set to, which of that is equal, and which combinations are looked at.

use super::setting::Setting;
use crate::inputs::states::states;
use crate::insight::combinations::{Combination, sample, total};
use crate::proof::{Classes, Conditions, Shape};
use crate::selection::State;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::Cell;
use viz_facts::{Reason, Unknown};
use viz_project::{Body, ObjectId};
use viz_sql::{Accessor, Composed, Filled, Hole};
use viz_text::TextRange;

/// What is planned.
pub(super) struct Plan {
    /// The inputs that have a hole in the query, in document order.
    pub query_inputs: Vec<ObjectId>,
    /// Where each stands among `query_inputs`.
    pub positions: FxHashMap<ObjectId, usize>,
    /// Of each of `query_inputs`.
    pub states: Vec<Vec<State>>,
    pub classes: Classes,
    /// Those that are looked at.
    pub combinations: Vec<Combination>,
    /// Number of all combinations, looked at or not.
    pub total: usize,
    /// Suspected selections that were tried on the data.
    pub tried: Cell<usize>,
    /// The first input whose options are made up.
    pub made_up: Option<ObjectId>,
}

impl Plan {
    /// Which combinations to look at; none if an input has no options.
    ///
    /// # Errors
    /// If the options of an input are not known; `None` if nobody has looked.
    pub(super) fn new(setting: &Setting<'_>) -> Result<Self, Option<Unknown>> {
        let Composed { template, inputs, .. } = setting.composed;
        let in_query: FxHashSet<ObjectId> = template.holes().iter().map(|hole| hole.input).collect();
        let query_inputs: Vec<ObjectId> = inputs.iter().filter(|input| in_query.contains(*input)).copied().collect();
        let positions = query_inputs.iter().enumerate().map(|(at, input)| (*input, at)).collect();
        let states = all_states(setting, &query_inputs)?;
        let rendered = rendered(setting.composed, &positions, &states);
        if let Some(why) = too_large(setting.composed, &positions, &rendered) {
            return Err(Some(why));
        }
        let shape = Shape::of(template, &query_inputs);
        let fillings = fillings(setting.composed, &positions, &states, &rendered);
        let classes = Classes::new(&shape, &fillings, &Conditions::ALL);
        setting.facts.count(|counters| counters.lexed += classes.lexed());
        let counts: Vec<u32> = states.iter().map(|states| states.len() as u32).collect();
        let combinations = sample(&counts, &classes, setting.options.max_combinations, setting.options.seed);
        let total = total(&counts);
        let is_made_up =
            |input: &ObjectId| matches!(setting.inputs.get(input), Some(Ok(options)) if options.made_up.is_some());
        let mut plan =
            Self { query_inputs, positions, states, classes, combinations, total, tried: Cell::new(0), made_up: None };
        plan.made_up = plan.query_inputs.iter().copied().find(is_made_up);
        if plan.made_up.is_some() {
            plan.leave_out(&plan.query_inputs.iter().map(is_made_up).collect::<Vec<_>>());
        }
        Ok(plan)
    }

    /// Leaves out the combinations whose made-up states say nothing of the real ones.
    fn leave_out(&mut self, made_up: &[bool]) {
        let (classes, positions) = (&self.classes, 0..made_up.len());
        let speaks = |at: usize, state: u32| !made_up[at] || classes.speaks_for_what_it_looks_like(at, state);
        self.combinations.retain(|combination| positions.clone().all(|at| speaks(at, combination[at])));
    }

    /// Why the values of a made-up option are not looked at.
    pub(super) fn values_made_up(&self, setting: &Setting<'_>) -> Option<Unknown> {
        let name = setting.project.object(self.made_up?).name_text();
        let why = format!("only what the options of `{name}` look like is known: their values are not checked");
        Some(Unknown::new(Reason::OptionsMadeUp, why))
    }

    /// Whether all combinations are looked at.
    pub(super) fn is_complete(&self) -> bool {
        self.combinations.len() == self.total
    }

    /// Whether the verdict on every combination is known: then what is counted is exact.
    pub(super) fn is_exact(&self) -> bool {
        self.classes.covered(&self.combinations) == self.total
    }

    /// The states that a selection of a witness stands for: itself, unless not all combinations were looked at; then all
    /// that are equal in class.
    pub(super) fn group(&self, input: usize, unit: u32) -> Vec<u32> {
        if self.is_complete() { vec![unit] } else { self.classes.group(input, unit).collect() }
    }

    /// A combination with the first state of each class in place of its own.
    pub(super) fn units(&self, combination: &Combination) -> Combination {
        if self.is_complete() {
            return combination.clone();
        }
        let unit = |(input, state): (usize, &u32)| self.classes.group(input, *state).next().unwrap_or(*state);
        combination.iter().enumerate().map(unit).collect()
    }

    /// The state that a selection has for a hole.
    pub(super) fn state(&self, selection: &[u32], hole: &Hole) -> Option<&State> {
        let position = *self.positions.get(&hole.input)?;
        self.states.get(position)?.get(*selection.get(position)? as usize)
    }

    /// What a selection puts into a hole.
    pub(super) fn value(&self, selection: &[u32], hole: &Hole) -> String {
        self.state(selection, hole).map_or_else(String::new, |state| state.render(hole.accessor))
    }
}

/// What each input can be set to.
fn all_states(setting: &Setting<'_>, inputs: &[ObjectId]) -> Result<Vec<Vec<State>>, Option<Unknown>> {
    let of = |input: &ObjectId| match (setting.inputs.get(input), &setting.project.object(*input).body) {
        (Some(Ok(options)), Body::Input(body)) => Ok(states(body, options)),
        (Some(Err(why)), _) => {
            let name = setting.project.object(*input).name_text();
            let message = format!("the options of `{name}` are not known: {}", why.message);
            Err(Some(Unknown::new(why.code, message)))
        }
        _ => Err(None),
    };
    inputs.iter().map(of).collect()
}

/// A query that some choice makes longer than this is not looked at, in bytes.
const LARGEST: usize = 512 << 10;

/// Of an input, by its position, what each of its states puts into a hole with this accessor.
type Rendered = FxHashMap<(usize, Accessor), Vec<String>>;

fn rendered(composed: &Composed, positions: &FxHashMap<ObjectId, usize>, states: &[Vec<State>]) -> Rendered {
    let mut out = Rendered::default();
    for hole in composed.template.holes() {
        if let Some(at) = positions.get(&hole.input) {
            let of_states = || states[*at].iter().map(|state| state.render(hole.accessor)).collect();
            out.entry((*at, hole.accessor)).or_insert_with(of_states);
        }
    }
    out
}

/// Why a query is not looked at, if the values of a choice make it too long: each of many places may hold each of many options.
fn too_large(composed: &Composed, positions: &FxHashMap<ObjectId, usize>, rendered: &Rendered) -> Option<Unknown> {
    let longest = |texts: &Vec<String>| texts.iter().map(String::len).max().unwrap_or(0);
    let longest: FxHashMap<_, usize> = rendered.iter().map(|(key, texts)| (*key, longest(texts))).collect();
    let mut size = composed.template.text().text().len();
    for hole in composed.template.holes() {
        let Some(at) = positions.get(&hole.input) else { continue };
        size = size.saturating_add(longest[&(*at, hole.accessor)]);
    }
    (size > LARGEST).then(|| {
        let limit = LARGEST >> 10;
        Unknown::new(
            Reason::QueryTooLarge,
            format!("with all that can be chosen in it, its query is longer than {limit} kB"),
        )
    })
}

/// What each state of each input puts into the input's holes.
fn fillings(
    composed: &Composed,
    positions: &FxHashMap<ObjectId, usize>,
    states: &[Vec<State>],
    rendered: &Rendered,
) -> Vec<Vec<Vec<String>>> {
    let mut accessors: Vec<Vec<Accessor>> = vec![Vec::new(); states.len()];
    for hole in composed.template.holes() {
        if let Some(at) = positions.get(&hole.input) {
            accessors[*at].push(hole.accessor);
        }
    }
    let of = |(input, accessors): (usize, Vec<Accessor>)| {
        let texts: Vec<&Vec<String>> = accessors.iter().map(|accessor| &rendered[&(input, *accessor)]).collect();
        (0..states[input].len()).map(|state| texts.iter().map(|texts| texts[state].clone()).collect()).collect()
    };
    accessors.into_iter().enumerate().map(of).collect()
}

/// The query as the browser runs it for a selection.
pub(super) fn render(setting: &Setting<'_>, plan: &Plan, selection: &[u32]) -> String {
    setting.facts.count(|counters| counters.rendered += 1);
    filled(setting, plan, selection).into_text()
}

/// The same, with what stands where.
pub(super) fn filled<'a>(setting: &Setting<'a>, plan: &Plan, selection: &[u32]) -> Filled<'a> {
    setting.composed.template.render(|_, hole| plan.value(selection, hole))
}

/// A part of it.
pub(super) fn filled_part<'a>(setting: &Setting<'a>, plan: &Plan, part: TextRange, selection: &[u32]) -> Filled<'a> {
    setting.composed.template.render_part(part, |_, hole| plan.value(selection, hole))
}
