//! Tabs: YAML 1.2 allows them as white-space between tokens, the reference's loader nowhere but in quotes, blocks and
//! comments.

use crate::problem::ProblemKind;
use crate::scalar::Style;
use crate::tree::{Data, Tree, range, size};
use viz_text::TextRange;

/// Adds a problem for each run of tabs that the reference's loader refuses, unless its text has failed already.
pub(crate) fn check(tree: &mut Tree, text: &str) {
    let mut tabs = memchr::memchr_iter(b'\t', text.as_bytes()).peekable();
    if tabs.peek().is_none() {
        return;
    }
    let allowed = ranges_with_tabs(tree);
    let (mut next, mut covered_to) = (0, size(0));
    let mut runs: Vec<TextRange> = Vec::new();
    for at in tabs {
        while next < allowed.len() && allowed[next].start() <= size(at) {
            covered_to = covered_to.max(allowed[next].end());
            next += 1;
        }
        if size(at) < covered_to {
            continue;
        }
        match runs.last_mut() {
            Some(last) if last.end() == size(at) => *last = last.cover(range(at, at + 1)),
            _ => runs.push(range(at, at + 1)),
        }
    }
    for run in runs {
        tree.problem(ProblemKind::Tab, run, "the project loader refuses tabs here; use spaces");
    }
}

/// Text that may hold tabs, or has a problem because of them, sorted by start.
fn ranges_with_tabs(tree: &Tree) -> Vec<TextRange> {
    let nodes = tree.nodes.iter().filter_map(|node| match node.data {
        Data::Scalar { style, source, .. } if style != Style::Plain => Some(source),
        Data::Error => Some(node.range),
        _ => None,
    });
    let problems = tree.problems.iter().filter(|problem| problem.kind == ProblemKind::Tab).map(|problem| problem.range);
    let mut all: Vec<TextRange> = nodes.chain(tree.comments.iter().copied()).chain(problems).collect();
    all.sort_by_key(|range| range.start());
    all
}
