//! The texts that are open in the editor.

use crate::host::paths;
use crate::lsp::protocol::convert;
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
    /// The path in that name.
    pub spelled: PathBuf,
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

/// All open texts, by the real path of their file. A clone is a cheap snapshot.
///
/// A client may open one file under several names (through a link, say) and holds a text for each. The one that was
/// opened or edited last is the file's.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// The file's own text is the last.
    open: Arc<HashMap<PathBuf, Vec<Arc<Document>>>>,
    paths: Arc<HashMap<Url, PathBuf>>,
}

impl Documents {
    /// The text of a file.
    pub fn get(&self, path: &Path) -> Option<&Arc<Document>> {
        self.open.get(path)?.last()
    }

    /// All texts of a file; its own is the last.
    pub fn all(&self, path: &Path) -> &[Arc<Document>] {
        self.open.get(path).map_or(&[], Vec::as_slice)
    }

    /// The file that a client has open under this name.
    pub fn path(&self, uri: &Url) -> Option<&Path> {
        self.paths.get(uri).map(PathBuf::as_path)
    }

    /// The texts of all open files.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &Arc<Document>)> {
        self.open.iter().filter_map(|(path, documents)| Some((path.as_path(), documents.last()?)))
    }

    /// A text was opened.
    pub fn open(&mut self, path: PathBuf, uri: Url, version: i32, text: &str) {
        self.close(&uri);
        let spelled = paths::spelled(&uri).unwrap_or_else(|| path.clone());
        let text = TextDocument::new(text);
        let document = Document { uri: uri.clone(), spelled, version, text, whole: OnceLock::new() };
        Arc::make_mut(&mut self.open).entry(path.clone()).or_default().push(Arc::new(document));
        Arc::make_mut(&mut self.paths).insert(uri, path);
    }

    /// A text was edited; the changes apply one after the other. Its file; `None` if the text isn't open.
    pub fn change(
        &mut self,
        uri: &Url,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> Option<PathBuf> {
        let (path, document) = self.take(uri)?;
        let mut text = document.text.clone();
        for change in changes {
            text.apply(&convert::edit(change), encoding);
        }
        let (uri, spelled) = (document.uri.clone(), document.spelled.clone());
        let changed = Document { uri, spelled, version, text, whole: OnceLock::new() };
        self.put(&path, Arc::new(changed));
        Some(path)
    }

    /// A text was closed. Its file; `None` if the text wasn't open.
    pub fn close(&mut self, uri: &Url) -> Option<PathBuf> {
        let (path, _) = self.take(uri)?;
        if self.all(&path).is_empty() {
            Arc::make_mut(&mut self.open).remove(&path);
        }
        Arc::make_mut(&mut self.paths).remove(uri)
    }

    /// Makes the text of this name its file's own, for one who asks about it. Whether another text was.
    pub fn prefer(&mut self, uri: &Url) -> bool {
        let is_own = |path| self.get(path).is_none_or(|document| document.uri == *uri);
        if self.path(uri).is_none_or(is_own) {
            return false;
        }
        let Some((path, document)) = self.take(uri) else { return false };
        let other = self.get(&path).is_some_and(|own| own.whole() != document.whole());
        self.put(&path, document);
        other
    }

    fn take(&mut self, uri: &Url) -> Option<(PathBuf, Arc<Document>)> {
        let path = self.paths.get(uri)?.clone();
        let documents = Arc::make_mut(&mut self.open).get_mut(&path)?;
        let index = documents.iter().position(|document| document.uri == *uri)?;
        let document = documents.remove(index);
        Some((path, document))
    }

    fn put(&mut self, path: &Path, document: Arc<Document>) {
        if let Some(documents) = Arc::make_mut(&mut self.open).get_mut(path) {
            documents.push(document);
        }
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
        let uri = Url::parse("file:///p/a.yml").unwrap();
        documents.open(path.into(), uri.clone(), 1, "😀b\n");
        let before = documents.clone();
        let changes = [change(Some([0, 2, 0, 3]), "cc"), change(Some([0, 4, 1, 0]), "")];
        assert_eq!(documents.change(&uri, 2, &changes, Encoding::Utf16).as_deref(), Some(path));
        assert_eq!(&*documents.get(path).unwrap().whole(), "😀cc");
        assert_eq!(documents.get(path).unwrap().version, 2);
        assert_eq!(&*before.get(path).unwrap().whole(), "😀b\n");
        assert!(documents.change(&uri, 3, &[change(None, "new")], Encoding::Utf16).is_some());
        assert_eq!(&*documents.get(path).unwrap().whole(), "new");
        assert!(documents.close(&uri).is_some() && documents.change(&uri, 4, &[], Encoding::Utf16).is_none());
        assert_eq!(documents.iter().count(), 0);
    }

    #[test]
    fn a_file_with_two_names_has_the_text_that_was_touched_last() {
        let mut documents = Documents::default();
        let path = Path::new("/p/a.yml");
        let [plain, linked] = ["file:///p/a.yml", "file:///link/a.yml"].map(|uri| Url::parse(uri).unwrap());
        documents.open(path.into(), plain.clone(), 1, "one");
        documents.open(path.into(), linked.clone(), 1, "two");
        let text = |documents: &Documents| documents.get(path).unwrap().whole().to_string();
        assert_eq!(text(&documents), "two");
        documents.change(&plain, 2, &[change(None, "three")], Encoding::Utf8);
        assert_eq!((text(&documents).as_str(), documents.all(path).len()), ("three", 2));
        let mut asked = documents.clone();
        assert!(asked.prefer(&linked) && !asked.prefer(&linked));
        assert_eq!((text(&asked).as_str(), text(&documents).as_str()), ("two", "three"));
        assert_eq!(documents.close(&plain).as_deref(), Some(path));
        assert_eq!((text(&documents).as_str(), documents.path(&plain)), ("two", None));
        assert_eq!(documents.path(&linked), Some(path));
    }
}
