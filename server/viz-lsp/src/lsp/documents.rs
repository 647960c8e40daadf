//! The texts that are open in the editor.

use super::convert;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, Url};
use viz_text::{Encoding, TextDocument};

/// An open text, in one version.
#[derive(Debug)]
pub struct Document {
    /// How the client calls it.
    pub uri: Url,
    /// The client's version.
    pub version: i32,
    /// The text.
    pub text: TextDocument,
    whole: OnceLock<Arc<str>>,
}

impl Document {
    /// The whole text, always the same allocation.
    pub fn whole(&self) -> Arc<str> {
        Arc::clone(self.whole.get_or_init(|| self.text.text().into()))
    }
}

/// All open texts. A clone is a cheap snapshot.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    open: Arc<HashMap<PathBuf, Arc<Document>>>,
}

impl Documents {
    /// An open text.
    pub fn get(&self, path: &Path) -> Option<&Arc<Document>> {
        self.open.get(path)
    }

    /// All open texts.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &Arc<Document>)> {
        self.open.iter().map(|(path, document)| (path.as_path(), document))
    }

    /// A text was opened.
    pub fn open(&mut self, path: PathBuf, uri: Url, version: i32, text: &str) {
        let document = Document { uri, version, text: TextDocument::new(text), whole: OnceLock::new() };
        Arc::make_mut(&mut self.open).insert(path, Arc::new(document));
    }

    /// A text was edited; the changes apply one after the other. Whether it is open at all.
    pub fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> bool {
        let Some(document) = Arc::make_mut(&mut self.open).get_mut(path) else { return false };
        let mut text = document.text.clone();
        for change in changes {
            text.apply(&convert::edit(change), encoding);
        }
        *document = Arc::new(Document { uri: document.uri.clone(), version, text, whole: OnceLock::new() });
        true
    }

    /// A text was closed. Whether it was open.
    pub fn close(&mut self, path: &Path) -> bool {
        Arc::make_mut(&mut self.open).remove(path).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower_lsp::lsp_types::{Position, Range};

    fn change(range: Option<[u32; 4]>, text: &str) -> TextDocumentContentChangeEvent {
        let range = range.map(|[a, b, c, d]| Range::new(Position::new(a, b), Position::new(c, d)));
        TextDocumentContentChangeEvent { range, range_length: None, text: text.into() }
    }

    #[test]
    fn changes_apply_one_after_the_other_and_snapshots_stay() {
        let mut documents = Documents::default();
        let path = Path::new("/p/a.yml");
        documents.open(path.into(), Url::parse("file:///p/a.yml").unwrap(), 1, "😀b\n");
        let before = documents.clone();
        let changes = [change(Some([0, 2, 0, 3]), "cc"), change(Some([0, 4, 1, 0]), "")];
        assert!(documents.change(path, 2, &changes, Encoding::Utf16));
        assert_eq!(&*documents.get(path).unwrap().whole(), "😀cc");
        assert_eq!(documents.get(path).unwrap().version, 2);
        assert_eq!(&*before.get(path).unwrap().whole(), "😀b\n");
        assert!(documents.change(path, 3, &[change(None, "new")], Encoding::Utf16));
        assert_eq!(&*documents.get(path).unwrap().whole(), "new");
        assert!(documents.close(path) && !documents.change(path, 4, &[], Encoding::Utf16));
    }
}
