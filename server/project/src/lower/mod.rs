//! From YAML nodes to objects, guided by the declarative table: one pass that checks the fields and collects the objects.
//!
//! The result of one top-level item depends on its text, its section and the target alone, so it is kept as long as the
//! item's segment lives.

mod body;
mod colors;
mod comments;
mod defaults;
mod evaluation;
mod exclusive;
mod fields;
mod keys;
mod listed;
mod literal;
mod plotly;
mod removed;
mod scalars;
mod template;

pub(crate) use listed::as_only_item;
pub(crate) use scalars::{describe, text_problem};

pub(crate) use removed::{names_in, removed_key};

use crate::object::{Object, Spanned, Use};
use crate::problem::Problem;
use crate::schema::{Kind, Place, Rule, Shape, Target, Versions};
use viz_syntax::{Node, RefForm, references};
use viz_text::{Loc, MappedText};

/// What one top-level item holds.
#[derive(Debug, Clone, Default)]
pub struct Lowered {
    /// The item's object and the objects written inside it: each is followed by all that is inside it.
    pub objects: Vec<Object>,
    /// What is wrong with its fields.
    pub problems: Vec<Problem>,
    /// What only one format version knows; found while no target is set.
    pub differences: Vec<Difference>,
    /// Names that removed kinds of objects in it define (3.18), and those under a misspelt `name`.
    pub removed: Vec<Spanned>,
    /// References by document path, such as `${project.charts[0]}` (`R-REF-08`).
    pub paths: Vec<Spanned>,
}

impl Lowered {
    /// What is inside an object, however deep. No more is looked at: a dashboard has thousands of rows.
    pub(crate) fn below(&self, object: u32) -> impl Iterator<Item = &Object> {
        self.objects[object as usize + 1..].iter().take_while(move |other| other.parent >= Some(object))
    }

    /// Whether it is objects and nothing else: no problems, differences, removed names or paths, and the first object has
    /// a name.
    pub fn is_plain(&self) -> bool {
        self.problems.is_empty()
            && self.differences.is_empty()
            && self.removed.is_empty()
            && self.paths.is_empty()
            && self.objects.first().is_some_and(|object| object.name.is_some())
    }
}

/// Something that works in some format versions and breaks in others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is, for messages.
    pub what: String,
    /// The versions in which it works.
    pub works_in: Versions,
    /// Where it stands.
    pub loc: Loc,
}

/// Reads one item of a list section (or another top-level value) as an object of this kind. Without a target, what any
/// version knows is taken, and noted as a [`Difference`].
pub fn lower(kind: Kind, node: Node<'_>, target: Option<Target>) -> Lowered {
    let mut lowering = Lowering { target, out: Lowered::default() };
    lowering.object(kind, node, None);
    lowering.out
}

/// The problems of a top-level mapping that is no object: `dbt`.
pub fn check_mapping(shape: &'static Shape, node: Node<'_>, target: Option<Target>) -> Vec<Problem> {
    let mut lowering = Lowering { target, out: Lowered::default() };
    lowering.fields(0, shape, node);
    lowering.out.problems
}

struct Lowering {
    /// The version that the text is read for, if it is known.
    target: Option<Target>,
    out: Lowered,
}

impl Lowering {
    fn problem(&mut self, problem: Problem) {
        self.out.problems.push(problem);
    }

    /// Whether the text is read for a version that has a rule; where none is set, for the newest.
    fn has(&self, rule: Rule) -> bool {
        self.target.unwrap_or_default().has(rule)
    }

    /// Whether something may stand here that a rule allows. While no version is set it may, and the difference is noted.
    fn allows(&mut self, rule: Rule, what: impl FnOnce() -> String, loc: Loc) -> bool {
        if self.target.is_none() {
            self.difference(what(), rule.versions(), loc);
        }
        self.target.is_none_or(|target| target.has(rule))
    }

    fn difference(&mut self, what: String, works_in: Versions, loc: Loc) {
        self.out.differences.push(Difference { what, works_in, loc });
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
