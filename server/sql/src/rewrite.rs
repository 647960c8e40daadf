//! Changes in a composed text, with which holes and statements keep their places.

use crate::compose::Placed;
use crate::template::Template;
use viz_text::{Loc, TextRange, TextSize};

/// Text in place of other text, outside all holes. An empty range is a place to insert at.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub range: TextRange,
    pub text: String,
    /// What the new text stands for; `None` for what no user wrote.
    pub loc: Option<Loc>,
}

/// Single quotes around some holes.
pub(crate) fn quotes(template: &Template, quoted: &[bool]) -> Vec<Edit> {
    let chosen = template.holes().iter().zip(quoted).filter(|(_, quote)| **quote);
    let quote = |at: TextSize, loc: Loc| Edit { range: TextRange::empty(at), text: "'".into(), loc: Some(loc) };
    chosen.flat_map(|(hole, _)| [hole.range.start(), hole.range.end()].map(|at| quote(at, hole.loc))).collect()
}

/// Applies changes, which come in order and don't overlap. What is inserted at either end of a statement belongs to it.
pub(crate) fn rewrite(template: &Template, placed: &[Placed], edits: &[Edit]) -> (Template, Vec<Placed>) {
    let mut out = Template::new();
    let mut done = TextSize::new(0);
    for edit in edits {
        out.push_part(template, TextRange::new(done, edit.range.start()));
        match edit.loc {
            Some(loc) => out.push_for(&edit.text, loc),
            None => out.push_generated(&edit.text),
        }
        done = edit.range.end();
    }
    out.push_part(template, TextRange::new(done, template.len()));
    let moved = |offset: TextSize, counts: &dyn Fn(&Edit) -> bool| {
        let (added, removed) = edits.iter().filter(|edit| counts(edit)).fold((0, 0), |(added, removed), edit| {
            (added + edit.text.len() as u32, removed + u32::from(edit.range.len()))
        });
        offset + TextSize::new(added) - TextSize::new(removed)
    };
    let moved = |one: &Placed| {
        let (start, end) = (one.range.start(), one.range.end());
        let start = moved(start, &|edit| edit.range.start() < start && edit.range.end() <= start);
        let end = moved(end, &|edit| edit.range.end() <= end);
        Placed { range: TextRange::new(start, end), ..*one }
    };
    let placed = placed.iter().map(moved).collect();
    (out, placed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clause;

    #[test]
    fn statements_keep_their_places() {
        let mut template = Template::new();
        template.push_generated("where a = \\d and x");
        let placed = |start: u32, end: u32| {
            [Placed { statement: 0, clause: Clause::Where, range: TextRange::new(start.into(), end.into()) }]
        };
        let edit = |start: u32, end: u32, text: &str| Edit {
            range: TextRange::new(start.into(), end.into()),
            text: text.into(),
            loc: None,
        };
        let edits = [edit(6, 6, "'"), edit(10, 12, "d"), edit(18, 18, "'")];
        let (out, moved) = rewrite(&template, &placed(6, 18), &edits);
        assert_eq!(out.text().text(), "where 'a = d and x'");
        assert_eq!(out.text().slice(moved[0].range), "'a = d and x'");
        let (_, moved) = rewrite(&template, &placed(0, 5), &edits);
        assert_eq!(moved[0].range, TextRange::new(0.into(), 5.into()));
    }
}
