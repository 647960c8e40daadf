//! What composing a query asks for, answered from facts.

use crate::inputs::AllOptions;
use crate::models::Columns;
use crate::options::InputOptions;
use crate::states::State;
use std::collections::HashMap;
use viz_facts::Column;
use viz_project::{Body, ObjectId, Project};
use viz_sql::{Accessor, Context};

/// What composing asks for, answered from facts.
pub(crate) struct FromFacts<'a> {
    pub columns: &'a HashMap<ObjectId, Columns>,
    pub inputs: &'a AllOptions,
    pub project: &'a Project,
}

impl Context for FromFacts<'_> {
    fn columns(&self, model: ObjectId) -> Option<&[Column]> {
        match self.columns.get(&model) {
            Some(Columns::Known(columns)) => Some(columns),
            _ => None,
        }
    }

    fn is_text(&self, input: ObjectId) -> Option<bool> {
        let Body::Input(body) = &self.project.object(input).body else { return None };
        match &body.options {
            viz_project::Options::List { .. } => Some(true),
            viz_project::Options::Range(_) => Some(false),
            viz_project::Options::Missing => None,
            viz_project::Options::Query(_) => match self.inputs.get(&input) {
                Some(Ok(options)) => Some(
                    options
                        .column_type
                        .as_deref()
                        .is_some_and(|ty| ty.starts_with("VARCHAR") || ty.starts_with("ENUM")),
                ),
                _ => None,
            },
        }
    }

    fn sample(&self, input: ObjectId, accessor: Accessor) -> String {
        match self.inputs.get(&input) {
            Some(Ok(InputOptions { values, .. })) if !values.is_empty() => match accessor {
                Accessor::Values => State { values: values.iter().take(2).cloned().collect() }.render(accessor),
                _ => values[0].raw(),
            },
            _ => "1".into(),
        }
    }
}
