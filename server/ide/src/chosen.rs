//! What is selected in an input, and what may be.

use crate::choices::{Wanted, input_named};
use crate::snapshot::Snapshot;
use viz_check::{InputOptions, State, Value, initial_state, options_of};
use viz_facts::{Reason, Unknown};
use viz_project::{Body, ObjectId, Selection};

/// The selection of an input: what is pinned (then `true`), else what the page opens with.
///
/// # Errors
/// The reason why its options are not known.
pub fn chosen(snapshot: &Snapshot<'_>, input: ObjectId) -> Result<(State, bool), Unknown> {
    let object = snapshot.project.object(input);
    if let Some(state) = snapshot.choices.by_name.get(object.name_text()) {
        return Ok((state.clone(), true));
    }
    let Body::Input(body) = &object.body else { return Err(no_input(object.name_text())) };
    let options = options_of(snapshot.project, snapshot.facts, input, snapshot.local())?;
    let state = initial_state(body, &options)
        .ok_or_else(|| Unknown::new(Reason::NoOptions, format!("the input `{}` has no options", object.name_text())))?;
    Ok((state, false))
}

fn no_input(name: &str) -> Unknown {
    Unknown::new(Reason::UnknownInput, format!("there is no input `{name}`"))
}

/// A client's selection as a state that a viewer can reach.
///
/// # Errors
/// Why it is none.
pub fn choose(snapshot: &Snapshot<'_>, name: &str, wanted: &Wanted) -> Result<State, Unknown> {
    let Snapshot { project, facts, .. } = *snapshot;
    let id = input_named(project, name).ok_or_else(|| no_input(name))?;
    let Body::Input(input) = &project.object(id).body else { return Err(no_input(name)) };
    let options = options_of(project, facts, id, snapshot.local())?;
    let wrong = |message: String| Unknown::new(Reason::NotAnOption, message);
    let find = |value: &Value| {
        let found = options.values.iter().find(|option| *option == value || option.raw() == value.raw()).cloned();
        // What the page opens with may be no option (S-09), and is reachable all the same.
        found
            .or_else(|| initial_state(input, &options)?.values.into_iter().find(|other| other.raw() == value.raw()))
            .ok_or_else(|| wrong(format!("`{}` is no option of the input `{name}`", value.raw())))
    };
    let state = match wanted {
        Wanted::Values(values) => State { values: values.iter().map(find).collect::<Result<_, _>>()? },
        Wanted::Run(from, to) => run(&options, &find(from)?, &find(to)?),
    };
    match (input.selection, state.values.len()) {
        (Some(Selection::Single), 2..) => Err(wrong(format!("the input `{name}` takes one option only"))),
        (Some(Selection::Single), 0) if !input.control.clearable => {
            Err(wrong(format!("the input `{name}` always has one option selected")))
        }
        _ => Ok(state),
    }
}

fn run(options: &InputOptions, from: &Value, to: &Value) -> State {
    let at = |value: &Value| options.values.iter().position(|option| option == value).unwrap_or(0);
    let (a, b) = (at(from), at(to));
    State { values: options.values[a.min(b)..=a.max(b)].to_vec() }
}
