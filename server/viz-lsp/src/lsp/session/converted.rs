//! Findings as diagnostics, file by file: converted once, and again only where a finding or a place of it has changed.

use crate::host::place::Place;
use crate::lsp::protocol::convert::{Places, View, diagnostic};
use crate::lsp::session::documents::Documents;
use crate::lsp::session::publish::Layer;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tower_lsp::lsp_types::{Diagnostic, Url};
use viz_check::{Finding, Findings};
use viz_project::Project;
use viz_syntax::Document;
use viz_text::{FileId, Loc};

/// The diagnostics of the findings that were last shown.
#[derive(Default)]
pub struct Converted {
    parts: Vec<Part>,
    by_fingerprint: FxHashMap<String, One>,
    nothing: Arc<Vec<Diagnostic>>,
    /// How many were converted since this was last taken.
    pub count: usize,
}

/// What became of findings that a check shares with the one before it.
struct Part {
    findings: Arc<Vec<Finding>>,
    /// The files that they lead to, as they were.
    files: Vec<(FileId, Document, Option<Url>)>,
    /// Whether they lead to places that are not there.
    leads_nowhere: bool,
    diagnostics: Vec<(PathBuf, Arc<Vec<Diagnostic>>)>,
}

struct One {
    finding: Finding,
    places: Places,
    diagnostic: Diagnostic,
}

impl Converted {
    /// All findings, file by file.
    pub fn layer(&mut self, view: &View<'_>, documents: &Documents, findings: &Findings) -> Layer {
        let files = view.project.files().iter();
        let mut layer: Layer = files.map(|file| (file.real.clone(), Arc::clone(&self.nothing))).collect();
        let before = std::mem::take(&mut self.parts);
        let same: Vec<bool> = (0..findings.parts().len().max(before.len()))
            .map(|at| {
                let known = before.get(at).zip(findings.parts().get(at));
                known.is_some_and(|(part, now)| part.still_holds(now, view.project, documents))
            })
            .collect();
        // What goes here may come there.
        let mut gone: FxHashMap<String, One> = FxHashMap::default();
        for part in before.iter().zip(&same).filter(|(_, same)| !**same).map(|(part, _)| part) {
            let ones =
                part.findings.iter().filter_map(|finding| self.by_fingerprint.remove_entry(&finding.fingerprint));
            gone.extend(ones);
        }
        let mut before = before.into_iter();
        for (findings, same) in findings.parts().iter().zip(same) {
            let old = before.next();
            let part = match old.filter(|_| same) {
                Some(part) => part,
                None => self.part(view, documents, findings, &mut gone),
            };
            for (path, diagnostics) in &part.diagnostics {
                add(&mut layer, path, diagnostics);
            }
            self.parts.push(part);
        }
        layer
    }

    fn part(
        &mut self,
        view: &View<'_>,
        documents: &Documents,
        findings: &Arc<Vec<Finding>>,
        before: &mut FxHashMap<String, One>,
    ) -> Part {
        let mut by_file: Vec<(PathBuf, Vec<Diagnostic>)> = Vec::new();
        for finding in findings.iter() {
            let Some(place) = Place::of(view.project, finding.loc) else { continue };
            let path = &place.file.real;
            let diagnostic = self.diagnostic(view, finding, place, before);
            match by_file.iter_mut().find(|(other, _)| other == path) {
                Some((_, diagnostics)) => diagnostics.push(diagnostic),
                None => by_file.push((path.clone(), vec![diagnostic])),
            }
        }
        let places: Vec<Option<FileId>> =
            findings.iter().flat_map(places_of).map(|loc| view.project.resolve(loc).map(|(file, _)| file)).collect();
        let mut files: Vec<FileId> = places.iter().flatten().copied().collect();
        files.sort_unstable();
        files.dedup();
        let as_it_is = |id: FileId| {
            let file = view.project.file(id);
            (id, file.document.clone(), name(&file.real, documents).cloned())
        };
        Part {
            findings: Arc::clone(findings),
            files: files.into_iter().map(as_it_is).collect(),
            leads_nowhere: places.contains(&None),
            diagnostics: by_file.into_iter().map(|(path, found)| (path, Arc::new(in_order(found)))).collect(),
        }
    }

