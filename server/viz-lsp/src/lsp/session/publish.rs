//! Diagnostics as the client has them: what differs is sent, nothing else.
//!
//! A file may belong to several projects; a client knows one list of diagnostics per file. So each project has a layer,
//! and what is sent for a file is the union of its layers.

use crate::lsp::protocol::outbox::{Message, Outbox};
use crate::lsp::session::calm::{Calm, Pace};
use crate::lsp::session::documents::{Document, Documents};
use crate::lsp::session::pull::Pulled;
use rustc_hash::FxBuildHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tower_lsp::lsp_types::{Diagnostic, PublishDiagnosticsParams, Url};

/// Diagnostics per file; a file without any is in it too. What is one and the same is not compared.
pub type Layer = HashMap<PathBuf, Arc<Vec<Diagnostic>>, FxBuildHasher>;

/// Sends diagnostics that differ from what the client has.
pub struct Publisher {
    outbox: Outbox,
    /// Where diagnostics go that the client asks for; they are not sent then.
    pulled: Option<Arc<Pulled>>,
    layers: BTreeMap<PathBuf, Layer>,
    sent: HashMap<PathBuf, BTreeMap<Url, Sent>>,
    /// What waits while somebody types.
    calm: Calm,
    /// Files that were open, or could not be told of because they had moved on.
    unsettled: BTreeSet<PathBuf>,
}

struct Sent {
    version: Option<i32>,
    diagnostics: Arc<Vec<Diagnostic>>,
}

impl Publisher {
    /// Nothing has been sent.
    pub fn new(outbox: Outbox) -> Self {
        Self {
            outbox,
            pulled: None,
            layers: BTreeMap::new(),
            sent: HashMap::new(),
            calm: Calm::default(),
            unsettled: BTreeSet::new(),
        }
    }

    /// For a client that asks for diagnostics.
    pub fn pulled(self, pulled: Option<Arc<Pulled>>) -> Self {
        Self { pulled, ..self }
    }

    /// The diagnostics of a project, computed for these texts. A file that has moved on since (`now`) is left alone, its
    /// next check is under way.
    pub fn show(&mut self, root: &Path, layer: Layer, documents: &Documents, now: &Documents) {
        let old = self.layers.remove(root).unwrap_or_default();
        let differs = |path: &&PathBuf| match (old.get(*path), layer.get(*path)) {
            (Some(old), Some(new)) => !Arc::ptr_eq(old, new) && old != new,
            _ => true,
        };
        let mut touched: BTreeSet<PathBuf> = old.keys().chain(layer.keys()).filter(differs).cloned().collect();
        // What is the same may be due under another name or version.
        touched.extend(documents.iter().map(|(path, _)| path.to_owned()));
        touched.extend(self.unsettled.iter().cloned());
        touched.retain(|path| old.contains_key(path) || layer.contains_key(path));
        self.layers.insert(root.to_owned(), layer);
        self.send(touched, documents, now);
    }

    /// The same without what has to wait while somebody types; returns until when, if there is any.
    pub fn show_calmly(
        &mut self,
        root: &Path,
        mut layer: Layer,
        pace: Pace<'_>,
        (documents, now): (&Documents, &Documents),
    ) -> Option<Instant> {
        let until = self.calm.without_what_waits(root, &mut layer, pace);
        self.show(root, layer, documents, now);
        until
    }

    /// Whether something of a project waits.
    pub fn waits(&self, root: &Path) -> bool {
        self.calm.waits(root)
    }

    /// A project is of no interest any more.
    pub fn withdraw(&mut self, root: &Path, documents: &Documents, now: &Documents) {
        self.calm.forget(root);
        let touched = self.layers.remove(root).unwrap_or_default().into_keys().collect();
        self.send(touched, documents, now);
    }

    fn send(&mut self, touched: BTreeSet<PathBuf>, documents: &Documents, now: &Documents) {
        let versions = |documents: &Documents, path: &Path| -> Vec<(Url, i32)> {
            documents.all(path).iter().map(|document| (document.uri.clone(), document.version)).collect()
        };
        for path in touched {
            let in_time = versions(now, &path) == versions(documents, &path);
            if in_time && documents.get(&path).is_none() {
                self.unsettled.remove(&path);
            } else {
                self.unsettled.insert(path.clone());
            }
            if in_time {
                self.send_file(path, documents);
            }
        }
    }

