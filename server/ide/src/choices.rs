//! The selections that hovers, hints and rendered queries are shown for: what is pinned, else what the page opens with.

use std::collections::BTreeMap;
use viz_check::{State, Value};
use viz_project::{Kind, ObjectId, Project};

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
