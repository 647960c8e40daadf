//! The selections that hovers, hints and rendered queries are shown for: what is pinned, else what the page opens with.

use std::collections::BTreeMap;
use viz_check::{InputOptions, State, Value, initial_state, options_of};
use viz_facts::{FactStore, Reason, Unknown};
use viz_project::{Body, Kind, ObjectId, Project, Selection};

/// Selections by the name of their input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Choices {
    /// Input name → selection.
    pub by_name: BTreeMap<String, State>,
}

/// What a client says is selected.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// These values, in click order.
    Values(Vec<Value>),
    /// The run of a range's values from one to another.
    Run(Value, Value),
}

impl Choices {
    /// The selections of inputs that exist.
    pub fn known(&self, project: &Project) -> Vec<(ObjectId, State)> {
        let known = |(name, state): (&String, &State)| Some((input_named(project, name)?, state.clone()));
        self.by_name.iter().filter_map(known).collect()
    }

    /// The selection of an input: what is pinned (then `true`), else what the page opens with.
    ///
    /// # Errors
    /// The reason why its options are not known.
    pub fn of(
        &self,
        project: &Project,
        facts: &FactStore,
        input: ObjectId,
        now: chrono::NaiveDateTime,
    ) -> Result<(State, bool), Unknown> {
        let object = project.object(input);
        if let Some(state) = self.by_name.get(object.name_text()) {
            return Ok((state.clone(), true));
        }
        let Body::Input(body) = &object.body else { return Err(no_input(object.name_text())) };
        let options = options_of(project, facts, input, now)?;
        let state = initial_state(body, &options).ok_or_else(|| {
            Unknown::new(Reason::NoOptions, format!("the input `{}` has no options", object.name_text()))
        })?;
        Ok((state, false))
    }

    /// These selections with others on top.
    pub fn with(&self, others: &Choices) -> Choices {
        let mut by_name = self.by_name.clone();
        by_name.extend(others.by_name.iter().map(|(name, state)| (name.clone(), state.clone())));
        Choices { by_name }
    }
}

/// The input of a name.
pub fn input_named(project: &Project, name: &str) -> Option<ObjectId> {
    project.names().global_named(name).iter().copied().find(|id| project.object(*id).kind == Kind::Input)
}

fn no_input(name: &str) -> Unknown {
    Unknown::new(Reason::UnknownInput, format!("there is no input `{name}`"))
}

/// A client's selection as a state that a viewer can reach.
///
/// # Errors
/// Why it is none.
pub fn choose(
    project: &Project,
    facts: &FactStore,
    name: &str,
    wanted: &Wanted,
    now: chrono::NaiveDateTime,
) -> Result<State, Unknown> {
    let id = input_named(project, name).ok_or_else(|| no_input(name))?;
    let Body::Input(input) = &project.object(id).body else { return Err(no_input(name)) };
    let options = options_of(project, facts, id, now)?;
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
