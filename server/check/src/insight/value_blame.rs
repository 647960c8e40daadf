//! Who is to blame for values that don't fit, and how to say so.

use super::Run;
use super::values::Piece;
use super::wording::Failures;
use crate::insight::combinations::Combination;
use crate::insight::confirm_on_data::Trial;
use crate::insight::witness::{Witness, witnesses};
use crate::report::Finding;
use viz_facts::SqlError;
use viz_project::{Code, Severity};
use viz_sql::{Hole, Role};
use viz_text::{TextRange, TextSize};

impl Run<'_> {
    /// Adds a finding for each set of choices that explains failures of a condition.
    pub(super) fn blame_values(
        &self,
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
            let hole = self.hole_of(piece, &witness, error);
            let finding = self.value_finding(&witness, error, hole, trial);
            // Some are refused before any row is read.
            let known = |other: &Finding| other.loc == finding.loc && other.combinations == finding.combinations;
            if !findings.iter().any(known) {
                findings.push(finding);
            }
        }
    }

    /// The placeholder in a piece that an error is about: the one at its place, else the first of those responsible.
    fn hole_of(&self, piece: &Piece, witness: &Witness, error: &SqlError) -> &Hole {
        let filled = self.filled_part(piece.range, &piece.selections[witness.example]);
        let holes = self.composed.template.holes();
        let responsible = |hole: usize| witness.inputs.iter().any(|at| self.query_inputs[*at] == holes[hole].input);
        let inside: Vec<(TextRange, usize)> = self
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

    fn value_finding(&self, witness: &Witness, error: &SqlError, hole: &Hole, trial: &Trial) -> Finding {
        let input = hole.input;
        let verb = if matches!(trial, Trial::Fails(_)) { "breaks" } else { "breaks once there are rows to compare" };
        let at = self.positions.get(&input).copied().unwrap_or(0);
        let place = witness.inputs.iter().position(|other| *other == at);
        let first = place.map(|place| &self.states[at][witness.selections[0][place] as usize]);
        let (combinations, words) = self.counted(&Failures {
            inputs: &witness.inputs,
            selections: &witness.selections,
            grouped: false,
            exact: true,
        });
        let mut finding =
            Finding::new(Code::CombinationValue, hole.loc, format!("{} {verb} {words}", self.subject(hole.loc)));
        finding.combinations = Some(combinations);
        finding.notes.push(format!("DuckDB says: {}", self.words(error)));
        match trial {
            Trial::Fails(_) => {}
            Trial::Passes => finding.severity = Severity::Warning,
            Trial::Untried(why) => {
                finding.severity = Severity::Warning;
                finding.notes.push(format!("not tried on the data: {}", why.message));
            }
        }
        let nothing = place.is_some_and(|place| {
            witness.selections.iter().all(|selection| self.states[at][selection[place] as usize].values.is_empty())
        });
        finding.help = Some(match (nothing, hole.role) {
            _ if first.is_some_and(|state| self.is_phantom(input, state)) => {
                "write the default as a list: `display: { default: { values: […] } }`".into()
            }
            (true, Role::InString) => {
                "remove the quotes, or use `try_cast('…' as …)`, which gives NULL when nothing is selected".into()
            }
            _ => "offer only options that fit what they are compared with".into(),
        });
        finding.related.push(self.origin_of_state(input, first));
        finding
    }
}
