//! What can be told of an insight whose inputs' options are not known.

use super::{InsightVerdict, Run};
use crate::engine_errors::place::error_range;
use crate::report::Finding;
use viz_facts::Question;
use viz_project::Code;
use viz_sql::{Accessor, Hole};
use viz_text::TextSize;

impl Run<'_> {
    /// Options are not known: what is no SQL whatever is chosen can be told all the same.
    pub(super) fn without_options(&self, verdict: &mut InsightVerdict) {
        let neutral = ["a", "1"];
        let mut errors = Vec::new();
        for value in neutral {
            let text = self.composed.template.render(|_, hole| {
                if hole.accessor == Accessor::Values { format!("'{value}'") } else { value.to_owned() }
            });
            match self.facts.accepted(&Question::Parse { sql: text.clone() }) {
                Ok(Err(error)) => errors.push((text, value, error)),
                _ => return,
            }
        }
        // Only what fails for both and at a place that no choice fills.
        let mut places = Vec::new();
        for (_, value, error) in &errors {
            let fill = |_: usize, hole: &Hole| {
                if hole.accessor == Accessor::Values { format!("'{value}'") } else { (*value).to_owned() }
            };
            let Some(offset) = error.offset.map(TextSize::new) else { return };
            if self.composed.template.hole_at(offset, fill).is_some() {
                return;
            }
            let mapped = self.composed.template.render_mapped(fill);
            places.push(mapped.locate(error_range(mapped.text(), offset, error.length)));
        }
        let [Some(first), Some(second)] = places.as_slice() else { return };
        if first == second && !self.composed.template.holes().iter().any(|hole| hole.loc == *first) {
            let error = &errors[0].2;
            verdict.findings.push(Finding::new(
                Code::SqlSyntax,
                *first,
                format!("{} is no SQL: {}", self.subject(*first), self.words(error)),
            ));
        }
    }
}
