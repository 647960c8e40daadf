//! `viz/lineage`.

use super::{Params, name};
use crate::lsp::session::snapshot::{Request, Subject};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use viz_check::Severity;
use viz_project::ObjectId;
use viz_text::Loc;

/// What is made from what.
pub fn lineage(request: &Request, subject: &Subject, params: &Params) -> Value {
    let project = &subject.project;
    let root = match (&params.insight, params.position) {
        (Some(name), _) => project.names().global_named(name).first().copied(),
        (None, Some(position)) => {
            let offset = request.offset(subject, position);
            viz_ide::hierarchy_at(project, subject.file, offset).first().copied()
        }
        (None, None) => None,
    };
    let graph = viz_ide::lineage(project, root, params.depth.unwrap_or(usize::MAX));
    let mut counts: FxHashMap<(&str, &str), (usize, usize)> = FxHashMap::default();
    for finding in subject.findings.iter() {
        let Some(object) = &finding.object else { continue };
        let count = counts.entry((object.kind, object.name.as_deref().unwrap_or_default())).or_default();
        match finding.severity {
            Severity::Error => count.0 += 1,
            Severity::Warning => count.1 += 1,
            _ => {}
        }
    }
    let status: FxHashMap<Loc, _> = subject.insights.iter().map(|report| (report.loc, report.status)).collect();
    let node = |id: &ObjectId| {
        let object = project.object(*id);
        let (file, range) = project.resolve(object.name_loc())?;
        let (errors, warnings) = counts.get(&(object.kind.name(), object.name_text())).copied().unwrap_or_default();
        Some(json!({
            "id": id.index(),
            "kind": object.kind,
            "name": name(object.name_text()),
            "location": request.location(project, file, range),
            "errors": errors,
            "warnings": warnings,
            "status": status.get(&object.name_loc()),
        }))
    };
    json!({
        "nodes": graph.nodes.iter().filter_map(node).collect::<Vec<_>>(),
        "edges": graph.edges.iter().map(|(from, to)| json!({ "from": from.index(), "to": to.index() })).collect::<Vec<_>>(),
        "root": root.map(ObjectId::index),
    })
}
