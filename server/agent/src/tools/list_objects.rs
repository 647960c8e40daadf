//! `list_objects`: what is in the project.

use super::check_project::place;
use super::list_datasets::description;
use crate::answer::Answer;
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use viz_check::Report;
use viz_project::{Kind, ObjectId, Project};

pub(crate) const TOOL: Tool = Tool::reading(
    "list_objects",
    "List objects",
    "The objects of the project with file and line: inputs with the number of their options, insights with the number of combinations of \
     choices and how many of them are checked, all with the number of findings. Without a kind, only how many there are of each.",
    || {
        json!({
            "type": "object",
            "properties": {
                "kind": { "type": "string", "description": "such as insight, input, model, metric, chart, dashboard" },
                "search": { "type": "string", "description": "part of a name" },
                "offset": { "type": "integer", "minimum": 0, "description": "objects that are left out at the beginning" },
            },
            "additionalProperties": false,
        })
    },
    run,
);

/// Objects of one answer.
const PAGE: usize = 60;

fn run(session: &mut Session<'_>, arguments: &Arguments) -> Answer {
    let report = session.report();
    let project = session.project;
    let named = |id: &ObjectId| !project.object(*id).name_text().is_empty();
    let Some(kind) = arguments.text("kind") else {
        let mut counts = Map::new();
        for id in project.ids().filter(named) {
            let count = counts.entry(project.object(id).kind.name()).or_insert(json!(0));
            *count = json!(count.as_u64().unwrap_or_default() + 1);
        }
        return Answer::of(json!({ "counts": counts }));
    };
    let kinds: Vec<Kind> =
        project.ids().map(|id| project.object(id).kind).filter(|found| found.name() == kind).take(1).collect();
    let Some(kind) = kinds.first() else {
        return Answer::failed(format!(
            "the project has no object of the kind `{kind}`: without a kind, list_objects tells which it has"
        ));
    };
    let search = arguments.text("search").unwrap_or_default().to_lowercase();
    let fits = |id: &ObjectId| project.object(*id).name_text().to_lowercase().contains(&search);
    let all: Vec<ObjectId> = project.of_kind(*kind).filter(named).filter(fits).collect();
    let findings = findings(&report);
    let offset = arguments.number("offset").unwrap_or_default() as usize;
    let objects = all.iter().skip(offset).take(PAGE).map(|id| told(project, &report, &findings, *id));
    let objects: Vec<Value> = objects.collect();
    let left = all.len().saturating_sub(offset + objects.len());
    Answer::of(json!({ "objects": objects, "found": all.len(), "left_out": left }))
}

/// Number of findings by kind and name.
fn findings(report: &Report) -> HashMap<(&str, &str), u64> {
    let mut out = HashMap::new();
    for object in report.findings.iter().filter_map(|finding| finding.object.as_ref()) {
        *out.entry((object.kind, object.name.as_deref().unwrap_or_default())).or_default() += 1;
    }
    out
}

fn told(project: &Project, report: &Report, findings: &HashMap<(&str, &str), u64>, id: ObjectId) -> Value {
    let object = project.object(id);
    let name = object.name_text();
    let mut out = json!({ "name": name });
    if let Some((file, line, _)) = place(project, object.name_loc()) {
        out["file"] = file.into();
        out["line"] = line.into();
    }
    if let Some(parent) = project.parent(id) {
        out["in"] = project.object(parent).name_text().into();
    }
    if let Some(description) = description(project, id) {
        out["description"] = description.into();
    }
    if let Some(input) = report.inputs.iter().find(|input| object.kind == Kind::Input && input.name == name) {
        out["options"] = json!(input.options);
    }
    if let Some(insight) = report.insights.iter().find(|insight| object.kind == Kind::Insight && &*insight.name == name)
    {
        out["combinations"] = json!({ "total": insight.total, "checked": insight.covered, "status": insight.status });
    }
    if let Some(count) = findings.get(&(object.kind.name(), name)) {
        out["findings"] = json!(count);
    }
    out
}
