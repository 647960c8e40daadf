//! `--format sarif`: SARIF 2.1.0 (OASIS), as code scanning services read it.

use crate::cli::explain;
use crate::host::outcome::{Checked, Outcome};
use crate::host::place::{Place, in_order};
use indexmap::IndexMap;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use viz_check::{Code, Finding, Severity};
use viz_project::Fix;
use viz_text::Encoding;

/// Name under which services compare findings of two runs.
const FINGERPRINT: &str = "vizLsp/v1";

/// What relative paths are relative to: the name that services know.
const ROOT: &str = "%SRCROOT%";

/// The whole outcome as one run.
pub fn render(outcome: &Outcome) -> String {
    let codes: Vec<Code> =
        outcome.findings().map(|finding| finding.code).collect::<BTreeSet<_>>().into_iter().collect();
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for checked in &outcome.projects {
        results.extend(
            in_order(&checked.project, &checked.report)
                .into_iter()
                .map(|(finding, place)| result(checked, finding, place, &codes)),
        );
        notifications.extend(unchecked(checked));
    }
    let run = json!({
        "tool": { "driver": {
            "name": "viz-lsp",
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
        }},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": { ROOT: { "description": { "text": "the folder that viz-lsp was started in" } } },
        "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications }],
        "results": results,
    });
    let root = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    let mut text = serde_json::to_string_pretty(&root).expect("JSON values always serialise");
    text.push('\n');
    text
}

fn rule(code: Code) -> Value {
    let mut rule = json!({
        "id": code,
        "name": code,
        "shortDescription": { "text": code.title() },
        "helpUri": explain::url(code),
        "defaultConfiguration": { "level": level(code.severity()) },
    });
    if let Some(page) = explain::page(code) {
        let page = explain::for_people(page);
        rule["help"] = json!({ "text": page, "markdown": page });
    }
    rule
}

fn result(checked: &Checked, finding: &Finding, place: Place<'_>, codes: &[Code]) -> Value {
    let related = finding.related.iter().enumerate().filter_map(|(id, related)| {
        let mut location = location(checked, Place::of(&checked.project, related.loc)?);
        location["id"] = json!(id);
        location["message"] = json!({ "text": related.message });
        Some(location)
    });
    let mut text = finding.message.clone();
    for line in finding
        .notes
        .iter()
        .map(|note| format!("\nnote: {note}"))
        .chain(finding.help.iter().map(|help| format!("\nhelp: {help}")))
    {
        text.push_str(&line);
    }
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": codes.binary_search(&finding.code).expect("the rules were made from the findings"),
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [location(checked, place)],
        "relatedLocations": related.collect::<Vec<_>>(),
        "partialFingerprints": { FINGERPRINT: finding.fingerprint },
    });
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([{ "description": { "text": fix.title }, "artifactChanges": changes(checked, fix) }]);
    }
    if let Some(combinations) = &finding.combinations {
        result["properties"] = json!({ "combinations": combinations });
    }
    result
}

/// The edits of a fix, file by file.
fn changes(checked: &Checked, fix: &Fix) -> Vec<Value> {
    let mut files: IndexMap<String, (Value, Vec<Value>)> = IndexMap::new();
    for (place, text) in fix.edits.iter().filter_map(|(loc, text)| Some((Place::of(&checked.project, *loc)?, text))) {
        let entry = files.entry(place.file.relative.clone()).or_insert_with(|| (artifact(checked, place), Vec::new()));
        entry.1.push(json!({ "deletedRegion": region(place), "insertedContent": { "text": text } }));
    }
    files
        .into_values()
        .map(|(artifact, replacements)| json!({ "artifactLocation": artifact, "replacements": replacements }))
        .collect()
}

/// What could not be checked is said, though it is no result.
fn unchecked(checked: &Checked) -> impl Iterator<Item = Value> {
    checked.report.insights.iter().filter_map(|insight| {
        let why = insight.why.as_ref()?;
        let text = format!("the insight `{}` was not fully checked: {}", insight.name, why.message);
        Some(json!({ "level": "note", "descriptor": { "id": why.code }, "message": { "text": text } }))
    })
}

fn location(checked: &Checked, place: Place<'_>) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(checked, place), "region": region(place) } })
}

fn artifact(checked: &Checked, place: Place<'_>) -> Value {
    // A path becomes a URI reference by escaping what has a meaning in one.
    let path = checked.shown_file(&place.file.relative);
    match url::Url::from_file_path(&path) {
        Ok(absolute) => json!({ "uri": absolute.as_str() }),
        Err(()) => {
            // Where `/` is the root, every character is escaped; elsewhere names hold no line ends, which segments lose.
            let url = url::Url::from_file_path(std::path::Path::new("/").join(&path)).unwrap_or_else(|()| {
                let mut url = url::Url::parse("file:///").expect("is a URL");
                url.path_segments_mut().expect("it has a path").pop_if_empty().extend(path.split('/'));
                url
            });
            json!({ "uri": &url.path()[1..], "uriBaseId": ROOT })
        }
    }
}

fn region(place: Place<'_>) -> Value {
    let (start, end) = place.span(Encoding::Utf16);
    json!({
        "startLine": start.line + 1,
        "startColumn": start.column + 1,
        "endLine": end.line + 1,
        "endColumn": end.column + 1,
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::formats::fixture;

    #[test]
    fn a_run_with_rules_results_and_what_was_not_checked() {
        let root: Value = serde_json::from_str(&render(&fixture::outcome())).unwrap();
        assert_eq!(root["version"], "2.1.0");
        let run = &root["runs"][0];
        let result = &run["results"][0];
        assert_eq!(result["ruleId"], "combination-syntax");
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "combination-syntax");
        assert_eq!(result["level"], "error");
        let location = &result["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"], json!({"uri": "shop/project.visivo.yml", "uriBaseId": ROOT}));
        assert_eq!(location["region"]["startLine"], 2);
        assert_eq!(location["region"]["startColumn"], fixture::COLUMN_UTF16 + 1);
        assert_eq!(result["partialFingerprints"][FINGERPRINT], "0123456789abcdef");
        assert_eq!(run["invocations"][0]["toolExecutionNotifications"][0]["descriptor"]["id"], "database-locked");
    }
}
