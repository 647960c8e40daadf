//! Findings as diagnostics: converted once, and again only where the finding or a place of it has changed.

use crate::host::place::Place;
use crate::lsp::protocol::convert::{Places, View, diagnostic};
use rustc_hash::FxHashMap;
use tower_lsp::lsp_types::Diagnostic;
use viz_check::Finding;

/// The diagnostics of the findings that were last shown.
#[derive(Debug, Default)]
pub struct Converted {
    by_fingerprint: FxHashMap<String, One>,
    before: FxHashMap<String, One>,
    /// How many were converted since this was last taken.
    pub count: usize,
}

#[derive(Debug)]
struct One {
    finding: Finding,
    places: Places,
    diagnostic: Diagnostic,
}

impl Converted {
    /// All findings are going to be shown: those that are not, now, are forgotten.
    pub fn begin(&mut self) {
        self.before = std::mem::take(&mut self.by_fingerprint);
    }

    /// A finding as a diagnostic.
    pub fn diagnostic(&mut self, view: &View<'_>, finding: &Finding, place: Place<'_>) -> Diagnostic {
        let places = view.places(finding, place);
        let known = self.before.remove(&finding.fingerprint);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::formats::fixture;
    use crate::host::place::in_order;
    use tower_lsp::lsp_types::Url;
    use viz_text::Encoding;

    #[test]
    fn only_what_has_changed_is_converted() {
        let mut checked = fixture::outcome().projects.remove(0);
        let mut converted = Converted::default();
        let mut convert = |checked: &crate::host::outcome::Checked| {
            let uri = |path: &std::path::Path| Url::from_file_path(path).ok();
            let view = View { project: &checked.project, encoding: Encoding::Utf16, related: true, uri: &uri };
            converted.begin();
            let all: Vec<Diagnostic> = in_order(&checked.project, &checked.report)
                .into_iter()
                .map(|(finding, place)| {
                    let shown = converted.diagnostic(&view, finding, place);
                    assert_eq!(shown, diagnostic(finding, &view.places(finding, place)));
                    shown
                })
                .collect();
            (all.len(), std::mem::take(&mut converted.count))
        };
        let (all, first) = convert(&checked);
        assert!(all > 1 && first == all);
        assert_eq!(convert(&checked), (all, 0), "nothing has changed");
        checked.report.findings[0].help = Some("do something else".into());
        assert_eq!(convert(&checked), (all, 1));
        let gone = checked.report.findings.remove(0);
        assert_eq!(convert(&checked), (all - 1, 0));
        checked.report.findings.insert(0, gone);
        assert_eq!(convert(&checked), (all, 1), "it was forgotten");
    }
}