    fn send_file(&mut self, path: PathBuf, documents: &Documents) {
        let mut layers = self.layers.values().filter_map(|layer| layer.get(&path));
        let first = layers.next();
        let known = first.is_some();
        let mut diagnostics: Arc<Vec<Diagnostic>> = first.map(Arc::clone).unwrap_or_default();
        for diagnostic in layers.flat_map(|layer| layer.iter()) {
            if !diagnostics.contains(diagnostic) {
                Arc::make_mut(&mut diagnostics).push(diagnostic.clone());
            }
        }
        let mut before = self.sent.remove(&path).unwrap_or_default();
        let mut sent = BTreeMap::new();
        for (uri, version, fits) in names(&path, documents) {
            let new = Sent { version, diagnostics: if fits { Arc::clone(&diagnostics) } else { Arc::default() } };
            // A new version of an open text is always answered: so the client knows that what it shows is up to date.
            let due = match before.remove(&uri) {
                Some(old) => {
                    old.diagnostics != new.diagnostics || (known && old.version != version && version.is_some())
                }
                None => known && (version.is_some() || !new.diagnostics.is_empty()),
            };
            if due {
                self.tell(uri.clone(), new.diagnostics.to_vec(), version);
            }
            if known || !new.diagnostics.is_empty() {
                sent.insert(uri, new);
            }
        }
        // A client that calls the file by another name now must not keep what it got under the old one.
        for (uri, old) in before {
            if !old.diagnostics.is_empty() {
                self.tell(uri, Vec::new(), None);
            }
        }
        if !sent.is_empty() {
            self.sent.insert(path, sent);
        }
    }

    fn tell(&self, uri: Url, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        if let Some(pulled) = &self.pulled {
            return pulled.put(uri, diagnostics, version);
        }
        self.outbox.send(Message::Diagnostics(PublishDiagnosticsParams::new(uri, diagnostics, version)));
    }
}

/// The names of a file at the client, else ours; with the version, and whether the text under this name is the file's.
fn names(path: &Path, documents: &Documents) -> Vec<(Url, Option<i32>, bool)> {
    match documents.all(path) {
        [] => Url::from_file_path(path).ok().map(|uri| (uri, None, true)).into_iter().collect(),
        [one] => vec![(one.uri.clone(), Some(one.version), true)],
        [others @ .., own] => {
            let text = own.whole();
            let fits = |other: &Arc<Document>| other.whole() == text;
            let others = others.iter().map(|other| (other.uri.clone(), Some(other.version), fits(other)));
            others.chain([(own.uri.clone(), Some(own.version), true)]).collect()
        }
    }
}

