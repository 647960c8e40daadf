//! `list_datasets`: what can be asked.

use crate::answer::Answer;
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use serde_json::{Value, json};
use viz_check::{node_of, source_of_model, sources};
use viz_project::{Kind, ObjectId, Project};

pub(crate) const TOOL: Tool = Tool::reading(
    "list_datasets",
    "List datasets",
    "The sources and models of the project: what query plans and SQL can be asked of. Start here, then call get_schema for the model that fits. \
     A model that can't be asked here tells why.",
    || json!({ "type": "object", "properties": {}, "additionalProperties": false }),
    run,
);

fn run(session: &mut Session<'_>, _: &Arguments) -> Answer {
    let project = session.project;
    let opened: Vec<Value> = sources(project)
        .into_iter()
        .map(|(name, ty, spec)| match spec {
            Ok(_) => json!({ "name": name, "type": ty }),
            Err(why) => json!({ "name": name, "type": ty, "not_available": why.message }),
        })
        .collect();
    let models: Vec<Value> = project.of_kind(Kind::Model).filter_map(|id| model(project, id)).collect();
    Answer::of(json!({ "project": project.name().map(|name| &name.text), "sources": opened, "models": models }))
}

fn model(project: &Project, id: ObjectId) -> Option<Value> {
    let name = project.object(id).name_text();
    if name.is_empty() {
        return None;
    }
    let mut out = json!({ "name": name });
    if let Some(description) = description(project, id) {
        out["description"] = description.into();
    }
    if let Some(source) = project.source_of(id) {
        out["source"] = project.object(source).name_text().into();
    }
    if let Err(why) = source_of_model(project, id) {
        out["not_available"] = why.message.into();
    }
    Some(out)
}

/// What its author says of an object.
pub(crate) fn description(project: &Project, id: ObjectId) -> Option<String> {
    let text = node_of(project, id)?.get("description")?.str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
