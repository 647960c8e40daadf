//! Diagnostics as the client has them: what differs is sent, nothing else.
//!
//! A file may belong to several projects; a client knows one list of diagnostics per file. So each project has a layer,
//! and what is sent for a file is the union of its layers.

use super::documents::Documents;
use super::outbox::{Message, Outbox};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use tower_lsp::lsp_types::{Diagnostic, PublishDiagnosticsParams, Url};

/// Diagnostics per file; a file without any is in it too.
pub type Layer = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// See the module.
pub struct Publisher {
    outbox: Outbox,
    layers: BTreeMap<PathBuf, Layer>,
    sent: HashMap<PathBuf, Sent>,
}

struct Sent {
    uri: Url,
    version: Option<i32>,
    diagnostics: Vec<Diagnostic>,
}

impl Publisher {
    /// Nothing has been sent.
    pub fn new(outbox: Outbox) -> Self {
        Self { outbox, layers: BTreeMap::new(), sent: HashMap::new() }
    }

    /// The diagnostics of a project, computed for these texts. `current` tells the version that a file is open in now: a
    /// file that has moved on is left alone, its next check is under way.
    pub fn show(&mut self, root: &Path, layer: Layer, documents: &Documents, current: impl Fn(&Path) -> Option<i32>) {
        let vanished = self.layers.get(root).into_iter().flat_map(|old| old.keys());
        let touched: BTreeSet<PathBuf> = vanished.chain(layer.keys()).cloned().collect();
        self.layers.insert(root.to_owned(), layer);
        self.send(touched, documents, current);
    }

    /// A project is of no interest any more.
    pub fn withdraw(&mut self, root: &Path, documents: &Documents, current: impl Fn(&Path) -> Option<i32>) {
        let touched = self.layers.remove(root).unwrap_or_default().into_keys().collect();
        self.send(touched, documents, current);
    }

    fn send(&mut self, touched: BTreeSet<PathBuf>, documents: &Documents, current: impl Fn(&Path) -> Option<i32>) {
        for path in touched {
            let version = documents.get(&path).map(|document| document.version);
            if current(&path) != version {
                continue;
            }
            let mut layers = self.layers.values().filter_map(|layer| layer.get(&path)).peekable();
            let known = layers.peek().is_some();
            let mut diagnostics: Vec<Diagnostic> = Vec::new();
            for diagnostic in layers.flatten() {
                if !diagnostics.contains(diagnostic) {
                    diagnostics.push(diagnostic.clone());
                }
            }
            // A new version of an open text is always answered: so the client knows that what it shows is up to date.
            let due = match self.sent.get(&path) {
                Some(sent) => {
                    sent.diagnostics != diagnostics || (known && sent.version != version && version.is_some())
                }
                None => known && (version.is_some() || !diagnostics.is_empty()),
            };
            if !due {
                continue;
            }
            let Some(uri) = uri(&path, documents) else { continue };
            // A client that calls the file by another name now must not keep what it got under the old one.
            if let Some(old) = self.sent.remove(&path)
                && old.uri != uri
                && !old.diagnostics.is_empty()
            {
                self.outbox.send(Message::Diagnostics(PublishDiagnosticsParams::new(old.uri, Vec::new(), None)));
            }
            self.outbox.send(Message::Diagnostics(PublishDiagnosticsParams::new(
                uri.clone(),
                diagnostics.clone(),
                version,
            )));
            if known || !diagnostics.is_empty() {
                self.sent.insert(path, Sent { uri, version, diagnostics });
            }
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
                .map(|(path, messages)| (PathBuf::from(path), messages.iter().map(|m| diagnostic(m)).collect()))
                .collect();
            let documents = self.documents.clone();
            self.publisher.show(Path::new(root), layer, &self.documents, |path| documents.get(path).map(|d| d.version));
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
        let layer = Layer::from([("/p/a.yml".into(), vec![diagnostic("x")])]);
        client.publisher.show(Path::new("/p"), layer, &client.documents, |_| Some(2));
        assert_eq!(client.received(), Vec::<String>::new());
        let layer = Layer::from([("/p/b.yml".into(), vec![diagnostic("x")])]);
        client.publisher.show(Path::new("/p"), layer, &client.documents, |_| Some(1));
        assert_eq!(client.received(), Vec::<String>::new(), "it was opened meanwhile");
    }

    #[test]
    fn a_file_of_two_projects_shows_what_both_say_once() {
        let mut client = Client::new();
        client.show("/p", &[("/s.yml", &["x", "y"])]);
        assert_eq!(client.show("/q", &[("/s.yml", &["y", "z"])]), ["/s.yml None x+y+z"]);
        client.publisher.withdraw(Path::new("/p"), &client.documents, |_| None);
        assert_eq!(client.received(), ["/s.yml None y+z"]);
        client.publisher.withdraw(Path::new("/q"), &client.documents, |_| None);
        assert_eq!(client.received(), ["/s.yml None "]);
    }

    #[test]
    fn a_closed_file_keeps_its_diagnostics_without_a_version() {
        let mut client = Client::new();
        client.open("/p/a.yml", 3);
        client.show("/p", &[("/p/a.yml", &["x"])]);
        client.documents.close(Path::new("/p/a.yml"));
        assert_eq!(client.show("/p", &[("/p/a.yml", &["x"])]), Vec::<String>::new());
        assert_eq!(client.show("/p", &[("/p/a.yml", &["y"])]), ["/p/a.yml None y"]);
    }
}
