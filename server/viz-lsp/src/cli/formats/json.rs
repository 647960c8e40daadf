//! `--format json`, as it is promised in `docs/json.md`: fields may be added, never changed.

use crate::cli::formats::breaks::{Break, breaks};
use crate::host::lock::LockUse;
use crate::host::outcome::{Checked, Outcome};
use crate::host::place::{Place, in_order};
use serde::Serialize;
use viz_check::{Code, Cost, FailedCombinations, Finding, Judge, ObjectName, OptionsStatus, Proof, Severity, Status};
use viz_facts::{Reason, Unknown};
use viz_text::Encoding;

/// Version of the format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    tool: Tool,
    projects: Vec<Project<'a>>,
    summary: Summary,
    elapsed_ms: u64,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Project<'a> {
    root: &'a str,
    files: Vec<&'a str>,
    diagnostics: Vec<Diagnostic<'a>>,
    insights: Vec<Insight<'a>>,
    inputs: Vec<Input<'a>>,
    proof: Proof,
    breaks: Vec<Broken<'a>>,
    /// With `--locked`: how `viz.lock` fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<&'a LockUse>,
}

/// What a version does differently, and where.
#[derive(Serialize)]
struct Broken<'a> {
    rule: &'static str,
    numbers: &'static str,
    versions: Option<String>,
    count: usize,
    fixable: usize,
    file: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    code: Code,
    severity: Severity,
    message: &'a str,
    file: &'a str,
    range: Range,
    object: Option<&'a ObjectName>,
    combinations: Option<&'a FailedCombinations>,
    related: Vec<Related<'a>>,
    help: Option<&'a str>,
    fingerprint: &'a str,
    notes: &'a [String],
    fix: Option<Fix<'a>>,
    reference_code: Option<&'static str>,
    rule: Option<&'a str>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    character: u32,
}

#[derive(Serialize)]
struct Related<'a> {
    file: &'a str,
    range: Range,
    message: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    file: &'a str,
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Insight<'a> {
    name: &'a str,
    file: &'a str,
    status: Status,
    judge: Option<Judge>,
    combinations: Combinations,
    why: Option<Why<'a>>,
    cost: Option<&'a Cost>,
}

/// Why something is not known, for people.
#[derive(Serialize)]
struct Why<'a> {
    code: Reason,
    message: &'a str,
}

impl<'a> Why<'a> {
    fn of(why: &'a Unknown) -> Self {
        Self { code: why.code, message: &why.message }
    }
}

#[derive(Serialize)]
struct Combinations {
    total: usize,
    sampled: usize,
    covered: usize,
}

#[derive(Serialize)]
struct Input<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    selection: &'a str,
    options: Option<usize>,
    source: &'a str,
    /// Of an `artefact`: when the run wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_at: Option<String>,
    status: OptionsStatus,
    why: Option<Why<'a>>,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    information: usize,
    hints: usize,
    insights: usize,
    unchecked: usize,
    recorded: usize,
    fixed: usize,
}

/// The whole outcome as one JSON object.
pub fn render(outcome: &Outcome) -> String {
    let (counts, coverage) = (outcome.counts(), outcome.coverage());
    let root = Root {
        version: VERSION,
        tool: Tool { name: "viz-lsp", version: env!("CARGO_PKG_VERSION") },
        projects: outcome.projects.iter().map(project).collect(),
        summary: Summary {
            errors: counts.errors,
            warnings: counts.warnings,
            information: counts.information,
            hints: counts.hints,
            insights: coverage.insights,
            unchecked: coverage.unchecked,
            recorded: outcome.projects.iter().map(|checked| checked.recorded.len()).sum(),
            fixed: outcome.projects.iter().map(|checked| checked.fixed).sum(),
        },
        elapsed_ms: outcome.elapsed.as_millis() as u64,
    };
    let mut text = serde_json::to_string_pretty(&root).expect("strings and numbers always serialise");
    text.push('\n');
    text
}

