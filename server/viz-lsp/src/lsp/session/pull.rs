//! Diagnostics of clients that ask for them: `textDocument/diagnostic` and `workspace/diagnostic`.
//!
//! What a pushing server would send is put here, with an id that changes with it. A question about the workspace waits
//! until there is something new to say.

use parking_lot::{Mutex, MutexGuard};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::watch;
use tower_lsp::lsp_types::{
    Diagnostic, DocumentDiagnosticReport, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    PreviousResultId, RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, Url, WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult,
    WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
};

/// The diagnostics of each file, for clients that ask for them.
pub struct Pulled {
    files: Mutex<Files>,
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct Files {
    number: u64,
    by_uri: BTreeMap<Url, Listed>,
    /// Those that have changed since somebody looked.
    changed: BTreeSet<Url>,
}

/// The diagnostics of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    /// Changes with them.
    pub id: String,
    /// Of the text, if it is open.
    pub version: Option<i32>,
    /// Them.
    pub diagnostics: Vec<Diagnostic>,
}

impl Default for Pulled {
    fn default() -> Self {
        Self { files: Mutex::default(), changed: watch::Sender::new(0) }
    }
}

impl Pulled {
    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock()
    }

    /// A file has these diagnostics now.
    pub fn put(&self, uri: Url, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        let mut files = self.files();
        let old = files.by_uri.get_mut(&uri);
        if let Some(old) = old.filter(|old| old.diagnostics == diagnostics) {
            old.version = version;
            return;
        }
        files.number += 1;
        let listed = Listed { id: files.number.to_string(), version, diagnostics };
        files.changed.insert(uri.clone());
        files.by_uri.insert(uri, listed);
        let number = files.number;
        drop(files);
        self.changed.send_replace(number);
    }

    /// The diagnostics of a file.
    pub fn get(&self, uri: &Url) -> Listed {
        self.files().by_uri.get(uri).cloned().unwrap_or_else(|| Listed { id: "0".into(), ..Listed::default() })
    }

    /// The files whose diagnostics have changed since this was asked last.
    pub fn take_changed(&self) -> BTreeSet<Url> {
        std::mem::take(&mut self.files().changed)
    }

    /// The files whose diagnostics a client with these ids doesn't know; waits until there are any.
    pub async fn news(&self, known: &BTreeMap<Url, String>) -> Vec<(Url, Listed)> {
        let mut changes = self.changed.subscribe();
        loop {
            changes.mark_unchanged();
            let news = self.differing(known);
            if !news.is_empty() || changes.changed().await.is_err() {
                return news;
            }
        }
    }

    /// The answer to `textDocument/diagnostic`.
    pub fn report(&self, uri: &Url, known: Option<&str>) -> DocumentDiagnosticReportResult {
        let Listed { id, diagnostics, .. } = self.get(uri);
        let report = if known == Some(id.as_str()) {
            DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
            })
        } else {
            DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report: FullDocumentDiagnosticReport {
                    result_id: Some(id),
                    items: diagnostics,
                },
            })
        };
        DocumentDiagnosticReportResult::Report(report)
    }

    /// The answer to `workspace/diagnostic`, once there is something that the client doesn't know.
    pub async fn report_news(&self, known: Vec<PreviousResultId>) -> WorkspaceDiagnosticReportResult {
        let known: BTreeMap<Url, String> = known.into_iter().map(|known| (known.uri, known.value)).collect();
        let report = |(uri, listed): (Url, Listed)| {
            WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                uri,
                version: listed.version.map(i64::from),
                full_document_diagnostic_report: FullDocumentDiagnosticReport {
                    result_id: Some(listed.id),
                    items: listed.diagnostics,
                },
            })
        };
        let items = self.news(&known).await.into_iter().map(report).collect();
        WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items })
    }

    fn differing(&self, known: &BTreeMap<Url, String>) -> Vec<(Url, Listed)> {
        let files = self.files();
        let differs = |(uri, listed): &(&Url, &Listed)| match known.get(*uri) {
            Some(id) => *id != listed.id,
            None => !listed.diagnostics.is_empty(),
        };
        files.by_uri.iter().filter(differs).map(|(uri, listed)| (uri.clone(), listed.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn uri(name: &str) -> Url {
        Url::parse(&format!("file:///{name}")).unwrap()
    }

    fn diagnostic(message: &str) -> Diagnostic {
        Diagnostic { message: message.into(), ..Diagnostic::default() }
    }

    #[test]
    fn ids_change_with_the_diagnostics_only() {
        let pulled = Pulled::default();
        assert_eq!(pulled.get(&uri("a")).id, "0");
        pulled.put(uri("a"), vec![diagnostic("x")], Some(1));
        let first = pulled.get(&uri("a"));
        pulled.put(uri("a"), vec![diagnostic("x")], Some(2));
        let second = pulled.get(&uri("a"));
        assert_eq!((first.id.clone(), second.version), (second.id, Some(2)));
        pulled.put(uri("a"), vec![], Some(3));
        assert_ne!(pulled.get(&uri("a")).id, first.id);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_question_about_the_workspace_waits_for_news() {
        let pulled = Arc::new(Pulled::default());
        pulled.put(uri("a"), vec![diagnostic("x")], None);
        let known = BTreeMap::from([(uri("a"), pulled.get(&uri("a")).id)]);
        assert_eq!(pulled.news(&BTreeMap::new()).await.len(), 1);
        let parked = tokio::spawn({
            let (pulled, known) = (Arc::clone(&pulled), known.clone());
            async move { pulled.news(&known).await }
        });
        tokio::task::yield_now().await;
        assert!(!parked.is_finished());
        // A file without diagnostics that nobody has heard of is no news.
        pulled.put(uri("b"), vec![], None);
        tokio::task::yield_now().await;
        assert!(!parked.is_finished());
        pulled.put(uri("a"), vec![], None);
        let news = parked.await.unwrap();
        assert_eq!((news.len(), news[0].1.diagnostics.len()), (1, 0));
    }
}
