//! The fix that leaves an option out of a list.

use super::plan::Plan;
use super::setting::Setting;
use crate::insight::witness::Witness;
use crate::selection::Value;
use viz_project::{Body, DefaultSelection, Fix, Options, Spanned};
use viz_text::shorten::shorten;
use viz_text::{Loc, TextRange};

/// Characters of an option that a title shows.
const SHOWN: usize = 60;

/// Leaves out the one listed option that fails, if others are left and it is no default.
pub(super) fn leave_out(setting: &Setting<'_>, plan: &Plan, witness: &Witness) -> Option<Fix> {
    let ([at], [first, ..]) = (witness.inputs.as_slice(), witness.selections.as_slice()) else { return None };
    let only = first.first()?;
    if witness.always || witness.selections.iter().any(|selection| selection.first() != Some(only)) {
        return None;
    }
    let [Value::Text(text)] = plan.states.get(*at)?.get(*only as usize)?.values.as_slice() else { return None };
    let Body::Input(input) = &setting.project.object(*plan.query_inputs.get(*at)?).body else { return None };
    let Options::List { items, .. } = &input.options else { return None };
    let is_default = match &input.default {
        DefaultSelection::Value(default) => default.text == *text,
        DefaultSelection::Values(defaults) => defaults.iter().any(|default| default.text == *text),
        _ => false,
    };
    let mut named = items.iter().enumerate().filter(|(_, item)| item.text == *text);
    let (Some((index, _)), None, false) = (named.next(), named.next(), is_default) else { return None };
    Some(Fix {
        title: format!("leave out the option `{}`", shorten(text, SHOWN)),
        edits: vec![(place(items, index)?, String::new())],
        safe: false,
    })
}

/// An item of a list with what stands between it and the one before it, or behind it.
fn place(items: &[Spanned], index: usize) -> Option<Loc> {
    let own = items[index].loc;
    let (from, to, other) = match index.checked_sub(1) {
        Some(before) => (items[before].loc.range.end(), own.range.end(), items[before].loc),
        None => (own.range.start(), items.get(1)?.loc.range.start(), items[1].loc),
    };
    (own.segment == other.segment && from < to).then(|| Loc::new(own.segment, TextRange::new(from, to)))
}
