//! What can be told of an insight whose inputs' options are not known.

use super::InsightVerdict;
use super::setting::Setting;
use super::wording::{in_words, subject};
use crate::engine_errors::place::error_range;
use crate::report::Finding;
use viz_facts::Question;
use viz_project::Code;
use viz_sql::Accessor;
use viz_text::TextSize;

/// Options are not known: what is no SQL whatever is chosen can be told all the same.
pub(super) fn judge_without_options(setting: &Setting<'_>, verdict: &mut InsightVerdict) {
    let neutral = ["a", "1"];
    let mut errors = Vec::new();
    for value in neutral {
        let filled = setting
            .composed
            .template
            .render(|_, hole| if hole.accessor == Accessor::Values { format!("'{value}'") } else { value.to_owned() });
        match setting.facts.accepted(Question::Parse { sql: filled.text().to_owned() }) {
            Ok(Err(error)) => errors.push((filled, error)),
            _ => return,
        }
    }
    // Only what fails for both and at a place that no choice fills.
    let mut places = Vec::new();
    for (filled, error) in &errors {
        let Some(offset) = error.offset.map(TextSize::new) else { return };
        if filled.hole_at(offset).is_some() {
            return;
        }
        places.push(filled.mapped().locate(error_range(filled.text(), offset, error.length)));
    }
    let [Some(first), Some(second)] = places.as_slice() else { return };
    if first == second && !setting.composed.template.holes().iter().any(|hole| hole.loc == *first) {
        let error = &errors[0].1;
        verdict.findings.push(Finding::new(
            Code::SqlSyntax,
            *first,
            format!("{} is no SQL: {}", subject(setting, *first), in_words(setting, error)),
        ));
    }
}
