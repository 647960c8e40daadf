//! `check_project`: what breaks, for whom, where, and what would mend it.

use crate::answer::Answer;
use crate::revision::Revision;
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use serde_json::{Value, json};
use viz_check::{Finding, Report, Severity, Status};
use viz_project::Project;
use viz_text::{Encoding, Loc};

pub(crate) const TOOL: Tool = Tool::reading(
    "check_project",
    "Check the project",
    "Looks at the files as they are now and tells every finding: code, what breaks and for whom, file and line, how many choices fail with at \
     most three of them, what to do. Without arguments the whole project; errors come first. Insights of which not everything could be \
     looked at are listed as not_fully_checked. Check before and after each change: with the revision of the answer before as since, only what is \
     new is told, and how much is gone. explain_finding tells what a code means.",
    || {
        json!({
            "type": "object",
            "properties": {
                "severity": { "type": "string", "enum": ["error", "warning", "information", "hint"], "description": "these and worse; warning if left out" },
                "file": { "type": "string", "description": "only in this file, as findings name it" },
                "object": { "type": "string", "description": "only of the object of this name" },
                "code": { "type": "string", "description": "only of this code" },
                "since": { "type": "string", "description": "the revision of an earlier answer: only what is new since then" },
                "limit": { "type": "integer", "minimum": 1, "description": "findings at most, 30 if left out" },
            },
            "additionalProperties": false,
        })
    },
    run,
);

/// Findings of an answer that names no limit.
const USUAL: u64 = 30;
/// Insights that are listed as not fully checked.
const MOST_UNCHECKED: usize = 20;

fn run(session: &mut Session<'_>, arguments: &Arguments) -> Answer {
    let least = match arguments.text("severity") {
        Some("error") => Severity::Error,
        Some("information") => Severity::Information,
        Some("hint") => Severity::Hint,
        _ => Severity::Warning,
    };
    let since = match arguments.text("since").map(|text| Revision::read(text).ok_or(text)) {
        Some(Err(text)) => {
            return Answer::failed(format!("`{text}` is no revision: an answer of check_project has one"));
        }
        Some(Ok(since)) => Some(since),
        None => None,
    };
    let report = session.report();
    let project = session.project;
    let wanted = |finding: &&Finding| {
        let is = |key: &str, of: Option<&str>| arguments.text(key).is_none_or(|wanted| of == Some(wanted));
        let object = finding.object.as_ref().and_then(|object| object.name.as_deref());
        let file = project.resolve(finding.loc).map(|(file, _)| project.file(file).relative.as_str());
        finding.severity <= least
            && is("object", object)
            && is("code", Some(finding.code.name()))
            && is("file", file)
            && since.as_ref().is_none_or(|since| !since.has(finding))
    };
    let mut found: Vec<&Finding> = report.findings.iter().filter(wanted).collect();
    found.sort_by_key(|finding| finding.severity);
    let limit = arguments.number("limit").unwrap_or(USUAL) as usize;
    let findings: Vec<Value> =
        found.iter().take(limit).map(|finding| told(project, finding, session.shows_rows)).collect();
    let mut out = json!({
        "findings": findings,
        "found": found.len(),
        "counts": counts(&report),
        "insights": report.insights.iter().count(),
        "revision": Revision::of(project, &report).to_string(),
    });
    if let Some(since) = &since {
        out["gone"] = since.gone(&report).into();
    }
    let unchecked = not_fully_checked(&report, session.shows_rows);
    if !unchecked.is_empty() {
        out["not_fully_checked"] = unchecked.into();
    }
    Answer::of(out)
}

fn counts(report: &Report) -> Value {
    let of = |severity: Severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    json!({
        "errors": of(Severity::Error),
        "warnings": of(Severity::Warning),
        "information": of(Severity::Information),
        "hints": of(Severity::Hint),
    })
}

fn not_fully_checked(report: &Report, shows_rows: bool) -> Vec<Value> {
    let open = report.insights.iter().filter(|insight| matches!(insight.status, Status::Partial | Status::Unchecked));
    let told = |insight: &viz_check::InsightReport| {
        let mut out = json!({ "name": &*insight.name, "status": insight.status });
        if let Some(why) = &insight.why {
            out["why"] = if shows_rows { json!(why.message) } else { json!(why.code) };
        }
        out
    };
    open.take(MOST_UNCHECKED).map(told).collect()
}

/// A finding. Its words may hold options, which are values of the data: without these it is its code's title.
fn told(project: &Project, finding: &Finding, shows_rows: bool) -> Value {
    let mut out = json!({
        "code": finding.code,
        "severity": finding.severity,
        "message": if shows_rows { finding.message.as_str() } else { finding.code.title() },
        "fingerprint": finding.fingerprint,
    });
    if let Some((file, line, column)) = place(project, finding.loc) {
        out["file"] = file.into();
        out["line"] = line.into();
        out["column"] = column.into();
    }
    if let Some(object) = &finding.object {
        out["object"] = json!(object);
    }
    if let Some(failed) = &finding.combinations {
        out["failing"] = json!({ "combinations": failed.failed, "of": failed.total });
        if shows_rows {
            out["failing"] = json!(failed);
        }
    }
    if shows_rows {
        if let Some(help) = &finding.help {
            out["help"] = help.as_str().into();
        }
        if let Some(fix) = &finding.fix {
            out["fix"] = fix.title.as_str().into();
        }
    }
    out
}

/// File, line and column of a place, counted from 1.
pub(crate) fn place(project: &Project, loc: Loc) -> Option<(&str, u32, u32)> {
    let (file, range) = project.resolve(loc)?;
    let file = project.file(file);
    let position = file.lines().position(range.start(), Encoding::Utf32);
    Some((&file.relative, position.line + 1, position.column + 1))
}
