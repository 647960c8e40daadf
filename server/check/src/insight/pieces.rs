//! The parts of an insight's query that compare or compute with choices, and the selections that matter to each.

use super::plan::Plan;
use super::probes::MAX_PROBES;
use super::setting::Setting;
use crate::insight::combinations::Combination;
use crate::insight::conjuncts::conjuncts;
use std::collections::BTreeSet;
use viz_project::StatementKind;
use viz_sql::{Placed, without_direction};
use viz_text::{TextRange, TextSize};

/// A part of the query, and the selections that it depends on.
pub(super) struct Piece {
    pub range: TextRange,
    /// Positions of its inputs.
    pub inputs: Vec<usize>,
    /// Selections of all inputs; the others have their initial states.
    pub selections: Vec<Combination>,
}

/// The selections to probe: all of those that matter if they are few enough, else those of each input alone.
pub(super) fn piece_of(setting: &Setting<'_>, plan: &Plan, range: TextRange) -> Piece {
    let holes = &setting.composed.template.holes()[setting.composed.template.holes_within(range)];
    let inputs: BTreeSet<usize> = holes.iter().filter_map(|hole| plan.positions.get(&hole.input)).copied().collect();
    let inputs: Vec<usize> = inputs.into_iter().collect();
    let counts: Vec<usize> = inputs.iter().map(|at| plan.states[*at].len()).collect();
    let product = counts.iter().fold(1_usize, |product, count| product.saturating_mul(*count));
    let joint = inputs.len() == 1 || product <= MAX_PROBES;
    let mut selections = vec![vec![0; plan.query_inputs.len()]];
    for (at, count) in inputs.iter().zip(&counts) {
        let more = |selection: &Combination| {
            let selection = selection.clone();
            (0..*count as u32).map(move |state| {
                let mut next = selection.clone();
                next[*at] = state;
                next
            })
        };
        selections = match joint {
            true => selections.iter().flat_map(more).collect(),
            false => {
                let alone: Vec<Combination> = more(&vec![0; plan.query_inputs.len()]).skip(1).collect();
                selections.into_iter().chain(alone).collect()
            }
        };
    }
    Piece { range, inputs, selections }
}

/// The pieces of statements that compare or compute with choices: conditions are taken apart at their ANDs, so that
/// one that can't be probed keeps no other from it.
pub(super) fn probed_pieces(setting: &Setting<'_>) -> Vec<TextRange> {
    let mut seen = std::collections::HashSet::new();
    let holes = |range: &TextRange| !setting.composed.template.holes_within(*range).is_empty();
    let placed = setting.composed.placed.iter().filter(|placed| seen.insert(placed.statement));
    let expression = |placed: &Placed| match setting.insight.statements[placed.statement].kind {
        // A direction is no value.
        StatementKind::Sort => {
            let text = without_direction(setting.composed.template.text().slice(placed.range));
            TextRange::at(placed.range.start(), TextSize::of(text))
        }
        _ => placed.range,
    };
    let operands = |range: TextRange| {
        let text = &setting.composed.template.plain()[range];
        conjuncts(text).into_iter().map(move |operand| operand + range.start())
    };
    placed.map(expression).flat_map(operands).filter(holes).collect()
}
