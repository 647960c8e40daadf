//! What breaks in a project because its version does something differently, grouped by the rule: what to do when a project moves up.

use crate::host::outcome::Checked;
use crate::host::place::{Place, in_order};
use viz_project::Rule;

/// The findings of one rule.
pub struct Break<'a> {
    /// What versions do differently.
    pub rule: Rule,
    /// How many findings there are.
    pub count: usize,
    /// How many of them `--fix` mends.
    pub mended: usize,
    /// Where the first one is.
    pub first: Place<'a>,
}

/// Findings that there would not be in every version, by their rules, the most frequent first. Hints are among them: what comes in
/// another order than before is an error for nobody, and a surprise.
pub fn breaks(checked: &Checked) -> Vec<Break<'_>> {
    let mut all: Vec<Break<'_>> = Vec::new();
    for (finding, first) in in_order(&checked.project, &checked.report) {
        let Some(rule) = finding.rule else { continue };
        let at = all.iter().position(|known| known.rule == rule).unwrap_or_else(|| {
            all.push(Break { rule, count: 0, mended: 0, first });
            all.len() - 1
        });
        all[at].count += 1;
        all[at].mended += usize::from(finding.fix.as_ref().is_some_and(|fix| fix.safe));
    }
    all.sort_by_key(|known| std::cmp::Reverse(known.count));
    all
}
