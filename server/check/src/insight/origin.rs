//! Where a choice comes from that fails.

use super::plan::Plan;
use super::setting::Setting;
use crate::models::check_model::defined_here;
use crate::selection::{State, Value};
use viz_project::{Body, ObjectId, Related};

/// Where the guilty option comes from.
pub(super) fn origin(setting: &Setting<'_>, plan: &Plan, input: ObjectId, combination: usize) -> Related {
    let position = plan.query_inputs.iter().position(|other| *other == input);
    origin_of_state(setting, input, position.map(|at| &plan.states[at][plan.combinations[combination][at] as usize]))
}

/// Where a selection of an input comes from; `None` stands for any of them.
pub(super) fn origin_of_state(setting: &Setting<'_>, input: ObjectId, state: Option<&State>) -> Related {
    let (Body::Input(body), Some(Ok(options))) = (&setting.project.object(input).body, setting.inputs.get(&input))
    else {
        return defined_here(setting.project, input);
    };
    if let Some(state) = state.filter(|state| is_phantom(setting, input, state)) {
        let word = state.label();
        let message = format!("the page opens with the text `{word}` selected: it stands for no options (S-09)");
        return Related { loc: setting.project.object(input).name_loc(), message };
    }
    if state.is_some_and(|state| state.values.is_empty()) {
        let message = "its selection can be cleared".into();
        return Related { loc: setting.project.object(input).name_loc(), message };
    }
    let message = match options.source {
        crate::OptionSource::Static => "the option is listed here",
        crate::OptionSource::Range => "the option comes from this range",
        crate::OptionSource::Query => "the option comes from this query",
        crate::OptionSource::Artefact => "the option is that of an earlier run of this query",
    };
    let only = state.and_then(|state| match state.values.as_slice() {
        [only] => Some(only.raw()),
        _ => None,
    });
    Related { loc: options.place_of(body, only.as_deref()), message: message.into() }
}

/// Whether a selection is a word (`all`, `none`) that the browser takes for an option (S-09).
pub(super) fn is_phantom(setting: &Setting<'_>, input: ObjectId, state: &State) -> bool {
    let (Some(Ok(options)), [Value::Text(word)]) = (setting.inputs.get(&input), state.values.as_slice()) else {
        return false;
    };
    matches!(word.as_str(), "all" | "none")
        && options.initial.as_ref() == Some(state)
        && !options.values.iter().any(|value| value.raw() == *word)
}
