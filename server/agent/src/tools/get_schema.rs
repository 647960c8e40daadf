//! `get_schema`: what a model has.

use super::list_datasets::description;
use crate::answer::Answer;
use crate::plan::{Dataset, Schema, schema_of};
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use serde_json::{Map, Value, json};
use viz_project::{Body, Kind, ObjectId, Project, did_you_mean, similar};

pub(crate) const TOOL: Tool = Tool::reading(
    "get_schema",
    "Get the schema of a model",
    "Columns and types of a model, the metrics and dimensions that can be asked beside them, the models that relations join with it, and what \
     the project's own insights ask of it. With detail full also the values of columns that have few of them, and the expressions: \
     compare with these values, letter for letter.",
    || {
        json!({
            "type": "object",
            "properties": {
                "dataset": { "type": "string", "description": "the model's name" },
                "detail": { "type": "string", "enum": ["brief", "full"], "description": "brief if left out" },
            },
            "required": ["dataset"],
            "additionalProperties": false,
        })
    },
    run,
);

/// Questions that are suggested at most.
const SUGGESTED: usize = 8;

fn run(session: &mut Session<'_>, arguments: &Arguments) -> Answer {
    let (name, full) = (arguments.text("dataset").unwrap_or_default(), arguments.text("detail") == Some("full"));
    let Some(model) = session.dataset().model(name) else {
        let near = similar(name, session.dataset().models());
        let help = did_you_mean(&near).unwrap_or_else(|| "list_datasets has their names".to_owned());
        return Answer::failed(format!("the project has no model `{name}`: {help}"));
    };
    let schema = session.settled(|dataset| schema_of(dataset, model, full));
    let Schema { columns, unknown } = schema;
    let project = session.project;
    let mut out = Map::from_iter([("dataset".to_owned(), json!(name))]);
    if let Some(description) = description(project, model) {
        out.insert("description".into(), description.into());
    }
    if let Some(why) = unknown {
        out.insert("columns_unknown".into(), why.message.into());
    }
    let column = |(column, values): &(viz_facts::Column, Option<Vec<String>>)| {
        let mut out = json!({ "name": column.name, "type": column.data_type.as_str() });
        if let Some(values) = values {
            out["values"] = json!(values);
        }
        out
    };
    out.insert("columns".into(), columns.iter().map(column).collect());
    out.insert("metrics".into(), fields(project, model, Kind::Metric, full));
    out.insert("dimensions".into(), fields(project, model, Kind::Dimension, full));
    out.insert("relations".into(), relations(session.dataset(), model));
    out.insert("suggested_questions".into(), suggested(project, model));
    Answer::of(Value::Object(out))
}

/// Those of the model, those of the project, and those of models that a relation joins with it.
fn fields(project: &Project, model: ObjectId, kind: Kind, full: bool) -> Value {
    let joined: Vec<ObjectId> = joined(project, model).into_iter().map(|(_, other)| other).collect();
    let field = |id: ObjectId| {
        let object = project.object(id);
        let name = match project.parent(id) {
            Some(parent) if parent == model => object.name_text().to_owned(),
            Some(parent) if joined.contains(&parent) => {
                format!("{}.{}", project.object(parent).name_text(), object.name_text())
            }
            Some(_) => return None,
            None => object.name_text().to_owned(),
        };
        let mut out = json!({ "name": name });
        if let Some(description) = description(project, id) {
            out["description"] = description.into();
        }
        if let Body::Expression(body) = &object.body
            && let Some(expression) = body.expression.as_ref().filter(|_| full)
        {
            out["expression"] = expression.text().into();
        }
        Some(out)
    };
    project.of_kind(kind).filter_map(field).collect()
}

/// Each relation of a model, and the model on its other side.
fn joined(project: &Project, model: ObjectId) -> Vec<(ObjectId, ObjectId)> {
    let models: Vec<ObjectId> = project.of_kind(Kind::Model).collect();
    let joins = project.joins_among(&models).into_iter();
    joins
        .filter_map(|(relation, (a, b))| match (a == model, b == model) {
            (true, _) => Some((relation, b)),
            (_, true) => Some((relation, a)),
            _ => None,
        })
        .collect()
}

fn relations(dataset: Dataset<'_>, model: ObjectId) -> Value {
    let project = dataset.project;
    let relation = |(id, other): (ObjectId, ObjectId)| {
        let Body::Relation(relation) = &project.object(id).body else { return None };
        let condition = relation.condition.as_ref().map(|condition| condition.text().to_owned());
        Some(json!({ "with": project.object(other).name_text(), "join": relation.join_type, "condition": condition }))
    };
    joined(project, model).into_iter().filter_map(relation).collect()
}

/// What insights ask of a model, in the words of those who wrote them.
fn suggested(project: &Project, model: ObjectId) -> Value {
    let insights = project.of_kind(Kind::Insight).filter(|id| project.dependencies(*id).contains(&model));
    insights.filter_map(|id| description(project, id)).take(SUGGESTED).collect()
}