    /// A finding as a diagnostic.
    fn diagnostic(
        &mut self,
        view: &View<'_>,
        finding: &Finding,
        place: Place<'_>,
        before: &mut FxHashMap<String, One>,
    ) -> Diagnostic {
        let places = view.places(finding, place);
        let known = before.remove(&finding.fingerprint);
        let one = known.filter(|one| one.places == places && one.finding == *finding).unwrap_or_else(|| {
            self.count += 1;
            let diagnostic = diagnostic(finding, &places);
            One { finding: finding.clone(), places, diagnostic }
        });
        let diagnostic = one.diagnostic.clone();
        self.by_fingerprint.insert(finding.fingerprint.clone(), one);
        diagnostic
    }
}

impl Part {
    /// Whether these are the findings, and all that they lead to is as it was.
    fn still_holds(&self, findings: &Arc<Vec<Finding>>, project: &Project, documents: &Documents) -> bool {
        let as_it_was = |(id, document, uri): &(FileId, Document, Option<Url>)| {
            let file = project.files().get(id.0 as usize);
            file.is_some_and(|file| file.document.is(document) && name(&file.real, documents) == uri.as_ref())
        };
        Arc::ptr_eq(&self.findings, findings) && !self.leads_nowhere && self.files.iter().all(as_it_was)
    }
}

/// All places that a finding leads to.
fn places_of(finding: &Finding) -> impl Iterator<Item = Loc> {
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits).map(|(loc, _)| *loc);
    finding.related.iter().map(|related| related.loc).chain(edits).chain([finding.loc])
}

/// How the client calls a file that it has open.
fn name<'a>(path: &Path, documents: &'a Documents) -> Option<&'a Url> {
    documents.get(path).map(|document| &document.uri)
}

/// Adds diagnostics to those of a file.
fn add(layer: &mut Layer, path: &Path, diagnostics: &Arc<Vec<Diagnostic>>) {
    match layer.get_mut(path) {
        Some(all) if all.is_empty() => *all = Arc::clone(diagnostics),
        Some(all) => *all = Arc::new(in_order(all.iter().chain(&**diagnostics).cloned().collect())),
        None => drop(layer.insert(path.to_owned(), Arc::clone(diagnostics))),
    }
}

fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.range.start, diagnostic.range.end));
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::formats::fixture;
    use viz_text::Encoding;

    #[test]
    fn only_what_has_changed_is_converted() {
        let mut checked = fixture::outcome().projects.remove(0);
        let mut converted = Converted::default();
        let documents = Documents::default();
        let mut convert = |checked: &crate::host::outcome::Checked| {
            let uri = |path: &Path| Url::from_file_path(path).ok();
            let view = View { project: &checked.project, encoding: Encoding::Utf16, related: true, uri: &uri };
            let layer = converted.layer(&view, &documents, &checked.report.findings);
            let fresh = Converted::default().layer(&view, &documents, &checked.report.findings);
            assert_eq!(layer, fresh);
            let all: usize = layer.values().map(|diagnostics| diagnostics.len()).sum();
            assert_eq!(all, checked.report.findings.len());
            (all, std::mem::take(&mut converted.count))
        };
        let (all, first) = convert(&checked);
        assert!(all > 1 && first == all);
        assert_eq!(convert(&checked), (all, 0), "nothing has changed");
        let edited = |checked: &crate::host::outcome::Checked, edit: &dyn Fn(&mut Vec<Finding>)| {
            let mut findings = checked.report.findings.to_vec();
            edit(&mut findings);
            Findings::from(findings)
        };
        checked.report.findings = edited(&checked, &|all| all[0].help = Some("do something else".into()));
        assert_eq!(convert(&checked), (all, 1));
        let whole = checked.report.findings.clone();
        checked.report.findings = edited(&checked, &|all| drop(all.remove(0)));
        assert_eq!(convert(&checked), (all - 1, 0));
        checked.report.findings = whole;
        assert_eq!(convert(&checked), (all, 1), "it was forgotten");
        // Parts that come and go move the others.
        let all = checked.report.findings.to_vec();
        let parts = |order: &[usize]| -> Findings { order.iter().map(|at| Arc::new(vec![all[*at].clone()])).collect() };
        checked.report.findings = parts(&[0, 1]);
        assert_eq!(convert(&checked).1, 0);
        checked.report.findings = parts(&[1, 0]);
        assert_eq!(convert(&checked).1, 0);
    }
}