fn project(checked: &Checked) -> Project<'_> {
    let Checked { project, report, .. } = checked;
    let file = |loc| Place::of(project, loc).map_or("", |place| place.file.relative.as_str());
    let mut files: Vec<&str> = project.files().iter().map(|file| file.relative.as_str()).collect();
    // The project file stays first.
    if let Some((_, included)) = files.split_first_mut() {
        included.sort_unstable();
    }
    Project {
        root: &checked.shown,
        files,
        diagnostics: in_order(project, report)
            .into_iter()
            .map(|(finding, place)| diagnostic(checked, finding, place))
            .collect(),
        insights: report
            .insights
            .iter()
            .map(|insight| Insight {
                name: &insight.name,
                file: file(insight.loc),
                status: insight.status,
                judge: insight.judge,
                combinations: Combinations { total: insight.total, sampled: insight.sampled, covered: insight.covered },
                why: insight.why.as_ref().map(Why::of),
                cost: insight.cost.as_deref(),
            })
            .collect(),
        inputs: report
            .inputs
            .iter()
            .map(|input| Input {
                name: &input.name,
                selection: input.selection,
                options: input.options,
                source: input.source,
                run_at: input
                    .run_at
                    .and_then(chrono::DateTime::from_timestamp_millis)
                    .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
                status: input.status,
                why: input.why.as_ref().map(Why::of),
            })
            .collect(),
        proof: report.insights.iter().map(|insight| insight.proof).sum(),
        breaks: breaks(checked).into_iter().map(broken).collect(),
        lock: checked.lock.as_ref(),
    }
}

fn broken(found: Break<'_>) -> Broken<'_> {
    Broken {
        rule: found.rule.what(),
        numbers: found.rule.numbers(),
        versions: found.rule.versions().words(),
        count: found.count,
        fixable: found.mended,
        file: &found.first.file.relative,
        range: range(found.first),
    }
}

fn diagnostic<'a>(checked: &'a Checked, finding: &'a Finding, place: Place<'a>) -> Diagnostic<'a> {
    let of = |loc| Place::of(&checked.project, loc);
    let related = finding.related.iter().filter_map(|related| {
        let place = of(related.loc)?;
        Some(Related { file: &place.file.relative, range: range(place), message: &related.message })
    });
    let fix = finding.fix.as_ref().map(|fix| Fix {
        title: &fix.title,
        safe: fix.safe,
        edits: fix
            .edits
            .iter()
            .filter_map(|(loc, text)| {
                let place = of(*loc)?;
                Some(Edit { file: &place.file.relative, range: range(place), text })
            })
            .collect(),
    });
    Diagnostic {
        code: finding.code,
        severity: finding.severity,
        message: &finding.message,
        file: &place.file.relative,
        range: range(place),
        object: finding.object.as_ref(),
        combinations: finding.combinations.as_ref(),
        related: related.collect(),
        help: finding.help.as_deref(),
        fingerprint: &finding.fingerprint,
        notes: &finding.notes,
        fix,
        reference_code: finding.code.reference_code(),
        rule: finding.format_rule.as_deref(),
    }
}

fn range(place: Place<'_>) -> Range {
    let position = |at: viz_text::Position| Position { line: at.line, character: at.column };
    let (start, end) = place.span(Encoding::Utf16);
    Range { start: position(start), end: position(end) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::formats::fixture;

    #[test]
    fn fields_stand_as_in_the_contract() {
        let text = render(&fixture::outcome());
        let root: serde_json::Value = serde_json::from_str(&text).unwrap();
        let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&root), ["version", "tool", "projects", "summary", "elapsed_ms"]);
        let project = &root["projects"][0];
        assert_eq!(keys(project), ["root", "files", "diagnostics", "insights", "inputs", "proof", "breaks"]);
        let diagnostic = &project["diagnostics"][0];
        let contract = [
            "code",
            "severity",
            "message",
            "file",
            "range",
            "object",
            "combinations",
            "related",
            "help",
            "fingerprint",
        ];
        assert_eq!(keys(diagnostic)[..contract.len()], contract);
        assert_eq!(
            diagnostic["combinations"],
            serde_json::json!({"failed": 1, "total": 40, "examples": [{"city": "O'Fallon"}]})
        );
        assert_eq!(diagnostic["object"], serde_json::json!({"kind": "insight", "name": "revenue"}));
        // UTF-16: the emoji before the finding counts as two.
        assert_eq!(diagnostic["range"]["start"], serde_json::json!({"line": 1, "character": fixture::COLUMN_UTF16}));
        assert_eq!(root["summary"]["errors"], 1);
    }
}
