//! Metrics, dimensions and joins of a project for queries that no insight asks.

use crate::expand::{Context, Expander};
use crate::join::from_clause;
use crate::template::Template;
use std::fmt;
use viz_project::{ObjectId, Project};

/// A text of SQL over the tables of models, each of which is called by its [`name_hash`](crate::name_hash).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverModels {
    /// The text.
    pub sql: String,
    /// The models whose tables it reads.
    pub models: Vec<ObjectId>,
}

/// Why there is no such text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoText {
    /// It depends on what a viewer chooses in this input.
    Chosen(ObjectId),
    /// It is wrong; these are the messages of what was found, if that is found here.
    Broken(Vec<String>),
    /// The columns of a model behind it are not known.
    Blind,
    /// No relation leads from one of these models to the other.
    Apart {
        /// The two.
        between: (ObjectId, ObjectId),
        /// A model that would connect them.
        bridge: Option<ObjectId>,
    },
}

impl fmt::Display for NoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chosen(_) => f.write_str("it depends on what a viewer chooses"),
            Self::Broken(messages) if messages.is_empty() => f.write_str("the project says of it that it is wrong"),
            Self::Broken(messages) => f.write_str(&messages.join("; ")),
            Self::Blind => f.write_str("the columns behind it are not known"),
            Self::Apart { .. } => f.write_str("no relation joins its models"),
        }
    }
}

/// The expression of a metric or dimension.
///
/// # Errors
/// Why there is none.
pub fn field(project: &Project, context: &dyn Context, id: ObjectId) -> Result<OverModels, NoText> {
    let mut expander = Expander::new(project, context);
    let template = expander.metric_or_dimension(id);
    finish(expander, &template)
}

/// `FROM "a" INNER JOIN "b" ON …` for these models, by the relations that are declared.
///
/// # Errors
/// Why they can't be joined.
pub fn joined(project: &Project, context: &dyn Context, models: &[ObjectId]) -> Result<OverModels, NoText> {
    let mut expander = Expander::new(project, context);
    let template = from_clause(project, models, &mut expander)
        .map_err(|apart| NoText::Apart { between: apart.between, bridge: apart.bridge })?;
    finish(expander, &template)
}

fn finish(expander: Expander<'_>, template: &Template) -> Result<OverModels, NoText> {
    if let Some(hole) = template.holes().first() {
        return Err(NoText::Chosen(hole.input));
    }
    if expander.broken || !expander.problems.is_empty() {
        return Err(NoText::Broken(expander.problems.into_iter().map(|problem| problem.message).collect()));
    }
    if expander.blind {
        return Err(NoText::Blind);
    }
    Ok(OverModels { sql: template.plain(), models: expander.models.into_iter().collect() })
}
