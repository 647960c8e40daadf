//! Comments `# viz-lsp: ignore[code] reason`: what they silence, and those that silence nothing.

use crate::report::Finding;
use crate::report::finish::Placed;
use rustc_hash::FxHashMap;
use std::collections::{BTreeSet, HashSet};
use viz_project::{Code, Fix, Project, did_you_mean, similar};
use viz_syntax::Suppression;
use viz_text::{FileId, Loc, TextRange, TextSize};

/// Takes out of the findings of a file what comments silence, and returns what is wrong with the comments themselves. Whether
/// one silences nothing is known only if everything was checked (`complete`), or if its code is about text.
pub(crate) fn apply(project: &Project, file: FileId, placed: &mut Vec<Placed>, complete: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let document = &project.file(file).document;
    // Most files have no such comments.
    if document.suppressions().is_empty() {
        return findings;
    }
    // What is not silenced yet, by code: there may be thousands of comments and of findings.
    let mut open: FxHashMap<Code, BTreeSet<(TextSize, usize)>> = FxHashMap::default();
    for (at, (_, range, finding)) in placed.iter().enumerate() {
        open.entry(finding.code).or_default().insert((range.start(), at));
    }
    let mut silenced = vec![false; placed.len()];
    let end = TextSize::of(document.text());
    for comment in document.suppressions() {
        if comment.codes.is_empty() {
            let message = "this comment silences nothing: it names no finding";
            let mut finding = Finding::new(Code::InvalidSuppression, comment.loc, message);
            finding.help = Some("write `# viz-lsp: ignore[code] reason`".into());
            findings.push(finding);
        }
        // What is named again is told once.
        let mut told = HashSet::new();
        for (at, (name, loc)) in comment.codes.iter().enumerate() {
            let Some(code) = Code::named(name) else {
                if told.insert(name) {
                    findings.push(unknown(name, *loc));
                }
                continue;
            };
            // What stands at the end of the text belongs to what ends there.
            let last = comment.scope.end() + TextSize::new(u32::from(comment.scope.end() == end));
            let here = (comment.scope.start(), 0)..(last, 0);
            let met: Vec<(TextSize, usize)> = match open.get_mut(&code) {
                Some(open) => {
                    let met = open.range(here).copied().collect();
                    for one in &met {
                        open.remove(one);
                    }
                    met
                }
                None => Vec::new(),
            };
            for (_, one) in &met {
                silenced[*one] = true;
            }
            if met.is_empty() && (complete || code.is_about_text()) && told.insert(name) {
                findings.push(unused(comment, at));
            }
        }
    }
    let mut kept = silenced.iter().map(|silenced| !silenced);
    placed.retain(|_| kept.next().unwrap_or(true));
    findings
}

fn unknown(name: &str, loc: Loc) -> Finding {
    let message = format!("there is no finding `{name}`: this comment silences nothing");
    let mut finding = Finding::new(Code::InvalidSuppression, loc, message);
    let near = similar(name, Code::ALL.iter().map(|code| code.name()));
    finding.help = did_you_mean(&near).or_else(|| Some("look for it in the list of `viz-lsp --explain`".into()));
    if let [only] = near.as_slice() {
        finding.fix = Fix::name(loc, only);
    }
    finding
}

fn unused(comment: &Suppression, at: usize) -> Finding {
    let (name, loc) = &comment.codes[at];
    let loc = *loc;
    let message = format!("there is no `{name}` to silence here");
    let mut finding = Finding::new(Code::UnusedSuppression, loc, message);
    finding.help = Some("remove it".into());
    if let [_] = comment.codes.as_slice() {
        finding.fix = Some(Fix::replace("remove the comment", comment.removal, "").safe());
    } else {
        // With the comma behind it, or before the last one.
        let range = match comment.codes.get(at + 1) {
            Some((_, next)) => TextRange::new(loc.range.start(), next.range.start()),
            None => TextRange::new(comment.codes[at - 1].1.range.end(), loc.range.end()),
        };
        finding.fix = Some(Fix::replace(format!("remove `{name}`"), Loc::new(loc.segment, range), "").safe());
    }
    finding
}