/// The client's name for a file, else ours.
pub fn uri(path: &Path, documents: &Documents) -> Option<Url> {
    documents.get(path).map(|document| document.uri.clone()).or_else(|| Url::from_file_path(path).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
    use tower_lsp::lsp_types::Range;

    struct Client {
        publisher: Publisher,
        inbox: UnboundedReceiver<Message>,
        documents: Documents,
    }

    impl Client {
        fn new() -> Self {
            let (sender, inbox) = unbounded_channel();
            Self { publisher: Publisher::new(Outbox::to(sender)), inbox, documents: Documents::default() }
        }

        fn open(&mut self, path: &str, version: i32) {
            self.documents.open(path.into(), Url::from_file_path(path).unwrap(), version, "");
        }

        fn show(&mut self, root: &str, layer: &[(&str, &[&str])]) -> Vec<String> {
            let layer = layer
                .iter()
                .map(|(path, messages)| {
                    (PathBuf::from(path), Arc::new(messages.iter().map(|m| diagnostic(m)).collect()))
                })
                .collect();
            self.publisher.show(Path::new(root), layer, &self.documents, &self.documents);
            self.received()
        }

        fn received(&mut self) -> Vec<String> {
            let mut lines = Vec::new();
            while let Ok(Message::Diagnostics(params)) = self.inbox.try_recv() {
                let messages: Vec<&str> = params.diagnostics.iter().map(|d| d.message.as_str()).collect();
                lines.push(format!("{} {:?} {}", params.uri.path(), params.version, messages.join("+")));
            }
            lines
        }
    }

    fn diagnostic(message: &str) -> Diagnostic {
        Diagnostic::new_simple(Range::default(), message.to_owned())
    }

    #[test]
    fn only_differences_are_sent() {
        let mut client = Client::new();
        client.open("/p/a.yml", 1);
        assert_eq!(
            client.show("/p", &[("/p/a.yml", &["x"]), ("/p/b.yml", &[]), ("/p/c.yml", &["y"])]),
            ["/p/a.yml Some(1) x", "/p/c.yml None y"]
        );
        assert_eq!(
            client.show("/p", &[("/p/a.yml", &["x"]), ("/p/b.yml", &[]), ("/p/c.yml", &["y"])]),
            Vec::<String>::new()
        );
        client.open("/p/a.yml", 2);
        assert_eq!(
            client.show("/p", &[("/p/a.yml", &["x"]), ("/p/b.yml", &["z"])]),
            ["/p/a.yml Some(2) x", "/p/b.yml None z", "/p/c.yml None "]
        );
    }

    #[test]
    fn results_for_an_older_text_are_not_shown() {
        let mut client = Client::new();
        client.open("/p/a.yml", 1);
        let before = client.documents.clone();
        client.open("/p/a.yml", 2);
        client.open("/p/b.yml", 1);
        let layer =
            Layer::from_iter(["/p/a.yml", "/p/b.yml"].map(|path| (path.into(), Arc::new(vec![diagnostic("x")]))));
        client.publisher.show(Path::new("/p"), layer, &before, &client.documents);
        assert_eq!(client.received(), Vec::<String>::new(), "one was edited, the other opened meanwhile");
    }

    #[test]
    fn a_file_of_two_projects_shows_what_both_say_once() {
        let mut client = Client::new();
        client.show("/p", &[("/s.yml", &["x", "y"])]);
        assert_eq!(client.show("/q", &[("/s.yml", &["y", "z"])]), ["/s.yml None x+y+z"]);
        client.publisher.withdraw(Path::new("/p"), &client.documents, &client.documents);
        assert_eq!(client.received(), ["/s.yml None y+z"]);
        client.publisher.withdraw(Path::new("/q"), &client.documents, &client.documents);
        assert_eq!(client.received(), ["/s.yml None "]);
    }

    #[test]
    fn a_closed_file_keeps_its_diagnostics_without_a_version() {
        let mut client = Client::new();
        client.open("/p/a.yml", 3);
        client.show("/p", &[("/p/a.yml", &["x"])]);
        client.documents.close(&Url::from_file_path("/p/a.yml").unwrap());
        assert_eq!(client.show("/p", &[("/p/a.yml", &["x"])]), Vec::<String>::new());
        assert_eq!(client.show("/p", &[("/p/a.yml", &["y"])]), ["/p/a.yml None y"]);
    }

    #[test]
    fn a_file_with_two_names_is_told_under_both() {
        let mut client = Client::new();
        client.open("/p/a.yml", 1);
        let link = Url::parse("file:///link/a.yml").unwrap();
        client.documents.open("/p/a.yml".into(), link.clone(), 4, "");
        assert_eq!(client.show("/p", &[("/p/a.yml", &["x"])]), ["/p/a.yml Some(1) x", "/link/a.yml Some(4) x"]);
        client.documents.change(&link, 5, &[], viz_text::Encoding::Utf8);
        assert_eq!(client.show("/p", &[("/p/a.yml", &["y"])]), ["/p/a.yml Some(1) y", "/link/a.yml Some(5) y"]);
        // Places in another text mean nothing in this one.
        client.open("/p/a.yml", 2);
        client.documents.open("/p/a.yml".into(), link.clone(), 6, "other");
        assert_eq!(client.show("/p", &[("/p/a.yml", &["y"])]), ["/p/a.yml Some(2) ", "/link/a.yml Some(6) y"]);
        client.documents.close(&link);
        assert_eq!(client.show("/p", &[("/p/a.yml", &["y"])]), ["/p/a.yml Some(2) y", "/link/a.yml None "]);
    }
}
