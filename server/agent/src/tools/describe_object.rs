//! `describe_object`: what an object is, whom it uses and who uses it.

use super::check_project::place;
use crate::answer::Answer;
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use serde_json::{Value, json};
use viz_check::{initial_state, options_of};
use viz_project::{Body, Kind, ObjectId, Project, Resolution, did_you_mean, similar};

pub(crate) const TOOL: Tool = Tool::reading(
    "describe_object",
    "Describe an object",
    "The definition of an object as it is written, its place, what it uses and who uses it. Of an input also the options that a viewer has, by \
     pages and searched, and what is selected when the page loads.",
    || {
        json!({
            "type": "object",
            "properties": {
                "name": { "type": "string", "description": "the name; model.name of a metric or dimension in a model" },
                "search": { "type": "string", "description": "part of an option" },
                "offset": { "type": "integer", "minimum": 0, "description": "options that are left out at the beginning" },
            },
            "required": ["name"],
            "additionalProperties": false,
        })
    },
    run,
);

/// Options of one answer.
const PAGE: usize = 100;
/// Names that are listed of those who use an object.
const MOST_USERS: usize = 50;
/// Bytes of a definition that is told as it is.
const MOST_OF_A_DEFINITION: usize = 8_000;

fn run(session: &mut Session<'_>, arguments: &Arguments) -> Answer {
    let name = arguments.text("name").unwrap_or_default();
    let project = session.project;
    let id = match named(project, name) {
        Ok(id) => id,
        Err(message) => return Answer::failed(message),
    };
    let object = project.object(id);
    let mut out = json!({ "name": name, "kind": object.kind.name() });
    if let Some((file, line, _)) = place(project, object.loc) {
        out["file"] = file.into();
        out["line"] = line.into();
    }
    let is_profile = project.resolve(object.loc).is_some_and(|(file, _)| project.file(file).is_profile());
    match project.text_at(object.loc).filter(|_| !is_profile) {
        Some(text) if text.len() <= MOST_OF_A_DEFINITION => out["definition"] = text.into(),
        Some(text) => out["definition_left_out"] = json!(text.len()),
        None => {}
    }
    out["uses"] = names(project, project.uses_of(id));
    out["used_by"] = names(project, project.users_of(id));
    if object.kind == Kind::Input {
        out["options"] = options(session, id, arguments);
    }
    Answer::of(out)
}

fn named(project: &Project, name: &str) -> Result<ObjectId, String> {
    let scoped = name.split_once('.').and_then(|(model, field)| match project.names().resolve(model) {
        Resolution::Object(model) => project.scoped_field(model, field),
        _ => None,
    });
    match (project.names().resolve(name), scoped) {
        (Resolution::Object(id), _) | (_, Some(id)) => Ok(id),
        (Resolution::Ambiguous(_), _) => Err(format!("several objects are called `{name}`")),
        (Resolution::Missing, _) => {
            let help = did_you_mean(&similar(name, project.names().global().map(|(name, _)| name)));
            let help = help.unwrap_or_else(|| "list_objects has their names".to_owned());
            Err(format!("the project has no object `{name}`: {help}"))
        }
    }
}

fn names(project: &Project, ids: &[ObjectId]) -> Value {
    let name = |id: &ObjectId| {
        let object = project.object(*id);
        (!object.name_text().is_empty()).then(|| json!({ "kind": object.kind.name(), "name": object.name_text() }))
    };
    ids.iter().filter_map(name).take(MOST_USERS).collect()
}

fn options(session: &mut Session<'_>, input: ObjectId, arguments: &Arguments) -> Value {
    session.report(); // asks for what options come from
    let options = match options_of(session.project, &session.facts, input, session.now) {
        Ok(options) => options,
        Err(why) if session.shows_rows => return json!({ "unknown": why.message }),
        Err(why) => return json!({ "unknown": why.code }),
    };
    let count = options.made_up.unwrap_or(options.values.len() as u64);
    if !session.shows_rows || options.made_up.is_some() {
        return json!({ "count": count });
    }
    let search = arguments.text("search").unwrap_or_default().to_lowercase();
    let found: Vec<String> = options
        .values
        .iter()
        .map(viz_check::Value::raw)
        .filter(|value| value.to_lowercase().contains(&search))
        .collect();
    let offset = arguments.number("offset").unwrap_or_default() as usize;
    let page: Vec<&String> = found.iter().skip(offset).take(PAGE).collect();
    let left = found.len().saturating_sub(offset + page.len());
    let mut out = json!({ "count": count, "found": found.len(), "values": page, "left_out": left });
    let Body::Input(body) = &session.project.object(input).body else { return out };
    if let Some(initial) = initial_state(body, &options) {
        out["initially"] = initial.label().into();
    }
    out
}
