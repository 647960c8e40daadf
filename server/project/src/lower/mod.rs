//! From YAML nodes to objects, guided by the declarative table: one pass that checks the fields and collects the objects.
//!
//! The result of one top-level item depends on its text, its section and the target alone, so it is kept as long as the
//! item's segment lives.

mod body;
mod fields;
mod plotly;
mod scalars;

pub(crate) use scalars::{describe, text_problem};

use crate::object::{Object, Use};
use crate::problem::Problem;
use crate::schema::{Kind, Place, Target};
use viz_syntax::{Node, RefForm, references};
use viz_text::{Loc, MappedText};

/// What one top-level item holds.
#[derive(Debug, Clone, Default)]
pub struct Lowered {
    /// The item's object and the objects written inside it; parents come before their children.
    pub objects: Vec<Object>,
    /// What is wrong with its fields.
    pub problems: Vec<Problem>,
}

/// Reads one item of a list section (or another top-level value) as an object of this kind.
pub fn lower(kind: Kind, node: Node<'_>, target: Target) -> Lowered {
    let mut lowering = Lowering { target, out: Lowered::default() };
    lowering.object(kind, node, None);
    lowering.out
}

struct Lowering {
    target: Target,
    out: Lowered,
}

impl Lowering {
    fn problem(&mut self, problem: Problem) {
        self.out.problems.push(problem);
    }

    fn add_use(&mut self, owner: u32, reference: Use) {
        self.out.objects[owner as usize].uses.push(reference);
    }

    /// Records the references in a text.
    fn uses_in(&mut self, owner: u32, text: &MappedText, loc: Loc, place: Place) {
        for found in references(text.text()) {
            let context = found.form == RefForm::Context;
            let at = |range| text.locate(range).unwrap_or(loc);
            let reference = Use {
                name: found.name.clone(),
                name_loc: at(found.name_range),
                loc: at(found.range),
                path: found
                    .path
                    .clone()
                    .zip(found.path_range)
                    .map(|(text, range)| crate::object::Spanned { text, loc: at(range) }),
                place,
                quoted: found.quoted,
            };
            if context || found.range.len() == text.len() {
                self.add_use(owner, reference);
            }
        }
    }
}
