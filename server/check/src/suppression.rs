//! Comments `# viz-lsp: ignore[code] reason`: what they silence, and those that silence nothing.

use crate::codes::{CODES, code};
use crate::findings::Placed;
use crate::report::Finding;
use viz_project::{Fix, Project, did_you_mean, similar};
use viz_syntax::Suppression;
use viz_text::{FileId, Loc, TextSize};

/// Codes whose findings depend on the text of one object alone, so that a check that could not see everything knows too
/// that there is none.
const ABOUT_TEXT: &[&str] = &[
    "custom-tag",
    "duplicate-key",
    "ignored-key",
    "invalid-name",
    "invalid-value",
    "malformed-query",
    "malformed-reference",
    "merge-key",
    "missing-field",
    "unknown-key",
    "wrong-type",
];

/// Takes out what comments silence, and returns what is wrong with the comments themselves. Whether one silences nothing
/// is known only if everything was checked (`complete`), or if its code is about text.
pub(crate) fn apply(project: &Project, placed: &mut Vec<Placed>, complete: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, file) in project.files().iter().enumerate() {
        let id = FileId(index as u32);
        let end = TextSize::of(file.document.text());
        for comment in file.document.suppressions() {
            if comment.codes.is_empty() {
                let message = "this comment silences nothing: it names no finding";
                let mut finding = Finding::new("invalid-suppression", comment.loc, message);
                finding.help = Some("write `# viz-lsp: ignore[code] reason`".into());
                findings.push(finding);
            }
            for (name, loc) in &comment.codes {
                let before = placed.len();
                placed.retain(|(at, range, finding)| {
                    let start = range.start();
                    let inside = comment.scope.contains(start) || (start == end && comment.scope.end() == end);
                    !(*at == id && inside && finding.code == name)
                });
                if code(name).is_none() {
                    findings.push(unknown(name, *loc));
                } else if placed.len() == before && (complete || ABOUT_TEXT.contains(&name.as_str())) {
                    findings.push(unused(comment, name, *loc));
                }
            }
        }
    }
    findings
}

fn unknown(name: &str, loc: Loc) -> Finding {
    let message = format!("there is no finding `{name}`: this comment silences nothing");
    let mut finding = Finding::new("invalid-suppression", loc, message);
    let near = similar(name, CODES.iter().map(|code| code.name));
    finding.help = did_you_mean(&near).or_else(|| Some("look for it in the list of `viz-lsp --explain`".into()));
    if let [only] = near.as_slice() {
        finding.fix = Some(Fix::replace(format!("replace it by `{only}`"), loc, only.clone()));
    }
    finding
}

fn unused(comment: &Suppression, name: &str, loc: Loc) -> Finding {
    let message = format!("there is no `{name}` to silence here");
    let mut finding = Finding::new("unused-suppression", loc, message);
    finding.help = Some("remove it".into());
    if let [_] = comment.codes.as_slice() {
        finding.fix = Some(Fix::replace("remove the comment", comment.removal, "").safe());
    } else {
        let others: Vec<&str> =
            comment.codes.iter().filter(|(_, other)| *other != loc).map(|(other, _)| other.as_str()).collect();
        let list = comment.codes.iter().map(|(_, loc)| *loc).reduce(Loc::cover).unwrap_or(loc);
        finding.fix = Some(Fix::replace(format!("remove `{name}`"), list, others.join(", ")).safe());
    }
    finding
}
