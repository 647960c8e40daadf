//! Faults inside what stands for a reference to a metric or dimension: if that is right by itself, its use is to blame.

use super::setting::{Setting, shadow_tables};
use crate::models::check_model::defined_here;
use crate::report::Judge;
use std::sync::Arc;
use viz_facts::{Question, ShadowTable, Unknown};
use viz_project::{Kind, ObjectId, Related, Resolution};
use viz_syntax::{Reference, references};
use viz_text::{Loc, TextRange, TextSize};

/// A reference in a statement, and what it stands for.
pub(super) struct Used {
    /// The reference.
    pub loc: Loc,
    /// Where its target is defined.
    pub related: Related,
}

/// The reference to blame for an error at an offset of the template, which lies at `loc`; `None` if that is to blame itself.
pub(super) fn use_to_blame(setting: &Setting<'_>, offset: TextSize, loc: Loc, judge: Judge) -> Option<Used> {
    let composed = setting.composed;
    let placed = composed.placed.iter().find(|placed| placed.range.contains_inclusive(offset))?;
    let statement = setting.insight.statements.get(placed.statement)?;
    let whole = statement.query.loc;
    if whole.contains(loc) {
        return None;
    }
    // What stands between the pieces of the statement's own text.
    let (mut region, mut behind) = (placed.range, whole.range.start());
    for piece in composed.template.text().pieces().iter().filter(|piece| whole.contains(piece.loc)) {
        let Some(common) = piece.range.intersect(placed.range) else { continue };
        if common.end() <= offset && common.end() >= region.start() {
            region = TextRange::new(common.end(), region.end());
            behind = piece.loc.range.end();
        } else if common.start() >= offset && common.start() < region.end() {
            region = TextRange::new(region.start(), common.start());
        }
    }
    let (text, body) = (&statement.query.text, statement.query.body_range());
    let located = |reference: Reference| Some((text.locate(reference.range + body.start())?, reference));
    let (loc, reference) = references(statement.query.body())
        .into_iter()
        .filter_map(located)
        .find(|(loc, _)| loc.segment == whole.segment && loc.range.start() >= behind)?;
    let target = target(setting, &reference)?;
    let alone = composed.template.text().slice(region).trim();
    let is_right = !alone.is_empty() && stands_alone(setting, alone, judge) == Ok(true);
    is_right.then(|| Used { loc, related: defined_here(setting.project, target) })
}

/// The metric or dimension that a reference names.
fn target(setting: &Setting<'_>, reference: &Reference) -> Option<ObjectId> {
    let Resolution::Object(id) = setting.project.names().resolve(&reference.name) else { return None };
    match setting.project.object(id).kind {
        Kind::Model => setting.project.scoped_field(id, reference.path.as_deref()?),
        Kind::Metric | Kind::Dimension => Some(id),
        _ => None,
    }
}

/// Whether an expression is accepted as the only one of a query.
fn stands_alone(setting: &Setting<'_>, expression: &str, judge: Judge) -> Result<bool, Unknown> {
    let question = match judge {
        Judge::Parse => Question::Parse { sql: format!("SELECT ({expression}\n)") },
        _ => {
            let tables: Arc<[ShadowTable]> = shadow_tables(setting)?;
            let names: Vec<String> = tables.iter().map(|table| format!("\"{}\"", table.name)).collect();
            let sql = format!("SELECT {expression}\nFROM {}", names.join(", "));
            Question::Bind { tables, sql }
        }
    };
    Ok(setting.facts.accepted(question)?.is_ok())
}
