//! Edits of texts as the client takes them.

use crate::host::own::Foreign;
use crate::lsp::protocol::client::Client;
use crate::lsp::protocol::convert;
use crate::lsp::session::documents::Documents;
use crate::lsp::session::publish;
use std::collections::BTreeMap;
use tower_lsp::lsp_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, Url, WorkspaceEdit,
};
use viz_project::{DiskFiles, File, FileSystem, Project};
use viz_text::{FileId, TextRange};

/// Whether a file that is not open holds something else than what was read: not every client tells what changes on disk, and places
/// of the old text mean others in the new one.
pub fn is_outdated(file: &File) -> bool {
    !DiskFiles.read(&file.real).is_ok_and(|now| *now == *file.document.text())
}

/// Edits of several files.
#[derive(Default)]
pub struct Edits {
    by_file: BTreeMap<Url, (Option<i32>, Vec<TextEdit>)>,
}

impl Edits {
    /// A piece of a file gets another text; `None` if the file has no name, is not the project's own, or was changed since it was read.
    pub fn add(
        &mut self,
        project: &Project,
        client: &Client,
        documents: &Documents,
        (file, range, text): (FileId, TextRange, String),
    ) -> Option<()> {
        let file = project.file(file);
        if Foreign::of_file(project, file).is_some() {
            return None;
        }
        let version = documents.get(&file.real).map(|document| document.version);
        let uri = publish::uri(&file.real, documents)?;
        if version.is_none() && !self.by_file.contains_key(&uri) && is_outdated(file) {
            return None;
        }
        let entry = self.by_file.entry(uri).or_insert((version, Vec::new()));
        let edit = TextEdit::new(convert::range(file.lines(), range, client.encoding), text);
        if !entry.1.contains(&edit) {
            entry.1.push(edit);
        }
        Some(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_file.is_empty()
    }

    /// All of them: with versions, where the client knows that.
    pub fn finish(self, client: &Client) -> WorkspaceEdit {
        if !client.versioned_edits {
            return WorkspaceEdit::new(self.by_file.into_iter().map(|(uri, (_, edits))| (uri, edits)).collect());
        }
        let edits = self.by_file.into_iter().map(|(uri, (version, edits))| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        });
        WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits.collect())), ..WorkspaceEdit::default() }
    }
}
