//! What composing a query asks for, answered from facts.

use crate::inputs::check_input::AllOptions;
use crate::models::check_model::{AllColumns, Columns};
use crate::selection::Value;
use viz_facts::{Column, DataType};
use viz_project::{Body, DefaultSelection, ObjectId, Project, Rule};
use viz_sql::{Accessor, Context};

/// What composing asks for, answered from facts.
pub(crate) struct FromFacts<'a> {
    pub columns: &'a AllColumns,
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
                Some(Ok(options)) => Some(options.column_type.as_ref().is_some_and(DataType::is_text)),
                _ => None,
            },
        }
    }

    fn sample(&self, input: ObjectId, accessor: Accessor) -> Option<String> {
        let Body::Input(body) = &self.project.object(input).body else { return None };
        let Some(Ok(options)) = self.inputs.get(&input) else { return None };
        let values = &options.values;
        if accessor == Accessor::Values {
            // Quotes are not doubled here.
            let quoted: Vec<String> = values.iter().take(2).map(|value| format!("'{}'", value.raw())).collect();
            return Some(quoted.join(",")).filter(|_| !values.is_empty());
        }
        let last = matches!(accessor, Accessor::Max | Accessor::Last);
        let one = |texts: &[String]| if last { texts.last() } else { texts.first() }.cloned();
        let option = || if last { values.last() } else { values.first() }.map(Value::raw);
        match &body.default {
            DefaultSelection::Value(default) => Some(default.text.clone()),
            DefaultSelection::Values(defaults) => {
                let defaults: Vec<String> = defaults.iter().map(|default| default.text.clone()).collect();
                match self.project.target().has(Rule::DefaultsAsPrinted) {
                    false => one(&defaults).or_else(option),
                    // S-17: the whole list as Python prints it.
                    true => Some(format!("['{}']", defaults.join("', '"))),
                }
            }
            _ => option(),
        }
    }
}
