//! Who is to blame for values that don't fit, and how to say so.

use super::origin::{is_phantom, origin_of_state};
use super::pieces::Piece;
use super::plan::{Plan, filled_part};
use super::setting::Setting;
use super::unfit_option::leave_out;
use super::wording::Failures;
use super::wording::counted;
use super::wording::{in_words, subject};
use crate::insight::combinations::Combination;
use crate::insight::confirm_on_data::Trial;
use crate::insight::witness::{Witness, witnesses};
use crate::report::Finding;
use viz_facts::SqlError;
use viz_project::{Code, Severity};
use viz_sql::{Hole, Role};
use viz_text::{TextRange, TextSize};

/// Adds a finding for each set of choices that explains failures of a condition.
pub(super) fn blame_values(
    setting: &Setting<'_>,
    plan: &Plan,
    findings: &mut Vec<Finding>,
    piece: &Piece,
    errors: &[Option<SqlError>],
    trial: &Trial,
) {
    let failing: Vec<bool> = errors.iter().map(Option::is_some).collect();
    for mut witness in witnesses(&piece.selections, &failing) {
        if witness.always {
            witness.inputs = piece.inputs.clone();
            let of_piece = |selection: &Combination| piece.inputs.iter().map(|at| selection[*at]).collect();
            witness.selections = piece.selections.iter().map(of_piece).collect();
        }
        let Some(error) = &errors[witness.example] else { continue };
        let hole = hole_of(setting, plan, piece, &witness, error);
        let finding = value_finding(setting, plan, &witness, error, hole, trial);
        // Some are refused before any row is read.
        let known = |other: &Finding| other.loc == finding.loc && other.combinations == finding.combinations;
        if !findings.iter().any(known) {
            findings.push(finding);
        }
    }
}

/// The placeholder in a piece that an error is about: the one at its place, else the first of those responsible.
fn hole_of<'a>(setting: &Setting<'a>, plan: &Plan, piece: &Piece, witness: &Witness, error: &SqlError) -> &'a Hole {
    let filled = filled_part(setting, plan, piece.range, &piece.selections[witness.example]);
    let holes = setting.composed.template.holes();
    let responsible = |hole: usize| witness.inputs.iter().any(|at| plan.query_inputs[*at] == holes[hole].input);
    let inside: Vec<(TextRange, usize)> = setting
        .composed
        .template
        .holes_within(piece.range)
        .filter(|hole| responsible(*hole))
        .map(|hole| (filled.filling(hole), hole))
        .collect();
    let quoted =
        |value: &str| ['\'', '"'].iter().any(|quote| error.message.contains(&format!("{quote}{value}{quote}")));
    let named = inside.iter().find(|(filling, _)| quoted(&filled.text()[*filling]));
    // The text behind `SELECT (`.
    let offset = error.offset.and_then(|offset| TextSize::new(offset).checked_sub(TextSize::of("SELECT (")));
    let met = inside.iter().find(|(range, _)| offset.is_some_and(|offset| range.contains_inclusive(offset)));
    named.or(met).or(inside.first()).map_or(&holes[0], |(_, index)| &holes[*index])
}

fn value_finding(
    setting: &Setting<'_>,
    plan: &Plan,
    witness: &Witness,
    error: &SqlError,
    hole: &Hole,
    trial: &Trial,
) -> Finding {
    let input = hole.input;
    let verb = if matches!(trial, Trial::Fails(_)) { "breaks" } else { "breaks once there are rows to compare" };
    let at = plan.positions.get(&input).copied().unwrap_or(0);
    let place = witness.inputs.iter().position(|other| *other == at);
    let first = place.map(|place| &plan.states[at][witness.selections[0][place] as usize]);
    let (combinations, words) = counted(
        setting,
        plan,
        &Failures { inputs: &witness.inputs, selections: &witness.selections, grouped: false, exact: true },
    );
    let mut finding =
        Finding::new(Code::CombinationValue, hole.loc, format!("{} {verb} {words}", subject(setting, hole.loc)));
    finding.combinations = Some(combinations);
    finding.notes.push(format!("DuckDB says: {}", in_words(setting, error)));
    match trial {
        Trial::Fails(_) => {}
        Trial::Passes => finding.severity = Severity::Warning,
        Trial::Untried(why) => {
            finding.severity = Severity::Warning;
            finding.notes.push(format!("not tried on the data: {}", why.message));
        }
    }
    let nothing = place.is_some_and(|place| {
        witness.selections.iter().all(|selection| plan.states[at][selection[place] as usize].values.is_empty())
    });
    finding.help = Some(match (nothing, hole.role) {
        _ if first.is_some_and(|state| is_phantom(setting, input, state)) => {
            "write the default as a list: `display: { default: { values: […] } }`".into()
        }
        (true, Role::InString) => {
            "remove the quotes, or use `try_cast('…' as …)`, which gives NULL when nothing is selected".into()
        }
        _ => "offer only options that fit what they are compared with".into(),
    });
    finding.related.push(origin_of_state(setting, input, first));
    if matches!(trial, Trial::Fails(_)) {
        finding.fix = leave_out(setting, plan, witness);
    }
    finding
}
